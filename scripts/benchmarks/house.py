"""A ledger of its own for each measurement: real node, real database, one brand, thrown away afterwards."""

from __future__ import annotations

import gc
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ledger.bootstrap import ChainSide, build, connect, deploy_once, migrate
from ledger.chain.local_node import LocalNode
from ledger.chain_loop import ChainLoop
from ledger.domain.batches import Batch, Item
from ledger.domain.organisations import Caller, Role
from ledger.domain.statements import Kind
from ledger.services import hand_out_cards, import_items
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import final_height
from ledger.settings import Settings
from ledger.worker import run_jobs_once

GTIN: Final = "09521234543213"
_ROW: Final = "{gtin};;Sac {n};black;2026-03-31;FR;calf leather, brass;412\n"


@dataclass(slots=True)
class House:
    """The parts, and the worker's loop turned by hand."""

    settings: Settings
    ledger: Ledger
    node: LocalNode
    side: ChainSide
    loop: ChainLoop

    @property
    def brand(self) -> Caller:
        """The brand, as the operator acts for it."""
        return operator_as(self.ledger, "maison")

    def settle(self) -> None:
        """Turn until nothing moves and everything is final."""
        quiet = 0
        while quiet < 2:
            moved = self.loop.turn()
            with self.ledger.store.read() as tx:
                tip, done = tx.chain.tip(), not moved and not tx.outbox.waiting()[0]
                quiet = quiet + 1 if done and tip is not None and tip.number == final_height(tx) else 0

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Meanwhile note that the node answers, as a worker does: else verdicts cannot tell after a minute."""
        gone = threading.Event()

        def look() -> None:
            side = connect(self.ledger, self.settings)
            while not gone.wait(5):
                side.node.tip()
                with self.ledger.store.write() as tx:
                    tx.meta.set(NODE_SEEN, self.ledger.now())
            side.close()

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            gone.set()
            looking.join()

    def serve(self, item: Item) -> None:
        """A service of an item, signed by the brand and queued."""
        values = {"item": item.item, "kind": 2, "facts": bytes(32), "date": self.ledger.now() - 60}
        sign_and_submit(self.ledger, self.brand, Kind.RECORD, values)

    def register(self, count: int, on_step: Callable[[str], None] = lambda _: None) -> Batch:
        """A file of that many rows, all the way to a final registration."""
        ledger, brand = self.ledger, self.brand
        file = self.settings.data / "items.csv"
        with file.open("wb") as target:
            shutil.copyfileobj(rows(count), target)
        on_step("the file is taken and checked")
        with file.open("rb") as stream:
            sent = import_items.upload(ledger, brand, "items.csv", stream)
        assert run_jobs_once(ledger)
        on_step("items, cards, tree and manifests are made")
        batch = import_items.confirm(ledger, brand, sent.id, on_sale_at_once=True)
        assert run_jobs_once(ledger)
        on_step("cards are handed out")
        with Path(os.devnull).open("wb") as nowhere:
            sha256 = hand_out_cards.write_cards(ledger, brand, batch.id, "csv", nowhere)
        batch = hand_out_cards.confirm_cards(ledger, brand, batch.id, sha256)
        on_step("the registration becomes final")
        self.settle()
        return batch


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Open one in a folder, and close it again."""
    folder.mkdir(parents=True, exist_ok=True)
    with LocalNode(folder) as node:
        settings = Settings(data=folder, node_url=node.url)
        migrate(settings)
        ledger = build(settings)
        deploy_once(ledger, settings, local=True)
        side = connect(ledger, settings)
        opened = House(settings, ledger, node, side, ChainLoop(ledger, side))
        try:
            with ledger.store.read() as tx:
                known = tx.organisations.get("maison")
            if known is None:
                add_organisation(
                    ledger, slug="maison", name="Maison", role=Role.BRAND, domain="maison.example", prefixes=["952123"]
                )
                opened.settle()
            # As a worker begins: what is loaded need not be searched for cycles again and again.
            gc.collect()
            gc.freeze()
            yield opened
        finally:
            side.close()
            ledger.store.close()


def rows(count: int) -> BinaryIO:
    """A brand's file, made as it is read: the file itself is never whole in memory."""
    return io.BufferedReader(_Rows(count), 2**20)


class _Rows(io.RawIOBase):
    """The text of a file of that many rows."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = self._lines(count)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and (line := next(self._left, b"")):
            self._rest += line
        given = self._rest[: len(buffer)]
        self._rest = self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def _lines(self, count: int) -> Iterator[bytes]:
        yield b"gtin;serial;model_ref;colour;made_on;made_in;materials;weight_g\n"
        for start in range(0, count, 1_000):
            lines = (_ROW.format(gtin=GTIN, n=n) for n in range(start, min(start + 1_000, count)))
            yield "".join(lines).encode()
