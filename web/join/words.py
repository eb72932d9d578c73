"""What an application's page says: what is missing, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from ledger.domain.joining import Application, Missing, Proof
from ledger.domain.organisations import Role
from web.console.pages import when


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `done` is False for what is still to come."""

    words: str
    when: str = ""
    done: bool = True


def role_words() -> list[tuple[str, str, str]]:
    """What an organisation can be, as choices."""
    return [
        (Role.BRAND.value, _("A brand"), _("You make items and register them.")),
        (Role.AUTHENTICATOR.value, _("An authenticator"), _("You inspect items and record what you saw.")),
        (Role.REPAIRER.value, _("A repairer"), _("You record what was mended or replaced.")),
        (Role.PLATFORM.value, _("A platform"), _("You check codes of items that others sell.")),
        (Role.AGENT.value, _("An agent"), _("You act for brands that have authorised you.")),
    ]


def missing_words(one: Application) -> list[tuple[Missing, str]]:
    """What still has to happen, each with who does it."""
    words = {
        Missing.PREFIXES: _("Add your GS1 company prefix."),
        Missing.SECOND: _("Invite a second admin."),
        Missing.SENDING: _("Send the application."),
        Missing.DOMAIN: _("Show that the domain is yours."),
        Missing.SECOND_APPROVAL: _("The second admin approves what was sent."),
        Missing.COUNCIL: ngettext(
            "The operator approves.", "%(num)d of the operator’s people approve.", one.approvals_needed
        ),
    }
    return [(kind, words[kind]) for kind in one.missing]


def timeline(one: Application, now: int) -> Sequence[Moment]:
    """What happened, in order, then what is still to come."""
    proofs = {
        Proof.DNS: _("The domain was shown to be yours, by its DNS."),
        Proof.DID: _("The domain was shown to be yours, by the file on it."),
        Proof.LOCAL: _("The operator of this local ledger took the domain as shown."),
    }
    moments: list[tuple[int | None, str]] = [
        (one.created_at, _("%(name)s began the application.", name=one.applicant_name)),
        (one.second_asked_at, _("%(name)s was asked to be the second admin.", name=one.second_name)),
        (one.domain_proven_at, proofs[one.domain_proof] if one.domain_proof else ""),
        (one.sent_at, _("The application was sent.")),
        (one.second_approved_at, _("%(name)s approved it.", name=one.second_name)),
        *((yes.at, _("One of the operator’s people approved it.")) for yes in one.approvals),
        (one.returned_at, _("The operator sent it back.")),
        (one.withdrawn_at, _("The application was withdrawn.")),
        (one.live_at, _("%(name)s is in.", name=one.name)),
    ]
    passed = sorted(((at, words) for at, words in moments if at is not None), key=lambda pair: pair[0])
    done = [Moment(words, when(at, now)) for at, words in passed]
    if one.withdrawn_at is not None or one.live_at is not None:
        return done
    return [*done, *(Moment(words, done=False) for _kind, words in missing_words(one))]
