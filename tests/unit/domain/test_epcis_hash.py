"""The event hash: equal to GS1's published ones, and to what its reference implementation says of any event."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ledger.domain.epcis_hash import event_hash, namespaces_of, pre_hash
from ledger.domain.epcis_links import canonical_link, item_of
from tests.support.epcis_reference import document_of, reference_hashes, reference_pre_hashes

EXTENDED = {"ex": "https://ns.example.com/epcis/", "two": "https://two.example.com/ns/"}
WHEN = {"eventTime": "2026-03-04T11:00:30.25+01:00", "eventTimeZoneOffset": "+01:00"}

DEPARTING: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2020-03-04T11:00:30+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:0614141.011111.987"],
    "action": "OBSERVE",
    "bizStep": "departing",
    "disposition": "in_transit",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0", "example:myField1": "AB-12"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "destinationList": [{"type": "owning_party", "destination": "urn:epc:id:pgln:0614141.00000"}],
    "example:userExt": "CD-34",
}
"""Example 3 of the reference implementation's description of the algorithm."""

EVENTS: dict[str, dict[str, Any]] = {
    "departing": DEPARTING,
    "packed": {
        "type": "AggregationEvent",
        **WHEN,
        "parentID": "urn:epc:id:sscc:4012345.1112223334",
        "childEPCs": ["urn:epc:id:sgtin:4012345.011122.25", "https://x.example/01/09521234543213/21/B"],
        "childQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10.50, "uom": "KGM"}],
        "action": "ADD",
        "bizStep": "urn:epcglobal:cbv:bizstep:packing",
        "bizLocation": {"id": "urn:epc:id:sgln:4012345.00001.0"},
    },
    "sold against an order": {
        "type": "TransactionEvent",
        **WHEN,
        "bizTransactionList": [
            {"type": "inv", "bizTransaction": "https://shop.example/invoices/7.0"},
            {"type": "po", "bizTransaction": "urn:epc:id:gdti:0614141.00001.1618034"},
        ],
        "epcList": ["urn:epc:id:sgtin:4012345.077889.27", "urn:epc:id:sgtin:4012345.077889.25"],
        "action": "ADD",
        "certificationInfo": ["https://b.example/2", "https://a.example/1"],
    },
    "made of parts": {
        "type": "TransformationEvent",
        **WHEN,
        "inputEPCList": ["urn:epc:id:sgtin:4012345.011122.25"],
        "inputQuantityList": [
            {"epcClass": "urn:epc:idpat:sgtin:4012345.066666.*", "quantity": 220},
            {"epcClass": "urn:epc:class:lgtin:0614141.077777.987", "quantity": 30.0},
        ],
        "outputEPCList": ["urn:epc:id:sgtin:4012345.077889.26", "urn:epc:id:sgtin:4012345.077889.25"],
        "transformationID": "urn:epc:id:gdti:0614141.12345.400",
        "bizStep": "commissioning",
        "ilmd": {"ex:lot": "0042", "ex:parts": ["b", "a", "12.0"], "two:deep": {"ex:x": {"two:y": "1e3"}}},
        "persistentDisposition": {"set": ["completeness_verified", "active"], "unset": ["completeness_inferred"]},
    },
    "fitted": {
        "type": "AssociationEvent",
        **WHEN,
        "parentID": "urn:epc:id:grai:4012345.55555.987",
        "childEPCs": ["urn:epc:id:giai:4000001.12345"],
        "action": "ADD",
        "bizStep": "assembling",
        "readPoint": {"id": "geo:47.5,11.1"},
        "ex:list": ["one", "two", {"ex:three": "3"}],
        "comment": "left out",
    },
    "measured": {
        "type": "ObjectEvent",
        **WHEN,
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "time": "2026-04-02T13:05:00.1415Z",
                    "deviceID": "urn:epc:id:giai:4000001.111",
                    "bizRules": "https://example.com/253/4012345000054987",
                    "ex:more": "text",
                },
                "sensorReport": [
                    {"type": "Temperature", "value": 26.0, "uom": "CEL", "sDev": 0.1},
                    {"type": "AbsoluteHumidity", "value": 12.1, "uom": "A93", "component": "x"},
                    {"type": "Temperature", "exception": "ALARM_CONDITION", "ex:more": "1"},
                ],
                "ex:also": "yes",
            }
        ],
    },
    "every key": {
        "type": "ObjectEvent",
        **WHEN,
        "epcList": [
            "urn:epc:id:sgtin:4012345.012345.12!(,)*+:%2F",
            "urn:epc:id:sscc:4012345.0000000333",
            "urn:epc:id:grai:4012345.66666.87",
            "urn:epc:id:giai:4012345.AAbb",
            "urn:epc:id:gsrn:4012345.9876540000",
            "urn:epc:id:gsrnp:4012345.0000098765",
            "urn:epc:id:gdti:4012345.55555.98",
            "urn:epc:id:cpi:4012345.ABC.123",
            "urn:epc:id:sgcn:4012345.99999.44",
            "urn:epc:id:ginc:4012345.333",
            "urn:epc:id:gsin:4012345.999987654",
            "urn:epc:id:itip:4012345.012345.01.02.999",
            "urn:epc:id:upui:4012345.012345.AB12",
            "urn:epc:id:sgln:4012345.00011.987",
            "https://x.example/path/01/09521234543213/21/7K3M9QX2TP4W?17=261231",
            "https://id.gs1.org/01/09521234543213/21/7K%2F3",
            "https://x.example/gtin/952123454321/ser/ABC",
            "https://x.example/8004/4000001111",
            "urn:uuid:0b9f0a7e-6c3e-4c93-8f6c-3d2f5c9a1b11",
        ],
        "quantityList": [
            {"epcClass": f"urn:epc:{one}"}
            for one in (
                "class:lgtin:4054739.099914.20160711",
                "idpat:sgtin:4054739.099914.*",
                "idpat:gdti:4012345.55555.*",
                "idpat:cpi:4012345.ABC.*",
                "idpat:itip:4012345.012345.01.02.*",
                "idpat:upui:4012345.012345.*",
            )
        ],
        "action": "OBSERVE",
    },
}


