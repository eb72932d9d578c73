"""A tap of a tag that cannot be copied: verified against the item's own keys, and counted once.

**A reading of a page counts nothing.** Messengers fetch links for a preview, browsers load pages ahead, people load
them again: none of that may use a tap up, or make a copy of it look suspicious. So:

1. `look_at_tap` verifies and reads only. The page then asks to be told "go on" by a form; a script sends it once the
   page is really in view, and without a script there is a button.
2. `present_tap`, behind that form, counts: in one transaction, by one statement that raises the counter where it is
   lower. Of two that bring the same message at once exactly one has brought news.
3. The tap belongs to the visitor who brought it, for fifteen minutes; to them the same message again is the same tap.
   The page then stands at an address without the tag's parameters, so that what is loaded again, kept or passed on
   holds no answer of the tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ledger.domain.errors import TooMany
from ledger.domain.gtins import check_gtin
from ledger.domain.looks import LookKind
from ledger.domain.said import said
from ledger.domain.sun_messages import Opened, SunMessage, open_message
from ledger.domain.tag_keys import TagKeys, tag_keys
from ledger.domain.tags import ANSWERS, COUNTS, MOST_AN_HOUR, Outcome, Tag, TagState, Tap, Tapped, judge
from ledger.domain.watching import NewLook
from ledger.files.aes import Aes128
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import find_listed

AES: Final = Aes128()
_ODD: Final = {
    Outcome.REPLAYED: LookKind.REPLAYED,
    Outcome.ROLLED_BACK: LookKind.ROLLED_BACK,
    Outcome.JUMPED: LookKind.JUMPED,
    Outcome.OTHER_TAG: LookKind.OTHER_TAG,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """A message that one of the item's tags has signed, and what it says; not counted yet."""

    tag: Tag
    told: Opened


def look_at_tap(
    ledger: Ledger, gtin: str, serial: str, message: SunMessage, by: bytes | None
) -> Verified | Tap | Tapped:
    """What a message is, without counting it: news that may be counted, this visitor's own tap, or neither.

    Raises Invalid for a wrong GTIN, Unknown where there is no such item.
    """
    now = ledger.now()
    with ledger.store.read() as tx:
        found = _verify(ledger, tx, find_listed(tx, check_gtin(gtin), serial).item.item, message)
        if isinstance(found, Outcome):
            return Tapped(found, _moment(now))
        before = tx.tags.answer_at(found.tag.id, found.told.counter)
        return before if before is not None and before.same_visit(by, now) else found


def present_tap(ledger: Ledger, gtin: str, serial: str, message: SunMessage, by: bytes | None) -> Tap | Tapped:
    """Count a message, once; what could not be verified is told and not kept.

    `by` is the visitor: their session's name, or what stands for a program. Raises Invalid, Unknown, TooMany.
    """
    found = look_at_tap(ledger, gtin, serial, message, by)
    if not isinstance(found, Verified):
        return found
    now, id, told = ledger.now(), ledger.new_id("tap"), found.told
    with ledger.store.write() as tx:
        # Read again: since it was verified the tag may have been ended, or have answered somebody else.
        tag = next(one for one in tx.tags.of_item(found.tag.item, 256) if one.id == found.tag.id)
        before = tx.tags.answer_at(tag.id, told.counter)
        if before is not None and before.same_visit(by, now):
            return before
        outcome = _outcome(tx, tag, told, before, now)
        # News is never refused: each takes a reading of the chip itself, and whoever floods us with an old answer
        # would else keep the true item's buyer from being told.
        if outcome not in ANSWERS and tx.tags.taps_since(tag.item, now - 3600) >= MOST_AN_HOUR:
            raise TooMany(
                said("This item's tag was tapped very often within an hour. Try again later."), retry_after=900
            )
        if told.opened and tag.sealed and outcome in ANSWERS:
            tx.tags.note_opened(tag.id, now)
        # One link that goes round is one oddity, and none at all where its own visitor comes back to it.
        told_before = tx.tags.was_shown_again(tag.id, told.counter) or (before is not None and by == before.by)
        tap = Tap(id, tag.item, tag.id, told.uid, told.counter, outcome, now, told.opened, by)
        tx.tags.add_tap(tap)
        if outcome in _ODD and not told_before:
            look = NewLook(ledger.new_id("scn"), tag.item, now, "tap", None, None, _ODD[outcome].value)
            tx.scans.add([look])
    return tap


def _outcome(tx: Tx, tag: Tag, told: Opened, before: Tap | None, now: int) -> Outcome:
    if tag.state is TagState.MADE:
        return Outcome.NOT_YET
    # One that was ended before any encoder had told of it may be any chip.
    if tag.uid != told.uid and not (tag.uid is None and tag.state is TagState.ENDED):
        return Outcome.OTHER_TAG
    if tag.state is TagState.ENDED:
        return Outcome.ENDED
    outcome = judge(tag.counter, told.counter, before is not None)
    if outcome in ANSWERS and not tx.tags.advance(tag.id, told.counter, now):
        return Outcome.REPLAYED
    return outcome


def shown_tap(ledger: Ledger, gtin: str, serial: str, id: str, by: bytes | None) -> Tapped | None:
    """What a page shows of a tap that was counted: for the visitor who brought it, while it counts, on that item."""
    now = ledger.now()
    with ledger.store.read() as tx:
        tap = tx.tags.tap(id)
        if tap is None or not tap.same_visit(by, now):
            return None
        here = any(one.item == tap.item for one in tx.batches.find(check_gtin(gtin), serial))
        return tapped(tx, tap) if here else None


def tapped(tx: Tx, tap: Tap) -> Tapped:
    """A tap as the verdict takes it: with when the tag's seal was first seen opened, now or ever before."""
    tag = next((one for one in tx.tags.of_item(tap.item, 256) if one.id == tap.tag), None)
    opened = None if tag is None else tag.opened_at
    return Tapped(tap.outcome, _moment(tap.at), None if opened is None else _moment(opened))


def fresh_tap(tx: Tx, item: int, by: bytes, now: int) -> Tap | None:
    """The visitor's newest tap of an item's own tag, while it counts; None where its seal was open."""
    found = tx.tags.latest_answer(item, by, now - COUNTS)
    if found is None or tapped(tx, found).opened_since is not None:
        return None
    return found


def keys_of(ledger: Ledger, tx: Tx, tag: Tag) -> TagKeys:
    """A tag's keys, derived anew. Raises Unavailable where the vault's passphrase is another."""
    master = tx.tags.master(tag.organisation, tag.version)
    assert master is not None  # made before its tags, and never deleted
    key = ledger.vault.open(master.sealed, master_purpose(tag.organisation, tag.version))
    return tag_keys(AES, key, tag.item, tag.generation)


def master_purpose(organisation: str, version: int) -> str:
    """What a master key is sealed for."""
    return f"tags/{organisation}/{version}"


def _verify(ledger: Ledger, tx: Tx, item: int, message: SunMessage) -> Verified | Outcome:
    """The newest of the item's tags that can have signed this. An ended one is tried too, to be named as such."""
    known = tx.tags.of_item(item)
    for tag in known:
        told = open_message(AES, message, keys_of(ledger, tx, tag), tag.mode)
        if told is not None:
            return Verified(tag, told)
    return Outcome.UNVERIFIED if known else Outcome.NO_TAG


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
