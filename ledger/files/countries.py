"""ISO 3166-1 alpha-2 country codes, and the code that a name or a common mistake stands for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources

from ledger.domain.characters import shown
from ledger.domain.errors import Invalid
from ledger.domain.said import said

_MISTAKEN = {
    "UK": "GB",
    "EN": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "USA": "US",
    "EL": "GR",
}


@functools.cache
def countries() -> Mapping[str, str]:
    """English name by code, from the table beside this file."""
    lines = resources.files(__package__).joinpath("iso3166.tab").read_text(encoding="utf-8").splitlines()
    return {line[:2]: line[3:] for line in lines if not line.startswith("#")}


def check_country(text: str) -> str:
    """The code in capitals. Raises Invalid, naming the right code where the text is a country's name."""
    code = text.strip().upper()
    if code in countries():
        return code
    meant = _MISTAKEN.get(code) or _by_name().get(code.casefold())
    what = f"{shown(text)} is not a country code of ISO 3166."
    raise Invalid(
        said("%(what)s Write %(meant)s for %(countries)s.", what=what, meant=meant, countries=countries()[meant])
        if meant
        else what
    )


@functools.cache
def _by_name() -> Mapping[str, str]:
    return {name.casefold(): code for code, name in countries().items()}
