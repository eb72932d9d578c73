"""The chain's part of a kit: headers, events, signed transactions, the contract, and a local chain's own save."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Unavailable
from ledger.domain.said import said
from ledger.services.exits_port import Archive
from ledger.services.export_kit_parts import Kit, Sources
from ledger.services.ports import Ledger

STATE: Final = "chain/save/state.json"
"""What Anvil loads (`anvil --load-state`)."""
DESCRIPTION: Final = "chain/save/description.json"
DEPLOYMENT: Final = "chain/deployment.json"
_PAGE: Final = 500
_BATCH: Final = 100


def add_chain(kit: Kit, ledger: Ledger, archive: Archive, sources: Sources, upto: int) -> dict[str, int]:
    """Add everything up to the final height; what was counted.

    Raises Unavailable where the node does not give what our copy says that there is.
    """
    with ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
    kit.add_json(
        DEPLOYMENT,
        {
            "chainId": deployed["chain_id"],
            "contract": deployed["contract"].lower(),
            "verifier": deployed["verifier"].lower(),
            "codeHash": "0x" + deployed["code_hash"],
            "block": deployed["block"],
            "local": bool(deployed["local"]),
        },
    )
    for name, path in sources.contracts:
        kit.add_file(name, path)
    extra = {deployed["block"], upto} | ({sources.save.block} if sources.save else set())
    counts = {
        "headers": kit.add_lines("chain/headers.jsonl.gz", _headers(ledger, archive, upto, extra)),
        "events": kit.add_lines("chain/events.jsonl.gz", map(event_row, _events(ledger, upto))),
        "transactions": kit.add_lines("chain/transactions.jsonl.gz", _transactions(ledger, archive, upto)),
    }
    if sources.save is not None:
        kit.add(STATE, sources.save.state())
        kit.add_bytes(DESCRIPTION, sources.save.description)
    return counts


def event_row(event: ChainEvent) -> dict[str, Any]:
    """An event as a kit tells it: its place, its transaction, and every field."""
    return {
        "block": event.block,
        "time": event.time,
        "logIndex": event.log_index,
        "transaction": "0x" + event.transaction.hex(),
        "name": event.name,
        "fields": {name: _plain(value) for name, value in event.args.items()},
    }


def _plain(value: Any) -> Any:
    """Numbers above 2^53 as decimal text, which every reader of JSON reads the same; bytes as 0x text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 53:
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _events(ledger: Ledger, upto: int) -> Iterator[ChainEvent]:
    after = (-1, -1)
    while True:
        with ledger.store.read() as tx:
            page = tx.exits.events(after, upto, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].block, page[-1].log_index


def _headers(ledger: Ledger, archive: Archive, upto: int, extra: Iterable[int]) -> Iterator[dict[str, Any]]:
    before = -1
    told = (event.block for event in _events(ledger, upto))
    for number in heapq.merge(told, _proven(ledger), sorted(extra)):
        if number == before:
            continue
        before, header = number, archive.header(number)
        with ledger.store.read() as tx:
            ours = tx.chain.block(number)
        if ours is not None and ours.hash != header.hash:
            raise _other_chain(number)
        yield {"number": number, "hash": "0x" + header.hash.hex(), "header": "0x" + header.raw.hex()}


def _proven(ledger: Ledger) -> Iterator[int]:
    after = -1
    while True:
        with ledger.store.read() as tx:
            page = tx.proven_blocks.page(after, _PAGE)
        yield from (number for number, _ in page)
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _transactions(ledger: Ledger, archive: Archive, upto: int) -> Iterator[dict[str, Any]]:
    named = _named(ledger, upto)
    while batch := dict(islice(named, _BATCH)):
        found = archive.transactions(list(batch))
        missing = [hash for hash in batch if hash not in found]
        if missing:
            with ledger.store.read() as tx:
                found |= tx.exits.sent(missing)
        for hash, block in batch.items():
            raw = found.get(hash, b"")
            if ledger.keccak(raw) != hash:
                raise Unavailable(
                    said(
                        "The node does not give transaction %(id)s whole. Ask one that keeps old transactions.",
                        id="0x" + hash.hex(),
                    )
                )
            yield {"block": block, "hash": "0x" + hash.hex(), "raw": "0x" + raw.hex()}


def _named(ledger: Ledger, upto: int) -> Iterator[tuple[bytes, int]]:
    """Each transaction once: the events of one stand next to each other."""
    before = b""
    for event in _events(ledger, upto):
        if event.transaction != before:
            before = event.transaction
            yield event.transaction, event.block


def _other_chain(number: int) -> Unavailable:
    return Unavailable(
        said(
            "The node has another block %(number)s than this ledger’s copy. Nothing was exported. Run "
            "`touchmark audit`.",
            number=number,
        )
    )
