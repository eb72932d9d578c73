"""What bad input gets: a sentence, and nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from ledger.chain import signing
from ledger.domain.custody import RECOVERY_NOTICE
from ledger.domain.errors import BadSignature, Conflict, Forbidden, Invalid, LedgerError, TooMany, Unknown
from ledger.domain.outbox import State
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Domain, Kind, OwnerReportKind, make, struct_hash
from ledger.services import claim_item, hand_over
from ledger.services import record_inspection as records
from ledger.services.draft_statement import draft_statement
from ledger.services.organisations import add_organisation
from ledger.services.scan_item import scan_item, scan_many
from ledger.services.submit_statement import submit_statement
from ledger.storage import tables
from tests.support.world import Card, World, person

ADA, BEN, EVE = person("ada"), person("ben"), person("eve")


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def owned(world: World) -> Card:
    card = world.cards()[0]
    world.claim(card, ADA)
    world.settle()
    return card


def kept(world: World) -> int:
    with world.ledger.store.read() as tx:
        return int(tx.connection.scalar(select(func.count()).select_from(tables.statements)) or 0)  # type: ignore[attr-defined]


def report(world: World, card: Card, kind: int = int(OwnerReportKind.STOLEN), **more: Any) -> Any:
    return draft_statement(world.ledger, Kind.OWNER_REPORT, {"item": card.item, "kind": kind, **more})


def refused(world: World, why: type[LedgerError], words: str, statement: Any, *signatures: bytes) -> None:
    before = kept(world)
    with pytest.raises(why, match=words):
        submit_statement(world.ledger, statement, list(signatures))
    assert kept(world) == before


def test_another_persons_key_is_refused(world: World, owned: Card) -> None:
    draft = report(world, owned)
    signature = signing.sign(EVE.key, draft.needed[0].digest)
    refused(world, BadSignature, "not signed by the owner", draft.statement, signature)


def test_a_signature_for_another_chain_or_contract_is_refused(world: World, owned: Card) -> None:
    draft = report(world, owned)
    with world.ledger.store.read() as tx:
        domain = world.ledger.domain(tx)
    struct = struct_hash(Kind.OWNER_REPORT, draft.statement.values, signing.keccak)
    for other in (Domain(domain.chain_id + 1, domain.contract), Domain(domain.chain_id, "0x" + "11" * 20)):
        signature = signing.sign(ADA.key, other.digest(struct, signing.keccak))
        refused(world, BadSignature, "one message on one chain", draft.statement, signature)


def test_bytes_that_are_no_signature_are_refused(world: World, owned: Card) -> None:
    for broken in (b"", bytes(64), bytes(65), b"\xff" * 65, b"\x02" * 98, b"\x03" * 162, b"\x01" * 9_000):
        refused(world, BadSignature, "[Ss]ignature|passkey", report(world, owned).statement, broken)


def test_too_few_and_too_many_signatures_are_refused(world: World, owned: Card) -> None:
    draft = report(world, owned)
    good = signing.sign(ADA.key, draft.needed[0].digest)
    refused(world, BadSignature, "takes 1 signature", draft.statement)
    refused(world, BadSignature, "takes 1 signature", draft.statement, good, good)


def test_a_statement_for_an_earlier_sequence_is_refused(world: World, owned: Card) -> None:
    draft = report(world, owned)
    world.own(ADA, Kind.CANCEL, owned)
    world.settle()
    refused(world, Conflict, "sequence is 2", draft.statement, signing.sign(ADA.key, draft.needed[0].digest))


def test_an_expired_offer_is_refused(world: World, owned: Card) -> None:
    offer = world.offer(owned, ADA, BEN.address, expiry=world.ledger.now() + 60)
    world.clock.ahead += 120
    with pytest.raises(Conflict, match="expired"):
        world.accept(offer, BEN)


def test_an_offer_ends_in_the_future_and_within_ninety_days(world: World, owned: Card) -> None:
    for expiry in (world.ledger.now() - 1, world.ledger.now() + 91 * 86_400):
        with pytest.raises(Invalid, match="90 days"):
            world.offer(owned, ADA, BEN.address, expiry=expiry)


def test_an_acceptance_of_something_newer_than_was_seen_is_refused(world: World, owned: Card) -> None:
    offer = world.offer(owned, ADA, BEN.address)
    draft = hand_over.draft_acceptance(world.ledger, offer, BEN.address)
    world.say("maison", Kind.MARK, subject=owned.item, kind=5)
    world.settle()
    head = "0x" + bytes(draft.statement.values["head"]).hex()  # type: ignore[arg-type]
    signature = signing.sign(BEN.key, draft.needed[1].digest)
    with pytest.raises(Conflict, match="since you looked"):
        hand_over.submit_acceptance(world.ledger, offer, BEN.address, head, [signature])


def test_an_acceptance_is_for_its_own_offer_only(world: World, owned: Card) -> None:
    one = world.offer(owned, ADA, BEN.address)
    stored = hand_over.release_offer(world.ledger, one)
    with world.ledger.store.read() as tx:
        head = tx.chain.state(owned.item).head  # type: ignore[union-attr]
    statement = make(Kind.ACCEPT, {"offer": b"\x01" * 32, "newOwner": BEN.address, "head": head}, stored.values)
    refused(world, Invalid, "another offer", statement, b"\x00" * 65, b"\x00" * 65)


def test_an_offer_is_never_submitted_alone(world: World, owned: Card) -> None:
    draft = hand_over.draft_offer(world.ledger, owned.gtin, owned.serial, BEN.address)
    signature = signing.sign(ADA.key, draft.needed[0].digest)
    refused(world, Invalid, "goes out with", draft.statement, signature)


def test_a_wrong_claim_code_counts_and_the_sixth_try_waits(world: World) -> None:
    card, other = world.cards()[:2]
    for _ in range(claim_item.TRIES):
        with pytest.raises(BadSignature, match="not this item’s"):
            world.claim(card, ADA, code=other.code)
    with pytest.raises(TooMany, match="Wait") as told:
        world.claim(card, ADA)
    assert 0 < told.value.retry_after <= claim_item.PAUSE
    world.claim(other, ADA)
    world.clock.ahead += claim_item.PAUSE + 1
    world.claim(card, ADA)


def test_a_used_code_says_that_there_is_an_owner(world: World, owned: Card) -> None:
    with pytest.raises(Conflict, match="already has an owner"):
        world.claim(owned, EVE)


def test_an_item_that_is_not_on_sale_cannot_be_claimed(world: World) -> None:
    _, cards = world.register("maison", ["09521234543213;;Sac 99;red"])
    line = cards[0]
    with pytest.raises(Conflict, match="not put this item on sale"):
        claim_item.draft_claim(world.ledger, line["gtin"], line["serial"], ADA.address)


def test_an_inspector_who_is_not_accredited_is_refused(world: World) -> None:
    card = world.cards()[0]
    facts = b"\x01\x01\x00\x01\x01" + bytes(27)
    with pytest.raises(Forbidden, match="accredited"):
        world.say("atelier", Kind.RECORD, item=card.item, kind=1, facts=facts)
    with pytest.raises(Forbidden, match="accredited now"):
        world.say("atelier", Kind.RECORD, item=card.item, kind=1, facts=facts, accreditor=world.party("maison"))
    with pytest.raises(Forbidden, match="own brand or the council"):
        world.say("luxcheck", Kind.RECORD, item=card.item, kind=1, facts=facts, accreditor=world.party("rival"))


def test_a_finding_from_the_future_is_refused(world: World) -> None:
    card = world.cards()[0]
    with pytest.raises(Invalid, match="future"):
        world.say(
            "luxcheck",
            Kind.RECORD,
            item=card.item,
            kind=1,
            facts=bytes(32),
            date=world.ledger.now() + 7_200,
        )


@pytest.mark.parametrize("item", [0, 1, 2**256 - 1, 2**256, -1, "zero", None, 1.5, True, [1]])
def test_an_item_that_there_is_none_of_is_told(world: World, item: Any) -> None:
    with pytest.raises((Unknown, Invalid)):
        world.say("maison", Kind.RETIRE, item=item)


def test_an_unknown_gtin_or_serial_is_told(world: World) -> None:
    with pytest.raises(Unknown):
        claim_item.draft_claim(world.ledger, "09521234543213", "NOSUCHSERIAL", ADA.address)
    with pytest.raises(Invalid):
        claim_item.draft_claim(world.ledger, "09521234543214", "NOSUCHSERIAL", ADA.address)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Kind.MARK, {"kind": 5}),
        (Kind.MARK, {"kind": 1}),
        (Kind.RETIRE, {}),
        (Kind.REPLACE_CLAIM, {"claimAddress": "0x" + "11" * 20}),
        (Kind.AMEND_ITEM, {"recordHash": b"\x01" * 32, "manifestHash": b"\x01" * 32}),
    ],
)
def test_another_brands_item_is_not_ours_to_speak_of(world: World, kind: Kind, more: dict[str, Any]) -> None:
    name = "subject" if kind is Kind.MARK else "item"
    before = kept(world)
    with pytest.raises(Forbidden, match="another brand"):
        world.say("rival", kind, **{name: world.cards()[0].item}, **more)
    assert kept(world) == before


@pytest.mark.parametrize("kind", [9, 11])
def test_another_brands_batch_is_not_ours_either_and_an_unknown_one_is_none(world: World, kind: int) -> None:
    maison = world.party("maison") << 32
    with pytest.raises(Forbidden, match="another brand"):
        world.say("rival", Kind.MARK, subject=maison | 1, kind=kind)
    with pytest.raises(Unknown, match="no batch"):
        world.say("maison", Kind.MARK, subject=maison | 7, kind=kind)


@pytest.mark.parametrize("kind", [0, 15, 99, 255])
def test_a_mark_or_a_report_that_there_is_none_of_is_refused(world: World, owned: Card, kind: int) -> None:
    with pytest.raises(Invalid):
        world.say("maison", Kind.MARK, subject=owned.item, kind=kind)
    with pytest.raises(Invalid):
        world.own(ADA, Kind.OWNER_REPORT, owned, kind=kind)
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.HELD


def test_the_council_marks_only_what_is_its_to_mark(world: World, owned: Card) -> None:
    with pytest.raises(Forbidden, match="not the council"):
        world.say("council", Kind.MARK, subject=owned.item, kind=5)
    with pytest.raises(Forbidden, match="Only the council"):
        world.say("maison", Kind.MARK, subject=owned.item, kind=14)
    with pytest.raises(Conflict, match="has an owner"):
        world.say("maison", Kind.MARK, subject=owned.item, kind=7)


def test_the_council_speaks_with_two_different_keys(world: World) -> None:
    draft = draft_statement(world.ledger, Kind.ACCREDIT, {"party": world.party("atelier")}, world.caller("council"))
    with world.ledger.store.read() as tx:
        keystore = tx.organisations.keystore(world.caller("council").organisation.id)
    key = world.ledger.vault.open_key(keystore or {})
    one = signing.sign(key, draft.needed[0].digest)
    refused(world, BadSignature, "two different keys", draft.statement, one, one)
    refused(world, BadSignature, "takes 2", draft.statement, one)


def test_nobody_is_accredited_twice_or_by_themselves(world: World) -> None:
    with pytest.raises(Conflict, match="already"):
        world.say("maison", Kind.ACCREDIT, party=world.party("luxcheck"))
    with pytest.raises(Forbidden, match="Nobody accredits themselves"):
        world.say("maison", Kind.ACCREDIT, party=world.party("maison"))
    with pytest.raises(Forbidden, match="Only a brand"):
        world.say("luxcheck", Kind.ACCREDIT, party=world.party("atelier"))
    with pytest.raises(Conflict, match="no accreditation"):
        world.say("maison", Kind.END_ACCREDITATION, party=world.party("atelier"))
    with pytest.raises(Unknown):
        world.say("maison", Kind.ACCREDIT, party=77)


def test_numbers_that_fit_nowhere_are_refused_before_they_reach_the_database(world: World) -> None:
    with pytest.raises(Invalid, match="too large"):
        world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32, nonce=2**63)
    with pytest.raises(Invalid):
        world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32, party=2**200)
    with pytest.raises(Unknown):
        world.say("luxcheck", Kind.RECORD, item=world.cards()[0].item, kind=3, facts=bytes(32), about=2**255)


def test_a_recovery_that_is_disputed_is_not_completed(world: World, owned: Card) -> None:
    world.say("maison", Kind.REPLACE_CLAIM, item=owned.item, claimAddress=EVE.address)
    world.settle()
    world.travel(RECOVERY_NOTICE + 60)
    world.say("council", Kind.MARK, subject=owned.item, kind=2)
    world.settle()
    draft = draft_statement(world.ledger, Kind.COMPLETE_RECOVERY, {"item": owned.item, "newOwner": BEN.address})
    signatures = [signing.sign(who.key, need.digest) for who, need in zip((EVE, BEN), draft.needed, strict=True)]
    refused(world, Conflict, "in dispute", draft.statement, *signatures)


# A contract wallet's signature can be judged by the chain alone: anybody can write one down.


def nonsense(address: str) -> bytes:
    return b"\x01" + bytes.fromhex(address[2:]) + b"nonsense"


def test_a_made_up_wallet_signature_is_no_news(world: World, owned: Card) -> None:
    forged = submit_statement(world.ledger, report(world, owned).statement, [nonsense(ADA.address)])
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.HELD
    brand = world.caller("maison")
    draft = draft_statement(world.ledger, Kind.MARK, {"subject": owned.item, "kind": 5}, brand)
    submit_statement(world.ledger, draft.statement, [nonsense(brand.organisation.address)])
    offer = hand_over.draft_offer(world.ledger, owned.gtin, owned.serial, EVE.address)
    hand_over.submit_offer(world.ledger, offer.statement.values, nonsense(ADA.address))
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.HELD
    for _ in range(3):
        world.loop.turn()
    assert world.progress(forged).state in (State.QUEUED, State.REFUSED)
    assert "signature" in (world.progress(forged).reason or "")


def test_many_made_up_wallet_signatures_do_not_hide_the_true_news(world: World, owned: Card) -> None:
    draft = report(world, owned)
    for number in range(60):
        forged = make(Kind.OWNER_REPORT, {**draft.statement.values, "ref": number.to_bytes(32, "big")})
        submit_statement(world.ledger, forged, [nonsense(ADA.address)])
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.HELD
    submit_statement(world.ledger, draft.statement, [signing.sign(ADA.key, draft.needed[0].digest)])
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.REPORTED_STOLEN
    (told,) = scan_many(world.ledger, [(owned.gtin, owned.serial)])
    assert told.standing.key is Key.REPORTED_STOLEN


def test_a_made_up_offer_with_the_same_terms_gives_way_to_the_owners_own(world: World, owned: Card) -> None:
    draft = hand_over.draft_offer(world.ledger, owned.gtin, owned.serial, BEN.address)
    values, digest = draft.statement.values, draft.needed[0].digest
    squatter = hand_over.submit_offer(world.ledger, values, nonsense(ADA.address), "999999")
    with pytest.raises(Conflict, match="another expiry"):
        hand_over.submit_offer(world.ledger, values, nonsense(ADA.address) + b"more")
    own = hand_over.submit_offer(world.ledger, values, signing.sign(ADA.key, digest))
    assert own.id != squatter.id
    assert own.code_hash is None
    with pytest.raises(Unknown):
        hand_over.release_offer(world.ledger, squatter.id, "999999")
    accepted = world.accept(own.id, BEN)
    world.settle()
    world.expect(accepted, State.FINAL)


def test_many_made_up_offers_do_not_hide_the_true_one(world: World, owned: Card) -> None:
    true = hand_over.draft_offer(world.ledger, owned.gtin, owned.serial, EVE.address)
    signature = signing.sign(ADA.key, true.needed[0].digest)
    hand_over.submit_offer(world.ledger, true.statement.values, signature)
    for second in range(25):
        values = {**true.statement.values, "expiry": int(true.statement.values["expiry"]) + 1 + second}
        hand_over.submit_offer(world.ledger, values, nonsense(ADA.address))
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.IN_TRANSFER
    (told,) = scan_many(world.ledger, [(owned.gtin, owned.serial)])
    assert told.standing.key is Key.IN_TRANSFER


def test_a_made_up_wallet_signature_keeps_the_true_one_from_nothing(world: World, owned: Card) -> None:
    draft = report(world, owned)
    forged = submit_statement(world.ledger, draft.statement, [nonsense(ADA.address)])
    true = submit_statement(world.ledger, draft.statement, [signing.sign(ADA.key, draft.needed[0].digest)])
    assert true.id == forged.id
    world.settle()
    world.expect(true, State.FINAL)
    assert scan_item(world.ledger, owned.gtin, owned.serial).standing.key is Key.REPORTED_STOLEN


def test_the_true_signature_is_taken_even_after_the_made_up_one_was_refused(world: World, owned: Card) -> None:
    draft = report(world, owned)
    submit_statement(world.ledger, draft.statement, [nonsense(ADA.address)])
    world.loop.turn()
    true = submit_statement(world.ledger, draft.statement, [signing.sign(ADA.key, draft.needed[0].digest)])
    world.settle()
    world.expect(true, State.FINAL)


def test_a_made_up_wallet_signature_takes_no_number(world: World) -> None:
    brand = world.caller("maison")
    for nonce in (5, 2**63 - 1):
        draft = draft_statement(world.ledger, Kind.ANCHOR, {"hash": b"\x01" * 32, "nonce": nonce}, brand)
        submit_statement(world.ledger, draft.statement, [nonsense(brand.organisation.address)])
    said = world.say("maison", Kind.ANCHOR, hash=b"\x02" * 32)
    assert said.statement.nonce is not None
    assert said.statement.nonce < 100
    world.settle()
    world.expect(said, State.FINAL)


# What an organisation may be


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"role": "council"}, "council"),
        ({"slug": "council"}, "council"),
        ({"own_address": "0x" + "0" * 40}, "address"),
        ({"programme_start": "2024-13-01"}, "date"),
        ({"programme_start": "0000-01-01"}, "date"),
        ({"prefixes": ["123"]}, "prefix"),
        ({"domain": "https://x.example"}, "domain"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused_with_the_field(
    world: World, wrong: dict[str, Any], words: str
) -> None:
    from ledger.domain.organisations import Role

    given: dict[str, Any] = {"slug": "neu", "name": "Neu", "role": "brand", "domain": "neu.example", **wrong}
    given["role"] = Role(given["role"])
    with pytest.raises(Invalid, match=words):
        add_organisation(world.ledger, **given)


@pytest.mark.parametrize("prefix", ["952123", "9521234", "95212", "9521"])
def test_a_prefix_that_shares_numbers_with_anothers_is_refused(world: World, prefix: str) -> None:
    from ledger.domain.organisations import Role

    with pytest.raises(Conflict, match="shares numbers"):
        add_organisation(world.ledger, slug="neu", name="Neu", role=Role.BRAND, domain="neu.example", prefixes=[prefix])


def test_a_report_of_somebody_elses_is_not_shown_as_ones_own(world: World) -> None:
    card = world.cards()[0]
    finding = records.service(card.gtin, card.serial, 1, {"what": "private words of the brand"})  # type: ignore[arg-type]
    theirs = records.record(world.ledger, world.caller("maison"), finding)
    world.say(
        "luxcheck", Kind.RECORD, item=card.item, kind=1, facts=b"\x01\x01\x00\x01\x01" + bytes(27),
        report=theirs.statement.values["report"],
    )  # fmt: skip
    world.settle()
    shown = scan_item(world.ledger, card.gtin, card.serial).records
    assert [one.report for one in shown if one.by == "Luxcheck"] == [None]
