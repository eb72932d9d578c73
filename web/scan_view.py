"""From a verdict and what the record shows of an item to what the scan page shows: pure, no clock.

The caller says which buttons have somewhere to go (`hrefs`); one without an address is not shown, so that no
button is dead. Places on the page itself are known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from ledger.domain.inspections import Method
from ledger.domain.said import said, said_many, shaped
from ledger.domain.standing import Standing
from ledger.domain.standing_dates import clock, day, moment, month, stamp
from ledger.domain.standing_facts import Facts, Inspection
from ledger.domain.standing_headlines import LOOKS, Key, capital
from ledger.domain.standing_phrases import brand_name, why_not_counted
from ledger.domain.standing_tags import Line
from web.scan_words import CHECK_WORDS, LABELS, RESULTS

_OPERATOR_SIGNED: Final = said("Signed by the operator of this site, who keeps the inspector's key.")
_PAID: Final = frozenset({Key.REPORTED_STOLEN, Key.COUNTERFEIT_FOUND, Key.REVOKED})


@dataclass(frozen=True, slots=True)
class Shown:
    """What the buyer compares with the thing before them; `photo` is an address on this host."""

    name: str
    details: str = ""
    serial_tail: str = ""
    photo: str | None = None
    photo_set: str = ""
    """The photo's other widths (HTML, srcset)."""
    photo_alt: str = ""
    """What the brand says it shows."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    when: date
    words: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an inspection says beside its result: sentences, and (small picture, whole file) addresses."""

    texts: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    operator_signed: bool = False
    person_signed: bool = False
    by: str = ""
    """Who, with the person's name and the place where they are shown; empty for the organisation's name alone."""
    about: str = ""
    """How often the inspector was overturned, empty where there are too few cases."""
    href: str = ""
    """The inspector's own page."""
    receipt: str = ""
    """Where the inspection's own receipt is."""


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What a person needs to verify the answer without us; `head` names the item's newest entry."""

    command: str | None
    chain_id: int
    contract: str
    passport_href: str | None = None
    page_href: str | None = None
    """The page that checks it in the browser, told which file is meant; it is fetched when the reader says so."""
    head: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierChecks:
    """How often this code was asked about, this time included, and when and in which country first."""

    count: int
    first: datetime
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything the page is made from. `domain` is the host that answers, shown to be compared."""

    facts: Facts
    standing: Standing
    domain: str
    hrefs: Mapping[str, str] = field(default_factory=dict)
    item: Shown | None = None
    timeline: tuple[Event, ...] = ()
    care: tuple[str, ...] = ()
    self_check: SelfCheck | None = None
    earlier: EarlierChecks | None = None
    opinions: tuple[Opinion | None, ...] = ()
    """One for each of the facts' inspections, in their order, None for one that is not listed; or none at all."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button that leads somewhere; `post` where it begins something, so that it is a form's."""

    key: str
    label: str
    href: str
    post: bool = False


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One of the five lines of "What we checked": `found` picks the mark, `verdict` is its word."""

    name: str
    found: str
    verdict: str
    words: str
    when: str


@dataclass(frozen=True, slots=True)
class Also:
    """Something else on the record, under the verdict; `colour` belongs to what it says."""

    headline: str
    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class InspectionCard:
    """One inspection as the public reads it."""

    result: str
    how: str
    by: str
    when: str
    note: str
    counts: bool
    texts: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    signed: str = ""
    about: str = ""
    href: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class ScanView:
    """What the templates print: addresses, and plain text that becomes the page's language when it is printed."""

    key: str
    icon: str
    shape: str
    colour: str
    headline: str
    earlier: str
    sentences: tuple[str, ...]
    next_step: str
    lines: tuple[Also, ...]
    primary: Button | None
    others: tuple[Button, ...]
    checked_on: str
    checked_at: str
    domain: str
    brand: str
    brand_known: bool
    brand_domain: str
    since: str
    item: Shown | None
    looks_different: str
    compare: str
    checks: tuple[CheckRow, ...]
    cannot_know: tuple[str, ...]
    paid: bool
    why: tuple[str, ...]
    recall: tuple[str, ...]
    timeline: tuple[tuple[str, str], ...]
    history_href: str
    """Where everything is listed, empty where this page does."""
    inspections: tuple[InspectionCard, ...]
    care: tuple[str, ...]
    save_href: str
    file_href: str
    type_href: str
    self_check: SelfCheck | None
    block: int | None
    block_time: str


