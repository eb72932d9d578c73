"""The desk's log: what platforms, rights-holders and reviewers did, in order, each entry sealed to the one before.

Every figure of the transparency report is worked out from these entries alone, and a case's state is a fold over its
own, so an entry says all that the decision rested on. It names people and texts by their ids and SHA-256 only: those
can be deleted where a law asks for it, and the log stays whole. An entry is appended in the transaction of what it
tells of, and never changed; what was wrong is answered by a later entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 256 * 1024
"""Of an entry's body."""
GENESIS: Final = bytes(32)
"""What the first entry is sealed to."""
_TAG: Final = b"touchmark desk log 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `number` counts from 1 without a gap, `at` is in seconds since 1970, `body` is JSON as of RFC 8785.

    `organisation` is the id of who acted, "" where the ledger did by itself; `subject` names what the act was on.
    """

    number: int
    at: int
    kind: str
    organisation: str
    subject: str
    body: str
    previous: bytes
    hash: bytes


def sealed(number: int, at: int, kind: str, organisation: str, subject: str, body: str, previous: bytes) -> Entry:
    """The entry with its seal: SHA-256 over every field, each with its length before it."""
    seal = hashlib.sha256(_TAG)
    for part in (str(number), str(at), kind, organisation, subject, body):
        told = part.encode()
        seal.update(len(told).to_bytes(8, "big") + told)
    seal.update(previous)
    return Entry(number, at, kind, organisation, subject, body, previous, seal.digest())


def faults(entries: Iterable[Entry], number: int = 0, previous: bytes = GENESIS) -> Iterable[str]:
    """What is wrong with entries that follow entry `number`, whose hash is `previous`: each fault in words."""
    for entry in entries:
        if entry.number != number + 1:
            yield f"entry {number + 1} of the desk’s log is missing"
        elif entry.previous != previous:
            yield f"entry {entry.number} of the desk’s log does not follow the one before it"
        told = sealed(entry.number, entry.at, entry.kind, entry.organisation, entry.subject, entry.body, entry.previous)
        if told.hash != entry.hash:
            yield f"entry {entry.number} of the desk’s log is not what was sealed"
        number, previous = entry.number, entry.hash
