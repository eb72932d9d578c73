"""The parts that EPCIS 2.0 events are made of, as they are taken: GS1's JSON schema, said in sentences.

Fields of the sender's own have a prefix (`example:colour`) or are whole URIs.
"""

# The fields have the standard's own names.
# ruff: noqa: N815
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
LONGEST: Final = 2_000
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_OLD_WORDS: Final = ("urn:epcglobal:cbv", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")


def is_uri(text: str) -> bool:
    return len(text) <= LONGEST and _URI.fullmatch(text) is not None


def _uri(text: str) -> str:
    if not is_uri(text):
        raise ValueError("is not a URI, such as https://id.gs1.org/01/09521234543213/21/7K3M9QX2TP4W")
    return text


def _moment(text: str) -> str:
    try:
        good = _MOMENT.fullmatch(text) is not None and 1900 <= datetime.fromisoformat(text).year < 3000
    except ValueError:
        good = False
    if not good:
        raise ValueError("is not a moment; write it as 2026-01-31T12:00:00.000+01:00, with its offset from UTC")
    return text


def _word(*words: str) -> AfterValidator:
    known = frozenset(words)

    def check(text: str) -> str:
        if text not in known and (not is_uri(text) or text.startswith(_OLD_WORDS)):
            raise ValueError(f"is none of the standard's words, such as “{words[0]}”, and no URI of your own")
        return text

    return AfterValidator(check)


Uri = Annotated[str, AfterValidator(_uri)]
Time = Annotated[str, AfterValidator(_moment)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
BizStep = Annotated[
    str,
    _word(
        *("shipping", "receiving", "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning"),
        *("creating_class_instance", "cycle_counting", "decommissioning", "departing", "destroying", "disassembling"),
        *("dispensing", "encoding", "entering_exiting", "holding", "inspecting", "installing", "killing", "loading"),
        *("other", "packing", "picking", "removing", "repackaging", "repairing", "replacing", "reserving"),
        *("retail_selling", "staging_outbound", "stock_taking", "stocking", "storing", "transporting", "unloading"),
        *("unpacking", "void_shipping", "sensor_reporting", "sampling"),
    ),
]
Disposition = Annotated[
    str,
    _word(
        *("in_transit", "active", "container_closed", "damaged", "destroyed", "dispensed", "disposed", "encoded"),
        *("expired", "in_progress", "inactive", "no_pedigree_match", "non_sellable_other", "partially_dispensed"),
        *("recalled", "reserved", "retail_sold", "returned", "sellable_accessible", "sellable_not_accessible"),
        *("stolen", "unknown", "available", "completeness_verified", "completeness_inferred", "conformant"),
        *("container_open", "mismatch_instance", "mismatch_class", "mismatch_quantity", "needs_replacement"),
        *("non_conformant", "unavailable"),
    ),
]
TransactionType = Annotated[
    str,
    _word(
        *("po", "bol", "cert", "desadv", "inv", "pedigree", "poc", "prodorder", "recadv", "rma", "testprd", "testres"),
        "upevt",
    ),
]
PartyType = Annotated[str, _word("owning_party", "possessing_party", "location")]
Reason = Annotated[str, _word("did_not_occur", "incorrect_data")]
Component = Annotated[
    str,
    _word(
        *("x", "y", "z", "axial_distance", "azimuth", "height", "spherical_radius", "polar_angle", "elevation_angle"),
        *("easting", "northing", "latitude", "longitude", "altitude"),
    ),
]
Unit = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]
Word = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Shape(BaseModel):
    """A part of an event. A field that may be left out is never null."""

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            left_out = [name for name, field in cls.model_fields.items() if not field.is_required()]
            empty = [name for name in left_out if name in value and value[name] is None]
            if empty:
                raise ValueError(f"has null under “{empty[0]}”; leave the field out")
        return value


class _Closed(Shape):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Open(Shape):
    """These fields, and others."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Extended(_Open):
    """What may hold fields of the sender's own: they have a prefix, or are whole URIs."""

    @model_validator(mode="after")
    def _prefixed(self) -> Extended:
        strange = [name for name in self.model_extra or {} if not is_uri(name)]
        if strange:
            raise ValueError(
                f"has a field “{strange[0][:60]}” that is not known; one of your own has a prefix, as ex:colour"
            )
        return self


class ErrorDeclaration(Extended):
    """That the event is wrong, since when, why, and what is right instead."""

    declarationTime: Time
    reason: Reason | None = None
    correctiveEventIDs: Annotated[list[Uri], Field(max_length=100)] | None = None


class QuantityElement(_Closed):
    """So much of a class of things."""

    epcClass: Uri
    quantity: Number | None = None
    uom: Unit | None = None


class PersistentDisposition(_Closed):
    """What stays true of the things until it is taken back."""

    set: Annotated[list[Disposition], Field(min_length=1, max_length=40)] | None = None
    unset: Annotated[list[Disposition], Field(min_length=1, max_length=40)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> PersistentDisposition:
        if not self.model_fields_set:
            raise ValueError("has neither “set” nor “unset”")
        for name in self.model_fields_set:
            values = getattr(self, name)
            if len(set(values)) != len(values):
                raise ValueError(f"says the same twice under “{name}”")
        return self


class Place(_Open):
    """Where."""

    id: Uri


class BizTransaction(_Closed):
    """A paper of the trade."""

    type: TransactionType | None = None
    bizTransaction: Uri


class Source(_Closed):
    """From whom or from where."""

    type: PartyType
    source: Uri


class Destination(_Closed):
    """To whom or to where."""

    type: PartyType
    destination: Uri


class SensorMetadata(Extended):
    """When and by what something was measured."""

    time: Time | None = None
    startTime: Time | None = None
    endTime: Time | None = None
    deviceID: Uri | None = None
    deviceMetadata: Uri | None = None
    rawData: Uri | None = None
    dataProcessingMethod: Uri | None = None
    bizRules: Uri | None = None


class SensorReport(Extended):
    """One thing that was measured."""

    type: Word
    exception: Word | None = None
    time: Time | None = None
    deviceID: Uri | None = None
    deviceMetadata: Uri | None = None
    rawData: Uri | None = None
    dataProcessingMethod: Uri | None = None
    bizRules: Uri | None = None
    microorganism: Uri | None = None
    chemicalSubstance: Uri | None = None
    coordinateReferenceSystem: Uri | None = None
    value: Number | None = None
    component: Component | None = None
    stringValue: Annotated[str, Field(max_length=LONGEST)] | None = None
    booleanValue: Annotated[bool, Strict()] | None = None
    hexBinaryValue: Annotated[str, Field(pattern=r"^[A-Fa-f0-9]+$", max_length=10_000)] | None = None
    uriValue: Uri | None = None
    minValue: Number | None = None
    maxValue: Number | None = None
    meanValue: Number | None = None
    sDev: Number | None = None
    percRank: Number | None = None
    percValue: Number | None = None
    uom: Annotated[str, Field(max_length=40)] | None = None


class SensorElement(Extended):
    """What sensors said."""

    sensorMetadata: SensorMetadata | None = None
    sensorReport: Annotated[list[SensorReport], Field(min_length=1, max_length=1_000)]
