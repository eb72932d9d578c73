"""What a case's words mean, for people: reasons, states, grounds and what happened, in the language of the request."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _

from ledger.domain.desk.cases import Decline, Ground, Reason, State


def reasons() -> dict[str, str]:
    """What is wrong with a listing."""
    return {
        Reason.CODE_UNKNOWN_IN_PROGRAMME: _("The code is not known, though the brand registers its items"),
        Reason.CODE_CLONED: _("The code was copied from another item"),
        Reason.CODE_OTHER_ITEM: _("The code belongs to another model"),
        Reason.CODE_WITHDRAWN: _("The code was withdrawn, or the item is out of circulation"),
        Reason.REPORTED_STOLEN: _("The item is reported stolen"),
        Reason.INSPECTED_COUNTERFEIT: _("Inspectors found a counterfeit with this code"),
        Reason.NO_CODE_BRANDED_NEW: _("It is offered as new without the code that such items carry"),
        Reason.KEYWORD_MISUSE: _("It uses a trade mark for other goods"),
        Reason.IMAGE_THEFT: _("It uses photos without permission"),
        Reason.DESIGN: _("It copies a protected design"),
        Reason.TERRITORY: _("It may not be sold in this territory"),
        Reason.OTHER: _("Something else infringes a right"),
    }


def declines() -> dict[str, str]:
    """Why a notice is declined."""
    return {
        Decline.INSUFFICIENT_EVIDENCE: _("The evidence is not enough"),
        Decline.RIGHT_DOES_NOT_MATCH_LISTING: _("The right does not match the listing"),
        Decline.RIGHT_EXPIRED_OR_OTHER_TERRITORY: _("The right is over, or of another territory"),
        Decline.NOT_THE_RIGHT_HOLDER: _("Whoever sent it is not the right-holder"),
        Decline.GENUINE_RESALE: _("It is a resale of a genuine item"),
        Decline.DUPLICATE: _("The same was decided before"),
    }


def grounds() -> dict[str, str]:
    """What a seller answers."""
    return {
        Ground.OWNER: _("I own this item"),
        Ground.AUTHORISED: _("I bought it from an authorised seller"),
        Ground.RESALE: _("I resell genuine goods"),
        Ground.LICENCE: _("I have a licence"),
        Ground.OTHER_LISTING: _("The notice is about another listing"),
    }


def states() -> dict[str, tuple[str, str]]:
    """Where a case is, and the tone of its mark."""
    return {
        State.RECEIVED: (_("Waits for a decision"), "blue"),
        State.WAITING: (_("Waits for more from the notifier"), "amber"),
        State.UPHELD: (_("Upheld: the listing is down"), "red"),
        State.DECLINED: (_("Declined: the listing stays"), "green"),
        State.COUNTERED: (_("The seller has answered"), "amber"),
        State.IN_COURT: (_("Waits for a court"), "amber"),
        State.RESTORED: (_("Restored after the answer"), "green"),
        State.KEPT: (_("Kept down after the answer"), "red"),
        State.APPEALED: (_("Appealed: another person looks"), "amber"),
        State.CLOSED: (_("Closed"), "grey"),
    }


def outcomes() -> dict[str, str]:
    """How a closed case ended."""
    return {
        "upheld": _("It ended with the notice upheld."),
        "declined": _("It ended with the notice declined."),
        "restored": _("It ended with the listing restored."),
        "withdrawn": _("It ended with the notice withdrawn."),
    }


def happened() -> dict[str, str]:
    """What the entries of a case say, in a sentence each."""
    return {
        "case.received": _("The notice was received."),
        "case.facts": _("The ledger’s facts were looked up."),
        "case.decided": _("The notice was decided."),
        "case.needs_more": _("More was asked of the notifier."),
        "case.more": _("The notifier sent more."),
        "case.countered": _("The seller answered."),
        "case.court": _("The notifier went to court."),
        "case.restored": _("The listing may be shown again."),
        "case.kept": _("The listing stays down."),
        "case.appealed": _("Somebody appealed."),
        "case.appeal_decided": _("The appeal was decided."),
        "case.withdrawn": _("The notice was withdrawn."),
        "case.undone": _("The removal was undone."),
        "case.reversed": _("The decision was found wrong and reversed."),
        "case.seller": _("The marketplace named the seller."),
        "case.closed": _("The case was closed."),
        "case.strike": _("The seller got a strike."),
        "case.strike_taken_back": _("The strike was taken back."),
        "listing.down": _("The listing was taken down."),
        "listing.up": _("The listing was let up."),
    }


def written() -> dict[str, str]:
    """What a text of a case is."""
    return {
        "explanation": _("Why, in the notifier’s words"),
        "relation": _("What the notifier is to the right-holder"),
        "name": _("Who sent it"),
        "email": _("Their e-mail address"),
        "decision": _("What the marketplace wrote"),
        "more": _("What the notifier added"),
        "counter": _("What the seller answered"),
        "counter_name": _("Who answered"),
        "appeal_seller": _("What the seller appeals against"),
        "appeal_notifier": _("What the notifier appeals against"),
        "appeal_decision": _("What was written about the appeal"),
        "withdrawal": _("Why it was withdrawn"),
        "court": _("The court and the number of the action"),
    }


def moment_words(at: int | None) -> str:
    """A moment to the minute, in UTC, empty for none."""
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
