"""Take a signed statement: check all that the contract will check, then promise to bring it there.

The checks here only give a better sentence than a refusal from the chain would; what is accepted is
decided by the contract alone. Anyone may submit: what counts is who signed.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.custody import Flag
from ledger.domain.errors import BadSignature, Conflict, Forbidden, Invalid, Unknown
from ledger.domain.outbox import Queued
from ledger.domain.parties import COUNCIL, Directory
from ledger.domain.signers import Who
from ledger.domain.statements import (
    BATCH_MARKS,
    Kind,
    MarkKind,
    RecordKind,
    Statement,
    statement_hash,
    type_name,
)
from ledger.services.draft_statement import Draft, describe, expected_address, needed_signers
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, block_time, directory, listed

_DATE_SLACK = 600
_OF_BRAND = frozenset({Kind.RETIRE, Kind.REPLACE_CLAIM, Kind.AMEND_ITEM})
_PART = {
    Who.PARTY: "the organisation’s key",
    Who.OWNER: "the owner’s key",
    Who.OFFERING_OWNER: "the owner’s key on the offer",
    Who.NEW_OWNER: "the new owner’s key",
    Who.CLAIM_KEY: "the claim key made from the card’s code",
    Who.LINK_KEY: "the link’s key",
}


def submit_statement(
    ledger: Ledger,
    statement: Statement,
    signatures: Sequence[bytes],
    *,
    organisation: str | None = None,
    operator_signed: bool = False,
) -> Queued:
    """Queue a signed statement and return its row; the same statement again returns the first row.

    Raises BadSignature, Conflict, Forbidden, Invalid or Unknown with a sentence, keeping nothing.
    """
    with ledger.store.write() as tx:
        return queue(
            ledger, tx, statement, signatures, organisation=organisation, operator_signed=operator_signed
        )


def queue(
    ledger: Ledger,
    tx: Tx,
    statement: Statement,
    signatures: Sequence[bytes],
    *,
    organisation: str | None = None,
    operator_signed: bool = False,
) -> Queued:
    """The same inside a transaction that keeps more than the statement."""
    hash = statement_hash(statement, ledger.keccak)
    known = tx.outbox.by_hash(hash)
    if known is not None:
        return known
    subject = None if statement.item is None else listed(tx, statement.item)
    now = block_time(ledger, tx)
    parties = directory(tx)
    check_rules(tx, statement, subject, parties, now)
    draft = describe(ledger, tx, statement)
    signer = _check_signatures(ledger, tx, draft, signatures, subject, parties, now)
    queued = Queued(
        id=ledger.new_id("st"),
        statement=statement,
        hash=hash,
        signatures=tuple(signatures),
        created_at=ledger.now(),
        organisation=organisation,
        signer=signer,
        operator_signed=operator_signed,
    )
    tx.outbox.add(queued)
    return queued


def _check_signatures(
    ledger: Ledger,
    tx: Tx,
    draft: Draft,
    signatures: Sequence[bytes],
    subject: Listed | None,
    parties: Directory,
    now: int,
) -> str | None:
    """Every signature is by whom it must be; returns the first party signer, or the first signer."""
    statement = draft.statement
    parts = needed_signers(statement, claimed=subject is None or subject.claimed)
    if len(signatures) != len(parts):
        wanted = ", then ".join(_PART[part] for part in parts)
        raise BadSignature(
            f"{type_name(statement.kind)} takes {len(parts)} signature(s) and got {len(signatures)}: {wanted}."
        )
    digests = {needed.who: needed.digest for needed in draft.needed}
    found: list[str | None] = []
    for part, signature in zip(parts, signatures, strict=True):
        if len(signature) > 8_192:
            raise BadSignature("A signature is at most 8,192 bytes.")
        signer = ledger.signing.signer_of(digests[part], signature) or ledger.signing.claimed_wallet(signature)
        if part is Who.PARTY:
            _check_party_key(statement, signer, parties, now, found)
        else:
            expected = expected_address(tx, statement, part)
            if signer != expected:
                raise BadSignature(
                    f"This was not signed by {_PART[part]}. Expected {expected}, found {signer}. "
                    "A signature fits one message on one chain only: draft the statement again and sign that."
                )
        found.append(signer)
    return found[0] if found else None


def _check_party_key(
    statement: Statement, signer: str | None, parties: Directory, now: int, before: Sequence[str | None]
) -> None:
    party = statement.party
    if party is None or party not in parties.parties:
        raise Unknown(f"There is no party number {party} in the ledger.")
    if not parties.parties[party].interval.holds(now):
        raise Forbidden("This organisation has been ended in the ledger; its keys speak no more.")
    if signer is None or not parties.key_in_force(party, signer, now):
        raise BadSignature(
            f"The key {signer} is not in force for party {party}. Sign with one of its keys, on this chain and contract."
        )
    if signer in before:
        raise BadSignature("The council speaks with two different keys; both signatures are by the same one.")


def check_rules(tx: Tx, statement: Statement, subject: Listed | None, parties: Directory, now: int) -> None:
    """The contract's rules, as sentences. Raises Conflict, Forbidden, Invalid or Unknown."""
    values = statement.values
    nonce, party = statement.nonce, statement.party
    if nonce is not None and party is not None:
        if nonce >= 1 << 63:
            raise Invalid("The “nonce” is too large here; draft the statement again to get the next one.")
        if tx.chain.nonce_used(party, nonce):
            raise Conflict(f"Nonce {nonce} of this party was used before. Draft the statement again.")
    if statement.sequence is not None and subject is not None and statement.sequence != subject.sequence:
        raise Conflict(
            f"The item’s sequence is {subject.sequence} by now, not {statement.sequence}: its owner has made another "
            "statement since. Draft it again and sign that."
        )
    if subject is not None:
        _check_item_rules(tx, statement, subject, parties, now)
    if statement.kind is Kind.MARK and values["kind"] in BATCH_MARKS:
        _check_own(int(values["subject"]) >> 32, party, allow_council=False)
    if statement.kind is Kind.AMEND_BATCH:
        _check_own(int(values["batch"]) >> 32, party, allow_council=False)


