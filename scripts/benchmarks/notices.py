"""Notices that the ledger’s facts decide, through the production server: from request to the decision in its answer.

A brand notifies listings that show the code of another model than they sell, as the marketplace itself had them
screened before. Each notice is answered with its case decided and the listing down, so the time of the answer is the
time to the decision. A notice of 300 lines is read beside it, and how long one of its cases takes.
"""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.domain.batches import Item
from ledger.domain.desk.listings import Condition, Listing, ListingStatus, Seller
from ledger.domain.organisations import Caller, Role, Scope
from ledger.services.desk.screen_listings import screen_listings
from ledger.services.organisations import add_organisation, issue_key
from scripts.benchmarks.figures import Figure, Plan
from scripts.benchmarks.house import GTIN, House, house
from scripts.benchmarks.scanning import _OURS, _environment, _server

_LIMIT: Final = 1_000.0
"""Milliseconds from receipt to decision at the 95th percentile."""
_OTHER: Final = "09521234543220"
_MOST: Final = 300
_WHOLE: Final = (2, 5)
"""Notices of 300 lines, in a quick run and in a full one."""
_ALONE: Final = (60, 300)


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    count = plan.size(2_000, 20_000)
    plan.say(f"a ledger of {count:,} items …")
    with house(plan.folder / "notices") as opened:
        batch = opened.register(count)
        items = _items(opened, batch.id, min(count, 2_000))
        bazar = add_organisation(opened.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
        _screened(opened, Caller(bazar, frozenset({Scope.SCREEN})), plan, items)
        key = issue_key(opened.ledger, opened.brand.organisation.id, "bench", [Scope.NOTICE])[1]
        with opened.attended(), _server(_OURS, opened.settings.data, _environment(opened)) as port:
            whole = _whole(plan, port, key, items)
            yield from _single(plan, port, key, items, whole)


def _screened(opened: House, bazar: Caller, plan: Plan, items: Sequence[Item]) -> None:
    """Have the marketplace tell of every listing which code it shows, and as which model it is sold."""
    plan.say("screening the listings that will be notified …")
    told = [(f"one-{n}", items[n % len(items)]) for n in range(plan.size(*_ALONE))]
    told += [(f"whole-{n}-{k}", items[k % len(items)]) for n in range(plan.size(*_WHOLE)) for k in range(_MOST)]
    for start in range(0, len(told), 100):
        screen_listings(opened.ledger, bazar, [_listing(*one) for one in told[start : start + 100]])


def _listing(ref: str, item: Item) -> Listing:
    return Listing(
        ref=ref,
        url=f"https://bazar.example/{ref}",
        title="Sac",
        text="",
        language="fr",
        territory=None,
        price=None,
        seller=Seller("s-1"),
        codes=(f"(01){GTIN}(21){item.serial}", _OTHER),
        photos=(),
        condition=Condition.USED,
        status=ListingStatus.LIVE,
    )


def _whole(plan: Plan, port: int, key: str, items: Sequence[Item]) -> list[float]:
    """Seconds of notices of 300 lines each."""
    plan.say("notices of 300 lines …")
    took = []
    for n in range(plan.size(*_WHOLE)):
        began = time.perf_counter()
        found = _send(port, key, [_line(items[k % len(items)], f"whole-{n}-{k}") for k in range(_MOST)])
        took.append(time.perf_counter() - began)
        assert all(one["case_state"] == "upheld" for one in found["results"]), found["results"][:2]
    return took


def _single(plan: Plan, port: int, key: str, items: Sequence[Item], whole: Sequence[float]) -> Iterator[Figure]:
    rounds = plan.size(*_ALONE)
    took = []
    for n in range(rounds):
        if n % 20 == 0:
            plan.say(f"one listing a notice, {n} of {rounds} …")
        began = time.perf_counter()
        found = _send(port, key, [_line(items[n % len(items)], f"one-{n}")])
        took.append(1e3 * (time.perf_counter() - began))
        assert found["results"][0]["case_state"] == "upheld", found
    took.sort()
    p95 = took[min(len(took) - 1, len(took) * 95 // 100)]
    alone = statistics.median(took)
    yield Figure("a notice that facts decide, p50", alone, "ms")
    yield Figure("… p95", p95, "ms", "its limit", _LIMIT, p95 / _LIMIT, at_most=1.0)
    each = 1e3 * statistics.median(whole) / _MOST
    yield Figure(f"each of {_MOST} in one notice", each, "ms", "one sent alone", alone, each / alone)
    yield Figure(f"a notice of {_MOST} lines, all decided", statistics.median(whole), "s")


def _items(opened: House, batch: str, count: int) -> list[Item]:
    found: list[Item] = []
    with opened.ledger.store.read() as tx:
        while len(found) < count and (page := tx.batches.items_page(batch, len(found) - 1, 1_000)):
            found += page
    return found


def _line(item: Item, ref: str) -> dict[str, str]:
    return {"platform": "bazar", "listing": ref, "gtin": GTIN, "serial": item.serial, "sold_as": _OTHER}


def _send(port: int, key: str, lines: Sequence[dict[str, str]]) -> Any:
    body = {
        "reason": "code_other_item",
        "lines": lines,
        "explanation": "The code of the listing is registered to another model.",
        "name": "Bench",
        "email": "bench@maison.example",
        "good_faith": True,
        "accurate": True,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/v1/notices", json.dumps(body).encode(), headers)
    response = connection.getresponse()
    answered = response.read()
    connection.close()
    assert response.status == 201, answered[:500]
    return json.loads(answered)
