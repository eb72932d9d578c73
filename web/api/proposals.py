"""Acts that take two people: where an organisation wants that of its programs, too, a mark becomes a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import Field, RootModel

from ledger.domain.organisations import Scope
from ledger.domain.statements import MarkKind
from ledger.domain.two_people import Act, Proposal, act_of
from ledger.services.ports import Ledger
from ledger.services.propose_act import own_proposal, proposals_of, propose
from ledger.services.propose_find import Chosen
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, Out, PageQuery, StatementOut, next_cursor, page

bp = blueprint("proposals", "Recalls, withdrawals and retirements that wait for two people.")


class ProposalOut(Out):
    """An act that waits for members of your organisation, who approve it in the console."""

    proposal: str = Field(description="Its id.")
    act: str = Field(description="recall, lift_recall, void, lift_void, retire or amend.", examples=["recall"])
    state: str = Field(
        description="waiting, undo (approved; can be taken back for 15 minutes), signing, done, taken_back or lapsed.",
        examples=["waiting"],
    )
    items: int
    approvals: int = Field(description="How many members have approved.")
    needs: int = Field(description="How many have to: two where a program proposed it.")
    signed: int = Field(description="For how many items or batches a statement was signed.")
    refused: int = Field(description="For how many none could be signed.")
    proposed_at: int = Field(description="Seconds since 1970.")
    signs_at: int | None = Field(description="When it is signed unless somebody takes it back; seconds since 1970.")


class ProposalListOut(Out):
    """A page of proposals, newest first."""

    items: list[ProposalOut]
    next: str | None = Field(description="The cursor of the next page.")


class TakenOut(RootModel[StatementOut | ProposalOut]):
    """The statement; or, where your organisation has two people decide, the proposal that waits for them."""


@operation(bp, "GET", "/v1/proposals", answers={200: ProposalListOut}, scope=Scope.READ)
def list_proposals(query: PageQuery) -> Response:
    """What waits for two people, and what came of it"""
    found = proposals_of(here(), caller(), query.cursor, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: one.id)
    now = here().now()
    return page(
        found,
        query.limit,
        lambda rows: ProposalListOut(items=[_shown(one, now) for one in rows], next=following),
        lambda one: one.id,
    )


@operation(bp, "GET", "/v1/proposals/<id>", answers={200: ProposalOut}, scope=Scope.READ, refuses=(404,))
def get_proposal(path: IdPath) -> Response:
    """One proposal"""
    with here().store.read() as tx:
        found = own_proposal(tx, caller(), path.id)
    return answer(_shown(found, here().now()))


def proposed_instead(ledger: Ledger, mark: MarkKind | Act, chosen: Chosen, words: Mapping[str, Any]) -> Response | None:
    """202 with a proposal, where this organisation's programs only propose such acts; None where they may do them."""
    asking, act = caller(), mark if isinstance(mark, Act) else act_of(mark)
    with ledger.store.read() as tx:
        always = tx.shop.two_people_always(asking.organisation.id)
    if act is None or not always:
        return None
    told = {name: str(words.get(name) or "") for name in ("reason", "advice")}
    made = propose(ledger, asking, act, chosen, {"en": told})
    return answer(_shown(made, ledger.now()), 202, location=f"/v1/proposals/{made.id}")


def _shown(one: Proposal, now: int) -> ProposalOut:
    return ProposalOut(
        proposal=one.id,
        act=one.act.value,
        state=one.stage(now).value,
        items=one.items,
        approvals=len(one.approvals),
        needs=one.needs,
        signed=one.done,
        refused=one.refused,
        proposed_at=one.proposed_at,
        signs_at=one.signs_at,
    )
