"""An answer is given again while nothing was written that it rests on, and never to somebody whose it is not."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from ledger.bootstrap import build
from ledger.domain.statements import Kind, MarkKind
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from ledger.services.ports import Ledger
from tests.web.stage import GTIN, Stage, on_each_database
from web import create_app
from web.kept_answers import BESIDE, LASTS, ROOM, About, Kept, KeptAnswers
from web.limits import Pace

JSON = {"Accept": "application/json"}
ADDRESSES = ("/01/{}/21/{}", "/v1/items/{}/{}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("kept")) as made:
        made.register([{"serial": name} for name in ("QUIET", "MARKED", "LATER", "COUNTED", "SILENT", "CLOCK")])
        yield made


_OPEN: list[Ledger] = []
_APPS: list[Flask] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _APPS:
        _APPS.pop().extensions["scan_notes"].settle()
    while _OPEN:
        _OPEN.pop().store.close()


def _ledger(stage: Stage) -> Ledger:
    """As another process has it; its clock stands still."""
    now = stage.ledger.now()
    ledger = replace(build(stage.settings), clock=lambda: now)
    _OPEN.append(ledger)
    return ledger


def _app(stage: Stage, ledger: Ledger) -> Flask:
    app = create_app(stage.settings, ledger)
    _APPS.append(app)
    return app


def _misses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes each answer that is kept anew."""
    made: list[object] = []
    answers: KeptAnswers = app.extensions["kept_answers"]
    put = answers.put

    def noted(key: Hashable, new: Kept) -> None:
        made.append(key)
        put(key, new)

    monkeypatch.setattr(answers, "put", noted)
    return made


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_second_asker_gets_the_same_bytes_without_their_being_made_again(
    stage: Stage, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _app(stage, _ledger(stage))
    made = _misses(app, monkeypatch)
    first, second = (app.test_client().get(address.format(GTIN, "QUIET")) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    differing = {"X-Request-Id", "RateLimit"}
    told = [{name: value for name, value in one.headers if name not in differing} for one in (first, second)]
    assert told[0] == told[1]
    assert len(made) == 1


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("how", [{"Accept": "text/html"}, {"Accept-Language": "fr"}, JSON, {"Host": "other.example"}])
def test_each_form_and_language_and_host_has_an_answer_of_its_own(
    stage: Stage, address: str, how: dict[str, str]
) -> None:
    ledger = _ledger(stage)
    kept, anew = (_app(stage, one) for one in (ledger, replace(_ledger(stage), clock=ledger.clock)))
    kept.test_client().get(address.format(GTIN, "QUIET"))
    asked, fresh = (app.test_client().get(address.format(GTIN, "QUIET"), headers=how) for app in (kept, anew))
    assert asked.headers["Content-Type"] == fresh.headers["Content-Type"]
    assert asked.data == fresh.data


@pytest.mark.parametrize("address", ADDRESSES)
def test_bad_news_is_told_by_every_process_from_the_moment_it_is_acknowledged(stage: Stage, address: str) -> None:
    serial = "MARKED" if address == ADDRESSES[0] else "LATER"
    apps = [_app(stage, _ledger(stage)) for _ in range(2)]
    at = address.format(GTIN, serial)
    before = [app.test_client().get(at, headers=JSON).get_json()["verdict"] for app in apps for _ in range(2)]
    assert len(set(before)) == 1
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, serial)[0].item
    sign_and_submit(stage.ledger, stage.brand, Kind.MARK, {"subject": item, "kind": int(MarkKind.RECALL)})
    for app in apps:
        told = app.test_client().get(at, headers=JSON).get_json()
        assert told["verdict"] != before[0]
        assert "recall" in str(told)


def test_an_answer_is_not_given_again_when_the_clock_has_moved_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [stage.ledger.now()]
    app = _app(stage, replace(_ledger(stage), clock=lambda: now[0]))
    made = _misses(app, monkeypatch)
    for step in (0, LASTS, 1, -10):
        now[0] += step
        app.test_client().get(f"/01/{GTIN}/21/CLOCK")
    assert len(made) == 3


def test_a_node_that_falls_silent_is_told_though_nothing_was_written(stage: Stage) -> None:
    ledger = _ledger(stage)
    now = ledger.now()
    with ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, now - 58)
    moving = [now]
    app = _app(stage, replace(ledger, clock=lambda: moving[0]))
    at = f"/01/{GTIN}/21/SILENT"
    assert app.test_client().get(at, headers=JSON).get_json()["verdict"] != "unavailable"
    moving[0] += 3
    assert app.test_client().get(at, headers=JSON).get_json()["verdict"] == "unavailable"
    with ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now())


