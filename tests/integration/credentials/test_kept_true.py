"""Status lists follow the chain, also through reorganisations and crashes, on both databases."""

from __future__ import annotations

import time

import pytest

from ledger.domain.credentials import Credential, CredentialKind
from ledger.domain.errors import Unknown
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.domain.status_lists import REVOCATION, SUSPENSION
from ledger.services import credential_status
from ledger.services.credential_issue import issue
from ledger.services.credential_keys import change_key
from ledger.services.credential_status import Looked, settle_credentials, status_list
from ledger.services.reindex import reindex
from ledger.services.views_of_chain import final_height
from ledger.storage.credentials import Credentials
from tests.support.world import Card, World, person

PASSPORT = CredentialKind.PASSPORT


def marked(world: World, card: Card) -> tuple[int, int]:
    """How many of a brand's credentials are revoked, and how many suspended."""
    with world.ledger.store.read() as tx:
        owner = world.caller("maison").organisation.id
        return tuple(len(tx.credentials.positions(owner, 1, one)) for one in (REVOCATION, SUSPENSION))  # type: ignore[return-value]


def test_each_change_of_hands_revokes_one(world: World) -> None:
    card = world.cards()[0]
    first = issue(world.ledger, card.gtin, card.serial, PASSPORT)
    settle_credentials(world.ledger)
    assert marked(world, card) == (0, 0)
    world.claim(card, person("ada"))
    world.settle()
    assert settle_credentials(world.ledger)
    assert marked(world, card) == (1, 0)
    second = issue(world.ledger, card.gtin, card.serial, PASSPORT)
    assert second.token != first.token
    world.own(person("ada"), Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN), ref=bytes(32))
    world.settle()
    settle_credentials(world.ledger)
    assert marked(world, card) == (1, 1)
    assert issue(world.ledger, card.gtin, card.serial, PASSPORT).token == second.token


def test_a_copy_of_the_chain_that_is_made_anew_changes_no_credential(sqlite_world: World) -> None:
    world = sqlite_world
    card = world.cards()[0]
    token = issue(world.ledger, card.gtin, card.serial, PASSPORT).token
    settle_credentials(world.ledger)
    with world.ledger.store.write() as tx:
        tx.chain.clear()
    settle_credentials(world.ledger)
    assert marked(world, card) == (0, 0), "what cannot be told is not a no"
    reindex(world.ledger, world.side().node, None)
    world.settle()
    settle_credentials(world.ledger)
    assert marked(world, card) == (0, 0)
    assert issue(world.ledger, card.gtin, card.serial, PASSPORT).token == token


def test_cut_short_it_is_looked_at_again(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    cards = world.cards()[:3]
    for card in cards:
        issue(world.ledger, card.gtin, card.serial, PASSPORT)
    settle_credentials(world.ledger)
    for card in cards:
        world.claim(card, person(card.serial))
    world.settle()
    monkeypatch.setattr(credential_status, "_PIECE", 1)
    looked, before = [], credential_status._look

    def dies(*given: object) -> None:
        looked.append(given)
        if len(looked) == 2:
            raise KeyboardInterrupt
        before(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(credential_status, "_look", dies)
    with pytest.raises(KeyboardInterrupt):
        settle_credentials(world.ledger)
    assert marked(world, cards[0])[0] == 1
    settle_credentials(world.ledger)
    assert marked(world, cards[0])[0] == 3


def test_blocks_that_are_not_final_are_asked_about_once_as_long_as_they_stand(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, looked = sqlite_world, Looked()
    card = world.cards()[0]
    issue(world.ledger, card.gtin, card.serial, PASSPORT)
    world.settle()
    settle_credentials(world.ledger, looked)
    asked, before = [], Credentials.to_check

    def noting(self: Credentials, since: int, now: int, after: str, limit: int) -> list[Credential]:
        asked.append(since)
        return before(self, since, now, after, limit)

    monkeypatch.setattr(Credentials, "to_check", noting)
    final = heights(world)[0]
    world.loop._save_took, world.loop._saved_at = 3_600.0, time.monotonic()
    met = [final]
    for number in (1, 2):
        world.say("maison", Kind.ANCHOR, hash=bytes([number]) * 32)
        world.loop.turn()
        assert settle_credentials(world.ledger, looked) is False
        met.append(heights(world)[1])
    assert heights(world)[0] == final, "nothing was saved meanwhile"
    assert asked == met[:-1]
    world.restart_node()
    for _ in range(4):
        world.loop.turn()
    settle_credentials(world.ledger, looked)
    assert asked[-1] == final, "those that were looked at are gone"
    world.claim(card, person("ada"))
    world.loop.turn()
    assert settle_credentials(world.ledger, looked)
    world.loop._save_took = 0.0
    world.settle()
    settle_credentials(world.ledger, looked)
    assert marked(world, card) == (1, 0)


def heights(world: World) -> tuple[int, int]:
    """What is final, and our tip."""
    with world.ledger.store.read() as tx:
        tip = tx.chain.tip()
        return final_height(tx), -1 if tip is None else tip.number


def test_a_list_of_a_ledger_that_nobody_looks_after_ends(sqlite_world: World) -> None:
    world = sqlite_world
    card = world.cards()[0]
    issue(world.ledger, card.gtin, card.serial, PASSPORT)
    before = credential_status_body(world)
    world.clock.ahead += 3 * 86_400
    after = credential_status_body(world)
    assert after["validUntil"] == before["validUntil"]


def credential_status_body(world: World) -> dict[str, str]:
    from ledger.services.credential_jose import read

    return read(status_list(world.ledger, "maison", 1))


def test_places_are_never_given_twice(world: World) -> None:
    cards = world.cards()
    for card in cards:
        issue(world.ledger, card.gtin, card.serial, PASSPORT)
        issue(world.ledger, card.gtin, card.serial, PASSPORT)
    change_key(world.ledger, world.caller("maison"), stolen=True)
    for card in cards:
        issue(world.ledger, card.gtin, card.serial, PASSPORT)
    with world.ledger.store.read() as tx:
        owner = world.caller("maison").organisation.id
        assert tx.credentials.newest_pair(owner) == (1, 2 * len(cards))
        assert len(set(tx.credentials.positions(owner, 1, REVOCATION))) == len(cards)
    with pytest.raises(Unknown):
        status_list(world.ledger, "maison", 3)
