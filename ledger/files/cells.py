"""Cells that a spreadsheet would run, and cells that could not be read."""

from __future__ import annotations

from typing import Final

EXTRA: Final = ""
"""The key of a row's dict under which cells to the right of the last named column are kept, tab between."""

_LIVE: Final = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"  # the last four are the full-width forms of = + - @


class UnreadableCell(str):
    """What stood in a cell, as far as it can be shown, with what is wrong and how to mend it."""

    __slots__ = ("mend", "what")
    what: str
    mend: str

    def __new__(cls, shown: str, what: str, mend: str) -> UnreadableCell:
        """`shown` is the text a person sees in the cell; `what` and `mend` are whole sentences."""
        cell = super().__new__(cls, shown)
        cell.what = what
        cell.mend = mend
        return cell


def guard(text: str) -> str:
    """The text with `'` before it where a spreadsheet would take it for a formula (OWASP ASVS 5.0 §1.2.10).

    A text that already begins with `'` and then such a character gets one more, so that `unguard` gives
    back exactly what went in.
    """
    return "'" + text if text.lstrip("'")[:1] in _LIVE and text.strip("'") else text


def unguard(text: str) -> str:
    """The text that `guard` was given; a text that was never guarded comes back as it is."""
    if text[:1] == "'" and text.lstrip("'")[:1] in _LIVE and text.strip("'"):
        return text[1:]
    return text
