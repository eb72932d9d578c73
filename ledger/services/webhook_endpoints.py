"""Endpoints of an organisation: added with a secret that is shown once, rotated, switched off and on, removed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

from ledger.domain.errors import Conflict, Fault, Invalid, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.domain.web_addresses import check_url
from ledger.domain.webhooks import MOST_ENDPOINTS, MOST_SECRETS, ROTATION, Endpoint, EventType, Off, Secret, in_force
from ledger.services.ports import Ledger, Tx

_PURPOSE: Final = "webhook"
_PREFIX: Final = "whsec_"
_MOST_DESCRIPTION: Final = 200


def add_endpoint(
    ledger: Ledger, caller: Caller, url: str, types: Sequence[str] = (), description: str = ""
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown this once. No types means all of them.

    Raises Invalid for an address that nothing is sent to, or types there are none of; Conflict beyond 20 endpoints.
    """
    caller.need(Scope.KEYS)
    used, about = check_url(url, private=ledger.limits.private_webhooks), description.strip()
    if len(about) > _MOST_DESCRIPTION or not about.isprintable():
        raise Invalid(said("The description is one line of at most %(most)s characters.", most=_MOST_DESCRIPTION))
    secret = _new_secret(ledger)
    new = Endpoint(
        id=ledger.new_id("whe"),
        organisation=caller.organisation.id,
        url=used,
        description=about,
        types=_known(types),
        sealed=_sealed(ledger, (secret,)),
        created_at=ledger.now(),
    )
    with ledger.store.write() as tx:
        if len(tx.webhooks.endpoints(caller.organisation.id)) >= MOST_ENDPOINTS:
            many = said(
                "An organisation has at most %(most)s webhooks. Remove one that is not used.", most=MOST_ENDPOINTS
            )
            raise Conflict(many)
        tx.webhooks.add_endpoint(new)
    return new, secret.text


def own_endpoint(tx: Tx, caller: Caller, id: str) -> Endpoint:
    """One of the caller's endpoints. Raises Unknown for none, and for somebody else's; Forbidden without the scope."""
    caller.need(Scope.KEYS)
    found = tx.webhooks.endpoint(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("You have no webhook of that name. List your webhooks to find the right one."))
    return found


def own_endpoints(tx: Tx, caller: Caller) -> list[Endpoint]:
    """The caller's endpoints, oldest first."""
    caller.need(Scope.KEYS)
    return tx.webhooks.endpoints(caller.organisation.id)


def rotate_secret(ledger: Ledger, caller: Caller, id: str, *, at_once: bool = False) -> str:
    """A new secret, shown this once. The one before signs beside it for a day, or ends `at_once` if it was stolen."""
    now = ledger.now()
    fresh = _new_secret(ledger)
    with ledger.store.write() as tx:
        found = own_endpoint(tx, caller, id)
        old = () if at_once else in_force(secrets_of(ledger, found), now)
        leaving = tuple(replace(one, until=min(one.until or now + ROTATION, now + ROTATION)) for one in old)
        kept = (fresh, *leaving[: MOST_SECRETS - 1])
        tx.webhooks.change_endpoint(id, sealed=_sealed(ledger, kept))
    return fresh.text


def disable(ledger: Ledger, caller: Caller, id: str) -> None:
    """Switch an endpoint off. What waits for it fails, and can be replayed."""
    with ledger.store.write() as tx:
        if own_endpoint(tx, caller, id).on:
            switch_off(tx, id, Off.BY_HAND, ledger.now())


def enable(ledger: Ledger, caller: Caller, id: str) -> None:
    """Switch an endpoint on again, and count its failures anew."""
    with ledger.store.write() as tx:
        own_endpoint(tx, caller, id)
        tx.webhooks.change_endpoint(id, disabled_at=None, disabled_why=None, failing_since=None, failures=0)


def remove(ledger: Ledger, caller: Caller, id: str) -> None:
    """Forget an endpoint with its log. For good."""
    with ledger.store.write() as tx:
        own_endpoint(tx, caller, id)
        tx.webhooks.remove_endpoint(id)


def switch_off(tx: Tx, id: str, why: Off, now: int) -> None:
    """Note that an endpoint is off, and why; nothing waits for it any more."""
    tx.webhooks.change_endpoint(id, disabled_at=now, disabled_why=why)
    tx.webhooks.give_up(id, now)


def secrets_of(ledger: Ledger, endpoint: Endpoint) -> tuple[Secret, ...]:
    """An endpoint's secrets, newest first, whether or not they are still in force. Raises Unavailable."""
    return tuple(Secret(**one) for one in json.loads(ledger.vault.open(endpoint.sealed, _PURPOSE)))


def _sealed(ledger: Ledger, secrets: Sequence[Secret]) -> bytes:
    return ledger.vault.seal(json.dumps([asdict(one) for one in secrets]).encode(), _PURPOSE)


def _new_secret(ledger: Ledger) -> Secret:
    return Secret(_PREFIX + base64.b64encode(ledger.random(32)).decode())


def _known(types: Sequence[str]) -> tuple[str, ...]:
    strange = sorted(set(types) - set(EventType))
    if strange:
        known = ", ".join(EventType)
        why = said("“%(type)s” is no type of message. Choose among %(known)s.", type=strange[0][:60], known=known)
        raise Invalid(why, faults=[Fault("types", why)])
    return tuple(one.value for one in EventType if one in types)
