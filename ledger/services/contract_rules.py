"""The contract's rules, said as sentences before a statement is kept: a better word than a refusal from the chain.

What is accepted is decided by the contract alone, later; nothing here is a promise.
"""

from __future__ import annotations

from ledger.domain.custody import NOBODY, BatchFlag, Flag, why_not_recovered
from ledger.domain.errors import Conflict, Forbidden, Invalid, LedgerError, Unknown
from ledger.domain.parties import COUNCIL, Directory
from ledger.domain.said import said
from ledger.domain.statements import (
    BATCH_MARKS,
    Kind,
    MarkKind,
    OwnerReportKind,
    RecordKind,
    Statement,
    struct_hash,
)
from ledger.services.open_item import leaf_of
from ledger.services.party_rules import check_party_rules
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, batch_flags

_DATE_SLACK = 600
_TOO_FAR = 1 << 63
_RECORDS, _MARKS, _REPORTS = frozenset(RecordKind), frozenset(MarkKind), frozenset(OwnerReportKind)
_TIMED_MARKS = frozenset({MarkKind.THEFT, MarkKind.DISPUTE, MarkKind.SETTLE_THEFT, MarkKind.SETTLE_DISPUTE})
_COUNCILS_MARKS = frozenset({MarkKind.RENEW_TWICE, MarkKind.CLEAR_TWICE})
_BY_OWNER = frozenset({Kind.CANCEL, Kind.OWNER_REPORT, Kind.ACCEPT, Kind.COMPLETE_RECOVERY})


def check_rules(
    ledger: Ledger, tx: Tx, statement: Statement, subject: Listed | None, parties: Directory, now: int
) -> None:
    """Raises Conflict, Forbidden, Invalid or Unknown where the contract would refuse the statement as things are."""
    if statement.kind is Kind.OFFER:
        raise Invalid(
            said("An offer does not stand alone: it is kept until somebody accepts it, and goes out with that.")
        )
    _check_nonce(tx, statement)
    if statement.sequence is not None and subject is not None and statement.sequence != subject.sequence:
        raise Conflict(
            said(
                "The item’s sequence is %(sequence)s by now, not %(sequence2)s: its owner has made "
                "another statement since. Draft it again and sign that.",
                sequence=subject.sequence,
                sequence2=statement.sequence,
            )
        )
    check_party_rules(tx, statement, parties, now)
    if subject is not None:
        _check_item(ledger, tx, statement, subject, parties, now)
    elif statement.batch is not None and statement.kind is not Kind.REGISTER_BATCH:
        _check_batch(tx, statement, statement.batch)


def _check_nonce(tx: Tx, statement: Statement) -> None:
    nonce, party = statement.nonce, statement.party
    if nonce is None or party is None:
        return
    if nonce >= _TOO_FAR:
        raise Invalid(said("The “nonce” is too large here; draft the statement again to get the next one."))
    if tx.chain.nonce_used(party, nonce) or tx.outbox.nonce_promised(party, nonce):
        raise Conflict(
            said("Number %(nonce)s of this party is taken by another statement. Draft this one again.", nonce=nonce)
        )


def _check_batch(tx: Tx, statement: Statement, batch: int) -> None:
    _check_own(batch >> 32, statement.party)
    if statement.kind is Kind.MARK and statement.values["kind"] not in BATCH_MARKS:
        raise Invalid(said("This mark is one of an item, not of a batch."))
    if tx.batches.by_number(batch) is None and not tx.chain.batch_events(batch):
        raise Unknown(said("There is no batch of that number. List your batches to find the right one."))


def _check_item(ledger: Ledger, tx: Tx, statement: Statement, subject: Listed, parties: Directory, now: int) -> None:
    kind, values, party, brand = statement.kind, statement.values, statement.party, subject.batch.brand
    if kind in _BY_OWNER and not subject.claimed:
        raise Conflict(said("This item has no owner yet, so nobody can speak for it as its owner."))
    match kind:
        case Kind.RECORD:
            _check_record(tx, statement, subject, parties, now)
        case Kind.CLAIM:
            _check_claim(tx, subject, now)
        case Kind.ACCEPT:
            _check_accept(ledger, statement, subject, now)
        case Kind.COMPLETE_RECOVERY:
            _check_recovery(subject, now)
        case Kind.OWNER_REPORT if values["kind"] not in _REPORTS:
            raise Invalid(said("An owner reports an item lost (1), stolen (2) or found (3)."))
        case Kind.MARK:
            _check_mark(statement, subject)
        case Kind.RETIRE:
            _check_own(brand, party)
            if subject.state is not None and Flag.RETIRED in subject.state.flags:
                raise Conflict(said("This item is out of circulation already."))
        case Kind.AMEND_ITEM:
            _check_own(brand, party)
        case Kind.REPLACE_CLAIM:
            _check_replacement(statement, subject)
        case Kind.CONTEST:
            _check_contest(ledger, statement, subject)


