"""Where it happens: a ledger with its own node and database, the shipped application, and a clock that is put forward.

Everything that agents, platform and brands do goes through the public HTTP API, as any program's requests would. Only
what no API does is done beside it: organisations and keys (the operator's command line), rule packs (data that the
operator puts in force), and the worker's turns.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask

from ledger.chain import signing
from ledger.chain_loop import ChainLoop
from ledger.domain.claim_codes import claim_private_key
from ledger.services.desk.case_turn import settle_due
from ledger.services.desk.screen_look import look_at_next
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import final_height
from ledger.worker import run_jobs_once

PLATFORM: Final = "bazar"
SLUGS: Final = ("maison", "borealis")
RIVAL: Final = "rival"
GTINS: Final = ("09521234543213", "09529990000018")
_TICK: Final = 0.001
_AWAY: Final = 45
"""Seconds after which the node is looked at again: a verdict rests on a node that was seen within the last minute."""


def first_monday(year: int) -> int:
    """Midnight UTC of a year's first Monday, in seconds since 1970: working days fall alike whatever the year."""
    day = datetime(year, 1, 1, tzinfo=UTC)
    return int((day + timedelta(days=-day.weekday() % 7)).timestamp())


class Clock:
    """A clock that stands still but for a thousandth at each look, so that what is made later is named later."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        self.now += _TICK
        return self.now


class Refused(Exception):
    """An answer of the API that the simulator did not expect: a fault of the one or the other."""


@dataclass(slots=True)
class Market:
    """The parts, and how they are asked."""

    ledger: Ledger
    clock: Clock
    start: int
    app: Flask
    loop: ChainLoop
    keys: dict[str, str]
    requests: int = 0
    items: list[list[dict[str, Any]]] = field(default_factory=list)
    rights: dict[str, dict[str, str]] = field(default_factory=dict)
    owners: dict[int, bytes] = field(default_factory=dict)
    chain_at: int = 0
    """What the node's clock was put to last."""
    _seen: float = 0

    @property
    def now(self) -> int:
        """Seconds from the start of the simulation."""
        return int(self.clock.now) - self.start

    def travel(self, at: int) -> None:
        """Put the clock forward to then, or by a second where it is that late already."""
        self.clock.now = self.start + max(at, self.now + 1)
        if self.clock.now - self._seen > _AWAY:
            self._seen = self.clock.now
            self.loop.side.node.tip()
            with self.ledger.store.write() as tx:
                tx.meta.set(NODE_SEEN, int(self.clock.now))

    def chain_follows(self) -> None:
        """Let the node's clock catch up, and everything that is under way become final."""
        rpc, ahead = self.loop.side.node.rpc, int(self.clock.now) - self.chain_at
        if ahead > 0:
            rpc.call("evm_increaseTime", ahead)
            rpc.call("evm_mine")
            self.chain_at += ahead
        while self.loop.turn() or not self._all_final() or self.loop.turn():
            self.clock.now += 1

    def _all_final(self) -> bool:
        with self.ledger.store.read() as tx:
            tip = tx.chain.tip()
            return tip is None or final_height(tx) >= tip.number

    def ask(self, who: str | None, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """The JSON that the API answers; raises Refused for another status than was expected."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"} if who else {}
        if body is not None:
            more["json"] = body
        self.requests += 1
        response = self.app.test_client().open(path, method=method, headers=headers, buffered=True, **more)
        if response.status_code != status:
            raise Refused(f"{method} {path}: {response.status_code} {response.get_data(as_text=True)[:500]}")
        return response.get_json(silent=True) if response.is_json else response.data

    def work(self) -> bool:
        """The worker's turn: what time does to cases, and photos that wait to be compared; whether a photo was."""
        while settle_due(self.ledger):
            pass
        looked = False
        while look_at_next(self.ledger):
            looked = True
        return looked

    def item(self, number: int) -> dict[str, Any]:
        """An item by its number in the population."""
        return self.items[number % len(SLUGS)][number // len(SLUGS)]

    def register(self, brand: int, count: int) -> None:
        """A brand's items, from a file to their registration."""
        slug, gtin = SLUGS[brand], GTINS[brand]
        rows = "gtin;serial;model_ref;colour\n" + "".join(f"{gtin};;Model {n};black\n" for n in range(count))
        sent = self.ask(slug, "POST", "/v1/imports?filename=a.csv", status=201, data=rows.encode(),
                        content_type="text/csv")  # fmt: skip
        self.jobs()
        batch = self.ask(slug, "POST", f"/v1/imports/{sent['id']}/confirm", {"on_sale_at_once": True}, 201)
        self.jobs()
        cards = self.ask(slug, "POST", f"/v1/batches/{batch['id']}/cards?format=csv")
        sha256 = hashlib.sha256(cards).hexdigest()
        self.ask(slug, "POST", f"/v1/batches/{batch['id']}/cards/confirm", {"sha256": sha256})
        codes = list(csv.DictReader(io.StringIO(cards.decode("utf-8-sig"))))
        self.items.append([{"gtin": one["gtin"], "serial": one["serial"], "code": one["claim_code"]} for one in codes])

    def jobs(self) -> None:
        """Do the files that wait."""
        while run_jobs_once(self.ledger):
            pass

    def claim(self, number: int) -> None:
        """Somebody becomes the owner of an item, with its card."""
        item = self.item(number)
        key = hashlib.sha256(f"owner {number}".encode()).digest()
        path = f"/v1/items/{item['gtin']}/{item['serial']}"
        owner = signing.address_of(key)
        draft = self.ask(None, "POST", f"{path}/claims/draft", {"new_owner": owner})
        card = claim_private_key(item["code"], bytes.fromhex(draft["activation_half"][2:]), int(draft["item"]))
        by_card, by_owner = draft["draft"]["signatures"]
        signatures = [_sign(card, by_card), _sign(key, by_owner)]
        self.ask(None, "POST", f"{path}/claims", {"new_owner": owner, "signatures": signatures}, 202)
        self.owners[number] = key

    def report_stolen(self, number: int) -> None:
        """Its owner reports an item stolen."""
        item = self.item(number)
        draft = self.ask(None, "POST", f"/v1/items/{item['gtin']}/{item['serial']}/reports/draft", {"report": "stolen"})
        signed = [_sign(self.owners[number], draft["signatures"][0])]
        body = {"kind": draft["kind"], "values": draft["values"], "offer": draft["offer"], "signatures": signed}
        self.ask(None, "POST", "/v1/statements", body, 202)


def _sign(key: bytes, needed: Mapping[str, str]) -> str:
    return "0x" + signing.sign(key, bytes.fromhex(needed["digest"][2:])).hex()
