"""The verifier's page: from a host that has a trust list and a passport, from a disk, and a node beside it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.vectors.passport_cases import FOLDER
from web.verify_host import FILE, bp

GOOD: Final = FOLDER / "good"
OURS: Final = FOLDER / "trust" / "ours.json"
ITEM: Final = "/v1/items/09521234543213/AB%2F1/passport"


@dataclass
class Host:
    """A host of the page; what it was asked beside the page is kept."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def page(self) -> str:
        return f"{self.origin}/verify/"


@dataclass
class Node:
    """A node that answers a page of any origin; what it was asked is kept."""

    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    block: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def host() -> Iterator[Host]:
    ours, app = Host(), Flask("host")
    app.register_blueprint(bp)

    @app.get("/.well-known/touchmark.json")
    def trust() -> Response:
        ours.asked.append(request.full_path)
        return Response(OURS.read_bytes(), mimetype="application/json")

    @app.get("/v1/items/<path:rest>")
    def passport(rest: str) -> Response:
        ours.asked.append(rest)
        return Response((GOOD / "claimed.json").read_bytes(), mimetype="application/json")

    with _served(app) as ours.port:
        yield ours


@pytest.fixture
def node() -> Iterator[Node]:
    told, app = Node(), Flask("node")
    passport = json.loads((GOOD / "claimed.json").read_bytes())
    told.block = passport["state"]["block"]["hash"]

    @app.route("/", methods=["POST", "OPTIONS"])
    def answer() -> Response:
        result: Any = None
        if request.method == "POST":
            asked = request.get_json()
            told.asked.append(asked)
            result = {
                "eth_chainId": hex(passport["ledger"]["chainId"]),
                "eth_getBlockByNumber": {"hash": told.block},
                "eth_getStorageAt": passport["head"],
            }[asked["method"]]
        response = Response(json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}), mimetype="application/json")
        response.headers.update({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"})
        return response

    with _served(app) as told.port:
        yield told


@contextmanager
def _served(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)


class Visit:
    """A page of its own, which remembers what it asked for and what went wrong in it."""

    def __init__(self, browser: Any, **how: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 360, "height": 640}, "locale": "en-GB", **how})
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda asked: self.asked.append(f"{asked.method} {asked.url}"))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.locator("#on").wait_for()

    def give(self, field: str, file: Path | dict[str, Any]) -> None:
        # So that an answer that was there before is not taken for the one to this file.
        self.page.evaluate("document.getElementById('answer').replaceChildren()")
        self.page.set_input_files(f"#{field}", file)

    def check(self, name: str, trust: Path | None = OURS) -> str:
        """Gives a good passport, with a trust list before it; the answer's headline."""
        if trust is not None:
            self.give("trust", trust)
            self.page.locator("#forget").wait_for()
        file = GOOD / f"{name}.json"
        self.give("passport", file)
        # What an earlier file came to must not be taken for the answer to this one.
        self.page.locator("#answer", has_text=json.loads(file.read_text())["item"]["serial"]).wait_for()
        return self.headline()

    def headline(self) -> str:
        self.page.locator("#progress").wait_for(state="hidden")
        title = self.page.locator("#answer-title")
        title.wait_for()
        return str(title.inner_text())

    @property
    def answer(self) -> str:
        return str(self.page.locator("#answer").inner_text())


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    ours = Visit(browser)
    yield ours
    ours.context.close()
    assert ours.wrong == []


@pytest.fixture(params=["host", "disk"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the page is opened: on a host, or as a saved file."""
    if request.param == "host":
        return str(request.getfixturevalue("host").page)
    saved = tmp_path / "saved.html"
    saved.write_bytes(FILE.read_bytes())
    return saved.as_uri()
