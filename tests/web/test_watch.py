"""Watch: a brand sees looks, alerts and lists of its own items, each figure with its rows; others see none of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest

from ledger.domain.looks import DAY
from ledger.domain.organisations import Role, Scope
from ledger.services.keep_looks import compare_new
from ledger.services.note_scan import Seen, note_scans
from ledger.services.organisations import add_organisation
from tests.web.stage import GTIN, Stage, on_each_database
from tests.web.test_console import Visitor


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("watch")) as made:
        items = made.register([{"serial": f"WATCH{n}"} for n in range(60)])
        add_organisation(made.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example")
        now = made.ledger.now()
        for n, one in enumerate(items):
            note_scans(made.ledger, [Seen(one.item, now - DAY, "held", "FR", f"{n}")])
        everywhere = ("CN", "FR", "US", "CN", "BR", "JP", None)
        copied = [Seen(items[0].item, now - 600 * n, "held", c, f"copy{n}") for n, c in enumerate(everywhere)]
        note_scans(made.ledger, copied)
        while compare_new(made.ledger):
            pass
        yield made


def visitor(stage: Stage, slug: str, *scopes: Scope) -> Visitor:
    made = Visitor(stage.app().test_client())
    assert made.sign_in(stage.key(slug, *scopes)).status_code == 303
    return made


@pytest.fixture
def brand(stage: Stage) -> Visitor:
    return visitor(stage, "maison")


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_page_has_a_way_to_the_rows_of_every_figure(brand: Visitor) -> None:
    page = brand.get("/console/watch").text
    assert 'href="/console/watch" aria-current="page"' in page
    links = {unescape(one) for one in re.findall(r'href="(/console/watch/[^"]+)"', page)}
    assert {one.split("?")[0].rsplit("/", 1)[1] for one in links} >= {
        "looks", "looks.csv", "alerts", "alerts.csv", "unclaimed", "unclaimed.csv",
    }  # fmt: skip
    for one in links:
        answer = brand.get(one)
        assert answer.status_code == 200, one


def test_an_alert_says_why_in_words_and_leads_to_the_item(brand: Visitor) -> None:
    for address in ("/console/watch", "/console/watch/alerts"):
        page = brand.get(address).text
        assert "Suspected" in page
        assert "WATCH0" in page
        assert "different visitors looked at it" in page
        assert "Country not known: 1" in page


def test_looks_by_country_add_up_to_the_whole(brand: Visitor) -> None:
    rows = table(brand.get("/console/watch/looks.csv?days=30").text)
    assert rows[0] == ["day", "gtin", "serial", "country", "looks"]
    assert sum(int(row[4]) for row in rows[1:]) == 67
    page = brand.get("/console/watch").text
    assert "<b>67</b>" in page
    assert "China" in page
    (china,) = [unescape(one) for one in re.findall(r'href="([^"]+country=CN[^"]*)"', page)]
    assert brand.get(china).text.count("China</td>") == len([row for row in rows if row[3] == "CN"])
    unknown = brand.get("/console/watch/looks?country=-").text
    assert "Country not known" in unknown
    assert "China</td>" not in unknown


def test_long_lists_go_on_page_by_page_without_a_gap(brand: Visitor) -> None:
    seen: list[str] = []
    address = "/console/watch/looks?days=30"
    while address:
        page = brand.get(address).text
        seen += re.findall(r'<a class="serial" href="[^"]+">(\w+)</a>', page)
        more = re.search(r'href="([^"]*/looks\?[^"]*after=[^"]+)"', page)
        address = unescape(more[1]) if more else ""
    assert len(seen) == len(table(brand.get("/console/watch/looks.csv").text)) - 1
    assert len(set(seen)) == 60


def test_unclaimed_items_are_listed_by_line(brand: Visitor) -> None:
    assert "100 %" in brand.get("/console/watch").text
    rows = table(brand.get(f"/console/watch/unclaimed.csv?line={GTIN}").text)
    assert len(rows) == 61
    assert "More" in brand.get(f"/console/watch/unclaimed?line={GTIN}").text


def test_alerts_export_one_row_for_each_reason(brand: Visitor) -> None:
    rows = table(brand.get("/console/watch/alerts.csv").text)
    assert {row[4] for row in rows[1:]} >= {"travel", "crowd"}
    assert {row[1] for row in rows[1:]} == {"WATCH0"}


def test_another_brand_sees_nothing_of_it_and_no_other_role_gets_in(stage: Stage) -> None:
    rival = visitor(stage, "rival")
    for name in ("looks", "alerts", "unclaimed", "stolen", "findings"):
        assert "WATCH" not in rival.get(f"/console/watch/{name}").text
        assert "WATCH" not in rival.get(f"/console/watch/{name}.csv").text
    assert "WATCH" not in rival.get(f"/console/watch?line={GTIN}").text
    inspector = visitor(stage, "luxcheck")
    assert inspector.get("/console/watch").status_code == 403
    assert inspector.get("/console/watch/looks.csv").status_code == 403


@pytest.mark.parametrize("query", ["days=9999", "days=x", "line=1", "line='--", "country=FRANCE", "after=zzz"])
def test_an_address_with_odd_parts_is_read_as_if_they_were_not_there(brand: Visitor, query: str) -> None:
    assert brand.get(f"/console/watch?{query}").status_code == 200
    assert brand.get(f"/console/watch/looks?{query}").status_code == 200
    assert brand.get(f"/console/watch/unclaimed?{query}").status_code == 200


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "99999-01-01"])
def test_a_day_that_is_none_has_a_sentence(brand: Visitor, day: str) -> None:
    answer = brand.get(f"/console/watch/looks?day={day}")
    assert answer.status_code == 422
    assert "2026-11-21" in answer.text


def test_an_item_is_marked_as_on_display_until_its_last_day_and_the_mark_taken_back(
    stage: Stage, brand: Visitor
) -> None:
    item = next(one for one in _items(stage) if one.serial == "WATCH1")
    page, name = f"/console/items/{item.item:064x}", f"{item.item:064x}"
    assert brand.post(page, f"{page}/display", since="2026-11-02", until="2027-03-01").status_code == 303
    shown = brand.get(page).text
    assert "from 2 November 2026" in shown
    assert "to 1 March 2027" in shown
    assert "Its visitors are not held against it." in shown
    assert brand.post(page, f"{page}/display/end").status_code == 303
    assert "Mark as on display" in brand.get(page).text
    assert brand.post(page, f"{page}/display", until="1999-01-01").status_code == 422
    assert brand.post(page, f"{page}/display", until="soon").status_code == 422
    assert "Mark as on display" in brand.get(page).text
    reader = visitor(stage, "maison", Scope.READ)
    assert reader.post("/console/", f"/console/items/{name}/display").status_code == 403
    assert visitor(stage, "rival").post("/console/", f"/console/items/{name}/display").status_code == 404


def _items(stage: Stage) -> list:  # type: ignore[type-arg]
    with stage.ledger.store.read() as tx:
        return tx.batches.own_items(stage.brand.organisation.id, limit=100)
