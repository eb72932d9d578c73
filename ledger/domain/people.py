"""People: who signs in, with which passkeys, for which organisations, and which items are theirs.

A person is a name of ours and nothing else: an e-mail address only where they want notices. What they own is on
the chain under addresses that nobody can link; the table that links them (`Holding`) is only here and is deleted
with the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ledger.domain.organisations import Scope


class StaffRole(StrEnum):
    """What a member of an organisation does there."""

    ADMIN = "admin"
    OPERATIONS = "operations"
    BOUTIQUE = "boutique"
    INSPECTOR = "inspector"
    VIEWER = "viewer"


SCOPES_OF: Final[dict[StaffRole, frozenset[Scope]]] = {
    StaffRole.ADMIN: frozenset(Scope),
    StaffRole.OPERATIONS: frozenset(set(Scope) - {Scope.KEYS}),
    StaffRole.BOUTIQUE: frozenset({Scope.READ, Scope.ACTIVATE}),
    StaffRole.INSPECTOR: frozenset({Scope.READ, Scope.SIGN}),
    StaffRole.VIEWER: frozenset({Scope.READ}),
}
"""What each role may do; a member with several roles may do all that any of them may."""


def scopes_of(roles: frozenset[StaffRole]) -> frozenset[Scope]:
    """What a member with these roles may do."""
    return frozenset().union(*(SCOPES_OF[role] for role in roles))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `email` is None until they gave one and followed the link sent to it."""

    id: str
    created_at: int
    email: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A person's P-256 credential (WebAuthn Level 3): its id and the two coordinates of its public key."""

    id: str
    person: str
    credential: bytes
    x: bytes
    y: bytes
    label: str
    created_at: int
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's visit; `id` is the SHA-256 of what its cookie holds. `person` is None until somebody signs in."""

    id: bytes
    created_at: int
    expires_at: int
    person: str | None = None
    signed_in_at: int | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's part in an organisation."""

    person: str
    organisation: str
    roles: frozenset[StaffRole]
    created_at: int
    name: str = ""
    """How colleagues and the public card name them, as they wish."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation into an organisation, open until it is accepted or over."""

    id: str
    organisation: str
    email: str
    name: str
    roles: frozenset[StaffRole]
    created_at: int
    expires_at: int
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One item of one person: the address that holds it, and how that address is made.

    `passkey` and `blind` make the address; a browser extension's address stands for itself.
    """

    person: str
    item: int
    address: str
    created_at: int
    passkey: str | None = None
    blind: bytes | None = None
    note: str = ""
    bought_on: str | None = None


class ErrandState(StrEnum):
    """How far a visit to the signing page has come."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit to the signing page: what it was sent to sign, for which session, and what came of it.

    `request` is what the signing page gets; `keep` is what only the server needs to finish; `result` says where
    the visitor goes afterwards (`to`).
    """

    id: str
    purpose: str
    session: bytes
    request: dict[str, Any]
    keep: dict[str, Any]
    created_at: int
    expires_at: int
    person: str | None = None
    state: ErrandState = ErrandState.OPEN
    result: dict[str, Any] | None = None
