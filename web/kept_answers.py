"""Answers to scans that are given again, byte for byte, for as long as nothing was written that they rest on.

Before each one the database is asked for its stamp (`Store.stamp`): where that has moved, the answer is made anew,
so that a theft that was acknowledged a moment ago is told by every process at once. What only time changes (the hour
on the page, a deadline, a node that fell silent) may be some seconds old. Kept are answers to plain requests alone:
no session, no question, no tap.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from flask import Request, Response, current_app

from ledger.domain.errors import Unavailable
from ledger.domain.standing_reading import NODE_SILENCE
from ledger.services.ports import Ledger
from web.languages import language_of
from web.metrics import count_verdict
from web.scan.address import raw_path

LASTS: Final = 5
"""Seconds for which an answer is given again."""
ROOM: Final = 32 * 2**20
"""Bytes of answers that a process keeps."""
COUNTED: Final = frozenset({"zh-Hans"})
"""Languages whose readers are told which check of the item this is: each of their answers is another one."""
_PLAIN: Final = frozenset({"lang"})
Stamp = tuple[int, int, bool]
"""The two stamps, and whether a node was heard from of late."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A body with what goes with it: of which item, under which verdict, as of what, made when (ledger's seconds)."""

    body: bytes
    mimetype: str
    etag: str | None
    item: int
    verdict: str
    stamp: Stamp
    made_at: int


class KeptAnswers:
    """The newest answers of this process, the longest unused dropped first. Threads may ask at once."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._used = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable, stamp: Stamp, now: int) -> Kept | None:
        """The answer under a key, where it is of this stamp and young."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.stamp != stamp or not 0 <= now - found.made_at <= LASTS:
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, new: Kept) -> None:
        """Keep an answer, in place of the one there."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._used += len(new.body) - (len(before.body) if before else 0)
            self._kept[key] = new
            while self._used > self._room:
                _, dropped = self._kept.popitem(last=False)
                self._used -= len(dropped.body)


@dataclass(frozen=True, slots=True)
class Place:
    """Where this request's answer is kept; as of what, and when, it was asked for."""

    key: Hashable
    stamp: Stamp
    now: int


def place_for(ledger: Ledger, asked: Request) -> Place | None:
    """None for a request whose answer is nobody else's, or while the database does not say how it stands."""
    if asked.method != "GET" or asked.cookies or not _PLAIN.issuperset(asked.args):
        return None
    language = language_of(asked)
    if language in COUNTED:
        return None
    place = asked.host_url, asked.script_root, raw_path(asked.environ), asked.query_string
    now = ledger.now()
    try:
        shared, items, seen = ledger.store.stamp()
    except Unavailable:
        return None
    heard = seen is not None and abs(now - seen) < NODE_SILENCE.total_seconds()
    return Place((*place, asked.headers.get("Accept"), language), (shared, items, heard), now)


def again(place: Place | None) -> Kept | None:
    """The answer that is kept there, where it still is one."""
    return None if place is None else _answers().get(place.key, place.stamp, place.now)


def respond(kept: Kept) -> Response:
    """A kept answer, counted and to be finished like one that was just made."""
    count_verdict(kept.verdict)
    response = Response(kept.body, mimetype=kept.mimetype)
    if kept.etag is not None:
        response.set_etag(kept.etag, weak=True)
    return response


def keep(place: Place | None, response: Response, item: int, verdict: str) -> None:
    """Give this answer again to whoever asks the same. An answer of 200 alone."""
    if place is None or response.status_code != 200:
        return
    etag, _ = response.get_etag()
    made = Kept(response.get_data(), response.mimetype or "", etag, item, verdict, place.stamp, place.now)
    _answers().put(place.key, made)


def _answers() -> KeptAnswers:
    found: KeptAnswers = current_app.extensions["kept_answers"]
    return found
