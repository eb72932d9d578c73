"""Agents: whom a rights-holder lets act in its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from ledger.domain.desk.rights import RightKind
from ledger.domain.organisations import Scope
from ledger.services.desk.agents import Agreed, agents_of, authorise_agent, end_agent
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Day, Id, IdPath, In, Out, Territory, maybe_moment, moment

bp = blueprint("agents", "Agents that act for rights-holders: for which rights, where, and until when.")


class AuthorisedAgent(In):
    """What an agent may do in your name. An empty list is no bound."""

    agent: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_-]+$", examples=["protect-co"])] = (
        Field(description="Its short name.")
    )
    rights: list[Id] = Field([], max_length=500, description="Ids of your rights.")
    kinds: list[RightKind] = Field([], max_length=3)
    territories: list[Territory] = Field([], max_length=200)
    from_day: Day | None = Field(None, description="Today, if left out.")
    until: Day = Field(description="The last day on which it counts, at most three years ahead.")


class AgentOut(Out):
    """What an agent may do, and did."""

    id: str
    owner: str
    agent: str
    rights: list[str]
    kinds: list[RightKind]
    territories: list[str]
    from_day: date
    until: date
    in_force: bool
    created_at: datetime
    ended_at: datetime | None
    acts: dict[str, int] = Field(description="What was done under it, by kind of act.")
    all_counted: bool = Field(description="False where there may be more acts than are counted at once.")


class AgentsOut(Out):
    """All of them, newest first."""

    items: list[AgentOut]


@operation(bp, "GET", "/v1/agents", answers={200: AgentsOut}, scope=Scope.NOTICE)
def list_agents() -> Response:
    """List what agents may do, and what they did

    For a brand what it has given; for an agent what it was given.
    """
    return answer(AgentsOut(items=[_agent_out(one) for one in agents_of(here(), caller())]))


@operation(bp, "POST", "/v1/agents", answers={201: AgentOut}, scope=Scope.NOTICE, once=True, refuses=(404,))
def authorise(body: AuthorisedAgent) -> Response:
    """Let an agent act in your name"""
    new = authorise_agent(
        here(),
        caller(),
        body.agent,
        rights=body.rights,
        kinds=body.kinds,
        territories=body.territories,
        from_day=body.from_day,
        until=body.until,
    )
    return answer(_agent_out(new), 201)


@operation(bp, "DELETE", "/v1/agents/<id>", answers={204: None}, scope=Scope.NOTICE, refuses=(404,))
def end_authorisation(path: IdPath) -> Response:
    """End what an agent may do, at once

    Either side may. Ended twice is ended once.
    """
    end_agent(here(), caller(), path.id)
    return Response(status=204)


def _agent_out(agreed: Agreed) -> AgentOut:
    one = agreed.authorisation
    return AgentOut(
        id=one.id,
        owner=agreed.owner,
        agent=agreed.agent,
        rights=list(one.rights),
        kinds=list(one.kinds),
        territories=list(one.territories),
        from_day=one.from_day,
        until=one.until,
        in_force=agreed.in_force,
        created_at=moment(one.created_at),
        ended_at=maybe_moment(one.ended_at),
        acts=agreed.acts,
        all_counted=agreed.all_counted,
    )
