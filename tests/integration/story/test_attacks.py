"""The attacks on an earlier draft of the protocol that are answered outside the contract, each by its number.

The others are in tests/contracts/Attacks.t.sol and the files beside it.
"""

from __future__ import annotations

import gzip
import json

import pytest
import rfc8785
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from ledger.chain import signing
from ledger.domain.errors import BadSignature, TooMany
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.outbox import State
from ledger.domain.statements import Domain, Kind, statement_hash
from ledger.services import hand_over, record_inspection
from ledger.services.draft_statement import draft_statement
from ledger.services.read_manifest import read_manifest
from ledger.services.submit_statement import submit_statement
from tests.support.passkey import passkey
from tests.support.world import Card, World, person

ADA, BEN = person("ada"), person("ben")


@pytest.fixture
def owned(sqlite_world: World) -> Card:
    card = sqlite_world.cards()[0]
    sqlite_world.claim(card, ADA)
    sqlite_world.settle()
    return card


def test_F5_who_has_the_link_does_not_guess_the_six_digits(sqlite_world: World, owned: Card) -> None:
    offer = sqlite_world.offer(owned, ADA, BEN.address, code="271828")
    for wrong in ("000000", "000001", "000002", "000003", "000004"):
        with pytest.raises(BadSignature):
            hand_over.release_offer(sqlite_world.ledger, offer, wrong)
    with pytest.raises(TooMany, match="dead"):
        hand_over.release_offer(sqlite_world.ledger, offer, "271828")


def test_F5_who_has_the_database_does_not_find_the_six_digits_in_it(sqlite_world: World, owned: Card) -> None:
    offer = sqlite_world.offer(owned, ADA, BEN.address, code="271828")
    with sqlite_world.ledger.store.read() as tx:
        stored = tx.papers.offer(offer)
    assert stored is not None
    # Without the vault's key, which is not in the database, a million guesses are worth nothing.
    for guess in (b"271828", stored.hash + b"271828", b"271828" + stored.hash):
        assert stored.code_hash not in (keccak(guess), sqlite_world.ledger.keccak(guess))


def test_F9_what_signs_somebody_in_is_no_statement(sqlite_world: World, owned: Card) -> None:
    draft = draft_statement(sqlite_world.ledger, Kind.CANCEL, {"item": owned.item})
    typed = draft.needed[0].typed
    # The very fields of a cancellation, as a message of another type that an owner may be asked to sign.
    other = {
        **typed,
        "primaryType": "SignIn",
        "types": {"EIP712Domain": typed["types"]["EIP712Domain"], "SignIn": typed["types"]["Cancel"]},
    }
    message = encode_typed_data(full_message=other)
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    with pytest.raises(BadSignature):
        submit_statement(sqlite_world.ledger, draft.statement, [signing.sign(ADA.key, digest)])


def test_F11_one_passkey_has_another_address_for_every_item() -> None:
    blinds = [number.to_bytes(32, "big") for number in range(1, 6)]
    assert len({passkey(7, blind).address for blind in blinds}) == len(blinds)
    assert passkey(7, blinds[0]).address == passkey(7, blinds[0]).address


def test_F16_a_signature_for_a_twin_of_the_contract_is_not_for_ours(sqlite_world: World, owned: Card) -> None:
    draft = draft_statement(sqlite_world.ledger, Kind.CANCEL, {"item": owned.item})
    with sqlite_world.ledger.store.read() as tx:
        ours = sqlite_world.ledger.domain(tx)
    twin = Domain(ours.chain_id, "0x" + "42" * 20)
    digest = twin.digest(statement_hash(draft.statement, sqlite_world.ledger.keccak), sqlite_world.ledger.keccak)
    with pytest.raises(BadSignature):
        submit_statement(sqlite_world.ledger, draft.statement, [signing.sign(ADA.key, digest)])


def test_F20_what_can_be_guessed_is_never_hashed_bare(sqlite_world: World, owned: Card) -> None:
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND)
    said = {"basis": "ok"}
    ledger, inspector = sqlite_world.ledger, sqlite_world.caller("luxcheck")
    sqlite_world.say("council", Kind.ACCREDIT, party=sqlite_world.party("luxcheck"))
    sqlite_world.settle()
    twice = [
        record_inspection.record(ledger, inspector, record_inspection.inspection(owned.gtin, owned.serial, facts, said))
        for _ in range(2)
    ]
    commitments = {bytes(one.statement.values["report"]) for one in twice}  # type: ignore[arg-type]
    assert len(commitments) == 2
    bare = rfc8785.dumps({"text": said, "evidence": []})
    assert not commitments & {keccak(bare), keccak(json.dumps(said).encode())}
    sqlite_world.settle()
    for one in twice:
        sqlite_world.expect(one, State.FINAL)


def test_F20_no_serial_stands_in_the_public_manifest(sqlite_world: World) -> None:
    with sqlite_world.ledger.store.read() as tx:
        item = tx.batches.item(sqlite_world.cards()[0].item)
        batch = tx.batches.get(item.batch_id) if item else None
    assert batch is not None
    public = gzip.decompress(read_manifest(sqlite_world.ledger, str(batch.public_file))).decode()
    assert len(public.splitlines()) == batch.count + 1
    assert not [card.serial for card in sqlite_world.cards() if card.serial in public]
