"""Count that an item was looked at: which item, when, from which country, and what was answered.

Who looked is kept as a hash of the day's salt with the connection's address and the browser's name. The salt is
destroyed after its day, so that nobody can find the address again, or tell whether two days had the same visitor.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.looks import DAY, LookKind
from ledger.domain.watching import NewLook
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at one item, and the verdict that was shown. `looker` is hashed before it is kept, "" for nobody."""

    item: int
    at: int
    verdict: str
    country: str | None = None
    looker: str = ""
    kind: LookKind = LookKind.VISIT


def note_scans(ledger: Ledger, seen: Sequence[Seen]) -> None:
    """Keep looks, all of them or none. Raises Unavailable."""
    with ledger.store.write() as tx:
        salt = _salt_of_today(ledger, tx)
        tx.scans.add(
            [
                NewLook(
                    ledger.new_id("scn"),
                    one.item,
                    one.at,
                    one.verdict,
                    one.country,
                    _hashed(salt, one.looker) if one.looker else None,
                    one.kind.value,
                )
                for one in seen
            ]
        )


def note_live_answer(ledger: Ledger, item: int, country: str | None) -> None:
    """Keep that the owner has just shown that they have the item, and in which country. Raises Unavailable."""
    note_scans(ledger, [Seen(item, ledger.now(), "owner_confirmed", country, kind=LookKind.ANSWER)])


def _salt_of_today(ledger: Ledger, tx: Tx) -> bytes:
    today = ledger.now() // DAY
    salt = tx.scans.salt(today)
    if salt is None:
        salt = ledger.random(32)
        tx.scans.keep_salt(today, salt)
    return salt


def _hashed(salt: bytes, looker: str) -> bytes:
    return hmac.new(salt, looker.encode("utf-8", "replace"), hashlib.sha256).digest()[:16]
