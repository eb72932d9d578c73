"""The lines of a notice: each with its listing, its item, and what the ledger and the platforms know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ledger.domain.asks import Entrustment
from ledger.domain.codes import Exact, parse_code
from ledger.domain.desk.cases import Reason
from ledger.domain.desk.clocks import RuleName
from ledger.domain.desk.facts import Found, Link, Weighed, proposals
from ledger.domain.desk.listings import Kept as Listing
from ledger.domain.desk.notices import LONGEST_REF, Line, listing_of, needs_right, tidy_url
from ledger.domain.errors import Fault, Invalid, LedgerError
from ledger.domain.gtins import check_gtin
from ledger.domain.organisations import Organisation, Role
from ledger.domain.said import said
from ledger.domain.standing_headlines import BAD_NEWS, Key
from ledger.services.ask_owner import trusts
from ledger.services.check_items import check_items
from ledger.services.desk.case_listing import ToldListing, named_listings, told_of
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.notices_rights import Acting
from ledger.services.desk.screen_facts import code_name
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """A notice as it is meant (Regulation (EU) 2022/2065, Art. 16(2)). `name` and `email` are of whoever sends it."""

    reason: Reason
    lines: Sequence[Line]
    explanation: str
    name: str
    email: str
    good_faith: bool
    accurate: bool
    right: str | None = None
    holder: str | None = None
    """For whom an agent acts where no right says it, by id or short name."""
    territories: tuple[str, ...] = ("WO",)
    rules: RuleName = RuleName.HOUSE
    relation: str = ""
    self_service: bool = False
    files: tuple[str, ...] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    """Codes as they were scanned or typed, by line, where GTIN and serial are not given."""


@dataclass(frozen=True, slots=True)
class LookedLine:
    """One line: its listing and item, what it repeats, and what follows from the facts."""

    platform: Organisation | None
    listing: str
    """By its reference where that was given or the platform has told us both, else by its address."""
    url: str | None
    item: int | None
    gtin: str | None
    serial: str | None
    sold_as: str | None
    repeats: int | None = None
    before: Kept | None = None
    """The case that is open against it, or that decided the same before."""
    found: Found | None = None
    weighed: Weighed | None = None
    proposed: tuple[Reason, ...] = ()
    fault: Fault | None = None
    link: Link = Link.NOTIFIER
    seller: str | None = None
    """Whose listing it is, where the platform has told us."""
    models: frozenset[str] = frozenset()
    """The GTINs that the platform has told us it sells."""
    names: tuple[str, ...] = ()
    """Under which an earlier case may know the listing."""

    @property
    def new(self) -> bool:
        """Whether it makes a case."""
        return self.fault is None and self.repeats is None and self.before is None


def placed(tx: Tx, asked: Asked) -> list[LookedLine]:
    """Each line with its listing and its code, or with what is wrong in it."""
    platforms = [one for one in tx.organisations.all() if one.role is Role.PLATFORM]
    lines = [_place(platforms, asked, place, line) for place, line in enumerate(asked.lines)]
    by_platform: dict[str, set[str]] = {}
    for one in lines:
        if one.platform is not None:
            by_platform.setdefault(one.platform.id, set()).update(one.names)
    named = {id: named_listings(tx, id, names) for id, names in by_platform.items()}
    return [
        one if one.platform is None else _named(one, place, named[one.platform.id]) for place, one in enumerate(lines)
    ]


def _named(line: LookedLine, place: int, named: Mapping[str, tuple[Listing, tuple[str, ...]]]) -> LookedLine:
    """A line by its listing's reference and the platform's own address for it, where the platform has told us them."""
    told, by_address = (named[name][0] if name in named else None for name in (line.names[0], line.names[-1]))
    if by_address is not None and (told is None or told.id != by_address.id):
        what = said("the address is not that of the listing “%(ref)s”.", ref=line.listing)
        return replace(line, fault=Fault(said("line %(n)d", n=place + 1), what, said("Name it by one of them alone.")))
    if told is None:
        return line
    url = line.url if by_address is not None and line.url is not None else told.url
    return replace(line, listing=told.ref, url=url, names=named[line.names[0]][1])


def _place(platforms: Sequence[Organisation], asked: Asked, place: int, line: Line) -> LookedLine:
    try:
        url, platform = None, None
        if line.url is not None:
            url, host = tidy_url(line.url)
            platform = next((one for one in platforms if host == one.domain or host.endswith(f".{one.domain}")), None)
            if platform is None:
                raise Invalid(said("No marketplace here has the address “%(host)s”.", host=host[:80]))
        if line.platform is not None:
            named = next((one for one in platforms if line.platform in (one.slug, one.id)), None)
            if named is None:
                raise Invalid(said("There is no marketplace “%(name)s” here.", name=line.platform[:60]))
            if platform is not None and named.id != platform.id:
                raise Invalid(said("The address is not one of the marketplace that is named."))
            platform = named
        if platform is None or (line.ref is None and url is None):
            raise Invalid(said("Name the listing: by its address, or by marketplace and reference."))
        if line.ref is not None and not line.ref.isprintable():
            raise Invalid(said("The listing’s reference holds a character that nobody can see. Copy it anew."))
        if line.ref is not None and len(line.ref) > LONGEST_REF:
            raise Invalid(said("A listing’s reference has at most %(n)d characters.", n=LONGEST_REF))
        gtin, serial = line.gtin, line.serial
        if place in asked.codes:
            meant = parse_code(asked.codes[place])
            if not isinstance(meant, Exact):
                raise Invalid(said("This code names no single item. Give the link in the item’s code."))
            gtin, serial = meant.gtin, meant.serial
        gtin = None if gtin is None else check_gtin(gtin)
        if not needs_right(asked.reason) and (gtin is None or serial is None):
            raise Invalid(said("This reason is about a code. Give the code that the listing shows."))
        sold_as = None if line.sold_as is None else check_gtin(line.sold_as)
    except LedgerError as wrong:
        fault = Fault(said("line %(n)d", n=place + 1), wrong.detail)
        return LookedLine(None, "", None, None, None, None, None, fault=fault)
    names = tuple(one for one in (line.ref, None if url is None else listing_of(url)) if one is not None)
    return LookedLine(platform, names[0], url, None, gtin, serial, sold_as, names=names)


def scanned(ledger: Ledger, lines: Sequence[LookedLine]) -> list[Scan | None]:
    """What a check of each line's code shows, None where it names none."""
    wanted = [(one.gtin, one.serial) for one in lines if one.fault is None and one.gtin and one.serial]
    pairs = [(str(gtin), str(serial)) for gtin, serial in wanted]
    shown = dict(zip(pairs, check_items(ledger, pairs), strict=True)) if pairs else {}
    return [shown.get((str(one.gtin), str(one.serial))) if one.fault is None else None for one in lines]


