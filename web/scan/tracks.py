"""The line about an inspector that stands on every card of theirs: how often they were overturned later."""

from __future__ import annotations

import time
from typing import Final

from flask import current_app

from ledger.domain.errors import Unavailable
from ledger.domain.said import said
from ledger.domain.track_record import Track
from ledger.services.inspect_card import track_of
from ledger.services.ports import Ledger

_FRESH: Final = 600
"""Seconds for which a track record is told again without counting anew."""
_Kept = dict[int, tuple[float, Track]]


def overturned_line(name: str, track: Track) -> str:
    """How often their opinions were overturned later; empty where there are too few to say."""
    if not track.shown:
        return ""
    return said(
        "%(name)s’s opinions overturned later: %(overturned)s of %(cases)s.",
        name=name,
        overturned=f"{track.overturned:,}",
        cases=f"{track.cases:,}",
    )


def known_track(ledger: Ledger, party: int) -> Track:
    """A party's track record, counted at most every ten minutes: a scan must not wait for it."""
    kept: _Kept = current_app.extensions.setdefault("track_records", {})
    found = kept.get(party)
    if found is None or time.monotonic() - found[0] > _FRESH:
        try:
            found = kept[party] = (time.monotonic(), track_of(ledger, party))
        except Unavailable:
            return found[1] if found else Track(0, 0)
    return found[1]
