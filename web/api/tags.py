"""Tags that cannot be copied: the sealed file for whoever writes them, which chip each became, and taps of programs."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.domain.sun_messages import Mode, read_message
from ledger.domain.tags import ANSWERS, Tap
from ledger.services.hand_over import release_offer
from ledger.services.scan_item import scan_item
from ledger.services.tag_encode import (
    LARGEST,
    TagView,
    bring_into_service,
    end_tag,
    list_tags,
    make_tags,
    new_master,
)
from ledger.services.tag_tap import present_tap, tapped
from web.api.files import made_file
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, Id, IdPath, In, ItemPath, Out, PageQuery, Serial, maybe_moment, next_cursor, page

bp = blueprint("tags", "Tags that cannot be copied (NXP NTAG 424 DNA): written by an encoder, tapped by a phone.")

_FILE: Final = {
    "schema": {
        "type": "object",
        "description": "How it was sealed, and one ciphertext in Base64.",
        "required": ["type", "kdf", "cipher", "sealed"],
        "properties": {
            "type": {"type": "string"},
            "kdf": {"type": "object"},
            "cipher": {"type": "object"},
            "sealed": {"type": "string"},
        },
    }
}
_HEX: Final = r"^[0-9A-Fa-f]*$"


class TagsWanted(In):
    """How the tags are made."""

    passphrase: str = Field(min_length=12, max_length=200, description="Seals the file; tell it another way.")
    mode: Mode = Field(Mode.AES, description="aes, or lrp (the tag's leakage resilient mode).")
    sealed: Flag = Field(False, description="The tags have a tamper loop, whose state comes along with each tap.")
    again: Flag = Field(False, description="Also for items whose tag is not in service yet; that file is void then.")


class EncoderAnswer(In):
    """Which chip carries which item."""

    csv: str = Field(min_length=1, max_length=LARGEST, description="Columns gtin, serial and uid (14 digits), UTF-8.")


class EncodedOut(Out):
    """How many tags are in service by this answer."""

    tags: int


class MasterOut(Out):
    """The newest master key."""

    version: int


class TagOut(Out):
    """One tag. Its keys are never told here."""

    id: str
    gtin: str
    serial: Serial
    uid: str | None
    state: str = Field(description="made (no encoder has told of it yet), in_service or ended.")
    mode: str
    sealed: bool
    generation: int = Field(description="Which of the item's tags it is, counted from 1.")
    key_version: int
    counter: int | None = Field(description="The highest reading that was counted here.")
    tapped_at: datetime | None
    opened_at: datetime | None = Field(description="When its seal was first seen open; never taken back.")


class TagsOut(Out):
    """A page of tags, newest first."""

    items: list[TagOut]
    next: str | None


class TagsQuery(PageQuery):
    """Which tags."""

    batch: Id | None = Field(None, description="Only those of one batch.")


class TapIn(In):
    """What the tag wrote into the item's address."""

    cmac: str = Field(max_length=16, pattern=_HEX)
    picc_data: str | None = Field(None, max_length=48, pattern=_HEX)
    uid: str | None = Field(None, max_length=14, pattern=_HEX)
    ctr: str | None = Field(None, max_length=6, pattern=_HEX)
    enc: str | None = Field(None, max_length=128, pattern=_HEX)
    offer: Id | None = Field(None, description="A handover that the tap belongs to.")
    code: str | None = Field(None, pattern=r"^[0-9]{6}$", description="That offer's six digits.")


class TapOut(Out):
    """What the tap came to."""

    outcome: str = Field(
        description="fresh and jumped are news of the tag itself; replayed, rolled_back, other_tag, ended, not_yet; "
        "unverified and no_tag mean that nobody can tell, never that the item is fake."
    )
    answered: bool = Field(description="Whether the item's own tag, its seal never opened, has answered just now.")
    words: list[str]


