"""A notifier's standing: read for a lane, noted in the log where it falls, shown to itself and to those it acts for.

Entry in the desk's log: `standing.lost`, with the counts that it rested on; its subject is the organisation.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ledger.domain.desk.standing import WINDOW, Counts, Standing, failing, standing
from ledger.domain.organisations import Caller, Role, Scope
from ledger.services.ports import Ledger, Tx

_KIND = "standing.lost"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class AgentCounts:
    """What an agent did for a rights-holder in the last ninety days."""

    agent: str
    slug: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Shown:
    """A notifier's own standing, and for a rights-holder what each of its agents did in its name."""

    standing: Standing
    agents: tuple[AgentCounts, ...]


def standing_of(tx: Tx, notifier: str, now: int, explanation: str | None = None) -> Standing:
    """The standing now; with an explanation's SHA-256, also in the light of how others that read the same went."""
    counts = tx.cases.counts(notifier, now - WINDOW)
    closed = tx.cases.closed_counts(notifier, now - WINDOW)
    same = None if explanation is None else tx.cases.counts(notifier, now - WINDOW, explanation=explanation)
    return standing(counts, closed, lost_at(tx, notifier, now), now, same)


def note_standing(tx: Tx, notifier: str, now: int) -> None:
    """Note that a notifier has fallen below what the fast lane asks for, unless that is shut already."""
    counts = tx.cases.counts(notifier, now - WINDOW)
    if failing(counts) and lost_at(tx, notifier, now) is None:
        tx.desk_log.append(_KIND, "", notifier, {"counts": asdict(counts), "until": now + WINDOW}, now)


def lost_at(tx: Tx, notifier: str, now: int) -> int | None:
    """When the fast lane was shut, where it still is."""
    found = tx.desk_log.entries(0, _MOST, kinds={_KIND}, subject=notifier, since=now - WINDOW + 1)
    return found[-1].at if found and json.loads(found[-1].body)["until"] > now else None


def shown_standing(ledger: Ledger, caller: Caller) -> Shown:
    """The caller's standing. Raises Forbidden for whoever sends no notices."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND, Role.AGENT)
    own, now = caller.organisation.id, ledger.now()
    with ledger.store.read() as tx:
        agents = []
        for id in tx.cases.agents_of(own, now - WINDOW):
            agent = tx.organisations.get(id)
            if agent is not None:
                agents.append(AgentCounts(agent.name, agent.slug, tx.cases.counts(id, now - WINDOW, holder=own)))
        return Shown(standing_of(tx, own, now), tuple(agents))
