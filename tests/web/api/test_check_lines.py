"""Checks as lines: each is answered in order, bad ones too, and nobody is asked to wait for who sends first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from ledger.domain.asks import AskState
from ledger.domain.errors import Unavailable
from ledger.domain.standing_reading import CONFIRMATION_LASTS
from ledger.services.desk.checks_proof import ask_seller
from ledger.services.organisations import operator_as
from tests.web.api.asking import Asking, Person, claimed, path_of, registered, speak
from tests.web.stage import GTIN, Stage
from web.api import check_lines
from web.limits import Pace

LINES = "application/x-ndjson"


@pytest.fixture(scope="module")
def owner_of(stage: Stage, brand: Asking, anyone: Asking) -> tuple[dict[str, Any], Person]:
    [item] = registered(stage, brand, 1)
    return item, claimed(stage, anyone, item)


def ask(platform: Asking, body: bytes, **headers: str) -> tuple[int, list[dict[str, Any]], Any]:
    response = platform.ask("POST", "/v1/checks", data=body, headers={"Content-Type": LINES, **headers})
    lines = [json.loads(line) for line in response.data.splitlines()] if response.mimetype == LINES else []
    return response.status_code, lines, response


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_each_line_is_answered_with_its_number_and_a_bad_one_is_no_end(
    platform: Asking, owner_of: tuple[dict[str, Any], Person]
) -> None:
    item, _ = owner_of
    body = b"".join(
        (
            line(ref="a", code=item["page"]),
            b"\n",
            b"{not json\n",
            b'{"ref": "b"}\n',
            b'{"code": "\xff"}\n',
            b'{"code": "' + b"x" * check_lines.LINE_BYTES + b'"}\n',
            b"[1]\n",
            line(ref="c", gtin=GTIN, serial="7K3M9QX2TP4W").rstrip(b"\n"),
        )
    )
    status, found, _ = ask(platform, body)
    assert status == 200
    assert [(one["line"], one["verdict"]) for one in found] == [
        (1, "held"),
        (3, "bad_line"),
        (4, "bad_line"),
        (5, "bad_line"),
        (6, "bad_line"),
        (7, "bad_line"),
        (8, "unknown"),
    ]
    assert "commas" in found[1]["problem"]
    assert "code" in found[2]["problem"]
    assert "bytes" in found[4]["problem"]
    assert [one["ref"] for one in found if one["ref"]] == ["a", "c"]


def test_a_name_that_stands_twice_is_refused_so_that_nobody_reads_another_code_than_we(
    platform: Asking, owner_of: tuple[dict[str, Any], Person]
) -> None:
    code = owner_of[0]["page"]
    twice = json.dumps({"code": code})[:-1].encode() + b', "code": "x"}'
    _, found, _ = ask(platform, twice + b"\n" + line(code=code))
    assert [one["verdict"] for one in found] == ["bad_line", "held"]
    assert found[0]["problem"] == "The name “code” stands twice in one object of the JSON. Send it once."
    for path, body in (
        ("/v1/checks", b'{"items": [' + twice + b"]}"),
        ("/v1/listings/screen", b'{"listings": [], "listings": []}'),
        ("/v1/watches", b'{"\\ud800": 1, "\\ud800": 2}'),
    ):
        refused = platform.ask("POST", path, data=body, content_type="application/json")
        assert refused.status_code == 400
        assert "stands twice" in refused.get_json(force=True)["detail"]
    strange = platform.ask("POST", "/v1/checks", data=b'{"\\ud800": 1}', content_type="application/json")
    assert strange.status_code == 422


def test_thousands_come_in_pieces_each_in_its_place(
    platform: Asking, owner_of: tuple[dict[str, Any], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_lines, "PIECE", 50)
    wanted = [
        line(ref=str(n), gtin=GTIN, serial=owner_of[0]["serial"] if n % 7 == 0 else f"X{n}") for n in range(1_234)
    ]
    _, found, _ = ask(platform, b"".join(wanted))
    assert [one["ref"] for one in found] == [str(n) for n in range(1_234)]
    assert {one["verdict"] for one in found[::7]} == {"held"}


def test_a_long_list_is_answered_as_lines_for_who_asks_for_lines_and_refused_for_others(platform: Asking) -> None:
    items: list[Any] = [{"ref": str(n), "gtin": GTIN, "serial": f"X{n}"} for n in range(1_001)]
    items[500] = {"ref": 5}
    response = platform.ask("POST", "/v1/checks", json={"items": items}, headers={"Accept": LINES})
    found = [json.loads(one) for one in response.data.splitlines()]
    assert (response.status_code, len(found)) == (200, 1_001)
    assert (found[500]["verdict"], found[500]["line"]) == ("bad_line", 501)
    assert platform.post("/v1/checks", {"items": items}, 422)["errors"]


def test_lines_beyond_the_most_are_not_read_and_the_answer_says_from_where(
    platform: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_lines, "MOST_LINES", 3)
    _, found, _ = ask(platform, line(gtin=GTIN, serial="X") * 5)
    assert [(one["line"], one["verdict"]) for one in found[2:]] == [(3, "unknown"), (4, "bad_line")]
    assert "from line 4" in found[3]["problem"]


def test_a_body_that_is_too_large_is_refused_whole(platform: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_lines, "WHOLE_BYTES", 100)
    status, _, response = ask(platform, line(gtin=GTIN, serial="X") * 50)
    assert (status, response.mimetype) == (413, "application/problem+json")


def test_time_that_is_over_ends_the_stream_with_where_to_go_on(
    platform: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_lines, "TIME", -1.0)
    monkeypatch.setattr(check_lines, "_put_aside", lambda: __import__("io").BytesIO(line(gtin=GTIN, serial="X") * 3))
    _, found, _ = ask(platform, b"")
    assert [one["line"] for one in found] == [1]
    assert "from line 1" in found[0]["problem"]


def test_each_line_counts_and_bad_news_is_told_beyond_the_limit(
    stage: Stage, anyone: Asking, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, other = registered(stage, brand, 2)
    victim = claimed(stage, anyone, item)
    speak(anyone, anyone.post(path_of(item) + "/reports/draft", {"report": "stolen"}), victim)
    monkeypatch.setattr(check_lines, "PIECE", 2)
    hurried = Asking(stage.app(pace=Pace(items=3)), stage.key("bazar"))
    slept: list[float] = []
    monkeypatch.setattr(check_lines, "sleep", slept.append)
    _, found, response = ask(hurried, (line(code=other["page"]) + line(code=item["page"])) * 2)
    assert [one["verdict"] for one in found] == ["unclaimed", "reported_stolen", "slow_down", "reported_stolen"]
    assert len(slept) == check_lines.PATIENCE, "it waits a while before it answers so"
    assert response.headers["RateLimit"].startswith('"items";r=1;')


def test_a_database_that_goes_away_in_the_middle_is_no_answer_for_those_lines_alone(
    platform: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.api import checks

    calls: list[int] = []
    real = checks.check_items

    def failing(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Unavailable("The database does not answer.")
        return real(*given)

    monkeypatch.setattr(checks, "check_items", failing)
    monkeypatch.setattr(check_lines, "PIECE", 2)
    _, found, _ = ask(platform, line(ref="r", gtin=GTIN, serial="X") * 6)
    assert [one["verdict"] for one in found] == ["unknown"] * 2 + ["unavailable"] * 2 + ["unknown"] * 2
    assert {one["ref"] for one in found} == {"r"}
    calls.append(1)
    calls[:] = [1]
    assert ask(platform, line(gtin=GTIN, serial="X"))[0] == 503


def test_whoever_leaves_ends_the_work_and_makes_room(
    app: Flask, platform: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_lines, "PIECE", 1)
    body = line(gtin=GTIN, serial="X") * 100
    headers = {"Content-Type": LINES, "Authorization": f"Bearer {platform.secret}"}
    leaving = [app.test_client().post("/v1/checks", data=body, headers=headers) for _ in range(check_lines.AT_ONCE)]
    status, _, refused = ask(platform, body)
    assert (status, refused.headers["Retry-After"]) == (429, "5")
    for one in leaving:
        one.close()
    assert ask(platform, body)[0] == 200


def test_a_key_of_idempotency_gives_the_first_answer_again_but_lines_are_read_anew(platform: Asking) -> None:
    body = {"items": [{"gtin": GTIN, "serial": "X"}]}
    first = platform.ask("POST", "/v1/checks", json=body, headers={"Idempotency-Key": '"check-once"'})
    again = platform.ask("POST", "/v1/checks", json=body, headers={"Idempotency-Key": '"check-once"'})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    many = {"items": [{"gtin": GTIN, "serial": "X"}] * 1_001}
    keyed = {"Idempotency-Key": '"check-lines"', "Accept": LINES}
    for _ in range(2):
        told = platform.ask("POST", "/v1/checks", json=many, headers=keyed)
        assert "Idempotency-Replayed" not in told.headers
        assert len(told.data.splitlines()) == 1_001


def test_what_a_listing_says_is_bounded(platform: Asking) -> None:
    good = {"gtin": GTIN, "serial": "X", "seller": {"ref": "s-77"}, "listing": {"title": "Bag", "image_sha256": []}}
    platform.post("/v1/checks", {"items": [good]})
    for wrong in (
        {"seller": {"ref": "s" * 121}},
        {"seller": {"proof": "ask_" + "0" * 26}},
        {"seller": {"ref": "s", "proof": "nonsense"}},
        {"listing": {"url": "https://" + "x" * 2_000}},
        {"listing": {"title": "t" * 501}},
        {"listing": {"image_sha256": ["0" * 63]}},
        {"listing": {"image_sha256": ["0" * 64] * 25}},
        {"listing": {"seller_name": "Anna"}},
    ):
        platform.post("/v1/checks", {"items": [good | wrong]}, 422)


def confirmed(stage: Stage, id: str, signer: str) -> None:
    """The owner answered; how they do is tried with their pages."""
    with stage.ledger.store.write() as tx:
        assert tx.asks.answer(id, AskState.CONFIRMED, stage.ledger.now(), signer, None)


def test_a_seller_who_proved_it_is_confirmed_for_that_platform_and_seller_alone(
    stage: Stage, platform: Asking, brand: Asking, anyone: Asking
) -> None:
    item, other = registered(stage, brand, 2)
    owner = claimed(stage, anyone, item)
    claimed(stage, anyone, other)
    named = {"gtin": item["gtin"], "serial": item["serial"]}
    proof = platform.post("/v1/proofs", {**named, "seller": "s-77"}, 201)
    assert proof["words"].endswith("· Bazar"), "whoever signs them reads whom the answer is for"

    def told(who: Asking = platform, ref: str = "s-77", **of: Any) -> tuple[str, str, list[str]]:
        asked = {**named, **of, "seller": {"ref": ref, "proof": proof["id"]}}
        [one] = who.post("/v1/checks", {"items": [asked]})["results"]
        return one["verdict"], one["advice"], one["flags"]

    not_confirmed = ("held", "ask_for_proof", ["owner_not_seller"])
    assert told() == not_confirmed, "asked is not answered"
    confirmed(stage, proof["id"], owner.address)
    assert told() == ("owner_confirmed", "ok", [])
    assert told(ref="s-78") == not_confirmed
    assert told(who=brand) == not_confirmed
    assert told(serial=other["serial"]) == not_confirmed
    stage.ahead += int(CONFIRMATION_LASTS.total_seconds())
    try:
        assert told()[2] in ([], ["owner_not_seller"])
        assert told()[0] != "owner_confirmed"
    finally:
        stage.ahead -= int(CONFIRMATION_LASTS.total_seconds())


def test_the_flag_is_for_named_sellers_of_owned_items_only(
    platform: Asking, owner_of: tuple[dict[str, Any], Person]
) -> None:
    named = {"gtin": owner_of[0]["gtin"], "serial": owner_of[0]["serial"]}
    asked = [named, named | {"seller": {"ref": "s"}}, {"gtin": GTIN, "serial": "X", "seller": {"ref": "s"}}]
    found = platform.post("/v1/checks", {"items": asked})["results"]
    assert [one["flags"] for one in found] == [[], ["owner_not_seller"], []]
    assert found[1]["explain"] == "The registered owner has not confirmed this seller."


def test_the_links_page_shows_who_asks(
    stage: Stage, app: Flask, platform: Asking, owner_of: tuple[dict[str, Any], Person]
) -> None:
    item, _ = owner_of
    _, link = ask_seller(stage.ledger, operator_as(stage.ledger, "bazar"), item["gtin"], item["serial"], "s-1")
    shown = app.test_client().get(f"/prove/{link}")
    assert shown.status_code == 200
    assert "· Bazar" in shown.get_data(as_text=True)


def test_a_proof_is_asked_of_items_with_an_owner_by_who_may(
    stage: Stage, platform: Asking, inspector: Asking, brand: Asking, anyone: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    named = {"gtin": item["gtin"], "serial": item["serial"], "seller": "s"}
    platform.post("/v1/proofs", named, 409)
    platform.post("/v1/proofs", {**named, "serial": "X"}, 404)
    inspector.post("/v1/proofs", named, 403)
    anyone.post("/v1/proofs", named, 401)
    claimed(stage, anyone, item)
    for _ in range(10):
        platform.post("/v1/proofs", named, 201)
    platform.post("/v1/proofs", named, 429)


def test_checks_go_on_while_nothing_is_written(stage: Stage, app: Flask, platform: Asking) -> None:
    from ledger.services.safe_mode import begin_safe_mode, end_safe_mode

    begin_safe_mode(stage.ledger, "test", "Trying whether checks go on.")
    try:
        platform.post("/v1/checks", {"items": [{"gtin": GTIN, "serial": "X"}]})
    finally:
        end_safe_mode(stage.ledger)
