"""Issuers and their keys: made on first use, kept encrypted like every other key, changed, and reported stolen.

An organisation issues in its own name only where it lets the operator keep a key for it at all. Otherwise the ledger
issues in its own name and says whose statement it repeats.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ledger.domain.credentials import (
    LEDGER,
    LEDGER_SLUG,
    CredentialKey,
    Issuer,
    did_document,
    did_web,
    key_url,
)
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.said import said
from ledger.services import credential_jose
from ledger.services.ports import Ledger, Tx


def ledger_issuer(ledger: Ledger) -> Issuer:
    """The ledger itself."""
    host = urlsplit(ledger.public_url).netloc
    return Issuer(LEDGER, LEDGER_SLUG, did_web(ledger.public_url), f"The ledger at {host}")


def organisation_issuer(ledger: Ledger, organisation: Organisation) -> Issuer:
    """An organisation under its own name."""
    folder = "brands" if organisation.role is Role.BRAND else "authenticators"
    did = did_web(ledger.public_url, folder, organisation.slug)
    return Issuer(organisation.id, organisation.slug, did, organisation.name)


def issuer_for(ledger: Ledger, tx: Tx, organisation: Organisation | None, *, records: bool = False) -> Issuer:
    """Who issues what an organisation said: itself, or the ledger where nobody here may sign for it.

    `records` asks for inspections, which an organisation may have reserved for its people.
    """
    if organisation is None or not organisation.keeps_key:
        return ledger_issuer(ledger)
    if records and tx.sheets.desk(organisation.id).people_only:
        return ledger_issuer(ledger)
    return organisation_issuer(ledger, organisation)


def find_issuer(ledger: Ledger, tx: Tx, slug: str) -> Issuer:
    """An issuer by the name in addresses. Raises Unknown."""
    if slug == LEDGER_SLUG:
        return ledger_issuer(ledger)
    found = tx.organisations.get(slug)
    if found is None or found.slug != slug or found.role not in (Role.BRAND, Role.AUTHENTICATOR, Role.REPAIRER):
        raise Unknown(said("There is no issuer of that name here. Check the address."))
    return organisation_issuer(ledger, found)


def issuer_document(ledger: Ledger, slug: str, folder: str | None = None) -> dict[str, Any]:
    """The DID document of an issuer; without a key yet it lists none. Raises Unknown, also in the wrong folder."""
    with ledger.store.read() as tx:
        issuer = find_issuer(ledger, tx, slug)
        if folder is not None and f":{folder}:" not in issuer.did:
            raise Unknown(said("There is no issuer of that name here. Check the address."))
        return did_document(issuer, tx.credentials.keys(issuer.key))


def sign_as(ledger: Ledger, tx: Tx, issuer: Issuer, body: dict[str, Any]) -> tuple[str, str]:
    """Sign with the issuer's key, which is made where there is none in force; the token and the key's name.

    Needs a transaction that may write.
    """
    key = key_in_force(ledger, tx, issuer)
    private = ledger.vault.open(tx.credentials.sealed(key.kid), _purpose(issuer.key, key.kid))
    return credential_jose.sign(private, key_url(issuer, key.kid), body), key.kid


def make_key(ledger: Ledger, issuer: Issuer) -> None:
    """Make the issuer's first key, so that signing only has to read."""
    with ledger.store.read() as tx:
        known = any(one.retired_at is None for one in tx.credentials.keys(issuer.key))
    if not known:
        with ledger.store.write() as tx:
            key_in_force(ledger, tx, issuer)


def key_in_force(ledger: Ledger, tx: Tx, issuer: Issuer) -> CredentialKey:
    """The key that signs for an issuer now."""
    for one in tx.credentials.keys(issuer.key):
        if one.retired_at is None:
            return one
    return _add_key(ledger, tx, issuer.key)


def own_keys(ledger: Ledger, caller: Caller) -> list[CredentialKey]:
    """The caller's credential keys, the newest first. Raises Forbidden."""
    caller.need(Scope.KEYS)
    with ledger.store.read() as tx:
        return tx.credentials.keys(_own(caller))


def change_key(ledger: Ledger, caller: Caller, *, stolen: bool = False) -> CredentialKey:
    """Sign with a new key from now on. What the old one signed stays good, unless it was `stolen`: then it ends.

    Raises Forbidden for whoever does not manage the organisation's keys.
    """
    caller.need(Scope.KEYS)
    with ledger.store.write() as tx:
        owner = _own(caller)
        tx.credentials.end_keys(owner, ledger.now(), stolen=stolen)
        return _add_key(ledger, tx, owner)


def _own(caller: Caller) -> str:
    """Whose keys a caller manages: the council's are the ledger's."""
    return LEDGER if caller.organisation.role is Role.COUNCIL else caller.organisation.id


def _add_key(ledger: Ledger, tx: Tx, owner: str) -> CredentialKey:
    made = credential_jose.new_key()
    key = CredentialKey(made.kid, owner, made.public, ledger.now())
    tx.credentials.add_key(key, ledger.vault.seal(made.private, _purpose(owner, made.kid)))
    return key


def _purpose(owner: str, kid: str) -> str:
    return f"credential key {owner} {kid}"
