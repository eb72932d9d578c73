"""Checks of up to 100,000 codes, one a line: read in order, answered in pieces of some hundreds, each one snapshot.

1. A body of lines is first put aside on disk, bounded in bytes: most programs send all before they read anything, and
   would wait for us for ever while we wait for them.
2. Lines are read one by one. One that cannot be read has an answer of its own, `bad_line`, and the rest goes on.
3. Each line counts towards the limit. A stream waits until its next piece may go, for some time; after that, lines are
   answered `slow_down`, except where the news is bad.
4. What is left when the time is over is not answered, and the last line says from where to send again.
5. Whoever leaves ends the work with the piece at hand. A process does two such streams at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import IO, Any, Final

from flask import Response, current_app, g, request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from ledger.domain.errors import Invalid, TooLarge, TooMany, Unavailable
from ledger.domain.standing_headlines import Key
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.api.check_shapes import BAD_LINE, CheckedItem, CheckResult, no_result, result
from web.api.operation import invalid
from web.api.shapes import moment
from web.idempotency import LINES
from web.json_once import Twice, read_once
from web.limits import Spent, spend_later
from web.scan.page import slowed

MOST_LINES: Final = 100_000
LINE_BYTES: Final = 16 * 1024
WHOLE_BYTES: Final = 64 * 1024 * 1024
JSON_LINES_BYTES: Final = 16 * 1024 * 1024
"""Bytes of a JSON body of more than a thousand codes: it has to be held whole."""
PIECE: Final = 400
TIME: Final = 300.0
"""Seconds after which a stream says how far it came, and ends."""
PATIENCE: Final = 90.0
"""Seconds of those that it waits for the limit, at most."""
AT_ONCE: Final = 2
_IN_MEMORY: Final = 1024 * 1024
_READ: Final = 64 * 1024
_STREAMS: Final = "check_streams"

Judge = Callable[[Sequence[CheckedItem]], list[Scan]]
"""Looks up a piece."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line: what it asks, or why it cannot be read. `last` where nothing after it is read."""

    number: int
    item: CheckedItem | None
    problem: str = ""


def stream_lines(ledger: Ledger, judge: Judge) -> Response:
    """The answers to the body's lines. Raises TooLarge, TooMany where two others are at work."""
    release = _begin()
    body: IO[bytes] | None = None
    try:
        body = _put_aside()
        return _streamed(ledger, judge, _read(body), release, body.close)
    except BaseException:
        if body is not None:
            body.close()
        release()
        raise


def stream_items(ledger: Ledger, judge: Judge, items: Sequence[Any]) -> Response:
    """The answers to the entries of a list that was read whole, as lines."""
    release = _begin()
    try:
        return _streamed(ledger, judge, map(_of_entry, range(1, len(items) + 1), items), release)
    except BaseException:
        release()
        raise


def _begin() -> Callable[[], None]:
    streams: BoundedSemaphore = current_app.extensions.setdefault(_STREAMS, BoundedSemaphore(AT_ONCE))
    if not streams.acquire(blocking=False):
        raise TooMany("Several long checks are at work already. Send this one again in a moment.", retry_after=5)
    return streams.release


def _streamed(ledger: Ledger, judge: Judge, lines: Iterable[Asked], *at_end: Callable[[], None]) -> Response:
    app: Any = current_app
    work = _Work(ledger, judge, app.extensions["metrics"].verdict, spend_later())
    pieces = work.pieces(lines)
    # The first piece is made before anything is promised: its limits are told in the headers, a refusal in the status.
    first = next(pieces, "")
    g.spent = work.spent
    response = Response(chain((first,), pieces), mimetype=LINES)
    for act in at_end:
        response.call_on_close(act)
    return response