def scan_view(scan: Scan) -> ScanView:
    """The page's content. Total: every standing has a page."""
    facts, got = scan.facts, scan.standing
    why = tuple(one.words for one in facts.clone_signals or ()) if _says(got, Key.CLONE_SUSPECTED) else ()
    recall = _recall(facts) if _says(got, Key.RECALLED) else ()
    buttons = _buttons(scan, bool(why), bool(recall))
    about_item = got.key not in (Key.BAD_CODE, Key.PRODUCT_ONLY, Key.SLOW_DOWN)
    recorded = about_item and got.key is not Key.UNKNOWN
    return ScanView(
        key=got.key,
        icon=got.icon,
        shape=got.shape,
        colour=got.colour,
        headline=got.headline,
        earlier=_earlier(scan.earlier) if scan.earlier and about_item else "",
        sentences=got.sentences,
        next_step=got.next_step,
        lines=tuple(_also(one) for one in got.lines),
        primary=buttons[0] if buttons else None,
        others=buttons[1:],
        checked_on=day(got.at),
        checked_at=clock(got.at),
        domain=scan.domain,
        brand=brand_name(facts),
        brand_known=facts.brand is not None,
        brand_domain=(facts.brand.domain or "") if facts.brand else "",
        since=month(facts.brand.registers_since) if facts.brand and facts.brand.registers_since else "",
        item=scan.item if about_item or got.key is Key.PRODUCT_ONLY else None,
        looks_different=scan.hrefs.get("looks_different", "") if recorded and scan.item else "",
        compare=scan.hrefs.get("compare", "") if scan.item and (recorded or got.key is Key.PRODUCT_ONLY) else "",
        checks=tuple(
            CheckRow(
                one.name,
                one.found.value,
                CHECK_WORDS[one.found],
                one.words,
                _ended(capital(moment(one.when, got.at))) if one.when else "",
            )
            for one in got.checked
        ),
        cannot_know=got.cannot_know,
        paid=got.key in _PAID,
        why=why,
        recall=recall,
        timeline=tuple((day(one.when), one.words) for one in scan.timeline) if recorded else (),
        history_href=scan.hrefs.get("history", "") if recorded else "",
        inspections=_cards(facts.inspections, scan.opinions) if recorded else (),
        care=scan.care if recorded else (),
        save_href=scan.hrefs.get("save_check", ""),
        file_href=scan.hrefs.get("save_file", ""),
        type_href=scan.hrefs.get("type_again", ""),
        self_check=scan.self_check if recorded else None,
        block=got.as_of.block if got.as_of else None,
        block_time=moment(got.as_of.time, got.at) if got.as_of else "",
    )


def _also(line: Line) -> Also:
    title = _ended(line.headline)
    if not line.grave:
        return Also(title, line.words, "")
    red = line.key in set(Key) and LOOKS[Key(line.key)].colour == "red"
    return Also(title, line.words, "red" if red else "amber")


def _says(got: Standing, key: Key) -> bool:
    return got.key is key or any(one.key == key for one in got.lines)


def _recall(facts: Facts) -> tuple[str, ...]:
    """The brand's own words about a recall, whole: on the first screen they may be cut."""
    reason = (said("Reason: %(reason)s", reason=_ended(facts.recall_reason)),) if facts.recall_reason else ()
    if facts.recall_advice:
        return (*reason, said("What to do: %(advice)s", advice=_ended(facts.recall_advice)))
    return (*reason, said("What to do: ask %(brand)s before you use or buy it.", brand=brand_name(facts)))


def _ended(text: str) -> str:
    return shaped(text, _with_stop)


def _with_stop(text: str) -> str:
    whole = text.rstrip()
    if whole.endswith((".", "!", "?", "。", "！", "？")):
        return text
    # A sentence that ends in Chinese ends with a Chinese stop.
    return f"{whole}。" if "\u4e00" <= whole[-1:] <= "\u9fff" else f"{whole}."


_BEGINS: Final = frozenset({"claim", "ask_seller"})


def _buttons(scan: Scan, why: bool, recall: bool) -> tuple[Button, ...]:
    here = {"report": "#report", "contact": "#report"}
    if scan.standing.key in _PAID:
        here["already_paid"] = "#paid"
    if scan.standing.checked:
        here["details"] = "#checked"
    if scan.facts.brand and scan.facts.brand.registers_since:
        here["older"] = "#older"
    if why:
        here["why"] = "#why"
    if recall:
        here["what_to_do"] = "#recall"
    if scan.facts.inspections and scan.standing.key is not Key.UNKNOWN:
        here["see_inspection"] = "#inspections"
    ways = {**here, **scan.hrefs}
    return tuple(Button(key, LABELS[key], ways[key], key in _BEGINS) for key in scan.standing.buttons if ways.get(key))


def _cards(inspections: tuple[Inspection, ...], opinions: tuple[Opinion | None, ...]) -> tuple[InspectionCard, ...]:
    """The inspections that are listed, newest first, each with what it says."""
    told = opinions or (Opinion(),) * len(inspections)
    paired = sorted(
        zip(inspections, told, strict=True), key=lambda pair: (pair[0].on, pair[0].recorded_at), reverse=True
    )
    return tuple(_card(one, opinion) for one, opinion in paired if opinion is not None)


def _card(one: Inspection, opinion: Opinion) -> InspectionCard:
    set_aside = why_not_counted(one)
    waiting = "" if one.final else said("Signed, waiting for confirmation.")
    return InspectionCard(
        result=RESULTS[one.result],
        how=_how(one),
        by=opinion.by or one.by,
        when=day(one.on),
        note=set_aside or waiting,
        counts=set_aside is None,
        texts=opinion.texts,
        evidence=opinion.evidence,
        signed=_signed(one, opinion),
        about=opinion.about,
        href=opinion.href,
        receipt=opinion.receipt,
    )


def _signed(one: Inspection, opinion: Opinion) -> str:
    if opinion.operator_signed:
        return _OPERATOR_SIGNED
    return said("Signed by a person of %(name)s.", name=one.by) if opinion.person_signed else ""


def _how(one: Inspection) -> str:
    if one.method is Method.IN_HAND:
        return said_many("In hand, %(n)s person", "In hand, %(n)s people", one.persons)
    if one.method is Method.PHOTOS:
        return said_many("From photos, %(n)s person", "From photos, %(n)s people", one.persons)
    return said_many("By video, %(n)s person", "By video, %(n)s people", one.persons)


def _earlier(earlier: EarlierChecks) -> str:
    """What readers of Chinese look for: which check this is, when the first was, that it proves nothing."""
    first = stamp(earlier.first)
    if earlier.country:
        return said(
            "Check number %(count)s · first checked %(first)s · %(country)s. Many checks do not mean a fake.",
            count=earlier.count,
            first=first,
            country=earlier.country,
        )
    return said(
        "Check number %(count)s · first checked %(first)s. Many checks do not mean a fake.",
        count=earlier.count,
        first=first,
    )
