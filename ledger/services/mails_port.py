"""What the use cases ask of the table of letters, and of whatever carries them; `storage` and `outward` answer."""

from __future__ import annotations

from typing import Protocol

from ledger.domain.mails import KeptMail, Mail, Outcome


class Mails(Protocol):
    """Reads and writes of letters that go out."""

    def add(self, new: KeptMail) -> None:
        """Keep a letter to be sent."""
        ...

    def get(self, id: str) -> KeptMail | None:
        """By id."""
        ...

    def due(self, now: int) -> KeptMail | None:
        """The letter that has been due longest."""
        ...

    def postpone(self, id: str, tries: int, next_try_at: int) -> None:
        """Note a try, and when the next is due."""
        ...

    def note_reply(self, id: str, reply: int | None) -> None:
        """Keep what the mail server last said, as a number."""
        ...

    def done(self, id: str, outcome: Outcome, at: int, reply: int | None = None) -> None:
        """Note what became of a letter, and forget what was in it."""
        ...

    def waiting(self) -> tuple[int, int | None]:
        """How many letters wait, and when the oldest of them came."""
        ...

    def failed_since(self, at: int) -> int:
        """How many were refused or given up since `at`."""
        ...

    def forget_before(self, at: int) -> None:
        """Forget what became of letters that were done before `at`."""
        ...


class NotNow(Exception):
    """The letter could not be handed over this time; `reply` is the server's code, if it gave one."""

    def __init__(self, reply: int | None = None) -> None:
        super().__init__("The mail server did not take the letter.")
        self.reply = reply


class Never(NotNow):
    """The server said that it will never take this letter (RFC 5321, 4.2.1: a reply of the 500s)."""


class Postman(Protocol):
    """Carries one letter."""

    def carry(self, id: str, mail: Mail, at: int) -> Outcome:
        """SENT or FILED, with the id as the letter's Message-ID. Raises NotNow, Never."""
        ...
