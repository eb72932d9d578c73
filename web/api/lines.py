"""The catalogue: what a brand says and shows of its models, one GTIN each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, BinaryIO, Final, Literal, cast

from flask import Response, request
from pydantic import Field

from ledger.domain.lines import MOST_LOOKS, MOST_PHOTOS, WIDTHS, Line, LineText, Photo, Words
from ledger.domain.organisations import Role, Scope
from ledger.services.keep_line import keep_line, own_line
from ledger.services.line_photos import add_photo, describe_photo, order_photos, remove_photo, restore_photo
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, Gtin, In, Out, PlaceQuery, Sha256, Text, moment, page
from web.api.shapes import Line as OneLine

bp = blueprint("lines", "Your catalogue: what buyers read and see of your models, one GTIN each.")

_LANGUAGES = Literal["en", "fr", "it", "zh-Hans"]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: Final = {
    "description": "The photo itself.",
    "required": True,
    "content": {"image/jpeg": _BINARY, "image/png": _BINARY, "image/webp": _BINARY},
}
_Maybe = Annotated[str, Field(max_length=2_000)]


class GtinPath(In):
    """A model."""

    gtin: Gtin


class PhotoPath(In):
    """One photo of a model."""

    gtin: Gtin
    sha256: Sha256


class WordsIn(In):
    """What is said of a model in one language."""

    description: _Maybe = ""
    materials: _Maybe = Field("", description="As on the label, on one line.")
    care: _Maybe = Field("", description="How to care for it, and where it is repaired.")
    looks: list[OneLine] = Field(
        [], max_length=MOST_LOOKS, description="Points that tell this model from others and from copies."
    )


class LineIn(In):
    """What is said of a model, whole: what is left out is said no more. Photos stay."""

    name: OneLine = Field(examples=["Sac Lune 25"])
    words: dict[_LANGUAGES, WordsIn] = Field(
        {}, max_length=4, description="By language; English stands in where one is missing."
    )
    programme_start: str | None = Field(
        None, max_length=10, description="First day of which its items are registered (ISO 8601)."
    )
    retired: Flag = Field(False, description="It is made no more.")
    note: _Maybe = Field("", description="Private: nobody else is shown it.")
    version: int | None = Field(
        None, ge=0, description="Only over this version; 0 only where there is none yet. Left out: whatever there is."
    )


class PhotoWords(In):
    """What a photo shows."""

    captions: dict[_LANGUAGES, OneLine] = Field(
        {}, max_length=4, description="By language; read out to those who cannot see it."
    )
    colourway: Annotated[str, Field(max_length=120)] = ""


class PhotoOrder(In):
    """Every photo of the line once, first the one that stands on every page."""

    order: list[Sha256] = Field(max_length=MOST_PHOTOS)


class PhotoQuery(In):
    """What the photo shows, said with it."""

    caption: Text | None = Field(None, description="In English.")
    colourway: Text | None = None


class PhotoOut(Out):
    """A photo of the catalogue, written anew without the place where it was taken."""

    sha256: str
    width: int
    height: int
    captions: dict[str, str]
    colourway: str
    addresses: dict[str, str] = Field(description=f"By width in dots: {', '.join(map(str, WIDTHS))}.")


class WordsOut(Out):
    """What is said of a model in one language."""

    description: str
    materials: str
    care: str
    looks: list[str]


class LineOut(Out):
    """A line of the catalogue."""

    gtin: str
    name: str
    words: dict[str, WordsOut]
    programme_start: str | None
    retired: bool
    note: str
    version: int
    updated_at: datetime
    photos: list[PhotoOut]


class LinesOut(Out):
    """A page of the catalogue."""

    items: list[LineOut]


@operation(bp, "GET", "/v1/lines", answers={200: LinesOut}, scope=Scope.READ)
def list_lines(query: PlaceQuery) -> Response:
    """The lines of your catalogue, by GTIN"""
    asking, start, limit = caller(), query.cursor or 0, min(query.limit, 200)
    asking.need_role(Role.BRAND)
    with here().store.read() as tx:
        found = tx.lines.page(asking.organisation.id, "", "gtin", start, limit + 1)
    return page(
        found,
        limit,
        lambda rows: LinesOut(items=[line_out(one) for one in rows]),
        lambda _last: str(start + limit),
    )


@operation(bp, "GET", "/v1/lines/<gtin>", answers={200: LineOut}, scope=Scope.READ, refuses=(404,))
def get_line(path: GtinPath) -> Response:
    """What you say of a model"""
    with here().store.read() as tx:
        found = own_line(tx, caller(), path.gtin)
    return answer(line_out(found))


@operation(bp, "PUT", "/v1/lines/<gtin>", answers={200: LineOut}, scope=Scope.IMPORT, refuses=(409,))
def put_line(path: GtinPath, body: LineIn) -> Response:
    """Say what there is to say of a model

    The GTIN has to begin with one of your GS1 prefixes. Buyers see the new words at once.
    """
    words: dict[str, Words] = {
        language: Words(one.description, one.materials, one.care, tuple(one.looks))
        for language, one in body.words.items()
    }
    text = LineText(body.name, words, body.programme_start, body.retired, body.note)
    return answer(line_out(keep_line(here(), caller(), path.gtin, text, version=body.version)))


@operation(
    bp,
    "POST",
    "/v1/lines/<gtin>/photos",
    answers={201: PhotoOut},
    scope=Scope.IMPORT,
    takes=_UPLOAD,
    refuses=(404, 409, 413),
)
def send_photo(path: GtinPath, query: PhotoQuery) -> Response:
    """Add a photo of a model

    A JPEG, PNG or WebP, judged by its bytes; it comes last in order. The same photo again is kept once.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    kept = add_photo(
        here(),
        caller(),
        path.gtin,
        cast(BinaryIO, request.stream),
        captions={"en": query.caption} if query.caption else {},
        colourway=query.colourway or "",
    )
    return answer(photo_out(kept), 201, location=f"/photos/{kept.sha256}/{WIDTHS[-1]}")


