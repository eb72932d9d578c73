"""What the use cases ask of the tables of credentials; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ledger.domain.credentials import Credential, CredentialKey, CredentialKind


class Credentials(Protocol):
    """Reads and writes of credential keys and of what was issued."""

    def keys(self, issuer: str) -> list[CredentialKey]:
        """An issuer's keys, the newest first."""
        ...

    def sealed(self, kid: str) -> bytes:
        """The encrypted private half of a key."""
        ...

    def add_key(self, key: CredentialKey, sealed: bytes) -> None:
        """Keep a new key."""
        ...

    def end_keys(self, issuer: str, at: int, *, stolen: bool) -> None:
        """Sign no more with an issuer's keys; `stolen` ones are not published any more and all they signed ends."""
        ...

    def add(self, new: Credential) -> None:
        """Keep one that was issued."""
        ...

    def get(self, id: str) -> Credential | None:
        """By id."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of one."""
        ...

    def revoke(self, id: str, at: int) -> None:
        """End one for good."""
        ...

    def live(self, item: int, kind: CredentialKind, statement: bytes | None) -> list[Credential]:
        """Those of an item that are not revoked, the newest first."""
        ...

    def newest_pair(self, issuer: str) -> tuple[int, int]:
        """An issuer's newest pair of lists and how many places of it are given out; (1, 0) where there is none."""
        ...

    def taken(self, issuer: str, pair: int, position: int) -> bool:
        """Whether a place is given out."""
        ...

    def positions(self, issuer: str, pair: int, purpose: str) -> list[int]:
        """The places that are revoked, or suspended and not revoked."""
        ...

    def to_check(self, since: int, now: int, after: str, limit: int) -> Sequence[Credential]:
        """By id, beyond `after`: those that blocks above `since` may have changed, and those that wait."""
        ...

    def due(self, now: int) -> bool:
        """Whether any waits for a time that has come."""
        ...
