"""The inspections and services of an item, as the page lists them and as the verdict weighs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ledger.domain.errors import Invalid
from ledger.domain.inspections import Authenticity, InspectionFacts, code_of, part_of
from ledger.domain.organisations import Role
from ledger.domain.outbox import Queued
from ledger.domain.parties import Directory
from ledger.domain.standing_facts import Inspection, Undone
from ledger.domain.statements import Kind, RecordKind
from ledger.services.ports import Tx
from ledger.services.scanned import Recorded
from ledger.services.views_of_chain import moment

MOST: Final = 200
"""The newest records, which a scan lists."""
_PASSKEY: Final = b"\x02"
"""How a passkey's signature begins (domain.signers)."""


def records_of(
    tx: Tx, item: int, queued: Sequence[Queued], final: int, newest: int | None = None
) -> tuple[list[Recorded], int]:
    """The records of an item, those under way last; what was taken back is marked and stays in the list.

    Of very many the newest, and every inspection that still says "not genuine": no flood of records buries one. Where
    only the `newest` are asked for, older ones are told as far as the verdict weighs them, without their reports and
    who signed unless they say "not genuine"; beside the list stands how many services were left out of it.
    """
    told = tx.chain.item_events_named(item, ("Recorded",), MOST)
    if len(told) == MOST:
        whole = {(one.block, one.log_index): one for one in (*tx.chain.doubts(item, final), *told)}
        told = [whole[place] for place in sorted(whole)]
    waiting = [one for one in queued if one.statement.kind is Kind.RECORD]
    first = 0 if newest is None else max(0, len(told) + len(waiting) - newest)
    found = [
        _recorded(tx, e.args, e.time, e.statement, final=e.block <= final, accepted=True, whole=place >= first)
        for place, e in enumerate(told)
        if place >= first or e.args["kind"] != RecordKind.SERVICE
    ]
    left_out = len(told) - len(found)
    for one in waiting:
        found.append(_recorded(tx, one.statement.values, one.created_at, one.hash, final=False))
    return _undone(found), left_out


def _recorded(
    tx: Tx,
    args: Mapping[str, Any],
    at: int,
    statement: bytes | None,
    *,
    final: bool,
    accepted: bool = False,
    whole: bool = True,
) -> Recorded:
    organisation = tx.organisations.by_party(args["party"])
    kind = RecordKind(args["kind"])
    facts = None
    if kind in (RecordKind.INSPECTION, RecordKind.CORRECTION):
        try:
            facts = InspectionFacts.unpack(args["facts"])
        except Invalid:
            facts = None
    whole = whole or (facts is not None and facts.authenticity is Authenticity.NOT_GENUINE)
    report = tx.papers.report(args["report"]) if whole else None
    if report is not None and report.organisation not in (None, organisation.id if organisation else None):
        # Anybody can name the salted hash of somebody else's report; it is not theirs to show.
        report = None
    signed = tx.outbox.signed(statement) if whole and statement is not None else None
    behind = tx.sheets.behind(statement) if whole and statement is not None else None
    ours = behind is not None and organisation is not None and behind.organisation == organisation.id
    return Recorded(
        kind=kind,
        by=organisation.name if organisation else f"party {args['party']}",
        on=moment(args["date"]).date(),
        recorded_at=moment(at),
        final=final,
        facts=facts,
        code=code_of(args["facts"]),
        part=part_of(args["facts"]) if kind is RecordKind.SERVICE else "",
        nonce=args["nonce"],
        about=args["about"],
        report=None if report is None else report.body.get("text"),
        evidence=() if report is None else report.body.get("evidence", ()),
        operator_signed=signed is not None and signed.operator_signed,
        undone=Undone.NO,
        party=args["party"],
        signer=args.get("signer") or (None if signed is None else signed.signer),
        by_person=signed is not None and not signed.operator_signed and signed.kind == _PASSKEY,
        inspector=behind.name if behind is not None and ours else "",
        place=tx.sheets.desk(organisation.id).place if organisation else "",
        slug=organisation.slug if organisation and organisation.role is Role.AUTHENTICATOR else "",
        statement=statement,
        accepted=accepted,
    )


def as_inspection(one: Recorded, parties: Directory) -> Inspection:
    """The record as the verdict weighs it."""
    assert one.facts is not None
    key = None if one.signer is None else parties.key(one.party, one.signer)
    since = None if key is None or key.compromised_since is None else moment(key.compromised_since)
    return Inspection(
        result=one.facts.authenticity,
        method=one.facts.method,
        persons=one.facts.persons,
        by=one.by,
        on=one.on,
        recorded_at=one.recorded_at,
        final=one.final,
        undone=one.undone,
        key_compromised_since=since,
    )


def _undone(found: list[Recorded]) -> list[Recorded]:
    """Mark what was withdrawn or corrected by a later record of the same party; the old one stays in the list."""
    taken_back: defaultdict[tuple[int, int], list[Recorded]] = defaultdict(list)
    for one in found:
        if one.kind in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION):
            taken_back[one.party, one.about].append(one)
    ended = [_ended(one, taken_back.get((one.party, one.nonce), ())) for one in found]
    return [
        one if undone is Undone.NO else replace(one, undone=undone) for one, undone in zip(found, ended, strict=True)
    ]


def _ended(one: Recorded, by: Sequence[Recorded]) -> Undone:
    later = [each for each in by if each is not one]
    if not later or one.kind not in (RecordKind.INSPECTION, RecordKind.CORRECTION, RecordKind.SERVICE):
        return Undone.NO
    return Undone.FINAL if any(each.final for each in later) else Undone.WAITING
