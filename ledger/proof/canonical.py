"""Reading a file that must be canonical JSON (RFC 8785): whatever else the bytes are, they are no such file.

Canonical form has one way to write each thing, so duplicate names, spaces, escapes and other spellings of a
number are all found by writing the parsed value again and comparing bytes.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import rfc8785

from ledger.proof.report import Contradicts

MOST_BYTES: Final = 16 * 2**20
MOST_DEPTH: Final = 16


def read_json(raw: bytes) -> Any:
    """The value in `raw`, however it is spelt, names given once. Raises Contradicts saying what is wrong with it."""
    if len(raw) > MOST_BYTES:
        raise Contradicts("The file is too large to be one.", f"at most {MOST_BYTES} bytes", f"{len(raw)} bytes")
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_refuse, object_pairs_hook=_once)
    except RecursionError:
        raise Contradicts("The file is nested too deeply.", f"at most {MOST_DEPTH} levels", "more") from None
    except UnicodeDecodeError as wrong:
        raise Contradicts(f"Byte {wrong.start} is not UTF-8.", "JSON in UTF-8", "other bytes") from None
    except ValueError as wrong:
        raise Contradicts(f"The file is not JSON of whole numbers and text: {wrong}.") from None
    if _depth(value) > MOST_DEPTH:
        raise Contradicts("The file is nested too deeply.", f"at most {MOST_DEPTH} levels", "more")
    return value


def read_canonical(raw: bytes) -> Any:
    """The value in `raw`. Raises Contradicts saying what is wrong with the bytes."""
    value = read_json(raw)
    canonical = write_canonical(value)
    if canonical != raw:
        at = next((i for i, (a, b) in enumerate(zip(canonical, raw, strict=False)) if a != b), len(canonical))
        raise Contradicts(
            f"The file is not in canonical form (RFC 8785), from byte {at} on.",
            _excerpt(canonical, at),
            _excerpt(raw, at),
        )
    return value


def write_canonical(value: Any) -> bytes:
    """`value` in the one form of RFC 8785. Raises Contradicts for what JSON cannot carry the same to every reader."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, ValueError, RecursionError) as wrong:
        raise Contradicts(f"The file holds what no canonical JSON can: {wrong}.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a whole number")


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _excerpt(raw: bytes, at: int) -> str:
    return repr(raw[max(0, at - 10) : at + 20].decode("utf-8", "replace")) if at < len(raw) else "the end of the file"
