"""Batches: made ready, their cards fetched, registered; and the items in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from ledger.domain.batches import Batch, Item
from ledger.domain.organisations import Scope
from ledger.domain.statements import Kind, make
from ledger.services.import_items import PREPARE, job_view
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.read_batch import own_batch
from ledger.services.register_batch import draft_registration, submit_registration
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import (
    DraftOut,
    Hex,
    IdPath,
    In,
    Out,
    PageQuery,
    PlaceQuery,
    StatementOut,
    Values,
    draft_out,
    maybe_moment,
    moment,
    next_cursor,
    page,
    statement_out,
    taken,
)
from web.scan_json import page_address

bp = blueprint("batches", "One registration of many items: made ready, its cards fetched, then signed.")


class WorkOut(Out):
    """How far the making is."""

    state: str = Field(description="waiting, running, done or failed.")
    done: int
    total: int
    per_second: int | None
    seconds_left: int | None
    problem: str | None


class BatchOut(Out):
    """A batch and how far it has come."""

    id: str
    name: str
    count: int
    state: str = Field(
        description=(
            "preparing, failed (see `work`), waiting_for_cards (download them and confirm), waiting_for_signature "
            "(sign the draft with your own key), then the state of the registration: queued, sent, accepted, final "
            "or refused."
        )
    )
    number: str | None = Field(description="Its number in the ledger.")
    on_sale_at_once: bool
    private_fields: list[str]
    cards_confirmed_at: datetime | None
    created_at: datetime
    statement: StatementOut | None
    work: WorkOut | None


class BatchListOut(Out):
    """Batches, newest first."""

    items: list[BatchOut]
    next: str | None


class ItemOut(Out):
    """One of your items, private fields included."""

    place: int
    gtin: str
    serial: str
    item: str = Field(description="Its number in the ledger (ERC-721 token id), as decimal text.")
    record_hash: str
    claim_address: str
    fields: dict[str, Any]
    page: str = Field(description="The address that its code leads to.")


class ItemListOut(Out):
    """Items in the order of the file."""

    items: list[ItemOut]
    next: int | None


class Registration(In):
    """A registration that you have signed."""

    values: Values
    signatures: list[Hex] = Field(min_length=1, max_length=2)


@operation(bp, "GET", "/v1/batches", answers={200: BatchListOut}, scope=Scope.READ)
def list_batches(query: PageQuery) -> Response:
    """Your batches"""
    ledger = here()
    with ledger.store.read() as tx:
        found = tx.batches.page(caller().organisation.id, query.cursor, query.limit + 1)
        shown = {one.id: batch_out(ledger, tx, one) for one in found}
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(
        found,
        query.limit,
        lambda rows: BatchListOut(items=[shown[one.id] for one in rows], next=following),
        lambda one: one.id,
    )


@operation(bp, "GET", "/v1/batches/<id>", answers={200: BatchOut}, scope=Scope.READ, refuses=(404,))
def get_batch(path: IdPath) -> Response:
    """One batch, and how far it is"""
    ledger = here()
    with ledger.store.read() as tx:
        return answer(batch_out(ledger, tx, own_batch(tx, caller(), path.id)))


@operation(bp, "GET", "/v1/batches/<id>/items", answers={200: ItemListOut}, scope=Scope.READ, refuses=(404,))
def list_items(path: IdPath, query: PlaceQuery) -> Response:
    """The items of a batch, with everything you have said of them"""
    ledger = here()
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller(), path.id)
        after = -1 if query.cursor is None else query.cursor
        found = tx.batches.items_page(batch.id, after, query.limit + 1) if batch.ready else []
    following = next_cursor(found, query.limit, lambda one: str(one.position))
    return page(
        found,
        query.limit,
        lambda rows: ItemListOut(
            items=[_item_out(ledger, one) for one in rows], next=None if following is None else int(following)
        ),
        lambda one: str(one.position),
    )


@operation(
    bp,
    "POST",
    "/v1/batches/<id>/registration/draft",
    answers={200: DraftOut},
    scope=Scope.SIGN,
    refuses=(404, 409),
)
def draft_batch_registration(path: IdPath) -> Response:
    """The registration to sign, for a brand that keeps its own key"""
    return answer(draft_out(draft_registration(here(), caller(), path.id)))


@operation(
    bp,
    "POST",
    "/v1/batches/<id>/registration",
    answers={202: StatementOut},
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
)
def submit_batch_registration(path: IdPath, body: Registration) -> Response:
    """Submit the registration that you have signed"""
    ledger = here()
    statement = make(Kind.REGISTER_BATCH, body.values)
    signatures = [bytes.fromhex(one[2:]) for one in body.signatures]
    return taken(ledger, submit_registration(ledger, caller(), path.id, statement, signatures))


def batch_out(ledger: Ledger, tx: Tx, batch: Batch) -> BatchOut:
    """A batch as the API shows it."""
    work = None if batch.ready else job_view(tx, PREPARE, batch.id, ledger.now())
    queued = None if batch.statement is None else tx.outbox.get(batch.statement)
    statement = None
    if queued is not None:
        statement = statement_out(queued, progress_of(ledger, tx, [queued])[queued.id])
    return BatchOut(
        id=batch.id,
        name=batch.name,
        count=batch.count,
        state=_state(batch, work, statement),
        number=None if batch.number is None else str(batch.number),
        on_sale_at_once=batch.on_sale_at_once,
        private_fields=list(batch.private_fields),
        cards_confirmed_at=maybe_moment(batch.cards_done_at),
        created_at=moment(batch.created_at),
        statement=statement,
        work=None if work is None else WorkOut(**work),
    )


def _state(batch: Batch, work: dict[str, Any] | None, statement: StatementOut | None) -> str:
    if not batch.ready:
        return "failed" if work is not None and work["state"] == "failed" else "preparing"
    if batch.cards_done_at is None:
        return "waiting_for_cards"
    return "waiting_for_signature" if statement is None else statement.state


def _item_out(ledger: Ledger, item: Item) -> ItemOut:
    return ItemOut(
        place=item.position,
        gtin=item.gtin,
        serial=item.serial,
        item=str(item.item),
        record_hash="0x" + item.record_hash.hex(),
        claim_address=item.claim_address,
        fields=dict(item.fields),
        page=page_address(ledger, item.gtin, item.serial),
    )
