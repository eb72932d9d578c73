"""What a scan shows: the facts as our copy of the chain and the outbox have them, and the verdict over them.

Reads only. A scan never changes an item's facts, and never waits for the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import BatchFlag, Flag, ItemState
from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.inspections import InspectionFacts
from ledger.domain.organisations import Organisation
from ledger.domain.outbox import Queued, State
from ledger.domain.parties import Directory
from ledger.domain.serials import check_serial
from ledger.domain.signers import only_the_chain_can_tell
from ledger.domain.standing import Standing, standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Brand,
    Custody,
    Facts,
    Handover,
    Inspection,
    Progress,
    Raised,
    Registration,
    Stage,
    Undone,
)
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind, RecordKind
from ledger.services.amend_item import accepted_amendments
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.open_item import registration_event
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.views_of_chain import Listed, directory, final_height, find_listed, fold_batch_flags

_TIMELINE = 100
_BAD_MARKS = {
    MarkKind.THEFT: Flag.BRAND_THEFT,
    MarkKind.DISPUTE: Flag.BRAND_DISPUTE,
    MarkKind.RECALL: Flag.RECALLED,
    MarkKind.VOID: Flag.VOID,
}
_BAD_BATCH_MARKS = {MarkKind.RECALL_BATCH: BatchFlag.RECALLED, MarkKind.VOID_BATCH: BatchFlag.VOID}
_COUNCILS = {Flag.BRAND_THEFT: Flag.COUNCIL_THEFT, Flag.BRAND_DISPUTE: Flag.COUNCIL_DISPUTE}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One inspection or service, as the page lists it."""

    kind: RecordKind
    by: str
    on: date
    recorded_at: datetime
    final: bool
    facts: InspectionFacts | None
    code: int
    nonce: int
    about: int
    report: Mapping[str, Any] | None
    evidence: Sequence[str]
    operator_signed: bool
    undone: Undone
    party: int = 0
    signer: str | None = None
    """The key that signed it."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, with its block."""

    at: datetime
    name: str
    args: Mapping[str, Any]
    block: int
    final: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """The answer to a scan."""

    facts: Facts
    standing: Standing
    gtin: str | None = None
    serial: str | None = None
    subject: Listed | None = None
    public_fields: Mapping[str, Any] | None = None
    """What the record shows to everyone, as last amended."""
    amended: bool = False
    """Whether the brand has changed the description of the item or of its batch."""
    earlier_fields: tuple[Mapping[str, Any], ...] = ()
    """What it showed before, oldest first."""
    timeline: tuple[TimelineEntry, ...] = ()
    records: tuple[Recorded, ...] = ()
    head: str | None = None
    contract: str | None = None
    chain_id: int | None = None
    on_sale_at: datetime | None = None
    """When the brand put it on sale; None where it was not, or where only its first owner shows that it was."""


def scan_item(ledger: Ledger, gtin: str, serial: str, *, looks_different: bool = False) -> Scan:
    """What the ledger shows of this code. Never raises for a code it does not know: that is an answer too."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    asked = _checked(gtin, serial)
    with ledger.store.read() as tx:
        if isinstance(asked, Invalid):
            return _bad_code_in(tx, asked.detail, now)
        if not tx.batches.find(*asked):
            return _without_item(tx, *asked, now)
        return _Reader(ledger, tx, find_listed(tx, *asked), now).scan(looks_different)


def scan_many(ledger: Ledger, pairs: Sequence[tuple[str, str]]) -> list[Scan]:
    """The same as `scan_item` for many codes, as (gtin, serial), in order and in one snapshot."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    checked = [_checked(*pair) for pair in pairs]
    with ledger.store.read() as tx:
        many = tx.gathered([one for one in checked if not isinstance(one, Invalid)], ledger.now())
        parties = directory(many)
        return [_one_of_many(ledger, many, one, now, parties) for one in checked]


def _checked(gtin: str, serial: str) -> tuple[Gtin, str] | Invalid:
    try:
        checked = check_gtin(gtin)
        check_serial(serial)
    except Invalid as wrong:
        return wrong
    return checked, serial


