"""The rights vault: stated by a brand, looked at by the council, read by the brand and by those that it lets act.

Each act leaves an entry in the desk's log: `right.stated`, `right.changed`, `right.checked`,
`right.refused`, `right.withdrawn`. An entry's body is the right as it is from then on; names of marks are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, Final

from ledger.domain.desk.rights import MOST_RIGHTS, Right, RightKind, RightState
from ledger.domain.desk.rights_stating import (
    check_stated,
    classes_of,
    contradictions,
    refuse_contradiction,
    refuse_second,
    territories_of,
)
from ledger.domain.errors import Conflict, TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.rights_files import kept_document
from ledger.services.ports import Ledger, Tx

OPERATOR: Final = "operator"
"""Who looked at a right at the operator's own command line, or with a key of the council's."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a rights-holder states, as it was typed."""

    kind: RightKind
    name: str
    number: str = ""
    office: str = ""
    classes: Sequence[str] = ()
    territories: Sequence[str] = ()
    from_day: date | None = None
    expires_on: date | None = None


def state_right(ledger: Ledger, caller: Caller, given: Given) -> Right:
    """Keep a right as its holder states it; it can be used at once, and says that nobody has checked it yet.

    Raises Invalid naming every fault; Conflict for a registration that was stated before, and for a mark that could
    not stand beside somebody else's.
    """
    _need_holder(caller)
    with ledger.store.write() as tx:
        if len(tx.rights.of(caller.organisation.id)) >= MOST_RIGHTS:
            raise TooMany(said("2,000 rights are kept for an organisation. Ask the operator."), retry_after=86_400)
        now = ledger.now()
        new = Right(
            id=ledger.new_id("rt"),
            owner=caller.organisation.id,
            kind=given.kind,
            name=given.name.strip(),
            number=given.number.strip(),
            office=given.office.strip(),
            classes=(),
            territories=(),
            from_day=given.from_day,
            expires_on=given.expires_on,
            state=RightState.STATED,
            created_at=now,
            changed_at=now,
        )
        new = _checked(ledger, tx, new, given.classes, given.territories)
        tx.rights.add(new)
        note(tx, "right.stated", caller.organisation.id, new, now)
        return new


def change_right(ledger: Ledger, caller: Caller, id: str, given: Given) -> Right:
    """State a right anew: what was checked has to be checked again. Raises as `state_right`, Unknown, Conflict."""
    _need_holder(caller)
    with ledger.store.write() as tx:
        before = _own(tx, caller, id)
        if before.state is RightState.WITHDRAWN:
            raise Conflict(said("This right was withdrawn. State it anew."))
        if given.kind is not before.kind:
            raise Conflict(said("A right stays what it is. Withdraw it and state the other one."))
        changed = replace(
            before,
            name=given.name.strip(),
            number=given.number.strip(),
            office=given.office.strip(),
            from_day=given.from_day,
            expires_on=given.expires_on,
            state=RightState.STATED,
            reminded=None if given.expires_on != before.expires_on else before.reminded,
        )
        changed = _checked(ledger, tx, changed, given.classes, given.territories)
        if changed == replace(before, state=RightState.STATED):
            return before
        names = ("name", "number", "office", "classes", "territories", "from_day", "expires_on", "reminded", "state")
        return _change(ledger, tx, caller, "right.changed", changed, names, checked_by=None, checked_at=None)


def withdraw_right(ledger: Ledger, caller: Caller, id: str) -> Right:
    """Nothing rests on it from now on; it stays to be read. Withdrawn twice is withdrawn once. Raises Unknown."""
    _need_holder(caller)
    with ledger.store.write() as tx:
        before = _own(tx, caller, id)
        if before.state is RightState.WITHDRAWN:
            return before
        return _change(ledger, tx, caller, "right.withdrawn", replace(before, state=RightState.WITHDRAWN), ("state",))


def keep_right_file(ledger: Ledger, caller: Caller, id: str, file: BinaryIO) -> Right:
    """Keep the document that shows a right (PDF, JPEG, PNG): with another one, it has to be checked again.

    Raises Unknown, Invalid, TooLarge.
    """
    _need_holder(caller)
    with ledger.store.read() as tx:
        _own(tx, caller, id)
    one = kept_document(ledger, file)
    with ledger.store.write() as tx:
        before = _own(tx, caller, id)
        one.keep(ledger)
        if before.file == one.sha256:
            return before
        changed = replace(before, file=one.sha256, file_type=one.media_type)
        if before.state is not RightState.CHECKED:
            return _change(ledger, tx, caller, "right.changed", changed, ("file", "file_type"))
        changed = replace(changed, state=RightState.STATED)
        names = ("file", "file_type", "state")
        return _change(ledger, tx, caller, "right.changed", changed, names, checked_by=None, checked_at=None)