def found(
    ledger: Ledger,
    tx: Tx,
    asked: Asked,
    acting: Acting,
    lines: Sequence[LookedLine],
    scans: Sequence[Scan | None],
    day: date,
) -> list[LookedLine]:
    """The lines with what the ledger and the platforms know of their items and listings."""
    told, others = _told(ledger, tx, lines), _others(ledger, tx, lines)
    gtins = {scan.gtin or "" for scan in scans if scan is not None}
    brands = tx.organisations.prefix_holders(gtins)
    trusted = tx.asks.entrusted_of({scan.subject.item.item for scan in scans if scan is not None and scan.subject})
    looked = []
    for place, (one, scan) in enumerate(zip(lines, scans, strict=True), start=1):
        known = told.get(_listed(one))
        shown = known is not None and (one.gtin, one.serial) in known.shows
        alone = others[_coded(one)] <= shown
        brand = None if scan is None else brands[scan.gtin or ""]
        more = (ledger, trusted, asked, acting, one, scan, day, place, known, brand)
        looked.append(one if one.fault else _found(*more, alone=alone))
    return looked


def _coded(line: LookedLine) -> tuple[str, str, str]:
    return (line.platform.id if line.platform else "", line.gtin or "", line.serial or "")


def _others(ledger: Ledger, tx: Tx, lines: Sequence[LookedLine]) -> Counter[tuple[str, str, str]]:
    """How many live listings show each code on its platform, as that told us; more where several lines name it."""
    coded: dict[tuple[str, str, str], set[str]] = {}
    for one in lines:
        coded.setdefault(_coded(one), set()).add(one.listing)
    names = {each: code_name(ledger, *each[1:]) for each in coded if all(each)}
    live = tx.listings.same_code(set(names.values()))
    shown = {each: sum(one.platform == each[0] for one in live.get(name, ())) for each, name in names.items()}
    return Counter({each: shown.get(each, 0) + 2 * (len(named) - 1) for each, named in coded.items()})


