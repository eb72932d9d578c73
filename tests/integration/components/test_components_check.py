"""What an inspector is told of a part that they read a serial on, over a real chain and both databases."""

from __future__ import annotations

import pytest

from ledger.domain.components import Seen
from ledger.domain.components_history import Source
from ledger.domain.errors import Conflict, Forbidden, Invalid, TooMany, Unknown
from ledger.domain.inspections import WithdrawalReason
from ledger.domain.statements import MarkKind
from ledger.services import components_check
from ledger.services.amend_item import amend
from ledger.services.components_check import check_parts, questions_of
from ledger.services.components_history import part_history
from ledger.services.components_replace import replacement
from tests.integration.components.conftest import Watches
from tests.web.stage import GTIN


def test_a_part_of_the_item_matches_however_it_is_typed(watches: Watches) -> None:
    (one,) = watches.add({"case": "O-1 I 55", "movement": "M-100"})
    assert [watches.found(one, "case", typed) for typed in ("O-1 I 55", "o1i55", "01155", "０1 1—55")] == ["match"] * 4
    assert watches.found(one, "Movement", "m100") == "match"


def test_another_items_part_is_foreign_and_says_nothing_about_whose(watches: Watches) -> None:
    one, other = watches.add({"case": "C-200"}, {"case": "C-201", "dial": "D-201"})
    known, unheard = watches.ask(one, "case", "C-201"), watches.ask(one, "case", "C-NEVER")
    assert known == unheard
    assert known.found == "foreign"
    assert watches.found(one, "dial", "D-201") == "foreign"
    assert watches.found(other, "dial", "D-201") == "match"


def test_what_no_record_speaks_of_cannot_be_told(watches: Watches) -> None:
    (one,) = watches.add({"case": "C-300"})
    assert watches.found(one, "strap", "S-1") == "not_recorded"


def test_a_part_that_a_service_took_out_is_told_with_its_day_and_by_whom(watches: Watches) -> None:
    (one,) = watches.add({"movement": "M-400"})
    watches.fit(one, "movement", "M-401")
    old, new = watches.ask(one, "movement", "m 400"), watches.ask(one, "movement", "M401")
    assert (old.found, old.how, old.by) == ("replaced", Source.SERVICE, "Atelier")
    assert (new.found, new.how, new.by) == ("match", Source.SERVICE, "Atelier")
    assert old.on == new.on is not None
    assert watches.found(one, "movement", "M-402") == "foreign"


def test_a_service_that_was_taken_back_replaced_nothing(watches: Watches) -> None:
    (one,) = watches.add({"movement": "M-450"})
    number = watches.fit(one, "movement", "M-451")
    watches.take_back(one, number, WithdrawalReason.MISTAKE)
    assert watches.found(one, "movement", "M-450") == "match"
    assert watches.found(one, "movement", "M-451") == "foreign"


def test_a_new_part_without_a_serial_ends_the_old_one(watches: Watches) -> None:
    (one,) = watches.add({"strap": "S-500"})
    watches.fit(one, "strap", "")
    assert watches.found(one, "strap", "S-500") == "replaced"
    assert watches.ask(one, "strap", "S-501").found == "not_recorded"
    assert watches.ask(one, "strap", "S-501").by == "Atelier"


def test_a_corrected_record_speaks_from_its_day_on_and_an_unrelated_change_moves_no_part(watches: Watches) -> None:
    (one,) = watches.add({"case": "C-600", "movement": "M-600"})
    watches.fit(one, "movement", "M-601")
    said = {"model_ref": "Sac Lune 25", "colour": "red", "part.case": "C-600", "part.movement": "M-600"}
    amend(watches.stage.ledger, watches.stage.brand, GTIN, one, said)
    watches.stage.follow()
    assert watches.found(one, "movement", "M-601") == "match"
    amend(watches.stage.ledger, watches.stage.brand, GTIN, one, said | {"part.case": "C-699", "part.buckle": "B-1"})
    watches.stage.follow()
    old = watches.ask(one, "case", "C-600")
    assert (old.found, old.how, old.by) == ("replaced", Source.DESCRIBED, "Maison Exemple")
    assert [watches.found(one, "case", "C-699"), watches.found(one, "buckle", "b1")] == ["match", "match"]


