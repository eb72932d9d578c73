"""The API's description (OpenAPI 3.1.0): collected from the operations, then finished here."""

from __future__ import annotations

import copy
from typing import Any, Final

from flask import current_app
from flask_openapi3.models.contact import Contact
from flask_openapi3.models.info import Info
from flask_openapi3.models.license import License
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.openapi import OpenAPI

from web.api.operation import BEARER, Access
from web.api.webhook_messages import describe

_ABOUT: Final = """\
Register items, follow what is signed about them, and ask what the record shows.

**Keys.** Send `Authorization: Bearer tm_…`. A key belongs to one organisation and does what its scopes allow. What \
the record shows of an item, and relaying what an owner has signed, needs no key.

**Nothing waits for the ledger.** A statement is answered with 202 and an address; ask there until it is `final`.

**Sending twice.** Operations that take the header `Idempotency-Key` (a text of your own, such as a UUID) give the \
first answer again for a day. The same key with another request is refused with 422.

**Refusals.** They are `application/problem+json` (RFC 9457): a sentence that says what is wrong and how to mend it, \
and under `errors` every fault with its place. What belongs to somebody else does not exist for you: 404.

**Pages.** Lists give a `next` cursor and a `Link` header with `rel="next"`.

**Limits.** Every answer says in `RateLimit` how many requests are left; 429 says in `Retry-After` when to go on. Each \
web process counts for itself. News of theft or counterfeits is never held back by a limit.\
"""
INFO: Final = Info(
    title="Touchmark",
    version="1.0.0",
    summary="What the record shows of an item, and how it gets there.",
    description=_ABOUT,
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    contact=Contact(name="The operator of this ledger"),
)
SECURITY: Final = {
    BEARER: SecurityScheme(type="http", scheme="bearer", description="An API key, which begins with tm_.")
}
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A random text in double quotes, new for every request that you mean once (kept for a day). \
Letters, digits and `._~:+/=-` may stand without the quotes.",
    "schema": {"type": "string", "pattern": '^(?:"[!#-\\[\\]-~]{1,255}"|[A-Za-z0-9][A-Za-z0-9._~:+/=-]{0,254})$'},
    "example": '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
}
_WORDS: Final = {
    "400": "The request cannot be read.",
    "401": "No key, or one that is not in force.",
    "403": "The key is good, but this is not its to do.",
    "404": "There is no such thing, or it is somebody else’s.",
    "409": "Right in itself, but not in the present state.",
    "413": "Too large.",
    "415": "Another kind of body than is taken here.",
    "422": "Something in it is not right; `errors` says what and where.",
    "429": "Too many; `Retry-After` says when to go on.",
    "503": "Something that we depend on does not answer. This never means “no”.",
}


def specification() -> dict[str, Any]:
    """The finished description of the present application; made once."""
    app: Any = current_app
    made: dict[str, Any] | None = app.extensions.get("specification")
    if made is None:
        made = app.extensions["specification"] = _finished(app)
    return made


def _finished(app: OpenAPI) -> dict[str, Any]:
    spec: dict[str, Any] = copy.deepcopy(app.api_doc)
    spec["servers"] = [{"url": app.extensions["ledger"].public_url}]
    for schema in spec["components"]["schemas"].values():
        # The parts stand among the components already.
        schema.pop("$defs", None)
    views: dict[str, Any] = {view.__name__: view for view in app.view_functions.values() if hasattr(view, "access")}
    for path in spec["paths"].values():
        for operation in path.values():
            _finish(operation, views[operation["operationId"]].access)
    describe(spec)
    return spec


def _finish(operation: dict[str, Any], access: Access) -> None:
    if access.repeatable:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    if "requestBody" in operation:
        operation["requestBody"].setdefault("required", True)
    if access.scope is not None:
        operation["description"] += f" Needs the scope `{access.scope.value}`."
    for status, response in operation["responses"].items():
        response["description"] = _WORDS.get(status) or response.get("description") or "As asked."
