"""What stands on a printed receipt, in the reader's language: the words of the page, and when they were so."""

from __future__ import annotations

from typing import Final

from flask import request
from flask_babel import gettext as _

from ledger.domain.inspections import Remark
from ledger.domain.receipts import ReceiptKind
from ledger.domain.said import said
from ledger.domain.standing_dates import day, stamp
from ledger.domain.standing_facts import AsOf
from ledger.domain.statements import RecordKind
from ledger.files.receipt_sheet import Printed, Rows, Section
from ledger.services.errands import item_name
from ledger.services.receipts import Issued
from ledger.services.receipts_recorded import Entry
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import moment
from web.languages import language_of
from web.scan.reports import report_words
from web.scan_view import ScanView
from web.scan_words import METHODS, RESULTS
from web.wording import here, translated

TITLES: Final = {
    ReceiptKind.CHECK: said("What the ledger said when you looked"),
    ReceiptKind.CLAIM: said("Receipt of a claim"),
    ReceiptKind.HANDOVER: said("Receipt of a handover"),
    ReceiptKind.INSPECTION: said("Receipt of an inspection"),
}
_HEADLINES: Final = {
    ReceiptKind.CLAIM: said("Claimed by its first owner"),
    ReceiptKind.HANDOVER: said("Handed over to a new owner"),
}
_REMARKS: Final = {
    Remark.ALTERED: said("Seen: altered or customised."),
    Remark.PARTS_REPLACED: said("Seen: parts replaced."),
    Remark.CODE_MOVED: said("Seen: the code may have been moved from another item."),
}
_MOST: Final = 600
"""Letters of one text on paper: the file has the rest."""
_INSPECTIONS: Final = 10


def printed_check(issued: Issued, scan: Scan, view: ScanView) -> Printed:
    """A buyer's check on paper: all that the page said, and when."""
    about = view.item.name if view.item else _("GTIN %(gtin)s", gtin=scan.gtin or "")
    sections = [
        Section(
            _("What we checked"), rows=tuple((_s(one.name), _check(one.verdict, one.words)) for one in view.checks)
        ),
        Section(_("What we cannot know"), tuple(_s(one) for one in view.cannot_know)),
        Section(
            _("Inspections"),
            rows=tuple(
                (
                    _s(one.result),
                    _join(_("%(how)s. By %(by)s, %(day)s.", how=one.how, by=one.by, day=one.when), _s(one.note)),
                )
                for one in view.inspections[:_INSPECTIONS]
            ),
        ),
        Section(
            _("When this was so"),
            rows=(
                (_("You looked"), _s(stamp(scan.standing.at))),
                (_("State of the ledger"), as_of_words(scan.standing.as_of)),
                (_("Time zone"), _("All times are in UTC.")),
                (_("Answered by"), view.domain),
            ),
        ),
    ]
    tick = _("The answer carried the tick.") if scan.standing.tick else _("The answer carried no tick.")
    lines = tuple(_join(_s(one.headline), _s(one.words)) for one in view.lines)
    return _printed(
        issued,
        about=about,
        details=(view.item.details if view.item else "", *_identity(issued)),
        headline=_s(view.headline),
        colour=view.colour,
        texts=(_join(*(_s(one) for one in view.sentences)), _s(view.next_step), *lines, tick),
        sections=sections,
    )


def printed_entry(issued: Issued, entry: Entry) -> Printed:
    """A claim, a handover or an inspection on paper."""
    fields = issued.document["item"]
    facts = entry.inspection.facts if entry.inspection else None
    headline = RESULTS[facts.authenticity] if facts else _HEADLINES[entry.kind]
    if facts:
        note = _("An inspection is the opinion of whoever signed it on that day. It is no guarantee.")
        what = Section(_("The inspection"), rows=_inspection(entry))
    else:
        note = _("Owners are named by pseudonyms. Nobody can tell from one who that is.")
        what = Section(_("Who"), rows=_who(entry))
    return _printed(
        issued,
        about=item_name(entry.subject),
        details=(str(fields["maker"]), str(fields["detail"]), *_identity(issued)),
        headline=_s(headline),
        colour="grey",
        texts=(note,),
        sections=[
            what,
            Section(
                _("When this was so"),
                rows=(
                    (_("Recorded"), _block(entry.event.block, stamp(moment(entry.event.time)))),
                    (_("Final"), _final(entry)),
                    (_("State of the ledger"), as_of_words(entry.as_of)),
                    (_("Receipt issued"), _s(stamp(moment(issued.stamp.issued_at)))),
                    (_("Time zone"), _("All times are in UTC.")),
                ),
            ),
            Section(
                _("Check it yourself"),
                rows=(
                    (_("Statement"), str(issued.document["statement"])),
                    (_("Contract"), str(issued.document["ledger"]["contract"])),
                    (_("Chain"), str(issued.document["ledger"]["chain_id"])),
                ),
            ),
        ],
    )


