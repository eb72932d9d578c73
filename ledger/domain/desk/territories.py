"""Territories: countries by ISO 3166-1 alpha-2 code, “EU” for its member states, “WO” for anywhere.

“EU” covers its members and is covered by all of them together; “WO” covers everything and only “WO” covers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.domain.country_places import countries, is_country

EU: Final = "EU"
WORLD: Final = "WO"
MEMBERS: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - codes read better as a text
)
"""The member states of the European Union (Treaty on European Union, Art. 52), as of 2020-02-01."""


def is_territory(code: str) -> bool:
    """Whether a text is a country's code in capitals, “EU” or “WO”."""
    return code in (EU, WORLD) or is_country(code)


def territories() -> list[str]:
    """Every code that is one."""
    return [EU, WORLD, *countries()]


def expanded(territories: Iterable[str]) -> frozenset[str]:
    """The same with “EU” told as its members; “WO” stands alone, for everything else lies in it."""
    found = set(territories)
    if WORLD in found:
        return frozenset({WORLD})
    if EU in found:
        found = (found - {EU}) | MEMBERS
    return frozenset(found)


def covered(territories: Iterable[str], territory: str) -> bool:
    """Whether `territory` lies wholly within `territories`."""
    within = expanded(territories)
    return WORLD in within or expanded((territory,)) <= within


def shared(one: Iterable[str], other: Iterable[str]) -> frozenset[str]:
    """Where both apply: countries, or “WO” where both are for anywhere."""
    here, there = expanded(one), expanded(other)
    if WORLD in here:
        return there
    return here if WORLD in there else here & there
