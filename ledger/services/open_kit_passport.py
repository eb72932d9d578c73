"""A passport out of an exit kit, by somebody who knows an item's GTIN and serial and has a node of its chain.

The item's first statement opened it: the chain has had its leaf's parts since then, and the public manifest has the
tree. Fields and their salts are the brand's secret, so that the whole record stays withheld. Of an item that nobody
ever touched the claim address is not known either: nothing can be shown of it, and nothing is said against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Conflict, Invalid, TooLarge, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Tree, leaf, proof_in
from ledger.domain.said import said
from ledger.domain.statements import Keccak
from ledger.files.kit_lines import read_lines
from ledger.files.kit_reader import OpenKit
from ledger.proof.canonical import write_canonical
from ledger.proof.coherent import SignerOf
from ledger.proof.report import Contradicts
from ledger.proof.shapes import FORMAT, MOST_STATEMENTS
from ledger.proof.trust import TrustedLedger
from ledger.proof.verify import Tools
from ledger.services.export_kit_public import MANIFEST_INDEX
from ledger.services.make_passport import KINDS, put_in_state, reading_of, said_in
from ledger.services.open_kit import CheckedKit
from ledger.services.passport_signatures import put_in_signatures
from ledger.services.proofs_port import Arithmetic, Prover

EVENTS: Final = "chain/events.jsonl.gz"
MOST_LEAVES: Final = 20_000_000
_BATCH_SHIFT: Final = 32


def passport_from_kit(kit: OpenKit, found: CheckedKit, tools: Tools, prover: Prover, gtin: str, serial: str) -> bytes:
    """The item's passport as of the kit's block, canonical JSON, every field of its record withheld.

    Raises Invalid for a GTIN that is none or a kit that does not agree with itself, Unknown for an item that was never
    claimed, inspected or marked, Unavailable where the node does not answer or does not agree with the kit.
    """
    arithmetic = _Arithmetic(tools.keccak, _Signers(tools.signer_of))
    hashed = path_hash(path(check_gtin(gtin), serial), arithmetic.keccak)
    brands: dict[int, int] = {
        item_id(one.number, hashed, arithmetic.keccak): one.number for one in found.ledger.parties if one.brand
    }
    try:
        history = _history(kit, brands)
        made = _made(kit, found.ledger, arithmetic, history, brands[history.item], (gtin, serial))
        reading = reading_of(arithmetic, {**made, "statements": []})
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        # Whoever gave no trust list of their own may have been given anything.
        raise Invalid(f"The events or manifests of this kit are not what a kit holds: {wrong}") from wrong
    transactions = [history.registered.transaction, *(one.transaction for one in history.told)]
    put_in_signatures(arithmetic, made, reading, transactions, prover)
    made["head"] = _head(arithmetic, made)
    block = prover.header(int(found.about["block"]["number"]))
    put_in_state(arithmetic, made, found.ledger, prover, block)
    return write_canonical(made)


@dataclass(frozen=True, slots=True)
class _Signers:
    _signer_of: SignerOf

    def signer_of(self, digest: bytes, signature: bytes) -> str | None:
        return self._signer_of(digest, signature)


@dataclass(frozen=True, slots=True)
class _Arithmetic:
    keccak: Keccak
    signing: _Signers


@dataclass(frozen=True, slots=True)
class _History:
    item: int
    opened: ChainEvent
    registered: ChainEvent
    told: list[ChainEvent]


def _history(kit: OpenKit, items: dict[int, int]) -> _History:
    opened: ChainEvent | None = None
    told: list[ChainEvent] = []
    registered: dict[int, ChainEvent] = {}
    for event in _events(kit):
        if event.name == "BatchRegistered":
            registered[event.args["batch"]] = event
        elif event.args.get("item") in items:
            if event.name == "ItemOpened" and opened is None:
                opened = event
            elif event.name in KINDS and opened is not None and event.args["item"] == opened.args["item"]:
                told.append(event)
        if len(told) > MOST_STATEMENTS:
            raise Conflict(said("This item’s history is longer than a passport can carry."))
    if opened is None:
        raise Unknown(
            said(
                "Nobody had claimed, inspected or marked such an item when this kit was made. That does not say that "
                "there is none: of untouched items this kit holds no serials."
            )
        )
    return _History(opened.args["item"], opened, registered[opened.args["batch"]], told)


def _made(
    kit: OpenKit,
    ledger: TrustedLedger,
    arithmetic: Arithmetic,
    history: _History,
    brand: int,
    named: tuple[str, str],
) -> dict[str, Any]:
    args, batch = history.opened.args, history.registered
    claim = args["claimAddress"]
    own = leaf(args["pathHash"], args["recordHash"], bytes.fromhex(claim[2:]), arithmetic.keccak)
    tree = Tree(_leaves(kit, batch), arithmetic.keccak)
    proof = proof_in(tree.node, len(tree), own)
    record = "0x" + args["recordHash"].hex()
    return {
        "format": FORMAT,
        "ledger": {"chainId": ledger.chainId, "contract": ledger.contract},
        "item": {"brand": brand, "gtin": check_gtin(named[0]), "id": f"0x{history.item:064x}", "serial": named[1]},
        # A record's tree may be withheld from its root down: one leaf stands for all of it.
        "record": {"hash": record, "fields": [{"withheld": record}]},
        "batch": {
            "running": batch.args["batch"] & ((1 << _BATCH_SHIFT) - 1),
            "root": "0x" + batch.args["root"].hex(),
            "count": batch.args["count"],
            "manifestHash": "0x" + batch.args["manifestHash"].hex(),
            "signer": batch.args["signer"],
            "time": batch.time,
            "signature": None,
        },
        "listing": {"claimAddress": claim, "proof": ["0x" + one.hex() for one in proof]},
        "statements": [said_in(event) for event in history.told],
        "head": "0x" + bytes(32).hex(),
        "state": None,
    }


def _head(arithmetic: Arithmetic, made: dict[str, Any]) -> str:
    """The head that the statements make; whether it is the contract's is what the state then has to show."""
    reading = reading_of(arithmetic, made)
    try:
        for step in (reading.identity, reading.record, reading.listing, reading.registration):
            step()
        teller = reading.teller()
        for one in reading.passport.statements:
            teller.tell(one)
    except Contradicts as wrong:
        raise Invalid(f"This kit does not agree with itself about this item: {wrong.why}") from wrong
    return "0x" + teller.state.head.hex()