@operation(
    bp,
    "POST",
    "/v1/batches/<id>/tags",
    answers={200: {"description": "The sealed file", "content": {"application/json": _FILE}}},
    scope=Scope.CARDS,
    refuses=(404, 409),
)
def make_tags_of_batch(path: IdPath, body: TagsWanted) -> Response:
    """Make the file for whoever writes a batch's tags

    Addresses, where their changing parts stand, and keys, sealed with your passphrase (scrypt and AES-256-GCM). The
    file exists in this answer alone: keep it, and take a new one with `again` where it is lost. At most 5,000 tags.
    `Content-Digest` has the SHA-256 of the file (RFC 9530).
    """
    ledger, asking = here(), caller()
    response, run = made_file(
        lambda target: make_tags(
            ledger,
            asking,
            path.id,
            body.passphrase,
            target,
            mode=body.mode,
            sealed=body.sealed,
            again=body.again,
        ),
        "application/json",
        f"tags-{path.id}.json",
    )
    response.headers["Content-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(run.sha256)).decode()}:"
    return response


@operation(
    bp,
    "POST",
    "/v1/tags/encoded",
    answers={200: EncodedOut},
    scope=Scope.CARDS,
    once=True,
    largest=LARGEST + 64 * 1024,
    refuses=(404, 409),
)
def take_encoder_answer(body: EncoderAnswer) -> Response:
    """Take the encoder's answer: these tags are in service

    All rows or none. The same answer again changes nothing.
    """
    return answer(EncodedOut(tags=bring_into_service(here(), caller(), body.csv.encode())))


@operation(bp, "POST", "/v1/tags/master-keys", answers={201: MasterOut}, scope=Scope.KEYS, once=True)
def make_master_key() -> Response:
    """Make a new master key for the tags to come

    Tags that are out there go on with the one they were made from.
    """
    return answer(MasterOut(version=new_master(here(), caller())), 201)


@operation(bp, "GET", "/v1/tags", answers={200: TagsOut}, scope=Scope.READ)
def list_own_tags(query: TagsQuery) -> Response:
    """Your tags, newest first"""
    rows = list_tags(here(), caller(), query.cursor, query.limit + 1, query.batch)
    return page(
        rows,
        query.limit,
        lambda shown: TagsOut(items=[_tag_out(one) for one in shown], next=next_cursor(rows, query.limit, _cursor)),
        _cursor,
    )


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/tag/end",
    answers={204: None},
    scope=Scope.CARDS,
    refuses=(404, 409),
)
def end_item_tag(path: ItemPath) -> Response:
    """Take an item's tag out of service for good

    It was lost, or came off. The item may get another, with other keys.
    """
    end_tag(here(), caller(), path.gtin, path.serial)
    return Response(status=204)


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/taps",
    answers={200: TapOut},
    refuses=(404, 409),
)
def tap_item(path: ItemPath, body: TapIn) -> Response:
    """Count a tap

    Once: the same message again is `replayed`, except from your own organisation within fifteen minutes. With `offer`
    a fresh tap is bound to that handover.
    """
    ledger, asking = here(), caller()
    told = {name: [value] for name, value in body.model_dump(exclude={"offer", "code"}, exclude_none=True).items()}
    message = read_message(told)
    if message is None:
        raise Invalid("There is no tag's answer in this body.")
    by = f"organisation {asking.organisation.id}".encode()
    offer = None if body.offer is None else release_offer(ledger, body.offer, body.code)
    tap = present_tap(ledger, path.gtin, path.serial, message, by)
    if not isinstance(tap, Tap):
        shown = tap
    else:
        with ledger.store.write() as tx:
            shown = tapped(tx, tap)
            fresh = tap.outcome in ANSWERS and shown.opened_since is None
            if offer is not None and offer.item == tap.item and fresh:
                tx.tags.note_handover(offer.id, offer.item, tap)
    standing = scan_item(ledger, path.gtin, path.serial, tapped=shown).standing
    lines = [one for one in standing.lines if one.key.startswith("tag_")]
    answered = any(one.key == "tag_answered" for one in lines)
    words = [f"{one.headline}. {one.words}" for one in lines]
    return answer(TapOut(outcome=shown.outcome.value, answered=answered, words=words))


def _tag_out(one: TagView) -> TagOut:
    tag = one.tag
    return TagOut(
        id=tag.id,
        gtin=one.gtin,
        serial=one.serial,
        uid=None if tag.uid is None else tag.uid.hex().upper(),
        state=tag.state.value,
        mode=tag.mode.value,
        sealed=tag.sealed,
        generation=tag.generation,
        key_version=tag.version,
        counter=None if tag.counter < 0 else tag.counter,
        tapped_at=maybe_moment(tag.tapped_at),
        opened_at=maybe_moment(tag.opened_at),
    )


def _cursor(one: TagView) -> str:
    return one.tag.id
