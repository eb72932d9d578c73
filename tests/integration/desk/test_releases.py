"""Money that waits for an item: held with a reason at every step, released once the handover is final, and signed."""

from __future__ import annotations

import json

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from ledger.chain import signing
from ledger.domain.credentials import LEDGER_SLUG
from ledger.domain.desk.releases import Decision, Why
from ledger.domain.errors import Forbidden, Unknown
from ledger.domain.organisations import Role
from ledger.domain.outbox import State
from ledger.domain.statements import Kind, MarkKind
from ledger.services import hand_over
from ledger.services.credential_keys import issuer_document
from ledger.services.desk.releases import Advised, Question, check_release
from ledger.services.escrow import release
from ledger.services.organisations import add_organisation
from tests.support.world import Person, World, person


@pytest.fixture
def bazar(world: World) -> str:
    """The short name of a platform."""
    for slug in ("bazar", "mercato"):
        add_organisation(world.ledger, slug=slug, name=slug.title(), role=Role.PLATFORM, domain=f"{slug}.example")
    return "bazar"


def whys(advised: Advised) -> list[Why]:
    return [one.why for one in advised.release.holds]


def accepted_by(world: World, offer: str, buyer: Person) -> dict[str, object]:
    """What a platform keeps of a buyer's acceptance."""
    draft = hand_over.draft_acceptance(world.ledger, offer, buyer.address)
    head = "0x" + bytes(draft.statement.values["head"]).hex()  # type: ignore[arg-type]
    signed = ["0x" + signing.sign(buyer.key, one.digest).hex() for one in draft.needed[1:]]
    return {"new_owner": buyer.address, "head": head, "signatures": signed}


def test_money_waits_for_the_handover_and_goes_when_it_is_final(world: World, bazar: str) -> None:
    card, ada, ben = world.cards()[0], person("ada"), person("ben")
    world.claim(card, ada)
    world.settle()
    offer = world.offer(card, ada, ben.address)
    platform = world.caller(bazar)
    with world.ledger.store.write() as tx:
        tx.asks.hold_in_escrow(offer, platform.organisation.id, world.ledger.now())
        kept = tx.papers.offer(offer)
    assert kept is not None

    def ask(**more: object) -> Advised:
        return check_release(world.ledger, platform, Question(offer=offer, **more))  # type: ignore[arg-type]

    first = ask()
    assert whys(first) == [Why.NOT_ACCEPTED]
    assert int(first.release.holds[0].until.timestamp()) == kept.expires_at
    accepted = accepted_by(world, offer, ben)
    with world.ledger.store.write() as tx:
        tx.asks.change_escrow(offer, accepted=accepted, accepted_at=world.ledger.now())
    assert whys(ask()) == [Why.NOT_RELEASED]
    release(world.ledger, platform, offer)
    assert whys(ask()) == [Why.NOT_FINAL]
    world.settle()
    done = ask()
    assert done.release.decision is Decision.RELEASE
    assert whys(ask(inspection=True)) == [Why.NOT_INSPECTED]

    # Anybody can check what was signed with the ledger's public key alone.
    [method] = issuer_document(world.ledger, LEDGER_SLUG)["verificationMethod"]
    read = jws.deserialize_compact(done.token, ECKey.import_key(method["publicKeyJwk"]), algorithms=["ES256"])
    said = json.loads(read.payload)
    assert said["credentialSubject"]["releaseAdvice"]["decision"] == "release"
    assert said["credentialSubject"]["serialNumber"] == card.serial

    world.say("maison", Kind.MARK, subject=card.item, kind=MarkKind.DISPUTE)
    assert Why.DISPUTED in whys(ask())
    with world.ledger.store.read() as tx:
        entries = tx.desk_log.entries(0, 100, kinds=["release.advised"])
    assert [json.loads(one.body)["decision"] for one in entries] == ["hold", "hold", "hold", "release", "hold", "hold"]
    assert card.serial not in "".join(one.body for one in entries)


def test_a_released_handover_that_the_ledger_refuses_is_not_awaited_for_ever(world: World, bazar: str) -> None:
    card, ada, ben = world.cards()[3], person("ada"), person("ben")
    world.claim(card, ada)
    world.settle()
    platform, offer = world.caller(bazar), world.offer(card, ada, ben.address)
    with world.ledger.store.write() as tx:
        tx.asks.hold_in_escrow(offer, platform.organisation.id, world.ledger.now())
    accepted = accepted_by(world, offer, ben)
    with world.ledger.store.write() as tx:
        tx.asks.change_escrow(offer, accepted=accepted, accepted_at=world.ledger.now())
    queued = release(world.ledger, platform, offer)
    assert whys(check_release(world.ledger, platform, Question(offer=offer))) == [Why.NOT_FINAL]
    world.travel(8 * 86_400)
    world.settle()
    world.expect(queued, State.REFUSED)
    [held] = check_release(world.ledger, platform, Question(offer=offer)).release.holds
    assert (held.why, "did not take" in held.words) == (Why.REFUSED, True)


def test_by_item_only_a_handover_since_the_sale_counts(world: World, bazar: str) -> None:
    card, ada = world.cards()[1], person("ada")
    world.claim(card, ada)
    world.settle()
    sold, platform = world.ledger.now() + 60, world.caller(bazar)
    asked = Question(gtin=card.gtin, serial=card.serial, sold_at=sold)
    assert whys(check_release(world.ledger, platform, asked)) == [Why.NOT_ACCEPTED]
    world.travel(120)
    world.settle()
    ben = person("ben")
    world.accept(world.offer(card, ada, ben.address), ben)
    assert whys(check_release(world.ledger, platform, asked)) == [Why.NOT_FINAL]
    world.settle()
    assert check_release(world.ledger, platform, asked).release.decision is Decision.RELEASE


def test_of_a_code_without_a_record_nothing_is_released(sqlite_world: World) -> None:
    add_organisation(sqlite_world.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    asked = Question(gtin="09521234543213", serial="NEVERSEEN1")
    advised = check_release(sqlite_world.ledger, sqlite_world.caller("bazar"), asked)
    assert whys(advised) == [Why.NOT_ACCEPTED, Why.NO_RECORD]


def test_another_platforms_handover_does_not_exist_for_this_one(world: World, bazar: str) -> None:
    card, ada, ben = world.cards()[2], person("ada"), person("ben")
    world.claim(card, ada)
    world.settle()
    offer = world.offer(card, ada, ben.address)
    with world.ledger.store.write() as tx:
        tx.asks.hold_in_escrow(offer, world.caller(bazar).organisation.id, world.ledger.now())
    with pytest.raises(Unknown):
        check_release(world.ledger, world.caller("mercato"), Question(offer=offer))
    with pytest.raises(Forbidden):
        check_release(world.ledger, world.caller("maison"), Question(offer=offer))
