"""The photo that an owner may send with their answer: looked at before it is taken, gone soon after it was of use.

What it can show: that somebody held something with this item's code, beside the words of this question. What it
cannot: that the thing is genuine, that the code was not copied, or that the photo was taken by whoever answered.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.domain.asks import LASTS, Ask, AskState
from ledger.domain.codes import parse_digital_link, parse_element_string
from ledger.domain.errors import Conflict, Invalid, LedgerError, TooLarge, TooMany, Unknown
from ledger.domain.people import Session
from ledger.domain.said import said
from ledger.files.ask_photos import read_photo
from ledger.services.ask_owner import answer_counts, ask_of_session
from ledger.services.errand_ask import check_answerer
from ledger.services.errands import Visit, b64
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import listed

SHELF: Final = "ask-photos"
_KEPT: Final = 2 * LASTS
"""Seconds after which a photo is gone: a question and its answer are over by then."""
_MOST: Final = 5
_TOKEN: Final = re.compile(r"([cn][0-9a-f]{62})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A photo that waits for the owner's signature. `token` names it to whoever was given it, for one question."""

    name: str
    shows_code: bool
    token: str


def choose_photo(ledger: Ledger, visit: Visit, ask: Ask, stream: BinaryIO) -> Chosen:
    """Take a photo for an answer, from whoever may give it.

    Raises Forbidden for everybody else, TooLarge beyond the operator's limit or 60 megapixels, Invalid for what is no
    photo, Conflict where another item's code is in it, TooMany after five for one question.
    """
    check_answerer(ledger, visit, ask)
    content = _bounded(ledger, stream)
    subject, now = f"ask-photo:{ask.id}", ledger.now()
    with ledger.store.write() as tx:
        count, since = tx.papers.tries(subject)
        if count >= _MOST:
            raise TooMany(said("Five photos were sent for this question. Answer without one."), retry_after=LASTS)
        tx.papers.set_tries(subject, count + 1, since or now)
        item = listed(tx, ask.item).item
    photo = read_photo(content)
    named = [pair for pair in map(_named, photo.codes) if pair is not None]
    if any(pair != (item.gtin, item.serial) for pair in named):
        raise Conflict(
            said("The code in this photo is another item’s. Take a photo of the item that the buyer asks about.")
        )
    name = ("c" if named else "n") + ledger.random(31).hex()
    with ledger.files.writing(SHELF, name) as file:
        file.write(photo.picture)
    return Chosen(name, bool(named), f"{name}.{_seal(ledger, ask, name)}")


def chosen_photo(ledger: Ledger, ask: Ask, token: str) -> Chosen:
    """A photo that was chosen for this question before. Raises Conflict where it was for another, or is gone."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_seal(ledger, ask, found[1]), found[2]) or not _kept(ledger, found[1]):
        raise Conflict(said("That photo is not kept any more. Choose it again, or answer without one."))
    return Chosen(found[1], shows_code(found[1]), token)


def shows_code(name: str) -> bool:
    """Whether the item's code was found in a photo: its name tells, which is ours alone."""
    return name.startswith("c")


def photo_of(ledger: Ledger, session: Session, id: str) -> bytes:
    """The photo of an answer as JPEG, for the buyer who asked and as long as the answer counts. Raises Unknown."""
    ask = ask_of_session(ledger, session, id)
    with ledger.store.read() as tx:
        counts = ask.state is AskState.CONFIRMED and answer_counts(tx, ask, ledger.now())
    if ask.photo is None or not counts:
        raise Unknown(said("There is no photo here any more. Photos are deleted after the answer is over."))
    return ledger.files.read(SHELF, ask.photo)


def sweep_photos(ledger: Ledger) -> int:
    """Delete the photos whose question is over, answered or not; how many."""
    before, gone = ledger.now() - _KEPT, 0
    with ledger.store.write() as tx:
        tx.asks.forget_photos(before)
    for name in ledger.files.names(SHELF):
        try:
            over = ledger.files.path(SHELF, name).stat().st_mtime < before
        except FileNotFoundError:
            continue
        if over:
            ledger.files.remove(SHELF, name)
            gone += 1
    return gone


def _bounded(ledger: Ledger, stream: BinaryIO) -> bytes:
    limit = ledger.limits.evidence_bytes
    content = b""
    while len(content) <= limit and (piece := stream.read(limit + 1 - len(content))):
        content += piece
    if len(content) > limit:
        raise TooLarge(said("A photo may have %(limit)s MB at most. Make it smaller.", limit=limit // (1024 * 1024)))
    if not content:
        raise Invalid(said("No photo was chosen. Choose one, or go on without."))
    return content


def _named(code: str) -> tuple[str, str] | None:
    """The item that a code names, None for a code of something else: a poster's, a parcel's."""
    try:
        gtin, serial = parse_element_string(code) if code.startswith("(") else parse_digital_link(code)
    except LedgerError:
        return None
    return None if serial is None else (gtin, serial)


def _kept(ledger: Ledger, name: str) -> bool:
    return ledger.files.has(SHELF, name)


def _seal(ledger: Ledger, ask: Ask, name: str) -> str:
    message = f"{ask.id}:{name}".encode()
    return b64(hmac.digest(ledger.vault.derive("ask photos"), message, hashlib.sha256)[:16])