def _one_of_many(ledger: Ledger, tx: Tx, asked: tuple[Gtin, str] | Invalid, now: datetime, parties: Directory) -> Scan:
    if isinstance(asked, Invalid):
        return _bad_code_in(tx, asked.detail, now)
    if not tx.batches.find(*asked):
        return _without_item(tx, *asked, now)
    return _Reader(ledger, tx, find_listed(tx, *asked), now, parties).scan(looks_different=False)


def scan_product(ledger: Ledger, gtin: str) -> Scan:
    """What the ledger shows of a code that names a model only."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    try:
        checked = check_gtin(gtin)
    except Invalid as wrong:
        return _bad_code(ledger, wrong.detail, now)
    with ledger.store.read() as tx:
        holder = tx.organisations.prefix_holder(checked)
        facts = Facts(Asked.PRODUCT, brand=_brand(holder), node_seen_at=_node_seen(tx), as_of=_as_of(tx))
    return Scan(facts, standing(facts, now), gtin=checked)


def scan_bad_code(ledger: Ledger, problem: str) -> Scan:
    """The answer to a code that cannot be read."""
    return _bad_code(ledger, problem, datetime.fromtimestamp(ledger.now(), UTC))


def scan_unlisted(ledger: Ledger) -> Scan:
    """The answer to a serial that no item here carries; whose it would be cannot be told."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    with ledger.store.read() as tx:
        facts = Facts(Asked.ITEM, node_seen_at=_node_seen(tx), as_of=_as_of(tx))
    return Scan(facts, standing(facts, now))


def _bad_code(ledger: Ledger, problem: str, now: datetime) -> Scan:
    with ledger.store.read() as tx:
        return _bad_code_in(tx, problem, now)


def _bad_code_in(tx: Tx, problem: str, now: datetime) -> Scan:
    facts = Facts(Asked.BAD_CODE, code_problem=problem, node_seen_at=_node_seen(tx), as_of=_as_of(tx))
    return Scan(facts, standing(facts, now))


def _without_item(tx: Tx, gtin: Gtin, serial: str, now: datetime) -> Scan:
    holder = tx.organisations.prefix_holder(gtin)
    facts = Facts(Asked.ITEM, brand=_brand(holder), node_seen_at=_node_seen(tx), as_of=_as_of(tx))
    return Scan(facts, standing(facts, now), gtin=gtin, serial=serial)