def _check_item_rules(tx: Tx, statement: Statement, subject: Listed, parties: Directory, now: int) -> None:
    kind, values, party = statement.kind, statement.values, statement.party
    if kind in _OF_BRAND:
        _check_own(subject.batch.brand, party, allow_council=kind is Kind.REPLACE_CLAIM)
    if kind is Kind.MARK:
        _check_own(subject.batch.brand, party, allow_council=True)
        if values["kind"] == MarkKind.VOID and subject.claimed:
            raise Conflict("This item has an owner, so it cannot be withdrawn; it can be recalled.")
    if kind is Kind.RECORD:
        _check_record(statement, subject, parties, now)
    if kind is Kind.CLAIM:
        if subject.claimed:
            raise Conflict("This item already has an owner. If that surprises you, ask the brand before you pay.")
        _check_movable(subject, now)
        if tx.batches.on_sale_at(subject.item.item) is None:
            raise Conflict("The brand has not put this item on sale yet, so it cannot be claimed. Ask the brand.")
    if kind in (Kind.CANCEL, Kind.OWNER_REPORT, Kind.ACCEPT, Kind.COMPLETE_RECOVERY) and not subject.claimed:
        raise Conflict("This item has no owner yet, so nobody can speak for it as its owner.")
    if kind is Kind.ACCEPT and statement.offer is not None and subject.state is not None:
        if int(statement.offer["expiry"]) < now:
            raise Conflict("This offer has expired. Ask the owner for a new one.")
        if values["head"] != subject.state.head:
            raise Conflict(
                "Something was added to this item’s record since you looked. Look again, then sign for what you see."
            )
        _check_movable(subject, now)
    if kind is Kind.COMPLETE_RECOVERY and subject.state is not None:
        if Flag.RECOVERY_OPEN not in subject.state.flags or subject.state.recovery_due is None:
            raise Conflict("No recovery is open for this item.")
        if subject.state.recovery_due > now:
            raise Conflict("The present owner still has time to answer; the recovery cannot be completed yet.")


def _check_record(statement: Statement, subject: Listed, parties: Directory, now: int) -> None:
    values, party = statement.values, int(statement.values["party"])
    by, kind = int(values["accreditor"]), int(values["kind"])
    if kind not in set(RecordKind):
        raise Invalid("A record is an inspection (1), a service (2), a withdrawal (3) or a correction (4).")
    if by not in (subject.batch.brand, COUNCIL):
        raise Forbidden("Only the item’s own brand or the council accredits those who speak of it.")
    own_service = kind == RecordKind.SERVICE and party == subject.batch.brand
    if not own_service and not parties.accredited(by, party, now):
        raise Forbidden("This organisation is not accredited now by whom the statement names. Nothing was recorded.")
    if int(values["date"]) > now + _DATE_SLACK:
        raise Invalid("The date lies in the future. Give the day on which the item was seen.")


def _check_own(brand: int, party: int | None, *, allow_council: bool) -> None:
    if party != brand and not (allow_council and party == COUNCIL):
        raise Forbidden("This item is another brand’s. Only its own brand can say this of it.")


def _check_movable(subject: Listed, now: int) -> None:
    why = subject.state.why_stopped(now) if subject.state else ""
    if why:
        raise Conflict(f"This item cannot change hands now, because {why}.")
