"""How a market begins: a house of its own with node and database, organisations, rights, items, owners, a rule pack."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ledger.bootstrap import build, connect, deploy_once, migrate
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from ledger.chain_loop import ChainLoop
from ledger.domain.organisations import Role, Scope
from ledger.screening.packs import KEYS, own_packs
from ledger.services.desk.screen_packs import add_pack
from ledger.services.organisations import add_organisation, issue_key, operator_as
from ledger.settings import Settings
from scripts.simulation.agents import BRANDS, DAY, Population
from scripts.simulation.market import PLATFORM, RIVAL, SLUGS, Clock, Market, first_monday
from web import create_app
from web.limits import Pace

FAMILIES: Final = tuple(dict.fromkeys(name.split(".")[0] for name in KEYS))
ALL: Final = frozenset(KEYS)
_YEAR: Final = 366 * DAY


def pack_without(off: Collection[str]) -> str:
    """The newest rule pack as a later version with these detectors off; a family's name stands for all of it."""
    newest = own_packs()[-1]
    body = json.loads(json.dumps(dict(newest.body)))
    body["version"] = newest.version + 1
    for name, one in body["detectors"].items():
        one["on"] = name not in off and name.split(".")[0] not in off
    return json.dumps(body)


@contextmanager
def opened(people: Population, off: Collection[str]) -> Iterator[Market]:
    """A market a day before the simulation starts, with these detectors off."""
    start = first_monday(datetime.now(UTC).year + 1)
    with tempfile.TemporaryDirectory(prefix="touchmark-simulation-") as name, LocalNode(Path(name)) as node:
        settings = Settings(data=Path(name), node_url=node.url)
        migrate(settings)
        clock = Clock(start - DAY)
        ledger = replace(build(settings), clock=clock)
        with Rpc(node.url) as rpc:
            rpc.call("evm_increaseTime", start - DAY - int(datetime.now(UTC).timestamp()))
        deploy_once(ledger, settings, local=True)
        app = create_app(settings, ledger, pace=Pace(*[100_000_000] * 6))
        side = connect(ledger, settings)
        market = Market(ledger, clock, start, app, ChainLoop(ledger, side), {}, chain_at=start - DAY)
        try:
            _found(market, people, off)
            yield market
        finally:
            # The threads that count scans give their connections back before the store is closed.
            app.extensions["scan_notes"].settle()
            side.close()
            ledger.store.close()


def _found(market: Market, people: Population, off: Collection[str]) -> None:
    ledger = market.ledger
    for slug, name, role, prefixes in (
        (SLUGS[0], BRANDS[0], Role.BRAND, ["952123"]),
        (SLUGS[1], BRANDS[1], Role.BRAND, ["952999"]),
        (RIVAL, "Quisquilia", Role.BRAND, ["952777"]),
        (PLATFORM, "Bazar", Role.PLATFORM, []),
    ):
        add_organisation(ledger, slug=slug, name=name, role=role, domain=f"{slug}.example", prefixes=prefixes)
    market.chain_follows()
    for slug in (*SLUGS, RIVAL, PLATFORM):
        market.keys[slug] = issue_key(ledger, operator_as(ledger, slug).organisation.id, "simulation", Scope)[1]
    for number, (slug, name) in enumerate(zip((*SLUGS, RIVAL), (*BRANDS, "Quisquilia"), strict=True)):
        mark = {"kind": "mark", "name": name, "number": f"01800000{number}", "office": "EM", "classes": ["18"],
                "territories": ["EU"]}  # fmt: skip
        photos = {"kind": "copyright", "name": f"Photos of {name}", "territories": ["WO"]}
        market.rights[slug] = {
            kind: market.ask(slug, "POST", "/v1/rights", body, 201)["id"]
            for kind, body in (("mark", mark), ("photos", photos))
        }
    for brand in range(len(SLUGS)):
        market.register(brand, (people.items + 1) // len(SLUGS) + 1)
    market.chain_follows()
    for number in people.owned:
        market.claim(number)
    market.chain_follows()
    until = datetime.fromtimestamp(market.start + _YEAR, UTC).date().isoformat()
    for seller in people.sellers:
        if seller.authorised:
            for slug in SLUGS:
                body = {"platform": PLATFORM, "seller": seller.ref, "until": until}
                market.ask(slug, "POST", "/v1/authorised-sellers", body, 201)
    add_pack(ledger, pack_without(off))
