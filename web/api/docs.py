"""The description of the API for programs and for people, and a page for every kind of refusal."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template

from ledger.domain.errors import Unknown
from web.api.problem_pages import PAGES
from web.api.specification import specification
from web.api.webhook_messages import SIGNING

bp = Blueprint("docs", __name__)

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@bp.get("/openapi.json")
def openapi() -> Response:
    """The description for programs (OpenAPI 3.1.0)."""
    response = jsonify(specification())
    response.headers["Cache-Control"] = "public, max-age=300"
    # Anyone may build a client of it, also in a browser of theirs.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/docs")
def docs() -> str:
    """The same for people."""
    spec = specification()
    return render_template(
        "docs/api.html",
        info=spec["info"],
        chapters=_chapters(spec),
        paragraphs=_paragraphs(spec),
        messages=[(name, one["post"]["summary"]) for name, one in spec["webhooks"].items()],
        signing=SIGNING,
    )


@bp.get("/problems/")
def problems() -> str:
    """Every kind of refusal."""
    return render_template("docs/problems.html", pages=PAGES)


@bp.get("/problems/<code>")
def problem(code: str) -> str:
    """One kind of refusal: what it means, and what to do."""
    page = PAGES.get(code)
    if page is None:
        raise Unknown("There is no refusal of that name. /problems/ lists those there are.")
    return render_template("docs/problem_type.html", code=code, page=page)


def _paragraphs(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """The introduction as (heading, words): the same text that the description carries."""
    found = []
    for paragraph in spec["info"]["description"].split("\n\n"):
        heading, mark, words = paragraph.removeprefix("**").partition("**")
        found.append((heading.rstrip("."), words.strip()) if mark else ("", paragraph))
    return found


def _chapters(spec: dict[str, Any]) -> list[dict[str, Any]]:
    chapters: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "about": tag.get("description", ""), "operations": []}
        for tag in spec["tags"]
    }
    schemas = spec["components"]["schemas"]
    for path, methods in spec["paths"].items():
        for method in _METHODS:
            if method in methods:
                one = methods[method]
                chapters[one["tags"][0]]["operations"].append(_operation(path, method, one, schemas))
    return list(chapters.values())


def _operation(path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "description": one["description"],
        "keyed": bool(one.get("security")),
        "parameters": [
            (each["name"], each["in"], each.get("description", ""), each.get("required", False))
            for each in one.get("parameters", ())
        ],
        "body": _fields(one.get("requestBody"), schemas),
        "takes": list(one.get("requestBody", {}).get("content", {})),
        "answers": [(status, each["description"]) for status, each in one["responses"].items()],
        "gives": _fields(_done(one["responses"]), schemas),
    }


def _done(responses: dict[str, Any]) -> dict[str, Any] | None:
    """What is answered when it is done: where a draft can be asked for too, the other answer."""
    done = [each for status, each in responses.items() if status.startswith("2")]
    return done[-1] if done else None


def _fields(body: dict[str, Any] | None, schemas: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """The fields of a JSON body: name, kind, what it is, and whether it is needed."""
    reference = ((body or {}).get("content") or {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    schema = schemas.get(reference.rpartition("/")[2], {})
    needed = schema.get("required", ())
    return [
        (name, _kind(each), each.get("description", ""), name in needed)
        for name, each in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
