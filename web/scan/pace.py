"""How often one connection may ask: a window in memory, nothing kept on disk, nothing about the person."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

WINDOW: Final = 60.0
MOST_CONNECTIONS: Final = 20_000


class Pace:
    """Counts per connection in windows of a minute. Each process counts for itself."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, int]] = {}

    def wait(self, address: str | None) -> int | None:
        """Count one check; seconds to wait where there were too many, else None."""
        key = _connection(address)
        if key is None:
            return None
        now = self._clock()
        with self._lock:
            since, count = self._seen.get(key, (now, 0))
            if now - since >= WINDOW:
                since, count = now, 0
            if len(self._seen) >= MOST_CONNECTIONS and key not in self._seen:
                self._forget(now)
            self._seen[key] = (since, count + 1)
        return None if count < self.most else max(1, round(WINDOW - (now - since)))

    def _forget(self, now: float) -> None:
        self._seen = {key: seen for key, seen in self._seen.items() if now - seen[0] < WINDOW}
        if len(self._seen) >= MOST_CONNECTIONS:
            # More busy connections than we can count: better to count anew than to turn people away.
            self._seen.clear()


def _connection(address: str | None) -> str | None:
    """What counts as one connection: an IPv4 address, or the 64 bits of IPv6 that one household has.

    None for addresses that are not public: behind those stands a proxy of ours, or the operator.
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return found.exploded[:19] if found.is_global else None
        found = found.ipv4_mapped
    return str(found) if found.is_global else None
