"""Statements: drafted, signed wherever the key is, submitted by anyone, and followed until they are final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid, LedgerError, TooMany, Unknown
from ledger.domain.organisations import Scope
from ledger.domain.outbox import Queued
from ledger.domain.signers import SIGNERS, Who
from ledger.domain.statements import KIND_BY_NAME, Kind, make
from ledger.services.draft_statement import draft_statement
from ledger.services.kept_keys import sign_and_submit
from ledger.services.submit_many import MOST, Signed, submit_many
from ledger.services.submit_statement import submit_statement
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, maybe_caller, operation
from web.api.shapes import (
    DraftOut,
    Gtin,
    Hex,
    IdPath,
    In,
    Out,
    PageQuery,
    Serial,
    StatementOut,
    Values,
    draft_out,
    next_cursor,
    page,
    statements_out,
    taken,
)
from web.limits import spend
from web.problems import PATH

bp = blueprint("statements", "What parties and owners sign (EIP-712): drafted, submitted by anyone, followed to final.")

_ELSEWHERE: Final = {
    Kind.OFFER: "An offer is kept until it is accepted: submit it at /v1/offers.",
    Kind.REGISTER_BATCH: "A registration belongs to its batch: submit it at /v1/batches/{id}/registration.",
    Kind.CONTEST: "A contest needs no signature: ask for it at /v1/items/{gtin}/{serial}/contest.",
    Kind.CLAIM: "A claim counts wrong codes: submit it at /v1/items/{gtin}/{serial}/claims.",
}
_NAMES: Final = sorted(KIND_BY_NAME)
KindName = Annotated[
    str,
    Field(
        max_length=40,
        description="The statement's EIP-712 type name.",
        examples=["OwnerReport"],
        json_schema_extra={"enum": _NAMES},
    ),
]


class DraftRequest(In):
    """What the statement says; what you leave out is filled in from the ledger where it can be."""

    kind: KindName
    fields: Values = Field(default={}, examples=[{"kind": 2}])
    gtin: Gtin | None = Field(None, description="With `serial`, instead of the field `item`.")
    serial: Serial | None = None
    offer: Values | None = Field(None, description="For Accept: the signed offer's fields.")


class Submission(In):
    """A signed statement, every field as it was signed."""

    kind: KindName
    values: Values
    offer: Values | None = Field(None, description="For Accept: the signed offer's fields.")
    signatures: list[Hex] = Field(max_length=4, description="In the order of the draft.")


class Submissions(In):
    """Signed statements, each as it would be submitted alone."""

    statements: list[Submission] = Field(min_length=1, max_length=MOST)


class RowProblem(Out):
    """Why one statement was refused; `type` as in a refusal of its own."""

    type: str = Field(examples=["/problems/conflict"])
    title: str
    detail: str


class SubmissionOut(Out):
    """What became of one statement: its name here, or the problem."""

    id: str | None = Field(description="Its address is /v1/statements/{id}; null where it was refused.")
    hash: str | None
    problem: RowProblem | None


class SubmissionsOut(Out):
    """What became of each, in the order given."""

    results: list[SubmissionOut]
    taken: int
    refused: int


class StatementListOut(Out):
    """Statements, newest first."""

    items: list[StatementOut]
    next: str | None


@operation(bp, "POST", "/v1/statements/draft", answers={200: DraftOut}, anyone=True, refuses=(403, 404, 409))
def draft_any_statement(body: DraftRequest) -> Response:
    """Draft a statement

    Nothing is kept and nothing promised. With a key, the organisation's own number is filled in.
    """
    return answer(draft_out(draft_statement(here(), _kind(body.kind), _given(body), maybe_caller())))


@operation(
    bp,
    "POST",
    "/v1/statements",
    answers={202: StatementOut},
    anyone=True,
    once=True,
    largest=256 * 1024,
    refuses=(403, 404, 409),
)
def submit_any_statement(body: Submission) -> Response:
    """Submit a signed statement

    Anyone may: what counts is who signed. The same statement again gives the first answer.
    """
    kind, asking = _kind(body.kind), maybe_caller()
    if kind in _ELSEWHERE:
        raise Invalid(_ELSEWHERE[kind])
    given = _signed(kind, body)
    organisation = None if asking is None else asking.organisation.id
    return taken(here(), submit_statement(here(), given.statement, given.signatures, organisation=organisation))


@operation(
    bp,
    "POST",
    "/v1/statements/bulk",
    answers={202: SubmissionsOut},
    scope=Scope.SIGN,
    once=True,
    largest=4 * JSON_BYTES,
    counts_itself=True,
)
def submit_many_statements(body: Submissions) -> Response:
    """Submit up to 500 signed statements

    Each is checked as if it came alone, claims included, and has a result; a bad one keeps out no other. The same
    statement again gives the first row. Statements count one by one against the limit of items.
    """
    ledger, spent = here(), spend(len(body.statements))
    if spent.over:
        raise TooMany(
            f"That was more than {spent.most} statements in {spent.window} seconds. Wait {spent.resets} seconds.",
            retry_after=spent.resets,
        )
    read = [_read(one) for one in body.statements]
    signed = [one for one in read if isinstance(one, Signed)]
    told = iter(submit_many(ledger, signed, organisation=caller().organisation.id))
    results = [_result(next(told) if isinstance(one, Signed) else one) for one in read]
    refused = sum(one.problem is not None for one in results)
    return answer(SubmissionsOut(results=results, taken=len(results) - refused, refused=refused), 202)


@operation(
    bp,
    "POST",
    "/v1/statements/sign",
    answers={202: StatementOut},
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
)
def sign_statement(body: DraftRequest) -> Response:
    """Draft, sign with your key that the operator keeps, and submit, in one call"""
    kind = _kind(body.kind)
    if kind in _ELSEWHERE:
        raise Invalid(_ELSEWHERE[kind])
    if Who.PARTY not in SIGNERS[kind]:
        raise Invalid(f"{body.kind} is signed by owners, whose keys are never kept here. Draft it, sign it, submit it.")
    return taken(here(), sign_and_submit(here(), caller(), kind, _given(body)))


@operation(bp, "GET", "/v1/statements", answers={200: StatementListOut}, scope=Scope.READ)
def list_statements(query: PageQuery) -> Response:
    """Your organisation's statements"""
    ledger = here()
    with ledger.store.read() as tx:
        found = tx.outbox.page(caller().organisation.id, query.cursor, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(
        found,
        query.limit,
        lambda rows: StatementListOut(items=statements_out(ledger, rows), next=following),
        lambda one: one.id,
    )


@operation(bp, "GET", "/v1/statements/<id>", answers={200: StatementOut}, anyone=True, refuses=(404,))
def get_statement(path: IdPath) -> Response:
    """How far a statement is

    An organisation's statement is shown to that organisation; an owner's to whoever knows its name.
    """
    ledger, asking = here(), maybe_caller()
    with ledger.store.read() as tx:
        found = tx.outbox.get(path.id)
    if found is None or found.organisation not in (None, asking.organisation.id if asking else None):
        raise Unknown("There is no such statement here. Its address is in the answer to its submission.")
    return answer(statements_out(ledger, [found])[0])


def _read(body: Submission) -> Signed | LedgerError:
    try:
        kind = _kind(body.kind)
        if kind in _ELSEWHERE and kind is not Kind.CLAIM:
            raise Invalid(_ELSEWHERE[kind])
        return _signed(kind, body)
    except LedgerError as refused:
        return refused


def _signed(kind: Kind, body: Submission) -> Signed:
    return Signed(make(kind, body.values, body.offer), tuple(bytes.fromhex(one[2:]) for one in body.signatures))


def _result(told: Queued | LedgerError) -> SubmissionOut:
    if isinstance(told, Queued):
        return SubmissionOut(id=told.id, hash="0x" + told.hash.hex(), problem=None)
    problem = RowProblem(type=PATH + told.code, title=str(told.title), detail=str(told.detail))
    return SubmissionOut(id=None, hash=None, problem=problem)


def _kind(name: str) -> Kind:
    if name not in KIND_BY_NAME:
        raise Invalid(f"There is no statement “{name}”. There are {', '.join(_NAMES)}.")
    return KIND_BY_NAME[name]


def _given(body: DraftRequest) -> Mapping[str, Any]:
    given: dict[str, Any] = dict(body.fields)
    if (body.gtin is None) != (body.serial is None):
        raise Invalid("Give both “gtin” and “serial”, or neither and the field “item”.")
    if body.gtin is not None:
        given |= {"gtin": body.gtin, "serial": body.serial}
    if body.offer is not None:
        given["offer"] = dict(body.offer)
    return given
