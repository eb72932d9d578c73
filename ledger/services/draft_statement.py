"""Draft a statement: fill in what the ledger knows, and hand back the message that has to be signed.

A draft keeps nothing and promises nothing: nonces and sequences are taken when it is submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.batches import batch_number
from ledger.domain.custody import NOBODY
from ledger.domain.errors import Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller
from ledger.domain.parties import COUNCIL
from ledger.domain.said import said
from ledger.domain.signers import SIGNERS, TWO_COUNCIL_KEYS, Who
from ledger.domain.statements import (
    BATCH_MARKS,
    Kind,
    MarkKind,
    RecordKind,
    Statement,
    fields,
    make,
    statement_hash,
    struct_hash,
    typed_data,
)
from ledger.services.open_item import leaf_of
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, block_time, directory, find_listed, listed

ZERO = bytes(32)


@dataclass(frozen=True, slots=True)
class NeededSignature:
    """One signature a statement needs: who, with which address, over which message."""

    who: Who
    address: str | None
    typed: dict[str, Any]
    digest: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement ready to be signed."""

    statement: Statement
    hash: bytes
    needed: tuple[NeededSignature, ...]


def draft_statement(ledger: Ledger, kind: Kind, given: Mapping[str, Any], caller: Caller | None = None) -> Draft:
    """The statement with what `given` leaves out filled in from the ledger.

    `given` takes the statement's own fields, `gtin` and `serial` instead of `item`, and for ACCEPT the
    signed `offer`. Raises Invalid, Unknown, or Forbidden where no signature could make it acceptable.
    """
    with ledger.store.read() as tx:
        return draft_in(ledger, tx, kind, given, caller)


def draft_in(ledger: Ledger, tx: Tx, kind: Kind, given: Mapping[str, Any], caller: Caller | None = None) -> Draft:
    """The same inside an open transaction."""
    values, offer = _filled(ledger, tx, kind, dict(given), caller)
    return describe(ledger, tx, make(kind, values, offer))


def describe(ledger: Ledger, tx: Tx, statement: Statement) -> Draft:
    """The statement with the messages each signer signs."""
    domain = ledger.domain(tx)
    needed = []
    claimed = statement.kind is not Kind.RETIRE or listed(tx, statement.item or 0).claimed
    for who in needed_signers(statement, claimed=claimed):
        kind, values = (
            (Kind.OFFER, statement.offer)
            if who is Who.OFFERING_OWNER and statement.offer is not None
            else (statement.kind, statement.values)
        )
        digest = domain.digest(struct_hash(kind, values, ledger.keccak), ledger.keccak)
        address = expected_address(tx, statement, who)
        needed.append(NeededSignature(who, address, typed_data(kind, values, domain), digest))
    return Draft(statement, statement_hash(statement, ledger.keccak), tuple(needed))


def needed_signers(statement: Statement, *, claimed: bool = True) -> list[Who]:
    """Who signs this statement, in the contract's order."""
    who = list(SIGNERS[statement.kind])
    if statement.offer is not None and statement.offer["recipient"] == statement.values["newOwner"]:
        who.remove(Who.LINK_KEY)
    if statement.kind is Kind.RETIRE and not claimed:
        who.remove(Who.OWNER)
    if statement.kind in TWO_COUNCIL_KEYS and statement.party == COUNCIL:
        who.append(Who.PARTY)
    return who


def expected_address(tx: Tx, statement: Statement, who: Who) -> str | None:
    """The address that must have signed a part; None where any key in force of the party will do."""
    if who is Who.PARTY:
        return None
    if who is Who.NEW_OWNER:
        return str(statement.values["newOwner"])
    if who is Who.LINK_KEY and statement.offer is not None:
        return str(statement.offer["recipient"])
    subject = listed(tx, statement.item or 0)
    if who is Who.CLAIM_KEY and statement.kind is Kind.COMPLETE_RECOVERY:
        return subject.state.recovery_address if subject.state else None
    return subject.holder


def _filled(
    ledger: Ledger, tx: Tx, kind: Kind, given: dict[str, Any], caller: Caller | None
) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
    names = {name for name, _ in fields(kind)}
    offer = given.pop("offer", None) if kind is Kind.ACCEPT else None
    subject = _subject(tx, kind, given, offer)
    if subject is not None:
        name = "subject" if "subject" in names else "item"
        if name in names:
            given.setdefault(name, subject.item.item)
        if "sequence" in names:
            given.setdefault("sequence", subject.sequence)
    if "party" in names and kind not in (Kind.ACCREDIT, Kind.END_ACCREDITATION, Kind.COMPROMISED):
        given.setdefault("party", _party(caller, given))
    if "by" in names:
        given.setdefault("by", _party(caller, {}))
    if "ref" in names:
        given.setdefault("ref", ZERO)
    if kind is Kind.RECORD:
        _fill_record(ledger, tx, given, subject)
    if kind is Kind.REGISTER_BATCH and "batch" not in given:
        party = _party(caller, given)
        given["batch"] = next_batch(tx, party)
    if kind is Kind.CONTEST and subject is not None and subject.batch.number is not None:
        given.setdefault("batch", subject.batch.number)
        given.setdefault("leaf", leaf_of(ledger, subject))
    if kind is Kind.ACCEPT:
        given, offer = _fill_accept(ledger, given, offer, subject)
    if "nonce" in names and "nonce" not in given:
        given["nonce"] = next_nonce(tx, _whole(given["by"] if "by" in names else given["party"], 24))
    return given, offer


