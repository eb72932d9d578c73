"""The five kinds of EPCIS 2.0 events as they are taken. The tests hold these shapes against GS1's JSON schema."""

# The fields have the standard's own names.
# ruff: noqa: N815
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from web.api.epcis_fields import (
    BizStep,
    BizTransaction,
    Destination,
    Disposition,
    ErrorDeclaration,
    Extended,
    PersistentDisposition,
    Place,
    QuantityElement,
    SensorElement,
    Source,
    Time,
    Uri,
)

_Epcs = Annotated[list[Uri], Field(max_length=40_000)]
_Quantities = Annotated[list[QuantityElement], Field(max_length=10_000)]


Action = Literal["ADD", "OBSERVE", "DELETE"]


class Ilmd(Extended):
    """What is true of the things from their beginning, in fields of the sender's own."""


def _has_children(action: str, epcs: Sequence[str] | None, quantities: Sequence[QuantityElement] | None) -> None:
    if not epcs and not quantities and action != "DELETE":
        raise ValueError("names no children: it has “childEPCs” or a “childQuantityList”")


_E = TypeVar("_E", bound="Event")


def _each_once(event: _E, *lists: str) -> _E:
    for name in lists:
        named = getattr(event, name) or ()
        if len(set(named)) != len(named):
            raise ValueError(f"names the same thing twice under “{name}”")
    return event


_Certificates = Annotated[
    list[Uri], BeforeValidator(lambda one: [one] if isinstance(one, str) else one), Field(max_length=100)
]


class Event(Extended):
    """What every event has."""

    eventTime: Time
    eventTimeZoneOffset: Annotated[str, Field(pattern=r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$", max_length=6)]
    recordTime: Time | None = None
    eventID: Uri | None = None
    certificationInfo: _Certificates | None = None
    errorDeclaration: ErrorDeclaration | None = None
    bizStep: BizStep | None = None
    disposition: Disposition | None = None
    readPoint: Place | None = None
    bizLocation: Place | None = None
    bizTransactionList: Annotated[list[BizTransaction], Field(max_length=1_000)] | None = None
    sourceList: Annotated[list[Source], Field(max_length=100)] | None = None
    destinationList: Annotated[list[Destination], Field(max_length=100)] | None = None
    sensorElementList: Annotated[list[SensorElement], Field(max_length=1_000)] | None = None


class ObjectEvent(Event):
    """Something happened to things."""

    type: Literal["ObjectEvent"]
    action: Action
    epcList: _Epcs | None = None
    quantityList: _Quantities | None = None
    persistentDisposition: PersistentDisposition | None = None
    ilmd: Ilmd | None = None

    @model_validator(mode="after")
    def _whole(self) -> ObjectEvent:
        measured = self.sensorElementList and self.readPoint
        if self.epcList is None and not self.quantityList and not measured:
            raise ValueError(
                "names nothing: it has an “epcList”, a “quantityList”, or what sensors said at a “readPoint”"
            )
        if self.ilmd is not None and self.action != "ADD":
            raise ValueError("has “ilmd”, which only an event with the action ADD may have")
        return _each_once(self, "epcList")


class AggregationEvent(Event):
    """Things were put into something, or taken out of it."""

    type: Literal["AggregationEvent"]
    action: Action
    parentID: Uri | None = None
    childEPCs: _Epcs | None = None
    childQuantityList: _Quantities | None = None

    @model_validator(mode="after")
    def _whole(self) -> AggregationEvent:
        _has_children(self.action, self.childEPCs, self.childQuantityList)
        return self


class AssociationEvent(Event):
    """Things were fixed to something, or taken off it."""

    type: Literal["AssociationEvent"]
    action: Action
    parentID: Uri
    childEPCs: _Epcs | None = None
    childQuantityList: _Quantities | None = None

    @model_validator(mode="after")
    def _whole(self) -> AssociationEvent:
        _has_children(self.action, self.childEPCs, self.childQuantityList)
        return self


class TransactionEvent(Event):
    """Things were tied to papers of the trade."""

    type: Literal["TransactionEvent"]
    action: Action
    parentID: Uri | None = None
    epcList: _Epcs | None = None
    quantityList: _Quantities | None = None

    @model_validator(mode="after")
    def _whole(self) -> TransactionEvent:
        if not self.bizTransactionList:
            raise ValueError("names no paper: it has a “bizTransactionList”")
        if self.epcList is None and not self.quantityList and self.action != "DELETE":
            raise ValueError("names nothing: it has an “epcList” or a “quantityList”")
        return self


class TransformationEvent(Event):
    """Things were made of other things."""

    type: Literal["TransformationEvent"]
    inputEPCList: _Epcs | None = None
    inputQuantityList: _Quantities | None = None
    outputEPCList: _Epcs | None = None
    outputQuantityList: _Quantities | None = None
    transformationID: Uri | None = None
    persistentDisposition: PersistentDisposition | None = None
    ilmd: Ilmd | None = None

    @model_validator(mode="after")
    def _whole(self) -> TransformationEvent:
        put_in, came_out = self.inputEPCList or self.inputQuantityList, self.outputEPCList or self.outputQuantityList
        enough = (put_in or came_out) if self.transformationID else (put_in and came_out)
        if not enough:
            raise ValueError("does not say what was put in and what came out")
        return _each_once(self, "inputEPCList", "outputEPCList")


EVENTS: Final[Mapping[str, type[Event]]] = {
    "ObjectEvent": ObjectEvent,
    "AggregationEvent": AggregationEvent,
    "AssociationEvent": AssociationEvent,
    "TransactionEvent": TransactionEvent,
    "TransformationEvent": TransformationEvent,
}
