"""What is taken as an EPCIS event: what GS1's schema takes, and nothing that it refuses; each fault with its place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ledger.domain.errors import Invalid
from tests.support.epcis_reference import CONTEXT, document_of
from tests.support.gs1_schemas import faults_of, judged
from tests.unit.domain.test_epcis_hash import DEPARTING, EVENTS, EXTENDED
from web.api.epcis_body import read_events

NAMED = EXTENDED | {"example": "https://ns.example.com/epcis/"}
WHOLE: dict[str, Any] = {
    **DEPARTING,
    "bizLocation": {"id": "urn:epc:id:sgln:4012345.00011.0"},
    "certificationInfo": "https://accreditation.example/1",
    "errorDeclaration": {
        "declarationTime": "2026-11-07T14:00:00.000+01:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:0b9f0a7e-6c3e-4c93-8f6c-3d2f5c9a1b11"],
        "example:why": "typing",
    },
    "persistentDisposition": {"set": ["completeness_verified"]},
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200, "uom": "KGM"}],
    "sensorElementList": EVENTS["measured"]["sensorElementList"],
}


@pytest.mark.parametrize("name", [one for one in EVENTS if one != "fitted"])
def test_good_events_are_taken(name: str) -> None:
    # In JSON the standard's words stand bare.
    event = EVENTS[name] | ({"bizStep": "packing"} if name == "packed" else {})
    document = document_of(event, **NAMED)
    assert faults_of(document) == []
    good, faults = read_events(document)
    assert faults == []
    assert [one.event for one in good] == [event]
    assert good[0].contexts == document["@context"]


def test_one_event_and_a_list_of_events_say_their_own_context() -> None:
    alone = {"@context": [CONTEXT, NAMED], **WHOLE}
    assert faults_of(alone) == []
    for body in (alone, [alone, alone]):
        good, faults = read_events(body)
        assert faults == []
        assert {tuple(map(str, one.contexts)) for one in good} == {tuple(map(str, alone["@context"]))}
    _, faults = read_events([WHOLE])
    assert [(one.where, one.what) for one in faults] == [("[0].@context", "is missing.")]
    assert faults_of(WHOLE) or not judged()


BROKEN: list[tuple[str, Any, str]] = [
    ("eventTime", None, "eventTime"),
    ("eventTime", "yesterday", "eventTime"),
    ("eventTime", 1_700_000_000, "eventTime"),
    ("eventTime", ..., "eventTime"),
    ("eventTimeZoneOffset", "+1", "eventTimeZoneOffset"),
    ("eventTimeZoneOffset", "+14:30", "eventTimeZoneOffset"),
    ("eventID", "not a uri", "eventID"),
    ("type", "ObjectEvents", "type"),
    ("type", 5, "type"),
    ("action", "MAYBE", "action"),
    ("action", ..., "action"),
    ("epcList", "urn:epc:id:sgtin:0614141.011111.987", "epcList"),
    ("epcList", ["no uri at all"], "epcList[0]"),
    ("epcList", [5], "epcList[0]"),
    ("epcList", ["urn:a:b", "urn:a:b"], ""),
    ("bizStep", "shiping", "bizStep"),
    ("bizStep", "urn:epcglobal:cbv:bizstep:shipping", "bizStep"),
    ("disposition", "ok", "disposition"),
    ("persistentDisposition", {}, "persistentDisposition"),
    ("persistentDisposition", {"set": []}, "persistentDisposition.set"),
    ("persistentDisposition", {"set": ["active", "active"]}, "persistentDisposition"),
    ("persistentDisposition", {"set": ["stolen"], "also": []}, "persistentDisposition.also"),
    ("readPoint", {}, "readPoint.id"),
    ("readPoint", "urn:epc:id:sgln:4012345.00011.0", "readPoint"),
    ("bizTransactionList", [{"type": "po"}], "bizTransactionList[0].bizTransaction"),
    ("bizTransactionList", [{"type": "order", "bizTransaction": "urn:a:b"}], "bizTransactionList[0].type"),
    ("sourceList", [{"source": "urn:a:b"}], "sourceList[0].type"),
    ("destinationList", [{"type": "location", "destination": "urn:a:b", "x": 1}], "destinationList[0].x"),
    ("quantityList", [{"epcClass": "urn:a:b", "quantity": "2"}], "quantityList[0].quantity"),
    ("quantityList", [{"epcClass": "urn:a:b", "quantity": True}], "quantityList[0].quantity"),
    ("quantityList", [{"epcClass": "urn:a:b", "uom": "kg"}], "quantityList[0].uom"),
    ("sensorElementList", [{"sensorReport": []}], "sensorElementList[0].sensorReport"),
    ("sensorElementList", [{"sensorReport": [{"value": 1}]}], "sensorElementList[0].sensorReport[0].type"),
    ("errorDeclaration", {"reason": "incorrect_data"}, "errorDeclaration.declarationTime"),
    ("errorDeclaration", {"declarationTime": "2026-11-07T14:00:00Z", "reason": "oops"}, "errorDeclaration.reason"),
    ("certificationInfo", [1], "certificationInfo[0]"),
    ("ilmd", {"example:lot": "1"}, ""),
    ("colour", "red", ""),
]


@pytest.mark.parametrize(("name", "value", "where"), BROKEN)
def test_what_gs1s_schema_refuses_is_refused_at_its_place(name: str, value: Any, where: str) -> None:
    event = copy.deepcopy(WHOLE)
    if value is ...:
        del event[name]
    else:
        event[name] = value
    document = document_of(WHOLE, event, **NAMED)
    assert faults_of(document) or not judged()
    good, faults = read_events(document)
    assert len(good) == 1
    place = "epcisBody.eventList[1]"
    assert faults[0].where == (f"{place}.{where}" if where else place), faults
    assert faults[0].what


@pytest.mark.parametrize(
    "event",
    [
        {**EVENTS["packed"], "childEPCs": [], "childQuantityList": []},
        {name: value for name, value in EVENTS["fitted"].items() if name not in ("parentID", "comment")},
        {**EVENTS["sold against an order"], "bizTransactionList": []},
        {**EVENTS["made of parts"], "inputEPCList": [], "inputQuantityList": [], "transformationID": "no uri"},
        {name: value for name, value in DEPARTING.items() if name != "epcList"},
    ],
)
def test_an_event_that_says_too_little_is_refused(event: dict[str, Any]) -> None:
    document = document_of(event, **NAMED)
    assert faults_of(document) or not judged()
    assert read_events(document)[1]


@pytest.mark.parametrize(
    "change",
    [
        {"@context": 5},
        {"schemaVersion": 2},
        {"creationDate": "now"},
        {"epcisBody": {}},
        {"colour": "red"},
        {"epcisBody": None},
    ],
)
def test_an_envelope_that_is_not_right_is_refused_whole(change: dict[str, Any]) -> None:
    document = document_of(DEPARTING, **NAMED) | change
    assert faults_of(document) or not judged()
    with pytest.raises(Invalid):
        read_events(document)


@pytest.mark.parametrize("body", [None, 5, "text", {}, {"type": "EPCISQueryDocument"}, {"type": ["ObjectEvent"]}])
def test_what_is_neither_document_nor_event_is_refused(body: Any) -> None:
    with pytest.raises(Invalid, match=r"no EPCIS 2\.0 document"):
        read_events(body)
