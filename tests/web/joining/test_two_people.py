"""Recalls and the like: one proposes, another approves, a quarter of an hour to take back; only then a signature."""

from __future__ import annotations

import io

import pytest

from ledger.domain.errors import Conflict, Forbidden
from ledger.domain.statements import Kind, MarkKind
from ledger.domain.two_people import UNDO, Act
from ledger.services.propose_act import propose
from ledger.services.propose_carry_out import carry_out_next
from ledger.services.propose_find import Chosen
from ledger.services.propose_tell import tell_next
from ledger.services.scan_item import scan_item
from ledger.services.set_mark import mark_item
from tests.support.phone import Phone
from tests.web.joining.conftest import GTIN, Clock, MakePhone, StaffRole, Stage

NEW = "/console/approvals/new"


def proposed(one: Phone, **more: object) -> str:
    """A proposal through both steps of the form; its page."""
    fields = {"act": "recall", "by": "code", "reason-en": "The clasp may open.", "seen": "yes"} | more
    answer = one.post(NEW, NEW, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def carry_out(stage: Stage) -> None:
    while carry_out_next(stage.ledger):
        pass


def marks(stage: Stage) -> int:
    """How many marks of the brand's are queued or beyond."""
    with stage.ledger.store.read() as tx:
        found = tx.outbox.page(stage.brand.organisation.id, None, 500)
    return sum(one.statement.kind is Kind.MARK for one in found)


def test_how_far_it_reaches_is_shown_before_anything_is_kept(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.OPERATIONS)
    with stage.ledger.store.read() as tx:
        batch = tx.batches.find(GTIN, "KNOWN0")[0].batch_id
        before = len(tx.proposals.page(stage.brand.organisation.id, None, 100))
    fields = {"act": "recall", "by": "batch", "batch": batch, "reason-fr": "Le fermoir."}
    page = anna.post(NEW, NEW, **fields)
    assert page.status_code == 200
    assert "<b>8</b> items" in page.text
    with stage.ledger.store.read() as tx:
        assert len(tx.proposals.page(stage.brand.organisation.id, None, 100)) == before


def test_nobody_approves_their_own_proposal(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    page = proposed(anna, code=f"{GTIN} KNOWN1")
    assert "Somebody else has to approve it" in anna.get(page).text
    assert anna.post(page, f"{page}/approve").status_code == 403


def test_nothing_is_signed_before_the_quarter_of_an_hour_is_over(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.OPERATIONS)
    before = marks(stage)
    page = proposed(anna, code=f"{GTIN} KNOWN2", **{"advice-en": "Bring it to a shop.", "reason-it": "Il fermaglio."})
    carry_out(stage)
    assert marks(stage) == before
    assert bruno.signs(bruno.post(page, f"{page}/approve")) == page
    clock.ahead += UNDO - 5
    carry_out(stage)
    assert marks(stage) == before
    assert "can still be taken back" in anna.get(page).text
    clock.ahead += 10
    carry_out(stage)
    assert marks(stage) == before + 1
    stage.follow()
    standing = scan_item(stage.ledger, GTIN, "KNOWN2").standing
    assert standing.key.value == "recalled"
    assert "The clasp may open" in " ".join(standing.sentences)
    assert "Il fermaglio" in anna.get(f"/01/{GTIN}/21/KNOWN2?lang=it").text
    assert "The clasp may open" in anna.get(f"/01/{GTIN}/21/KNOWN2?lang=fr").text


@pytest.mark.parametrize("who", ["the proposer", "the approver"])
def test_either_takes_it_back_within_the_quarter_of_an_hour(
    stage: Stage, phone: MakePhone, clock: Clock, who: str
) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.OPERATIONS)
    before = marks(stage)
    page = proposed(anna, code=f"{GTIN} KNOWN3")
    bruno.signs(bruno.post(page, f"{page}/approve"))
    one = anna if who == "the proposer" else bruno
    assert one.post(page, f"{page}/take-back").status_code == 303
    clock.ahead += UNDO + 1
    carry_out(stage)
    assert marks(stage) == before
    assert "Nothing was signed" in anna.get(page).text


def test_after_the_quarter_of_an_hour_it_is_too_late_to_take_back(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.OPERATIONS)
    page = proposed(anna, code=f"{GTIN} KNOWN3")
    bruno.signs(bruno.post(page, f"{page}/approve"))
    clock.ahead += UNDO + 1
    answer = anna.post(NEW, f"{page}/take-back")
    assert answer.status_code == 409
    assert "Propose the opposite" in answer.text
    carry_out(stage)


def test_a_whole_batch_is_one_statement(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.ADMIN)
    stage.register([{"serial": "B1"}, {"serial": "B2"}])
    with stage.ledger.store.read() as tx:
        batch = tx.batches.find(GTIN, "B1")[0].batch_id
    page = proposed(anna, by="batch", batch=batch, act="void")
    bruno.signs(bruno.post(page, f"{page}/approve"))
    clock.ahead += UNDO + 1
    before = marks(stage)
    carry_out(stage)
    assert marks(stage) == before + 1
    stage.follow()
    assert scan_item(stage.ledger, GTIN, "B2").standing.key.value == "revoked"


def test_a_file_with_a_wrong_line_proposes_nothing_and_names_it(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    content = f"gtin,serial\n{GTIN},KNOWN4\n{GTIN},NOBODY\n".encode()
    fields = {"act": "recall", "by": "file", "reason-en": "The clasp."}
    answer = anna.post(NEW, NEW, **fields, file=(io.BytesIO(content), "list.csv"))
    assert answer.status_code == 422
    assert "row 3" in answer.text
    assert "NOBODY" in answer.text


def test_a_file_that_was_seen_is_the_file_that_is_proposed(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    content = f"gtin,serial\n{GTIN},KNOWN4\n{GTIN},KNOWN5\n".encode()
    fields = {"act": "retire", "by": "file", "reason-en": "Damaged."}
    seen = anna.post(NEW, NEW, **fields, file=(io.BytesIO(content), "list.csv")).text
    kept = seen.split('name="kept_file" value="')[1].split('"')[0]
    page = proposed(anna, **fields, kept_file=kept, file_name="list.csv")
    assert "<b>2</b> items" in anna.get(page).text


def test_a_changed_description_is_signed_for_each_item(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.ADMIN)
    page = proposed(anna, act="amend", code=f"{GTIN} KNOWN6", field="colour", value="noir", **{"reason-en": ""})
    bruno.signs(bruno.post(page, f"{page}/approve"))
    clock.ahead += UNDO + 1
    carry_out(stage)
    stage.follow()
    assert "noir" in str(scan_item(stage.ledger, GTIN, "KNOWN6"))


def test_a_reason_in_no_language_is_refused(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    answer = anna.post(NEW, NEW, act="recall", by="code", code=f"{GTIN} KNOWN1", **{"advice-en": "Bring it."})
    assert answer.status_code == 422
    assert "say why" in answer.text


@pytest.mark.parametrize("role", [StaffRole.VIEWER, StaffRole.BOUTIQUE, StaffRole.INSPECTOR])
def test_other_roles_neither_propose_nor_approve(stage: Stage, phone: MakePhone, role: StaffRole) -> None:
    anna, other = phone("anna", "maison", StaffRole.ADMIN), phone("other", "maison", role)
    page = proposed(anna, code=f"{GTIN} KNOWN1")
    for address in (NEW, f"{page}/approve", f"{page}/take-back"):
        refused = other.post(
            "/my/account", address, act="recall", by="code", code=f"{GTIN} KNOWN1", **{"reason-en": "x"}
        )
        assert refused.status_code in (403, 422), address
        assert "Location" not in refused.headers


def test_another_brands_member_sees_and_decides_nothing(stage: Stage, phone: MakePhone) -> None:
    anna, spy = phone("anna", "maison", StaffRole.ADMIN), phone("spy", "luxcheck", StaffRole.ADMIN)
    page = proposed(anna, code=f"{GTIN} KNOWN1")
    assert spy.get(page).status_code in (403, 404)
    assert spy.post("/my/account", f"{page}/approve").status_code in (403, 404)


def test_a_key_of_a_program_proposes_only_where_two_people_are_always_needed(stage: Stage) -> None:
    words = {"en": {"reason": "The clasp."}}
    chosen = Chosen(code=f"{GTIN} KNOWN1")
    with pytest.raises(Forbidden, match="sign in as yourself"):
        propose(stage.ledger, stage.brand, Act.RECALL, chosen, words)
    with stage.ledger.store.write() as tx:
        tx.shop.choose_two_people(stage.brand.organisation.id, True)
    try:
        assert propose(stage.ledger, stage.brand, Act.RECALL, chosen, words).needs == 2
        with pytest.raises(Conflict, match="two people decide"):
            mark_item(stage.ledger, stage.brand, MarkKind.RECALL, GTIN, "KNOWN1", {"reason": "x"})
        mark_item(stage.ledger, stage.brand, MarkKind.THEFT, GTIN, "KNOWN7", {"reason": "x"})
    finally:
        with stage.ledger.store.write() as tx:
            tx.shop.choose_two_people(stage.brand.organisation.id, False)


def test_two_turns_of_the_worker_sign_once(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.ADMIN)
    page = proposed(anna, code=f"{GTIN} KNOWN5", act="recall")
    bruno.signs(bruno.post(page, f"{page}/approve"))
    clock.ahead += UNDO + 1
    before = marks(stage)
    carry_out(stage)
    carry_out(stage)
    assert marks(stage) == before + 1
    stage.follow()
    while tell_next(stage.ledger):
        pass
    with stage.ledger.store.read() as tx:
        assert all(one.told_at for one in tx.proposals.subjects(page.rsplit("/", 1)[1], -1, 10))