def _leaves(kit: OpenKit, batch: ChainEvent) -> list[bytes]:
    """The batch's leaves out of its public manifest. Raises Invalid where the kit has none for it."""
    with kit.open(MANIFEST_INDEX) as file:
        named = next((one for one in read_lines(file, MANIFEST_INDEX) if one.get("batch") == batch.args["batch"]), None)
    if named is None or batch.args["count"] > MOST_LEAVES:
        raise Invalid(f"This kit has no manifest of batch {batch.args['batch']}.")
    name = f"manifests/{named['public']}.gz"
    with kit.open(name) as file:
        rows = read_lines(file, name)
        next(rows)
        leaves = []
        for row in rows:
            leaves.append(bytes.fromhex(row["leaf"]))
            if len(leaves) > batch.args["count"]:
                raise TooLarge(f"{name} lists more items than were registered.")
    return leaves


def _events(kit: OpenKit) -> Iterator[ChainEvent]:
    with kit.open(EVENTS) as file:
        for row in read_lines(file, EVENTS):
            args = {name: _value(value) for name, value in row["fields"].items()}
            transaction = bytes.fromhex(row["transaction"][2:])
            yield ChainEvent(row["block"], row["time"], row["logIndex"], transaction, row["name"], args)


def _value(value: Any) -> Any:
    """What `event_row` wrote: 0x text of 20 bytes is an address, other 0x text bytes, digits a number."""
    if isinstance(value, str):
        if value.startswith("0x"):
            return value if len(value) == 42 else bytes.fromhex(value[2:])
        return int(value) if value.isdigit() else value
    return value
