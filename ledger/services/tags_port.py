"""What the use cases ask of the tables of tags; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.tags import Run, Tag, Tap


@dataclass(frozen=True, slots=True, repr=False)
class Master:
    """A brand's master key as it is kept: sealed by the vault. Never printed."""

    organisation: str
    version: int
    sealed: bytes
    created_at: int


@dataclass(frozen=True, slots=True)
class Needed:
    """An offer's tap: whether the owner asks for one, and the one that came, with its time."""

    offer: str
    item: int
    needed: bool
    tap: str | None = None
    tapped_at: int | None = None


class Tags(Protocol):
    """Reads and writes of master keys, encoders' files, tags, taps, and the taps of handovers."""

    def masters(self, organisation: str) -> list[Master]:
        """A brand's master keys, newest version first (at most 50)."""
        ...

    def master(self, organisation: str, version: int) -> Master | None:
        """One of them."""
        ...

    def add_master(self, new: Master) -> None:
        """Keep a new version."""
        ...

    def add_run(self, run: Run, made: Sequence[Tag]) -> None:
        """Keep that a file for an encoder was made, and the tags in it."""
        ...

    def runs(self, organisation: str, limit: int) -> list[Run]:
        """The files that were made, newest first."""
        ...

    def of_item(self, item: int, limit: int = 4) -> list[Tag]:
        """An item's tags, the newest generation first."""
        ...

    def newest_of(self, items: Sequence[int]) -> dict[int, Tag]:
        """The newest tag of each item that has one."""
        ...

    def by_uid(self, uid: bytes) -> Tag | None:
        """The tag in service that has this number."""
        ...

    def page(self, organisation: str, before: str | None, limit: int, batch: str | None = None) -> list[Tag]:
        """A brand's tags, newest first, older than the cursor; of one batch, where it is named."""
        ...

    def count(self, organisation: str) -> dict[str, int]:
        """How many tags a brand has in each state."""
        ...

    def bind(self, id: str, uid: bytes, now: int) -> None:
        """Put a tag into service: the encoder says which chip it is."""
        ...

    def end(self, items: Sequence[int], now: int) -> int:
        """Take the tags of items out of service; how many were not yet ended."""
        ...

    def advance(self, id: str, counter: int, now: int) -> bool:
        """Raise a tag's counter; False where it was there already or beyond: two at once cannot both do it."""
        ...

    def note_opened(self, id: str, at: int) -> None:
        """The tag's seal is open; the first time counts, for ever."""
        ...

    def add_tap(self, tap: Tap) -> None:
        """Keep a tap."""
        ...

    def tap(self, id: str) -> Tap | None:
        """By id."""
        ...

    def answer_at(self, tag: str, counter: int) -> Tap | None:
        """The tap for which this counter of a tag was counted."""
        ...

    def was_shown_again(self, tag: str, counter: int) -> bool:
        """Whether this counter of a tag was ever brought when it was not news any more."""
        ...

    def taps_since(self, item: int, since: int) -> int:
        """How many taps of an item were kept since then."""
        ...

    def latest_answer(self, item: int, by: bytes, since: int) -> Tap | None:
        """The newest answer of an item's tag that this visitor brought since then."""
        ...

    def sweep(self, before: int) -> int:
        """Forget taps from before then; how many."""
        ...

    def need_tap(self, offer: str, item: int) -> None:
        """The owner wants the tag to answer before this offer is accepted."""
        ...

    def note_handover(self, offer: str, item: int, tap: Tap) -> None:
        """The tag answered to whoever is about to accept; the newest tap counts."""
        ...

    def needed(self, offer: str) -> Needed | None:
        """What is known of an offer's tap."""
        ...

    def at_handovers(self, item: int) -> dict[bytes, int]:
        """When the tag answered at an item's handovers, by the offers' hashes."""
        ...
