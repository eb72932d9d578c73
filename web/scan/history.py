"""The chain's events in words a buyer understands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from ledger.domain.components import part_words
from ledger.domain.epcis_told import Shown, words_of
from ledger.domain.fields import FIELDS
from ledger.domain.inspections import Authenticity, Service
from ledger.domain.parties import COUNCIL
from ledger.domain.said import Said, country, said
from ledger.domain.standing_headlines import BRAND_UNKNOWN, capital
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind
from ledger.files.countries import countries
from ledger.services.scanned import Recorded, Scan, TimelineEntry
from web.scan_view import Event
from web.scan_words import FIELDS_IN_WORDS

_NEW_OWNER: Final = frozenset({"Claimed", "HandedOver", "RecoveryCompleted"})
_CHANGES: Final = 4
"""Fields of a changed description that are spelled out."""
_OWNER: Final = {
    OwnerReportKind.LOST: said("Reported lost by its owner"),
    OwnerReportKind.STOLEN: said("Reported stolen by its owner"),
    OwnerReportKind.FOUND: said("Found again, says its owner"),
}
_MARKS: Final[dict[MarkKind, Callable[[str], Said]]] = {
    MarkKind.THEFT: lambda who: said("%(who)s reported it stolen", who=who),
    MarkKind.DISPUTE: lambda who: said("%(who)s says that its ownership is in dispute", who=who),
    MarkKind.SETTLE_THEFT: lambda who: said("%(who)s took back its report of theft", who=who),
    MarkKind.SETTLE_DISPUTE: lambda who: said("%(who)s says that the dispute is settled", who=who),
    MarkKind.RECALL: lambda who: said("%(who)s recalled it", who=who),
    MarkKind.LIFT_RECALL: lambda who: said("%(who)s ended the recall", who=who),
    MarkKind.VOID: lambda who: said("%(who)s withdrew its record", who=who),
    MarkKind.LIFT_VOID: lambda who: said("%(who)s put its record in force again", who=who),
    MarkKind.RECALL_BATCH: lambda who: said("%(who)s recalled the whole batch", who=who),
    MarkKind.LIFT_BATCH_RECALL: lambda who: said("%(who)s ended the recall of the batch", who=who),
    MarkKind.VOID_BATCH: lambda who: said("%(who)s withdrew the whole batch", who=who),
    MarkKind.LIFT_BATCH_VOID: lambda who: said("%(who)s put the batch in force again", who=who),
    MarkKind.RENEW_TWICE: lambda _: said("The double registration is still being looked into"),
    MarkKind.CLEAR_TWICE: lambda _: said("The double registration was settled"),
}
_INSPECTED: Final[dict[Authenticity | None, Callable[[str], Said]]] = {
    Authenticity.CONSISTENT: lambda by: said("Inspected by %(by)s: consistent with genuine", by=by),
    Authenticity.NOT_GENUINE: lambda by: said("Inspected by %(by)s: not genuine", by=by),
    Authenticity.INCONCLUSIVE: lambda by: said("Inspected by %(by)s: inconclusive", by=by),
    Authenticity.NOT_SUPPORTED: lambda by: said("Inspected by %(by)s: not judged", by=by),
    None: lambda by: said("Inspected by %(by)s: see below", by=by),
}
_CORRECTED: Final[dict[Authenticity | None, Callable[[str], Said]]] = {
    Authenticity.CONSISTENT: lambda by: said("Earlier inspection corrected by %(by)s: consistent with genuine", by=by),
    Authenticity.NOT_GENUINE: lambda by: said("Earlier inspection corrected by %(by)s: not genuine", by=by),
    Authenticity.INCONCLUSIVE: lambda by: said("Earlier inspection corrected by %(by)s: inconclusive", by=by),
    Authenticity.NOT_SUPPORTED: lambda by: said("Earlier inspection corrected by %(by)s: not judged", by=by),
    None: lambda by: said("Earlier inspection corrected by %(by)s: see below", by=by),
}
_SERVICES: Final[dict[int, Callable[[str], Said]]] = {
    Service.REPAIR: lambda by: said("Repaired by %(by)s", by=by),
    Service.PART_REPLACED: lambda by: said("A part was replaced by %(by)s", by=by),
    Service.CARE: lambda by: said("Cared for by %(by)s", by=by),
    Service.REFINISHED: lambda by: said("Refinished by %(by)s", by=by),
    Service.CHECKED: lambda by: said("Checked by %(by)s", by=by),
}


def timeline(scan: Scan, others: Sequence[Shown] = ()) -> tuple[tuple[Event, ...], bool]:
    """What happened to the item, oldest first, each in a sentence with its day; what `others` told, with who did.

    Where the scan is to list its newest records, the timeline has its newest lines, and beside it stands whether there
    are older ones.
    """
    most = scan.newest
    chain = list(islice(_from_chain(scan), None if most is None else most + 1))
    known = [*_made(scan), *_on_sale(scan), *reversed(chain), *(_told_by(one) for one in others)]
    told = sorted(known, key=lambda one: one[0])
    shown = told if most is None else told[-most:]
    return tuple(Event(at.date(), words) for at, words in shown), len(shown) < len(told)


def service_words(one: Recorded) -> str:
    """What a service did, and by whom; which part it replaced, where it says so."""
    if one.part:
        return said("Part replaced by %(by)s: %(part)s", by=one.by, part=part_words(one.part))
    words = _SERVICES.get(one.code)
    return words(one.by) if words else said("Serviced by %(by)s", by=one.by)


def _made(scan: Scan) -> Iterator[tuple[datetime, str]]:
    fields = scan.public_fields or {}
    if fields.get("made_on"):
        code = str(fields.get("made_in", ""))
        name = countries().get(code)
        made = datetime.fromisoformat(fields["made_on"]).replace(tzinfo=UTC)
        yield made, said("Made in %(country)s", country=country(name, code)) if name else said("Made")


def _on_sale(scan: Scan) -> Iterator[tuple[datetime, str]]:
    if scan.on_sale_at is not None:
        yield scan.on_sale_at, said("Put on sale")


def _told_by(one: Shown) -> tuple[datetime, str]:
    what = words_of(one.biz_step)
    if one.taken_back:
        words = said("%(what)s. Told by %(who)s, who took it back.", what=what, who=one.by)
    else:
        words = said("%(what)s. Told by %(who)s, not signed on the record.", what=what, who=one.by)
    return datetime.fromtimestamp(one.event_time, UTC), words


def _from_chain(scan: Scan) -> Iterator[tuple[datetime, str]]:
    """The newest first."""
    brand = scan.facts.brand.name if scan.facts.brand else BRAND_UNKNOWN
    # Counted back from the present one: of a long history the first owners are not read.
    owners = scan.subject.state.owners if scan.subject is not None and scan.subject.state is not None else 0
    known: dict[tuple[Any, ...], Recorded] = {}
    for one in scan.records:
        known.setdefault((one.nonce, one.recorded_at, one.kind), one)
    for entry in reversed(scan.timeline):
        if entry.name == "Recorded":
            told = known.get((entry.args["nonce"], entry.at, entry.args["kind"]))
            words = "" if told is None else _record_words(told)
        else:
            words = _WORDS.get(entry.name, _untold)(scan, brand, owners, entry)
        if entry.name in _NEW_OWNER:
            owners -= 1
        if words:
            yield entry.at, words if entry.final else said("%(what)s (waiting for confirmation)", what=words)


def _record_words(one: Recorded) -> str:
    if one.kind is RecordKind.SERVICE:
        return service_words(one)
    if one.kind is RecordKind.WITHDRAWAL:
        return said("%(by)s took back what it had recorded; the earlier entry stays in view", by=one.by)
    words = _INSPECTED if one.kind is RecordKind.INSPECTION else _CORRECTED
    return words[one.facts.authenticity if one.facts else None](one.by)


def _untold(_scan: Scan, _brand: str, _owners: int, _entry: TimelineEntry) -> str:
    # Openings and withdrawn offers tell a buyer nothing.
    return ""


def _plainly(words: Callable[[str, int], str]) -> Callable[[Scan, str, int, TimelineEntry], str]:
    return lambda _scan, brand, owners, _entry: words(brand, owners)


def _handed_over(scan: Scan, _brand: str, owners: int, entry: TimelineEntry) -> str:
    if entry.args["offer"] in scan.tag_answers:
        return said("Handed over to a new owner, number %(n)s. The tag answered at the handover.", n=owners)
    return said("Handed over to a new owner, number %(n)s", n=owners)


def _marked(_scan: Scan, brand: str, _owners: int, entry: TimelineEntry) -> str:
    who = said("the council") if entry.args["party"] == COUNCIL else brand
    return capital(_MARKS[MarkKind(entry.args["kind"])](who))


def _owner_reported(_scan: Scan, _brand: str, _owners: int, entry: TimelineEntry) -> str:
    return _OWNER[OwnerReportKind(entry.args["kind"])]


def _amended(scan: Scan, brand: str, _owners: int, entry: TimelineEntry) -> str:
    """That the description changed and, for one item, what it was before: nothing that was once shown is lost."""
    changed_it = capital(said("%(brand)s changed the description; the earlier one stays on record", brand=brand))
    told = [one for one in scan.timeline if one.name == "ItemAmended"]
    # One that was made by another program is not kept here in words.
    if entry.name != "ItemAmended" or scan.public_fields is None or len(told) != len(scan.earlier_fields):
        return changed_it
    place = next(number for number, one in enumerate(told) if one is entry)
    shown = [*scan.earlier_fields, scan.public_fields]
    before, after = shown[place], shown[place + 1]
    changed = [name for name in FIELDS if before.get(name) != after.get(name)]
    told_of = [_before(name, before.get(name)) for name in changed[:_CHANGES]]
    if not told_of:
        return changed_it
    was = functools.reduce(lambda first, second: said("%(first)s; %(second)s", first=first, second=second), told_of)
    return said("%(changed)s: %(was)s", changed=changed_it, was=was)


def _before(name: str, value: Any) -> Said:
    field = FIELDS_IN_WORDS[name]
    if value is None:
        return said("%(field)s was not given", field=field)
    was = ", ".join(value) if isinstance(value, list) else str(value)
    return said("%(field)s was “%(was)s”", field=field, was=was)


_WORDS: Final[Mapping[str, Callable[[Any, str, int, TimelineEntry], str]]] = {
    "BatchRegistered": _plainly(lambda brand, _: said("Registered by %(brand)s", brand=brand)),
    "Claimed": _plainly(lambda _, __: said("First owner")),
    "HandedOver": _handed_over,
    "RecoveryOpened": _plainly(lambda _, __: said("Someone asked to have it given back; public notice began")),
    "RecoveryEnded": _plainly(lambda _, __: said("The request to have it given back ended")),
    "RecoveryCompleted": _plainly(lambda _, n: said("Given back after public notice, to owner number %(n)s", n=n)),
    "ClaimReplaced": _plainly(lambda brand, _: capital(said("%(brand)s replaced its claim card", brand=brand))),
    "Retired": _plainly(lambda _, __: said("Taken out of circulation")),
    "Contested": _plainly(lambda _, __: said("Found to be registered twice")),
    "ItemAmended": _amended,
    "BatchAmended": _amended,
    "OwnerReported": _owner_reported,
    "Marked": _marked,
    "BatchMarked": _marked,
}
