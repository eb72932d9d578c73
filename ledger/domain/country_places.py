"""How far apart two countries are at least, and what a sentence calls them.

A look is known to no more than its country, so the distance between two looks is that of the nearest points of
the two countries. The table beside this file covers each country with circles; the distance between circles is
never more than the true one, so that a journey is called impossible only where it is.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from math import acos, cos, radians, sin
from typing import Final

from ledger.domain.said import Country, country

_EARTH_KM: Final = 6371.0
Circle = tuple[float, float, float]


@functools.cache
def _table() -> Mapping[str, tuple[str, tuple[Circle, ...]]]:
    lines = resources.files(__package__).joinpath("country_places.tab").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if not line.startswith("#"):
            code, name, circles = line.split("\t")
            found[code] = (name, tuple(_circle(one) for one in circles.split()))
    return found


def _circle(text: str) -> Circle:
    latitude, longitude, radius = (float(part) for part in text.split(","))
    return radians(latitude), radians(longitude), radius


def is_country(code: str) -> bool:
    """Whether the two letters name a country that we know."""
    return code in _table()


def countries() -> list[str]:
    """The codes of all that we know, in alphabetical order."""
    return sorted(_table())


def place_of(code: str) -> Country:
    """The country as an English sentence has it after "in"; the code itself where we do not know it."""
    return country(_table()[code][0] if is_country(code) else code, code)


@functools.cache
def km_between(one: str, other: str) -> float:
    """Kilometres that lie at least between two countries; 0 where they touch, or where we cannot tell."""
    if one == other or not (is_country(one) and is_country(other)):
        return 0.0
    gaps = [_gap(a, b) for a in _table()[one][1] for b in _table()[other][1]]
    return max(0.0, min(gaps, default=0.0))


def _gap(a: Circle, b: Circle) -> float:
    """Great-circle distance between two circles' rims (spherical law of cosines)."""
    cosine = sin(a[0]) * sin(b[0]) + cos(a[0]) * cos(b[0]) * cos(a[1] - b[1])
    return _EARTH_KM * acos(max(-1.0, min(1.0, cosine))) - a[2] - b[2]
