"""GS1 Digital Link URIs as a resolver reads them: what an address names, and which addresses are not ours to answer.

The rules are those of the GS1 Digital Link Standard: URI Syntax (4.3 to 4.12) and, for what a refusal is, of the
GS1-Conformant Resolver Standard 1.2 (2.4): what breaks the syntax is Invalid, what keeps it and names nothing that is
kept here is Unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import quote, unquote

from ledger.domain.characters import shown
from ledger.domain.codes import decoded, link_parts
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.gtins import Gtin, check_digit
from ledger.domain.said import said

LONGEST_QUERY: Final = 2_000
"""Characters of a query that are read at all."""


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """What a GS1 Digital Link with a GTIN names; each qualifier as it was meant, not as it was encoded."""

    gtin: Gtin
    variant: str | None = None
    """Consumer product variant (AI 22)."""
    batch: str | None = None
    """Batch or lot (AI 10)."""
    serial: str | None = None
    """The serial that the brand gave (AI 21)."""
    third_party: str | None = None
    """A serial that somebody other than the brand gave (AI 235, TPX)."""

    @property
    def path(self) -> str:
        """The canonical path (URI Syntax, 4.12): 14 digits, qualifiers in their order, no slash at the end."""
        qualifiers = (("22", self.variant), ("10", self.batch), ("21", self.serial), ("235", self.third_party))
        return f"/01/{self.gtin}" + "".join(
            f"/{key}/{quote(value, safe='')}" for key, value in qualifiers if value is not None
        )


def read_digital_link(path: str) -> DigitalLink:
    """What a percent-encoded path names. Raises Invalid."""
    gtin, parts = link_parts(path)
    return DigitalLink(gtin, parts.get("22"), parts.get("10"), parts.get("21"), parts.get("235"))


def query_pairs(query: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a query, decoded and in their order; `&` and `;` both part them (URI Syntax, 4.11).

    Raises Invalid for a query that is too long, or where an AI's value cannot be decoded. What is no AI's is
    nobody's concern here, and decoded as far as it can be.
    """
    if len(query) > LONGEST_QUERY:
        raise Invalid(
            said(
                "What follows the question mark has %(count)s characters; at most %(longest)s are read.",
                count=len(query),
                longest=LONGEST_QUERY,
            )
        )
    pairs = []
    for pair in re.split("[&;]", query):
        name, _, value = pair.partition("=")
        name = unquote(name)
        if name:
            pairs.append((name, decoded(value) if is_ai(name) else unquote(value)))
    return tuple(pairs)


def is_ai(name: str) -> bool:
    """Whether a query's name stands for an AI: names of digits alone are GS1's (URI Syntax, 4.10.1)."""
    return name.isascii() and name.isdigit()


@dataclass(frozen=True, slots=True)
class _Key:
    """Another primary key: its name, how many digits the last of which checks the rest, and what may follow.

    Where no digit checks others, a company's prefix of at least four digits comes first (URI Syntax, 6.1).
    """

    name: str
    digits: int
    rest: str


_OTHER_KEYS: Final = {
    "00": _Key("SSCC", 18, ""),
    "253": _Key("GDTI", 13, '[!%-?A-Z_a-z"]{0,17}'),
    "255": _Key("GCN", 13, "[0-9]{0,12}"),
    "401": _Key("GINC", 0, '[0-9]{4}[!%-?A-Z_a-z"]{1,26}'),
    "402": _Key("GSIN", 17, ""),
    "410": _Key("GLN", 13, ""),
    "411": _Key("GLN", 13, ""),
    "412": _Key("GLN", 13, ""),
    "413": _Key("GLN", 13, ""),
    "414": _Key("GLN", 13, ""),
    "415": _Key("GLN", 13, ""),
    "417": _Key("GLN", 13, ""),
    "8003": _Key("GRAI", 14, '[!%-?A-Z_a-z"]{0,16}'),
    "8004": _Key("GIAI", 0, '[0-9]{4}[!%-?A-Z_a-z"]{1,26}'),
    "8006": _Key("ITIP", 14, "[0-9]{4}"),
    "8010": _Key("CPID", 0, "[0-9]{4}[A-Z0-9/#-]{1,26}"),
    "8013": _Key("GMN", 0, '[0-9]{4}[!%-?A-Z_a-z"]{1,21}'),
    "8017": _Key("GSRN", 18, ""),
    "8018": _Key("GSRN", 18, ""),
}
OTHER_KEYS: Final = tuple(_OTHER_KEYS)
"""The primary keys of GS1 Digital Link but the GTIN (URI Syntax, 4.3): nothing is kept under them here."""

OLD_NAMES: Final = (
    *("gtin", "itip", "gmn", "cpid", "gln", "party", "gsrnp", "gsrn", "gcn", "sscc", "gdti", "ginc", "gsin"),
    *("grai", "giai"),
)
"""The names that stood for the numbers of primary keys until URI Syntax 1.3 took them out."""


def refuse_other_key(path: str) -> NoReturn:
    """Refuse an address whose primary key is not a GTIN.

    Raises Invalid where the key's own rules are broken (length, characters, check digit), else Unknown.
    """
    segments = path.strip("/").split("/")
    ai, value = segments[0], decoded(segments[1]) if len(segments) > 1 else ""
    key = _OTHER_KEYS[ai]
    digits, rest = value[: key.digits], value[key.digits :]
    whole = len(segments) % 2 == 0 and re.fullmatch(f"[0-9]{{{key.digits}}}", digits) and re.fullmatch(key.rest, rest)
    if not whole:
        raise Invalid(
            said(
                "%(value)s cannot be a %(name)s (%(key)s): its length or its characters are not right.",
                value=shown(value),
                name=key.name,
                key=ai,
            )
        )
    if digits and (right := check_digit(digits[:-1])) != digits[-1]:
        raise Invalid(
            said(
                "The %(name)s %(value)s has the check digit %(digit)s, which should be %(right)s.",
                name=key.name,
                value=shown(value),
                digit=digits[-1],
                right=right,
            )
        )
    raise Unknown(
        said(
            "Only products and their items (01) are kept here. %(value)s is a %(name)s (%(key)s).",
            value=shown(value),
            name=key.name,
            key=ai,
        )
    )


def refuse_old_name(path: str) -> NoReturn:
    """Refuse an address that names its primary key by a word. Raises Invalid, with the number for a GTIN."""
    name = path.strip("/").split("/")[0]
    raise Invalid(
        said(
            "GS1 no longer uses the word %(name)s in an address; keys are named by their numbers, a GTIN by /01/.",
            name=shown(name),
        )
    )
