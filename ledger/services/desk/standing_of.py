"""A notifier's standing: read for a lane, noted in the log where it falls, shown to itself and to those it acts for.

Entry in the desk's log: `standing.lost`, with the counts that it rested on; its subject is the organisation.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ledger.domain.desk.standing import Counts, Standing, failing, looked_at_since, shut_until, standing
from ledger.domain.organisations import Caller, Role, Scope
from ledger.services.ports import Ledger, Tx

_KIND = "standing.lost"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class AgentCounts:
    """What an agent did for a rights-holder in the last three months."""

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
    since = looked_at_since(now)
    counts = tx.cases.counts(notifier, since)
    closed = tx.cases.closed_counts(notifier, since)
    same = None if explanation is None else tx.cases.counts(notifier, since, explanation=explanation)
    return standing(counts, closed, shut(tx, notifier, now), now, same)


def note_standing(tx: Tx, notifier: str, now: int) -> None:
    """Note that a notifier has fallen below what the fast lane asks for, unless that is shut already."""
    counts = tx.cases.counts(notifier, looked_at_since(now))
    if failing(counts) and shut(tx, notifier, now) is None:
        tx.desk_log.append(_KIND, "", notifier, {"counts": asdict(counts), "until": shut_until(now)}, now)


def shut(tx: Tx, notifier: str, now: int) -> int | None:
    """Until when the fast lane is shut, where it is."""
    found = tx.desk_log.entries(0, _MOST, kinds={_KIND}, subject=notifier, since=looked_at_since(now))
    until = int(json.loads(found[-1].body)["until"]) if found else 0
    return until if until > now else None


def shown_standing(ledger: Ledger, caller: Caller) -> Shown:
    """The caller's standing. Raises Forbidden for whoever sends no notices."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND, Role.AGENT)
    own, now = caller.organisation.id, ledger.now()
    with ledger.store.read() as tx:
        agents = []
        for id in tx.cases.agents_of(own, looked_at_since(now)):
            agent = tx.organisations.get(id)
            if agent is not None:
                counts = tx.cases.counts(id, looked_at_since(now), holder=own)
                agents.append(AgentCounts(agent.name, agent.slug, counts))
        return Shown(standing_of(tx, own, now), tuple(agents))
