"""The list of an exit kit's files with their SHA-256, in the form that `sha256sum -c` reads, and the names in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ledger.domain.errors import Invalid

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig.json"
UNLISTED: Final = frozenset({SUMS, SIGNATURE})
"""A list cannot hold its own hash; the signature stands over the list."""
LONGEST: Final = 200
"""Characters of a name: what an old tar (ustar) takes without cutting."""
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+\-]*(/[A-Za-z0-9_.][A-Za-z0-9_.+\-]*)*")
_LINE: Final = re.compile(rb"([0-9a-f]{64})  ([^\n]+)")


def check_name(name: str) -> str:
    """A kit's file name: relative, of plain letters, nowhere above the kit. Raises Invalid."""
    parts = name.split("/")
    if len(name) > LONGEST or not _NAME.fullmatch(name) or any(set(part) == {"."} for part in parts):
        raise Invalid(f"“{name[:80]}” is no name of a file in a kit. Whoever made this kit did not make it with ours.")
    return name


def write_sums(sums: Mapping[str, str]) -> bytes:
    """The list, by name."""
    return b"".join(f"{sums[name]}  {name}\n".encode() for name in sorted(sums))


def read_sums(raw: bytes) -> dict[str, str]:
    """SHA-256 (hexadecimal) by name. Raises Invalid naming the first line that is none, doubled or out of order."""
    if not raw.endswith(b"\n"):
        raise Invalid(f"{SUMS} has lost its end. Get the kit again.")
    found: dict[str, str] = {}
    before = ""
    for number, line in enumerate(raw[:-1].split(b"\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise Invalid(f"Line {number} of {SUMS} is not a SHA-256, two spaces and a name. Get the kit again.")
        name = check_name(match[2].decode("utf-8", "replace"))
        if name <= before:
            raise Invalid(f"Line {number} of {SUMS} is doubled or out of order. Get the kit again.")
        found[name], before = match[1].decode(), name
    return found
