"""Logs name nobody: every route is asked with known serials, names, keys and addresses, whole and broken."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any, Final

import pytest
import structlog
from flask import Flask
from werkzeug.routing import Map

from ledger import logs
from ledger.domain.errors import Unavailable
from ledger.domain.organisations import Role
from ledger.domain.said import said
from ledger.services import import_items
from ledger.services.organisations import add_organisation
from tests.web.stage import GTIN, Stage, sheet, staged
from web.logs import HEADER

SERIAL: Final = "ANNAS-OWN-SERIAL"
NAME: Final = "Annabella Querini"
EMAIL: Final = "annabella@querini.example"
ADDRESS: Final = "203.0.113.77"
V6: Final = "2001:db8:77::5"
CODE: Final = "CLAIM-CODE-7777"
KEY: Final = "tm_0123456789abcdefQQQQQQQQQQQQQQQQ"
SECRETS: Final = (SERIAL, NAME, "Annabella", "querini", ADDRESS, V6, CODE, KEY, KEY[3:], str(GTIN))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("logs")) as ready:
        ready.register([{"serial": SERIAL, "private_note": NAME}])
        yield ready


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that this process logs, in the form of production."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    out = io.StringIO()
    logs.configure(out)
    try:
        yield out
    finally:
        logging.captureWarnings(False)
        root.handlers[:], sys.excepthook, threading.excepthook = before[0], before[2], before[3]
        root.setLevel(before[1])
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """What was written, each line one JSON object, and nothing in it that names."""
    text = out.getvalue()
    for secret in SECRETS:
        assert secret.lower() not in text.lower(), next(
            line for line in text.splitlines() if secret.lower() in line.lower()
        )
    return [json.loads(line) for line in text.splitlines()]


def _ask_everything(app: Flask) -> int:
    """Every route and method, with something of somebody's in every place; how many."""
    rules: Map = app.url_map
    body = {"serial": SERIAL, "name": NAME, "email": EMAIL, "code": CODE, "items": [{"code": SERIAL}]}
    asked = 0
    for rule in rules.iter_rules():
        path = re.sub(r"<[^>]*gtin[^>]*>", str(GTIN), rule.rule)
        path = re.sub(r"<[^>]*>", SERIAL, path)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            sent = {"json": body} if rule.rule.startswith("/v1/") else {"data": {**body, "items": SERIAL}}
            app.test_client().open(
                f"{path}?q={SERIAL}&email={EMAIL}",
                method=method,
                headers={
                    "Authorization": f"Bearer {KEY}",
                    "User-Agent": NAME,
                    "Referer": f"https://v.example/01/{GTIN}/21/{SERIAL}",
                    "X-Forwarded-For": ADDRESS,
                    HEADER: f"{NAME}-{SERIAL}",
                    "Accept": "application/json",
                },
                environ_base={"REMOTE_ADDR": ADDRESS if asked % 2 else V6},
                **({} if method in ("GET", "HEAD") else sent),  # type: ignore[arg-type]
            )
            asked += 1
    for path in (f"/{SERIAL}/{EMAIL}", f"/01/{GTIN}/21/{SERIAL}", f"/01/{GTIN}/21/{SERIAL}?format=json"):
        app.test_client().get(path)
        asked += 1
    return asked


def test_no_route_tells_the_log_who_or_what_it_was_about(stage: Stage, written: io.StringIO) -> None:
    app = stage.app()
    asked = _ask_everything(app)
    stage_thread = app.extensions["scan_notes"]
    stage_thread.settle()
    requests = [line for line in lines(written) if line["event"] == "request"]
    assert asked > 200
    # Health and figures are asked all the time and are told of only where they fail.
    assert asked - 10 <= len(requests) <= asked
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {line["route"] for line in requests} <= rules | {"none"}
    assert len({line["request_id"] for line in requests}) == len(requests)
    assert all(line.keys() >= {"method", "status", "ms", "at", "level"} for line in requests)


