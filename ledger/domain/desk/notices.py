"""The lines of a notice: one listing each, told apart from those that say the same again.

A line names its listing by the platform's own reference, or by its address. Addresses are compared as RFC 3986, 6.2
normalises them, and without what does not name the listing: the fragment, parameters that only count visits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.clocks import RULES, RuleName
from ledger.domain.desk.territories import covered, expanded, is_territory
from ledger.domain.errors import Invalid
from ledger.domain.said import Said, said

MOST_LINES: Final = 300
LONGEST_REF: Final = 120
LONGEST_URL: Final = 2_000
_COUNTS_VISITS: Final = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid", "_ga", "_gl", "spm"})
"""Names of parameters; those that begin with “utm_” do too."""
_ENCODED: Final = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was sent. `url` or `platform` with `ref`; the item by GTIN and serial, where one is named."""

    url: str | None = None
    platform: str | None = None
    ref: str | None = None
    gtin: str | None = None
    serial: str | None = None
    sold_as: str | None = None


def tidy_url(text: str) -> tuple[str, str]:
    """An address as it is compared, and its host. Raises Invalid, saying what is wrong with it."""
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Invalid(said("That is no web address. Copy the address of the listing from your browser.")) from None
    if parts.scheme not in _PORTS or not host or parts.username is not None or not text.strip().isprintable():
        raise Invalid(said("That is no web address. Copy the address of the listing from your browser."))
    if len(text) > LONGEST_URL:
        raise Invalid(said("That address has more than %(n)d characters. Leave out what follows “?”.", n=LONGEST_URL))
    kept = [
        (name, value)
        # Bytes that are no UTF-8 stay what they are, as in the addresses of shops that write GBK.
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if name.casefold() not in _COUNTS_VISITS and not name.casefold().startswith("utm_")
    ]
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    query = urlencode(kept, errors="surrogateescape")
    return urlunsplit(("https", place, _tidy_path(parts.path), query, "")), host


def _tidy_path(path: str) -> str:
    """A path without dot segments and slashes at its end, and without percent signs where none is needed."""

    def plain(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else found[0].upper()

    kept: list[str] = []
    for one in quote(_ENCODED.sub(plain, path), safe="/%!$&'()*+,;=:@").split("/"):
        if one == "..":
            del kept[max(1, len(kept) - 1) :]
        elif one != ".":
            kept.append(one)
    return "/".join(kept).rstrip("/") or "/"


def listing_of(url: str) -> str:
    """The name of a listing that is known by its address alone, from the address as it is compared."""
    return "url:" + hashlib.sha256(url.encode()).hexdigest()


def address_name(url: str) -> str | None:
    """The same of an address that a platform gave, None where that is none that could be compared."""
    try:
        return listing_of(tidy_url(url)[0])
    except Invalid:
        return None


def repeats(names: Sequence[tuple[str, str, str | None] | None]) -> list[int | None]:
    """For each line, as (platform, listing, item), the earlier one that says the same, None for the first."""
    seen: dict[tuple[str, str, str | None], int] = {}
    return [
        None if one is None or seen.setdefault(one, place) == place else seen[one] for place, one in enumerate(names)
    ]


def check_territories(territories: Sequence[str]) -> tuple[str, ...]:
    """Territories in order, each once. Raises Invalid for what is none."""
    for one in territories:
        if not is_territory(one):
            raise Invalid(
                said("“%(code)s” is no territory. Use a country’s two letters, EU, or WO for anywhere.", code=one[:20])
            )
    return tuple(sorted(set(territories)))


def check_rules(name: RuleName, territories: Sequence[str]) -> None:
    """Raises Invalid for a rule set that is not of every territory of the notice: nobody chooses a law for others."""
    rules = RULES[name]
    if uncovered(tuple(rules.places), territories):
        raise Invalid(
            said(
                "The rules “%(rules)s” do not fit the territories %(territories)s. Choose others, or “house”.",
                rules=name.value,
                territories=", ".join(territories),
            )
        )


def uncovered(right: Sequence[str], territories: Sequence[str]) -> list[str]:
    """Those of the territories in which a right is not good."""
    return [one for one in territories if not covered(right, one)]


def territory_words(right: Sequence[str], missing: Sequence[str]) -> Said:
    """Why a notice cannot ask for these territories."""
    return said(
        "This right is in force in %(where)s, not in %(missing)s. Ask only for where it is in force.",
        where=", ".join(right),
        missing=", ".join(missing),
    )


def in_force_in(territories: Sequence[str]) -> tuple[str, ...]:
    """The territories of a decision, country by country, as it says where it is in force."""
    return tuple(sorted(expanded(territories)))


def needs_right(reason: Reason) -> bool:
    """Whether a notice for this reason rests on a right of the vault."""
    return reason not in _WITHOUT_RIGHT


_WITHOUT_RIGHT: Final = frozenset(
    {
        Reason.CODE_UNKNOWN_IN_PROGRAMME,
        Reason.CODE_CLONED,
        Reason.CODE_OTHER_ITEM,
        Reason.CODE_WITHDRAWN,
        Reason.REPORTED_STOLEN,
        Reason.INSPECTED_COUNTERFEIT,
    }
)
