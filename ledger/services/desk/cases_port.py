"""What the use cases ask of the tables of notices and cases; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.desk.standing import Counts
from ledger.domain.desk.strikes import Strike


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it was sent: by whom, for whom, of how many lines, of which so many said the same again."""

    id: str
    organisation: str
    holder: str
    lines: int
    repeated: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A case's row: what never changes, and beneath it what its entries tell, to find it by."""

    id: str
    notice: str
    place: int
    platform: str
    listing: str
    url: str | None
    notifier: str
    holder: str
    agent: str | None
    right_id: str | None
    item: int | None
    gtin: str | None
    serial: str | None
    sold_as: str | None
    reason: str
    rules: str
    lane: str
    territories: tuple[str, ...]
    explanation: str
    """SHA-256 of its notifier's words (`case_write.text_hash`); the text is the notice's."""
    link: bytes
    """Under which the seller's link is found."""
    opened_at: int
    seller: str | None = None
    state: str = "received"
    outcome: str | None = None
    automation: str | None = None
    due_at: int | None = None
    next_at: int | None = None
    decided_at: int | None = None
    closed_at: int | None = None
    is_down: bool = False
    went_down: bool = False
    struck_at: int | None = None
    strike_until: int | None = None
    strike_back_at: int | None = None
    proven_item: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a case or of its notice; `organisation` is whose, empty for a seller's by link."""

    subject: str
    sha256: str
    media_type: str
    size: int
    organisation: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list asks for; what is None is no bound."""

    platform: str | None = None
    notifier: str | None = None
    holder: str | None = None
    notice: str | None = None
    listings: tuple[str, ...] = ()
    """The names of one listing."""
    holders: tuple[str, ...] | None = None
    seller: str | None = None
    states: tuple[str, ...] = ()


class Cases(Protocol):
    """Reads and writes of notices, cases, and what people wrote and sent to them."""

    def add_notice(self, notice: Notice) -> None:
        """Keep a notice."""
        ...

    def notice(self, id: str) -> Notice | None:
        """By id."""
        ...

    def add(self, new: Sequence[Kept]) -> None:
        """Keep cases."""
        ...

    def get(self, id: str) -> Kept | None:
        """By id."""
        ...

    def by_link(self, link: bytes) -> Kept | None:
        """The case that a seller's link leads to."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a case."""
        ...

    def page(self, wanted: Wanted, before: str | None, limit: int) -> list[Kept]:
        """Newest first, older than the cursor."""
        ...

    def queue(self, platform: str, limit: int) -> list[Kept]:
        """What waits for a reviewer of a platform, the nearest due time first."""
        ...

    def due(self, now: int, limit: int) -> list[str]:
        """Cases to which time has something to do, the longest due first."""
        ...

    def earlier(self, platform: str, names: Collection[str], reason: str, right: str | None) -> list[Kept]:
        """Cases against listings of these names for a reason and on a right, newest first (at most 3,000)."""
        ...

    def held_down(self, platform: str, names: Collection[str], but: str) -> bool:
        """Whether another case than `but` holds the listing of these names down."""
        ...

    def let_up_by_proof(self, platform: str, item: str, names: Collection[str]) -> list[Kept]:
        """Cases in which a live answer for this item let another listing up than that of these names (at most 50).

        Newest first; one that went down again since is not among them.
        """
        ...

    def counts(self, notifier: str, since: int, *, holder: str | None = None, explanation: str | None = None) -> Counts:
        """A notifier's cases decided since then; for one holder, or with one explanation, where named."""
        ...

    def closed_counts(self, notifier: str, since: int) -> Counts:
        """A notifier's decided cases that were closed since then."""
        ...

    def agents_of(self, holder: str, since: int) -> list[str]:
        """Who else notified for a rights-holder since then (at most 100)."""
        ...

    def opened_since(self, notifier: str, since: int) -> int:
        """How many cases a notifier has brought since then."""
        ...

    def by_facts_since(self, notifier: str, since: int) -> int:
        """How many listings a notifier has had taken down since then by facts alone."""
        ...

    def strikes(self, platform: str, seller: str) -> list[Strike]:
        """A seller's strikes, oldest first (at most 1,000)."""
        ...

    def add_text(self, subject: str, kind: str, sha256: str, text: str, at: int) -> None:
        """Keep what somebody wrote; the same again changes nothing."""
        ...

    def texts(self, subject: str) -> dict[str, tuple[str, str]]:
        """What was written of a notice or a case, as (kind, text) by SHA-256; what was forgotten is not there."""
        ...

    def salt(self, subject: str) -> str | None:
        """What the texts of a notice or a case are named with, in hexadecimal; forgotten with them."""
        ...

    def add_salt(self, subject: str, salt: str, at: int) -> None:
        """Keep it beside the texts, once."""
        ...

    def add_file(self, file: CaseFile) -> None:
        """Note a file; one that was only sent and is sent again waits anew, else the same again changes nothing."""
        ...

    def file(self, subject: str, sha256: str) -> CaseFile | None:
        """One file of a case, a notice or an organisation."""
        ...

    def files_since(self, subject: str, since: int) -> int:
        """How many files were noted of a case, a notice or an organisation since then."""
        ...

    def files(self, subject: str) -> list[CaseFile]:
        """The files of a notice or a case."""
        ...

    def forget_texts(self, closed_before: int, limit: int) -> int:
        """Forget what was written in cases that closed before then, and of notices none of whose cases is younger."""
        ...

    def files_over(self, closed_before: int, limit: int) -> list[str]:
        """The SHA-256 of files of such cases and notices."""
        ...

    def forget_file(self, name: str, closed_before: int) -> bool:
        """Forget that they had a file; whether nothing names it any more."""
        ...

    def sent_over(self, before: int, limit: int) -> list[str]:
        """The SHA-256 of files that were sent before then and that nothing has named."""
        ...

    def forget_sent(self, name: str, before: int) -> bool:
        """Forget that such a file was sent; whether nothing names it any more."""
        ...
