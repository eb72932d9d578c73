"""Bulk checks: every line is answered, in order, as if it had been asked alone, and quickly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event

from ledger.services.scan_item import scan_item, scan_many
from tests.web.api.asking import Asking, claimed, path_of, registered, speak
from tests.web.stage import GTIN, OTHER_GTIN, Stage


@pytest.fixture(scope="module")
def items(stage: Stage, brand: Asking, anyone: Asking, inspector: Asking) -> list[dict[str, Any]]:
    """One of each: unclaimed, held, offered, stolen, recalled, inspected, amended."""
    found = registered(stage, brand, 7)
    _, held, offered, stolen, recalled, inspected, amended = found
    claimed(stage, anyone, held)
    owner = claimed(stage, anyone, offered)
    draft = anyone.post(path_of(offered) + "/offers/draft", {"recipient": "0x" + "1" * 40})
    anyone.post("/v1/offers", {"values": draft["values"], "signature": owner.sign(draft["signatures"][0])}, 201)
    victim = claimed(stage, anyone, stolen)
    speak(anyone, anyone.post(path_of(stolen) + "/reports/draft", {"report": "stolen"}), victim)
    brand.post(path_of(recalled) + "/marks", {"mark": "recall", "reason": "The clasp."}, 202)
    named = {"gtin": inspected["gtin"], "serial": inspected["serial"]}
    inspector.post("/v1/inspections", {**named, "authenticity": "not_genuine", "method": "in_hand", "persons": 2}, 202)
    brand.post(path_of(amended) + "/amendments", {"fields": {"model_ref": "Y", "colour": "red"}}, 202)
    stage.follow()
    # And something that is only queued.
    brand.post(path_of(amended) + "/marks", {"mark": "dispute"}, 202)
    return found


def test_every_line_is_answered_in_order_even_where_some_fail(platform: Asking, items: list[dict[str, Any]]) -> None:
    wanted = [
        {"ref": "held", "code": items[1]["page"]},
        {"ref": "nonsense", "code": "\u2603"},
        {"ref": "unknown", "gtin": GTIN, "serial": "7K3M9QX2TP4W"},
        {"ref": "wrong check digit", "gtin": "09521234543214", "serial": "7K3M9QX2TP4W"},
        {"ref": "model", "code": OTHER_GTIN},
        {"ref": "typed", "code": items[0]["serial"].lower()},
        {"ref": "stolen", "gtin": items[3]["gtin"], "serial": items[3]["serial"]},
    ]
    answered = platform.post("/v1/checks", {"items": wanted})
    results = answered["results"]
    assert [one["ref"] for one in results] == [one["ref"] for one in wanted]
    assert [(one["verdict"], one["advice"]) for one in results] == [
        ("held", "ask_for_proof"),
        ("bad_code", "no_opinion"),
        ("unknown", "ask_for_proof"),
        ("bad_code", "no_opinion"),
        ("product_only", "no_opinion"),
        ("unclaimed", "ask_for_proof"),
        ("reported_stolen", "block"),
    ]
    assert results[6]["flags"] == ["reported_stolen"]
    assert results[3]["problem"]
    assert answered["summary"] == {"ok": 5, "problems": 2}
    assert results[0]["as_of"]["final"]
    assert results[0]["valid_until"] > results[0]["as_of"]["time"]


def test_lines_come_one_by_one_for_who_asks_for_that(platform: Asking, items: list[dict[str, Any]]) -> None:
    body = {"items": [{"ref": str(n), "code": one["page"]} for n, one in enumerate(items)]}
    response = platform.ask("POST", "/v1/checks", json=body, headers={"Accept": "application/x-ndjson"})
    assert response.mimetype == "application/x-ndjson"
    assert [json.loads(line)["ref"] for line in response.data.splitlines()] == [str(n) for n in range(len(items))]


def test_many_are_answered_as_each_alone(stage: Stage, items: list[dict[str, Any]]) -> None:
    pairs = [(one["gtin"], one["serial"]) for one in items] + [(GTIN, "7K3M9QX2TP4W"), ("1", "x"), (GTIN, "")]
    for together, alone in zip(
        scan_many(stage.ledger, pairs), [scan_item(stage.ledger, *pair) for pair in pairs], strict=True
    ):
        assert together.facts == alone.facts
        assert (together.standing.key, together.standing.lines) == (alone.standing.key, alone.standing.lines)
        assert (together.records, together.timeline) == (alone.records, alone.timeline)
        assert (together.public_fields, together.earlier_fields) == (alone.public_fields, alone.earlier_fields)
        assert (together.subject, together.head) == (alone.subject, alone.head)


def test_nothing_of_an_owner_is_told(platform: Asking, anyone: Asking, items: list[dict[str, Any]]) -> None:
    with_owner = items[1]
    holder = anyone.post("/v1/statements/draft", {"kind": "Cancel", **{n: with_owner[n] for n in ("gtin", "serial")}})
    address = holder["signatures"][0]["address"]
    told = [
        platform.ask("POST", "/v1/checks", json={"items": [{"code": with_owner["page"]}]}),
        anyone.ask("GET", path_of(with_owner)),
        anyone.ask("GET", path_of(with_owner) + "/timeline"),
    ]
    for response in told:
        assert response.status_code == 200
        assert address not in response.get_data(as_text=True).lower()


def test_a_thousand_ask_the_database_hardly_more_often_than_ten(stage: Stage, brand: Asking, platform: Asking) -> None:
    found = registered(stage, brand, 1_000)
    engine, asked = stage.ledger.store.engine, []  # type: ignore[attr-defined]

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    counts = []
    for some in (found[:10], found):
        event.listen(engine, "before_cursor_execute", note)
        results = platform.post("/v1/checks", {"items": [{"code": one["page"]} for one in some]})["results"]
        event.remove(engine, "before_cursor_execute", note)
        assert {one["verdict"] for one in results} == {"unclaimed"}
        counts.append(len(asked))
        asked.clear()
    # Names come in packets of some hundreds, because a query takes only so many.
    assert counts[1] <= counts[0] + 60, counts


def test_the_answer_is_marked_and_not_sent_again_unchanged(anyone: Asking, items: list[dict[str, Any]]) -> None:
    first = anyone.ask("GET", path_of(items[1]))
    assert first.headers["Cache-Control"] == "no-cache"
    again = anyone.ask("GET", path_of(items[1]), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    changed = anyone.ask("GET", path_of(items[3]), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_history_is_read_page_by_page(anyone: Asking, items: list[dict[str, Any]]) -> None:
    whole = anyone.get(path_of(items[3]) + "/timeline")["items"]
    path, read = path_of(items[3]) + "/timeline?limit=1", []
    while path:
        response = anyone.ask("GET", path)
        read += response.get_json()["items"]
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    assert read == whole
    assert len(whole) >= 4


def test_an_item_that_is_not_registered_yet_shows_nothing_of_itself(
    stage: Stage, brand: Asking, anyone: Asking
) -> None:
    from tests.web.api.asking import made

    batch = made(stage, brand, 1, colour="a colour to come")
    item = brand.get(f"/v1/batches/{batch['id']}/items")["items"][0]
    shown = anyone.ask("GET", path_of(item))
    assert shown.get_json()["verdict"] == "unknown"
    assert "a colour to come" not in shown.get_data(as_text=True)
    assert shown.get_json()["owned"] is None
    anyone.get(path_of(item) + "/timeline", 404)
