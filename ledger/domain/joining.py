"""Joining: what an organisation tells of itself, who has to agree, and when it is let in.

Nobody is let in by one person: the domain is proven, a second admin with a passkey of their own has approved, and
the operator has (two of them where the name looks like one that is here already).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ledger.domain.organisations import Role

PROOF_NAME: Final = "touchmark-verification"
"""The label of the TXT record, and of the value in it."""
SERVICE_TYPE: Final = "TouchmarkVerification"
"""The type of the entry in a did:web document's `service` (DID Core 1.0, 5.4)."""
MOST_MARKS: Final = 50
MOST_PROGRAMMES: Final = 200
MOST_PREFIXES: Final = 100
OPERATOR: Final = "operator"
"""Who approved at the operator's own command line."""


class Proof(StrEnum):
    """How a domain was shown to be the applicant's."""

    DNS = "dns"
    DID = "did"
    LOCAL = "local"
    """Taken as shown by the operator of a chain that lives on one machine."""


class Stage(StrEnum):
    """How far an application has come."""

    DRAFT = "draft"
    SENT = "sent"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


class Missing(StrEnum):
    """What still has to happen before an organisation is let in."""

    PREFIXES = "prefixes"
    SECOND = "second"
    SENDING = "sending"
    DOMAIN = "domain"
    SECOND_APPROVAL = "second_approval"
    COUNCIL = "council"


@dataclass(frozen=True, slots=True)
class Programme:
    """Since when the items of one line are registered (an ISO 8601 day)."""

    gtin: str
    name: str
    since: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A registered trade mark, as the applicant states it; `file` is the SHA-256 of the certificate."""

    id: str
    application: str
    name: str
    number: str
    office: str
    classes: Sequence[int]
    territories: Sequence[str]
    expires_on: str | None
    created_at: int
    file: str | None = None
    file_type: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """The operator's yes, or that of a member of the council."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Application:
    """What an organisation that wants to join has told, and how far that has come."""

    id: str
    name: str
    slug: str
    role: Role
    domain: str
    token: str
    applicant: str | None
    applicant_name: str
    created_at: int
    changed_at: int
    prefixes: Sequence[str] = ()
    programmes: Sequence[Mapping[str, Any]] = ()
    programme_start: str | None = None
    look_alikes: Sequence[str] = ()
    second_name: str = ""
    second_email: str = ""
    second_asked_at: int | None = None
    second: str | None = None
    second_approved_at: int | None = None
    domain_asked_at: int | None = None
    domain_looked_at: int | None = None
    domain_problem: str | None = None
    domain_proof: Proof | None = None
    domain_proven_at: int | None = None
    sent_at: int | None = None
    returned_at: int | None = None
    returned_why: str | None = None
    withdrawn_at: int | None = None
    live_at: int | None = None
    organisation: str | None = None
    approvals: Sequence[Approval] = field(default=())

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.withdrawn_at is not None:
            return Stage.WITHDRAWN
        if self.live_at is not None:
            return Stage.LIVE
        return Stage.DRAFT if self.sent_at is None else Stage.SENT

    @property
    def approvals_needed(self) -> int:
        """How many of the operator's people have to agree: two where the name looks like another's."""
        return 2 if self.look_alikes else 1

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What still has to happen, in the order in which it can; nothing once it may go live."""
        found = []
        if self.role is Role.BRAND and not self.prefixes:
            found.append(Missing.PREFIXES)
        if self.second_asked_at is None:
            found.append(Missing.SECOND)
        if self.sent_at is None:
            found.append(Missing.SENDING)
        if self.domain_proof is None:
            found.append(Missing.DOMAIN)
        if self.second_approved_at is None:
            found.append(Missing.SECOND_APPROVAL)
        if len({one.by for one in self.approvals}) < self.approvals_needed:
            found.append(Missing.COUNCIL)
        return tuple(found)


def proof_token(random: bytes) -> str:
    """What a domain's owner publishes: 32 hexadecimal digits of 16 random bytes."""
    return random.hex()


def txt_value(token: str) -> str:
    """The whole TXT record."""
    return f"{PROOF_NAME}={token}"


def proven_by_txt(token: str, records: Sequence[str]) -> bool:
    """Whether one of a domain's TXT records is ours, whatever spaces or quotes stand around it."""
    wanted = txt_value(token)
    return any(record.strip().strip('"').strip() == wanted for record in records)


def proven_by_did(token: str, domain: str, document: Any) -> bool:
    """Whether a domain's did.json is its own and carries our entry (did:web; DID Core 1.0, 5.1 and 5.4).

    The entry stands in `service`, with our type, and the token is its serviceEndpoint.
    """
    if not isinstance(document, Mapping) or document.get("id") != f"did:web:{domain}":
        return False
    services = document.get("service")
    if not isinstance(services, list):
        return False
    return any(
        isinstance(one, Mapping)
        and one.get("type") == SERVICE_TYPE
        and str(one.get("serviceEndpoint")) in (token, txt_value(token))
        for one in services[:100]
    )


def did_document(token: str, domain: str) -> dict[str, Any]:
    """The smallest did.json that proves a domain."""
    own = f"did:web:{domain}"
    entry = {"id": f"{own}#touchmark", "type": SERVICE_TYPE, "serviceEndpoint": txt_value(token)}
    return {"@context": ["https://www.w3.org/ns/did/v1"], "id": own, "service": [entry]}


def second_hash(secret: str) -> bytes:
    """The name under which a second admin's link is kept."""
    return hashlib.sha256(b"touchmark/second-admin/1:" + secret.encode()).digest()