@operation(bp, "PUT", "/v1/lines/<gtin>/photos", answers={200: LineOut}, scope=Scope.IMPORT, refuses=(404,))
def put_photo_order(path: GtinPath, body: PhotoOrder) -> Response:
    """Put the photos of a model in order"""
    return answer(line_out(order_photos(here(), caller(), path.gtin, body.order)))


@operation(bp, "PUT", "/v1/lines/<gtin>/photos/<sha256>", answers={200: PhotoOut}, scope=Scope.IMPORT, refuses=(404,))
def put_photo_words(path: PhotoPath, body: PhotoWords) -> Response:
    """Say what a photo shows"""
    captions: dict[str, str] = dict(body.captions.items())
    return answer(photo_out(describe_photo(here(), caller(), path.gtin, path.sha256, captions, body.colourway)))


@operation(
    bp, "DELETE", "/v1/lines/<gtin>/photos/<sha256>", answers={200: PhotoOut}, scope=Scope.IMPORT, refuses=(404,)
)
def delete_photo(path: PhotoPath) -> Response:
    """Show a photo no more; for a day it can be restored"""
    return answer(photo_out(remove_photo(here(), caller(), path.gtin, path.sha256)))


@operation(
    bp,
    "POST",
    "/v1/lines/<gtin>/photos/<sha256>/restore",
    answers={200: PhotoOut},
    scope=Scope.IMPORT,
    refuses=(404, 409),
)
def restore_line_photo(path: PhotoPath) -> Response:
    """Show a removed photo again"""
    return answer(photo_out(restore_photo(here(), caller(), path.gtin, path.sha256)))


def line_out(line: Line) -> LineOut:
    """A line as the API shows it to its brand."""
    return LineOut(
        gtin=line.gtin,
        name=line.name,
        words={
            language: WordsOut(
                description=said.description, materials=said.materials, care=said.care, looks=list(said.looks)
            )
            for language, said in line.words.items()
        },
        programme_start=line.programme_start,
        retired=line.retired,
        note=line.note,
        version=line.version,
        updated_at=moment(line.updated_at),
        photos=[photo_out(one) for one in line.photos],
    )


def photo_out(photo: Photo) -> PhotoOut:
    """A photo as the API shows it."""
    base = f"{here().public_url}/photos/{photo.sha256}"
    return PhotoOut(
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        captions=dict(photo.captions),
        colourway=photo.colourway,
        addresses={str(width): f"{base}/{width}" for width in WIDTHS},
    )
