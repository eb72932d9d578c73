"""Agents: whom a rights-holder lets act in its name, for which rights, where and until when.

Entries in the desk's log: `agent.authorised`, `agent.ended`. What an agent did is counted from the entries of the
acts themselves, which name the authorisation they were done under (`authorisation` in their body).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.domain.desk.rights import Authorisation, RightKind
from ledger.domain.desk.rights_stating import territories_of
from ledger.domain.errors import Fault, Invalid, TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.rights import today
from ledger.services.ports import Ledger

LONGEST: Final = timedelta(days=3 * 366)
"""How far ahead an authorisation may reach; it can be given again."""
_MOST: Final = 500
_PAGE: Final = 1_000
_MOST_ENTRIES: Final = 50_000
"""Entries of the log that are counted at once."""
_ACTS: Final = frozenset({"case.received"})
"""The kinds of entries that name the authorisation under which they were made."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """An authorisation with the names of both sides, and what was done under it, by kind of entry."""

    authorisation: Authorisation
    owner: str
    agent: str
    in_force: bool
    acts: dict[str, int]
    all_counted: bool = True
    """False where there may be more acts than are counted at once, so that those told are the least there are."""


def authorise_agent(
    ledger: Ledger,
    caller: Caller,
    agent: str,
    *,
    rights: Sequence[str] = (),
    kinds: Sequence[RightKind] = (),
    territories: Sequence[str] = (),
    from_day: date | None = None,
    until: date,
) -> Agreed:
    """Let an agent (by id or short name) act, to the end of the day `until`; an empty list is no bound.

    Raises Unknown for an agent that is none, or a right that is not one's own; Invalid naming every fault.
    """
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)
    begins = from_day or today(ledger)
    places = territories_of(territories) if territories else ()
    faults = []
    if places is None:
        faults.append(Fault("territories", said("are not countries."), said("Write codes of two letters: FR, IT, EU.")))
    if until < max(begins, today(ledger)):
        faults.append(Fault("until", said("is over already."), said("Write the last day on which it counts.")))
    if until > today(ledger) + LONGEST:
        faults.append(Fault("until", said("is more than three years ahead."), said("Give it again when it ends.")))
    if faults:
        raise Invalid(said("The agent cannot be authorised: %(fault)s", fault=faults[0]), faults=faults)
    with ledger.store.write() as tx:
        found = tx.organisations.get(agent)
        if found is None or found.role is not Role.AGENT:
            raise Unknown(said("There is no agent of that name here. Ask the agent for its short name."))
        owner = caller.organisation
        known = tx.rights.several(rights)
        if any(one not in known or known[one].owner != owner.id for one in rights):
            raise Unknown(said("One of these rights is not among yours. Look at the list, then try again."))
        if len(tx.rights.authorisations(owner=owner.id)) >= _MOST:
            raise TooMany(said("500 authorisations are kept. Ask the operator."), retry_after=86_400)
        now = ledger.now()
        new = Authorisation(
            ledger.new_id("aa"),
            owner.id,
            found.id,
            tuple(dict.fromkeys(rights)),
            tuple(dict.fromkeys(kinds)),
            places or (),
            begins,
            until,
            now,
        )
        tx.rights.add_authorisation(new)
        body = {
            "agent": new.agent,
            "rights": list(new.rights),
            "kinds": [one.value for one in new.kinds],
            "territories": list(new.territories),
            "from_day": new.from_day.isoformat(),
            "until": new.until.isoformat(),
        }
        tx.desk_log.append("agent.authorised", owner.id, new.id, body, now)
    return Agreed(new, owner.name, found.name, new.in_force(today(ledger)), {})


def end_agent(ledger: Ledger, caller: Caller, id: str) -> None:
    """End an authorisation at once, from either side; ended twice is ended once. Raises Unknown."""
    caller.need(Scope.NOTICE)
    with ledger.store.write() as tx:
        found = tx.rights.authorisation(id)
        if found is None or caller.organisation.id not in (found.owner, found.agent):
            raise Unknown(said("There is no such authorisation of yours."))
        if found.ended_at is None:
            now = ledger.now()
            tx.rights.end_authorisation(id, now)
            tx.desk_log.append("agent.ended", caller.organisation.id, id, {"agent": found.agent}, now)


def agents_of(ledger: Ledger, caller: Caller) -> list[Agreed]:
    """What a brand has given to agents, or an agent was given, newest first, and what was done under it."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND, Role.AGENT)
    mine, day = caller.organisation.id, today(ledger)
    with ledger.store.read() as tx:
        given = caller.organisation.role is Role.BRAND
        found = tx.rights.authorisations(owner=mine) if given else tx.rights.authorisations(agent=mine)
        names = {one.id: one.name for one in tx.organisations.all()}
        acts: dict[str, Counter[str]] = {one.id: Counter() for one in found}
        after, read, more = 0, 0, bool(found)
        since, agents = min((one.created_at for one in found), default=0), {one.agent for one in found}
        while more and read < _MOST_ENTRIES:
            page = tx.desk_log.entries(after, _PAGE, kinds=_ACTS, organisations=agents, since=since)
            for entry in page:
                under = json.loads(entry.body).get("authorisation")
                if under in acts:
                    acts[under][entry.kind] += 1
            more = len(page) == _PAGE
            after, read = page[-1].number if page else after, read + len(page)
    return [
        Agreed(one, names[one.owner], names[one.agent], one.in_force(day), dict(sorted(acts[one.id].items())), not more)
        for one in found
    ]
