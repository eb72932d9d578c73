"""Sentences for people that remember how they were made, so that a page can say them in another language."""

from __future__ import annotations

from typing import Any


class Said(str):
    """An English sentence; `pattern` and `values` are what it was made of (gettext's python-format)."""

    pattern: str
    values: dict[str, Any]


def said(pattern: str, /, **values: Any) -> Said:
    """The sentence of a pattern with `%(name)s` places."""
    made = Said(pattern % values if values else pattern)
    made.pattern, made.values = pattern, values
    return made
