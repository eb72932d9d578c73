"""Who may speak: parties, their keys, accreditations and GS1 prefixes, folded from the contract's events.

Everything is an interval in block time, because a statement is judged as of the block it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.domain.chain_view import ChainEvent
from ledger.domain.gtins import Gtin, gtin_matches_prefix

COUNCIL = 0

EVENTS = (
    "PartyAdded",
    "PartyEnded",
    "KeyAdded",
    "KeyRetired",
    "KeyCompromised",
    "Accredited",
    "AccreditationEnded",
    "PrefixGranted",
)
"""The events that the directory is folded from."""


@dataclass(slots=True)
class Interval:
    """From a block time until another (None: still)."""

    start: int
    end: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it was in force at a block time."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(slots=True)
class Key:
    """A party's key. What it signed in blocks at or after `compromised_since` does not count."""

    interval: Interval
    compromised_since: int | None = None


@dataclass(slots=True)
class Party:
    """A numbered organisation; 0 is the council."""

    number: int
    brand: bool
    interval: Interval
    keys: dict[str, Key] = field(default_factory=dict)


class Directory:
    """The parties as the events tell. Made for one question, then thrown away: there are few."""

    def __init__(self, events: Iterable[ChainEvent]) -> None:
        self.parties: dict[int, Party] = {COUNCIL: Party(COUNCIL, False, Interval(0))}
        self._accreditations: dict[tuple[int, int], list[Interval]] = {}
        self._prefixes: dict[str, list[tuple[int, int]]] = {}
        for event in events:
            self._take(event)

    def key(self, party: int, address: str) -> Key | None:
        """A party's key, whether in force or not."""
        known = self.parties.get(party)
        return None if known is None else known.keys.get(address)

    def key_in_force(self, party: int, address: str, at: int) -> bool:
        """Whether the contract takes the party's statements from this key at a block time."""
        key = self.key(party, address)
        return key is not None and key.interval.holds(at) and key.compromised_since is None

    def accredited(self, by: int, party: int, at: int) -> bool:
        """Whether `by` (a brand or the council) had accredited the party at a block time."""
        return any(interval.holds(at) for interval in self._accreditations.get((by, party), ()))

    def accreditor(self, brand: int, party: int, at: int) -> int | None:
        """Who lets the party speak of a brand's items: the brand, else the council, else nobody."""
        for by in (brand, COUNCIL):
            if self.accredited(by, party, at):
                return by
        return None

    def holds_prefix(self, party: int, gtin: Gtin, block: int) -> bool:
        """Whether a brand held the GTIN's company prefix as of a block: the longest grant decides."""
        for prefix in sorted(self._prefixes, key=len, reverse=True):
            if gtin_matches_prefix(gtin, prefix):
                holder = None
                for since, to in self._prefixes[prefix]:
                    if since <= block:
                        holder = to
                if holder:
                    return holder == party
        return False

    def holder(self, prefix: str) -> int | None:
        """Who holds exactly this prefix now."""
        grants = self._prefixes.get(prefix)
        return grants[-1][1] or None if grants else None

    def _take(self, event: ChainEvent) -> None:
        args = event.args
        match event.name:
            case "PartyAdded":
                number = args["party"]
                self.parties[number] = Party(number, args["brand"], Interval(event.time))
                self.parties[number].keys.setdefault(args["firstKey"], Key(Interval(event.time)))
            case "PartyEnded":
                self.parties[args["party"]].interval.end = event.time
                for key in self.parties[args["party"]].keys.values():
                    if key.interval.end is None:
                        key.interval.end = event.time
            case "KeyAdded":
                self.parties[args["party"]].keys.setdefault(args["key"], Key(Interval(event.time)))
            case "KeyRetired":
                key = self.parties[args["party"]].keys[args["key"]]
                if key.interval.end is None:
                    key.interval.end = event.time
            case "KeyCompromised":
                self.parties[args["party"]].keys[args["key"]].compromised_since = args["since"]
            case "Accredited":
                intervals = self._accreditations.setdefault((args["by"], args["party"]), [])
                intervals.append(Interval(event.time))
            case "AccreditationEnded":
                self._accreditations[args["by"], args["party"]][-1].end = event.time
            case "PrefixGranted":
                prefix = args["prefix"].rstrip(b"\0").decode()
                self._prefixes.setdefault(prefix, []).append((event.block, args["party"]))