def check_right(ledger: Ledger, caller: Caller, id: str, *, agrees: bool, changed_at: int | None = None) -> Right:
    """The council has compared a right with the register: it agrees, or nothing may rest on it any more.

    `changed_at` is that of the right as it was read, so that nobody confirms what they have not seen. Raises Forbidden
    for everybody else, Unknown, Conflict where it was changed since, or contradicts a right that stands.
    """
    caller.need(Scope.DECIDE)
    caller.need_role(Role.COUNCIL)
    with ledger.store.write() as tx:
        before = tx.rights.get(id)
        if before is None:
            raise Unknown(said("There is no such right."))
        if before.state is RightState.WITHDRAWN:
            raise Conflict(said("This right was withdrawn. State it anew."))
        if changed_at is not None and changed_at != before.changed_at:
            raise Conflict(said("This right was changed after you read it. Compare it again."))
        if agrees:
            refuse_contradiction(before, tx.rights.named(before.kind, before.name), today(ledger))
        state = RightState.CHECKED if agrees else RightState.WITHDRAWN
        changed = replace(before, state=state)
        by = caller.person or OPERATOR
        kind = "right.checked" if agrees else "right.refused"
        return _change(ledger, tx, caller, kind, changed, ("state",), checked_by=by, checked_at=ledger.now())


def rights_for(ledger: Ledger, caller: Caller) -> list[Right]:
    """A brand's own rights; an agent's those that it may act on now; the council's those nobody has checked."""
    caller.need(Scope.NOTICE)
    with ledger.store.read() as tx:
        match caller.organisation.role:
            case Role.AGENT:
                return _of_agent(tx, caller.organisation.id, today(ledger))
            case Role.COUNCIL:
                return tx.rights.to_check()
            case _:
                caller.need_role(Role.BRAND, Role.AGENT, Role.COUNCIL)
                return tx.rights.of(caller.organisation.id)


def right_for(ledger: Ledger, caller: Caller, id: str) -> Right:
    """One right, for whoever may read it. Raises Unknown for everybody else."""
    caller.need(Scope.NOTICE)
    with ledger.store.read() as tx:
        found = tx.rights.get(id)
        if found is not None and _may_read(tx, caller, found, today(ledger)):
            return found
    raise _no_right()


def today(ledger: Ledger) -> date:
    """The day it is, in UTC."""
    return datetime.fromtimestamp(ledger.now(), UTC).date()


def note(tx: Tx, kind: str, organisation: str, right: Right, now: int) -> None:
    """Put what became of a right into the desk's log, in the transaction that makes it so."""
    body: dict[str, Any] = {
        "owner": right.owner,
        "kind": right.kind.value,
        "number": right.number,
        "office": right.office,
        "classes": list(right.classes),
        "territories": list(right.territories),
        "from_day": right.from_day.isoformat() if right.from_day else None,
        "expires_on": right.expires_on.isoformat() if right.expires_on else None,
        "state": right.state.value,
        "file": right.file,
    }
    tx.desk_log.append(kind, organisation, right.id, body, now)


def contested_or(tx: Tx, right: Right, day: date) -> Right:
    """The right as it can be kept without a question: contested where it could not stand beside what is there."""
    rivals = contradictions(right, tx.rights.named(right.kind, right.name), day)
    same = [one for one in tx.rights.numbered(right.kind, right.office, right.number) if one.owner != right.owner]
    return replace(right, state=RightState.CONTESTED) if rivals or same else right


def _need_holder(caller: Caller) -> None:
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)


def _checked(ledger: Ledger, tx: Tx, right: Right, classes: Sequence[str], territories: Sequence[str]) -> Right:
    read, places = classes_of(right.kind, classes), territories_of(territories)
    check_stated(right, read, places)
    full = replace(right, classes=read or (), territories=places or ())
    refuse_second(full, tx.rights.numbered(full.kind, full.office, full.number))
    refuse_contradiction(full, tx.rights.named(full.kind, full.name), today(ledger))
    return full


def _change(
    ledger: Ledger, tx: Tx, caller: Caller, kind: str, changed: Right, names: Sequence[str], **more: Any
) -> Right:
    now = ledger.now()
    values = {name: getattr(changed, name) for name in names} | more
    tx.rights.change(changed.id, changed_at=now, **values)
    note(tx, kind, caller.organisation.id, changed, now)
    kept = tx.rights.get(changed.id)
    assert kept is not None
    return kept


def _own(tx: Tx, caller: Caller, id: str) -> Right:
    found = tx.rights.get(id)
    if found is None or found.owner != caller.organisation.id:
        raise _no_right()
    return found


def _may_read(tx: Tx, caller: Caller, right: Right, day: date) -> bool:
    who = caller.organisation
    if who.role is Role.COUNCIL or right.owner == who.id:
        return True
    mine = tx.rights.authorisations(owner=right.owner, agent=who.id)
    return any(one.in_force(day) and one.for_right(right) for one in mine)


def _of_agent(tx: Tx, agent: str, day: date) -> list[Right]:
    mine = [one for one in tx.rights.authorisations(agent=agent) if one.in_force(day)]
    owners = dict.fromkeys(one.owner for one in mine)
    found = [right for owner in owners for right in tx.rights.of(owner)]
    return [right for right in found if any(one.for_right(right) for one in mine)]


def _no_right() -> Unknown:
    return Unknown(said("There is no such right of yours."))
