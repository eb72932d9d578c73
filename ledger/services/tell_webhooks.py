"""What became final is told, once: the brand of an item hears of it, and whoever recorded it hears of their record.

1. Only events at or below the final height make messages: what a reorganisation may take back is not said.
2. How far we have told is kept with the messages, in one transaction: cut short, it begins again where it was.
3. A message's source is its event's block hash and place, so that telling again, after `touchmark reindex`, adds none.
4. An endpoint hears what happened after it was added, give or take ten minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.batches import Batch, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin
from ledger.domain.identity import digital_link
from ledger.domain.inspections import InspectionFacts
from ledger.domain.webhooks import Endpoint, EventType, iso, type_of, what
from ledger.services.ports import Ledger, Tx
from ledger.services.queue_message import queue_message
from ledger.services.views_of_chain import final_height

_TOLD: Final = "webhooks_told"
_PIECE: Final = 100
"""Events in one transaction, so that other writers do not wait long."""
_SLACK: Final = 600
"""Seconds that a block's time and our clock may differ."""
_BEGINNING: Final = (-1, -1)


def tell_final(ledger: Ledger) -> bool:
    """Make the messages of a piece of what is newly final; False where there was nothing new."""
    with ledger.store.read() as tx:
        if (tx.meta.get(_TOLD) or {}).get("upto") == final_height(tx):
            return False
    with ledger.store.write() as tx:
        final, place = final_height(tx), _place(tx)
        wanting: Mapping[str, list[Endpoint]] = _by_organisation(tx)
        if not wanting:
            # Nobody hears of it: all of it counts as told, however much it is.
            _note(tx, tx.webhooks.last_final(place, final), final)
            return True
        found = tx.webhooks.newly_final(place, final, _PIECE)
        for event, block_hash in found:
            _tell(ledger, tx, event, f"{block_hash.hex()}:{event.log_index}", wanting)
        last = (found[-1][0].block, found[-1][0].log_index, found[-1][1]) if found else None
        _note(tx, last, None if len(found) == _PIECE else final)
    return True


def _place(tx: Tx) -> tuple[int, int]:
    """Where we were; the beginning where that block is not the chain's any more, for then the chain is another."""
    told = tx.meta.get(_TOLD)
    if told is None or told["block"] < 0:
        return _BEGINNING
    block = tx.chain.block(told["block"])
    same = block is not None and block.hash.hex() == told["hash"]
    return (told["block"], told["log_index"]) if same else _BEGINNING


def _note(tx: Tx, last: tuple[int, int, bytes] | None, upto: int | None) -> None:
    before = tx.meta.get(_TOLD) or {"block": -1, "log_index": -1, "hash": ""}
    if last is not None:
        block, log_index, block_hash = last
        before = {"block": block, "log_index": log_index, "hash": block_hash.hex()}
    tx.meta.set(_TOLD, before | {"upto": upto})


def _by_organisation(tx: Tx) -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = defaultdict(list)
    for one in tx.webhooks.endpoints():
        found[one.organisation].append(one)
    return found


def _tell(ledger: Ledger, tx: Tx, event: ChainEvent, source: str, wanting: Mapping[str, list[Endpoint]]) -> None:
    type, item = type_of(event), None if event.item is None else tx.batches.item(event.item)
    batch = tx.batches.get(item.batch_id) if item else _batch(tx, event)
    hearers = [] if batch is None else [batch.organisation]
    author = tx.organisations.by_party(event.args["party"]) if event.name in ("Recorded", "Marked") else None
    if event.name == "Recorded" and author is not None and author.id not in hearers:
        hearers.append(author.id)
    for hearer in hearers:
        endpoints = [one for one in wanting.get(hearer, ()) if event.time >= one.created_at - _SLACK]
        if type is None or not endpoints:
            continue
        data = _data(ledger, event, type, item) | {"by": author.slug if author else None}
        if batch is not None and hearer == batch.organisation:
            # The name of a batch is its brand's own affair.
            data["batch"] = batch.id
        name = f"{source}:{hearer}"
        queue_message(ledger, tx, hearer, type, data, source=name, at=event.time, endpoints=endpoints)


def _batch(tx: Tx, event: ChainEvent) -> Batch | None:
    return tx.batches.by_number(event.args["batch"]) if "batch" in event.args else None


def _data(ledger: Ledger, event: ChainEvent, type: EventType, item: Item | None) -> dict[str, Any]:
    data: dict[str, Any] = {"what": what(event)}
    if item is not None:
        data["item"] = item_data(ledger, item)
    if type is EventType.BATCH_REGISTERED:
        data["count"] = event.args["count"]
    if type is EventType.ITEM_INSPECTED:
        data["authenticity"] = _authenticity(event.args["facts"])
    data["entry"] = {
        "block": event.block,
        "log_index": event.log_index,
        "transaction": "0x" + event.transaction.hex(),
        "statement": None if event.statement is None else "0x" + event.statement.hex(),
        "time": iso(event.time),
    }
    return data


def item_data(ledger: Ledger, item: Item) -> dict[str, Any]:
    """An item as every message names it."""
    return {
        "id": f"0x{item.item:064x}",
        "gtin": item.gtin,
        "serial": item.serial,
        "link": digital_link(ledger.public_url, Gtin(item.gtin), item.serial),
    }


def _authenticity(facts: bytes) -> str | None:
    try:
        return InspectionFacts.unpack(facts).authenticity.name.lower()
    except Invalid:
        return None