class _Reader:
    """Gathers the facts of one item inside one snapshot."""

    def __init__(
        self, ledger: Ledger, tx: Tx, subject: Listed, now: datetime, parties: Directory | None = None
    ) -> None:
        self.ledger = ledger
        self.tx = tx
        self.subject = subject
        self.now = now
        self.final = final_height(tx)
        self.parties = parties or directory(tx)
        item = subject.item.item
        self.events = tx.chain.item_events(item, _TIMELINE)
        number = subject.batch.number
        self.queued = self._under_way(tx.outbox.of_item(item))
        self.batch_events = [] if number is None else tx.chain.batch_events(number)
        self.queued_batch = [] if number is None else self._under_way(tx.outbox.of_batch(number))

    def _under_way(self, unsettled: Sequence[Queued]) -> list[Queued]:
        """Those that may still be accepted, and that we know to be by whom they must be: anybody can write others."""
        known = [one for one in unsettled if one.vouched]
        if not known:
            return []
        where = progress_of(self.ledger, self.tx, known)
        return [one for one in known if where[one.id].state in (State.QUEUED, State.SENT)]

    def scan(self, looks_different: bool) -> Scan:
        subject, tx = self.subject, self.tx
        organisation = tx.organisations.by_party(subject.batch.brand)
        registered = registration_event(tx, subject.batch.number)
        records = self._records()
        described = self._descriptions()
        state_final = tx.chain.state(subject.item.item, self.final)
        on_sale_at = tx.batches.on_sale_at(subject.item.item)
        in_final = registered is not None and registered.block <= self.final
        facts = Facts(
            Asked.ITEM,
            known=True,
            brand=_brand(organisation),
            description=_description(described[-1]),
            registration=self._registration(registered),
            gtin_in_prefixes=registered is None
            or self.parties.holds_prefix(subject.batch.brand, check_gtin(subject.item.gtin), registered.block),
            on_sale=subject.claimed or on_sale_at is not None,
            final=self._custody(state_final, self._batch_flags(self.final)) if in_final else None,
            latest=self._latest(),
            opened_from_later_batch=subject.state is not None and subject.state.batch != subject.batch.number,
            handover=self._handover(),
            inspections=tuple(_as_inspection(one, self.parties) for one in records if one.facts),
            looks_different=looks_different,
            recall_reason=self._words(MarkKind.RECALL, MarkKind.RECALL_BATCH, "reason"),
            recall_advice=self._words(MarkKind.RECALL, MarkKind.RECALL_BATCH, "advice"),
            void_reason=self._words(MarkKind.VOID, MarkKind.VOID_BATCH, "reason"),
            node_seen_at=_node_seen(tx),
            as_of=_as_of(tx),
        )
        deployed = tx.meta.get("deployment") or {}
        return Scan(
            facts,
            standing(facts, self.now),
            gtin=subject.item.gtin,
            serial=subject.item.serial,
            subject=subject,
            public_fields=described[-1],
            amended=self._amended(),
            earlier_fields=tuple(described[:-1]),
            timeline=tuple(self._timeline(registered)),
            records=tuple(records),
            head=None if subject.state is None else "0x" + subject.state.head.hex(),
            contract=deployed.get("contract"),
            chain_id=deployed.get("chain_id"),
            on_sale_at=None if on_sale_at is None else _moment(on_sale_at),
        )

    def _descriptions(self) -> list[dict[str, Any]]:
        """What the record has shown to everyone, oldest first; the last counts."""
        item, private = self.subject.item, self.subject.batch.private_fields
        later = accepted_amendments(self.tx, item.item)
        return [public_fields(item.fields, private), *(public_fields(one.fields, one.private_fields) for one in later)]

    def _amended(self) -> bool:
        state = self.subject.state
        return (state is not None and Flag.AMENDED in state.flags) or BatchFlag.AMENDED in self._batch_flags(None)

    def _registration(self, event: ChainEvent | None) -> Registration | None:
        if event is not None:
            progress = Progress.FINAL if event.block <= self.final else Progress.ACCEPTED
            key = self.parties.key(self.subject.batch.brand, event.args["signer"])
            since = None if key is None or key.compromised_since is None else _moment(key.compromised_since)
            return Registration(progress, _moment(event.time), since)
        if self.subject.batch.statement is None:
            return None
        queued = self.tx.outbox.get(self.subject.batch.statement)
        if queued is None:
            return None
        state = progress_of(self.ledger, self.tx, [queued])[queued.id].state
        return Registration(Progress(state.value))

    def _custody(self, state: ItemState | None, batch: BatchFlag) -> Custody:
        if state is None:
            return Custody(batch=batch)
        raised = tuple(
            Raised(
                flag,
                self._since(flag),
                _moment(state.until[flag]) if flag in state.until else None,
                self._police(flag),
            )
            for flag in Flag
            if flag in state.flags
        )
        since = None if state.owner_since is None else _moment(state.owner_since)
        return Custody(raised, batch, since)

    def _latest(self) -> Custody:
        """The newest state, with bad news that is only queued."""
        custody = self._custody(self.subject.state, self._batch_flags(None))
        raised = list(custody.raised)
        batch = custody.batch
        for one in self.queued:
            flag = _queued_flag(one, claimed=self.subject.claimed)
            if flag is not None and all(known.flag is not flag for known in raised):
                raised.append(Raised(flag, _moment(one.created_at)))
        for one in self.queued_batch:
            if one.statement.kind is Kind.MARK:
                batch |= _BAD_BATCH_MARKS.get(MarkKind(int(one.statement.values["kind"])), BatchFlag(0))
        return replace(custody, raised=tuple(raised), batch=batch)

    def _batch_flags(self, at: int | None) -> BatchFlag:
        return fold_batch_flags(self.batch_events, at)

    def _since(self, flag: Flag) -> datetime | None:
        for event in reversed(self.events):
            if _event_flag(event) is flag:
                return _moment(event.time)
        return None

    def _police(self, flag: Flag) -> bool | None:
        for event in reversed(self.events):
            if _event_flag(event) is flag and flag in (Flag.STOLEN, Flag.BRAND_THEFT, Flag.COUNCIL_THEFT):
                report = self.tx.papers.report(event.args["ref"])
                return None if report is None else bool(report.body.get("police_reference"))
        return None

    def _words(self, item_mark: MarkKind, batch_mark: MarkKind, name: str) -> str | None:
        """What the brand's reference behind a recall or a withdrawal says."""
        told = [e for e in self.events if e.name == "Marked" and e.args["kind"] == item_mark]
        told += [e for e in self.batch_events if e.name == "BatchMarked" and e.args["kind"] == batch_mark]
        references = [e.args["ref"] for e in told]
        for one in (*self.queued, *self.queued_batch):
            if one.statement.kind is Kind.MARK and one.statement.values["kind"] in (item_mark, batch_mark):
                references.append(one.statement.values["ref"])
        for reference in reversed(references):
            report = self.tx.papers.report(bytes(reference))
            if report is not None and report.body.get(name):
                return str(report.body[name])
        return None

    def _handover(self) -> Handover | None:
        for one in self.queued:
            if one.statement.kind is Kind.ACCEPT:
                return Handover(Stage.ACCEPTED, _moment(one.created_at))
        for event in reversed(self.events):
            if event.name == "HandedOver" and event.block > self.final:
                return Handover(Stage.ACCEPTED, _moment(event.time))
        state = self.subject.state
        for offer in self.tx.papers.open_offers(self.subject.item.item, self.ledger.now()):
            current = state is not None and offer.values["sequence"] == state.sequence
            vouched = not only_the_chain_can_tell(bytes.fromhex(offer.signature[2:]))
            if current and vouched and offer.released_at is not None:
                return Handover(Stage.OFFERED, _moment(offer.released_at), _moment(offer.expires_at))
        return None

    def _records(self) -> list[Recorded]:
        told = self.tx.chain.item_events_named(self.subject.item.item, ("Recorded",))
        found = [self._recorded(e.args, e.time, e.block <= self.final, e.statement) for e in told]
        for one in self.queued:
            if one.statement.kind is Kind.RECORD:
                found.append(self._recorded(one.statement.values, one.created_at, False, one.hash))
        return _undone(found)

    def _recorded(self, args: Mapping[str, Any], at: int, final: bool, statement: bytes | None) -> Recorded:
        organisation = self.tx.organisations.by_party(args["party"])
        kind = RecordKind(args["kind"])
        facts = None
        if kind in (RecordKind.INSPECTION, RecordKind.CORRECTION):
            try:
                facts = InspectionFacts.unpack(args["facts"])
            except Invalid:
                facts = None
        report = self.tx.papers.report(args["report"])
        if report is not None and report.organisation not in (None, organisation.id if organisation else None):
            # Anybody can name the salted hash of somebody else's report; it is not theirs to show.
            report = None
        queued = None if statement is None else self.tx.outbox.by_hash(statement)
        return Recorded(
            kind=kind,
            by=organisation.name if organisation else f"party {args['party']}",
            on=_moment(args["date"]).date(),
            recorded_at=_moment(at),
            final=final,
            facts=facts,
            code=args["facts"][1],
            nonce=args["nonce"],
            about=args["about"],
            report=None if report is None else report.body.get("text"),
            evidence=() if report is None else report.body.get("evidence", ()),
            operator_signed=queued is not None and queued.operator_signed,
            undone=Undone.NO,
            party=args["party"],
            signer=args.get("signer") or (None if queued is None else queued.signer),
        )

    def _timeline(self, registered: ChainEvent | None) -> Iterable[TimelineEntry]:
        events = ([registered] if registered else []) + [e for e in self.events if e.name != "ItemOpened"]
        events += [e for e in self.batch_events if e.name != "BatchRegistered"]
        for event in sorted(events, key=lambda e: (e.block, e.log_index)):
            yield TimelineEntry(_moment(event.time), event.name, event.args, event.block, event.block <= self.final)


