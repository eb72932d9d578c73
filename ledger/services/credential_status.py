"""Status lists: kept true by the worker as blocks come, signed when somebody asks, always whole.

1. Whatever a block may have changed is looked at again: credentials of its items and batches, of keys reported stolen.
2. Revoked is for good: the facts are others now. Suspended is a doubt, and ends with it.
3. What rests on blocks that are not final, or on a lock that ends by itself, is looked at again until it does not.
4. How far we have looked is noted last: cut short, the same is looked at again.
5. Of blocks that are not final yet, those in which nothing was found are not asked about again, as long as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.chain_view import Block
from ledger.domain.credentials import DAY, Credential, body_of
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.said import said
from ledger.domain.status_lists import list_subject, list_url, pair_of
from ledger.services.credential_drafts import Drafter
from ledger.services.credential_keys import find_issuer, sign_as
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import final_height, listed

_LOOKED: Final = "credentials_looked"
_SOON: Final = 60
_PIECE: Final = 50
"""Credentials in one transaction, so that other writers do not wait long."""


@dataclass(slots=True)
class Looked:
    """What one process remembers: the block up to which nothing waits that is not noted."""

    upto: Block | None = None


def settle_credentials(ledger: Ledger, looked: Looked | None = None) -> bool:
    """Look at whatever may have changed since the last time; False where nothing could have."""
    looked = looked or Looked()
    with ledger.store.read() as tx:
        tip = tx.chain.tip()
        now, final = ledger.now(), final_height(tx)
        before: dict[str, Any] = tx.meta.get(_LOOKED) or {"tip": "", "final": -1}
        if tip is not None and tip.number < final:
            return False  # our copy of the chain is being made again
        mark = {"tip": tip.hash.hex() if tip else "", "final": final}
        if {"tip": before["tip"], "final": before["final"]} == mark and not tx.credentials.due(now):
            return False
        known = tx.chain.block(before["final"]) if before["final"] >= 0 else None
        # On another chain than before everything is new.
        since = before["final"] if known is not None and known.hash.hex() == before.get("hash", "") else -1
        if since == final:
            if looked.upto is not None and tx.chain.block(looked.upto.number) == looked.upto:
                since = max(since, looked.upto.number)
            if not tx.credentials.to_check(since, now, "", 1):
                # Blocks came that are about none and not final yet: nobody who writes has to wait for us to note it.
                looked.upto = tip
                return False
    after = ""
    while True:
        with ledger.store.write() as tx:
            found = tx.credentials.to_check(since, now, after, _PIECE)
            for one in found:
                _look(ledger, tx, one)
            if len(found) < _PIECE:
                block = tx.chain.block(final) if final >= 0 else None
                tx.meta.set(_LOOKED, {**mark, "hash": block.hash.hex() if block else ""})
                looked.upto = tip
                return True
        after = found[-1].id


def _look(ledger: Ledger, tx: Tx, one: Credential) -> None:
    """Compare what it says with what is. What ran out is not looked at again."""
    if one.valid_until <= ledger.now():
        tx.credentials.change(one.id, unsettled=False, look_again_at=None)
        return
    try:
        draft = Drafter(ledger, tx, listed(tx, one.item)).draft(one.kind, one.statement)
    except (Conflict, Unknown):
        # What was final is not there: we do not know, and "cannot tell" is no "no".
        if one.look_again_at is not None:
            tx.credentials.change(one.id, look_again_at=ledger.now() + _SOON)
        return
    hold = draft.hold
    if hold.over or draft.fingerprint != one.fingerprint:
        tx.credentials.revoke(one.id, ledger.now())
        return
    suspended = (one.suspended_at or ledger.now()) if hold.doubtful else None
    tx.credentials.change(one.id, suspended_at=suspended, unsettled=hold.unsettled, look_again_at=hold.look_again_at)


def status_list(ledger: Ledger, slug: str, number: int) -> str:
    """A list of an issuer as a signed credential. Raises Unknown for one that was never begun.

    It is good for a day from when the worker last heard from the chain: where nobody looks after it, it ends.
    """
    with ledger.store.read() as tx:
        issuer = find_issuer(ledger, tx, slug)
        pair, purpose = pair_of(number)
        newest, used = tx.credentials.newest_pair(issuer.key)
        if number < 1 or pair > newest or not used:
            raise Unknown(said("There is no such list. Check the address."))
        url = list_url(ledger.public_url, issuer.slug, number)
        since = min(ledger.now(), tx.meta.get(NODE_SEEN) or 0)
        body = body_of(
            contexts=(),
            types=("VerifiableCredential", "BitstringStatusListCredential"),
            id=url,
            issuer=issuer,
            valid=(since, since + DAY),
            subject=list_subject(url, purpose, tx.credentials.positions(issuer.key, pair, purpose)),
        )
        return sign_as(ledger, tx, issuer, body)[0]
