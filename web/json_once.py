"""JSON whose objects name each thing once: of two values under one name, two programs may read two (RFC 8259, 4)."""

from __future__ import annotations

import json
from typing import Any

from flask import g
from flask.json.provider import DefaultJSONProvider


class Twice(ValueError):
    """A name stands twice in one object; the message says so to whoever sent it."""

    def __init__(self, name: str) -> None:
        shown = name[:60].encode("utf-8", "replace").decode()
        super().__init__(f"The name “{shown}” stands twice in one object of the JSON. Send it once.")


def read_once(text: str | bytes, **more: Any) -> Any:
    """What JSON says. Raises Twice, and what `json.loads` raises."""
    return json.loads(text, **more | {"object_pairs_hook": _once})


class JsonOnce(DefaultJSONProvider):
    """The application's JSON. What stands twice is noted for the request, which then says what is wrong with it."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """What JSON says. Raises ValueError."""
        try:
            return read_once(s, **kwargs)
        except Twice as twice:
            g.json_twice = str(twice)
            raise


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Twice(name)
            seen.add(name)
    return found
