"""One plain-text letter by e-mail: what it may be made of, so that nothing in it can become a header."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Invalid
from ledger.domain.said import said

MOST_SUBJECT: Final = 200
MOST_TEXT: Final = 20_000
"""Characters. A letter of ours is a few sentences and a link."""
_MOST_ADDRESS: Final = 254
_MOST_LOCAL: Final = 64
"""Octets of a path and of a local part (RFC 5321, 4.5.3.1)."""
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*"
)
"""A dot-atom and a host name (RFC 5322, 3.4.1, without quoted strings, comments and address literals)."""
GAPS: Final = (15, 60, 240, 960, 3_600, 14_400, 21_600, 21_600, 21_600)
"""Seconds between tries: growing, together about a day."""
TRIES: Final = len(GAPS) + 1


class Outcome(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FILED = "filed"
    """Written to a file, because no mail server is set."""
    REFUSED = "refused"
    """The mail server said that it will never take it."""
    GIVEN_UP = "given_up"
    """Tried for a day."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to one person. Make it with `mail`, which checks it."""

    to: str
    subject: str
    text: str

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Mail:
        """A letter as it was kept."""
        return cls(**json.loads(kept))


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A letter's row: what is in it is sealed, and gone as soon as nothing more is to be done."""

    id: str
    sealed: bytes | None
    created_at: int
    tries: int
    next_try_at: int
    outcome: Outcome
    done_at: int | None = None
    reply: int | None = None
    """The mail server's last reply code (RFC 5321, 4.2); its words may name people, so they are not kept."""


def mail(to: str, subject: str, text: str) -> Mail:
    """A letter that can be sent. Raises Invalid for an address, a subject or a text that cannot be."""
    if not subject.strip() or len(subject) > MOST_SUBJECT or not subject.isprintable():
        raise Invalid(said("A subject is one line of 1 to %(most)s characters.", most=MOST_SUBJECT))
    if not text.strip() or len(text) > MOST_TEXT or not all(c.isprintable() or c in "\n\t" for c in text):
        raise Invalid(said("A letter has 1 to %(most)s characters, and none to control a screen.", most=MOST_TEXT))
    return Mail(address(to), subject, text)


def address(text: str) -> str:
    """An e-mail address as it is used: trimmed, the domain in lower case and ASCII (RFC 5891). Raises Invalid."""
    wrong = Invalid(said("That is not an e-mail address that we can write to. It looks like name@example.com."))
    local, at, domain = text.strip().rpartition("@")
    if not at or len(text) > 2 * _MOST_ADDRESS:
        raise wrong
    try:
        found = f"{local}@{domain.lower().encode('idna').decode()}"
    except UnicodeError:
        raise wrong from None
    if len(found) > _MOST_ADDRESS or len(local) > _MOST_LOCAL or not _ADDRESS.fullmatch(found):
        raise wrong
    return found


def gap_after(tries: int) -> int | None:
    """Seconds to wait after the `tries`th try (from 1), None where it was the last."""
    return GAPS[tries - 1] if tries <= len(GAPS) else None
