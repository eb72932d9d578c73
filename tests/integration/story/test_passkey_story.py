"""An owner whose key is the fingerprint reader of a phone: the contract itself checks every signature."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.errors import BadSignature
from ledger.domain.outbox import Queued, State
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services import claim_item, hand_over
from ledger.services.draft_statement import draft_statement
from ledger.services.scan_item import scan_item
from ledger.services.submit_statement import submit_statement
from tests.support.passkey import USER_PRESENT, Passkey, passkey
from tests.support.same_as_contract import expect_same_as_contract
from tests.support.world import Card, World

BACKUP = hashlib.sha256(b"a key on paper").digest()
ADA = passkey(0xADA, bytes(12) + bytes.fromhex(signing.address_of(BACKUP)[2:]))
BEN = passkey(0xBE17, hashlib.sha256(b"ben's second item").digest())


def claimed(world: World, owner: Passkey) -> tuple[Card, Queued]:
    card = world.cards()[0]
    drafted = claim_item.draft_claim(world.ledger, card.gtin, card.serial, owner.address)
    by_card, by_owner = (needed.digest for needed in drafted.draft.needed)
    key = claim_private_key(card.code, drafted.activation_half, drafted.item)
    queued = claim_item.submit_claim(
        world.ledger, card.gtin, card.serial, owner.address, signing.sign(key, by_card), owner.sign(by_owner)
    )
    return card, queued


def report(world: World, card: Card, kind: OwnerReportKind, **how: Any) -> Queued:
    draft = draft_statement(world.ledger, Kind.OWNER_REPORT, {"item": card.item, "kind": int(kind)})
    return submit_statement(world.ledger, draft.statement, [ADA.sign(draft.needed[0].digest, **how)])


def final(world: World, *queued: Queued) -> None:
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    expect_same_as_contract(world, world.cards())


def test_a_fingerprint_claims_reports_and_hands_over_to_another_fingerprint(world: World) -> None:
    card, queued = claimed(world, ADA)
    final(world, queued)
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.HELD
    final(world, report(world, card, OwnerReportKind.STOLEN))
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.REPORTED_STOLEN
    final(world, report(world, card, OwnerReportKind.FOUND))
    drafted = hand_over.draft_offer(world.ledger, card.gtin, card.serial, BEN.address)
    offer = hand_over.submit_offer(world.ledger, drafted.statement.values, ADA.sign(drafted.needed[0].digest))
    accepting = hand_over.draft_acceptance(world.ledger, offer.id, BEN.address)
    head = "0x" + bytes(accepting.statement.values["head"]).hex()  # type: ignore[arg-type]
    signature = BEN.sign(accepting.needed[1].digest)
    final(world, hand_over.submit_acceptance(world.ledger, offer.id, BEN.address, head, [signature]))
    with world.ledger.store.read() as tx:
        state = tx.chain.state(card.item)
    assert state is not None
    assert state.holder == BEN.address


def test_F10_the_backup_key_on_paper_speaks_for_a_lost_passkey(world: World) -> None:
    card, queued = claimed(world, ADA)
    final(world, queued)
    draft = draft_statement(world.ledger, Kind.OWNER_REPORT, {"item": card.item, "kind": int(OwnerReportKind.LOST)})
    signature = ADA.by_backup(BACKUP, draft.needed[0].digest)
    final(world, submit_statement(world.ledger, draft.statement, [signature]))
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.REPORTED_LOST


@pytest.mark.parametrize(
    ("how", "words"),
    [({"flags": USER_PRESENT}, "without a fingerprint"), ({"low": False}, "upper half")],
    ids=["nobody verified", "high s"],
)
def test_an_assertion_that_the_contract_would_refuse_is_refused_at_once(
    sqlite_world: World, how: dict[str, Any], words: str
) -> None:
    card, queued = claimed(sqlite_world, ADA)
    final(sqlite_world, queued)
    with pytest.raises(BadSignature, match=words):
        report(sqlite_world, card, OwnerReportKind.LOST, **how)


def test_another_persons_passkey_is_not_the_owners(sqlite_world: World) -> None:
    card, queued = claimed(sqlite_world, ADA)
    final(sqlite_world, queued)
    draft = draft_statement(sqlite_world.ledger, Kind.CANCEL, {"item": card.item})
    with pytest.raises(BadSignature, match="the owner’s key"):
        submit_statement(sqlite_world.ledger, draft.statement, [BEN.sign(draft.needed[0].digest)])
