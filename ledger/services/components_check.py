"""What an inspector is told who reads serials on an item's parts: whether they belong to it. Never a serial.

Serials can be guessed, so every question is counted, kept with who asked it, and bounded by organisation and item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.components import Seen, check_part, check_part_serial
from ledger.domain.components_history import Answer, judge
from ledger.domain.errors import Fault, Invalid, TooMany, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.services.components_history import elsewhere, fits_of, need_checker
from ledger.services.components_index import mark_of
from ledger.services.components_port import Question
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, directory, find_listed

MOST_AT_ONCE = 12
DAY = 86_400
AN_ITEM = 40
"""Questions that an organisation may ask about one item in a day."""
A_DAY = 2_000
"""Questions that an organisation may ask in a day, about all items together."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers, in the order of the questions, and how many more may be asked about this item now."""

    gtin: str
    serial: str
    answers: tuple[Answer, ...]
    left: int


def check_parts(ledger: Ledger, caller: Caller, gtin: str, serial: str, seen: Sequence[Seen]) -> Checked:
    """Compare the serials that somebody reads on an item's parts with what is recorded.

    Raises Invalid naming each question that cannot be right, TooMany beyond what may be asked in a day, Unknown, and
    Forbidden for all but the brand and those accredited for the item. What is refused is not counted.
    """
    asked = checked_seen(seen)
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        need_checker(ledger, tx, caller, subject)
        left = _spend(ledger, tx, caller, subject, len(asked))
        parties = directory(tx)
        fits = fits_of(tx, subject, parties)
        answers = []
        for one in asked:
            mark = mark_of(ledger, subject.batch.brand, one.part, one.serial)
            other = elsewhere(ledger, tx, subject, one.part, mark, parties)
            answer = judge(one.part, fits.get(one.part, ()), mark, other)
            answers.append(answer)
            tx.components.ask(
                Question(
                    id=ledger.new_id("ask"),
                    organisation=caller.organisation.id,
                    person=caller.person,
                    item=subject.item.item,
                    part=one.part,
                    found=answer.found.value,
                    at=ledger.now(),
                )
            )
        return Checked(subject.item.gtin, subject.item.serial, tuple(answers), left)


def checked_seen(seen: Sequence[Seen]) -> list[Seen]:
    """The questions with names and serials tidied. Raises Invalid with a fault for each that cannot be right."""
    if not 1 <= len(seen) <= MOST_AT_ONCE:
        raise Invalid(said("Type the serials of one to %(most)s parts.", most=MOST_AT_ONCE))
    found, faults = [], []
    for place, one in enumerate(seen):
        try:
            found.append(Seen(check_part(one.part), check_part_serial(one.serial)))
        except Invalid as wrong:
            faults.append(Fault(f"seen[{place}]", wrong.detail))
    if faults:
        raise Invalid(said("The serials cannot be compared. %(fault)s", fault=faults[0].what), faults=faults)
    return found


def questions_of(
    ledger: Ledger, caller: Caller, gtin: str, serial: str, before: str | None, limit: int
) -> list[tuple[Question, str]]:
    """Who asked about the parts of one of the brand's items, newest first: each question with the asker's name."""
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        if subject.batch.organisation != caller.organisation.id:
            raise Unknown(said("You have no item with this GTIN and serial."))
        found = tx.components.questions(subject.item.item, before, limit)
        names = {one.organisation: tx.organisations.get(one.organisation) for one in found}
        return [(one, asker.name if (asker := names[one.organisation]) else "") for one in found]


def _spend(ledger: Ledger, tx: Tx, caller: Caller, subject: Listed, count: int) -> int:
    """How many more questions there are after these. Raises TooMany where these are too many."""
    now = ledger.now()
    of_item, first = tx.components.asked_since(caller.organisation.id, now - DAY, subject.item.item)
    of_all, first_of_all = tx.components.asked_since(caller.organisation.id, now - DAY)
    if of_item + count > AN_ITEM:
        wait = max(1, (first or now) + DAY - now)
        raise TooMany(
            said(
                "Your organisation may ask about %(most)s parts of one item in a day. Wait %(hours)s hours.",
                most=AN_ITEM,
                hours=-(-wait // 3600),
            ),
            retry_after=wait,
        )
    if of_all + count > A_DAY:
        wait = max(1, (first_of_all or now) + DAY - now)
        raise TooMany(
            said("Your organisation may ask about %(most)s parts in a day. Try again later.", most=f"{A_DAY:,}"),
            retry_after=wait,
        )
    return AN_ITEM - of_item - count
