"""Audit: what was promised and what was sent. Statements are what was signed, transactions what carried them.

1. A statement's row is its fields: hash, item, batch, party, nonce; its first signature is its signer's.
2. What is called settled is final or was refused.
3. A transaction's row is its signed bytes: hash, sender, nonce, price; it carries the statements that it is said to,
   in their places, and no other.
4. The nonces of each of our senders are dense.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import rlp

from ledger.domain.errors import LedgerError
from ledger.domain.outbox import Queued, State
from ledger.domain.signers import only_the_chain_can_tell
from ledger.domain.statements import Domain, Kind, Statement, call_data, make, statement_hash, struct_hash, to_json
from ledger.services.audit_findings import Findings, pages
from ledger.services.audits_port import Row, sorted_json
from ledger.services.checking import Checked, attention, many, ok
from ledger.services.draft_statement import needed_signers
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import last_refusal, progress_of
from ledger.services.restored import RESTORED

_MEND: Final = "Put the database back from a backup; the worker then finds what the chain has, and sends the rest."
_UNREADABLE: Final = (LedgerError, LookupError, ValueError, TypeError, ArithmeticError)
_PAGE: Final = 400


def nonces_are_dense(ledger: Ledger) -> Checked:
    """No sender of ours has left a nonce out, which nothing could pass.

    After a restore there is a gap that is none: of what the old house sent after its backup, only the chain knows.
    """
    name = "our senders’ nonces are dense"
    gaps = []
    with ledger.store.read() as tx:
        used, restored = tx.audits.nonces(), tx.meta.get(RESTORED, {})
        for sender, (low, high, count) in used.items():
            known = set(restored.get(sender, ()))
            if count != high - low + 1 and not known.issuperset(tx.audits.nonce_gaps(sender, len(known) + 1)):
                gaps.append(f"{sender} has {count} nonces from {low} to {high}.")
    if gaps:
        return attention(name, "; ".join(gaps), "The worker cannot pass a gap: see what was sent by another program.")
    return ok(name, f"{many(sum(n for _, _, n in used.values()), 'transaction')} of {many(len(used), 'sender')}.")


def statements_are_what_was_signed(ledger: Ledger) -> Checked:
    """Every statement of the outbox, its signatures, and whether what is settled is over."""
    found = Findings("statements are what was signed", _MEND)
    looked = 0
    for page in pages(ledger, "statements", ("id",), _PAGE):
        looked += len(page)
        whole = []
        with ledger.store.read() as tx:
            domain = ledger.domain(tx)
            for row in page:
                try:
                    differing = list(_differing(ledger, tx, domain, row))
                except _UNREADABLE as problem:
                    found.note(f"statement {row['id']} cannot be read ({problem})")
                    continue
                if differing:
                    found.note(f"statement {row['id']} is different in {', '.join(differing)}")
                elif row["settled"]:
                    whole.append(row["id"])
            settled = [one for id in whole if (one := tx.outbox.get(id)) is not None]
            found.note_all(f"statement {id} is called settled and is not over" for id in _open(ledger, tx, settled))
    return found.line(f"{many(looked, 'statement')}, with their signatures.")


def _differing(ledger: Ledger, tx: Tx, domain: Domain, row: Row) -> Iterator[str]:
    offer = json.loads(row["offer"])
    statement = make(Kind(row["kind"]), json.loads(row["values"]), offer)
    wanted: dict[str, Any] = {
        "hash": statement_hash(statement, ledger.keccak),
        "values": sorted_json(to_json(statement.values)),
        "offer": sorted_json(None if statement.offer is None else to_json(statement.offer)),
        "item": None if statement.item is None else statement.item.to_bytes(32, "big"),
        "batch": statement.batch,
        "party": statement.party,
        "nonce": statement.nonce,
    }
    yield from (column for column, value in wanted.items() if row[column] != value)
    if statement.offer is not None and (
        struct_hash(Kind.OFFER, statement.offer, ledger.keccak) != statement.values["offer"]
    ):
        yield "offer"
    signatures = [bytes.fromhex(text[2:]) for text in json.loads(row["signatures"])]
    signers = _signers(ledger, domain, statement, signatures)
    if len(signers) != len(signatures) or None in signers:
        yield "signatures"
    alone = bool(signatures) and not any(map(only_the_chain_can_tell, signatures))
    if row["signer"] != (signers[0] if alone and signers else None):
        yield "signer"
    yield from _kept_key(tx, row, statement)


def _signers(ledger: Ledger, domain: Domain, statement: Statement, signatures: Sequence[bytes]) -> list[str | None]:
    """Who signed each part; None where it is not who it has to be, as far as the statement itself tells."""
    parts = needed_signers(statement, claimed=statement.kind is not Kind.RETIRE or len(signatures) == 2)
    named: Mapping[str, Any] = {
        "new_owner": statement.values.get("newOwner"),
        "link_key": None if statement.offer is None else statement.offer["recipient"],
    }
    found: list[str | None] = []
    for part, signature in zip(parts, signatures, strict=False):
        offered = part.value == "offering_owner" and statement.offer is not None
        kind, values = (Kind.OFFER, statement.offer or {}) if offered else (statement.kind, statement.values)
        digest = domain.digest(struct_hash(kind, values, ledger.keccak), ledger.keccak)
        try:
            signer = ledger.signing.signer_of(digest, signature) or ledger.signing.claimed_wallet(signature)
        except LedgerError:
            signer = None
        found.append(None if part.value in named and signer != named[part.value] else signer)
    return found if len(parts) == len(signatures) else []


def _kept_key(tx: Tx, row: Row, statement: Statement) -> Iterator[str]:
    """Who handed it in, as far as its signature shows that."""
    organisation = None if row["organisation"] is None else tx.organisations.get(row["organisation"])
    if row["organisation"] is not None and (organisation is None or organisation.id != row["organisation"]):
        yield "organisation"
    elif row["operator_signed"]:
        if organisation is None or statement.party is None:
            yield "operator_signed"
        elif organisation.party != statement.party:
            yield "organisation"
    elif organisation is not None and organisation.keeps_key and row["signer"] == organisation.address:
        yield "operator_signed"


def _open(ledger: Ledger, tx: Tx, settled: Sequence[Queued]) -> list[str]:
    where = progress_of(ledger, tx, settled)
    open_ = [one for one in settled if where[one.id].state is not State.FINAL]
    carriers = tx.outbox.carriers_of([one.id for one in open_])
    return [one.id for one in open_ if last_refusal(ledger, tx, carriers.get(one.id, [])) is None]


def transactions_carried_them(ledger: Ledger) -> Checked:
    """Every transaction that we signed, by its bytes."""
    found = Findings("transactions are what we signed", _MEND)
    looked = 0
    for page in pages(ledger, "operator_acts", ("id",), _PAGE):
        with ledger.store.read() as tx:
            found.note_all(
                f"the act {row['id']} is called settled, and no transaction carried it"
                for row in page
                if row["settled"] and not tx.outbox.transactions_of_act(row["id"])
            )
    for page in pages(ledger, "transactions", ("hash",), _PAGE):
        looked += len(page)
        with ledger.store.read() as tx:
            for row in page:
                name = f"transaction 0x{row['hash'].hex()}"
                try:
                    found.note_all(f"{name} is different in {what}" for what in _sent(ledger, tx, row))
                except (*_UNREADABLE, rlp.exceptions.RLPException) as problem:
                    found.note(f"{name} cannot be read ({problem})")
    return found.line(f"{many(looked, 'transaction')}, with what they carried.")


def _sent(ledger: Ledger, tx: Tx, row: Row) -> Iterator[str]:
    raw: bytes = row["raw"]
    # EIP-1559: 0x02 ‖ rlp([chain, nonce, tip, price, gas, to, value, data, access list, parity, r, s]).
    *unsigned, parity, r, s = rlp.decode(raw[1:])
    digest = ledger.keccak(raw[:1] + rlp.encode(unsigned))
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([27 + int.from_bytes(parity, "big")])
    whole = {name: int.from_bytes(unsigned[place], "big") for name, place in (("nonce", 1), ("fee", 3))}
    wanted: dict[str, Any] = whole | {
        "hash": ledger.keccak(raw),
        "sender": ledger.signing.signer_of(digest, signature),
    }
    if raw[:1] != b"\x02" or len(unsigned) != 9:
        yield "raw"
    yield from (column for column, value in wanted.items() if row[column] != value)
    data: bytes = unsigned[7]
    carried = tx.outbox.carried_by(row["hash"])
    if row["operator_act"] is not None:
        if carried or not tx.audits.is_act(row["operator_act"]):
            yield "operator_act"
        return
    calls = list(_calls(data))
    count = len(calls)
    if len(carried) != count:
        yield f"how many statements it carries ({len(carried)} of {count})"
    rows = tx.audits.page("transaction_statements", [row["hash"], -1], count)
    if [one["position"] for one in rows if one["transaction"] == row["hash"]] != list(range(count)):
        yield "the places of the statements that it carries"
    for position, (id, call) in enumerate(zip(carried, calls, strict=False)):
        queued = tx.outbox.get(id)
        if queued is None or (int(queued.statement.kind), call_data(queued.statement)) != call:
            yield f"statement {position} that it carries ({id})"


def _calls(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and data of each call in `bundle((uint8,bytes,bytes,bytes[])[])` (ABI specification, dynamic types)."""
    body = data[4:]

    def word(at: int) -> int:
        return int.from_bytes(body[at : at + 32], "big")

    first = word(0) + 32
    for place in range(min(word(word(0)), len(body) // 32)):
        call = first + word(first + 32 * place)
        own = call + word(call + 32)
        yield word(call), body[own + 32 : own + 32 + word(own)]
