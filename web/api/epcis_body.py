"""What is sent to be captured: an EPCISDocument, a list of events, or one event; read into events and faults."""

# The fields have the standard's own names.
# ruff: noqa: N815
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.epcis_told import MOST_EVENTS, Sent
from ledger.domain.errors import Fault, Invalid
from web.api.epcis_fields import LONGEST, Extended, Shape, Time, Uri, is_uri
from web.api.epcis_shapes import EVENTS
from web.api.operation import invalid


class Body(Shape):
    model_config = ConfigDict(extra="allow", frozen=True)

    eventList: Annotated[list[Any], Field(max_length=MOST_EVENTS)]


class Document(Extended):
    """An EPCISDocument, its events aside."""

    type: Literal["EPCISDocument"]
    context: Any = Field(alias="@context")
    schemaVersion: Annotated[str, Field(pattern=r"^[0-9]+(?:[.][0-9]+)*$", max_length=20)]
    creationDate: Time
    epcisBody: Body
    id: Uri | None = None
    instanceIdentifier: Annotated[str, Field(max_length=LONGEST)] | None = None
    sender: Annotated[str, Field(max_length=LONGEST)] | None = None
    receiver: Annotated[str, Field(max_length=LONGEST)] | None = None
    epcisHeader: dict[str, Any] | None = None


def read_events(body: Any) -> tuple[list[Sent], list[Fault]]:
    """The events of a document, of a list, or one alone: those whose shape is right, and the faults of the others.

    Raises Invalid where the body is none of these, or its envelope is not right.
    """
    if isinstance(body, Mapping) and body.get("type") == "EPCISDocument":
        _checked(Document, body)
        return _read(body["epcisBody"]["eventList"], "epcisBody.eventList", body["@context"])
    if isinstance(body, list):
        if len(body) > MOST_EVENTS:
            raise Invalid(f"That is more than {MOST_EVENTS} events. Send them in several captures.")
        return _read(body, "", None)
    if isinstance(body, Mapping) and isinstance(body.get("type"), str) and body["type"] in EVENTS:
        return _read([body], None, None)
    raise Invalid(
        "That is no EPCIS 2.0 document and no event. Send an EPCISDocument, one event with its “@context”, or a list "
        "of such events, as JSON."
    )


def _read(events: Sequence[Any], where: str | None, context: Any) -> tuple[list[Sent], list[Fault]]:
    good, faults = [], []
    for number, event in enumerate(events):
        place = "event" if where is None else f"{where}[{number}]"
        wrong = _faults(event, alone=context is None)
        if wrong:
            faults += [
                Fault(f"{place}.{one.where}" if one.where != "body" else place, one.what, one.mend) for one in wrong
            ]
        else:
            good.append(Sent(place, event, [*_contexts(context), *_contexts(event.get("@context"))]))
    return good, faults


def _contexts(context: Any) -> list[Any]:
    return [] if context is None else context if isinstance(context, list) else [context]


def _faults(event: Any, *, alone: bool) -> Sequence[Fault]:
    if not isinstance(event, Mapping):
        return [Fault("body", "must be a JSON object.")]
    shape = EVENTS.get(event["type"]) if isinstance(event.get("type"), str) else None
    if shape is None:
        return [
            Fault("type", "is none of the kinds of event that are known here.", f"It is one of {', '.join(EVENTS)}.")
        ]
    try:
        _checked(shape, event)
    except Invalid as refusal:
        return refusal.faults
    if "@context" in event and not _is_context(event["@context"]):
        return [Fault("@context", "is no JSON-LD context.", "It is a URI, an object, or a list of these.")]
    if alone and "@context" not in event:
        return [Fault("@context", "is missing.", "An event outside of a document says its own JSON-LD context.")]
    return []


def _is_context(context: Any) -> bool:
    return all(isinstance(one, dict) or (isinstance(one, str) and is_uri(one)) for one in _contexts(context))


def _checked(shape: type[BaseModel], value: Mapping[str, Any]) -> None:
    try:
        shape.model_validate({name: one for name, one in value.items() if name != "@context" or shape is Document})
    except ValidationError as wrong:
        invalid(wrong)
    if shape is Document and not _is_context(value["@context"]):
        raise Invalid("The document's “@context” is a URI, an object, or a list of these.")
