"""How often one connection may look items up here; the counting itself is `web.limits`'."""

from __future__ import annotations

from flask import request

from ledger.domain.errors import TooMany
from ledger.domain.said import said
from ledger.keeping.countries import public_address
from web.limits import spend


def too_fast(address: str | None) -> int | None:
    """Count one look; seconds to wait where there were too many, else None.

    Only public addresses are counted: behind any other stands a proxy that was not named in the settings, and
    then it would be all buyers at once who are turned away.
    """
    if not is_public(address):
        return None
    spent = spend()
    return spent.resets if spent.over else None


def expect_pace() -> None:
    """For pages that look something up and have no bad news to tell whoever asks too often. Raises TooMany."""
    wait = too_fast(request.remote_addr)
    if wait is not None:
        raise TooMany(said("Too many checks from this connection. Wait a minute, then go on."), retry_after=wait)


def is_public(address: str | None) -> bool:
    """Whether an address is one of the open network's."""
    return public_address(address) is not None