def next_nonce(tx: Tx, party: int) -> int:
    """A nonce the party has not used, in order: neighbours share a word of the contract's bitmap and cost less.

    From 1 on, so that a record about number 0 is never one about a record.
    """
    return max(tx.outbox.highest_nonce(party), tx.chain.highest_nonce(party), 0) + 1


def next_batch(tx: Tx, brand: int) -> int:
    """The number that the brand's next batch takes: one above what was allotted here and what the chain has."""
    return max(tx.batches.highest_number(brand), tx.chain.highest_batch(brand), batch_number(brand, 0)) + 1


def _subject(tx: Tx, kind: Kind, given: dict[str, Any], offer: Any) -> Listed | None:
    gtin, serial = given.pop("gtin", None), given.pop("serial", None)
    if kind is Kind.MARK and "kind" in given:
        given["kind"] = _whole(given["kind"], 8)
    if gtin is not None and serial is not None:
        return find_listed(tx, str(gtin), str(serial))
    if isinstance(offer, Mapping) and "item" in offer:
        return listed(tx, _whole(offer["item"]))
    if kind is Kind.MARK and "subject" in given and given.get("kind") not in BATCH_MARKS:
        return listed(tx, _whole(given["subject"]))
    if "item" in given:
        return listed(tx, _whole(given["item"]))
    if kind is not Kind.MARK and "item" in {name for name, _ in fields(kind)}:
        raise Invalid(said("Say which item: its “gtin” and “serial”, or its number under “item”."))
    if kind is Kind.MARK and given.get("kind") in set(MarkKind) - BATCH_MARKS:
        raise Invalid(said("Say which item: its “gtin” and “serial”, or its number under “subject”."))
    return None


def _fill_record(ledger: Ledger, tx: Tx, given: dict[str, Any], subject: Listed | None) -> None:
    given.setdefault("about", 0)
    given.setdefault("report", ZERO)
    given.setdefault("date", block_time(ledger, tx))
    if "accreditor" not in given and subject is not None:
        party = _whole(given["party"], 24)
        brand = subject.batch.brand
        if given.get("kind") == RecordKind.SERVICE and party == brand:
            given["accreditor"] = brand
            return
        by = directory(tx).accreditor(brand, party, block_time(ledger, tx))
        if by is None:
            name = tx.organisations.by_party(brand)
            raise Forbidden(
                said(
                    "Neither %(value)s nor the council has accredited this organisation, so the ledger would "
                    "refuse the statement. Ask either of them for accreditation.",
                    value=name.name if name else said("the brand"),
                )
            )
        given["accreditor"] = by


def _fill_accept(
    ledger: Ledger, given: dict[str, Any], offer: Any, subject: Listed | None
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    if not isinstance(offer, Mapping) or subject is None:
        raise Invalid(said("An acceptance carries the offer it accepts; add the signed offer’s fields under “offer”."))
    checked = make(Kind.OFFER, offer)
    given.setdefault("offer", struct_hash(Kind.OFFER, checked.values, ledger.keccak))
    if "newOwner" not in given and checked.values["recipient"] != NOBODY:
        given["newOwner"] = checked.values["recipient"]
    if "head" not in given:
        if subject.state is None:
            raise Unknown(said("This item has no owner yet, so it cannot be handed over; it can be claimed."))
        given["head"] = subject.state.head
    return given, offer


def _party(caller: Caller | None, given: Mapping[str, Any]) -> int:
    if "party" in given:
        return _whole(given["party"], 24)
    if "by" in given:
        return _whole(given["by"], 24)
    if caller is None:
        raise Invalid(said("Say which party speaks: its number under “party”."))
    if caller.organisation.party is None:
        raise Forbidden(
            said(
                "%(name)s is not in the ledger yet; wait until its addition is accepted.", name=caller.organisation.name
            )
        )
    return caller.organisation.party


def _whole(value: Any, bits: int = 256) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << bits:
        return value
    raise Invalid(said("“%(value)s” is not a whole number from 0 to 2^%(bits)s − 1.", value=str(value)[:40], bits=bits))
