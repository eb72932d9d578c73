"""Requests that may be sent twice: the first answer is kept under the caller's Idempotency-Key and given again.

After draft-ietf-httpapi-idempotency-key-header-07: the header is a Structured Fields string (RFC 8941, 3.3.3).
A UUID and its like are taken without the double quotes too, as many programs send them: it is the same key.
400 for a malformed key, 409 while the first request is at work, 422 for the same key with another request.

What is kept is sealed, for some answers hold a secret that is shown once. Refusals are kept like any other
answer, except those that ask to be tried again: “too many”, “cannot tell right now” and “does not fit the present
state”. If this process dies at work, or the database breaks off after something was kept, nobody knows whether the
request took effect: the key then stays taken for a day, so that nothing is ever done twice.
"""

from __future__ import annotations

import functools
import hashlib
import re
import time
from collections.abc import Callable
from typing import Any, Final

from flask import Response, current_app, g, request

from ledger.domain.errors import Conflict, Invalid, LedgerError, TooMany, Unavailable
from ledger.domain.said import said
from ledger.services.ports import Ledger
from web.problems import refused, unexpected

KEPT: Final = 86_400
"""Seconds that an answer is kept."""
_KEY: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"|([A-Za-z0-9][A-Za-z0-9._~:+/=-]{0,254})')
LINES: Final = "application/x-ndjson"
"""The media type of one JSON object a line."""
_ANYONE: Final = "anyone"
_PURPOSE: Final = "idempotency"
_SWEEP_EVERY: Final = 3_600

View = Callable[..., Response]


class BadKey(LedgerError):
    """An Idempotency-Key that is not one."""

    code = "bad-idempotency-key"
    title = said("That is not an Idempotency-Key")


class OtherRequest(Invalid):
    """A key that was used for something else."""

    code = "idempotency-key-reused"
    title = said("That key was used for another request")


def once(view: View) -> View:
    """A view whose answer to a key is always the first one."""

    @functools.wraps(view)
    def kept(**given: Any) -> Response:
        key = _read_key()
        # A body of many lines is read as it comes, and the answer goes out as it is made: neither is kept.
        return view(**given) if key is None or request.mimetype == LINES else _first(view, given, key)

    return kept


def _read_key() -> str | None:
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise BadKey(
            'The header Idempotency-Key is a text of 1 to 255 characters, such as "8e03978e-40d5". Other than letters, '
            "digits and . _ ~ : + / = - it stands in double quotes. Make a new random one for every request that you "
            "mean once."
        )
    return found[1] or found[2]


def _first(view: View, given: dict[str, Any], key: str) -> Response:
    ledger: Ledger = current_app.extensions["ledger"]
    caller = g.get("caller")
    who = caller.organisation.id if caller else _ANYONE
    again = _begin(ledger, who, key, _fingerprint())
    if again is not None:
        return again
    before = ledger.store.commits()
    try:
        response = view(**given)
    except (TooMany, Unavailable, Conflict) as error:
        # Where something was kept before it broke off, the key stays taken: asking again must not do it twice.
        if not isinstance(error, Unavailable) or ledger.store.commits() == before:
            with ledger.store.write() as tx:
                tx.papers.forget(who, key)
        raise
    except LedgerError as error:
        response = refused(error)
    except Exception as error:  # noqa: BLE001 - whether it took effect is not known: whoever asks again hears the same
        response = unexpected(error)
    if response.is_streamed:
        with ledger.store.write() as tx:
            tx.papers.forget(who, key)
    else:
        _keep(ledger, who, key, response)
    return response


def _fingerprint() -> bytes:
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.full_path.encode(), request.get_data(cache=True)):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _begin(ledger: Ledger, who: str, key: str, fingerprint: bytes) -> Response | None:
    """Take the key, or give the answer that is kept under it."""
    _sweep(ledger)
    with ledger.store.write() as tx:
        known = tx.papers.remembered(who, key)
        if known is None or known.created_at < ledger.now() - KEPT:
            tx.papers.forget(who, key)
            tx.papers.remember(who, key, fingerprint, ledger.now())
            return None
    if known.fingerprint != fingerprint:
        raise OtherRequest(
            "This Idempotency-Key was used for another request within the last day. Use a new key for a new request."
        )
    if known.status is None or known.body is None:
        raise Conflict(
            "The first request under this Idempotency-Key is still at work, or was cut short. Ask again in a moment; "
            "if this stays so, look whether it took effect before you send it under a new key."
        )
    body = ledger.vault.open(bytes.fromhex(known.body), _PURPOSE)
    response = Response(body, known.status)
    response.headers.update(known.headers or {})
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(ledger: Ledger, who: str, key: str, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in ("Content-Type", "Location", "ETag")}
    sealed = ledger.vault.seal(response.get_data(), _PURPOSE).hex()
    with ledger.store.write() as tx:
        tx.papers.answer(who, key, response.status_code, sealed, headers)


def _sweep(ledger: Ledger) -> None:
    """Now and then, forget the answers of yesterday."""
    state = current_app.extensions.setdefault("idempotency", {"swept": time.monotonic()})
    if time.monotonic() - state["swept"] > _SWEEP_EVERY:
        state["swept"] = time.monotonic()
        with ledger.store.write() as tx:
            tx.papers.forget_before(ledger.now() - KEPT)
