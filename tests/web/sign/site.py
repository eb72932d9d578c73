"""A stand-in for the site: it sends a browser to the signing page, and reads the answer it comes back with."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import make_server

from ledger.chain import signing
from ledger.domain import answers, identity, statements
from ledger.domain.gtins import Gtin
from ledger.settings import Settings
from tests.vectors.sign import DOMAIN
from web.sign_host import sign_host

GTIN: Final = Gtin("09521234543213")
SERIAL: Final = "7K3M9QX2TP4W"
BRAND: Final = 7
ITEM: Final = {
    "brand": BRAND,
    "gtin": GTIN,
    "serial": SERIAL,
    "name": "Sac Lune 25",
    "maker": "Maison Exemple",
    "detail": "black, calfskin, 2025",
}
ITEM_ID: Final = identity.item_id(
    BRAND, identity.path_hash(identity.path(GTIN, SERIAL), signing.keccak), signing.keccak
)
CHALLENGE: Final = "0x" + "ab" * 32
PERSON: Final = {"handle": "cGVyc29uLTE", "name": "Ana"}


@dataclass
class Site:
    """The stand-in: where it is, and whether the ledger has a contract yet."""

    port: int = 0
    deployed: bool = True
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sign(self) -> str:
        return f"http://sign.localhost:{self.port}"

    def request(self, act: str, messages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """A request as the server makes one."""
        common = {"v": 1, "errand": "err_1234567890", "back": self.origin, "lang": "en", "keys": []}
        expires = int(time.time()) + 900
        return {**common, "expires": expires, "act": act, "messages": messages, **more}

    def address(self, request: object) -> str:
        """Where the browser is sent for it."""
        text = request if isinstance(request, str) else json.dumps(request)
        return f"{self.sign}/#r={b64(text.encode())}"

    def sign_in(self, **more: Any) -> dict[str, Any]:
        values = {"origin": self.origin, "challenge": CHALLENGE, "expiry": int(time.time()) + 900}
        return self.request("sign_in", [message("SignIn", **values)], **more)

    def join(self, **more: Any) -> dict[str, Any]:
        values = {"origin": self.origin, "name": "Ana", "challenge": CHALLENGE, "expiry": int(time.time()) + 900}
        return self.request("join", [message("Join", **values)], **{"person": PERSON, **more})

    def joining(self) -> dict[str, Any]:
        """What lets an act make a passkey on its way."""
        join = {"challenge": CHALLENGE, "expiry": int(time.time()) + 900, "name": "Ana"}
        return {"join": join, "person": PERSON}


def message(type: str, **values: Any) -> dict[str, Any]:
    """One message of a request."""
    return {"type": type, "values": values}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_answer(url: str) -> dict[str, Any]:
    """The answer that the browser came back with."""
    fragment = urlsplit(url).fragment
    assert fragment.startswith("a="), url
    answer: dict[str, Any] = json.loads(unb64(fragment[2:]))
    assert answer.pop("v") == 1
    assert urlsplit(url).path == f"/signed/{answer.pop('errand')}"
    return answer


def digest(type: str, **values: Any) -> bytes:
    """What has to be signed for a message."""
    if type in answers.ANSWERS:
        return answers.answer_digest(type, values, DOMAIN, signing.keccak)
    kind = statements.KIND_BY_NAME[type]
    checked = {name: statements.checked_value(solidity, values[name]) for name, solidity in statements.fields(kind)}
    return DOMAIN.digest(statements.struct_hash(kind, checked, signing.keccak), signing.keccak)


def signer(signature: str, type: str, **values: Any) -> str | None:
    """Whose signature it is, as the ledger reads it."""
    return signing.signer_of(digest(type, **values), bytes.fromhex(signature[2:]))


@contextmanager
def running_site() -> Iterator[Site]:
    """The stand-in and the signing page, on a free port of this machine."""
    app = Flask(__name__)
    site = Site()

    @app.get("/")
    @app.get("/signed/<errand>")
    def signed(errand: str = "") -> str:
        return (
            "<!doctype html><html lang=en><title>Back</title><link rel=icon href='data:,'>"
            "<h1>Back on the site</h1></html>"
        )

    @app.get("/frame")
    def frame() -> str:
        return f"<!doctype html><title>Hostile</title><iframe src='{site.sign}/'></iframe>"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    site.port = server.server_port
    settings = Settings(public_url=site.origin)
    server.app = sign_host(app.wsgi_app, settings, lambda: DOMAIN if site.deployed else None)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
