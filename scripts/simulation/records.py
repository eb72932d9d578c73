"""What the simulator writes down for itself: the truth of every listing, and what became of it. It reads no log."""

from __future__ import annotations

from dataclasses import dataclass, field

from scripts.simulation.agents import ListingPlan

WAITING, QUEUED, LIVE, DOWN, STOPPED, SOLD = "waiting", "queued", "live", "down", "stopped", "sold"


@dataclass(frozen=True, slots=True)
class Screening:
    """One answer of the listing screen. `before` is what had been decided of the listing, None the first time."""

    at: int
    ref: str
    decision: str
    before: str | None
    reasons: frozenset[str]


@dataclass(slots=True)
class Fate:
    """A listing and what became of it. Times are seconds from the start."""

    plan: ListingPlan
    state: str = WAITING
    screenings: list[Screening] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    live_from: int | None = None
    """Since when it can be bought, first."""
    turn: int = 0
    """Counts how often it came up, so that chances drawn for an earlier time are not met again."""
    sold_at: int | None = None
    stopped_at: int | None = None
    stopped_by: str = ""
    """`screen` (its seller gave up or it was blocked), `check` (at night), `reviewer`, or `notice`."""
    queued_at: int | None = None
    waited: list[int] = field(default_factory=list)
    """Seconds before a reviewer looked at it."""
    asked: bool = False
    fixed: bool = False
    """Asked for a code, and allowed once its seller had given one."""

    @property
    def first(self) -> Screening:
        """The first answer."""
        return self.screenings[0]


@dataclass(slots=True)
class CaseRecord:
    """A case as the simulator saw it from outside: its acts, each at the simulator's own time."""

    id: str
    listing: str
    honest: bool
    reason: str
    received_at: int
    decided_at: int | None = None
    first: str | None = None
    declined_as: str | None = None
    automation: str | None = None
    down: list[tuple[int, int]] = field(default_factory=list)
    down_since: int | None = None
    countered: bool = False
    waits: bool = True
    """Whether a reviewer has to look at it."""
    outcome: str | None = None
    closed: bool = False

    def goes_down(self, at: int) -> None:
        """The listing was taken down."""
        self.down_since = at

    def comes_up(self, at: int) -> None:
        """It was restored."""
        if self.down_since is not None:
            self.down.append((self.down_since, at))
            self.down_since = None


@dataclass(slots=True)
class StoreSeen:
    """A seller whose shop opened during the simulation, or just before, and which others the platform was told of."""

    ref: str
    kind: str
    again: str
    linked: frozenset[str]


@dataclass(slots=True)
class Records:
    """All of them, in the order in which they came."""

    fates: dict[str, Fate] = field(default_factory=dict)
    cases: dict[str, CaseRecord] = field(default_factory=dict)
    stores: dict[str, StoreSeen] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)
    """Each notifier's lane in the end."""
    pack: int = 0
    """The rule pack by which listings were screened."""
    start: int = 0
    requests: int = 0
