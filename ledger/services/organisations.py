"""Organisations and API keys: joining, keys made, shown once, and ended."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.errors import Conflict, Fault, Invalid, Unauthenticated, Unknown
from ledger.domain.organisations import FOR_AUTHORITIES, SIGNERS, ApiKey, Caller, Organisation, Role, Scope
from ledger.domain.outbox import OperatorAct
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RESERVED = "council"
_KEY_PREFIX = "tm_"
_SANDBOX_PREFIX = "tm_sandbox_"
_NOTED_EVERY = 86_400


@dataclass(frozen=True, slots=True)
class Prepared:
    """An organisation that was checked and has its key, and is not kept yet."""

    organisation: Organisation
    keystore: dict[str, Any] | None
    prefixes: tuple[str, ...]


def add_organisation(
    ledger: Ledger,
    *,
    slug: str,
    name: str,
    role: Role,
    domain: str,
    prefixes: Iterable[str] = (),
    programme_start: str | None = None,
    own_address: str | None = None,
) -> Organisation:
    """Add an organisation and queue its number on the chain.

    Its signing key is made and kept here, unless it brings the address of its own. Raises Invalid naming every
    field that is wrong, Conflict where the short name or a prefix is taken.
    """
    made = prepare_organisation(
        ledger,
        slug=slug,
        name=name,
        role=role,
        domain=domain,
        prefixes=prefixes,
        programme_start=programme_start,
        own_address=own_address,
    )
    with ledger.store.write() as tx:
        keep_organisation(ledger, tx, made)
    return made.organisation


def prepare_organisation(
    ledger: Ledger,
    *,
    slug: str,
    name: str,
    role: Role,
    domain: str,
    prefixes: Iterable[str] = (),
    programme_start: str | None = None,
    own_address: str | None = None,
) -> Prepared:
    """Check every field and make the key, which takes a moment, before a transaction is open. Raises Invalid."""
    owned = list(dict.fromkeys(prefixes))
    check_organisation(slug, name, role, domain, owned, programme_start, own_address)
    keystore = None
    address = (own_address or "").lower()
    if own_address is None:
        address, keystore = ledger.vault.new_key()
    new = Organisation(
        id=ledger.new_id("org"),
        slug=slug,
        name=name.strip(),
        role=role,
        domain=domain,
        address=address,
        created_at=ledger.now(),
        programme_start=programme_start,
        keeps_key=keystore is not None,
    )
    return Prepared(new, keystore, tuple(owned))


def keep_organisation(ledger: Ledger, tx: Tx, made: Prepared) -> None:
    """Keep a prepared organisation and queue its number on the chain. Raises Conflict where something is taken."""
    new = made.organisation
    if tx.organisations.get(new.slug) is not None:
        raise Conflict(said("There is an organisation “%(slug)s” already. Choose another short name.", slug=new.slug))
    check_prefixes_free(tx, made.prefixes)
    tx.organisations.add(new, made.keystore, made.prefixes)
    if new.role in SIGNERS:
        acts: list[tuple[str, tuple[object, ...]]] = [("addParty", (new.role is Role.BRAND, new.address))]
        acts += [("grantPrefix", (prefix,)) for prefix in made.prefixes]
        for function, args in acts:
            tx.outbox.add_act(OperatorAct(ledger.new_id("act"), function, args, ledger.now(), new.id))


def check_prefixes_free(tx: Tx, prefixes: Iterable[str]) -> None:
    """Raises Conflict where a prefix shares numbers with another's: one GTIN would have two brands."""
    for prefix in prefixes:
        holder = tx.organisations.prefix_holder("0" + prefix.ljust(13, "0"))
        if holder is None and (inner := tx.organisations.prefixes_within(prefix)):
            holder = inner[0]
        if holder is not None:
            raise Conflict(
                said(
                    "The GS1 prefix %(prefix)s shares numbers with a range of %(name)s.",
                    prefix=prefix,
                    name=holder.name,
                )
            )


def check_organisation(
    slug: str,
    name: str,
    role: Role,
    domain: str,
    prefixes: list[str],
    programme_start: str | None,
    own_address: str | None,
) -> None:
    """Raises Invalid naming every field that is wrong."""
    faults = []
    if not _SLUG.fullmatch(slug):
        faults.append(
            Fault("slug", said("is not a short name."), said("Use 1 to 60 small letters, digits and dashes."))
        )
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        faults.append(Fault("name", said("must have 1 to 120 printable characters.")))
    if not _DOMAIN.fullmatch(domain):
        faults.append(
            Fault("domain", said("is not a domain name."), said("Write it like maison.example, without https://."))
        )
    if prefixes and role is not Role.BRAND:
        faults.append(Fault("prefixes", said("belong to brands only.")))
    for prefix in prefixes:
        if not re.fullmatch(r"[0-9]{4,12}", prefix):
            faults.append(
                Fault(
                    "prefixes",
                    said("“%(prefix)s” is not a GS1 company prefix.", prefix=prefix[:20]),
                    said("It has 4 to 12 digits."),
                )
            )
    if slug == _RESERVED or role is Role.COUNCIL:
        faults.append(
            Fault("role", said("cannot be the council’s: the ledger has one, and it is there from the start."))
        )
    if programme_start is not None and not is_day(programme_start):
        faults.append(Fault("programme_start", said("is not a date."), said("Write it as 2026-01-31.")))
    if own_address is not None and (not _ADDRESS.fullmatch(own_address) or int(own_address, 16) == 0):
        faults.append(Fault("address", said("is not an address."), said("It is 0x and 40 hexadecimal digits.")))
    if faults:
        raise Invalid(said("The organisation cannot be added: %(faults)s", faults=faults[0]), faults=faults)


