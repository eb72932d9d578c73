"""What the ledger knows of the item that a notice names, and what follows from it by rule.

A fact decides a notice only where it is the very one that the reason names. An owner's live answer, or the owner's
trust in this very platform, declines one. A code that is not known is asked about and decides nothing, for a record
may be missing without any wrong. What cannot be told now is never read as a fact.

That the listing shows the code is its notifier's word, unless the platform itself has told us the listing's codes
(`Link`). Where the platform's list contradicts it, where the notifier's word is weak, or where a notifier without a
standing has used up its day's share, the facts are laid before a reviewer instead. What a listing is said to sell is
its notifier's word too: that a code belongs to another item decides only where the platform says the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.desk.cases import Automation, Decline, Reason
from ledger.domain.desk.clocks import Lane
from ledger.domain.said import Said, said
from ledger.domain.standing_headlines import Key

OF_CODES: Final = frozenset(
    {
        Reason.CODE_UNKNOWN_IN_PROGRAMME,
        Reason.CODE_CLONED,
        Reason.CODE_OTHER_ITEM,
        Reason.CODE_WITHDRAWN,
        Reason.REPORTED_STOLEN,
        Reason.INSPECTED_COUNTERFEIT,
    }
)
"""The reasons that name an item's code, and need no right: whose code it is says who may notify."""
_PROOF_ANSWERS: Final = frozenset(
    {
        Reason.CODE_UNKNOWN_IN_PROGRAMME,
        Reason.CODE_CLONED,
        Reason.CODE_OTHER_ITEM,
        Reason.INSPECTED_COUNTERFEIT,
        Reason.KEYWORD_MISUSE,
        Reason.NO_CODE_BRANDED_NEW,
    }
)
"""The reasons that a live answer of the item's owner answers."""
_DECIDING: Final = {
    Reason.CODE_CLONED: frozenset({Key.CLONE_SUSPECTED.value}),
    Reason.CODE_WITHDRAWN: frozenset({Key.REVOKED.value, Key.RETIRED.value}),
    Reason.REPORTED_STOLEN: frozenset({Key.REPORTED_STOLEN.value}),
    Reason.INSPECTED_COUNTERFEIT: frozenset({Key.COUNTERFEIT_FOUND.value}),
}


class Link(StrEnum):
    """Who says that the listing shows the code."""

    PLATFORM = "platform"
    NOTIFIER = "notifier"
    CONTRADICTED = "contradicted"
    """The platform has told us other codes of this listing."""


class Step(StrEnum):
    """What follows from the facts."""

    UPHOLD = "uphold"
    DECLINE = "decline"
    ASK = "ask"
    """The seller is asked for the code or a proof; a person decides."""
    REVIEW = "review"
    """There is a fact, and a person looks at it first."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check of the code has shown. `flags` are the bad news, as a check tells them.

    `confirmed`: its owner has answered live for this listing's seller; `entrusted`: its owner lets this platform
    answer for them now. `block` is the height that it is as of.
    """

    verdict: str
    flags: frozenset[str]
    gtin: str | None
    known: bool
    in_programme: bool
    confirmed: bool = False
    entrusted: bool = False
    block: int | None = None

    @property
    def can_tell(self) -> bool:
        """Whether anything can be told of it now."""
        return self.verdict not in (Key.UNAVAILABLE.value, Key.SLOW_DOWN.value, Key.PENDING.value) or bool(self.flags)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What follows, why in a word each, how much a machine did, and a sentence for whoever asks."""

    step: Step
    facts: tuple[str, ...]
    words: tuple[Said, ...]
    automation: Automation
    decline: Decline | None = None


def weigh(
    reason: Reason,
    found: Found | None,
    sold_as: str | None,
    link: Link,
    lane: Lane,
    *,
    free: bool,
    models: Collection[str] = (),
) -> Weighed:
    """What the facts do to a notice. `sold_as` is the GTIN that the listing is said to sell.

    `free` says whether the notifier may still have listings taken down today by facts on its own word; `models` are
    the GTINs that the platform itself has named as what the listing sells.
    """
    if found is None:
        return Weighed(Step.NONE, (), (), Automation.NONE)
    if not found.can_tell:
        return Weighed(Step.NONE, ("cannot_tell",), (_CANNOT_TELL,), Automation.NONE)
    facts, words = _told(found, sold_as)
    if answers(reason, found):
        return Weighed(Step.DECLINE, facts, words, Automation.FULL, Decline.GENUINE_RESALE)
    if reason is Reason.CODE_UNKNOWN_IN_PROGRAMME and not found.known and found.in_programme:
        return Weighed(Step.ASK, facts, words, Automation.PARTIAL)
    decides = bool(_DECIDING.get(reason, frozenset()) & found.flags)
    if reason is Reason.CODE_OTHER_ITEM:
        decides = _other_item(found, sold_as)
        if decides and (sold_as not in models or found.gtin in models):
            return Weighed(Step.REVIEW, facts, (*words, _WHY_REVIEW[Link.PLATFORM]), Automation.PARTIAL)
    if not decides:
        return Weighed(Step.NONE, facts, words, Automation.PARTIAL if facts else Automation.NONE)
    if link is Link.PLATFORM or (link is Link.NOTIFIER and lane is not Lane.EVIDENCE_FIRST and free):
        return Weighed(Step.UPHOLD, facts, words, Automation.FULL)
    return Weighed(Step.REVIEW, facts, (*words, _WHY_REVIEW[link]), Automation.PARTIAL)


def proposals(found: Found | None, sold_as: str | None) -> tuple[Reason, ...]:
    """The reasons that the ledger's facts would decide, for the form to propose."""
    if found is None or not found.can_tell:
        return ()
    named = [reason for reason, keys in _DECIDING.items() if keys & found.flags]
    if _other_item(found, sold_as):
        named.append(Reason.CODE_OTHER_ITEM)
    if not found.known and found.in_programme:
        named.append(Reason.CODE_UNKNOWN_IN_PROGRAMME)
    return tuple(named)


