"""A small world to play stories in: two brands, an authenticator, a repairer, the council, a batch of items on sale,
a real Anvil and a database. Made once for each kind of database, then copied for every test."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ledger.bootstrap import ChainSide, build, connect, deploy_once, migrate
from ledger.chain import signing
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from ledger.chain_loop import ChainLoop
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.organisations import Caller, Role
from ledger.domain.outbox import Progress, Queued, State
from ledger.domain.statements import Kind
from ledger.services import claim_item, hand_out_cards, hand_over, import_items
from ledger.services.draft_statement import draft_statement
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.ports import Ledger
from ledger.services.progress_of import progress_of
from ledger.services.submit_statement import submit_statement
from ledger.services.views_of_chain import final_height
from ledger.settings import Settings
from ledger.worker import run_jobs_once

GTIN = "09521234543213"
ITEMS = 12
PATIENCE = 60.0
"""Seconds for the node to answer: the machine may be busy."""


class Clock:
    """The wall clock, which a test may put forward, or stop where seconds count and a machine may take as many."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._stopped: float | None = None

    def __call__(self) -> float:
        return (time.time() if self._stopped is None else self._stopped) + self.ahead

    def stop(self) -> None:
        """From now on only what a test puts forward passes."""
        self._stopped = time.time()


@dataclass(frozen=True, slots=True)
class Card:
    """One item with the code on its claim card."""

    gtin: str
    serial: str
    code: str
    item: int


@dataclass(frozen=True, slots=True)
class Person:
    """An owner: a key that the ledger never sees."""

    key: bytes

    @property
    def address(self) -> str:
        """Where they are on the chain."""
        return signing.address_of(self.key)


def person(name: str) -> Person:
    """The same name is always the same person."""
    return Person(hashlib.sha256(b"person " + name.encode()).digest())


