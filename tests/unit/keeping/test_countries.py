"""Addresses to countries, by a table on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.keeping.countries import Countries
from ledger.settings import Settings


@pytest.fixture(scope="module")
def countries() -> Countries:
    return Countries(Settings().countries)


def test_a_public_address_has_a_country(countries: Countries) -> None:
    assert countries.of("8.8.8.8") == "US"
    assert countries.of("2001:4860:4860::8888") == "US"
    assert countries.of("::ffff:8.8.8.8") == "US"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "fe80::1", "", "nobody", None])
def test_an_address_that_is_nobodys_has_none(countries: Countries, address: str | None) -> None:
    assert countries.of(address) is None


def test_a_missing_table_knows_no_country_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    missing = Countries(tmp_path / "none.mmdb")
    assert missing.of("8.8.8.8") is None
    assert missing.made_on() is None
    assert str(tmp_path) in missing.problem


def test_a_broken_table_knows_no_country_and_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "broken.mmdb"
    path.write_bytes(b"not a table")
    broken = Countries(path)
    assert broken.of("8.8.8.8") is None
    assert "cannot be read" in broken.problem
