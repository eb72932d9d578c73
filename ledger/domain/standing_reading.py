"""The questions the verdict asks of the facts, each answered once.

Two rules run through all of them. Bad news counts as soon as it is queued and until its end is final; good
news counts once it is final. What a key signed in blocks at or after the time from which it was compromised
does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing_facts import (
    Asked,
    CloneSignal,
    Custody,
    Facts,
    Handover,
    Hold,
    Inspection,
    Progress,
    Raised,
    Stage,
    Strength,
    Undone,
)
from ledger.domain.tags import ANSWERS, COUNTS

NODE_SILENCE: Final = timedelta(seconds=60)
"""How long no node may have been seen before we say that we cannot confirm."""

CONFIRMATION_LASTS: Final = timedelta(minutes=15)
"""How long the owner's live answer speaks for the present; the handshake's own time limit."""

TAP_LASTS: Final = timedelta(seconds=COUNTS)
"""How long a tag's answer speaks for the present."""

THEFT: Final = (Flag.STOLEN, Flag.BRAND_THEFT, Flag.COUNCIL_THEFT)
DISPUTE: Final = (Flag.BRAND_DISPUTE, Flag.COUNCIL_DISPUTE)


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts read at one moment."""

    facts: Facts
    now: datetime

    @property
    def holds(self) -> tuple[Hold, ...]:
        """Orders of courts that hold the item now, the one that ends last first."""
        found = [one for one in self.facts.holds if one.in_force(self.now)]
        return tuple(sorted(found, key=lambda one: (one.until, one.order), reverse=True))

    # 1. What the chain says of the item.

    @property
    def node_seen(self) -> bool:
        """Whether a node was seen within the last minute; a stamp from the future is no sighting."""
        seen = self.facts.node_seen_at
        return seen is not None and abs(self.now - seen) < NODE_SILENCE

    @property
    def rogue_key(self) -> bool:
        """Whether the registration was signed by a key at or after the time it was compromised."""
        one = self.facts.registration
        if one is None or one.key_compromised_since is None:
            return False
        return one.recorded_at is None or one.recorded_at >= one.key_compromised_since

    @property
    def recorded(self) -> bool:
        """Whether there is a record at all, final or on its way, by the brand whose number it is."""
        one = self.facts.registration
        return (
            self.facts.asked is Asked.ITEM
            and self.facts.known
            and one is not None
            and one.progress is not Progress.REFUSED
            and self.facts.gtin_in_prefixes
            and not self.rogue_key
        )

    @property
    def supported(self) -> bool:
        """Whether the last final block holds the record, and the owner it shows is still the newest one."""
        return self.record_final and self.ownership_final

    @property
    def record_final(self) -> bool:
        """Whether the last final block holds the record."""
        one, as_of = self.facts.registration, self.facts.as_of
        return (
            self.recorded
            and one is not None
            and one.progress is Progress.FINAL
            and self.facts.final is not None
            and as_of is not None
            and as_of.final
        )

    @property
    def ownership_final(self) -> bool:
        """Whether no claim or change of owner is newer than the last final block."""
        final, latest = self.facts.final, self.facts.latest
        return (
            final is not None
            and final.claimed is latest.claimed
            and (not final.claimed or final.owner_since == latest.owner_since)
        )

    @property
    def claimed(self) -> bool:
        """Whether the item has an owner at the last final block."""
        return self.facts.final is not None and self.facts.final.claimed

    def _states(self) -> tuple[Custody, ...]:
        return (self.facts.latest,) if self.facts.final is None else (self.facts.latest, self.facts.final)

    def raised(self, *flags: Flag) -> tuple[Raised, ...]:
        """Those of the flags that are in force in the newest state or in the final one, each once."""
        found: dict[Flag, Raised] = {}
        for state in self._states():
            for one in state.raised:
                if one.flag in flags and one.in_force(self.now):
                    found.setdefault(one.flag, one)
        return tuple(found[flag] for flag in flags if flag in found)

    def batch(self, flag: BatchFlag) -> bool:
        """Whether the batch carries the flag in the newest state or in the final one."""
        return any(flag in state.batch for state in self._states())

    @property
    def void(self) -> bool:
        """A void ends what nobody owns; withdrawing a batch takes no certificate from a final owner."""
        return bool(self.raised(Flag.VOID)) or (self.batch_void and not self.claimed)

    @property
    def batch_void(self) -> bool:
        """Whether the brand has withdrawn the whole batch."""
        return self.batch(BatchFlag.VOID)

    @property
    def recalled(self) -> bool:
        """Whether the item or its batch is recalled."""
        return bool(self.raised(Flag.RECALLED)) or self.batch(BatchFlag.RECALLED)

    @property
    def amended(self) -> bool:
        """Whether the brand changed the description of the item or of its batch."""
        return bool(self.raised(Flag.AMENDED)) or self.batch(BatchFlag.AMENDED)

    @property
    def listed_twice(self) -> bool:
        """Whether the brand lists the item twice and this record is, or may be, the later one."""
        return self.facts.opened_from_later_batch or bool(self.raised(Flag.REGISTERED_TWICE))

    @property
    def handover(self) -> Handover | None:
        """A handover under way; an offer that ran out is none."""
        one = self.facts.handover
        if one is None or (one.stage is Stage.OFFERED and one.expires is not None and self.now >= one.expires):
            return None
        return one

    # 2. What people say of it.

    @property
    def confirmed(self) -> bool:
        """Whether the owner of the last final block has just answered this visitor."""
        at = self.facts.owner_confirmed_at
        return at is not None and self.supported and self.claimed and -NODE_SILENCE < self.now - at < CONFIRMATION_LASTS

    @property
    def tag_answered(self) -> bool:
        """Whether the item's tag, its seal never opened, has just said something new to this visitor."""
        one = self.facts.tapped
        if one is None or one.outcome not in ANSWERS or one.opened_since is not None:
            return False
        return self.recorded and -NODE_SILENCE < self.now - one.at < TAP_LASTS

    @property
    def in_front(self) -> bool:
        """Whether the tag's answer outweighs a copied code: not where it is the tag itself that is in doubt."""
        return self.tag_answered and all(one.rule != "tag" for one in self.facts.clone_signals or ())

    @property
    def suspicions(self) -> tuple[CloneSignal, ...]:
        """The clone signals, if together they are enough: one strong or two weak."""
        signals = self.facts.clone_signals or ()
        return signals if enough(signals) else ()

    def not_genuine(self) -> tuple[Inspection, ...]:
        """The inspections that say "not genuine" and count, the newest first."""
        found = [
            one
            for one in self.facts.inspections
            if one.result is Authenticity.NOT_GENUINE and _trusted(one) and one.undone is not Undone.FINAL
        ]
        return tuple(sorted(found, key=lambda one: (one.on, one.recorded_at), reverse=True))

    def counterfeits(self) -> tuple[Inspection, ...]:
        """Those of them that were made in hand by two persons."""
        return tuple(one for one in self.not_genuine() if one.method is Method.IN_HAND and one.persons >= 2)

    def answer(self, bad: Inspection) -> Inspection | None:
        """A later in-hand inspection that is final and says "consistent"; withdrawn while queued is gone."""
        for one in self.facts.inspections:
            if (
                one.result is Authenticity.CONSISTENT
                and one.method is Method.IN_HAND
                and one.final
                and one.undone is Undone.NO
                and _trusted(one)
                and one.on >= bad.on
                and one.recorded_at > bad.recorded_at
            ):
                return one
        return None

    @property
    def counterfeit_found(self) -> bool:
        """Whether such an inspection stands unanswered by a later one or by the owner, live."""
        return not self.confirmed and any(self.answer(one) is None for one in self.counterfeits())


def enough(signals: Sequence[CloneSignal]) -> bool:
    """Whether clone signals make the code suspect: one strong or two weak ones do."""
    return len(signals) >= 2 or any(one.strength is Strength.STRONG for one in signals)


def _trusted(one: Inspection) -> bool:
    """Made by an accredited party with a key that was its own at that time."""
    since = one.key_compromised_since
    return one.accredited and (since is None or one.recorded_at < since)