def test_a_published_event_has_its_published_hash() -> None:
    named = {"example": "https://ns.example.com/epcis/"}
    assert reference_hashes(document_of(DEPARTING, **named)) == [event_hash(DEPARTING, named)]


@pytest.mark.parametrize("name", EVENTS)
def test_each_kind_of_event_is_hashed_as_the_reference_does(name: str) -> None:
    named = EXTENDED | {"example": "https://ns.example.com/epcis/"}
    document = document_of(EVENTS[name], **named)
    [told] = reference_pre_hashes(document)
    assert pre_hash(EVENTS[name], named) == told
    assert [event_hash(EVENTS[name], named)] == reference_hashes(document)


def test_the_id_and_the_record_time_and_the_error_declaration_do_not_count() -> None:
    more = {
        "eventID": "urn:uuid:0b9f0a7e-6c3e-4c93-8f6c-3d2f5c9a1b11",
        "recordTime": "2026-03-05T00:00:00Z",
        "errorDeclaration": {"declarationTime": "2026-03-06T00:00:00Z", "reason": "incorrect_data"},
    }
    assert event_hash(DEPARTING | more, {}) == event_hash(DEPARTING, {})
    assert event_hash(DEPARTING | {"action": "ADD"}, {}) != event_hash(DEPARTING, {})


def test_a_time_without_an_offset_has_no_hash() -> None:
    with pytest.raises(ValueError, match="offset"):
        event_hash(DEPARTING | {"eventTime": "2026-03-04T11:00:30"}, {})


@pytest.mark.parametrize(
    ("uri", "canonical"),
    [
        (
            "https://x.example/a/01/09521234543213/22/V/10/L/21/S1?17=261231",
            "https://id.gs1.org/01/09521234543213/21/S1",
        ),
        ("https://x.example/01/9521234543213", "https://id.gs1.org/01/09521234543213"),
        ("urn:epc:id:sgln:4012345.00011.0", "https://id.gs1.org/414/4012345000115"),
        ("urn:epc:id:sgtin:0614141.011111.98.7", "https://id.gs1.org/01/00614141111114/21/98.7"),
        ("urn:epc:id:sgtin:0614141.01111.987", None),
        ("urn:epc:id:none:1", None),
        ("https://x.example/about", None),
        ("geo:1,2", None),
    ],
)
def test_an_identifier_has_one_form(uri: str, canonical: str | None) -> None:
    assert canonical_link(uri) == canonical


@pytest.mark.parametrize(
    ("epc", "item"),
    [
        ("urn:epc:id:sgtin:952123.0454321.7K3M9QX2TP4W", ("09521234543213", "7K3M9QX2TP4W")),
        ("urn:epc:id:sgtin:952123.0454321.a%2Fb%25c", ("09521234543213", "a/b%c")),
        ("https://any.example/p/01/09521234543213/10/L/21/a%2Fb", ("09521234543213", "a/b")),
        ("https://id.gs1.org/01/09521234543214/21/A", None),
        ("https://id.gs1.org/01/09521234543213", None),
        ("https://id.gs1.org/00/012345678901234567", None),
        ("https://id.gs1.org/01/09521234543213/21/" + "A" * 21, None),
    ],
)
def test_an_epc_names_an_item_or_none(epc: str, item: tuple[str, str] | None) -> None:
    assert item_of(epc) == item


def test_prefixes_come_from_every_part_of_a_context() -> None:
    context = [
        "https://a.example/c.jsonld",
        {"a": "https://a.example/"},
        {"b": "https://b.example/", "c": {"@id": "x"}},
    ]
    assert namespaces_of(context) == {"a": "https://a.example/", "b": "https://b.example/"}
    assert namespaces_of("https://a.example/c.jsonld") == {}


@pytest.mark.parametrize(
    "more",
    [
        {"ex:text": "https://x.example" + "/01/0000a" * 100_000 + "#"},
        {"ex:text": "urn:epc:id:sgtin:" + "1." * 500_000},
        {"ex:text": "9" * 1_000_000},
        {"readPoint": {"id": "urn:a:b", **{f"ex:{n}": "1" for n in range(60_000)}}},
        {"epcList": [f"https://id.gs1.org/01/09521234543213/21/{n}" for n in range(30_000)]},
        {f"ex:{n}": "1" for n in range(60_000)},
    ],
    ids=["links in links", "a long urn", "a long number", "many fields of a place", "many things", "many fields"],
)
def test_a_hostile_event_takes_no_longer_than_its_size(more: dict[str, Any]) -> None:
    began = time.process_time()
    event_hash({"type": "ObjectEvent", **WHEN, **more}, EXTENDED)
    assert time.process_time() - began < 10
