"""For whom a notice is sent, on which right, and whether its sender may: the holder, or an agent that it authorised.

An agent needs the authorisation for every act and to read a case, in each territory: what was ended or has run out
counts for nothing, also in cases that it brought itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.notices import needs_right, territory_words, uncovered
from ledger.domain.desk.rights import Authorisation, Right, RightKind, acting_under, expired, in_force
from ledger.domain.desk.territories import covered
from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Organisation, Role
from ledger.domain.said import Said, said
from ledger.services.desk.cases_port import Kept
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
    """Who the notice is for; a right that is named where the reason rests on none is left aside.

    Raises Unknown, Invalid, Conflict, Forbidden, each saying what to do.
    """
    if right is not None and needs_right(reason):
        return _on_right(tx, caller, right, reason, territories, day)
    if caller.organisation.role is Role.BRAND:
        if holder not in (None, caller.organisation.id, caller.organisation.slug):
            raise Forbidden(said("A brand sends notices for itself alone."))
        return Acting(caller.organisation)
    if holder is None:
        raise _fault("holder", said("is missing."), said("Say for which brand you act."))
    brand = tx.organisations.get(holder)
    if brand is None:
        raise _codes_refused()
    return Acting(brand, None, authorised(tx, brand, caller.organisation.id, None, territories, day))


def authorised(
    tx: Tx, holder: Organisation, agent: str, right: Right | None, territories: Sequence[str], day: date
) -> str | None:
    """The authorisation under which an agent acts that day, on a right or, without one, on the holder's codes.

    One may be for some of the territories and one for others; the last one's id is given. Raises Forbidden.
    """
    given = tx.rights.authorisations(owner=holder.id, agent=agent)
    used = None
    for territory in territories:
        if right is not None:
            used = acting_under(given, agent, right, day, territory)
        else:
            used = next((one for one in given if _for_codes(one, day, territory)), None)
        if used is None and right is None:
            raise _codes_refused()
        if used is None:
            raise Forbidden(
                said(
                    "%(name)s has not authorised you for this right in %(territory)s. Ask it to.",
                    name=holder.name,
                    territory=territory,
                )
            )
    return None if used is None else used.id


def need_agent(tx: Tx, case: Kept, day: date) -> None:
    """Ask for the authorisation of the agent that sent a case's notice, where one did. Raises Forbidden."""
    if case.notifier != case.holder:
        holder = tx.organisations.get(case.holder)
        assert holder is not None
        right = None if case.right_id is None else tx.rights.get(case.right_id)
        authorised(tx, holder, case.notifier, right, case.territories, day)


def speaks(tx: Tx, case: Kept, day: date) -> bool:
    """Whether whoever sent a case's notice may still speak in it: the holder always, an agent while authorised."""
    try:
        need_agent(tx, case, day)
    except Forbidden:
        return False
    return True


def _for_codes(one: Authorisation, day: date, territory: str) -> bool:
    """Whether an authorisation speaks of its brand's codes: it is bound to no right and no kind of right."""
    within = not one.territories or covered(one.territories, territory)
    return one.in_force(day) and not one.rights and not one.kinds and within


def _codes_refused() -> Forbidden:
    return Forbidden(said("This brand has not authorised you for its items’ codes. Ask it to."))


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
    return Acting(holder, right, authorised(tx, holder, caller.organisation.id, right, territories, day))


def _fault(where: str, what: Said, mend: Said | None = None) -> Invalid:
    fault = Fault(where, what, mend or "")
    return Invalid(said("The notice cannot be sent: %(fault)s", fault=str(fault)), faults=[fault])
