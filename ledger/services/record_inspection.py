"""Inspections, services, withdrawals and corrections: the public facts, and the report behind them.

The facts go on the chain in plain. The report stays here; the statement carries
`keccak256(salt ‖ canonical JSON)`, so that it can be proven, and, by destroying the salt, forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from ledger.domain.errors import Invalid, Unknown
from ledger.domain.inspections import InspectionFacts, Service, WithdrawalReason, pack_code, pack_part
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.papers import Report
from ledger.domain.said import said
from ledger.domain.statements import Kind, RecordKind
from ledger.services.components_seal import keep_part, seal_part
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx

_MOST_REPORT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """What is recorded: of which item, what kind, its packed facts, and the report in words."""

    gtin: str
    serial: str
    kind: RecordKind
    facts: bytes
    report: Mapping[str, Any]
    evidence: Sequence[str] = ()
    about: int = 0
    date: int | None = None
    nonce: int | None = None
    new_part: tuple[str, str] | None = None
    """The part that a service put in, and its serial, which only we keep."""


def inspection(
    gtin: str, serial: str, facts: InspectionFacts, report: Mapping[str, Any], evidence: Sequence[str] = (), **more: Any
) -> Finding:
    """An inspection's finding."""
    return Finding(gtin, serial, RecordKind.INSPECTION, facts.pack(), report, evidence, **more)


def service(gtin: str, serial: str, what: Service, report: Mapping[str, Any], evidence: Sequence[str] = ()) -> Finding:
    """A service's finding."""
    return Finding(gtin, serial, RecordKind.SERVICE, pack_code(what), report, evidence)


def replaced(
    gtin: str, serial: str, part: str, fitted: str | None, report: Mapping[str, Any], evidence: Sequence[str] = ()
) -> Finding:
    """The finding of a service that put in a part; `components_replace.replacement` has asked about its serial."""
    new = None if fitted is None else (part, fitted)
    return Finding(gtin, serial, RecordKind.SERVICE, pack_part(part), report, evidence, new_part=new)


def withdrawal(gtin: str, serial: str, about: int, why: WithdrawalReason, report: Mapping[str, Any]) -> Finding:
    """A withdrawal of the record with nonce `about`: the old one stays visible."""
    return Finding(gtin, serial, RecordKind.WITHDRAWAL, pack_code(why), report, about=about)


def correction(
    gtin: str, serial: str, about: int, facts: InspectionFacts, report: Mapping[str, Any], evidence: Sequence[str] = ()
) -> Finding:
    """A correction of the record with nonce `about`: the old one stays visible."""
    return Finding(gtin, serial, RecordKind.CORRECTION, facts.pack(), report, evidence, about=about)


def draft_record(ledger: Ledger, caller: Caller, finding: Finding) -> Draft:
    """Keep the report and draft the statement, for an organisation that signs with its own key."""
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        return draft_finding(ledger, tx, caller, finding)


def record(ledger: Ledger, caller: Caller, finding: Finding) -> Queued:
    """Keep the report, sign with the kept key, and queue, in one transaction."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND)
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        return queue_signed(ledger, tx, caller, draft_finding(ledger, tx, caller, finding))


def draft_finding(ledger: Ledger, tx: Tx, caller: Caller, finding: Finding) -> Draft:
    """Keep the report and draft the statement, inside a transaction. Raises Invalid, Unknown, Forbidden."""
    body: dict[str, Any] = {"text": dict(finding.report), "evidence": list(finding.evidence)}
    for sha256 in finding.evidence:
        if tx.papers.evidence(sha256) is None:
            raise Unknown(
                said(
                    "The evidence %(sha256)s… is not kept here. Send the file first, then cite it.", sha256=sha256[:12]
                )
            )
    sealed = None if finding.new_part is None else seal_part(ledger, *finding.new_part)
    if sealed is not None:
        body["sealed"] = "0x" + sealed.commitment.hex()
    try:
        canonical = rfc8785.dumps(body)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise Invalid(said("The report holds what JSON cannot carry exactly. Use text and whole numbers.")) from error
    if len(canonical) > _MOST_REPORT:
        raise Invalid(said("The report is longer than 64 kB. Shorten it, or add the long part as a PDF."))
    if finding.about and not tx.chain.nonce_used(caller.organisation.party or 0, finding.about):
        raise Unknown(
            said("You have no record number %(about)s in the ledger that this could be about.", about=finding.about)
        )
    salt = ledger.random(16)
    commitment = ledger.keccak(salt + canonical)
    tx.papers.add_report(Report(commitment, caller.organisation.id, salt, body, ledger.now()))
    if sealed is not None:
        keep_part(ledger, tx, caller, finding.gtin, finding.serial, sealed, commitment)
    given: dict[str, Any] = {
        "gtin": finding.gtin,
        "serial": finding.serial,
        "kind": int(finding.kind),
        "facts": finding.facts,
        "about": finding.about,
        "report": commitment,
    }
    if finding.date is not None:
        given["date"] = finding.date
    if finding.nonce is not None:
        given["nonce"] = finding.nonce
    return draft_in(ledger, tx, Kind.RECORD, given, caller)
