"""Which links there are for a code: at the item's level, and at its product's (GS1-Conformant Resolver 1.2, 2.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from babel import Locale
from flask import request

from ledger.domain import link_types as types
from ledger.domain.digital_links import DigitalLink
from ledger.domain.gtins import Gtin
from ledger.domain.identity import path
from ledger.domain.lines import Line
from ledger.domain.said import Said, said
from ledger.domain.standing_headlines import LANGUAGES, Key
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item, scan_product
from ledger.services.scanned import Scan
from web.scan.looks import line_shown
from web.scan.page import view_of
from web.scan_json import api_path
from web.scan_view import ScanView
from web.sealed_numbers import sealed
from web.wording import translated

HTML, JSON = "text/html", "application/json"
TAGS: Final = {"en": "en", "fr": "fr", "it": "it", "zh-Hans": "zh"}
"""Our languages as GS1's schema can write them: it has no room for a script."""
_LOCALES: Final = {
    "en": Locale("en", "GB"),
    "fr": Locale("fr"),
    "it": Locale("it"),
    "zh-Hans": Locale("zh", script="Hans"),
}

PARTS: Final[Mapping[str, tuple[str, Said]]] = {
    "record": ("", said("What the record shows")),
    "history": ("timeline", said("What happened to the item")),
    "inspections": ("inspections", said("Inspections of the item")),
    "care": ("care", said("Care and repair")),
    "recall": ("recall", said("The recall")),
    "verify": ("sure", types.OURS["verify"][0]),
    "claim": ("", types.OURS["claim"][0]),
}
"""Parts of an item's page that links lead to: where on the page, and what the link is called."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its type, where it leads, what it is called, and for which languages and in which form it is."""

    type: str
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """All links of one thing that a code names; `anchor` is its canonical address."""

    anchor: str
    description: str
    links: tuple[Link, ...]


def vocabulary(ledger: Ledger) -> str:
    """The namespace of our own link types."""
    return ledger.public_url + "/voc/"


def levels_of(ledger: Ledger, link: DigitalLink) -> tuple[Level, ...]:
    """The levels at which there are links for a code, the narrowest first; none where nothing is known of it.

    A serial that is not known here, or not ours to tell of, still names its product, if that is known. Raises
    Unavailable.
    """
    levels = []
    if link.serial is not None:
        scan = scan_item(ledger, link.gtin, link.serial)
        if scan.subject is not None and scan.standing.key is not Key.UNKNOWN:
            levels.append(_item(ledger, link.gtin, link.serial, scan))
    product = scan_product(ledger, link.gtin)
    if levels or product.facts.brand is not None:
        levels.append(_product(ledger, link.gtin, product))
    return tuple(levels)


def _item(ledger: Ledger, gtin: Gtin, serial: str, scan: Scan) -> Level:
    assert scan.subject is not None
    anchor = ledger.public_url + path(gtin, serial)
    base = f"{ledger.public_url}/items/{sealed(ledger, scan.subject.item.item)}/show/"
    line = line_shown(ledger, scan)
    name = str((scan.public_fields or {}).get("model_ref") or f"GTIN {gtin}")
    links = [*_default(base + "record", types.PIP, PARTS["record"][1])]
    for type_, part in _shown(view_of(ledger, scan, request, None, line), vocabulary(ledger)):
        links += _in_each_language(type_, base + part, PARTS[part][1])
    api = ledger.public_url + api_path(gtin, serial)
    links.append(Link(types.ALTERNATE, api, said("The same answer for programs"), media=JSON))
    return Level(anchor, said("%(name)s, serial number %(serial)s", name=name, serial=serial), tuple(links))


def _shown(view: ScanView, own: str) -> Iterator[tuple[str, str]]:
    """The types that this item has something for, and the part of its page with it."""
    ways = {one.key for one in (view.primary, *view.others) if one is not None}
    for type_, part, there in (
        (types.TRACEABILITY, "history", bool(view.timeline)),
        (types.CERTIFICATION, "inspections", bool(view.inspections)),
        (types.INSTRUCTIONS, "care", bool(view.care)),
        (types.RECALL, "recall", bool(view.recall)),
        (own + "verify", "verify", view.self_check is not None),
        (own + "claim", "claim", "claim" in ways),
    ):
        if there:
            yield type_, part


def _product(ledger: Ledger, gtin: Gtin, scan: Scan) -> Level:
    line: Line | None = line_shown(ledger, scan)
    brand = scan.facts.brand
    name = line.name if line is not None else f"GTIN {gtin}"
    described = said("%(name)s, by %(brand)s", name=name, brand=brand.name) if brand is not None else name
    links = _default(f"{ledger.public_url}/products/{gtin}", types.PIP, said("About this product"))
    return Level(f"{ledger.public_url}/01/{gtin}", described, links)


def _default(href: str, type_: str, title: str) -> tuple[Link, ...]:
    """The default link, and the same by its descriptive type: the page finds the reader's language by itself."""
    return (
        Link(types.DEFAULT, href, title),
        Link(type_, href, title, tuple(TAGS.values()), HTML),
    )


def _in_each_language(type_: str, href: str, title: Said) -> Iterator[Link]:
    for language in LANGUAGES:
        words = translated(title, _LOCALES[language])
        yield Link(type_, f"{href}?lang={language}", words, (TAGS[language],), HTML)
