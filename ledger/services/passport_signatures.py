"""The signatures of a passport, out of the transactions that carried its statements to the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.domain.errors import BadSignature
from ledger.domain.statements import Kind, fields, struct_hash, type_string
from ledger.proof.coherent import Reading
from ledger.proof.shapes import Said, kind_of, values_of
from ledger.services.proofs_port import Arithmetic, CarriedCall, Prover


def put_in_signatures(
    ledger: Arithmetic, made: dict[str, Any], reading: Reading, transactions: Sequence[bytes], prover: Prover
) -> None:
    """Put in the signatures that the transactions carried; null where the file could not prove them.

    `transactions` are the registration's, then each statement's; `reading` is of `made` without its statements.
    """
    calls = prover.calls(sorted(set(transactions)))
    batch = made["batch"]
    reading.identity()
    reading.listing()
    signer, digest = reading.registered()
    carried = _carried(ledger, calls[transactions[0]], Kind.REGISTER_BATCH)
    (batch["signature"],) = _checked(ledger, [(signer, digest)], carried.get(reading.registration_hash(), []))
    teller = reading.teller()
    for statement, transaction in zip(made["statements"], transactions[1:], strict=True):
        said = Said.model_validate(statement)
        signers = teller.signers(said)
        kind = kind_of(said)
        hash = struct_hash(kind, values_of(kind, said.values), ledger.keccak)
        statement["signatures"] = _checked(ledger, signers, _carried(ledger, calls[transaction], kind).get(hash, []))
        teller.tell(Said.model_validate(statement))


def _carried(ledger: Arithmetic, calls: Iterable[CarriedCall], kind: Kind) -> dict[bytes, list[Sequence[bytes]]]:
    """The signatures of each statement of a kind, by its struct hash: a bundle may have tried one twice."""
    found: dict[bytes, list[Sequence[bytes]]] = {}
    size = 32 * len(fields(kind))
    for call in calls:
        if call.kind == kind and len(call.data) >= size and kind is not Kind.CONTEST:
            # A handover's own fields stand behind its offer's.
            hash = ledger.keccak(ledger.keccak(type_string(kind).encode()) + call.data[-size:])
            found.setdefault(hash, []).append(call.signatures)
    return found


def _checked(
    ledger: Arithmetic, signers: list[tuple[str, bytes]], tried: Iterable[Sequence[bytes]]
) -> list[str | None]:
    best: list[str | None] = [None] * len(signers)
    for signatures in tried:
        if len(signatures) != len(signers):
            continue
        now = [
            "0x" + one.hex() if _signed(ledger, *needed, one) else None
            for needed, one in zip(signers, signatures, strict=True)
        ]
        if now.count(None) < best.count(None):
            best = now
    return best


def _signed(ledger: Arithmetic, signer: str, digest: bytes, signature: bytes) -> bool:
    try:
        return ledger.signing.signer_of(digest, signature) == signer
    except BadSignature:
        return False
