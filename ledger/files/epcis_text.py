"""EPCIS events as text: a document, or a line for each event; written while they are read, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger.domain.epcis import head, standing_alone


def event_lines(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One event a line (NDJSON), each with its own JSON-LD context."""
    for event in events:
        yield _json(standing_alone(event)) + "\n"


def document_text(events: Iterable[Mapping[str, Any]], at: int) -> Iterator[str]:
    """An EPCISDocument made at a time (seconds since 1970), in pieces."""
    yield _json(head(at))[:-1] + ', "epcisBody": {"eventList": [\n'
    comma = ""
    for event in events:
        yield comma + _json(event)
        comma = ",\n"
    yield "\n]}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
