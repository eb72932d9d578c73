"""The mapping to EPCIS: whatever the contract can tell is valid, has the reference's hash, and names no owner."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.domain.epcis import NAMES, TOLD, Fact, document, epcis_events, query_document, standing_alone
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import Gtin
from ledger.domain.inspections import (
    Authenticity,
    InspectionFacts,
    Method,
    Remark,
    Service,
    WithdrawalReason,
    pack_code,
)
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind
from tests.support.epcis_reference import document_of, reference_hashes
from tests.support.gs1_schemas import faults_of

GTIN = Gtin("09521234543213")
OWNER = "0x" + "0a" * 20
SIGNER = "0x" + "5e" * 20
CONTRACT = "0x" + "c0" * 20
WORDS = {"active", "commissioning", "owning_party"}
"""The reference takes these for the standard's own words, wherever in an event they stand; no field is one of them."""

hashes = st.binary(min_size=32, max_size=32)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).map(str.strip)
numbers = st.sampled_from(["007", "1e3", "24.0", "0.50", "+5", "1_000", "nan", "-0", "12345678901234567890123"])


def has_a_reference(text: str) -> bool:
    """The reference breaks off at what it reads as an infinite number, and reads a colon as the end of a prefix."""
    try:
        return bool(text) and text not in WORDS and ":" not in text and not math.isinf(float(text))
    except ValueError:
        return True


plain = texts.filter(has_a_reference)
field_values = st.one_of(
    plain,
    numbers,
    st.integers(0, 9_999),
    st.lists(plain, min_size=1, max_size=3),
    st.just("https://cdn.example/photos/1.jpg"),
)
fields = st.dictionaries(st.sampled_from(sorted(FIELDS)), field_values, max_size=5)
serials = st.text("ABCXYZ0189az%/&'\"()*+,-.:;<=>?_!", min_size=1, max_size=20).filter(lambda s: s not in (".", ".."))


def told(name: str, **args: Any) -> ChainEvent:
    return ChainEvent(12, 1_767_225_600, 3, b"\x11" * 32, name, {"statement": b"\x22" * 32, **args})


def recorded(kind: RecordKind, facts: bytes, nonce: int = 7, about: int = 0, date: int = 1_767_000_000) -> ChainEvent:
    party = {"party": 2, "accreditor": 0, "signer": SIGNER, "report": b"\x33" * 32}
    return told("Recorded", kind=int(kind), facts=facts, about=about, date=date, nonce=nonce, item=1, **party)


def state(owners: int = 1, flags: Flag = Flag.CLAIMED) -> ItemState:
    return ItemState(1, 1 << 32 | 1, OWNER, bytes(32), flags=flags, owners=owners)


def fact(event: ChainEvent, serial: str = "7K3M9QX2TP4W", **more: Any) -> Fact:
    return Fact(event, GTIN, serial, 31_337, CONTRACT, **more)


INSPECTED = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 2, "B").pack()
FAKE = InspectionFacts(Authenticity.NOT_GENUINE, Method.PHOTOS).pack()
party = {"party": 1, "nonce": 5, "signer": SIGNER, "ref": bytes(32)}
inspections = st.builds(
    InspectionFacts,
    st.sampled_from(Authenticity),
    st.sampled_from(Method),
    st.integers(1, 255),
    st.sampled_from([None, *"ABCDE"]),
    st.integers(0, 7).map(Remark),
    st.integers(0, 255),
).map(InspectionFacts.pack)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """Any fact that the contract and our tables can hold."""
    name = draw(st.sampled_from([*TOLD, "ItemOpened", "Cancelled"]))
    serial, more = draw(serials), {}
    args: dict[str, Any] = dict(party)
    match name:
        case "BatchRegistered":
            args = {"batch": 1 << 32 | 1, "count": 9, "signer": SIGNER}
            more["fields"] = draw(fields)
        case "ItemAmended":
            more["fields"] = draw(st.one_of(st.none(), fields))
        case "Claimed" | "HandedOver" | "RecoveryCompleted":
            args = {"newOwner": OWNER, "recipient": OWNER}
            more["after"] = draw(st.one_of(st.none(), st.integers(1, 40).map(state)))
        case "OwnerReported":
            args = {"kind": int(draw(st.sampled_from(OwnerReportKind))), "owner": OWNER}
            more["before"] = draw(st.sampled_from([None, state(), state(flags=Flag.CLAIMED | Flag.STOLEN)]))
        case "Marked" | "BatchMarked":
            args |= {"kind": int(draw(st.sampled_from(MarkKind))), "until": draw(st.integers(0, 2**40 - 1))}
        case "Recorded":
            return fact(draw(records()), serial, about=draw(st.one_of(st.none(), records().map(fact))))
    return fact(told(name, **args), serial, **more)


