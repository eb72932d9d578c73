"""A whole ledger to open pages on: a real chain, a real database, one brand and one accredited inspector."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask

from ledger.bootstrap import build, connect, deploy_once, migrate
from ledger.chain.local_node import LocalNode
from ledger.chain_loop import ChainLoop
from ledger.domain.batches import Batch, Item
from ledger.domain.gtins import Gtin
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.statements import Kind
from ledger.services import hand_out_cards, import_items
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, issue_key, operator_as
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import final_height
from ledger.settings import Settings
from ledger.worker import run_jobs_once
from tests.support.postgres import Postgres

GTIN: Final = Gtin("09521234543213")
OTHER_GTIN: Final = Gtin("09521234543220")


class Stage:
    """The parts, and the shortcuts that tests take through the use cases."""

    def __init__(self, settings: Settings, ledger: Ledger, loop: ChainLoop) -> None:
        self.settings = settings
        self.ledger = ledger
        self.loop = loop
        self.apps: list[Flask] = []
        self.ahead = 0
        """Seconds by which the stage's clock is ahead of the wall's; the node's is put forward when it is followed."""
        self._node_ahead = 0

    def pass_days(self, days: int) -> None:
        """Let days go by, for the ledger and for its chain."""
        self.ahead += days * 86_400
        self.follow()

    @property
    def brand(self) -> Caller:
        return operator_as(self.ledger, "maison")

    @property
    def inspector(self) -> Caller:
        return operator_as(self.ledger, "luxcheck")

    def app(self, **more: Any) -> Flask:
        from web import create_app

        app = create_app(self.settings, self.ledger, **more)
        self.apps.append(app)
        app.testing = False
        return app

    def key(self, slug: str, *scopes: Scope) -> str:
        """An API key of an organisation, with every scope unless some are named."""
        organisation = operator_as(self.ledger, slug).organisation
        return issue_key(self.ledger, organisation.id, "test", scopes or Scope)[1]

    def follow(self) -> None:
        """Let the chain catch up, and what was sent become final."""
        if (behind := self.ahead - self._node_ahead) > 0:
            self.loop.side.node.rpc.call("evm_increaseTime", behind)
            self.loop.side.node.rpc.call("evm_mine")
            self._node_ahead = self.ahead
        # What becomes final in one turn is noted in the next, which may have more to send.
        while self.loop.turn() or not self._all_final() or self.loop.turn():
            time.sleep(0.005)

    def _all_final(self) -> bool:
        with self.ledger.store.read() as tx:
            tip = tx.chain.tip()
            return tip is None or final_height(tx) >= tip.number

    def jobs(self) -> None:
        """Do what waits."""
        while run_jobs_once(self.ledger):
            pass

    def prepare(self, rows: Sequence[Mapping[str, str]], *, on_sale: bool = True) -> Batch:
        """A batch made ready, its cards not yet taken."""
        found = import_items.upload(self.ledger, self.brand, "items.csv", io.BytesIO(sheet(rows)))
        self.jobs()
        batch = import_items.confirm(self.ledger, self.brand, found.id, on_sale_at_once=on_sale)
        self.jobs()
        return batch

    def register(self, rows: Sequence[Mapping[str, str]], *, on_sale: bool = True, follow: bool = True) -> list[Item]:
        """Items on the chain, final; without `follow`, signed and waiting."""
        batch = self.prepare(rows, on_sale=on_sale)
        sha256 = hand_out_cards.write_cards(self.ledger, self.brand, batch.id, "csv", io.BytesIO())
        hand_out_cards.confirm_cards(self.ledger, self.brand, batch.id, sha256)
        if follow:
            self.follow()
        return self.items(batch.id)

    def items(self, batch_id: str) -> list[Item]:
        with self.ledger.store.read() as tx:
            found: list[Item] = tx.batches.items_page(batch_id, -1, 1_000)
            return found


def sheet(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as a CSV file, with what every item needs filled in."""
    names = list(dict.fromkeys(["gtin", "serial", "model_ref", *(name for row in rows for name in row)]))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    for row in rows:
        filled = {"gtin": GTIN, "model_ref": "Sac Lune 25", **row}
        serial = filled.get("serial", "")
        # As our own exports do: a spreadsheet must not take it for a formula, and the reader knows.
        writer.writerow(filled | {"serial": "'" + serial if serial[:1] in tuple("=+-@") else serial})
    return out.getvalue().encode()


@contextmanager
def staged(folder: Path, database_url: str | None = None) -> Iterator[Stage]:
    """Everything built, deployed and numbered, on a local node of its own."""
    with LocalNode(folder) as node:
        settings = Settings(data=folder, node_url=node.url, database_url=database_url)
        migrate(settings)
        ahead: list[Stage] = []
        ledger = replace(build(settings), clock=lambda: time.time() + sum(one.ahead for one in ahead))
        deploy_once(ledger, settings, local=True)
        side = connect(ledger, settings)
        stage = Stage(settings, ledger, ChainLoop(ledger, side))
        ahead.append(stage)
        add_organisation(
            ledger,
            slug="maison",
            name="Maison Exemple",
            role=Role.BRAND,
            domain="maison.example",
            prefixes=["952123"],
            programme_start="2024-01-01",
        )
        add_organisation(ledger, slug="luxcheck", name="Lux Check", role=Role.AUTHENTICATOR, domain="luxcheck.example")
        add_organisation(ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
        stage.follow()
        sign_and_submit(
            ledger, operator_as(ledger, "council"), Kind.ACCREDIT, {"party": stage.inspector.organisation.party}
        )
        stage.follow()
        try:
            yield stage
        finally:
            # The threads that count scans give their connections back before the pool is closed.
            for app in stage.apps:
                app.extensions["scan_notes"].settle()
            side.node.rpc.close()
            ledger.store.engine.dispose()  # type: ignore[attr-defined]


def on_each_database(request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[Stage]:
    """A stage for a fixture with the parameter “sqlite” or “postgresql”."""
    if request.param == "sqlite":
        return staged(folder)
    server: Postgres = request.getfixturevalue("postgres")
    return staged(folder, server.url(server.create()))
