"""The signing page, on a host of its own and with headers of its own; nothing else answers there.

The page is static (`web/sign/`): whoever does not want to trust this server hosts the same files elsewhere, writes
`config.js` beside them, and compares their hashes with the published ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from ledger.domain.errors import Unavailable
from ledger.domain.statements import Domain
from ledger.services.ports import Ledger
from ledger.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FOLDER: Final = Path(__file__).parent / "sign"
HASHES: Final = "/.well-known/touchmark-signing-page.json"
RP_NAME: Final = "Touchmark"

_HEADERS: Final = {
    # Nothing leaves this page but by the address it goes back to.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; "
        "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "publickey-credentials-get=(self), publickey-credentials-create=(self), "
        "camera=(), geolocation=(), microphone=()"
    ),
    "X-Robots-Tag": "noindex",
}
_TYPES: Final = {".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the page."""

    body: bytes
    media_type: str
    sha256: str


def sign_host(
    app: WSGIApplication, settings: Settings, deployed: Callable[[], Domain | None]
) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Answer for the signing page's host, and hand everything else to `app`.

    `deployed` tells which contract signatures are for, or None before there is one; it is asked at each `config.js`.
    """
    host = urlsplit(settings.sign_origin).hostname

    def by_host(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The name alone: the port is the proxy's affair. A host of numbers has no name like ours.
        if environ.get("HTTP_HOST", "").lower().partition(":")[0].rstrip(".") != host:
            return app(environ, start_response)
        return _answer(Request(environ), settings, deployed)(environ, start_response)

    return by_host


def deployed_domain(ledger: Ledger) -> Domain | None:
    """The contract that signatures are for; None before it is deployed."""
    try:
        with ledger.store.read() as tx:
            return ledger.domain(tx)
    except Unavailable:
        return None


def config(settings: Settings, domain: Domain | None) -> str:
    """The only file that differs between installations, as a module."""
    told: dict[str, Any] = {
        "origins": [settings.public_url],
        "domain": domain
        and {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        "rpId": urlsplit(settings.sign_origin).hostname,
        "rpName": RP_NAME,
    }
    return f"export default {json.dumps(told, indent=2)};\n"


def published_hashes() -> dict[str, Any]:
    """SHA-256 of every file but `config.js`, and one over all: over lines of hash, two spaces and path, sorted by path.

    That is what `sha256sum` prints, so that anybody can compute the same from their own copy.
    """
    lines = "".join(f"{page.sha256}  {path}\n" for path, page in sorted(files().items()))
    return {
        "files": {path: page.sha256 for path, page in sorted(files().items())},
        "all": hashlib.sha256(lines.encode()).hexdigest(),
    }


@cache
def files() -> Mapping[str, Page]:
    """The page's files by their path, read once."""
    found = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in _TYPES}
    return {name: _page(path) for name, path in found.items() if name != "config.js"}


def _page(path: Path) -> Page:
    body = path.read_bytes()
    return Page(body, _TYPES[path.suffix], hashlib.sha256(body).hexdigest())


def _answer(request: Request, settings: Settings, deployed: Callable[[], Domain | None]) -> Response:
    if request.method not in ("GET", "HEAD"):
        response = Response("Only GET.\n", 405, {"Allow": "GET, HEAD"}, mimetype="text/plain")
    elif request.path == "/config.js":
        response = Response(config(settings, deployed()), mimetype=_TYPES[".js"])
        response.headers["Cache-Control"] = "no-store"
    elif request.path == HASHES:
        response = Response(json.dumps(published_hashes(), indent=1) + "\n", mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"
    elif page := files().get("index.html" if request.path == "/" else request.path[1:]):
        response = Response(page.body, mimetype=page.media_type)
        response.set_etag(page.sha256)
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
    else:
        response = Response("There is only the signing page here.\n", 404, mimetype="text/plain")
    response.headers.update(_HEADERS)
    return response
