"""Addresses of GS1 Digital Links that are not ours to answer, and of those that no longer are any."""

from __future__ import annotations

from flask import Response, request

from ledger.domain.digital_links import OLD_NAMES, OTHER_KEYS, refuse_old_name, refuse_other_key
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.said import said
from web.problems import problem
from web.resolver import bp
from web.scan.address import raw_path


@bp.get(f"/<any({', '.join(repr(key) for key in OTHER_KEYS)}):_key>/<path:_rest>", merge_slashes=False)
def other_key(_key: str, _rest: str) -> Response:
    """400 for a key that breaks its own rules, 404 for one that keeps them: only products are kept here."""
    try:
        refuse_other_key(raw_path(request.environ))
    except Invalid as wrong:
        return _refused(wrong, 400)
    except LedgerError as unknown:
        return _refused(unknown, 404)


@bp.get(f"/<any({', '.join(OLD_NAMES)}):_key>/<path:_rest>", merge_slashes=False)
def old_name(_key: str, _rest: str) -> Response:
    """400: since URI Syntax 1.3 keys are named by their numbers only."""
    try:
        refuse_old_name(raw_path(request.environ))
    except Invalid as wrong:
        return _refused(wrong, 400)


@bp.get("/01")
@bp.get("/01/")
def no_gtin() -> Response:
    """400: the address of a product ends before its GTIN."""
    wrong = Invalid(said("The address ends in the middle; after /01/ comes the product's GTIN."))
    return _refused(wrong, 400)


def _refused(error: LedgerError, status: int) -> Response:
    return problem(status, error.code, error.title, error.detail)
