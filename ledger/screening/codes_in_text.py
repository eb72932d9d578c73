"""Codes of items that stand in a text: links, element strings, and a GTIN with a serial beside it."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r"(?:https?://|\b)[^\s<>\"']{0,200}/01/[0-9]{8,14}[^\s<>\"']{0,200}", re.IGNORECASE)
_ELEMENT: Final = re.compile(r"\(01\)\s?[0-9]{8,14}(?:\s?\((?:10|22)\)[^\s(]{1,20}){0,2}\s?\(21\)\s?[^\s(),;]{1,20}")
_BESIDE: Final = re.compile(
    r"\b([0-9]{12,14})\b[\s/,;]{1,3}(?:serial|sn|s/n|no\.?|nr\.?)?[\s:#]{0,3}"
    r"([0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4}[ -]?[0-9A-HJKMNP-TV-Z]{4})\b",
    re.IGNORECASE,
)
_EIGHT: Final = re.compile("[0-9]{8}")
_END: Final = ".,;:!?)]}»”’"


def codes_in(text: str, most: int) -> list[str]:
    """The codes, each once and in order, at most so many; as `domain.codes.parse_code` reads them."""
    if _EIGHT.search(text) is None:
        return []
    found = [(one.start(), one[0].rstrip(_END)) for pattern in (_LINK, _ELEMENT) for one in pattern.finditer(text)]
    found += [(one.start(), f"{one[1]} {re.sub('[ -]', '', one[2])}") for one in _BESIDE.finditer(text)]
    return list(dict.fromkeys(code for _, code in sorted(found)))[:most]