def is_day(text: str) -> bool:
    """Whether a text is a day from 1900 on, as ISO 8601 has it."""
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


def organisation(ledger: Ledger, name: str) -> Organisation:
    """By id or short name. Raises Unknown."""
    with ledger.store.read() as tx:
        found = tx.organisations.get(name)
    if found is None:
        raise Unknown(
            said("There is no organisation “%(name)s”. `touchmark org list` shows those there are.", name=name[:60])
        )
    return found


def numbered(ledger: Ledger, name: str) -> int:
    """An organisation's number on the chain. Raises Unknown, or Conflict while it has none."""
    found = organisation(ledger, name)
    if found.party is None:
        raise Conflict(
            said("%(name)s has no number in the ledger yet; wait until its addition is accepted.", name=found.name)
        )
    return found.party


def operator_as(ledger: Ledger, name: str) -> Caller:
    """The operator at the command line, acting for an organisation with every scope."""
    return Caller(organisation(ledger, name), frozenset(Scope))


def issue_key(
    ledger: Ledger, organisation_id: str, label: str, scopes: Iterable[Scope], *, sandbox: bool = False
) -> tuple[ApiKey, str]:
    """A new API key and its secret, which is shown this once: only its SHA-256 is kept.

    A sandbox key has the scope to check and no other, whatever is asked for.

    The secret has 256 random bits, so a fast hash is as good as a slow one: there is nothing to guess.
    """
    if not 1 <= len(label.strip()) <= 120 or not label.isprintable():
        raise Invalid(said("Give the key a label of 1 to 120 characters that says what it is for."))
    wanted = frozenset({Scope.CHECK}) if sandbox else frozenset(scopes)
    if not wanted:
        raise Invalid(said("Give the key at least one scope: %(names)s.", names=", ".join(Scope)))
    secret = (_SANDBOX_PREFIX if sandbox else _KEY_PREFIX) + ledger.random(32).hex()
    key = ApiKey(
        ledger.new_id("key"), organisation_id, label.strip(), secret[-4:], wanted, ledger.now(), sandbox=sandbox
    )
    with ledger.store.write() as tx:
        owner = tx.organisations.get(organisation_id)
        if owner is not None and owner.role is Role.AUTHORITY and not wanted <= FOR_AUTHORITIES:
            names = ", ".join(sorted(FOR_AUTHORITIES))
            raise Invalid(said("A key of an authority may read and look up only: %(names)s.", names=names))
        tx.organisations.add_api_key(key, _hash(secret))
    return key, secret


def authenticate(ledger: Ledger, secret: str) -> Caller:
    """Who holds this API key, noting once a day that it is used. Raises Unauthenticated for one not in force."""
    key, now = key_of(ledger, secret), ledger.now()
    with ledger.store.read() as tx:
        used = tx.shop.key_uses([key.id]).get(key.id, 0)
    if now - used >= _NOTED_EVERY:
        with ledger.store.write() as tx:
            tx.shop.note_key_use(key.id, now)
    return _caller(ledger, key)


def key_of(ledger: Ledger, secret: str) -> ApiKey:
    """The API key in force with this secret. Raises Unauthenticated."""
    prefix = _SANDBOX_PREFIX if secret.startswith(_SANDBOX_PREFIX) else _KEY_PREFIX
    if not secret.startswith(prefix) or len(secret) != len(prefix) + 64:
        raise Unauthenticated(said("That is not one of our keys. Keys begin with tm_ and have 67 characters."))
    with ledger.store.read() as tx:
        return _in_force(tx.organisations.api_key(_hash(secret)))


def caller_of(ledger: Ledger, key_id: str) -> Caller:
    """Who holds the API key of this id, asked anew at every turn. Raises Unauthenticated once it is ended.

    A sandbox key opens no console.
    """
    with ledger.store.read() as tx:
        key = _in_force(tx.organisations.api_key_in_force(key_id))
    if key.sandbox:
        raise Unauthenticated(said("This is a sandbox key: it is for trying a program, and opens nothing here."))
    return _caller(ledger, key)


def _caller(ledger: Ledger, key: ApiKey) -> Caller:
    with ledger.store.read() as tx:
        found = tx.organisations.get(key.organisation)
    assert found is not None  # a foreign key
    return Caller(found, key.scopes, sandbox=key.sandbox)


def _in_force(key: ApiKey | None) -> ApiKey:
    if key is None:
        raise Unauthenticated(said("This key is not in force. Ask whoever gave it to you for a new one."))
    return key


def revoke_key(ledger: Ledger, organisation_id: str, id: str) -> None:
    """End an API key at once. Raises Unknown where the organisation has no such key in force."""
    with ledger.store.write() as tx:
        if not tx.organisations.revoke_api_key(organisation_id, id, ledger.now()):
            raise Unknown(said("There is no such key in force."))


def add_council(ledger: Ledger, address: str, keystore: dict[str, object]) -> Organisation:
    """Note the council (party 0), whose first key is kept here."""
    council = Organisation(
        id=ledger.new_id("org"),
        slug="council",
        name="The council",
        role=Role.COUNCIL,
        domain="localhost.localdomain",
        address=address,
        created_at=ledger.now(),
        party=0,
    )
    with ledger.store.write() as tx:
        known = tx.organisations.get("council")
        if known is not None:
            return known
        tx.organisations.add(council, keystore, ())
    return replace(council, keeps_key=True)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(b"touchmark/api-key/1:" + secret.encode()).digest()
