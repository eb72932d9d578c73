"""What the use cases ask of the tables of shared signals; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.custody import ItemState
from ledger.domain.desk.signals import Act, Fact, Kind, Policy
from ledger.services.desk.signals_view_port import SignalCounts


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a member's feed; `item` is None of offenders, and once the signal stands no more."""

    number: int
    signal: str
    act: Act
    kind: Kind
    organisation: str
    item: int | None
    at: int
    stands: bool


@dataclass(frozen=True, slots=True)
class Offender:
    """What a brand has said of one offender: how many identifiers, and when."""

    id: str
    identifiers: int
    created_at: int


class Signals(SignalCounts, Protocol):
    """Reads and writes of policies, feeds, offenders and questions about them."""

    def policies(self, organisation: str | None = None) -> list[Policy]:
        """What brands share; of one brand, where named."""
        ...

    def set_policy(self, policy: Policy) -> None:
        """Share so from now on, in place of an earlier policy of the same kind."""
        ...

    def end_policy(self, organisation: str, kind: Kind) -> bool:
        """Share it no more; whether it was shared."""
        ...

    def suspected(self, organisation: str, since: int, limit: int) -> list[int]:
        """An organisation's items that are suspected to be copied, of alerts from then on, the newest first."""
        ...

    def stolen(self, organisation: str, upto: int, limit: int) -> list[ItemState]:
        """The states as of a block of an organisation's items that carry a theft then."""
        ...

    def told(self, reader: str) -> dict[Fact, str]:
        """What a member was told and what still stands, with the signals' ids."""
        ...

    def tell(self, reader: str, new: Sequence[tuple[Act, Fact, str]], now: int) -> None:
        """Append to a member's feed (act, fact, id of the signal); what is over or withdrawn loses its code."""
        ...

    def feed(self, reader: str, after: int, limit: int) -> list[Entry]:
        """A member's entries beyond a number, in order."""
        ...

    def add_offender(self, organisation: str, id: str, marks: Collection[bytes], now: int) -> None:
        """Keep the identifiers of an offender."""
        ...

    def offenders(self, organisation: str, before: str | None, limit: int) -> list[Offender]:
        """A brand's offenders, newest first."""
        ...

    def count_offenders(self, organisation: str) -> int:
        """How many a brand keeps here."""
        ...

    def drop_offender(self, organisation: str, id: str) -> bool:
        """Forget one; whether there was one."""
        ...

    def of_mark(self, mark: bytes) -> list[tuple[str, int]]:
        """Which organisations have named an identifier, and when."""
        ...

    def add_purchase(self, id: str, case: str, organisation: str, body: str, now: int) -> None:
        """Keep a test purchase."""
        ...

    def purchases(self, case: str) -> list[tuple[str, str]]:
        """The test purchases of a case, as (id, body), oldest first."""
        ...

    def question(self, organisation: str, day: int) -> int:
        """Count one more question of a day (days since 1970), and how many that makes; earlier days are forgotten."""
        ...
