"""Which rule pack is in force, and how a new one comes: the newest counts, none is ever changed."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ledger.domain.errors import Conflict
from ledger.domain.said import said
from ledger.screening.packs import Pack, own_packs, read_pack
from ledger.services.ports import Ledger, Tx


@functools.cache
def _own() -> tuple[Pack, ...]:
    return own_packs()


@functools.lru_cache(maxsize=16)
def _read(body: str) -> Pack:
    return read_pack(body)


def pack_in_force(tx: Tx) -> Pack:
    """The newest pack: the product's own newest until an operator added one that is not older."""
    newest = tx.listings.newest_pack()
    return _own()[-1] if newest is None or newest[0] < _own()[-1].version else _read(newest[1])


def all_packs(tx: Tx) -> Mapping[int, Pack]:
    """Every pack by version; an operator's counts before one of the product's that came later with its number."""
    added = {version: _read(body) for version, body in tx.listings.packs().items()}
    return {one.version: one for one in _own()} | added


def add_pack(ledger: Ledger, text: str) -> Pack:
    """Put a new pack in force, for what is screened from now on.

    Raises Invalid for what is no pack, Conflict where its version does not follow the newest.
    """
    pack = read_pack(text)
    with ledger.store.write() as tx:
        before = pack_in_force(tx).version
        if pack.version <= before:
            raise Conflict(
                said("The rule pack in force has version %(before)s. Give the new one a higher number.", before=before)
            )
        tx.listings.add_pack(pack.version, text, ledger.now())
        body = {"pack": pack.version, "before": before}
        tx.desk_log.append("screen.pack_added", "", f"pack:{pack.version}", body, ledger.now())
    return pack
