"""The page that checks passports, as this host serves it: one file, under a policy of its own.

The file is `web/static/verify/index.html`, made by `scripts/browser`. Its script stands inside it, so that the same
file opens from any other host, or from a disk. The policy in the file names the script by its hash; the header says
the same, and that nobody may frame it. Asking a node of the reader's choice needs an open `connect-src`, which no
other page has.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

bp = Blueprint("verify", __name__)
FILE: Final = Path(__file__).parent / "static" / "verify" / "index.html"
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


@dataclass(frozen=True, slots=True)
class Page:
    """The file, the policy that it names, and its SHA-256."""

    body: bytes
    policy: str
    sha256: str


@bp.get("/verify/")
def page() -> Response:
    """The page."""
    ours = read_page()
    response = Response(ours.body, mimetype="text/html")
    response.headers["Content-Security-Policy"] = f"{ours.policy}; frame-ancestors 'none'"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    # It may be looked for, and saved: it is the same for everyone.
    response.headers["X-Robots-Tag"] = "all"
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(ours.sha256)
    response.make_conditional(request)
    return response


@cache
def read_page() -> Page:
    """The file, read once. Raises ValueError where it names no policy."""
    body = FILE.read_bytes()
    found = _POLICY.search(body.decode())
    if found is None:
        raise ValueError(f"{FILE} names no policy. Run: scripts/browser build")
    return Page(body, found[1], hashlib.sha256(body).hexdigest())
