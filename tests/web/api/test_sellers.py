"""Sellers through the API: levels, thresholds, names that share an identifier, and nobody else's sellers."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.web.api.asking import Asking
from tests.web.stage import Stage

NOW = datetime.fromtimestamp(int(time.time()), UTC)
BEFORE = (NOW - timedelta(days=9)).isoformat()
FIELDS = ("name", "address", "phone", "email", "identity", "payment", "register", "certification")


def put(asking: Asking, path: str, body: Any, status: int = 200) -> Any:
    """The JSON of an answer that has to have this status."""
    response = asking.ask("PUT", path, json=body)
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json(force=True)


def told(*fields: str, verified: bool = True, identifiers: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """What a platform says of a trader."""
    facts = {one: {"stated_at": BEFORE, "verified_at": BEFORE if verified else None} for one in fields}
    return {
        "kind": "trader",
        "country": "FR",
        "since": (NOW - timedelta(days=30)).date().isoformat(),
        "registered": True,
        "facts": facts,
        "identifiers": [{"kind": kind, "value": value} for kind, value in identifiers],
    }


def test_a_seller_is_at_the_level_of_what_is_known_and_owes_the_rest(platform: Asking) -> None:
    made = put(platform, "/v1/sellers/s-1", told("name", "address", "phone", "email"))
    assert made["level"] == 1
    assert made["missing"] == ["identity", "payment", "register", "certification"]
    assert [one["law"] for one in made["duties"]] == ["DSA Art. 30(1)"]
    full = put(platform, "/v1/sellers/s-1", told(*FIELDS))
    assert (full["level"], full["missing"], full["duties"]) == (3, [], [])
    assert platform.get("/v1/sellers/s-1") == full


def test_two_names_with_one_payment_account_are_told_to_their_platform_however_it_is_written(platform: Asking) -> None:
    put(platform, "/v1/sellers/s-2", told("name", identifiers=(("payment_account", "FR76 3000 6000 01"),)))
    again = put(platform, "/v1/sellers/s-3", told("name", identifiers=(("payment_account", "fr7630006000-01"),)))
    assert again["linked"] == [{"ref": "s-2", "kind": "payment_account"}]
    other = put(platform, "/v1/sellers/s-4", told("name", identifiers=(("payment_account", "FR7630006000 02"),)))
    assert other["linked"] == []


def test_no_identifier_is_kept_in_clear_anywhere(platform: Asking, stage: Stage) -> None:
    put(platform, "/v1/sellers/s-5", told("name", identifiers=(("email", "somebody@hidden.example"),)))
    with stage.ledger.store.read() as tx:
        log = tx.desk_log.entries(0, 1_000, kinds={"seller.recorded"})
        rows = tx.connection.exec_driver_sql("SELECT * FROM seller_marks").all()  # type: ignore[attr-defined]
    assert log
    assert all("s-5" not in one.subject for one in log)
    assert "hidden" not in json.dumps([one.body for one in log])
    assert all(b"hidden" not in bytes(value) for row in rows for value in row if isinstance(value, bytes | memoryview))
    assert all("hidden" not in str(value) for row in rows for value in row)


def test_high_volume_begins_with_the_two_hundredth_sale_and_is_due_in_ten_days(platform: Asking) -> None:
    put(platform, "/v1/sellers/s-6", told("name", "address", "phone", "email"))
    days = [(NOW - timedelta(days=n)).date().isoformat() for n in (20, 3)]
    less = [{"day": days[0], "count": 100, "cents": 400_000}, {"day": days[1], "count": 99, "cents": 400_000}]
    assert put(platform, "/v1/sellers/s-6/sales", {"days": less})["high_volume_since"] is None
    more = put(platform, "/v1/sellers/s-6/sales", {"days": [{"day": days[1], "count": 100, "cents": 1_600_000}]})
    assert more["high_volume_since"].startswith(days[1])
    assert more["disclosed"] is True
    owed = [one for one in more["duties"] if one["law"].startswith("15 U.S.C.")]
    until = (datetime.fromisoformat(days[1]) + timedelta(days=10)).date().isoformat()
    assert owed[0]["until"].startswith(until)


def test_sales_of_a_day_that_counts_no_more_and_a_day_named_twice_are_refused_whole(platform: Asking) -> None:
    put(platform, "/v1/sellers/s-7", told("name"))
    today = NOW.date().isoformat()
    for days in (
        [{"day": "2020-01-01", "count": 1, "cents": 1}, {"day": today, "count": 1, "cents": 1}],
        [{"day": today, "count": 1, "cents": 1}, {"day": today, "count": 2, "cents": 1}],
    ):
        put(platform, "/v1/sellers/s-7/sales", {"days": days}, 422)
    assert platform.get("/v1/sellers/s-7")["most_sales"] == 0


def test_what_cannot_be_is_refused_by_name_and_nothing_is_kept(platform: Asking) -> None:
    wrong = told("name") | {"country": "FR"}
    wrong["facts"]["name"] = {"stated_at": BEFORE, "verified_at": (NOW - timedelta(days=20)).isoformat()}
    wrong["identifiers"] = [{"kind": "shoe_size", "value": "41.5 wide"}]
    refused = put(platform, "/v1/sellers/s-8", wrong, 422)
    assert [one["where"] for one in refused["errors"]] == ["facts.name", "identifiers[0].kind"]
    platform.get("/v1/sellers/s-8", 404)


def test_nobody_but_a_platform_keeps_sellers_and_each_sees_its_own(brand: Asking, platform: Asking) -> None:
    put(brand, "/v1/sellers/s-9", told("name"), 403)
    brand.get("/v1/sellers", 403)
    for name in ("s-9", "s-91", "s-92"):
        put(platform, f"/v1/sellers/{name}", told("name"))
    names = [one["ref"] for one in platform.get("/v1/sellers?limit=200")["items"]]
    assert names == sorted(names)
    first = platform.get("/v1/sellers?limit=2")
    assert first["next"] == first["items"][-1]["ref"]
    after = platform.get(f"/v1/sellers?limit=2&cursor={first['next']}")
    assert after["items"][0]["ref"] > first["next"]


def test_told_again_nothing_is_logged_and_what_was_corrected_links_no_more(platform: Asking, stage: Stage) -> None:
    def entries() -> int:
        with stage.ledger.store.read() as tx:
            return len(tx.desk_log.entries(0, 10_000, kinds={"seller.recorded"}))

    shared = (("phone", "+33 1 23 45 67 89"),)
    put(platform, "/v1/sellers/s-20", told("name", identifiers=shared))
    assert put(platform, "/v1/sellers/s-21", told("name", identifiers=shared))["linked"]
    before = entries()
    put(platform, "/v1/sellers/s-21", told("name", identifiers=shared))
    assert entries() == before
    corrected = put(platform, "/v1/sellers/s-21", told("name", identifiers=(("phone", "+33 1 23 45 67 88"),)))
    assert corrected["linked"] == []


def test_a_seller_that_was_forgotten_is_gone_with_its_identifiers(platform: Asking) -> None:
    shared = (("email", "one@seller.example"),)
    put(platform, "/v1/sellers/s-30", told("name", identifiers=shared))
    assert platform.ask("DELETE", "/v1/sellers/s-30").status_code == 204
    platform.get("/v1/sellers/s-30", 404)
    assert platform.ask("DELETE", "/v1/sellers/s-30").status_code == 404
    assert put(platform, "/v1/sellers/s-31", told("name", identifiers=shared))["linked"] == []


def test_a_sellers_name_that_looks_like_a_cases_says_nothing_of_the_case(platform: Asking, stage: Stage) -> None:
    name = "cas_" + "0" * 26
    put(platform, f"/v1/sellers/{name}", told("name"))
    with stage.ledger.store.read() as tx:
        assert tx.desk_log.entries(0, 10, subject=name) == []


def test_an_identifier_of_signs_alone_is_none(platform: Asking) -> None:
    put(platform, "/v1/sellers/s-40", told("name", identifiers=(("tax_number", "-----"),)), 422)