def test_every_look_is_counted_also_where_the_answer_was_kept(stage: Stage) -> None:
    app = _app(stage, _ledger(stage))
    for _ in range(3):
        app.test_client().get(f"/01/{GTIN}/21/COUNTED")
    app.extensions["scan_notes"].settle()
    with stage.ledger.store.read() as tx:
        assert tx.scans.count_of(tx.batches.find(GTIN, "COUNTED")[0].item)[0] == 3


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_asks_too_often_gets_no_kept_answer_either_and_is_told_where_they_stand(stage: Stage, address: str) -> None:
    app = create_app(stage.settings, _ledger(stage), pace=Pace(anonymous_items=3))
    _APPS.append(app)
    client, at = app.test_client(), address.format(GTIN, "QUIET")
    answers = [client.get(at, environ_base={"REMOTE_ADDR": "8.8.8.8"}) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert [one.headers["RateLimit"].split(";")[1] for one in answers[:3]] == ["r=2", "r=1", "r=0"]


def test_a_kept_answer_is_logged_and_counted_under_its_route(stage: Stage) -> None:
    app = _app(stage, _ledger(stage))
    for _ in range(2):
        app.test_client().get(f"/v1/items/{GTIN}/QUIET")
    told = app.extensions["metrics"].told(stage.ledger).decode()
    line = next(one for one in told.splitlines() if "touchmark_requests_total" in one and "/v1/items" in one)
    assert line.endswith(" 2.0")
    assert next(one for one in told.splitlines() if one.startswith("touchmark_verdicts_total{")).endswith(" 2.0")


@pytest.mark.parametrize("query", ["?looks=different", "?looks=compare", "?format=json", "?tapped=x", "?x=1"])
def test_a_question_is_answered_for_itself(stage: Stage, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _app(stage, _ledger(stage))
    made = _misses(app, monkeypatch)
    app.test_client().get(f"/01/{GTIN}/21/QUIET{query}")
    assert not made


def test_a_visitor_with_a_cookie_is_answered_for_themselves(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _app(stage, _ledger(stage))
    made = _misses(app, monkeypatch)
    client = app.test_client()
    client.set_cookie("touchmark", "anything")
    assert client.get(f"/01/{GTIN}/21/QUIET").status_code == 200
    assert not made


@pytest.mark.parametrize("header", ["Accept", "Accept-Language", "Accept-Encoding", "Host"])
def test_headers_that_no_browser_sends_take_no_room(stage: Stage, header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _app(stage, _ledger(stage))
    made = _misses(app, monkeypatch)
    app.test_client().get(f"/v1/items/{GTIN}/QUIET", headers={header: "a" * 2_000})
    assert not made


def test_codes_that_are_not_known_are_not_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _app(stage, _ledger(stage))
    made = _misses(app, monkeypatch)
    assert app.test_client().get(f"/01/{GTIN}/21/NOBODY").status_code == 404
    assert not made


def test_a_conditional_request_is_answered_304_all_the_same(stage: Stage) -> None:
    client = _app(stage, _ledger(stage)).test_client()
    at = f"/v1/items/{GTIN}/QUIET"
    etag = client.get(at).headers["ETag"]
    again = client.get(at, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert not again.data


def _kept(body: bytes) -> Kept:
    return Kept((), body, About(1, "held", look=True), "/01/<path:_rest>", (1, 1, True), 100)


def test_what_was_unused_the_longest_makes_room() -> None:
    answers = KeptAnswers(room=3 * (BESIDE + 10))
    for name in ("first", "second", "third"):
        answers.put(name, _kept(b"0123456789"))
    assert answers.get("first", (1, 1, True), 100)
    answers.put("fourth", _kept(b"0123456789"))
    kept = [name for name in ("first", "second", "third", "fourth") if answers.get(name, (1, 1, True), 100)]
    assert kept == ["first", "third", "fourth"]
    answers.put("large", _kept(bytes(3 * (BESIDE + 10))))
    assert answers.get("large", (1, 1, True), 100) is None
    assert ROOM < 2**26
