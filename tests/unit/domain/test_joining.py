"""Joining's pure rules: look-alike names, proofs of a domain, and what is missing; and when two people have decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.errors import Conflict, Forbidden, Invalid
from ledger.domain.joining import (
    Application,
    Approval,
    Missing,
    Proof,
    did_document,
    proven_by_did,
    proven_by_txt,
    txt_value,
)
from ledger.domain.organisations import Role
from ledger.domain.two_people import (
    OPEN,
    UNDO,
    Act,
    Proposal,
    Stage,
    check_approval,
    check_take_back,
    checked_words,
    reference_words,
)
from ledger.domain.two_people import Approval as Yes

TOKEN = "0123456789abcdef" * 2
WHOLE = Application(
    "app_1", "Maison", "maison", Role.BRAND, "maison.example", TOKEN, "per_a", "Anna", 1, 1,
    prefixes=["952"], second_asked_at=2, sent_at=3, domain_proof=Proof.DNS, second_approved_at=4,
    approvals=[Approval("per_c", 5)],
)  # fmt: skip
ACT = Proposal("prop_1", "org_1", Act.RECALL, {"en": {"reason": "x"}}, {}, "No. 1", 1, 0, 1000, "per_a")


def test_only_the_whole_token_proves_a_domain() -> None:
    assert proven_by_txt(TOKEN, ["v=spf1 -all", f' "{txt_value(TOKEN)}" '])
    assert not proven_by_txt(TOKEN, [txt_value(TOKEN[:-1]), TOKEN, txt_value(TOKEN) + "0"])


def test_a_did_document_of_another_domain_proves_nothing() -> None:
    assert proven_by_did(TOKEN, "maison.example", did_document(TOKEN, "maison.example"))
    assert not proven_by_did(TOKEN, "maison.example", did_document(TOKEN, "evil.example"))
    wrong: tuple[object, ...] = (None, [], "x", {"id": "did:web:maison.example", "service": "x"}, {"service": [1]})
    for broken in wrong:
        assert not proven_by_did(TOKEN, "maison.example", broken)


@pytest.mark.parametrize(
    ("lacks", "missing"),
    [
        ({"prefixes": []}, Missing.PREFIXES),
        ({"second_asked_at": None}, Missing.SECOND),
        ({"sent_at": None}, Missing.SENDING),
        ({"domain_proof": None}, Missing.DOMAIN),
        ({"second_approved_at": None}, Missing.SECOND_APPROVAL),
        ({"approvals": []}, Missing.COUNCIL),
        ({"look_alikes": ["Rival"]}, Missing.COUNCIL),
    ],
)
def test_whatever_is_missing_is_named_and_nothing_else(lacks: dict[str, object], missing: Missing) -> None:
    assert WHOLE.missing == ()
    assert replace(WHOLE, **lacks).missing == (missing,)  # type: ignore[arg-type]


def test_one_person_approving_twice_is_one() -> None:
    twice = replace(WHOLE, look_alikes=["Rival"], approvals=[Approval("per_c", 5), Approval("per_c", 6)])
    assert twice.missing == (Missing.COUNCIL,)


def test_a_proposal_goes_through_its_stages_by_the_clock() -> None:
    approved = replace(ACT, approved_at=2000)
    assert ACT.stage(1000 + OPEN - 1) is Stage.WAITING
    assert ACT.stage(1000 + OPEN) is Stage.LAPSED
    assert approved.stage(2000 + UNDO - 1) is Stage.UNDO
    assert approved.stage(2000 + UNDO) is Stage.SIGNING
    assert replace(approved, signed_at=9).stage(0) is Stage.DONE
    assert replace(approved, taken_back_at=9).stage(10**10) is Stage.TAKEN_BACK


def test_nobody_approves_what_is_their_own_or_twice() -> None:
    with pytest.raises(Forbidden, match="yourself"):
        check_approval(ACT, "per_a", 1001)
    check_approval(ACT, "per_b", 1001)
    program = replace(ACT, proposed_by=None)
    assert program.needs == 2
    with pytest.raises(Forbidden, match="already"):
        check_approval(replace(program, approvals=[Yes("per_b", 1)]), "per_b", 1001)


def test_what_is_signed_cannot_be_taken_back() -> None:
    approved = replace(ACT, approved_at=2000)
    check_take_back(approved, 2000 + UNDO - 1)
    with pytest.raises(Conflict, match="opposite"):
        check_take_back(approved, 2000 + UNDO)


def test_a_recall_has_a_reason_in_at_least_one_language() -> None:
    with pytest.raises(Invalid):
        checked_words({"en": {"reason": " "}, "fr": {}}, Act.RECALL)
    with pytest.raises(Invalid, match="say why"):
        checked_words({"it": {"advice": "Portatela."}}, Act.RECALL)
    assert checked_words({}, Act.AMEND) == {}


def test_the_first_language_stands_under_the_plain_names() -> None:
    words = {"fr": {"reason": "Le fermoir."}, "it": {"reason": "Il fermaglio.", "advice": "Portatela."}}
    assert reference_words(words) == {
        "reason": "Le fermoir.",
        "reason_it": "Il fermaglio.",
        "advice_it": "Portatela.",
    }
