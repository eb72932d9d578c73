"""From what the ledger answers to what the page shows, in this request's language and with its addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from flask import Request, request, url_for

from ledger.domain.epcis_told import Shown as Told
from ledger.domain.errors import Unavailable
from ledger.domain.identity import path
from ledger.domain.inspections import Remark
from ledger.domain.lines import Line
from ledger.domain.said import said, said_many
from ledger.domain.standing import standing
from ledger.domain.standing_dates import day
from ledger.domain.standing_facts import Asked, Facts, Progress, Registration, Undone
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import RecordKind
from ledger.services.epcis_capture import told_about
from ledger.services.ports import Ledger
from ledger.services.scanned import Recorded, Scan
from ledger.services.views_of_chain import Listed
from web.languages import in_language, language_of
from web.part_words import part_list
from web.scan.history import service_words, timeline
from web.scan.looks import can_compare, with_photo
from web.scan.reports import report_words
from web.scan.tracks import known_track, overturned_line
from web.scan_view import EarlierChecks, Opinion, ScanView, SelfCheck, Shown, scan_view
from web.scan_view import Scan as PageScan

STATUS: Final = {Key.UNKNOWN: 404, Key.BAD_CODE: 422, Key.SLOW_DOWN: 429, Key.UNAVAILABLE: 503}
"""HTTP of the verdicts that are not plainly answers: everything else is 200, bad news above all."""
RETRY_AFTER: Final = 15
VERIFY_COMMAND: Final = "touchmark verify passport.json --trust touchmark.json"
"""The contract comes from a list that the reader keeps, never from the passport."""
_TELL: Final = ("found_it", "seen_it", "report", "contest", "already_paid")
"""Buttons behind which somebody writes to the owner or to the brand."""
_REMARKS: Final = {
    Remark.ALTERED: said("Seen: altered or customised."),
    Remark.PARTS_REPLACED: said("Seen: parts replaced."),
    Remark.CODE_MOVED: said("Seen: the code may have been moved from another item."),
}


def looks_different(request: Request) -> bool:
    """Whether the visitor said that the thing before them looks different."""
    return request.args.get("looks") == "different"


def slowed(scan: Scan, seconds: int, now: datetime) -> Scan:
    """The same answer for one who asks too often: bad news stays, the rest has to wait."""
    facts = replace(scan.facts, retry_after=seconds)
    return replace(scan, facts=facts, standing=standing(facts, now))


def unavailable(now: datetime) -> Scan:
    """The answer while our own records cannot be read: nothing is known, and nothing is denied."""
    # As if it were known, since it may be; and then without a word of what that would mean.
    facts = Facts(Asked.ITEM, known=True, registration=Registration(Progress.QUEUED))
    return Scan(facts, replace(standing(facts, now), lines=(), checked=(), cannot_know=()))


def view_of(
    ledger: Ledger, scan: Scan, request: Request, earlier: EarlierChecks | None = None, line: Line | None = None
) -> ScanView:
    """The page of a scan; `line` is what the catalogue shows of its model."""
    shown, hrefs, care = _shown(scan), _hrefs(scan, request), _care(scan)
    told, older = timeline(scan, _told_by_others(ledger, scan))
    listed = {id(one) for one in scan.listed}
    if older or scan.left_out or len(listed) < len(scan.records):
        hrefs["history"] = "?" + urlencode({**request.args.to_dict(), "history": "whole"}) + "#timeline"
    if line is not None:
        language = language_of(request)
        shown = with_photo(shown, line, language)
        care = [*line.said(language)[0].care.splitlines(), *care]
        if can_compare(line):
            hrefs["compare"] = in_language("?looks=compare")
    return scan_view(
        PageScan(
            facts=scan.facts,
            standing=scan.standing,
            domain=urlsplit(ledger.public_url).netloc,
            hrefs=hrefs,
            item=shown,
            timeline=told,
            care=tuple(one for one in care if one.strip()),
            self_check=_self_check(scan),
            earlier=earlier,
            opinions=tuple(_opinion(ledger, one) if id(one) in listed else None for one in scan.records if one.facts),
        )
    )


def _told_by_others(ledger: Ledger, scan: Scan) -> list[Told]:
    """What others have told of the item by capture; nothing while that cannot be read, for no answer rests on it."""
    if scan.beside is not None:
        return list(scan.beside.told)
    if scan.subject is None:
        return []
    try:
        return told_about(ledger, scan.subject.item.item)
    except Unavailable:
        return []


def _hrefs(scan: Scan, request: Request) -> dict[str, str]:
    here = in_language("?")
    check = url_for("scan.check")
    hrefs = {"type_again": check, "type_serial": check, "refresh": here, "try_again": here}
    if scan.subject is not None and scan.standing.key is not Key.UNKNOWN:
        hrefs["save_check"] = "?" + urlencode({**request.args.to_dict(), "format": "pdf"})
        hrefs["save_file"] = "?" + urlencode({**request.args.to_dict(), "format": "receipt"})
        hrefs.update(_own(scan, scan.subject))
        if not scan.facts.looks_different:
            hrefs["looks_different"] = "?" + urlencode({**request.args.to_dict(), "looks": "different"})
    return hrefs


def _own(scan: Scan, subject: Listed) -> dict[str, str]:
    """Where the owners' pages go on from an item's, for the buttons that there are."""
    ways: dict[str, tuple[str, dict[str, Any]]] = {name: ("owner.write", {"kind": name}) for name in _TELL}
    ways |= dict.fromkeys(("continue_transfer", "new_owner", "second_hand"), ("owner.how_to_buy", {}))
    if subject.state is not None and subject.state.recovery_due is not None:
        ways["new_card"] = "owner.recovery", {}
    if subject.claimed:
        ways["ask_seller"] = "owner.ask", {}
    elif scan.standing.key is Key.UNCLAIMED:
        ways["claim"] = "owner.claim", {}
    shown = [(name, *ways[name]) for name in scan.standing.buttons if name in ways]
    return {name: url_for(endpoint, item=subject.item.item, **more) for name, endpoint, more in shown}


def item_href(gtin: Any, serial: str) -> str:
    """The address of an item's page on this host."""
    return in_language(request.script_root + path(gtin, serial))