def answers(reason: Reason, found: Found) -> bool:
    """Whether an owner's live answer, or their trust in the platform, answers a notice for this reason.

    An answer counts where the verdict itself says that the owner has just confirmed: what is reported stolen, in
    dispute, recalled or withdrawn stays that, whoever answers.
    """
    # Trust in a platform is given once for an item, and says nothing of which item a listing sells.
    return reason in _PROOF_ANSWERS and _genuine(found) and (found.confirmed or reason is not Reason.CODE_OTHER_ITEM)


def _genuine(found: Found) -> bool:
    if found.confirmed:
        return found.known and found.verdict == Key.OWNER_CONFIRMED.value
    return found.known and found.entrusted and found.flags <= {Key.CLONE_SUSPECTED.value}


def _other_item(found: Found, sold_as: str | None) -> bool:
    return found.known and sold_as is not None and found.gtin is not None and found.gtin != sold_as


def _told(found: Found, sold_as: str | None) -> tuple[tuple[str, ...], tuple[Said, ...]]:
    facts = sorted(found.flags)
    words = [_WORDS[one] for one in facts if one in _WORDS]
    if _other_item(found, sold_as):
        facts.append("registered_as_other_item")
        words.append(said("This code is registered to a different item: GTIN %(gtin)s.", gtin=found.gtin))
    if not found.known and found.in_programme:
        facts.append("unknown_in_programme")
        words.append(said("The ledger has no record of this code, though the brand registers its items."))
    if found.confirmed:
        facts.append("owner_confirmed")
        words.append(said("The registered owner has just confirmed that they have the item."))
    if found.entrusted:
        facts.append("entrusted_to_platform")
        words.append(said("The registered owner has entrusted this platform with the item."))
    return tuple(facts), tuple(words)


_CANNOT_TELL: Final = said("The ledger cannot tell anything about this code right now.")
_WORDS: Final = {
    Key.CLONE_SUSPECTED.value: said("Looks at this code suggest that it was copied."),
    Key.REVOKED.value: said("The brand has withdrawn this passport."),
    Key.RETIRED.value: said("This item was taken out of circulation."),
    Key.REPORTED_STOLEN.value: said("This item is reported stolen."),
    Key.COUNTERFEIT_FOUND.value: said("Inspectors found a counterfeit that carries this code."),
    Key.DISPUTED.value: said("Who owns this item is in dispute."),
    Key.REPORTED_LOST.value: said("This item is reported lost."),
    Key.RECALLED.value: said("This item is recalled."),
}
_WHY_REVIEW: Final = {
    Link.PLATFORM: said("A person looks at it first."),
    Link.NOTIFIER: said("That the listing shows this code is your word alone, so a person looks at it first."),
    Link.CONTRADICTED: said("The platform knows this listing with another code, so a person looks at it first."),
}
