"""Whether what leaves the ledger arrives: webhooks and letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.services.checking import Checked, attention, many, ok
from ledger.services.ports import Ledger

LATE: Final = 600
"""Seconds that a letter may wait before somebody should look."""
_DAY: Final = 86_400


def of_post(ledger: Ledger) -> Iterator[Checked]:
    """Which webhooks fail, and which letters wait or were not taken."""
    with ledger.store.read() as tx:
        waiting, _, failing, shut = tx.webhooks.health()
        letters, oldest = tx.mails.waiting()
        lost = tx.mails.failed_since(ledger.now() - _DAY)
    if failing or shut:
        words = f"{many(failing, 'webhook')} failing, {many(shut, 'webhook')} switched off for it."
        mend = "`touchmark webhook list --org …` says which; their receivers have to be mended, then `webhook replay`."
        yield attention("webhooks", words, mend)
    else:
        yield ok("webhooks", f"{many(waiting, 'message')} on the way." if waiting else "Nothing waits.")
    age = 0 if oldest is None else ledger.now() - oldest
    if lost or (letters and age > LATE):
        words = (
            f"{many(letters, 'letter')} waiting, the oldest for {age // 60} minutes; {lost} not taken since yesterday."
        )
        yield attention("letters", words, "See TOUCHMARK_SMTP_URL, and the worker's log for the server's reply codes.")
    else:
        yield ok("letters", f"{many(letters, 'letter')} on the way." if letters else "Nothing waits.")
