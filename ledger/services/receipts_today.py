"""Whether a receipt still holds: what the ledger says today beside what the receipt said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Unknown
from ledger.domain.receipts import ReceiptKind, Stamp, also_of, checks_of
from ledger.domain.said import said
from ledger.domain.standing_facts import Undone
from ledger.domain.standing_headlines import BAD_NEWS, Key
from ledger.services.ports import Ledger
from ledger.services.receipts_recorded import Entry, entry_of, pseudonym
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan

_NOT_LOOKED: Final = (Key.UNAVAILABLE, Key.SLOW_DOWN)


class Holds(StrEnum):
    """What became of what a receipt says."""

    YES = "yes"
    CHANGED = "changed"
    GONE = "gone"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Today:
    """How a receipt stands today: in a word, in sentences, and with the whole answer of today."""

    holds: Holds
    reasons: tuple[str, ...]
    scan: Scan
    entry: Entry | None = None

    @property
    def grave(self) -> bool:
        """Whether there is bad news about the item today."""
        got = self.scan.standing
        return got.key in BAD_NEWS or any(one.grave for one in got.lines)


def scan_today(ledger: Ledger, stamp: Stamp) -> Scan:
    """The answer of today to the same code. Raises Unavailable without the database."""
    return scan_item(ledger, stamp.gtin, stamp.serial, looks_different=stamp.says == Key.WRONG_ITEM)


def today(ledger: Ledger, stamp: Stamp, scan: Scan) -> Today:
    """How a receipt of ours stands; `scan` is today's answer. Raises Unavailable without the database."""
    if stamp.kind is ReceiptKind.CHECK:
        return _check(stamp, scan)
    try:
        entry = entry_of(ledger, bytes.fromhex(stamp.statement))
    except Unknown:
        return Today(
            Holds.GONE if not stamp.final else Holds.CANNOT_TELL,
            (said("It does not stand in our copy of the ledger now. Look again later, before you rely on it."),),
            scan,
        )
    reasons: list[str] = []
    if entry.final and not stamp.final:
        reasons.append(said("It has become final since: it can no longer be lost."))
    elif not entry.final:
        reasons.append(said("It is not final yet. Look again in a minute."))
    changed = _inspection(entry) if stamp.kind is ReceiptKind.INSPECTION else _owner(ledger, entry)
    if changed:
        return Today(Holds.CHANGED, (*reasons, changed), scan, entry)
    if not entry.final:
        return Today(Holds.CANNOT_TELL, tuple(reasons), scan, entry)
    return Today(Holds.YES, (*reasons, said("Nothing of it has changed since.")), scan, entry)


def _check(stamp: Stamp, scan: Scan) -> Today:
    got = scan.standing
    if got.key in _NOT_LOOKED:
        return Today(Holds.CANNOT_TELL, (said("We cannot look up today’s facts right now. Try again shortly."),), scan)
    reasons: tuple[str, ...] = ()
    then = stamp.says
    if then == Key.OWNER_CONFIRMED:
        reasons = (said("The owner’s answer counted for 15 minutes, and for that buyer alone."),)
        then = got.key.value if got.key in (Key.OWNER_CONFIRMED, Key.HELD) else then
    same = (then, stamp.tick, stamp.checks, stamp.also) == (got.key.value, got.tick, checks_of(got), also_of(got))
    if same:
        return Today(Holds.YES, (*reasons, said("The ledger says the same today.")), scan)
    return Today(Holds.CHANGED, (*reasons, said("The ledger says something else today. Compare the two.")), scan)


def _owner(ledger: Ledger, entry: Entry) -> str:
    holder = pseudonym(ledger, entry.subject.item.item, entry.subject.holder)
    if holder == entry.owner:
        return ""
    return said("The item has had another owner since.")


def _inspection(entry: Entry) -> str:
    assert entry.inspection is not None
    return {
        Undone.NO: "",
        Undone.WAITING: said("Whoever signed this inspection is taking it back, or correcting it."),
        Undone.FINAL: said("Whoever signed this inspection has since taken it back, or corrected it."),
    }[entry.inspection.undone]
