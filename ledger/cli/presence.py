"""Whether a data folder holds a ledger that this program can work on: asked before anything is made there."""

from __future__ import annotations

from ledger.domain.errors import Unavailable
from ledger.settings import Settings
from ledger.storage.migrate import current, newest


def expect_ledger(settings: Settings) -> None:
    """Raises Unavailable, naming the command that mends it, unless the database is there and of this form."""
    file = settings.data / "touchmark.db"
    if settings.database_url is None and not file.exists():
        raise Unavailable(
            f"There is no ledger in {settings.data}. Name its folder with --data, or begin one with `touchmark serve`."
        )
    found, wanted = current(settings.store_url), newest()
    if found != wanted:
        raise Unavailable(
            f"The database is of another form ({found or 'empty'}) than this program needs ({wanted}). "
            "Make a backup, then run `touchmark migrate`."
        )