@st.composite
def records(draw: st.DrawFn) -> ChainEvent:
    kind = draw(st.sampled_from(RecordKind))
    packed = {
        RecordKind.SERVICE: st.sampled_from(Service).map(pack_code),
        RecordKind.WITHDRAWAL: st.sampled_from(WithdrawalReason).map(pack_code),
    }.get(kind, inspections)
    date = draw(st.sampled_from([0, 1, 1_767_000_000, 2**40 - 1]))
    return recorded(kind, draw(st.one_of(packed, hashes)), draw(st.integers(0, 2**256 - 1)), 7, date)


@settings(max_examples=150, deadline=None)
@given(facts())
def test_whatever_is_told_is_valid_and_has_the_hash_that_the_reference_gives_it(one: Fact) -> None:
    events = epcis_events(one)
    assert bool(events) == (one.event.name in TOLD)
    assert faults_of(document(events, 1_767_225_600)) == []
    assert faults_of(query_document(events, 1_767_225_600)) == []
    for event in events:
        assert faults_of(standing_alone(event)) == []
        assert reference_hashes(document_of(event, **NAMES)) == [event["eventID"]]


@settings(max_examples=100, deadline=None)
@given(facts())
def test_no_owner_is_named(one: Fact) -> None:
    assert OWNER not in json.dumps(epcis_events(one))
    assert OWNER[2:] not in json.dumps(epcis_events(one))


def only(one: Fact) -> Mapping[str, Any]:
    [event] = epcis_events(one)
    return event


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (fact(told("BatchRegistered", batch=1 << 32 | 1, signer=SIGNER)), ("ADD", "commissioning", "active")),
        (fact(told("Claimed"), after=state(1)), ("OBSERVE", "retail_selling", "retail_sold")),
        (fact(told("HandedOver"), after=state(2)), ("OBSERVE", "other", None)),
        (fact(recorded(RecordKind.INSPECTION, INSPECTED)), ("OBSERVE", "inspecting", "conformant")),
        (fact(recorded(RecordKind.INSPECTION, FAKE)), ("OBSERVE", "inspecting", "non_conformant")),
        (fact(recorded(RecordKind.SERVICE, pack_code(Service.REPAIR))), ("OBSERVE", "repairing", None)),
        (fact(recorded(RecordKind.SERVICE, pack_code(Service.PART_REPLACED))), ("OBSERVE", "replacing", None)),
        (fact(told("Retired", **party)), ("DELETE", "destroying", "destroyed")),
        (fact(told("Contested")), ("OBSERVE", "other", None)),
    ],
)
def test_each_fact_has_its_words(one: Fact, expected: tuple[str, str, str | None]) -> None:
    event = only(one)
    assert (event["action"], event["bizStep"], event.get("disposition")) == expected
    assert event["epcList"] == ["https://id.gs1.org/01/09521234543213/21/7K3M9QX2TP4W"]
    assert event["eventTimeZoneOffset"] == "+00:00"


@pytest.mark.parametrize(
    ("authenticity", "remarks", "disposition"),
    [
        (Authenticity.INCONCLUSIVE, Remark(0), "unknown"),
        (Authenticity.NOT_SUPPORTED, Remark(0), "unknown"),
        (Authenticity.CONSISTENT, Remark.CODE_MOVED, "mismatch_instance"),
    ],
)
def test_what_an_inspector_cannot_tell_is_never_told_as_no(
    authenticity: Authenticity, remarks: Remark, disposition: str
) -> None:
    packed = InspectionFacts(authenticity, Method.IN_HAND, remarks=remarks).pack()
    assert only(fact(recorded(RecordKind.INSPECTION, packed)))["disposition"] == disposition