def _check_record(tx: Tx, statement: Statement, subject: Listed, parties: Directory, now: int) -> None:
    values, party = statement.values, int(statement.values["party"])
    by, kind, about = int(values["accreditor"]), int(values["kind"]), int(values["about"])
    if kind not in _RECORDS:
        raise Invalid(said("A record is an inspection (1), a service (2), a withdrawal (3) or a correction (4)."))
    if by not in (subject.batch.brand, COUNCIL):
        raise Forbidden(said("Only the item’s own brand or the council accredits those who speak of it."))
    own_service = kind == RecordKind.SERVICE and party == subject.batch.brand
    if not own_service and not parties.accredited(by, party, now):
        raise Forbidden(
            said("This organisation is not accredited now by whom the statement names. Nothing was recorded.")
        )
    if int(values["date"]) > now + _DATE_SLACK:
        raise Invalid(said("The date lies in the future. Give the day on which the item was seen."))
    if (about or kind in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION)) and not tx.chain.nonce_used(party, about):
        raise Unknown(
            said(
                "This organisation has no record number %(about)s in the ledger that this could be about.", about=about
            )
        )


def _check_claim(tx: Tx, subject: Listed, now: int) -> None:
    if subject.claimed:
        raise Conflict(said("This item already has an owner. If that surprises you, ask the brand before you pay."))
    check_movable(subject, now)
    if BatchFlag.VOID in batch_flags(tx, subject.batch.number):
        raise Conflict(said("The brand has withdrawn this item’s whole batch, so it cannot be claimed. Ask the brand."))
    if tx.batches.on_sale_at(subject.item.item) is None:
        raise Conflict(said("The brand has not put this item on sale yet, so it cannot be claimed. Ask the brand."))


def _check_accept(ledger: Ledger, statement: Statement, subject: Listed, now: int) -> None:
    offer, values = statement.offer, statement.values
    if offer is None or subject.state is None or values["offer"] != struct_hash(Kind.OFFER, offer, ledger.keccak):
        raise Invalid(said("This acceptance was signed for another offer. Draft it again from the offer you have."))
    if int(offer["expiry"]) < now:
        raise Conflict(said("This offer has expired. Ask the owner for a new one."))
    if values["head"] != subject.state.head:
        raise Conflict(
            said("Something was added to this item’s record since you looked. Look again, then sign for what you see.")
        )
    check_movable(subject, now)


def _check_recovery(subject: Listed, now: int) -> None:
    state = subject.state
    if state is None or Flag.RECOVERY_OPEN not in state.flags or state.recovery_due is None:
        raise Conflict(said("No recovery is open for this item."))
    if state.recovery_due > now:
        raise Conflict(said("The present owner still has time to answer; the recovery cannot be completed yet."))
    why = why_not_recovered(state, now)
    if why:
        raise Conflict(said("This recovery cannot be completed now, because %(why)s.", why=why))


def _check_mark(statement: Statement, subject: Listed) -> None:
    kind, party = statement.values["kind"], statement.party
    if kind not in _MARKS:
        raise Invalid(said("There is no such mark. Marks are numbered 1 to 14."))
    if kind in _COUNCILS_MARKS:
        if party != COUNCIL:
            raise Forbidden(said("Only the council speaks of an item that was registered twice."))
        return
    _check_own(subject.batch.brand, party, or_council=kind in _TIMED_MARKS)
    if kind in (MarkKind.VOID, MarkKind.LIFT_VOID) and subject.claimed:
        raise Conflict(said("This item has an owner, so it cannot be withdrawn; it can be recalled."))


def _check_replacement(statement: Statement, subject: Listed) -> None:
    if statement.values["claimAddress"] == NOBODY:
        raise Invalid(said("A claim address of nothing but zeros belongs to nobody. Make a new card first."))
    _check_own(subject.batch.brand, statement.party, or_council=subject.claimed)
    ended = subject.state is not None and Flag.OWNER_ENDED_RECOVERY in subject.state.flags
    if ended and statement.party != COUNCIL:
        raise Forbidden(said("The owner has ended a recovery of this item; only the council can open another."))


def _check_contest(ledger: Ledger, statement: Statement, subject: Listed) -> None:
    number = subject.batch.number
    if subject.state is None or number is None or number >= subject.state.batch:
        raise Conflict(
            said("Nothing shows that this item was listed in an earlier batch than the one it is in use from.")
        )
    if (statement.values["batch"], statement.values["leaf"]) != (number, leaf_of(ledger, subject)):
        raise Invalid(said("These are not the batch and the entry that list the item first. Draft it again."))


def check_movable(subject: Listed, now: int) -> None:
    """Raises Conflict where a report or a dispute keeps the item from changing hands."""
    why = subject.state.why_stopped(now) if subject.state else ""
    if why:
        raise Conflict(said("This item cannot change hands now, because %(why)s.", why=why))


def _check_own(brand: int, party: int | None, *, or_council: bool = False) -> None:
    if party == brand or (or_council and party == COUNCIL):
        return
    refusal: LedgerError = Forbidden(said("This item is another brand’s. Only its own brand can say this of it."))
    if party == COUNCIL:
        refusal = Forbidden(said("Only the item’s own brand can say this of it, not the council."))
    raise refusal
