"""For whom a notice is sent, on which right, and whether its sender may: the holder, or an agent that it authorised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.notices import territory_words, uncovered
from ledger.domain.desk.rights import Right, RightKind, acting_under, expired, in_force
from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Organisation, Role
from ledger.domain.said import Said, said
from ledger.services.ports import Tx

_KINDS = {
    Reason.KEYWORD_MISUSE: (RightKind.MARK,),
    Reason.DESIGN: (RightKind.DESIGN,),
    Reason.IMAGE_THEFT: (RightKind.COPYRIGHT,),
}
"""The kinds of right that a reason rests on, where not any will do."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A rights-holder, the right where one is named, and the authorisation under which an agent acts."""

    holder: Organisation
    right: Right | None = None
    authorisation: str | None = None


def acting_for(
    tx: Tx,
    caller: Caller,
    right: str | None,
    holder: str | None,
    reason: Reason,
    territories: Sequence[str],
    day: date,
) -> Acting:
    """Who the notice is for. Raises Unknown, Invalid, Conflict, Forbidden, each saying what to do."""
    if right is not None:
        return _on_right(tx, caller, right, reason, territories, day)
    if caller.organisation.role is Role.BRAND:
        if holder not in (None, caller.organisation.id, caller.organisation.slug):
            raise Forbidden(said("A brand sends notices for itself alone."))
        return Acting(caller.organisation)
    if holder is None:
        raise _fault("holder", said("is missing."), said("Say for which brand you act."))
    brand = tx.organisations.get(holder)
    given = [] if brand is None else tx.rights.authorisations(owner=brand.id, agent=caller.organisation.id)
    found = next((one for one in given if one.in_force(day) and not one.rights and not one.kinds), None)
    if brand is None or found is None:
        raise Forbidden(said("This brand has not authorised you for its items’ codes. Ask it to."))
    return Acting(brand, None, found.id)


def _on_right(tx: Tx, caller: Caller, id: str, reason: Reason, territories: Sequence[str], day: date) -> Acting:
    right = tx.rights.get(id)
    mine = right is not None and right.owner == caller.organisation.id
    given = [] if right is None else tx.rights.authorisations(owner=right.owner, agent=caller.organisation.id)
    holder = None if right is None else tx.organisations.get(right.owner)
    if right is None or holder is None or not (mine or given):
        raise Unknown(said("There is no such right among those that you may act on. Choose one from the list."))
    if expired(right, day):
        raise Conflict(
            said(
                "This right ended on %(day)s, so no notice can rest on it. Renew it, or choose another.",
                day=right.expires_on.isoformat() if right.expires_on else "",
            )
        )
    if not in_force(right, day):
        raise Conflict(said("This right is not in force, so no notice can rest on it. Choose another."))
    if right.kind not in _KINDS.get(reason, tuple(RightKind)):
        raise _fault("right", said("does not fit this reason."), said("Choose a right of the kind that it is about."))
    missing = uncovered(right.territories, territories)
    if missing:
        raise _fault("territories", territory_words(right.territories, missing))
    if mine:
        return Acting(holder, right)
    used = None
    for territory in territories:
        used = acting_under(given, caller.organisation.id, right, day, territory)
        if used is None:
            raise Forbidden(
                said(
                    "%(name)s has not authorised you for this right in %(territory)s. Ask it to.",
                    name=holder.name,
                    territory=territory,
                )
            )
    return Acting(holder, right, None if used is None else used.id)


def _fault(where: str, what: Said, mend: Said | None = None) -> Invalid:
    fault = Fault(where, what, mend or "")
    return Invalid(said("The notice cannot be sent: %(fault)s", fault=str(fault)), faults=[fault])