def test_a_stolen_items_parts_are_told_on_other_items_until_it_is_found(watches: Watches) -> None:
    stolen, other = watches.add({"movement": "M-700"}, {"movement": "M-701"})
    assert watches.found(other, "movement", "M-700") == "foreign"
    watches.mark(stolen, MarkKind.THEFT, follow=False)
    assert watches.found(other, "movement", "M-700") == "stolen"
    watches.stage.follow()
    assert watches.found(other, "movement", "M-700") == "stolen"
    assert watches.found(stolen, "movement", "M-700") == "match"
    watches.mark(stolen, MarkKind.SETTLE_THEFT)
    assert watches.found(other, "movement", "M-700") == "foreign"


def test_a_part_that_left_before_the_theft_is_not_stolen(watches: Watches) -> None:
    stolen, other = watches.add({"movement": "M-750"}, {"case": "C-750"})
    watches.fit(stolen, "movement", "M-751")
    watches.mark(stolen, MarkKind.THEFT)
    assert watches.found(other, "movement", "M-750") == "not_recorded"
    assert watches.found(other, "movement", "M-751") == "stolen"


def test_a_dismantled_items_part_is_told_until_a_service_puts_it_in(watches: Watches) -> None:
    gone, other = watches.add({"dial": "D-800"}, {"dial": "D-801"})
    watches.retire(gone)
    assert watches.found(other, "dial", "D-800") == "retired"
    watches.fit(other, "dial", "D-800")
    assert watches.found(other, "dial", "D-800") == "match"


def test_a_stolen_items_part_is_not_recorded_as_put_in(watches: Watches) -> None:
    stolen, other = watches.add({"lock": "L-850"}, {"lock": "L-851"})
    watches.mark(stolen, MarkKind.THEFT)
    with pytest.raises(Conflict, match="reported stolen"):
        watches.fit(other, "lock", "L-850")
    with pytest.raises(Conflict, match="already"):
        watches.fit(other, "lock", "L-851")


@pytest.mark.parametrize("slug", ["stranger", "rival", "bazar"])
def test_who_is_not_accredited_is_told_nothing(watches: Watches, slug: str) -> None:
    (one,) = watches.add({"case": "C-900-" + slug})
    with pytest.raises(Forbidden):
        watches.ask(one, "case", "C-900-" + slug, slug)
    with pytest.raises(Forbidden):
        part_history(watches.stage.ledger, watches.caller(slug), GTIN, one)
    with pytest.raises(Forbidden):
        replacement(watches.stage.ledger, watches.caller(slug), GTIN, one, Seen("case", "X1"), {})


def test_an_inspector_puts_in_no_part(watches: Watches) -> None:
    (one,) = watches.add({"case": "C-950"})
    with pytest.raises(Forbidden):
        replacement(watches.stage.ledger, watches.caller("luxcheck"), GTIN, one, Seen("case", "C-951"), {})


def test_guessing_ends_with_the_days_questions_and_each_is_kept(
    watches: Watches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components_check, "AN_ITEM", 5)
    (one,) = watches.add({"case": "C-1000"})
    for place in range(5):
        assert watches.found(one, "case", f"C-99{place}") == "foreign"
    with pytest.raises(TooMany) as refused:
        watches.ask(one, "case", "C-1000")
    assert 0 < refused.value.retry_after <= components_check.DAY
    kept = questions_of(watches.stage.ledger, watches.stage.brand, GTIN, one, None, 50)
    assert [(who, question.found) for question, who in kept] == [("Lux Check", "foreign")] * 5
    assert "C-99" not in repr(kept)
    with pytest.raises(Unknown):
        questions_of(watches.stage.ledger, watches.caller("rival"), GTIN, one, None, 50)


def test_a_question_that_cannot_be_right_is_named_without_repeating_it(watches: Watches) -> None:
    (one,) = watches.add({"case": "C-1100"})
    with pytest.raises(Invalid) as refused:
        check_parts(
            watches.stage.ledger, watches.stage.inspector, GTIN, one, [Seen("case", "SECRET\u202e9"), Seen("!", "1")]
        )
    assert [fault.where for fault in refused.value.faults] == ["seen[0]", "seen[1]"]
    assert "SECRET" not in repr(refused.value.faults) + refused.value.detail


def test_the_history_says_which_part_was_in_it_in_which_time_and_no_serial(watches: Watches) -> None:
    (one,) = watches.add({"movement": "SECRET-1"})
    watches.fit(one, "movement", "SECRET-2")
    told = part_history(watches.stage.ledger, watches.stage.brand, GTIN, one)
    first, second = told.fits
    assert (first.source, first.ended, first.ended_by) == (Source.REGISTERED, Source.SERVICE, "Atelier")
    assert (second.since, second.until, second.by) == (first.until, None, "Atelier")
    assert "SECRET" not in repr(told)
