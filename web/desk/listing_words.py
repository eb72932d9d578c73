"""What is said of listings on pages: decisions, causes, detectors' reasons and the challenge's states."""

from __future__ import annotations

from flask_babel import gettext as _

from ledger.domain.desk.listings import Condition, ListingDecision, ListingStatus
from ledger.domain.desk.screening_words import about
from ledger.screening.decide import Reason
from ledger.services.desk.listings_find_port import Order


def decisions() -> dict[str, tuple[str, str]]:
    """What a platform should do, and the tone of its mark."""
    return {
        ListingDecision.ALLOW: (_("Show it"), "green"),
        ListingDecision.ASK_FOR_CODE: (_("Ask for the code"), "blue"),
        ListingDecision.HOLD: (_("Hold it"), "amber"),
        ListingDecision.BLOCK: (_("Do not show it"), "red"),
    }


def statuses() -> dict[str, str]:
    """Whether anybody can buy it."""
    return {ListingStatus.LIVE: _("Live"), ListingStatus.ENDED: _("Ended")}


def conditions() -> dict[str, str]:
    """What is offered."""
    return {Condition.USED: _("Used"), Condition.NEW: _("New")}


def orders() -> dict[Order, str]:
    """How a list may stand."""
    return {Order.NEWEST: _("newest"), Order.OLDEST: _("oldest"), Order.GRAVEST: _("gravest decision")}


def challenges() -> dict[str, tuple[str, str]]:
    """How far a challenge is, and the tone of its mark."""
    return {
        "waiting": (_("Waits for the photo"), "blue"),
        "answered": (_("Waits for your eyes"), "amber"),
        "accepted": (_("Accepted"), "green"),
        "refused": (_("Refused"), "red"),
    }


def reason(one: Reason) -> str:
    """A reason in a sentence."""
    return about(one.key, one.evidence)


def cause(name: str) -> str:
    """What a decision followed, in a few words."""
    known = {
        "screened": _("The listing was sent"),
        "photos": _("Its photos were compared"),
        "challenge": _("The photo with three words was looked at"),
    }
    return str(known.get(name) or _("Something around it changed"))
