"""What a code's address says behind the question mark: GS1's data attributes, checked by GS1's own table."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from ledger.domain.characters import shown
from ledger.domain.digital_links import is_ai
from ledger.domain.errors import Invalid
from ledger.domain.gtins import check_digit
from ledger.domain.said import said

_QUALIFIERS: Final = frozenset({"22", "10", "21", "235"})
_CHECKED: Final[Mapping[str, int]] = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "8003": 14,
    "8006": 14,
    "8017": 18,
    "8018": 18,
    "8026": 14,
    **{str(ai): 13 for ai in range(410, 418)},
}
"""How many of an AI's digits its check digit ends (GS1 General Specifications, 7.9)."""


def check_attributes(pairs: Iterable[tuple[str, str]]) -> None:
    """Raises Invalid where an AI in the query is unknown, misplaced, told twice in two ways, or its value is wrong.

    Names that are not all digits are no AI's (URI Syntax, 4.10.1) and may say anything.
    """
    values: dict[str, str] = {}
    for ai, value in pairs:
        if not is_ai(ai):
            continue
        if values.setdefault(ai, value) != value:
            raise Invalid(said("The address says %(ai)s twice, and not the same.", ai=shown(ai)))
        if ai in _QUALIFIERS:
            raise Invalid(
                said(
                    "%(ai)s stands behind the question mark of the address; it belongs before it, after the GTIN.",
                    ai=ai,
                )
            )
        _check_value(ai, value)


def _check_value(ai: str, value: str) -> None:
    form = _form(ai)
    if form is None:
        raise Invalid(said("%(ai)s in the address is no GS1 Application Identifier.", ai=shown(ai)))
    if re.fullmatch(form, ai + value) is None:
        raise Invalid(said("The value %(value)s cannot belong to %(ai)s.", value=shown(value), ai=ai))
    digits = value[: _CHECKED.get(ai, 0)]
    if digits and (right := check_digit(digits[:-1])) != digits[-1]:
        raise Invalid(
            said(
                "The value %(value)s of %(ai)s ends in a wrong check digit; it should be %(right)s.",
                value=shown(digits),
                ai=ai,
                right=right,
            )
        )


@functools.cache
def _form(ai: str) -> str | None:
    """The regular expression of an AI with its value; None for digits that are no AI."""
    try:
        found = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    return found.pattern.removeprefix("^").removesuffix("$") if found.ai == ai else None
