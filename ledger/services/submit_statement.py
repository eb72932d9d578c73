"""Take a signed statement: check all that the contract will check, then promise to bring it there.

The checks here only give a better sentence than a refusal from the chain would; what is accepted is
decided by the contract alone. Anyone may submit: what counts is who signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.domain.errors import BadSignature, Forbidden, Unknown
from ledger.domain.outbox import Queued, State
from ledger.domain.parties import Directory
from ledger.domain.said import said
from ledger.domain.signers import Who, only_the_chain_can_tell
from ledger.domain.statements import Kind, Statement, statement_hash, struct_hash, type_name
from ledger.services.contract_rules import check_rules
from ledger.services.draft_statement import expected_address, needed_signers
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.views_of_chain import Listed, block_time, directory, listed

_PART = {
    Who.PARTY: "the organisation’s key",
    Who.OWNER: "the owner’s key",
    Who.OFFERING_OWNER: "the owner’s key on the offer",
    Who.NEW_OWNER: "the new owner’s key",
    Who.CLAIM_KEY: "the claim key made from the card’s code",
    Who.LINK_KEY: "the link’s key",
}


Also = Callable[[Tx, Queued], None]
"""What is kept in the statement's own transaction."""


def submit_statement(
    ledger: Ledger,
    statement: Statement,
    signatures: Sequence[bytes],
    *,
    organisation: str | None = None,
    operator_signed: bool = False,
    also: Also | None = None,
) -> Queued:
    """Queue a signed statement and return its row; the same statement again returns the first row.

    What `also` keeps stands or falls with the statement. Raises BadSignature, Conflict, Forbidden, Invalid or
    Unknown with a sentence, keeping nothing.
    """
    with ledger.store.write() as tx:
        queued = queue(ledger, tx, statement, signatures, organisation=organisation, operator_signed=operator_signed)
        if also is not None:
            also(tx, queued)
        return queued


def queue(
    ledger: Ledger,
    tx: Tx,
    statement: Statement,
    signatures: Sequence[bytes],
    *,
    organisation: str | None = None,
    operator_signed: bool = False,
    hash: bytes | None = None,
) -> Queued:
    """The same inside a transaction that keeps more than the statement; `hash` is its struct hash, where known."""
    hash = statement_hash(statement, ledger.keccak) if hash is None else hash
    known = tx.outbox.by_hash(hash)
    if known is not None and not _better_signed(ledger, tx, known, signatures):
        return known
    signer = check_statement(ledger, tx, statement, signatures, hash)
    if known is not None:
        tried = {transaction.nonce for transaction, _ in tx.outbox.carriers_of([known.id]).get(known.id, ())}
        tx.outbox.sign_anew(known.id, signatures, signer, len(tried))
        return tx.outbox.get(known.id) or known
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


def check_statement(
    ledger: Ledger, tx: Tx, statement: Statement, signatures: Sequence[bytes], hash: bytes | None = None
) -> str | None:
    """Check all that the contract will check; the first signer, None where only the chain can tell.

    Raises BadSignature, Conflict, Forbidden, Invalid or Unknown with a sentence.
    """
    subject = None if statement.item is None else listed(tx, statement.item)
    now = block_time(ledger, tx)
    parties = directory(tx)
    check_rules(ledger, tx, statement, subject, parties, now)
    hash = statement_hash(statement, ledger.keccak) if hash is None else hash
    return _check_signatures(ledger, tx, statement, hash, signatures, subject, parties, now)


def _better_signed(ledger: Ledger, tx: Tx, known: Queued, signatures: Sequence[bytes]) -> bool:
    """Whether other signatures should take the place of those kept, which only the chain can judge.

    Anybody can name a contract wallet and add nonsense: that must not keep the true signer's out.
    """
    open_before = sum(map(only_the_chain_can_tell, known.signatures))
    if not open_before or tuple(signatures) == known.signatures:
        return False
    at = progress_of(ledger, tx, [known])[known.id]
    if at.state not in (State.QUEUED, State.REFUSED):
        return False
    return sum(map(only_the_chain_can_tell, signatures)) < open_before or at.reason is not None


def _check_signatures(
    ledger: Ledger,
    tx: Tx,
    statement: Statement,
    hash: bytes,
    signatures: Sequence[bytes],
    subject: Listed | None,
    parties: Directory,
    now: int,
) -> str | None:
    """Every signature is by whom it must be; returns the first signer, None where only the chain can tell."""
    parts = needed_signers(statement, claimed=subject is None or subject.claimed)
    if len(signatures) != len(parts):
        wanted = ", then ".join(_PART[part] for part in parts)
        raise BadSignature(
            said(
                "%(type_name)s takes %(count)s signature(s) and got %(count2)s: %(wanted)s.",
                type_name=type_name(statement.kind),
                count=len(parts),
                count2=len(signatures),
                wanted=wanted,
            )
        )
    domain = ledger.domain(tx)
    found: list[str | None] = []
    for part, signature in zip(parts, signatures, strict=True):
        if len(signature) > 8_192:
            raise BadSignature(said("A signature is at most 8,192 bytes."))
        offered = part is Who.OFFERING_OWNER and statement.offer is not None
        signed = struct_hash(Kind.OFFER, statement.offer or {}, ledger.keccak) if offered else hash
        digest = domain.digest(signed, ledger.keccak)
        signer = ledger.signing.signer_of(digest, signature) or ledger.signing.claimed_wallet(signature)
        if part is Who.PARTY:
            _check_party_key(statement, signer, parties, now, found)
        else:
            expected = expected_address(tx, statement, part)
            if signer != expected:
                raise BadSignature(
                    said(
                        "This was not signed by %(part)s. Expected %(expected)s, found %(signer)s. A signature "
                        "fits one message on one chain only: draft the statement again and sign that.",
                        part=_PART[part],
                        expected=expected,
                        signer=signer,
                    )
                )
        found.append(signer)
    return None if not found or any(map(only_the_chain_can_tell, signatures)) else found[0]


def _check_party_key(
    statement: Statement, signer: str | None, parties: Directory, now: int, before: Sequence[str | None]
) -> None:
    party = statement.party
    if party is None or party not in parties.parties:
        raise Unknown(said("There is no party number %(party)s in the ledger.", party=party))
    if not parties.parties[party].interval.holds(now):
        raise Forbidden(said("This organisation has been ended in the ledger; its keys speak no more."))
    if signer is None or not parties.key_in_force(party, signer, now):
        raise BadSignature(
            said(
                "The key %(signer)s is not in force for party %(party)s. Sign with one of its keys, on "
                "this chain and contract.",
                signer=signer,
                party=party,
            )
        )
    if signer in before:
        raise BadSignature(said("The council speaks with two different keys; both signatures are by the same one."))