def public_fields(fields: Mapping[str, Any], private: Sequence[str]) -> dict[str, Any]:
    """The fields of a record that the brand shows to everyone."""
    return {name: value for name, value in fields.items() if name not in private}


def _description(shown: Mapping[str, Any]) -> str:
    parts = [str(shown[name]) for name in ("model_ref", "colour") if shown.get(name)]
    return ", ".join(parts)


def _as_inspection(one: Recorded, parties: Directory) -> Inspection:
    assert one.facts is not None
    key = None if one.signer is None else parties.key(one.party, one.signer)
    since = None if key is None or key.compromised_since is None else _moment(key.compromised_since)
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
    marked = []
    for one in found:
        later = [
            each
            for each in found
            if each.kind in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION)
            and each.about == one.nonce
            and each.party == one.party
            and each is not one
            and one.kind in (RecordKind.INSPECTION, RecordKind.CORRECTION, RecordKind.SERVICE)
        ]
        undone = Undone.NO
        if later:
            undone = Undone.FINAL if any(each.final for each in later) else Undone.WAITING
        marked.append(replace(one, undone=undone))
    return marked


def _queued_flag(one: Queued, *, claimed: bool) -> Flag | None:
    """The flag that a queued statement will raise: bad news counts at once, and a claim makes us wait for it."""
    statement = one.statement
    if statement.kind is Kind.CLAIM:
        return Flag.CLAIMED
    if statement.kind is Kind.MARK:
        flag = _BAD_MARKS.get(MarkKind(int(statement.values["kind"])))
        return _COUNCILS.get(flag, flag) if flag and statement.party == 0 else flag
    if statement.kind is Kind.OWNER_REPORT:
        kind = OwnerReportKind(int(statement.values["kind"]))
        return {OwnerReportKind.LOST: Flag.LOST, OwnerReportKind.STOLEN: Flag.STOLEN}.get(kind)
    if statement.kind is Kind.RETIRE:
        return Flag.RETIRED
    if statement.kind is Kind.REPLACE_CLAIM and claimed:
        return Flag.RECOVERY_OPEN
    if statement.kind is Kind.CONTEST:
        return Flag.REGISTERED_TWICE
    return None


