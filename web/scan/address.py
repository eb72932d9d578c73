"""The address as it was sent: a serial may hold `/` and `%`, which a decoded path no longer tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ledger.domain.codes import parse_digital_link
from ledger.domain.gtins import Gtin


def raw_path(environ: Mapping[str, Any]) -> str:
    """The percent-encoded path of a request, without its query.

    Servers hand it on as RAW_URI (gunicorn) or REQUEST_URI (uWSGI, mod_wsgi, werkzeug); WSGI itself has only
    the decoded path (PEP 3333), from which everything but an encoded slash can be had back.
    """
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw:
        return str(raw).split("?", 1)[0]
    return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/")


def read_address(environ: Mapping[str, Any]) -> tuple[Gtin, str | None]:
    """GTIN and serial of the requested address; the serial is None where it names a model only. Raises Invalid."""
    return parse_digital_link(raw_path(environ))
