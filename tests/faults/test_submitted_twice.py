"""The same thing sent many times at once has one effect; of many who want one item, one gets it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.errors import Conflict
from ledger.domain.organisations import Scope
from ledger.domain.outbox import State
from ledger.services.claim_item import draft_claim
from ledger.services.organisations import issue_key
from ledger.storage import tables
from tests.support.faults_after import audit, statements
from tests.support.faults_database import failing
from tests.support.faults_table import LONG, figure, rounds
from tests.support.world import Card, Person, World, person
from web import create_app
from web.limits import Pace

MANY = 50
ROUNDS = rounds(gate=1, long=20)


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    made = create_app(world.settings, world.ledger, pace=Pace(*[1_000_000] * 6))
    yield made
    made.extensions["scan_notes"].settle()


class Asker:
    """One organisation's key."""

    def __init__(self, app: Flask, world: World, slug: str) -> None:
        self._app = app
        organisation = world.caller(slug).organisation
        self._key = issue_key(world.ledger, organisation.id, "twice", tuple(Scope))[1]

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._key}"}
        if key is not None:
            headers["Idempotency-Key"] = f'"{key}"'
        response = self._app.test_client().post(path, json=body, headers=headers)
        return response.status_code, response.data


def at_once(act: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(act, range(MANY)))


def test_fifty_statements_under_one_key_are_one_and_another_body_is_refused(world: World, app: Flask) -> None:
    maison = Asker(app, world, "maison")
    before = len(statements(world))
    told = Counter[int]()
    for number in range(ROUNDS):
        body, key = {"sha256": secrets.token_hex(32)}, f"anchor {number}"
        answers = at_once(lambda _, body=body, key=key: maison.post("/v1/anchors", body, key))
        # Whoever comes while the first is at work is told to ask again, and then hears what it heard.
        answers = [one if one[0] != 409 else maison.post("/v1/anchors", body, key) for one in answers]
        assert len(set(answers)) == 1, set(answers)
        assert answers[0][0] == 202
        told.update(status for status, _ in answers)
        assert len(statements(world)) == before + number + 1
        others = at_once(lambda n, key=key: maison.post("/v1/anchors", {"sha256": f"{n:064x}"}, key))
        assert {status for status, _ in others} == {422}
        assert len(statements(world)) == before + number + 1
    figure(
        "double submission / retry",
        f"{world.settings.store_url.partition(':')[0]}: one effect and {MANY} equal answers each; another body: 422",
        requests=told.total() + ROUNDS * MANY,
        effects=ROUNDS,
    )


def test_a_commit_that_broke_off_is_not_done_again_under_its_key(world: World, app: Flask) -> None:
    maison = Asker(app, world, "maison")
    body = {"sha256": secrets.token_hex(32)}
    engine = world.ledger.store.engine  # type: ignore[attr-defined]
    server = engine.dialect.name == "postgresql"
    seen = Counter[int]()
    with failing(engine) as database:
        for at in range(1, 60, 2 if LONG else 6):
            before = len(statements(world))
            # On a server a commit may take effect though nobody hears of it; SQLite undoes what fails.
            database.fail(at, "after" if server else "before")
            status, _ = maison.post("/v1/anchors", body, f"broken {at}")
            database.fail(0)
            again, _ = maison.post("/v1/anchors", body, f"broken {at}")
            kept = len(statements(world)) - before
            assert status in (202, 503), status
            assert again in (202, 409), again
            assert kept == 1 if again == 202 else kept <= 1, f"statement {at}: {status}, {again}, {kept} kept"
            seen[status] += 1
    assert seen[503]


def test_of_fifty_claims_at_once_over_http_one_wins(world: World, app: Flask) -> None:
    asker = Asker(app, world, "atelier")
    for card in world.cards()[:ROUNDS]:
        signed = [_claim(world, card, person(f"claimer {n}")) for n in range(MANY)]
        path = f"/v1/items/{card.gtin}/{card.serial}/claims"
        answers = at_once(lambda n, path=path, signed=signed: asker.post(path, signed[n])[0])
        assert set(answers) <= {202, 409}
        assert 202 in answers
        world.settle()
        _expect_one_winner(world, card, owners=1)
    audit(world)


def test_of_fifty_acceptances_at_once_one_wins(world: World) -> None:
    ada = person("ada")
    for card in world.cards()[:ROUNDS]:
        world.claim(card, ada)
    world.settle()
    for card in world.cards()[:ROUNDS]:
        link = person(f"link {card.serial}")
        offer = world.offer(card, ada, link.address)

        def accept(number: int, offer: str = offer, link: Person = link) -> None:
            # Whoever comes when it is gone already is refused at once.
            with suppress(Conflict):
                world.accept(offer, person(f"buyer {number}"), link=link)

        at_once(accept)
        world.settle()
        _expect_one_winner(world, card, owners=2)
    audit(world)
    figure(
        "double transfer",
        f"{world.settings.store_url.partition(':')[0]}: of {MANY} claims and {MANY} handovers at once exactly one wins",
        rounds=2 * ROUNDS,
    )


def _claim(world: World, card: Card, owner: Person) -> dict[str, Any]:
    drafted = draft_claim(world.ledger, card.gtin, card.serial, owner.address)
    key = claim_private_key(card.code, drafted.activation_half, drafted.item)
    digests = [needed.digest for needed in drafted.draft.needed]
    signatures = [signing.sign(who, digest) for who, digest in zip((key, owner.key), digests, strict=True)]
    return {"new_owner": owner.address, "signatures": ["0x" + one.hex() for one in signatures]}


def _expect_one_winner(world: World, card: Card, *, owners: int) -> None:
    with world.ledger.store.read() as tx:
        state = tx.chain.state(card.item)
        rows = select(tables.statements.c.id).where(tables.statements.c.item == card.item.to_bytes(32, "big"))
        found = tx.connection.scalars(rows).all()  # type: ignore[attr-defined]
        queued = [one for id in found if (one := tx.outbox.get(id)) is not None]
    assert state is not None
    assert state.owners == owners
    states = Counter(world.progress(one).state for one in queued)
    assert states[State.FINAL] == owners, states
    assert set(states) <= {State.FINAL, State.REFUSED}, states
