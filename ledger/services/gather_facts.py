"""Everything the verdict on one item rests on, read from our copy of the chain and the outbox in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ledger.domain.batches import Amendment
from ledger.domain.chain_view import ChainEvent
from ledger.domain.components import parts_in
from ledger.domain.custody import BatchFlag, Flag, ItemState
from ledger.domain.epcis_told import SHOWN
from ledger.domain.fields import stays_private
from ledger.domain.gtins import check_gtin
from ledger.domain.lines import Line
from ledger.domain.news import BAD_BATCH_MARKS, flag_of_event, flag_of_statement
from ledger.domain.organisations import Organisation
from ledger.domain.outbox import Queued, State
from ledger.domain.parties import Directory
from ledger.domain.signers import only_the_chain_can_tell
from ledger.domain.standing import standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Brand,
    CloneSignal,
    Custody,
    Facts,
    Handover,
    Hold,
    Progress,
    Raised,
    Registration,
    Stage,
)
from ledger.domain.statements import Kind, MarkKind
from ledger.domain.tags import Tapped
from ledger.services.amend_item import accepted_amendments
from ledger.services.ask_owner import confirmed_at
from ledger.services.compare_looks import signals_of
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.keep_line import without_note
from ledger.services.keep_reference import in_languages
from ledger.services.open_item import registration_event
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.read_records import as_inspection, records_of
from ledger.services.scanned import Beside, Scan, TimelineEntry
from ledger.services.views_of_chain import Listed, directory, final_height, fold_batch_flags, moment

_TIMELINE = 100


class FactReader:
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

    def scan(
        self,
        looks_different: bool,
        session: bytes | None = None,
        *,
        alone: bool = True,
        tapped: Tapped | None = None,
        newest: int | None = None,
    ) -> Scan:
        """The scan; `alone` is False for one of many, where whom the owner trusts is not asked for each. `newest` is
        how many records it lists at least, where not all of them are wanted.
        """
        subject, tx = self.subject, self.tx
        answered = self._answered(session)
        organisation = tx.organisations.by_party(subject.batch.brand)
        registered = registration_event(tx, subject.batch.number)
        records, left_out = records_of(tx, subject.item.item, self.queued, self.final, newest)
        later = accepted_amendments(tx, subject.item.item)
        described = self._descriptions(later)
        state_final = tx.chain.state(subject.item.item, self.final)
        on_sale_at = tx.batches.on_sale_at(subject.item.item)
        in_final = registered is not None and registered.block <= self.final
        facts = Facts(
            Asked.ITEM,
            known=True,
            brand=brand_of(organisation),
            description=_description(described[-1]),
            registration=self._registration(registered),
            gtin_in_prefixes=registered is None
            or self.parties.holds_prefix(subject.batch.brand, check_gtin(subject.item.gtin), registered.block),
            on_sale=subject.claimed or on_sale_at is not None,
            final=self._custody(state_final, self._batch_flags(self.final)) if in_final else None,
            latest=self._latest(),
            opened_from_later_batch=subject.state is not None and subject.state.batch != subject.batch.number,
            handover=self._handover(),
            inspections=tuple(as_inspection(one, self.parties) for one in records if one.facts),
            clone_signals=self._signals(),
            owner_confirmed_at=moment(answered[0]) if answered else None,
            confirmed_by=answered[1] if answered else None,
            held_for_sale_by=self._consignee() if alone else None,
            looks_different=looks_different,
            tapped=tapped,
            recall_reason=self._words(MarkKind.RECALL, MarkKind.RECALL_BATCH, "reason"),
            recall_advice=self._words(MarkKind.RECALL, MarkKind.RECALL_BATCH, "advice"),
            void_reason=self._words(MarkKind.VOID, MarkKind.VOID_BATCH, "reason"),
            node_seen_at=node_seen(tx),
            as_of=as_of(tx),
            holds=holds_on(tx, subject.item.gtin, subject.item.serial, self.now),
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
            parts=tuple(parts_in(later[-1].fields if later else subject.item.fields)),
            timeline=tuple(self._timeline(registered)),
            records=tuple(records),
            left_out=left_out,
            newest=newest,
            head=None if subject.state is None else "0x" + subject.state.head.hex(),
            contract=deployed.get("contract"),
            chain_id=deployed.get("chain_id"),
            tag_answers=self._tag_answers() if alone else {},
            beside=self._beside() if alone else None,
            on_sale_at=None if on_sale_at is None else moment(on_sale_at),
        )

    def _answered(self, session: bytes | None) -> tuple[int, str | None] | None:
        """When the owner last answered this session, and the name of whoever did it for them."""
        found = confirmed_at(self.tx, session, self.subject.item.item, int(self.now.timestamp()))
        if found is None or found[1] is None:
            return found
        by = self.tx.organisations.get(found[1])
        return found[0], None if by is None else by.name

    def _consignee(self) -> str | None:
        if not self.subject.claimed:
            return None
        for one in self.tx.asks.entrustments(self.subject.item.item):
            if one.holds(int(self.now.timestamp()), self.subject.holder):
                found = self.tx.organisations.get(one.organisation)
                return None if found is None else found.name
        return None

    def _beside(self) -> Beside:
        line = self.tx.lines.get(self.subject.item.gtin)
        told = self.tx.epcis.shown(self.subject.item.item, SHOWN)
        return Beside(None if line is None else without_note(line), tuple(told))

    def _tag_answers(self) -> Mapping[bytes, int]:
        """Asked only for what was ever handed over."""
        handed_over = any(event.name == "HandedOver" for event in self.events)
        return self.tx.tags.at_handovers(self.subject.item.item) if handed_over else {}

    def _signals(self) -> tuple[CloneSignal, ...]:
        state = self.subject.state
        since = None if state is None else state.owner_since
        return signals_of(self.tx, self.subject.item, since, int(self.now.timestamp()))

    def _descriptions(self, later: Sequence[Amendment]) -> list[dict[str, Any]]:
        """What the record has shown to everyone, oldest first; the last counts."""
        item, private = self.subject.item, self.subject.batch.private_fields
        return [public_fields(item.fields, private), *(public_fields(one.fields, one.private_fields) for one in later)]

    def _amended(self) -> bool:
        state = self.subject.state
        return (state is not None and Flag.AMENDED in state.flags) or BatchFlag.AMENDED in self._batch_flags(None)

    def _registration(self, event: ChainEvent | None) -> Registration | None:
        if event is not None:
            progress = Progress.FINAL if event.block <= self.final else Progress.ACCEPTED
            key = self.parties.key(self.subject.batch.brand, event.args["signer"])
            since = None if key is None or key.compromised_since is None else moment(key.compromised_since)
            return Registration(progress, moment(event.time), since)
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
                moment(state.until[flag]) if flag in state.until else None,
                self._police(flag),
            )
            for flag in Flag
            if flag in state.flags
        )
        since = None if state.owner_since is None else moment(state.owner_since)
        return Custody(raised, batch, since)

    def _latest(self) -> Custody:
        """The newest state, with bad news that is only queued."""
        custody = self._custody(self.subject.state, self._batch_flags(None))
        raised = list(custody.raised)
        batch = custody.batch
        for one in self.queued:
            flag = flag_of_statement(one.statement, claimed=self.subject.claimed)
            if flag is not None and all(known.flag is not flag for known in raised):
                raised.append(Raised(flag, moment(one.created_at)))
        for one in self.queued_batch:
            if one.statement.kind is Kind.MARK:
                batch |= BAD_BATCH_MARKS.get(MarkKind(int(one.statement.values["kind"])), BatchFlag(0))
        return replace(custody, raised=tuple(raised), batch=batch)

    def _batch_flags(self, at: int | None) -> BatchFlag:
        return fold_batch_flags(self.batch_events, at)

    def _since(self, flag: Flag) -> datetime | None:
        for event in reversed(self.events):
            if flag_of_event(event) is flag:
                return moment(event.time)
        return None

    def _police(self, flag: Flag) -> bool | None:
        for event in reversed(self.events):
            if flag_of_event(event) is flag and flag in (Flag.STOLEN, Flag.BRAND_THEFT, Flag.COUNCIL_THEFT):
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
                return in_languages(report.body, name)
        return None

    def _handover(self) -> Handover | None:
        for one in self.queued:
            if one.statement.kind is Kind.ACCEPT:
                return Handover(Stage.ACCEPTED, moment(one.created_at))
        for event in reversed(self.events):
            if event.name == "HandedOver" and event.block > self.final:
                return Handover(Stage.ACCEPTED, moment(event.time))
        state = self.subject.state
        for offer in self.tx.papers.open_offers(self.subject.item.item, self.ledger.now()):
            current = state is not None and offer.values["sequence"] == state.sequence
            vouched = not only_the_chain_can_tell(bytes.fromhex(offer.signature[2:]))
            if current and vouched and offer.released_at is not None:
                return Handover(Stage.OFFERED, moment(offer.released_at), moment(offer.expires_at))
        return None

    def _timeline(self, registered: ChainEvent | None) -> Iterable[TimelineEntry]:
        events = ([registered] if registered else []) + [e for e in self.events if e.name != "ItemOpened"]
        events += [e for e in self.batch_events if e.name != "BatchRegistered"]
        for event in sorted(events, key=lambda e: (e.block, e.log_index)):
            yield TimelineEntry(moment(event.time), event.name, event.args, event.block, event.block <= self.final)


def public_fields(fields: Mapping[str, Any], private: Sequence[str]) -> dict[str, Any]:
    """The fields of a record that the brand shows to everyone."""
    return {name: value for name, value in fields.items() if not stays_private(name, private)}


def _description(shown: Mapping[str, Any]) -> str:
    parts = [str(shown[name]) for name in ("model_ref", "colour") if shown.get(name)]
    return ", ".join(parts)


def brand_of(organisation: Organisation | None, line: Line | None = None) -> Brand | None:
    """An organisation as the page names it, and since when it registers items; of one line, where that is asked."""
    if organisation is None:
        return None
    own = line is not None and line.organisation == organisation.id
    start = (line.programme_start if line is not None and own else None) or organisation.programme_start
    return Brand(organisation.name, organisation.domain, date.fromisoformat(start) if start else None)


def holds_on(tx: Tx, gtin: str, serial: str, now: datetime) -> tuple[Hold, ...]:
    """Orders of courts that hold an item now."""
    found = tx.orders.of_item(gtin, serial, int(now.timestamp()))
    return tuple(Hold(one.id, one.court, moment(one.from_at), moment(one.ends_at), one.territories) for one in found)


def node_seen(tx: Tx) -> datetime | None:
    """When the worker last heard from a node."""
    seen = tx.meta.get(NODE_SEEN)
    return None if seen is None else moment(seen)


def as_of(tx: Tx) -> AsOf | None:
    """The block that an answer is as of."""
    height = final_height(tx)
    block = tx.chain.block(height) if height >= 0 else None
    if block is not None:
        return AsOf(block.number, moment(block.time), final=True)
    tip = tx.chain.tip()
    return None if tip is None else AsOf(tip.number, moment(tip.time), final=False)
