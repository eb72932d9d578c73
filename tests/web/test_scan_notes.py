"""Looks are written beside the requests by a thread that is there only while there are some."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from ledger.services.note_scan import Seen
from ledger.services.ports import Ledger
from web.scan import notes
from web.scan.notes import Notes

IDLE = 0.01


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """When the looks were, as they are written down."""
    found: list[int] = []

    def note(_: Ledger, seen: Sequence[Seen]) -> None:
        found.extend(one.at for one in seen)

    monkeypatch.setattr(notes, "note_scans", note)
    monkeypatch.setattr(notes, "_IDLE", IDLE)
    monkeypatch.setattr(notes, "_GAP", 0.0)
    return found


def _notes() -> Notes:
    return Notes(cast("Ledger", None))


def _look(at: int) -> Seen:
    return Seen(1, at, "held", "FR", "x")


def _comes(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return true()


def _writing() -> int:
    return sum(one.name == "scan-notes" for one in threading.enumerate())


def test_no_thread_is_left_when_nothing_was_looked_at_for_a_while(written: list[int]) -> None:
    others, taken = _writing(), _notes()
    taken.add(_look(1))
    taken.settle()
    assert written == [1]
    assert _comes(lambda: _writing() <= others)
    taken.add(_look(2))
    taken.settle()
    assert written == [1, 2]


def test_no_look_is_lost_to_a_thread_that_is_just_ending(written: list[int]) -> None:
    taken = _notes()
    for n in range(200):
        taken.add(_look(n))
        assert _comes(lambda n=n: n in written), "nobody would come for it before the next look"
        time.sleep(IDLE * (0.7 + n % 10 / 20))
    assert written == list(range(200))
