"""Which language a page is in: the one chosen on the page, or the first of the browser's that we have."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Request

from ledger.domain.standing_headlines import LANGUAGES
from web.scan_view import Language

_LABELS: Final = {"en": "EN", "fr": "FR", "it": "IT", "zh-Hans": "中文"}


def language_of(request: Request) -> str:
    """One of the page's languages (BCP 47)."""
    chosen = _ours(request.args.get("lang", ""))
    if chosen:
        return chosen
    return next((found for tag, _ in request.accept_languages if (found := _ours(tag))), "en")


def languages(request: Request) -> tuple[Language, ...]:
    """The languages of this page; what the visitor said (`looks`) is kept when they change it."""
    kept = {"looks": "different"} if looks_different(request) else {}
    return tuple(Language(code, _LABELS[code], "?" + urlencode({**kept, "lang": code})) for code in LANGUAGES)


def looks_different(request: Request) -> bool:
    """Whether the visitor said that the thing before them looks different."""
    return request.args.get("looks") == "different"


def _ours(tag: str) -> str | None:
    """Our language for a tag. Every kind of Chinese gets the one we have: its readers are helped more by it."""
    first = tag.replace("_", "-").split("-", 1)[0].lower()
    return next((code for code in LANGUAGES if code.split("-", 1)[0] == first), None)
