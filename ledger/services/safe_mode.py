"""Safe mode: nothing new is taken while scans go on. For the hour in which something is wrong and nobody knows what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.errors import Invalid, Unavailable
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

SAFE_MODE: Final = "safe_mode"
"""Where it is noted among the installation's facts."""


@dataclass(frozen=True, slots=True)
class Safe:
    """Since when, who began it, and why."""

    since: int
    by: str
    why: str


def is_safe(tx: Tx) -> Safe | None:
    """Safe mode, where it is on."""
    kept = tx.meta.get(SAFE_MODE)
    return None if kept is None else Safe(kept["since"], kept["by"], kept["why"])


def begin_safe_mode(ledger: Ledger, by: str, why: str) -> Safe:
    """Take nothing new from now on. Raises Invalid without a reason of 1 to 300 characters."""
    told = why.strip()
    if not 1 <= len(told) <= 300:
        raise Invalid(said("Say in 1 to 300 characters why. Whoever comes next will read it."))
    with ledger.store.write() as tx:
        known = is_safe(tx)
        if known is not None:
            return known
        tx.meta.set(SAFE_MODE, {"since": ledger.now(), "by": by, "why": told})
        return Safe(ledger.now(), by, told)


def end_safe_mode(ledger: Ledger) -> None:
    """Take everything again."""
    with ledger.store.write() as tx:
        tx.meta.remove(SAFE_MODE)


def need_writes(ledger: Ledger) -> None:
    """Raises Unavailable while nothing new is taken."""
    with ledger.store.read() as tx:
        safe = is_safe(tx)
    if safe is not None:
        raise Unavailable(
            said(
                "Nothing new can be kept for the moment: the operator is looking into something. Codes can be checked."
            )
        )