def as_of_words(found: AsOf | None) -> str:
    """The block that an answer rests on, in words."""
    if found is None:
        return str(_("None was known."))
    if found.final:
        return str(_("Block %(number)s of %(time)s, final.", number=str(found.block), time=stamp(found.time)))
    return str(_("Block %(number)s of %(time)s, not final.", number=str(found.block), time=stamp(found.time)))


def _printed(
    issued: Issued,
    *,
    about: str,
    details: tuple[str, ...],
    headline: str,
    colour: str,
    texts: tuple[str, ...],
    sections: list[Section],
) -> Printed:
    number = grouped(issued.stamp.number)
    kind = _s(TITLES[issued.stamp.kind])
    return Printed(
        language=language_of(request),
        title=_("%(kind)s: %(item)s", kind=kind, item=about),
        kind=kind,
        about=about,
        details=tuple(one for one in details if one),
        headline=headline,
        tick=issued.stamp.tick,
        colour=colour,
        texts=tuple(_cut(one) for one in texts if one),
        sections=tuple(
            Section(one.title, one.texts, tuple((name, _cut(value)) for name, value in one.rows))
            for one in sections
            if one.texts or one.rows
        ),
        address=issued.address,
        code_title=_("Is this receipt real, and does it still hold?"),
        code_words=(
            _("Scan the code. The page says whether this ledger issued the receipt, and what it says today."),
            _("Compare its facts with this sheet. What stands here and not there proves nothing."),
            _("Receipt number %(number)s", number=number),
        ),
        code_alt=_("Code that leads to the check of this receipt"),
        page_words=_("Receipt %(number)s, page %(page)s", number=number, page="%(page)s"),
    )


def grouped(number: str) -> str:
    """A receipt's number as people read it."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def _identity(issued: Issued) -> tuple[str, str]:
    return f"GTIN {issued.stamp.gtin}", _("Serial %(serial)s", serial=issued.stamp.serial)


def _who(entry: Entry) -> Rows:
    if entry.kind is ReceiptKind.CLAIM:
        return ((_("First owner"), entry.owner),)
    return (_("Given by"), entry.before), (_("Taken by"), entry.owner)


def _inspection(entry: Entry) -> Rows:
    one = entry.inspection
    assert one is not None
    assert one.facts is not None
    by = _join(one.inspector, f"({one.by}, {one.place})" if one.place else f"({one.by})") if one.inspector else one.by
    seen = [_s(words) for remark, words in _REMARKS.items() if remark in one.facts.remarks]
    rows = [
        (_("Inspected by"), by),
        (_("Day of the inspection"), _s(day(one.on))),
        (_("How"), _s(METHODS[one.facts.method])),
        (_("Number of people"), str(one.facts.persons)),
        (_("Points checked"), str(one.facts.points) if one.facts.points else ""),
        (_("Condition"), one.facts.condition or ""),
        (_("Seen beside that"), _join(*seen)),
        (_("What was examined"), _join(*(_s(text) for text in report_words(one.report)))),
        (_("Photos and documents"), str(len(one.evidence)) if one.evidence else ""),
        (_("Corrects an earlier one"), str(one.about) if one.kind is RecordKind.CORRECTION else ""),
        (_("Fingerprint of the report"), "0x" + bytes(entry.event.args["report"]).hex()),
    ]
    return tuple((name, value) for name, value in rows if value)


def _final(entry: Entry) -> str:
    if not entry.final:
        return str(_("Not final yet: it may still be lost."))
    if entry.as_of is None:
        return str(_("Final: it can no longer be lost."))
    return str(_("Final at the latest since %(time)s: it can no longer be lost.", time=stamp(entry.as_of.time)))


def _block(number: int, time: str) -> str:
    return str(_("Block %(number)s of %(time)s", number=str(number), time=time))


def _check(verdict: str, words: str) -> str:
    return str(_("%(verdict)s: %(words)s", verdict=_s(verdict), words=_s(words)))


def _s(text: str) -> str:
    return str(translated(text))


def _join(*texts: str) -> str:
    """Sentences one after another, as the language parts them."""
    return ("" if here().language == "zh" else " ").join(one for one in texts if one)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else text[: _MOST - 1].rstrip() + "…"
