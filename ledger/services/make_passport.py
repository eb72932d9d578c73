"""The passport of an item: its proof file, made as of the last final block, provable to the end without us.

Nothing in it is our word: fields with their salts, the way to the batch's root, every statement with its
signatures, and the contract's slots with their proofs, which `ledger.proof` checks before it leaves the house.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from ledger.domain.batches import Amendment
from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Conflict, Forbidden, Unavailable, Unknown
from ledger.domain.identity import item_id
from ledger.domain.organisations import Caller, Scope
from ledger.domain.records import field_leaf, field_salt, jcs
from ledger.domain.said import said
from ledger.domain.statements import Kind, fields, type_name
from ledger.proof.anchored import Anchor
from ledger.proof.canonical import write_canonical
from ledger.proof.coherent import Reading
from ledger.proof.report import Contradicts
from ledger.proof.shapes import FORMAT, MOST_STATEMENTS, Passport, form_of
from ledger.proof.trust import TrustedLedger
from ledger.services.amend_item import amendment_secret
from ledger.services.open_item import proof_of, registration_event
from ledger.services.passport_signatures import put_in_signatures
from ledger.services.ports import Ledger, Tx
from ledger.services.proofs_port import Arithmetic, Prover, RawHeader
from ledger.services.publish_trust import trusted_ledger
from ledger.services.read_batch import batch_secret
from ledger.services.views_of_chain import Listed, final_height, find_listed, path_hash_of

_PAGE: Final = 500
KINDS: Final[Mapping[str, Kind]] = {
    "Claimed": Kind.CLAIM,
    "HandedOver": Kind.ACCEPT,
    "Cancelled": Kind.CANCEL,
    "Recorded": Kind.RECORD,
    "OwnerReported": Kind.OWNER_REPORT,
    "Marked": Kind.MARK,
    "Retired": Kind.RETIRE,
    "ClaimReplaced": Kind.REPLACE_CLAIM,
    "RecoveryOpened": Kind.REPLACE_CLAIM,
    "RecoveryCompleted": Kind.COMPLETE_RECOVERY,
    "ItemAmended": Kind.AMEND_ITEM,
    "Contested": Kind.CONTEST,
}
_OTHER_NAMES: Final = {"subject": "item", "batch": "earlierBatch", "leaf": "earlierLeaf"}
"""Fields that an event tells under another name than its statement has."""
_UNSIGNED_BY_PARTY: Final = frozenset(
    {Kind.CLAIM, Kind.ACCEPT, Kind.CANCEL, Kind.OWNER_REPORT, Kind.COMPLETE_RECOVERY, Kind.CONTEST}
)


def make_passport(
    ledger: Ledger, gtin: str, serial: str, show: Collection[str] | None = None, caller: Caller | None = None
) -> bytes:
    """The passport of an item, canonical JSON.

    `show` names the fields that are shown (None: what the brand shows to everyone), all others are withheld;
    only the item's brand may show what is private. Raises Unknown for an item that is not listed here, or only
    prepared by another brand; Conflict while its batch is not final on the record, Forbidden for a private field that
    the caller may not show, Unavailable where the node does not answer.
    """
    with ledger.store.read() as tx:
        maker = _Maker(ledger, tx, find_listed(tx, gtin, serial), show, caller)
        made, transactions, trusted = maker.made(), maker.transactions, trusted_ledger(ledger, tx)
        final, noted = maker.final, (tx.proven_blocks.newest() or (None,))[0]
    with ledger.prover() as prover:
        reading = reading_of(ledger, {**made, "statements": []})
        put_in_signatures(ledger, made, reading, transactions, prover)
        block = prover.header(final)
        put_in_state(ledger, made, trusted, prover, block)
    if noted != block.number:
        with ledger.store.write() as tx:
            tx.proven_blocks.note(block.number, block.hash, ledger.now())
    return write_canonical(made)


class _Maker:
    """Gathers everything but signatures and state, in one snapshot."""

    def __init__(
        self, ledger: Ledger, tx: Tx, subject: Listed, show: Collection[str] | None, caller: Caller | None
    ) -> None:
        self.ledger, self.tx, self.subject = ledger, tx, subject
        self._show = None if show is None else frozenset(show)
        self._caller = caller
        self.final = final_height(tx)
        self.transactions: list[bytes] = []

    def made(self) -> dict[str, Any]:
        """The whole file but for signatures and state."""
        ledger, tx, subject = self.ledger, self.tx, self.subject
        registered = registration_event(tx, subject.batch.number)
        if registered is None or registered.block > self.final:
            # Until its registration is signed an item is nobody's business but its brand's.
            if subject.batch.statement is None and not self._own:
                raise Unknown(
                    said("There is no item of that GTIN and serial in this ledger. Check the last characters.")
                )
            raise Conflict(said("This item is not on the record for good yet. Wait until its batch is registered."))
        if subject.state is not None and subject.state.batch != subject.batch.number:
            raise Conflict(
                said("This item was first used under another registration than the one whose proofs are kept here.")
            )
        item, batch, domain = subject.item, subject.batch, ledger.domain(tx)
        hashed = path_hash_of(ledger, item)
        events = self._events()
        self.transactions = [registered.transaction, *(one.transaction for one in events)]
        secret = batch_secret(ledger, batch)
        kept = {one.record_hash: one for one in tx.batches.amendments(item.item)}
        state = tx.chain.state(item.item, self.final)
        return {
            "format": FORMAT,
            "ledger": {"chainId": domain.chain_id, "contract": domain.contract.lower()},
            "item": {
                "brand": batch.brand,
                "gtin": item.gtin,
                "id": _hex(item_id(batch.brand, hashed, ledger.keccak)),
                "serial": item.serial,
            },
            "record": self._record(item.record_hash, item.fields, batch.private_fields, secret),
            "batch": {
                "running": registered.args["batch"] & 0xFFFFFFFF,
                "root": _hex(registered.args["root"]),
                "count": registered.args["count"],
                "manifestHash": _hex(registered.args["manifestHash"]),
                "signer": registered.args["signer"],
                "time": registered.time,
                "signature": None,
            },
            "listing": {
                "claimAddress": item.claim_address.lower(),
                "proof": [_hex(one) for one in proof_of(ledger, subject)],
            },
            "statements": [self._said(event, kept, secret) for event in events],
            "head": None if state is None else _hex(state.head),
            "state": None,
        }

    def _events(self) -> list[ChainEvent]:
        found: list[ChainEvent] = []
        after = (-1, -1)
        while page := self.tx.chain.history(self.subject.item.item, None, after, _PAGE):
            found += [one for one in page if one.name in KINDS and one.block <= self.final]
            after = page[-1].block, page[-1].log_index
            if len(found) > MOST_STATEMENTS:
                raise Conflict(said("This item’s history is longer than a passport can carry."))
        return found

    def _said(self, event: ChainEvent, kept: Mapping[bytes, Amendment], secret: bytes) -> dict[str, Any]:
        made = said_in(event)
        one = kept.get(event.args.get("recordHash", b"")) if event.name == "ItemAmended" else None
        if one is not None:
            own = amendment_secret(secret, one.item, one.place)
            made["record"] = self._record(one.record_hash, one.fields, one.private_fields, own)
        return made

    def _record(
        self, hash: bytes, values: Mapping[str, Any], private: Collection[str], secret: bytes
    ) -> dict[str, Any]:
        shown = self._shown(values, private)
        item, made = self.subject.item.item, []
        for name in sorted(values, key=str.encode):
            salt = field_salt(secret, item, name)
            if name in shown:
                made.append({"name": name, "value": values[name], "salt": _hex(salt)})
            else:
                made.append({"withheld": _hex(field_leaf(salt, name, jcs(values[name])))})
        return {"hash": _hex(hash), "fields": made}

    def _shown(self, values: Mapping[str, Any], private: Collection[str]) -> set[str]:
        public = {name for name in values if name not in private}
        if self._show is None:
            return public
        wanted = self._show & values.keys()
        if not wanted <= public:
            if self._caller is None or not self._own:
                raise Forbidden(said("Only the item’s brand can show what it keeps private."))
            self._caller.need(Scope.READ)
        return set(wanted)

    @property
    def _own(self) -> bool:
        return self._caller is not None and self._caller.organisation.id == self.subject.batch.organisation


def said_in(event: ChainEvent) -> dict[str, Any]:
    """The statement that an event of `KINDS` tells of, as a passport holds it, without its signatures."""
    kind = KINDS[event.name]
    made: dict[str, Any] = {
        "kind": type_name(kind),
        "values": _values(kind, event),
        "time": event.time,
        "signatures": [],
    }
    if kind is Kind.ACCEPT:
        made["offer"] = _values(Kind.OFFER, event)
    if kind not in _UNSIGNED_BY_PARTY:
        made["signer"] = event.args["signer"]
    return made


def _values(kind: Kind, event: ChainEvent) -> dict[str, Any]:
    args = event.args
    names = {name: name if name in args else _OTHER_NAMES[name] for name, _ in fields(kind)}
    return {name: form_of(solidity, args[names[name]]) for name, solidity in fields(kind)}


def put_in_state(
    ledger: Arithmetic, made: dict[str, Any], trusted: TrustedLedger, prover: Prover, block: RawHeader
) -> None:
    """Put in the block and the nodes of exactly those slots that a check of the file asks for."""
    reading = reading_of(ledger, made)
    state = _NodeState(prover, block)
    anchor = Anchor(reading, trusted, state)
    try:
        for step in (reading.identity, reading.record, reading.listing, reading.registration, reading.statements):
            step()
        state.fetch(anchor.foreseen())
        for step in (anchor.item, anchor.batch, anchor.prefix, anchor.signers):
            step()
    except Contradicts as wrong:
        raise Unavailable(
            said(
                "This ledger’s copy and the chain do not agree about this item (%(why)s). Tell the operator to run "
                "`touchmark audit`.",
                why=wrong.why,
            )
        ) from wrong
    made["state"] = {
        "block": {"number": block.number, "hash": _hex(block.hash), "header": _hex(block.raw)},
        "nodes": [_hex(one) for one in prover.slots(sorted(state.read), block).nodes],
    }


class _NodeState:
    """The contract's slots as the node tells them, with a note of which were asked for."""

    def __init__(self, prover: Prover, block: RawHeader) -> None:
        self._prover, self._block = prover, block
        self._known: dict[int, int] = {}
        self.read: set[int] = set()

    def fetch(self, numbers: Iterable[int]) -> None:
        self._known.update(self._prover.slots(sorted(set(numbers)), self._block).values)

    def slot(self, number: int) -> int:
        self.read.add(number)
        if number not in self._known:
            self.fetch([number])
        return self._known[number]


def reading_of(ledger: Arithmetic, made: dict[str, Any]) -> Reading:
    """The first level's reader of a passport in the making."""
    return Reading(Passport.model_validate(made), ledger.keccak, ledger.signing.signer_of)


def _hex(value: bytes | int) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else f"0x{value:064x}"
