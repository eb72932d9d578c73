"""From a connection's address to a country, by a table on this machine: no request goes anywhere.

The table is an MMDB file whose records hold `country_code` (npm's `@ip-location-db/geo-whois-asn-country-mmdb`,
CC0). Where it is missing or cannot be read, no country is known, which is never an error for who looks at a page.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import maxminddb

from ledger.domain.country_places import is_country


class Countries:
    """The table, opened once. `problem` says why there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._reader: Any = None
        try:
            self._reader = maxminddb.open_database(path)
        except FileNotFoundError:
            self.problem = f"There is no table of countries at {path}."
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            self.problem = f"The table of countries at {path} cannot be read: {error}"

    def of(self, address: str | None) -> str | None:
        """The country of a public address, as two letters (ISO 3166-1); None where nobody can tell."""
        if self._reader is None:
            return None
        try:
            found = public_address(address)
            record = None if found is None else self._reader.get(found)
        except maxminddb.InvalidDatabaseError:
            return None
        code = record.get("country_code") if isinstance(record, dict) else None
        return code if isinstance(code, str) and is_country(code) else None

    def made_on(self) -> int | None:
        """When the table was made, in seconds since 1970; None where there is none."""
        return None if self._reader is None else int(self._reader.metadata().build_epoch)

    def close(self) -> None:
        """Let the file go."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@lru_cache(4_096)
def public_address(address: str | None) -> IPv4Address | IPv6Address | None:
    """An address of the open network (IANA's special-purpose registries); None for any other, and for what is none."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found if found.is_global else None