def _event_flag(event: ChainEvent) -> Flag | None:
    """The flag that an event raised."""
    if event.name == "Marked":
        flag = _BAD_MARKS.get(MarkKind(event.args["kind"]))
        return _COUNCILS.get(flag, flag) if flag and event.args["party"] == 0 else flag
    if event.name == "OwnerReported":
        kind = OwnerReportKind(event.args["kind"])
        return {OwnerReportKind.LOST: Flag.LOST, OwnerReportKind.STOLEN: Flag.STOLEN}.get(kind)
    return {
        "Claimed": Flag.CLAIMED,
        "Retired": Flag.RETIRED,
        "Contested": Flag.REGISTERED_TWICE,
        "RecoveryOpened": Flag.RECOVERY_OPEN,
        "RecoveryCompleted": Flag.RECOVERED,
        "ItemAmended": Flag.AMENDED,
    }.get(event.name)


def _brand(organisation: Organisation | None) -> Brand | None:
    if organisation is None:
        return None
    start = organisation.programme_start
    return Brand(organisation.name, organisation.domain, date.fromisoformat(start) if start else None)


def _node_seen(tx: Tx) -> datetime | None:
    seen = tx.meta.get(NODE_SEEN)
    return None if seen is None else _moment(seen)


def _as_of(tx: Tx) -> AsOf | None:
    height = final_height(tx)
    block = tx.chain.block(height) if height >= 0 else None
    if block is not None:
        return AsOf(block.number, _moment(block.time), final=True)
    tip = tx.chain.tip()
    return None if tip is None else AsOf(tip.number, _moment(tip.time), final=False)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
