"""Audit: our blocks and events are the node's, row by row, and nothing hangs in the air.

Up to the final height whole ranges are fetched as a first look would, and the rows must be those that it would
write: blocks with events and the final one, and every event, in every column. Above it blocks must follow on one
another, and each that the node still has must be as the node has it; another block there is a reorganisation that
the worker has yet to follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.errors import LedgerError
from ledger.services.audit_findings import PAGE, RUN_REINDEX, Findings, differences
from ledger.services.audits_port import Row
from ledger.services.checking import Checked, cannot_tell, many
from ledger.services.follow_chain import QUIET
from ledger.services.ports import Chain, Ledger
from ledger.services.views_of_chain import final_height

_RANGE: Final = 2_000
_EVENTS: Final = 20_000
"""Events compared at once."""
_BLOCK: Final = ("number",)
_EVENT: Final = ("block", "log_index")


def told_once(ledger: Ledger) -> Checked:
    """No statement counts twice, and no row hangs off one that is gone."""
    found = Findings("every statement counts once", RUN_REINDEX)
    with ledger.store.read() as tx:
        twice, count = tx.audits.told_twice(), tx.chain.count()
        homeless = tx.audits.homeless()
    found.note_all(f"0x{one.hex()} stands in two events" for one in twice)
    found.note_all(homeless)
    return found.line(f"{many(count, 'event')}, no statement in two of them.")


def events_as_the_node_has_them(ledger: Ledger, chain: Chain | None) -> Checked:
    """Blocks and events, in every column. Where the node is away, or is ahead of us, that cannot be told."""
    found = Findings("every event is there once", RUN_REINDEX)
    if chain is None:
        return cannot_tell(found.name, "No node answers, so the events were not compared.")
    try:
        compared = _final_part(ledger, chain, found)
        moved = _newest_part(ledger, chain, found)
    except LedgerError as away:
        if found.any:
            return found.line("")
        return cannot_tell(found.name, f"The node stopped answering: {away.detail}")
    if moved is not None and not found.any:
        return cannot_tell(
            found.name, f"From block {moved} on our copy and the node differ; the worker has to catch up."
        )
    return found.line(f"{many(compared, 'final event')}, as the node has them.")


def _final_part(ledger: Ledger, chain: Chain, found: Findings) -> int:
    with ledger.store.read() as tx:
        begin, last, tip = tx.meta.get("deployment")["block"], final_height(tx), tx.chain.tip()
        lowest = tx.audits.lowest_block()
    first = begin if lowest is None else min(begin, lowest)
    if last >= 0 and (tip is None or tip.number < last):
        found.note(f"Block {last}, up to which nothing can be lost, is not there")
        last = -1 if tip is None else tip.number
    elif last >= first and chain.block(last) is None:
        found.note(f"Block {last} was final here, and the node has none at that height")
        return 0
    compared = 0
    while first <= last:
        with ledger.store.read() as tx:
            until = tx.audits.reach(first, min(first + _RANGE - 1, last), _EVENTS)
        blocks, events = _theirs(chain, first, until)
        with ledger.store.read() as tx:
            final = final_height(tx)
            rows, event_rows = tx.audits.block_rows(first, until), tx.audits.event_rows(first, until)
            wanted = tx.audits.rows_of_events(events)
            told = {event.block for event in events} | {final}
            expected = tx.audits.rows_of_blocks(block for block in blocks if block.number in told)
        if expected != rows:
            found.note_all(differences(expected, rows, _BLOCK, _block))
        if wanted != event_rows:
            found.note_all(differences(wanted, event_rows, _EVENT, _event))
        compared += len(events)
        first = until + 1
    return compared


def _theirs(chain: Chain, first: int, last: int) -> tuple[list[Block], list[ChainEvent]]:
    blocks: list[Block] = []
    events: list[ChainEvent] = []
    for some, told in chain.history(first, last):
        blocks += some
        events += [event for event in told if event.name not in QUIET]
    return blocks, events


def _newest_part(ledger: Ledger, chain: Chain, found: Findings) -> int | None:
    """The first of our blocks above the final height that is not the node's (any more), if there is one."""
    before: Row | None = None
    for row in _above(ledger):
        if before is not None and (row["number"], row["parent"]) != (before["number"] + 1, before["hash"]):
            found.note(f"{_block(row)} does not follow on {_block(before)}")
        before = row
        theirs = chain.block(row["number"])
        if theirs is None or theirs.hash != row["hash"]:
            return int(row["number"])
        events = [event for event in chain.events_of(theirs) if event.name not in QUIET]
        with ledger.store.read() as tx:
            if tx.chain.block(theirs.number) is None:
                return theirs.number  # dropped while we looked
            found.note_all(differences(tx.audits.rows_of_blocks([theirs]), [row], _BLOCK, _block))
            kept = tx.audits.event_rows(theirs.number, theirs.number)
            found.note_all(differences(tx.audits.rows_of_events(events), kept, _EVENT, _event))
    return None


def _above(ledger: Ledger) -> Iterator[Row]:
    """Our blocks from the final one up."""
    with ledger.store.read() as tx:
        after = final_height(tx) - 1
    while True:
        with ledger.store.read() as tx:
            page = tx.audits.page("blocks", [after], PAGE)
        yield from page
        if not page:
            return
        after = page[-1]["number"]


def _block(row: Row) -> str:
    return f"block {row['number']}"


def _event(row: Row) -> str:
    return f"event {row['log_index']} of block {row['block']} ({row['name']})"
