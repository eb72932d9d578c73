"""Organisations, their API keys, and what a caller may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Forbidden


class Role(StrEnum):
    """What an organisation is; those that sign statements are numbered parties on the chain, the council is 0."""

    BRAND = "brand"
    AUTHENTICATOR = "authenticator"
    REPAIRER = "repairer"
    PLATFORM = "platform"
    COUNCIL = "council"
    AGENT = "agent"
    """Acts for rights-holders that have authorised it."""
    AUTHORITY = "authority"
    """Customs, police, a court: reads, with a purpose that is recorded and counted."""


class Scope(StrEnum):
    """What an API key may do, always within its own organisation."""

    READ = "read"
    IMPORT = "import"
    LABELS = "labels"
    CARDS = "cards"
    ACTIVATE = "activate"
    SIGN = "sign"
    CHECK = "check"
    CAPTURE = "capture"
    KEYS = "keys"
    SCREEN = "screen"
    NOTICE = "notice"
    DECIDE = "decide"
    LOOK_UP = "look_up"


SIGNERS: Final = frozenset({Role.BRAND, Role.AUTHENTICATOR, Role.REPAIRER, Role.COUNCIL})
"""Those that sign statements of their own, and so have a number on the chain."""


FOR_AUTHORITIES: Final = frozenset({Scope.LOOK_UP, Scope.READ, Scope.CHECK, Scope.DECIDE})
"""What a key of an authority may do at most; a court with “decide” enters its orders. By default it looks up only."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. `party` is None until the chain has numbered it; `address` is its signing key's."""

    id: str
    slug: str
    name: str
    role: Role
    domain: str
    address: str
    created_at: int
    party: int | None = None
    programme_start: str | None = None
    keeps_key: bool = False
    """Whether the operator keeps its signing key; its statements are then shown as operator-signed."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    organisation: str
    label: str
    last4: str
    scopes: frozenset[Scope]
    created_at: int
    revoked_at: int | None = None
    sandbox: bool = False
    """Whether it is answered from the sandbox's codes alone, and may do nothing else."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an organisation through one of its keys, or the operator at the command line."""

    organisation: Organisation
    scopes: frozenset[Scope]
    person: str | None = None
    """The member of staff, where one is signed in; None for a key of a program."""
    roles: frozenset[str] = frozenset()
    """The member's roles (`StaffRole`); none for a key of a program."""
    sandbox: bool = False
    """Whether a sandbox key asks."""

    def need(self, scope: Scope) -> None:
        """Raises Forbidden where the key lacks `scope`."""
        if scope not in self.scopes:
            raise Forbidden(
                f"This key of {self.organisation.name} may not do that: it lacks the scope “{scope}”. "
                "Ask whoever made the key for one with that scope."
            )

    def need_role(self, *roles: Role) -> None:
        """Raises Forbidden where the organisation has another role."""
        if self.organisation.role not in roles:
            wanted = " or ".join(roles)
            raise Forbidden(
                f"Only a {wanted} can do that; {self.organisation.name} has the role “{self.organisation.role}”."
            )
