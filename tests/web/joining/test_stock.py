"""The list of items: what it shows by state is what it exports, whatever the page."""

from __future__ import annotations

import csv
import io

import pytest

from ledger.domain.statements import MarkKind
from ledger.domain.stock import StockOrder, StockState, Wanted
from ledger.services.set_mark import mark_batch, mark_item
from ledger.services.stock_page import all_stock, stock_page
from tests.web.joining.conftest import GTIN, MakePhone, StaffRole, Stage

WORDS = {"reason": "The clasp."}


@pytest.fixture(scope="module")
def listed(stage: Stage) -> str:
    """A batch of which one is recalled, one disputed, and two are not on sale; its id."""
    items = stage.register([{"serial": f"LIST{n}"} for n in range(6)])
    stage.register([{"serial": "SHELF1"}, {"serial": "SHELF2"}], on_sale=False)
    mark_item(stage.ledger, stage.brand, MarkKind.RECALL, GTIN, "LIST1", WORDS)
    mark_item(stage.ledger, stage.brand, MarkKind.DISPUTE, GTIN, "LIST2", WORDS)
    stage.follow()
    return items[0].batch_id


def serials(stage: Stage, wanted: Wanted, limit: int = 2) -> list[str]:
    """All of a list, page by page."""
    found, after = [], ""
    for _ in range(100):
        rows, more = stock_page(stage.ledger, stage.brand, wanted, after, limit)
        found += [row.item.serial for row in rows]
        if more is None:
            return found
        after = more
    raise AssertionError("The list has no end.")


def test_each_state_lists_its_items_and_no_others(stage: Stage, listed: str) -> None:
    assert serials(stage, Wanted(StockState.RECALLED, listed)) == ["LIST1"]
    assert serials(stage, Wanted(StockState.DISPUTED, listed)) == ["LIST2"]
    assert set(serials(stage, Wanted(StockState.NOT_ON_SALE))) == {"SHELF1", "SHELF2"}
    assert serials(stage, Wanted(StockState.HELD, listed)) == []


def test_pages_of_any_size_show_each_item_once_in_order(stage: Stage, listed: str) -> None:
    for limit in (1, 2, 5, 50):
        assert serials(stage, Wanted(batch=listed), limit) == [f"LIST{n}" for n in range(6)]
        newest = serials(stage, Wanted(order=StockOrder.NEWEST), limit)
        assert newest[:3] == ["SHELF1", "SHELF2", "LIST0"]
        assert len(newest) == len(set(newest))


def test_a_mark_that_is_over_lists_the_item_no_more(stage: Stage, listed: str, clock: object) -> None:
    clock.ahead = 91 * 86_400  # type: ignore[attr-defined]
    assert serials(stage, Wanted(StockState.DISPUTED, listed)) == []


def test_a_recalled_batch_lists_all_its_items_as_recalled(stage: Stage, listed: str) -> None:
    items = stage.register([{"serial": "WHOLE1"}, {"serial": "WHOLE2"}])
    mark_batch(stage.ledger, stage.brand, MarkKind.RECALL_BATCH, items[0].batch_id, WORDS)
    stage.follow()
    assert set(serials(stage, Wanted(StockState.RECALLED))) >= {"WHOLE1", "WHOLE2", "LIST1"}


def test_the_export_holds_exactly_what_the_list_shows(stage: Stage, listed: str, phone: MakePhone) -> None:
    viewer = phone("viewer", "maison", StaffRole.VIEWER)
    for query in ("state=recalled", "state=not_on_sale&sort=newest", "serial=LIST", f"batch={listed}&sort=position"):
        page = viewer.get(f"/console/items?{query}").text
        rows = list(csv.DictReader(io.StringIO(viewer.get(f"/console/items.csv?{query}").text.lstrip("\ufeff"))))
        assert rows
        assert all(f">{row['serial']}</a>" in page for row in rows), query
        assert page.count('class="serial" href="/console/items/') == len(rows)
    with stage.ledger.store.read() as tx:
        total = tx.batches.totals(stage.brand.organisation.id)[1]
    assert sum(1 for _ in all_stock(stage.ledger, stage.brand, Wanted(), 3)) == total


def test_a_broken_cursor_begins_at_the_start(stage: Stage, listed: str, phone: MakePhone) -> None:
    viewer = phone("viewer", "maison", StaffRole.VIEWER)
    for after in ("x", "0" * 64, "0:0", "%00", "zz" * 40):
        assert viewer.get(f"/console/items?after={after}").status_code == 200
        assert viewer.get(f"/console/items?after={after}&sort=newest").status_code == 200
