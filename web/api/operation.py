"""How an operation of the API is declared: its route, who may call it, what it answers, whether it may be repeated.

Every request goes through the same gates, in this order: who asks (`identify`), how often (web/limits.py), whether
they may (`admit`), whether the body can be read, whether it is valid (flask-openapi3), and only then the view.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.operation import Operation
from flask_openapi3.models.tag import Tag
from flask_openapi3.utils import get_responses
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from ledger.domain.errors import Fault, Forbidden, Invalid, LedgerError, Unauthenticated
from ledger.domain.organisations import Caller, Scope
from ledger.services.organisations import authenticate
from ledger.services.ports import Ledger
from web.idempotency import once as answered_once

PREFIX: Final = "/v1/"
JSON_BYTES: Final = 1024 * 1024
"""Bytes of a JSON body, where an operation does not say otherwise."""
DEPTH: Final = 16
"""How deep a JSON body may be nested."""
BEARER: Final = "key"
"""The name of the security scheme."""

View = Callable[..., Response]
Model = TypeVar("Model", bound=BaseModel)
Answers = Mapping[int, type[BaseModel] | dict[str, Any] | None]


class FaultOut(BaseModel):
    """One thing that is wrong in what was sent."""

    where: str = Field(examples=["items[0].gtin"])
    what: str
    mend: str


class Problem(BaseModel):
    """A refusal (RFC 9457): what is wrong, and how to mend it. `type` leads to a page for people."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultOut] = Field(default=[], description="Each fault with its place, where there are several.")


