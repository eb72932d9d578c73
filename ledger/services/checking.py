"""One line of a check: well, needs attention, or cannot be told; and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    """“Cannot tell” is never read as “well”, nor as “wrong”."""

    OK = "ok"
    ATTENTION = "attention"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, what was found, in words, and how to mend it."""

    name: str
    found: Found
    words: str
    mend: str = ""


def worst(lines: Iterable[Checked]) -> Found:
    """The gravest of all: attention before cannot tell before well."""
    found = {line.found for line in lines}
    return next((one for one in (Found.ATTENTION, Found.CANNOT_TELL) if one in found), Found.OK)


def many(count: int, one: str) -> str:
    """“1 item”, “1,200 items”."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def ok(name: str, words: str) -> Checked:
    """A line that is well."""
    return Checked(name, Found.OK, words)


def attention(name: str, words: str, mend: str = "") -> Checked:
    """A line that somebody has to see to."""
    return Checked(name, Found.ATTENTION, words, mend)


def cannot_tell(name: str, words: str, mend: str = "") -> Checked:
    """A line that could not be looked into."""
    return Checked(name, Found.CANNOT_TELL, words, mend)
