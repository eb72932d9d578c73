"""Small facts of the installation: which chain, which contract, how far it is final, who holds the lease."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from ledger.storage.stamps import moved_by
from ledger.storage.tables import meta

OFTEN: Final = frozenset(
    {
        *("node_seen", "node_height", "lease"),
        *("looks_compared", "webhooks_told", "credentials_looked", "watches_called"),
    }
)
"""Facts that move with the clock: nothing that is kept rests on them."""
OF_ITEMS: Final = "mined_nonce:"
"""How facts begin that tell how far single statements are."""


class Meta:
    """A key–value table, for facts of which there is exactly one."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, key: str, default: Any = None) -> Any:
        """The value under `key`, or `default`."""
        row = self._db.execute(select(meta.c.value).where(meta.c.key == key)).first()
        return default if row is None else row.value

    def set(self, key: str, value: Any) -> None:
        """Keep `value` (anything JSON can carry) under `key`."""
        less = key in OFTEN or key.startswith(OF_ITEMS)
        moves = moved_by(items=key not in OFTEN) if less else {}
        change = update(meta).where(meta.c.key == key).values(value=value).execution_options(**moves)
        if self._db.execute(change).rowcount == 0:
            self._db.execute(insert(meta).values(key=key, value=value).execution_options(**moves))

    def remove(self, key: str) -> None:
        """Forget `key`."""
        self._db.execute(delete(meta).where(meta.c.key == key))