@pytest.mark.parametrize(
    ("kind", "lasting"),
    [
        (MarkKind.THEFT, {"set": ["stolen"]}),
        (MarkKind.SETTLE_THEFT, {"unset": ["stolen"]}),
        (MarkKind.RECALL_BATCH, {"set": ["recalled"]}),
        (MarkKind.LIFT_RECALL, {"unset": ["recalled"]}),
        (MarkKind.DISPUTE, None),
    ],
)
def test_what_lasts_is_set_and_unset(kind: MarkKind, lasting: dict[str, list[str]] | None) -> None:
    assert only(fact(told("Marked", kind=int(kind), **party))).get("persistentDisposition") == lasting


def test_found_takes_back_a_theft_only_where_there_was_one() -> None:
    found = told("OwnerReported", kind=int(OwnerReportKind.FOUND))
    assert "persistentDisposition" not in only(fact(found, before=state(flags=Flag.CLAIMED | Flag.LOST)))
    assert only(fact(found, before=state(flags=Flag.STOLEN)))["persistentDisposition"] == {"unset": ["stolen"]}


def test_owners_have_the_same_pseudonym_in_every_event_and_another_one_in_another_item() -> None:
    first = only(fact(told("Claimed"), after=state(1)))["destinationList"][0]["destination"]
    handed = only(fact(told("HandedOver"), after=state(2)))
    assert handed["sourceList"] == [{"type": "owning_party", "source": first}]
    assert handed["destinationList"][0]["destination"] != first
    elsewhere = only(fact(told("Claimed"), "OTHER", after=state(1)))
    assert elsewhere["destinationList"][0]["destination"] != first


def test_a_correction_is_the_wrong_event_declared_wrong_and_the_right_one() -> None:
    wrong = fact(recorded(RecordKind.INSPECTION, INSPECTED))
    right = fact(recorded(RecordKind.CORRECTION, FAKE, nonce=8, about=7), about=wrong)
    declared, new = epcis_events(right)
    assert declared["eventID"] == only(wrong)["eventID"]
    assert declared["errorDeclaration"]["correctiveEventIDs"] == [new["eventID"]]
    assert (declared["disposition"], new["disposition"]) == ("conformant", "non_conformant")
    assert "errorDeclaration" not in new


@pytest.mark.parametrize(
    ("reason", "word"),
    [(WithdrawalReason.WRONG_ITEM, "did_not_occur"), (WithdrawalReason.MISTAKE, "incorrect_data")],
)
def test_a_withdrawal_declares_the_record_wrong_and_adds_nothing(reason: WithdrawalReason, word: str) -> None:
    wrong = fact(recorded(RecordKind.SERVICE, pack_code(Service.REPAIR)))
    declared = only(fact(recorded(RecordKind.WITHDRAWAL, pack_code(reason), nonce=8, about=7), about=wrong))
    assert declared["eventID"] == only(wrong)["eventID"]
    assert declared["errorDeclaration"] == {"declarationTime": "2026-01-01T00:00:00Z", "reason": word}


def test_the_day_that_a_record_names_counts_unless_it_lies_ahead() -> None:
    assert only(fact(recorded(RecordKind.INSPECTION, INSPECTED, date=86_400)))["eventTime"] == "1970-01-02T00:00:00Z"
    late = only(fact(recorded(RecordKind.INSPECTION, INSPECTED, date=2**40 - 1)))
    assert late["eventTime"] == late["recordTime"] == "2026-01-01T00:00:00Z"


def test_the_fields_that_everyone_may_see_are_the_items_own_data() -> None:
    one = fact(told("BatchRegistered", batch=1 << 32 | 1), fields={"model_ref": "Sac", "materials": ["wool", "silk"]})
    assert only(one)["ilmd"] == {"touchmark:model_ref": "Sac", "touchmark:materials": ["wool", "silk"]}
    assert only(one)["touchmark:party"] == 1