def _shown(scan: Scan) -> Shown | None:
    fields = scan.public_fields
    # Before its registration is signed, an item is nobody's business but its brand's.
    if fields is None or scan.serial is None or scan.standing.key is Key.UNKNOWN:
        return None
    parts = [str(fields[name]) for name in ("colour", "size") if fields.get(name)]
    parts += [", ".join(fields["materials"])] if fields.get("materials") else []
    parts += [str(fields["made_on"])[:4]] if fields.get("made_on") else []
    name = str(fields.get("model_ref") or f"GTIN {scan.gtin}")
    # A photo on somebody else's host would tell them who looks at what: see the content policy.
    return Shown(name, ", ".join(parts), scan.serial[-4:])


def _care(scan: Scan) -> list[str]:
    fields = scan.public_fields or {}
    told: list[str] = [
        said("%(service)s, %(day)s.", service=service_words(one), day=day(one.on))
        for one in scan.listed
        if one.kind is RecordKind.SERVICE and one.undone is Undone.NO
    ]
    if scan.parts:
        told.append(said("This item was registered with serials for: %(parts)s.", parts=part_list(scan.parts)))
    months = fields.get("warranty_months")
    if months:
        told.append(
            said_many(
                "The brand gives %(n)s month of warranty from the purchase.",
                "The brand gives %(n)s months of warranty from the purchase.",
                int(months),
            )
        )
    return told


def _self_check(scan: Scan) -> SelfCheck | None:
    if scan.contract is None or scan.chain_id is None:
        return None
    registration = scan.facts.registration
    if registration is None or registration.progress is not Progress.FINAL or scan.gtin is None or scan.serial is None:
        return SelfCheck(None, scan.chain_id, scan.contract, head=scan.head)
    href = f"/v1/items/{scan.gtin}/{quote(scan.serial, safe='')}/passport"
    page = f"/verify/#passport={quote(href, safe='')}"
    return SelfCheck(VERIFY_COMMAND, scan.chain_id, scan.contract, passport_href=href, page_href=page, head=scan.head)


def _opinion(ledger: Ledger, one: Recorded) -> Opinion:
    assert one.facts is not None
    facts = one.facts
    told: list[str] = []
    if facts.condition:
        told.append(said("Condition %(grade)s, from A (as new) to E (worn out).", grade=facts.condition))
    if facts.points:
        told.append(said_many("%(n)s point checked.", "%(n)s points checked.", facts.points))
    told += [words for remark, words in _REMARKS.items() if remark in facts.remarks]
    told += report_words(one.report)
    pictures = tuple(url_for("scan.thumbnail", sha256=sha256) for sha256 in one.evidence)
    links = tuple(url_for("scan.evidence", sha256=sha256) for sha256 in one.evidence)
    return Opinion(
        tuple(told),
        tuple(zip(pictures, links, strict=True)),
        one.operator_signed,
        one.by_person,
        _by(one),
        overturned_line(one.by, known_track(ledger, one.party)),
        url_for("scan.authenticator", slug=one.slug) if one.slug else "",
        _receipt(one),
    )


def _receipt(one: Recorded) -> str:
    """Where an inspection's receipt is; it has one once it stands in the ledger."""
    if one.statement is None or not one.accepted:
        return ""
    return url_for("receipts.recorded", statement=int.from_bytes(one.statement, "big"), kind="pdf")


def _by(one: Recorded) -> str:
    if one.inspector and one.place:
        return said("%(person)s (%(name)s, %(place)s)", person=one.inspector, name=one.by, place=one.place)
    if one.inspector:
        return said("%(person)s (%(name)s)", person=one.inspector, name=one.by)
    return said("%(name)s, %(place)s", name=one.by, place=one.place) if one.place else ""


def moment(seconds: float) -> datetime:
    """A moment of the ledger's clock."""
    return datetime.fromtimestamp(seconds, UTC)