def _listed(line: LookedLine) -> tuple[str, str]:
    return (line.platform.id if line.platform else "", line.listing)


def _told(ledger: Ledger, tx: Tx, lines: Sequence[LookedLine]) -> dict[tuple[str, str], ToldListing]:
    """What platforms have told us of these listings, with the codes that the lines name looked for in them."""
    asked: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for one in lines:
        if one.platform is not None:
            codes = asked.setdefault(one.platform.id, {}).setdefault(one.listing, [])
            codes += [(one.gtin, one.serial)] if one.gtin and one.serial else []
    return {
        (platform, listing): told
        for platform, named in asked.items()
        for listing, told in told_of(ledger, tx, platform, named).items()
    }


def _found(
    ledger: Ledger,
    trusted: Mapping[int, Sequence[Entrustment]],
    asked: Asked,
    acting: Acting,
    line: LookedLine,
    scan: Scan | None,
    day: date,
    place: int,
    told: ToldListing | None,
    brand: Organisation | None,
    *,
    alone: bool,
) -> LookedLine:
    if line.platform is None:
        return line
    platform = line.platform.id
    if told is not None:
        line = replace(line, seller=told.seller, models=told.models)
    if scan is None:
        return line
    where = said("line %(n)d", n=place)
    if scan.standing.key is Key.BAD_CODE:
        return replace(line, fault=Fault(where, scan.facts.code_problem or scan.standing.headline))
    if not needs_right(asked.reason) and (brand is None or brand.id != acting.holder.id):
        what = said("the code is not one of %(name)s.", name=acting.holder.name)
        return replace(line, fault=Fault(where, what, said("Its own brand can send this notice.")))
    subject = scan.subject
    known = subject is not None and scan.standing.key is not Key.UNKNOWN
    since = scan.facts.brand.registers_since if scan.facts.brand else None
    known_of = Found(
        verdict=scan.standing.key.value,
        flags=flags_of(scan),
        gtin=scan.gtin,
        known=known,
        in_programme=since is not None and since <= day,
        # Trust in a platform names no listing: where several have the item's code, it speaks for none of them.
        entrusted=alone
        and subject is not None
        and known
        and trusts(trusted.get(subject.item.item, ()), subject.holder, platform, ledger.now()),
        block=None if scan.standing.as_of is None else scan.standing.as_of.block,
    )
    item = subject.item.item if subject is not None and known else None
    link = Link.NOTIFIER
    if told is not None and told.codes:
        link = Link.PLATFORM if (line.gtin, line.serial) in told.shows else Link.CONTRADICTED
    return replace(line, item=item, found=known_of, link=link, proposed=proposals(known_of, line.sold_as))


def flags_of(scan: Scan) -> frozenset[str]:
    """All the bad news there is of an item, as a check tells it."""
    got = scan.standing
    return frozenset(str(one.key) for one in got.lines if one.grave) | (
        {got.key.value} if got.key in BAD_NEWS else set()
    )
