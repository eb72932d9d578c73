"""Look-ups: a customs manifest of 1,000 lines, from the bytes of its CSV file to the answer's, beside the limit of 5 s.

In one process and without a network: what the officer's line adds is theirs. Lines name items all over a ledger of the
size that is told, one in ten is no code of ours, and no two manifests share a line.
"""

from __future__ import annotations

import io
import random
import statistics
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from flask import Flask

from ledger.domain.batches import Item
from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation, issue_key
from scripts.benchmarks.figures import Figure, Plan, seconds
from scripts.benchmarks.house import GTIN, House, house
from web import create_app
from web.limits import Pace

_LINES: Final = 1_000
_LIMIT: Final = 5.0
"""Seconds that a manifest may take at p95."""


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    items, manifests = plan.size(20_000, 200_000), plan.size(10, 40)
    with house(plan.folder / "look-ups") as opened, opened.attended():
        batch = opened.register(items, lambda step: plan.say(f"{items:,} items: {step} …"))
        with opened.ledger.store.read() as tx:
            known = tx.batches.items_page(batch.id, -1, items)
        plan.say(f"{manifests} manifests of {_LINES:,} lines …")
        took = _times(opened, known, manifests)
    p95 = statistics.quantiles(took, n=20, method="inclusive")[18]
    yield Figure(f"items in the ledger of the look-ups: {items:,}; manifests", len(took), "")
    yield Figure(f"manifest of {_LINES:,} lines, p50", statistics.median(took), "s")
    yield Figure(
        f"manifest of {_LINES:,} lines, p95", p95, "s",
        beside="limit", beside_value=_LIMIT, ratio=p95 / _LIMIT, at_most=1,
    )  # fmt: skip


def _times(opened: House, known: Sequence[Item], manifests: int) -> list[float]:
    ledger = opened.ledger
    office = add_organisation(ledger, slug="customs", name="Customs", role=Role.AUTHORITY, domain="customs.example")
    _, secret = issue_key(ledger, office.id, "bench", [Scope.LOOK_UP])
    app = create_app(opened.settings, ledger, pace=Pace(*[100_000_000] * 6))
    chance = random.Random(7)
    drawn = chance.sample([one.serial for one in known], min(len(known), manifests * _LINES))
    took = []
    for place in range(manifests):
        serials = [drawn[(place * _LINES + line) % len(drawn)] for line in range(_LINES)]
        rows = (f"{GTIN};{'NOTOURS' + one[:5] if n % 10 == 9 else one}\r\n" for n, one in enumerate(serials))
        took.append(seconds(partial(_ask, app, secret, "".join(rows)))[0])
    app.extensions["scan_notes"].settle()
    # The first one finds everything cold.
    return took[1:]


def _ask(app: Flask, secret: str, rows: str) -> None:
    form = {
        "purpose": "customs",
        "reference": "bench",
        "file": (io.BytesIO(("gtin;serial\r\n" + rows).encode()), "manifest.csv"),
    }
    told = app.test_client().post(
        "/v1/look-ups/manifest",
        data=form,
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {secret}"},
    )
    results = told.get_json()["results"]
    if told.status_code != 200 or len(results) != _LINES or results[0]["verdict"] != "unclaimed":
        raise RuntimeError(f"A manifest was not answered as it should be: {told.get_data(as_text=True)[:300]}")