class BadRequest(LedgerError):
    """A request that cannot be read at all."""

    code = "bad-request"
    title = "That request cannot be read"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call: `keyed` asks for a key, `scope` for one with that scope; `largest` bounds a JSON body.

    `sandbox` lets sandbox keys in, too.
    """

    keyed: bool
    scope: Scope | None
    largest: int
    reads_json: bool
    repeatable: bool
    sandbox: bool = False


def blueprint(name: str, about: str) -> APIBlueprint:
    """A resource of the API and the sentence that introduces it in the documentation."""
    return APIBlueprint(f"api_{name}", __name__, abp_tags=[Tag(name=name, description=about)])


def operation(
    bp: APIBlueprint,
    method: str,
    rule: str,
    *,
    answers: Answers,
    scope: Scope | None = None,
    anyone: bool = False,
    once: bool = False,
    largest: int = JSON_BYTES,
    refuses: tuple[int, ...] = (),
    takes: Mapping[str, Any] | None = None,
    counts_itself: bool = False,
    sandbox: bool = False,
    uses: tuple[type[BaseModel], ...] = (),
) -> Callable[[View], View]:
    """Declare an operation. Its docstring is its documentation, its annotations are what it takes.

    Without `anyone` a key is needed, with `scope` one that has it. `once` honours Idempotency-Key. `takes` is an
    OpenAPI request body, for those that are not JSON; `uses` names models that an answer refers to by hand.
    """

    def declare(view: View) -> View:
        shown = answered_once(view) if once else view
        reads_json = "body" in view.__annotations__
        refused = {400, 401, 422, 429, 503, *refuses}
        refused |= ({403} if scope else set()) | ({409} if once else set()) | ({413, 415} if reads_json else set())
        responses = {**answers, **{status: _problem() for status in sorted(refused)}}
        access = Access(not anyone, scope, largest, reads_json, once, sandbox)
        # The view carries its own rules.
        shown.access, shown.counts_itself = access, counts_itself  # type: ignore[attr-defined]
        extensions = {"requestBody": dict(takes)} if takes else None
        for model in uses:
            get_responses({"200": model}, bp.components_schemas, Operation())
        summary, _, description = (inspect.getdoc(view) or "").partition("\n")
        add = getattr(bp, method.lower())
        add(
            rule,
            summary=summary,
            description=" ".join(description.split()) or summary + ".",
            responses=responses,
            security=[{BEARER: []}] if not anyone else None,
            openapi_extensions=extensions,
            operation_id=view.__name__,
        )(shown)
        return view

    return declare


def _problem() -> dict[str, Any]:
    return {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def answer(body: BaseModel, status: int = 200, *, location: str | None = None) -> Response:
    """A JSON answer."""
    response = Response(body.model_dump_json(), status, mimetype="application/json")
    if location is not None:
        response.headers["Location"] = location
    return response


def here() -> Ledger:
    """The ledger of the present application."""
    ledger: Ledger = current_app.extensions["ledger"]
    return ledger


def caller() -> Caller:
    """Who asks. Raises Unauthenticated where nobody has said."""
    found = maybe_caller()
    if found is None:
        raise Unauthenticated("This needs an API key: send the header “Authorization: Bearer tm_…”.")
    return found


def maybe_caller() -> Caller | None:
    """Who asks; None for one without a key."""
    found: Caller | None = g.get("caller")
    return found


def register_identify(app: Flask) -> None:
    """First gate: learn who asks, so that the second can count them. Refuses nothing yet."""

    @app.before_request
    def identify() -> None:
        g.caller, g.refusal = None, None
        header = request.headers.get("Authorization")
        if header is None or not request.path.startswith(PREFIX):
            return
        scheme, _, secret = header.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise Unauthenticated("Send the key as “Authorization: Bearer tm_…”.")
            g.caller = authenticate(here(), secret.strip())
        except Unauthenticated as refusal:
            g.refusal = refusal


def register_admit(app: Flask) -> None:
    """Third and fourth gate: whether this caller may, and whether the body can be read."""

    @app.before_request
    def admit() -> None:
        if g.refusal is not None:
            raise g.refusal
        view = current_app.view_functions.get(request.endpoint or "")
        access: Access | None = getattr(view, "access", None)
        if access is None:
            return
        _keep_in_sandbox(access)
        if access.keyed:
            asking = caller()
            if access.scope is not None:
                asking.need(access.scope)
        if access.reads_json:
            _read_json(access.largest)


def _keep_in_sandbox(access: Access) -> None:
    """Raises Forbidden where a sandbox key would do more than try, or than read what anybody may."""
    asking = maybe_caller()
    if asking is None or not asking.sandbox or access.sandbox:
        return
    if access.keyed or request.method not in ("GET", "HEAD"):
        raise Forbidden("This is a sandbox key: it checks the codes of /v1/sandbox/items and can do nothing else.")


def _read_json(largest: int) -> None:
    """Read the body once, bounded, so that whoever needs it later finds it read."""
    request.max_content_length = largest
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header “Content-Type: application/json”.")
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise _too_deep() from None
    if "json_twice" in g:
        raise BadRequest(g.json_twice)
    if body is None and request.get_data(cache=True).strip() != b"null":
        raise BadRequest("The body is not JSON. Check its commas and quotes, and that it is UTF-8.")
    _check_depth(body)


def json_body(model: type[Model], largest: int) -> Model:
    """A JSON body, read and held against its model by a view that takes other kinds of bodies too.

    Raises what every JSON body raises: BadRequest, UnsupportedMediaType, Invalid with each fault.
    """
    _read_json(largest)
    try:
        return model.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        invalid(error)
        raise


def _check_depth(body: Any) -> None:
    level: list[Any] = [body]
    for _ in range(DEPTH):
        parts: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                parts += one.values()
            elif isinstance(one, list):
                parts += one
        if not parts:
            return
        level = parts
    raise _too_deep()


def _too_deep() -> BadRequest:
    return BadRequest(f"The JSON is nested more than {DEPTH} deep, and nothing here is.")


_WORDS: Final = {
    "missing": ("is missing.", ""),
    "extra_forbidden": ("is not known here.", "Leave it out, or check its spelling."),
    "model_type": ("must be a JSON object.", ""),
    "dict_type": ("must be a JSON object.", ""),
    "list_type": ("must be a list.", ""),
    "string_type": ("must be text.", ""),
    "string_unicode": ("holds characters that are no text.", ""),
    "int_type": ("must be a whole number.", ""),
    "int_parsing": ("must be a whole number.", ""),
    "bool_type": ("must be true or false.", ""),
    "bool_parsing": ("must be true or false.", ""),
}


def invalid(error: ValidationError) -> None:
    """What flask-openapi3 calls for a request that does not fit its model. Always raises Invalid."""
    faults = [_fault(dict(one)) for one in error.errors(include_url=False, include_input=False)[:100]]
    raise Invalid(f"The request is not as described: {faults[0]}", faults=faults)


def _fault(one: dict[str, Any]) -> Fault:
    where = ""
    for part in one["loc"]:
        where += f"[{part}]" if isinstance(part, int) else ("." if where else "") + str(part)[:60]
    limits = one.get("ctx", {})
    match one["type"]:
        case "string_too_long":
            what, mend = "is too long.", f"It has at most {limits['max_length']} characters."
        case "string_too_short":
            what, mend = "is too short.", f"It has at least {limits['min_length']} characters."
        case "too_long":
            what, mend = "has too many entries.", f"It has at most {limits['max_length']}."
        case "too_short":
            what, mend = "has too few entries.", f"It has at least {limits['min_length']}."
        case "string_pattern_mismatch":
            what, mend = "does not have the right form.", f"It matches {limits['pattern']}."
        case "enum" | "literal_error":
            what, mend = "is none of the words that are known here.", f"It is {limits['expected']}."
        case kind if kind in _WORDS:
            what, mend = _WORDS[kind]
        case _:
            what, mend = _sentence(str(one["msg"])), ""
    return Fault(where or "body", what, mend)


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:] + "."
