"""What becomes of a credential whose facts change: it shows, in a list that tells nobody who asked."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.credentials import CredentialKind
from ledger.domain.inspections import WithdrawalReason
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import record_inspection as ri
from ledger.services.credential_issue import issue
from ledger.services.credential_status import settle_credentials
from ledger.services.kept_keys import sign_and_submit
from tests.web.api.asking import Asking, claimed, path_of, registered
from tests.web.credentials.given import (
    fresh,
    inspected,
    number_of,
    report,
    settle,
    token_of,
)
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage


def test_a_new_owner_ends_the_passport_before(stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier) -> None:
    item = fresh(stage, brand)
    before = verifier.verify(token_of(anyone, item))
    claimed(stage, anyone, item)
    settle(stage)
    assert verifier.status(before).revoked
    after = verifier.verify(token_of(anyone, item))
    assert after["credentialSubject"]["hasOwner"] is True
    assert after["id"] != before["id"]
    assert not verifier.status(after).revoked


def test_a_stolen_item_is_suspended_until_it_is_found(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    owner = claimed(stage, anyone, item)
    body = verifier.verify(token_of(anyone, item))
    report(stage, owner, item, OwnerReportKind.STOLEN)
    settle(stage)
    status = verifier.status(body)
    assert (status.suspended, status.revoked) == (True, False)
    report(stage, owner, item, OwnerReportKind.FOUND)
    settle(stage)
    assert not verifier.status(body).suspended


def test_the_theft_of_an_item_suspends_what_is_issued_later_too(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    report(stage, claimed(stage, anyone, item), item, OwnerReportKind.STOLEN)
    stage.follow()
    assert verifier.status(verifier.verify(token_of(anyone, item))).suspended


def test_a_recall_of_the_batch_suspends_every_passport_of_it(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    items = registered(stage, brand, 2, made_in="FR")
    bodies = [verifier.verify(token_of(anyone, one)) for one in items]
    with stage.ledger.store.read() as tx:
        found = tx.batches.find(items[0]["gtin"], items[0]["serial"])[0]
        number = tx.batches.get(found.batch_id).number  # type: ignore[union-attr]
    mark = {"kind": int(MarkKind.RECALL_BATCH), "subject": number, "ref": bytes(32)}
    sign_and_submit(stage.ledger, stage.brand, Kind.MARK, mark)
    settle(stage)
    assert all(verifier.status(one).suspended for one in bodies)


def test_a_withdrawn_inspection_is_revoked_and_never_issued_again(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    statement, number = inspected(stage, anyone, item)
    body = verifier.verify(token_of(anyone, item, f"inspections/{statement}"))
    finding = ri.withdrawal(item["gtin"], item["serial"], number, WithdrawalReason.MISTAKE, {"why": "Another bag."})
    ri.record(stage.ledger, stage.inspector, finding)
    settle(stage)
    assert verifier.status(body).revoked
    assert anyone.ask("GET", f"{path_of(item)}/credentials/inspections/{statement}").status_code == 409


def test_the_end_of_an_item_revokes_its_passport(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    body = verifier.verify(token_of(anyone, item))
    sign_and_submit(
        stage.ledger,
        stage.brand,
        Kind.MARK,
        {"kind": int(MarkKind.VOID), "subject": number_of(stage, item), "ref": bytes(32)},
    )
    settle(stage)
    assert verifier.status(body).revoked
    assert anyone.ask("GET", f"{path_of(item)}/credentials/passport").status_code == 409


def test_nothing_is_looked_at_twice_without_a_reason(stage: Stage) -> None:
    settle(stage)
    assert settle_credentials(stage.ledger) is False


def test_it_is_issued_anew_before_it_expires(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand)
    first = token_of(anyone, item)
    later = replace(stage.ledger, clock=lambda: stage.ledger.clock() + 336 * 86_400)
    assert issue(later, item["gtin"], item["serial"], CredentialKind.PASSPORT).token != first
