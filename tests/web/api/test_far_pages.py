"""A page that is asked for from beyond every page there is: each database has an end of its own to its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.api.asking import Asking, path_of, registered
from tests.web.stage import Stage

FAR = {
    "stolen/changes": "since=999999999999999-9999999999",
    "epcis/events": "nextPageToken=999999999999999999-999999999-999999999",
    "looks": "cursor=999999-" + "f" * 64 + "-ZZ",
}
OF_AN_ITEM = {"timeline": "999999999999999999-999999999", "epcis": "999999999999999999-999999999"}


@pytest.fixture(scope="module")
def item(stage: Stage, brand: Asking) -> dict[str, Any]:
    (found,) = registered(stage, brand)
    return found


def things(told: dict[str, Any]) -> Any:
    """What a page holds, whatever its list is called."""
    (found,) = (one for name in ("items", "looks", "epcisBody") if (one := told.get(name)) is not None)
    return found["eventList"] if isinstance(found, dict) else found


def numbered(specification: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Each whole number in a query that the description gives an end, of operations that read."""
    for path, methods in specification["paths"].items():
        for one in methods.get("get", {}).get("parameters", ()):
            kinds = [one.get("schema", {}), *one.get("schema", {}).get("anyOf", ())]
            for kind in kinds if one["in"] == "query" else ():
                if kind.get("type") == "integer":
                    end = kind.get("exclusiveMaximum", kind.get("maximum", 0) + 1) - 1
                    assert end > 0, (path, one["name"], "has no end")
                    yield path, one["name"], end


def test_the_largest_number_that_is_described_is_taken(
    stage: Stage, brand: Asking, platform: Asking, item: dict[str, Any]
) -> None:
    with stage.ledger.store.read() as tx:
        (batch,) = tx.batches.page(stage.brand.organisation.id, None, 1)
        (found,) = tx.imports.page(stage.brand.organisation.id, None, 1)
    known = {"/v1/batches/{id}/": batch.id, "/v1/imports/{id}/": found.id}
    asked = 0
    for path, name, end in numbered(brand.get("/openapi.json")):
        id = next((id for start, id in known.items() if path.startswith(start)), "x")
        address = path.format(id=id, gtin=item["gtin"], serial=item["serial"], ref="x", statement="1")
        for who in (brand, platform):
            answer = who.ask("GET", f"{address}?{name}={end}")
            assert answer.status_code < 500, (address, name, end, answer.text)
        asked += 1
    assert asked > 20


@pytest.mark.parametrize("path", FAR)
def test_a_page_beyond_the_last_is_empty(stage: Stage, brand: Asking, platform: Asking, path: str) -> None:
    who = platform if path.startswith("stolen") else brand
    told = who.get(f"/v1/{path}?{FAR[path]}")
    assert not things(told)


@pytest.mark.parametrize("path", OF_AN_ITEM)
def test_a_page_beyond_an_items_last_is_empty(anyone: Asking, item: dict[str, Any], path: str) -> None:
    told = anyone.get(f"{path_of(item)}/{path}?cursor={OF_AN_ITEM[path]}")
    assert not things(told)


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**63, 10**30])
def test_a_status_list_beyond_the_last_is_not_there(anyone: Asking, number: int) -> None:
    assert anyone.ask("GET", f"/status/maison/{number}").status_code == 404


def test_a_record_beyond_the_last_is_not_there(inspector: Asking, item: dict[str, Any]) -> None:
    of = {"gtin": item["gtin"], "serial": item["serial"], "reason": "mistake", "report": {}}
    for about in (2**31, 2**63, 2**256 - 1, 10**78 - 1):
        answer = inspector.ask("POST", "/v1/withdrawals", json={**of, "about": str(about)})
        assert 400 <= answer.status_code < 500, (about, answer.text)