def test_no_route_that_breaks_tells_it_either(stage: Stage, written: io.StringIO) -> None:
    app = stage.app()

    def broken(**_: object) -> None:
        try:
            raise KeyError(f"{SERIAL} of {NAME}")
        except KeyError as error:
            raise RuntimeError(f"{EMAIL} from {ADDRESS} with {KEY}") from error

    for endpoint in app.view_functions:
        app.view_functions[endpoint] = broken  # type: ignore[assignment] # it never answers
    _ask_everything(app)
    told = [line for line in lines(written) if "exception" in line]
    assert len(told) > 50
    assert [one["kind"] for one in told[0]["exception"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert any("test_logs.py:" in place and place.endswith(" broken") for place in told[0]["exception"][0]["places"])


def test_libraries_and_warnings_are_told_by_their_patterns(written: io.StringIO) -> None:
    theirs = logging.getLogger("some.library")
    theirs.error("Error handling request %s from %s", f"/01/{GTIN}/21/{SERIAL}", ADDRESS)
    theirs.warning("%d of %d", 3, 4)
    # gunicorn fills this one in itself.
    logging.getLogger("gunicorn.error").warning(f"Invalid request from ip={ADDRESS}: Invalid HTTP Header: '{NAME}'")
    logging.getLogger("gunicorn.access").info("%s GET /01/%s", ADDRESS, SERIAL)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"{NAME} is late", UserWarning, stacklevel=1)
    try:
        raise ValueError(SERIAL)
    except ValueError:
        theirs.exception("It broke")
    found = lines(written)
    assert [line["event"] for line in found[:3]] == [
        "Error handling request %s from %s",
        "3 of 4",
        "Invalid request",
    ]
    assert found[3]["event"].endswith("UserWarning")
    assert found[4]["exception"][0]["kind"] == "builtins.ValueError"


def test_our_own_events_are_told_by_patterns_too_and_searched(written: io.StringIO) -> None:
    log = structlog.get_logger("worker")
    log.error("chain.away", reason=said("%(name)s has %(serial)s.", name=NAME, serial=SERIAL))
    log.info("x", who=EMAIL, where=[ADDRESS, V6], link=f"https://v.example/01/{GTIN}/21/{SERIAL}", key=KEY, n=5)
    log.info("y", held=Unavailable(SERIAL))
    first, second, third = lines(written)
    assert first["reason"] == "%(name)s has %(serial)s."
    assert (first["logger"], first["level"]) == ("worker", "error")
    assert (second["who"], second["where"], second["n"]) == ("…", ["…", "…"], 5)
    assert third["held"] == "<Unavailable>"


def test_a_thread_that_breaks_is_a_line_too(written: io.StringIO) -> None:
    def broken() -> None:
        raise ValueError(SERIAL)

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    [line] = lines(written)
    assert (line["event"], line["exception"][0]["kind"]) == ("thread.broken", "builtins.ValueError")


def test_the_worker_names_neither_file_nor_person(
    stage: Stage, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_organisation(stage.ledger, slug="querini", name=NAME, role=Role.AUTHENTICATOR, domain="querini.example")
    stage.follow()

    def broken(*_: object) -> None:
        raise ValueError(SERIAL)

    monkeypatch.setattr("ledger.worker.check_import", broken)
    import_items.upload(stage.ledger, stage.brand, f"{NAME}.csv", io.BytesIO(sheet([{"serial": "X1"}])))
    stage.jobs()
    [line] = lines(written)
    assert (line["event"], line["exception"][0]["kind"]) == ("job.broken", "builtins.ValueError")


def test_an_id_of_the_asker_is_kept_where_it_is_one(stage: Stage, written: io.StringIO) -> None:
    client = stage.app().test_client()
    given = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
    assert client.get("/check", headers={HEADER: given}).headers[HEADER] == given
    for bad in (SERIAL, "short", "a" * 100, f"{'a' * 20}\t{'b' * 8}", "é" * 20):
        made = client.get("/check", headers={HEADER: bad}).headers[HEADER]
        assert re.fullmatch(r"[0-9a-f]{32}", made)
    # The signing page answers before the application does, and has its line all the same.
    page = client.get("/", base_url=stage.settings.sign_origin)
    assert page.headers[HEADER]
    assert [line["route"] for line in lines(written)] == ["/check"] * 6 + ["sign-page"]
