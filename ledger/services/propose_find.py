"""What a proposal is about: found and counted before anybody is asked, so that everyone sees how far it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ledger.domain.batches import Batch, Item
from ledger.domain.codes import Exact, parse_code
from ledger.domain.errors import Conflict, Fault, Invalid, TooLarge, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.domain.two_people import BATCH_MARK, MOST_ITEMS, UNOWNED, Act, Subject
from ledger.files.pairs import read_pairs
from ledger.services.ports import Tx
from ledger.services.read_batch import PAGE, own_batch
from ledger.services.views_of_chain import Listed, find_listed, listed

MOST_FILE: Final = 4 * 1024 * 1024
"""Bytes of a list of items."""
_MOST_BATCHES: Final = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose: one of these is set."""

    code: str = ""
    """An item: its link, or its GTIN and serial with a space between."""
    batch: str = ""
    line: str = ""
    """A GTIN: all its items."""
    file: bytes = b""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an act would reach. `left_out` are items with owners, to which the act cannot be done."""

    scope: str
    subjects: tuple[Subject, ...]
    items: int
    owners: int
    left_out: int = 0
    some: tuple[Item, ...] = field(default=())
    """A few of the items, to show."""


def find_reach(tx: Tx, caller: Caller, act: Act, chosen: Chosen) -> Reach:
    """Every item or whole batch that was chosen, all of the caller's.

    Raises Invalid listing what is no item of theirs, Conflict for a batch that is not registered or where nothing is
    left, TooLarge beyond 10,000 items that need a statement each.
    """
    if chosen.batch:
        batch = own_batch(tx, caller, chosen.batch)
        return _of_batches(tx, act, [batch], batch.name)
    if chosen.line:
        return _of_line(tx, caller, act, chosen.line)
    if chosen.file:
        return _of_file(tx, caller, act, chosen)
    subject = _named(tx, chosen.code)
    _expect_own(caller, subject)
    return _of_items(tx, act, [subject], said("No. %(serial)s", serial=subject.item.serial))


def _named(tx: Tx, code: str) -> Listed:
    text = code.strip()
    if not text:
        raise Invalid(said("Say which items: a code, a batch, a line, or a file."))
    gtin, space, serial = text.partition(" ")
    if space and gtin.isdigit():
        return find_listed(tx, gtin, serial.strip())
    meant = parse_code(text)
    if not isinstance(meant, Exact):
        raise Invalid(said("That names a product or a bare serial. Give the item’s link, or its GTIN and serial."))
    return find_listed(tx, meant.gtin, meant.serial)


def _expect_own(caller: Caller, subject: Listed) -> None:
    if subject.batch.organisation != caller.organisation.id:
        raise Invalid(said("No. %(serial)s is another brand’s item.", serial=subject.item.serial))


def _of_line(tx: Tx, caller: Caller, act: Act, line: str) -> Reach:
    gtin = check_gtin(line)
    scope = said("all items with the GTIN %(gtin)s", gtin=gtin)
    whole: list[Batch] = []
    rest: list[Listed] = []
    for batch in _batches(tx, caller):
        mine = tx.proposals.items_of_line(batch.id, gtin, MOST_ITEMS + 1)
        if not mine:
            continue
        if len(mine) == batch.count and act in BATCH_MARK and batch.number is not None:
            whole.append(batch)
        else:
            rest += [listed(tx, one) for one in mine[: MOST_ITEMS + 1 - len(rest)]]
        _bound(len(rest))
    if not whole and not rest:
        raise Conflict(said("You have no items with the GTIN %(gtin)s.", gtin=gtin))
    parts = [_of_batches(tx, act, whole, scope)] if whole else []
    parts += [_of_items(tx, act, rest, scope)] if rest else []
    return _together(scope, parts)


def _of_file(tx: Tx, caller: Caller, act: Act, chosen: Chosen) -> Reach:
    if len(chosen.file) > MOST_FILE:
        raise TooLarge(said("The file is larger than 4 MB. Split it and propose the parts."))
    faults, found = [], {}
    for count, one in enumerate(read_pairs(chosen.file), start=1):
        _bound(count)
        try:
            subject = find_listed(tx, one.gtin, one.serial)
            _expect_own(caller, subject)
        except (Invalid, Unknown) as wrong:
            faults.append(Fault(one.where, wrong.detail))
        else:
            found[subject.item.item] = subject
    if faults:
        raise Invalid(said("Nothing was proposed: %(fault)s", fault=faults[0]), faults=faults[:1000])
    if not found:
        raise Invalid(said("The file names no items."))
    return _of_items(tx, act, list(found.values()), said("the file %(name)s", name=chosen.file_name[:120]))


def _of_batches(tx: Tx, act: Act, batches: list[Batch], scope: str) -> Reach:
    for batch in batches:
        if batch.number is None:
            raise Conflict(
                said("The batch %(name)s is not registered yet, so there is nothing to do.", name=batch.name)
            )
    if act in BATCH_MARK:
        subjects = tuple(Subject(position, None, one.id) for position, one in enumerate(batches))
        owners = len(tx.proposals.holders(batches=[one.id for one in batches]))
        some = tuple(tx.batches.items_page(batches[0].id, -1, 3))
        return Reach(scope, subjects, sum(one.count for one in batches), owners, some=some)
    _bound(sum(one.count for one in batches))
    items = [listed(tx, one.item) for batch in batches for one in _items(tx, batch)]
    return _of_items(tx, act, items, scope)


def _of_items(tx: Tx, act: Act, found: list[Listed], scope: str) -> Reach:
    _bound(len(found))
    kept = [one for one in found if act not in UNOWNED or not one.claimed]
    if not kept:
        raise Conflict(said("These items have owners, so this cannot be done to them. They can be recalled."))
    for one in kept:
        if one.batch.number is None:
            raise Conflict(said("No. %(serial)s is in a batch that is not registered yet.", serial=one.item.serial))
    subjects = tuple(Subject(position, one.item.item, None) for position, one in enumerate(kept))
    owners = len(tx.proposals.holders(items=[one.item.item for one in kept]))
    some = tuple(one.item for one in kept[:3])
    return Reach(scope, subjects, len(kept), owners, len(found) - len(kept), some)


def _together(scope: str, parts: Iterable[Reach]) -> Reach:
    found = list(parts)
    subjects = [one for part in found for one in part.subjects]
    numbered = tuple(Subject(position, one.item, one.batch) for position, one in enumerate(subjects))
    return Reach(
        scope,
        numbered,
        sum(part.items for part in found),
        sum(part.owners for part in found),
        sum(part.left_out for part in found),
        found[0].some,
    )


def _bound(count: int) -> None:
    if count > MOST_ITEMS:
        raise TooLarge(
            said(
                "At most %(most)s items can be in one proposal. Choose whole batches, or split the list.",
                most=f"{MOST_ITEMS:,}",
            )
        )


def _batches(tx: Tx, caller: Caller) -> Iterator[Batch]:
    before = None
    for _ in range(_MOST_BATCHES // 50):
        page = tx.batches.page(caller.organisation.id, before, 50)
        yield from (one for one in page if one.ready)
        if len(page) < 50:
            return
        before = page[-1].id
    raise TooLarge(said("You have very many batches. Choose them one by one, or by a file."))


def _items(tx: Tx, batch: Batch) -> Iterator[Item]:
    after = -1
    while page := tx.batches.items_page(batch.id, after, PAGE):
        yield from page
        after = page[-1].position
