"""Compressed links: answered as what they stand for, without a redirection (GS1-Conformant Resolver 1.2, 2.3).

An address that cannot be decompressed stays as it is, and `refuse` says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from flask import Response, redirect
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from ledger.domain.epc_binary import LONGEST, PATTERN, read_epc
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.identity import path
from web.problems import problem
from web.resolver import bp
from web.scan.address import raw_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAS_COMPRESSED: Final = "touchmark.compressed"
"""Set in the environment of a request whose address was."""


class EpcConverter(BaseConverter):
    """The one part of a compressed link's path."""

    regex = PATTERN


def decompress(app: WSGIApplication) -> WSGIApplication:
    """Have a compressed link answered like the link that it stands for."""

    def decompressed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        compressed = raw_path(environ)
        if compressed[:3] in ("/eh", "/ex") and len(compressed) <= LONGEST:
            with suppress(LedgerError):
                whole = path(*read_epc(compressed[1:]))
                environ[WAS_COMPRESSED] = True
                environ["RAW_URI"] = environ["REQUEST_URI"] = whole
                environ["PATH_INFO"] = unquote(whole)
        return app(environ, start_response)

    return decompressed


@bp.record
def _know_compressed(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["epc"] = EpcConverter


@bp.get("/<epc:text>")
def refuse(text: str) -> Response:
    """400 for a compressed link that breaks its own rules, 404 for one of something that is not kept here."""
    try:
        whole = path(*read_epc(text))
    except Invalid as wrong:
        return problem(400, wrong.code, wrong.title, wrong.detail)
    except LedgerError as unknown:
        return problem(404, unknown.code, unknown.title, unknown.detail)
    # Nobody's way of writing it: with letters percent-encoded that need not be.
    return redirect(whole, 307, Response)  # type: ignore[return-value]
