"""What a brand or the council says of items: marks, retirement, new cards, new descriptions, double registrations."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.domain.statements import MarkKind
from ledger.domain.two_people import Act
from ledger.services.amend_item import amend, draft_amendment
from ledger.services.contest_item import contest
from ledger.services.propose_find import Chosen
from ledger.services.replace_claim import draft_replacement, replace_claim
from ledger.services.retire_item import draft_retirement, retire, retire_with_owner
from ledger.services.set_mark import draft_mark, mark_batch, mark_item
from web.api.operation import Answers, answer, blueprint, caller, here, operation
from web.api.proposals import TakenOut, proposed_instead
from web.api.records import SIGNED
from web.api.shapes import (
    DraftOnly,
    DraftOut,
    Hex,
    IdPath,
    In,
    ItemPath,
    Out,
    StatementOut,
    Text,
    Values,
    draft_out,
    statements_out,
    taken,
)
from web.api.words import Words, words_of
from web.scan_json import page_address

MARKED: Answers = {200: DraftOut, 202: TakenOut}

bp = blueprint("marks", "What a brand or the council says of items and batches.")

_Scalar = Text | int | bool
_FieldValue = _Scalar | Annotated[list[Text], Field(max_length=50)] | None
_FieldName = Annotated[str, Field(min_length=1, max_length=40)]


class ItemMark(Words):
    """What is said of the item. Theft and dispute end after 90 days; renew them by saying them again."""

    mark: Literal[
        "theft",
        "settle_theft",
        "dispute",
        "settle_dispute",
        "recall",
        "lift_recall",
        "void",
        "lift_void",
        "renew_twice",
        "clear_twice",
    ]
    draft: DraftOnly = False


class BatchMark(Words):
    """What is said of the whole batch."""

    mark: Literal["recall", "lift_recall", "void", "lift_void"]
    draft: DraftOnly = False


class Brandly(Words):
    """Why."""

    draft: DraftOnly = False


class Retirement(Brandly):
    """Why; and of an item that has an owner, what the owner has signed."""

    values: Values | None = Field(None, description="The drafted statement's fields, where its owner has signed them.")
    owner_signature: Hex | None = Field(None, description="The owner's signature of the draft.")


class NewCardOut(StatementOut):
    """The statement, and the new code, which is shown this once and kept nowhere."""

    claim_code: str
    claim_address: str = Field(description="The item's claim address once the statement is accepted.")
    claim_url: str = Field(description="What the new card's code carries.")
    opens_recovery: bool = Field(description="Whether the item has an owner, who may end the recovery in 14 days.")


class NewCardDraftOut(Out):
    """The statement to sign, and the new code, which is shown this once and kept nowhere."""

    draft: DraftOut
    claim_code: str
    claim_address: str
    claim_url: str
    opens_recovery: bool


class NewDescription(In):
    """The whole new record: what is left out is said no more. The old one stays in view."""

    fields: dict[_FieldName, _FieldValue] = Field(
        min_length=1, max_length=40, examples=[{"model_ref": "Sac Lune 25", "colour": "noir"}]
    )
    private_fields: list[_FieldName] | None = Field(
        None, max_length=40, description="The fields that nobody else is shown; as in the batch, if left out."
    )
    draft: DraftOnly = False


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/marks",
    answers=MARKED,
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
)
def mark_one_item(path: ItemPath, body: ItemMark) -> Response:
    """Report an item stolen or disputed, recall it, withdraw it, or take that back

    A recall or withdrawal is signed at once, on your organisation's own responsibility; where it has switched on “two
    people always”, it becomes a proposal that two members approve in the console.
    """
    ledger, asking, mark = here(), caller(), MarkKind[body.mark.upper()]
    if body.draft:
        subject = {"gtin": path.gtin, "serial": path.serial}
        return answer(draft_out(draft_mark(ledger, asking, mark, subject, words_of(body))))
    chosen = Chosen(code=f"{path.gtin} {path.serial}")
    if (waiting := proposed_instead(ledger, mark, chosen, words_of(body))) is not None:
        return waiting
    return taken(ledger, mark_item(ledger, asking, mark, path.gtin, path.serial, words_of(body)))


_BATCH_MARKS = {
    "recall": MarkKind.RECALL_BATCH,
    "lift_recall": MarkKind.LIFT_BATCH_RECALL,
    "void": MarkKind.VOID_BATCH,
    "lift_void": MarkKind.LIFT_BATCH_VOID,
}


@operation(bp, "POST", "/v1/batches/<id>/marks", answers=MARKED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def mark_whole_batch(path: IdPath, body: BatchMark) -> Response:
    """Recall or withdraw a whole batch, or take that back

    As for one item: where your organisation has two people decide, it becomes a proposal.
    """
    ledger, asking, mark = here(), caller(), _BATCH_MARKS[body.mark]
    if body.draft:
        return answer(draft_out(draft_mark(ledger, asking, mark, {"batch": path.id}, words_of(body))))
    if (waiting := proposed_instead(ledger, mark, Chosen(batch=path.id), words_of(body))) is not None:
        return waiting
    return taken(ledger, mark_batch(ledger, asking, mark, path.id, words_of(body)))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/retire",
    answers=MARKED,
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
)
def retire_item(path: ItemPath, body: Retirement) -> Response:
    """Take an item out of circulation, for ever

    Where it has an owner, draft it and have the owner sign; then send the draft's `values` with their signature. A
    brand with its own key submits both signatures to /v1/statements.
    """
    ledger, asking, words = here(), caller(), words_of(body)
    if (body.values is None) != (body.owner_signature is None):
        raise Invalid("Give both “values” and “owner_signature”, or neither.")
    if body.values is not None and body.owner_signature is not None:
        signature = bytes.fromhex(body.owner_signature[2:])
        return taken(ledger, retire_with_owner(ledger, asking, path.gtin, path.serial, body.values, signature))
    if body.draft:
        return answer(draft_out(draft_retirement(ledger, asking, path.gtin, path.serial, words)))
    chosen = Chosen(code=f"{path.gtin} {path.serial}")
    if (waiting := proposed_instead(ledger, Act.RETIRE, chosen, words)) is not None:
        return waiting
    return taken(ledger, retire(ledger, asking, path.gtin, path.serial, words))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/replace-code",
    answers={200: NewCardDraftOut, 202: NewCardOut},
    scope=Scope.CARDS,
    once=True,
    refuses=(404, 409),
)
def replace_claim_code(path: ItemPath, body: Brandly) -> Response:
    """Make a new claim code for an item

    Needs the scope `sign` too. Nobody owns the item: the old card is void once the statement is accepted. It has an
    owner: a recovery opens, which that owner can end for 14 days.
    """
    ledger, asking, words = here(), caller(), words_of(body)
    link = page_address(ledger, path.gtin, path.serial)
    if body.draft:
        new = draft_replacement(ledger, asking, path.gtin, path.serial, words)
        return answer(
            NewCardDraftOut(
                draft=draft_out(new.draft),
                claim_code=new.code,
                claim_address=new.claim_address,
                claim_url=f"{link}#{new.code}",
                opens_recovery=new.recovery,
            )
        )
    done = replace_claim(ledger, asking, path.gtin, path.serial, words)
    shown: dict[str, Any] = statements_out(ledger, [done.queued])[0].model_dump()
    return answer(
        NewCardOut(
            **shown,
            claim_code=done.code,
            claim_address=done.claim_address,
            claim_url=f"{link}#{done.code}",
            opens_recovery=done.recovery,
        ),
        202,
        location=f"/v1/statements/{done.queued.id}",
    )


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/amendments",
    answers=SIGNED,
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
)
def amend_item(path: ItemPath, body: NewDescription) -> Response:
    """Change what the record says of an item; the earlier description stays in view"""
    ledger, asking = here(), caller()
    fields = {name: value for name, value in body.fields.items() if value is not None}
    if body.draft:
        made = draft_amendment(ledger, asking, path.gtin, path.serial, fields, body.private_fields)
        return answer(draft_out(made))
    return taken(ledger, amend(ledger, asking, path.gtin, path.serial, fields, body.private_fields))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/contest",
    answers={202: StatementOut},
    anyone=True,
    once=True,
    refuses=(404, 409),
)
def contest_item(path: ItemPath) -> Response:
    """Show that an item was registered twice

    Anyone may; nobody signs, for the ledger has the proof. It works once for an item, and stops it for 90 days.
    """
    return taken(here(), contest(here(), path.gtin, path.serial))