class World:
    """One copy of the world. `settle` lets everything that is under way come to its end."""

    def __init__(self, settings: Settings, node: LocalNode, clock: Clock | None = None) -> None:
        self.settings = settings
        self.node = node
        self.clock = clock or Clock()
        self.ledger: Ledger = replace(build(settings), clock=self.clock)
        self._sides: list[ChainSide] = []
        self._loop: ChainLoop | None = None
        self.rpc = Rpc(node.url, timeout=PATIENCE)

    @property
    def loop(self) -> ChainLoop:
        """The worker's loop, turned by hand."""
        if self._loop is None:
            self._loop = ChainLoop(self.ledger, self.side())
        return self._loop

    def side(self) -> ChainSide:
        """A connection of a worker's own."""
        side = connect(self.ledger, self.settings)
        side.node.rpc.timeout = PATIENCE
        self._sides.append(side)
        return side

    def restart_worker(self) -> None:
        """As after a crash: nothing that was in memory is left."""
        self._loop = None

    def kill_node(self) -> None:
        """The node is gone in an instant, with all that it had not saved."""
        assert self.node.pid is not None
        os.kill(self.node.pid, signal.SIGKILL)
        while self.node.is_alive():
            time.sleep(0.01)

    def restart_node(self) -> None:
        """Kill it, and start it with its newest whole save."""
        self.kill_node()
        self.node.stop()
        self.node.start()

    def close(self) -> None:
        """Let connections go."""
        self.rpc.close()
        for side in self._sides:
            side.close()
        self.ledger.store.engine.dispose()  # type: ignore[attr-defined]

    def caller(self, slug: str) -> Caller:
        """The operator, acting for an organisation."""
        return operator_as(self.ledger, slug)

    def party(self, slug: str) -> int:
        """An organisation's number on the chain."""
        party = self.caller(slug).organisation.party
        assert party is not None
        return party

    def cards(self) -> list[Card]:
        """The items of the batch, with their codes."""
        found = []
        text = (self.settings.data / "cards.csv").read_text()
        for line in csv.DictReader(io.StringIO(text)):
            with self.ledger.store.read() as tx:
                item = tx.batches.find(line["gtin"], line["serial"])[0].item
            found.append(Card(line["gtin"], line["serial"], line["claim_code"], item))
        return found

    def settle(self) -> None:
        """Turn until nothing moves and everything is final. A slow disk is waited for, an unending loop is not."""
        quiet, patience = 0, time.monotonic() + 60
        while time.monotonic() < patience:
            moved = self.loop.turn()
            with self.ledger.store.read() as tx:
                tip, final, queued = tx.chain.tip(), final_height(tx), tx.outbox.waiting()[0]
            done = not moved and tip is not None and tip.number == final
            quiet = quiet + 1 if done else 0
            if quiet == 2:
                return
            if queued or self.clock.ahead == 0:
                # Whatever waits a little before it is looked at again is looked at now.
                self.clock.ahead += 5
            time.sleep(0.01)
        raise AssertionError("The world does not come to rest.")

    def travel(self, seconds: int) -> None:
        """Put the world's clock and the chain's forward."""
        self.clock.ahead += seconds
        self.rpc.call("evm_increaseTime", seconds)
        self.rpc.call("evm_mine")

    def progress(self, queued: Queued) -> Progress:
        """Where a statement is."""
        with self.ledger.store.read() as tx:
            return progress_of(self.ledger, tx, [queued])[queued.id]

    def expect(self, queued: Queued, state: State, reason: str = "") -> None:
        """Fails unless the statement is there, for a reason that holds these words."""
        at = self.progress(queued)
        assert at.state is state, at
        assert reason in (at.reason or ""), at

    # What people do

    def say(self, slug: str, statement: Kind, /, **values: Any) -> Queued:
        """An organisation's statement, signed with its kept key."""
        return sign_and_submit(self.ledger, self.caller(slug), statement, values)

    def claim(self, card: Card, owner: Person, code: str | None = None) -> Queued:
        """Claim an item with the code on its card."""
        drafted = claim_item.draft_claim(self.ledger, card.gtin, card.serial, owner.address)
        key = claim_private_key(code or card.code, drafted.activation_half, drafted.item)
        by_card, by_owner = (needed.digest for needed in drafted.draft.needed)
        return claim_item.submit_claim(
            self.ledger,
            card.gtin,
            card.serial,
            owner.address,
            signing.sign(key, by_card),
            signing.sign(owner.key, by_owner),
        )

    def own(self, owner: Person, statement: Kind, card: Card, /, **values: Any) -> Queued:
        """An owner's statement about their item."""
        draft = draft_statement(self.ledger, statement, {"item": card.item, **values})
        return submit_statement(self.ledger, draft.statement, [signing.sign(owner.key, draft.needed[0].digest)])

    def offer(self, card: Card, owner: Person, recipient: str, *, code: str | None = None, **more: Any) -> str:
        """The owner's offer, kept by the ledger; its id."""
        draft = hand_over.draft_offer(self.ledger, card.gtin, card.serial, recipient, **more)
        signature = signing.sign(owner.key, draft.needed[0].digest)
        return hand_over.submit_offer(self.ledger, draft.statement.values, signature, code).id

    def accept(self, offer: str, buyer: Person, *, code: str | None = None, link: Person | None = None) -> Queued:
        """The buyer takes an offer up."""
        draft = hand_over.draft_acceptance(self.ledger, offer, buyer.address, code)
        signers = [buyer, *([link] if link else [])]
        signatures = [
            signing.sign(who.key, needed.digest) for who, needed in zip(signers, draft.needed[1:], strict=True)
        ]
        head = "0x" + bytes(draft.statement.values["head"]).hex()  # type: ignore[arg-type]
        return hand_over.submit_acceptance(self.ledger, offer, buyer.address, head, signatures, code)

    def register(self, slug: str, lines: list[str], **options: Any) -> tuple[str, list[dict[str, str]]]:
        """A brand's file, all the way to a queued registration; the batch's id and its cards."""
        caller = self.caller(slug)
        text = "gtin;serial;model_ref;colour\n" + "\n".join(lines) + "\n"
        sent = import_items.upload(self.ledger, caller, "items.csv", io.BytesIO(text.encode()))
        assert run_jobs_once(self.ledger)
        batch = import_items.confirm(self.ledger, caller, sent.id, **options)
        assert run_jobs_once(self.ledger)
        out = io.BytesIO()
        sha256 = hand_out_cards.write_cards(self.ledger, caller, batch.id, "csv", out)
        hand_out_cards.confirm_cards(self.ledger, caller, batch.id, sha256)
        return batch.id, list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def make_world(folder: Path, database_url: str | None) -> None:
    """Build the world in a data folder and a database, and let it come to rest."""
    settings = Settings(data=folder, database_url=database_url)
    with LocalNode(folder) as node:
        settings = settings.model_copy(update={"node_url": node.url})
        migrate(settings)
        world = World(settings, node)
        deploy_once(world.ledger, settings, local=True)
        ledger = world.ledger
        for slug, role, prefixes in (
            ("maison", Role.BRAND, ["952123"]),
            ("rival", Role.BRAND, ["952999"]),
            ("luxcheck", Role.AUTHENTICATOR, []),
            ("atelier", Role.REPAIRER, []),
        ):
            add_organisation(
                ledger, slug=slug, name=slug.title(), role=role, domain=f"{slug}.example", prefixes=prefixes
            )
        world.settle()
        _, cards = world.register("maison", [f"{GTIN};;Sac {n};black" for n in range(ITEMS)], on_sale_at_once=True)
        with (folder / "cards.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, cards[0].keys())
            writer.writeheader()
            writer.writerows(cards)
        world.settle()
        world.say("maison", Kind.ACCREDIT, party=world.party("luxcheck"))
        world.settle()
        world.close()


@contextmanager
def copied_world(source: Path, folder: Path, database_url: str | None) -> Iterator[World]:
    """A copy of a world in a folder of its own, with a node and, on PostgreSQL, a database of its own."""
    data = folder / "data"
    shutil.copytree(source, data)
    with LocalNode(data) as node:
        settings = Settings(data=data, database_url=database_url, node_url=node.url)
        world = World(settings, node)
        with world.ledger.store.write() as tx:
            # However old the copied world is, its node is here now.
            tx.meta.set(NODE_SEEN, world.ledger.now())
        try:
            yield world
        finally:
            world.close()


MakeWorld = Callable[[], World]
