"""Proof files and what is needed to check them without us."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response
from pydantic import Field

from ledger.domain.errors import TooMany
from ledger.proof.shapes import json_schema
from ledger.services.make_passport import make_passport
from ledger.services.publish_trust import checkpoint, trust_list
from web.api.operation import blueprint, here, maybe_caller, operation
from web.api.shapes import In, ItemPath
from web.limits import spend

bp = blueprint("passports", "Proof files: an item’s record that checks without this service.")

_FILE: Final[dict[str, Any]] = {"schema": {"type": "object"}}
SCHEMA: Final = "/schemas/passport-1.json"
TRUST: Final = "/.well-known/touchmark.json"
WORTH: Final = 20
"""Looked-up items that a passport counts as: a node is asked for proofs, and for every statement's transaction."""


class PassportQuery(In):
    """What of the record is shown."""

    show: str | None = Field(
        None,
        max_length=2_000,
        description="Names of fields, with commas: these are shown, all others withheld. Without it, what the brand "
        "shows to everyone. What is private, only the item’s brand can show, with its key.",
    )


class CheckpointQuery(In):
    """Which part of the list."""

    after: int = Field(-1, ge=-1, lt=2**48, description="Only blocks above this height.")


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/passport",
    answers={200: {"description": "The passport", "content": {"application/json": _FILE}}},
    anyone=True,
    refuses=(403, 404, 409),
    counts_itself=True,
)
def get_passport(path: ItemPath, query: PassportQuery) -> Response:
    """The passport of an item

    A proof file as of the newest final block: it checks with `touchmark verify`, or with the page at /verify, without
    this service. Its JSON Schema is at /schemas/passport-1.json.
    """
    spent = spend(WORTH)
    if spent.over:
        raise TooMany(f"Too many passports at once. Wait {spent.resets} seconds.", retry_after=spent.resets)
    names = None if query.show is None else [name.strip() for name in query.show.split(",") if name.strip()]
    made = make_passport(here(), path.gtin, path.serial, names, maybe_caller())
    response = _file(made, f"passport-{path.gtin}-{_plain(path.serial)}.json")
    # As of this moment, and of what this caller may see.
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(
    bp,
    "GET",
    "/v1/checkpoint",
    answers={200: {"description": "The list", "content": {"application/json": _FILE}}},
    anyone=True,
    refuses=(409,),
)
def get_checkpoint(query: CheckpointQuery) -> Response:
    """The blocks that passports were made at, signed

    Keep a copy: with it a passport is checked when there is no node to ask. Ask again from the last height for more.
    """
    response = _file(checkpoint(here(), query.after), "touchmark-checkpoint.json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get(TRUST, doc_ui=False)
def get_trust() -> Response:
    """This ledger's own trust list. Readers take it once, and keep it."""
    response = Response(trust_list(here()), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.get(SCHEMA, doc_ui=False)
def get_passport_schema() -> Response:
    """The JSON Schema of the passport file."""
    response = Response(json.dumps(json_schema(), indent=2), mimetype="application/schema+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _file(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(serial: str) -> str:
    """Of a serial, what may stand in a file's name."""
    return "".join(character if character.isalnum() else "_" for character in serial)