class _Work:
    """Answers pieces. It goes on when the request is over, so it holds all that it needs."""

    def __init__(
        self, ledger: Ledger, judge: Judge, note: Callable[[str, int], None], count: Callable[[int], Spent]
    ) -> None:
        self._ledger, self._judge, self._note, self._count = ledger, judge, note, count
        self._patience = PATIENCE
        self.spent: Spent | None = None

    def pieces(self, lines: Iterable[Asked]) -> Iterator[str]:
        """The answers, piece by piece. Raises Unavailable at the first one only."""
        left, began, first = iter(lines), monotonic(), True
        while piece := list(islice(left, PIECE)):
            if monotonic() - began > TIME:
                yield _told([_out_of_time(self._ledger, piece[0].number)])
                return
            try:
                results = self._answer(piece)
            except Unavailable as away:
                if first:
                    raise
                results = [_away(self._ledger, one, away.detail) for one in piece]
            first = False
            yield _told(results)

    def _answer(self, piece: Sequence[Asked]) -> list[CheckResult]:
        spent = self._spend(len(piece))
        scans = self._judge([one.item for one in piece if one.item is not None])
        if spent.over:
            now = moment(self._ledger.now())
            scans = [slowed(scan, spent.resets, now) for scan in scans]
        for scan in scans:
            self._note(scan.standing.key.value, 1)
        found = iter(scans)
        return [
            no_result(self._ledger, BAD_LINE, one.problem, one.number)
            if one.item is None
            else result(self._ledger, one.item, next(found), one.number)
            for one in piece
        ]

    def _spend(self, count: int) -> Spent:
        spent = self._count(count)
        while spent.over and count <= spent.most and self._patience > 0:
            sleep(1)
            self._patience -= 1
            spent = self._count(count)
        self.spent = spent
        return spent


def _told(results: Sequence[CheckResult]) -> str:
    return "".join(one.model_dump_json() + "\n" for one in results)


def _out_of_time(ledger: Ledger, number: int) -> CheckResult:
    words = f"The time for one request is over. Send the rest again, from line {number}."
    return no_result(ledger, BAD_LINE, words, number)


def _away(ledger: Ledger, one: Asked, why: str) -> CheckResult:
    if one.item is None:
        return no_result(ledger, BAD_LINE, one.problem, one.number)
    return no_result(ledger, Key.UNAVAILABLE.value, why, one.number, one.item.ref)


def _put_aside() -> IO[bytes]:
    """The body, whole, outside our memory. Raises TooLarge."""
    request.max_content_length = WHOLE_BYTES
    aside: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it is closed with the answer
    began = monotonic()
    try:
        while piece := request.stream.read(_READ):
            aside.write(piece)
            if monotonic() - began > TIME:
                raise TooLarge("This took too long to arrive. Send fewer lines at a time.")
        aside.seek(0)
    except RequestEntityTooLarge:
        aside.close()
        raise TooLarge(f"That is more than {WHOLE_BYTES:,} bytes. Send fewer lines at a time.") from None
    except BaseException:
        aside.close()
        raise
    return aside


def _read(body: IO[bytes]) -> Iterator[Asked]:
    """The lines, those that are blank passed over (NDJSON 1.0.0, 3.2)."""
    number = 0
    while line := body.readline(LINE_BYTES + 1):
        number += 1
        if number > MOST_LINES:
            yield Asked(number, None, f"Only {MOST_LINES:,} lines are read. Send the rest again, from line {number}.")
            return
        if len(line) > LINE_BYTES and not line.endswith(b"\n"):
            while rest := body.readline(_READ):
                if rest.endswith(b"\n"):
                    break
            yield Asked(number, None, f"This line has more than {LINE_BYTES:,} bytes.")
        elif text := line.strip():
            yield _of_line(number, text)


def _of_line(number: int, text: bytes) -> Asked:
    try:
        read_once(text)
    except Twice as twice:
        return Asked(number, None, str(twice))
    except (ValueError, RecursionError):
        pass  # Said below, in the words of what reads it.
    try:
        return Asked(number, CheckedItem.model_validate_json(text))
    except ValidationError as error:
        return Asked(number, None, _why(error))


def _of_entry(number: int, entry: Any) -> Asked:
    try:
        return Asked(number, CheckedItem.model_validate(entry))
    except ValidationError as error:
        return Asked(number, None, _why(error))


def _why(error: ValidationError) -> str:
    if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
        return "This line is no JSON object. Check its commas and quotes, and that it is UTF-8."
    try:
        invalid(error)
    except Invalid as wrong:
        return wrong.detail
    raise error
