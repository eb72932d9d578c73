"""Clues: somebody saw something and asks its brand, who answers with one tap. No account is needed to ask.

The clue's id is the asker's only key to the answer; it has 80 random bits and stands in no list but the brand's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final
from urllib.parse import urlsplit

from ledger.domain.desk.clues import LASTS, LONGEST, MOST_A_DAY, MOST_OF_ITEM, Answer, Clue
from ledger.domain.errors import Conflict, Fault, Invalid, TooLarge, TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.files.images import clean
from ledger.services.check_items import check_items
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan

SHELF: Final = "clue-photos"
RECEIVED: Final = "clue.received"
ANSWERED: Final = "clue.answered"
MORE: Final = "clue.photo_sent"
_DAY: Final = 86_400
_SWEPT: Final = 500


def send_clue(
    ledger: Ledger, *, code: str, text: str, where: str = "", photo: IO[bytes] | None = None, card: str | None = None
) -> Clue:
    """Ask the brand of a code. The code need not be registered: that of one of its models is enough.

    Raises Invalid naming every fault, or where the code names no brand here; TooLarge for a photo beyond the limits;
    TooMany where a brand or an item was asked too often in a day.
    """
    said_, link = text.strip(), where.strip()
    faults = []
    if not 1 <= len(said_) <= LONGEST:
        faults.append(Fault("text", said("must have between 1 and 2,000 characters.")))
    if link and not _is_link(link):
        faults.append(Fault("where", said("is not a link."), said("Copy it from your browser, with https://.")))
    if faults:
        raise Invalid(said("Nothing was sent: %(fault)s", fault=faults[0]), faults=faults)
    (scan,) = check_items(ledger, [code])
    item = None if scan.subject is None else scan.subject.item.item
    now = ledger.now()
    with ledger.store.read() as tx:
        # Before anything dear is done with a photo; looked at again where it is kept.
        _expect_room(tx, _brand(tx, scan), item, now)
    picture = None if photo is None else _cleaned(ledger, photo)
    with ledger.store.write() as tx:
        organisation = _brand(tx, scan)
        _expect_room(tx, organisation, item, now)
        new = Clue(ledger.new_id("clu"), organisation, item, card, said_, link, _kept(ledger, picture), now)
        tx.clues.add(new)
        body = {
            "brand": organisation,
            "card": card is not None,
            "photo": picture is not None,
            "known": item is not None,
        }
        tx.desk_log.append(RECEIVED, "", new.id, body, now)
    return new


def read_clue(ledger: Ledger, id: str) -> Clue:
    """What became of a clue, for whoever knows its id. Raises Unknown."""
    with ledger.store.read() as tx:
        return _clue(ledger, tx, id)


def send_photo(ledger: Ledger, id: str, photo: IO[bytes]) -> Clue:
    """Send the better photo that a brand asked for. Raises Unknown, Conflict where it did not, Invalid, TooLarge."""
    picture = _cleaned(ledger, photo)
    if picture is None:
        raise Invalid(said("Choose a photo first."))
    now = ledger.now()
    with ledger.store.write() as tx:
        before = _clue(ledger, tx, id)
        if before.answer is not Answer.NEED_PHOTOS:
            raise Conflict(said("The brand has not asked for photos of this."))
        tx.clues.add_photo(id, ledger.files.add(SHELF, picture))
        tx.desk_log.append(MORE, "", id, {"brand": before.organisation}, now)
    if before.photo is not None:
        with ledger.store.read() as tx:
            left = tx.clues.has_photo(before.photo)
        if not left:
            ledger.files.remove(SHELF, before.photo)
    return read_clue(ledger, id)


def clues_to(
    ledger: Ledger, caller: Caller, before: str | None, limit: int, *, open_only: bool = False
) -> Sequence[Clue]:
    """What the caller's brand was asked, newest first. Raises Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        return tx.clues.page(caller.organisation.id, before, limit, open_only=open_only)


def answer_clue(ledger: Ledger, caller: Caller, id: str, answer: Answer) -> Clue:
    """Answer, or answer otherwise. Raises Unknown for another brand's clue, Conflict for the same answer, Forbidden."""
    _may(caller)
    now = ledger.now()
    with ledger.store.write() as tx:
        clue = _clue(ledger, tx, id)
        if clue.organisation != caller.organisation.id:
            raise Unknown(_NONE)
        if clue.answer is answer:
            raise Conflict(said("You have given this answer already."))
        tx.clues.answer(id, answer, now)
        first = clue.answer is None
        body = {"answer": answer.value, "first": first, "seconds": now - clue.created_at}
        tx.desk_log.append(ANSWERED, caller.organisation.id, id, body, now)
        return _clue(ledger, tx, id)


def photo_of(ledger: Ledger, caller: Caller, id: str) -> tuple[str, bytes]:
    """The photo of a clue to the caller's brand, with its media type. Raises Unknown, Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        clue = _clue(ledger, tx, id)
    if clue.organisation != caller.organisation.id or clue.photo is None:
        raise Unknown(said("There is no such photo."))
    content = ledger.files.read(SHELF, clue.photo)
    return next(kind for head, kind in _HEADS if content.startswith(head)), content


def sweep_clues(ledger: Ledger) -> int:
    """Forget cards and clues that are over, and their photos; how many photos."""
    with ledger.store.write() as tx:
        gone = tx.clues.forget(ledger.now() - LASTS, _SWEPT)
    for name in gone:
        ledger.files.remove(SHELF, name)
    return len(gone)


def _brand(tx: Tx, scan: Scan) -> str:
    """Whose code it is: that of the item's brand, or of whoever holds the prefix. Raises Invalid."""
    holder = None if scan.gtin is None else tx.organisations.prefix_holder(scan.gtin)
    organisation = scan.subject.batch.organisation if scan.subject else holder.id if holder else None
    if organisation is None:
        raise Invalid(said("This code names no brand that is here. Type it as it stands on the item."))
    return organisation


def _expect_room(tx: Tx, organisation: str, item: int | None, now: int) -> None:
    if tx.clues.sent_since(organisation, now - _DAY) >= MOST_A_DAY or (
        item is not None and tx.clues.of_item_since(item, now - _DAY) >= MOST_OF_ITEM
    ):
        raise TooMany(said("This brand was asked enough today. Try again tomorrow."), retry_after=3600)


_NONE: Final = said("There is no such clue, or it is over: clues are forgotten after 90 days.")
_HEADS: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))


def _may(caller: Caller) -> None:
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)


def _clue(ledger: Ledger, tx: Tx, id: str) -> Clue:
    found = tx.clues.get(id)
    if found is None or ledger.now() > found.created_at + LASTS:
        raise Unknown(_NONE)
    return found


def _is_link(text: str) -> bool:
    if len(text) > 500 or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _cleaned(ledger: Ledger, photo: IO[bytes]) -> bytes | None:
    content = photo.read(ledger.limits.evidence_bytes + 1)
    if len(content) > ledger.limits.evidence_bytes:
        raise TooLarge(said("This photo is too large. Send a smaller one."))
    return clean(content)[1] if content else None


def _kept(ledger: Ledger, picture: bytes | None) -> str | None:
    return None if picture is None else ledger.files.add(SHELF, picture)
