"""EPCIS over a real chain: exports that GS1's schema and its hash agree with, and capture by whoever may."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Response

from ledger.domain.epcis_told import MOST_EVENTS
from ledger.domain.organisations import Scope
from ledger.services.scan_item import scan_item
from tests.support.epcis_reference import CONTEXT, document_of, reference_hashes
from tests.support.gs1_schemas import faults_of
from tests.web.api.asking import Asking, Person, claimed, made, path_of, registered, speak, with_codes
from tests.web.stage import GTIN, Stage
from web.api.epcis import _link

SENT_AT = "2026-03-04T11:00:30+01:00"


def link(item: dict[str, Any]) -> str:
    return f"https://id.gs1.org/01/{item['gtin']}/21/{item['serial']}"


def shipped(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": SENT_AT,
        "eventTimeZoneOffset": "+01:00",
        "epcList": [link(item)],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        **more,
    }


def judged(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A document's events, after GS1's schema and the reference of the hash have had their say."""
    assert faults_of(document) == []
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    assert reference_hashes(document) == [one["eventID"] for one in events]
    return events


@pytest.fixture(scope="module")
def lived(stage: Stage, brand: Asking, anyone: Asking, inspector: Asking) -> tuple[dict[str, Any], Person]:
    """An item that has lived: claimed, inspected, corrected, serviced and withdrawn, stolen and found, recalled."""
    [item] = registered(stage, brand, colour="noir", materials="wool;silk", size="007")
    owner = claimed(stage, anyone, item)
    named = {"gtin": item["gtin"], "serial": item["serial"]}
    seen = {**named, "authenticity": "consistent", "method": "in_hand", "persons": 2, "condition": "B"}
    first = inspector.post("/v1/inspections", seen, 202)
    second = inspector.post("/v1/services", {**named, "service": "repair"}, 202)
    stage.follow()
    about = {one["id"]: one["values"]["nonce"] for one in (first, second)}
    wrong = {**seen, "authenticity": "not_genuine", "about": str(about[first["id"]])}
    inspector.post("/v1/corrections", wrong, 202)
    inspector.post("/v1/withdrawals", {**named, "about": str(about[second["id"]]), "reason": "wrong_item"}, 202)
    stage.follow()
    for report in ("stolen", "found"):
        speak(anyone, anyone.post(path_of(item) + "/reports/draft", {"report": report}), owner)
        stage.follow()
    brand.post(path_of(item) + "/marks", {"mark": "recall", "reason": "The clasp."}, 202)
    brand.post(path_of(item) + "/amendments", {"fields": {"model_ref": "Y", "colour": "red"}}, 202)
    stage.follow()
    return item, owner


def test_an_items_life_is_told_in_events_that_the_standards_own_judges_accept(
    anyone: Asking, lived: tuple[dict[str, Any], Person]
) -> None:
    item, owner = lived
    response = anyone.ask("GET", path_of(item) + "/epcis")
    assert response.mimetype == "application/ld+json"
    assert response.headers["GS1-EPCIS-Version"] == "2.0.0"
    assert owner.address[2:] not in response.get_data(as_text=True).lower()
    events = judged(json.loads(response.data))
    assert {tuple(one["epcList"]) for one in events} == {(link(item),)}
    told = [(one["action"], one["bizStep"], one.get("disposition"), "errorDeclaration" in one) for one in events]
    assert told[:8] == [
        ("ADD", "commissioning", "active", False),
        ("OBSERVE", "retail_selling", "retail_sold", False),
        ("OBSERVE", "inspecting", "conformant", False),
        ("OBSERVE", "repairing", None, False),
        ("OBSERVE", "inspecting", "conformant", True),
        ("OBSERVE", "inspecting", "non_conformant", False),
        ("OBSERVE", "repairing", None, True),
        ("OBSERVE", "other", None, False),
    ]
    assert events[4]["eventID"] == events[2]["eventID"]
    assert events[4]["errorDeclaration"]["correctiveEventIDs"] == [events[5]["eventID"]]
    assert events[6]["errorDeclaration"]["reason"] == "did_not_occur"
    lasting = [one["persistentDisposition"] for one in events if "persistentDisposition" in one]
    assert lasting == [{"set": ["stolen"]}, {"unset": ["stolen"]}, {"set": ["recalled"]}]
    assert events[0]["ilmd"]["touchmark:size"] == "007"
    assert "touchmark:private_note" not in events[0]["ilmd"]
    assert events[-1]["touchmark:description"]["touchmark:colour"] == "red"


def test_a_line_for_each_event_is_the_same_events(anyone: Asking, lived: tuple[dict[str, Any], Person]) -> None:
    path = path_of(lived[0]) + "/epcis"
    whole = anyone.get(path)["epcisBody"]["eventList"]
    response = anyone.ask("GET", path, headers={"Accept": "application/x-ndjson"})
    lines = [json.loads(line) for line in response.get_data(as_text=True).splitlines()]
    assert [faults_of(one) for one in lines] == [[]] * len(lines)
    assert [{name: value for name, value in one.items() if name != "@context"} for one in lines] == whole


def test_an_items_events_come_page_by_page(anyone: Asking, lived: tuple[dict[str, Any], Person]) -> None:
    whole = anyone.get(path_of(lived[0]) + "/epcis")["epcisBody"]["eventList"]
    path, read = path_of(lived[0]) + "/epcis?limit=2", []
    while path:
        response = anyone.ask("GET", path)
        read += judged(json.loads(response.data))
        link_header = response.headers.get("Link", "")
        path = link_header[1 : link_header.index(">")] if link_header else ""
    assert read == whole


@pytest.mark.parametrize(("sent", "told"), [("A%3FB%3E%25%2FC",) * 2, ("A>B", "A%3EB")])
def test_the_next_page_of_a_serial_with_what_ends_a_path_is_that_items(anyone: Asking, sent: str, told: str) -> None:
    with anyone.app.test_request_context(f"/v1/items/{GTIN}/{sent}/epcis?limit=1"):
        response = Response()
        _link(response, {"cursor": "1-2"})
    assert response.headers["Link"] == f'</v1/items/{GTIN}/{told}/epcis?cursor=1-2>; rel="next"'


def test_an_item_whose_registration_is_not_final_has_no_events(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = with_codes(stage, brand, made(stage, brand, 1))
    anyone.get(path_of(item) + "/epcis", 404)
    stage.follow()
    assert len(judged(anyone.get(path_of(item) + "/epcis"))) == 1


@pytest.fixture(scope="module")
def batch(stage: Stage, brand: Asking, lived: tuple[dict[str, Any], Person]) -> tuple[str, list[dict[str, Any]]]:
    """A batch of items, one of them claimed, and its id."""
    items = registered(stage, brand, 5)
    with stage.ledger.store.read() as tx:
        found = tx.batches.item(int(items[0]["item"]))
    assert found is not None
    return found.batch_id, items


def test_a_batch_is_streamed_item_by_item(
    brand: Asking, rival: Asking, anyone: Asking, batch: tuple[str, list[dict[str, Any]]]
) -> None:
    name, items = batch
    events = judged(brand.get(f"/v1/batches/{name}/epcis"))
    assert [one["epcList"] for one in events] == [[link(item)] for item in items]
    alone = [judged(anyone.get(path_of(item) + "/epcis")) for item in items]
    assert [[one] for one in events] == alone
    lines = brand.ask("GET", f"/v1/batches/{name}/epcis", headers={"Accept": "application/x-ndjson"})
    assert [json.loads(line)["eventID"] for line in lines.get_data(as_text=True).splitlines()] == [
        one["eventID"] for one in events
    ]
    rival.get(f"/v1/batches/{name}/epcis", 404)
    anyone.get(f"/v1/batches/{name}/epcis", 401)


def read_all(asking: Asking, path: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = []
    while path:
        response = asking.ask("GET", path)
        assert response.status_code == 200, response.get_data(as_text=True)
        document = json.loads(response.data)
        assert faults_of(document) == []
        read += document["epcisBody"]["eventList"]
        link_header = response.headers.get("Link", "")
        path = link_header[1 : link_header.index(">")] if link_header else ""
    return read


def test_a_period_tells_an_organisation_everything_of_its_items_once(
    brand: Asking,
    rival: Asking,
    inspector: Asking,
    lived: tuple[dict[str, Any], Person],
    batch: tuple[str, list[dict[str, Any]]],
    anyone: Asking,
) -> None:
    item = lived[0]
    own = [one for one in read_all(brand, "/v1/epcis/events?perPage=500") if one["epcList"] == [link(item)]]
    assert own == anyone.get(path_of(item) + "/epcis")["epcisBody"]["eventList"]
    by_threes, whole = read_all(brand, "/v1/epcis/events?perPage=3"), read_all(brand, "/v1/epcis/events")
    assert by_threes == whole
    assert len({(one["eventID"], "errorDeclaration" in one) for one in whole}) == len(whole)
    assert all(link(one) in {epc for event in whole for epc in event["epcList"]} for one in batch[1])
    assert {one["bizStep"] for one in read_all(inspector, "/v1/epcis/events")} == {"inspecting", "repairing"}
    assert read_all(rival, "/v1/epcis/events") == []


def test_a_period_has_a_beginning_and_an_end(brand: Asking, lived: tuple[dict[str, Any], Person]) -> None:
    whole = read_all(brand, "/v1/epcis/events")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read_all(brand, f"/v1/epcis/events?from={tomorrow}") == []
    assert read_all(brand, f"/v1/epcis/events?LT_recordTime={tomorrow}") == whole
    assert read_all(brand, f"/v1/epcis/events?GE_recordTime=2020-01-01T00:00:00Z&to={tomorrow}") == whole
    queried = brand.get("/v1/epcis/events?form=query&perPage=2")
    assert faults_of(queried) == []
    assert queried["type"] == "EPCISQueryDocument"
    brand.get("/v1/epcis/events?nextPageToken=x", 422)
    brand.get("/v1/epcis/events?from=yesterday", 422)


# Capture


def timeline(stage: Stage, item: dict[str, Any]) -> str:
    response = (
        stage.apps[0].test_client().get(f"/01/{item['gtin']}/21/{item['serial']}", headers={"Accept": "text/html"})
    )
    return response.get_data(as_text=True)


def test_what_an_accredited_party_tells_is_shown_with_its_origin_and_changes_no_verdict(
    stage: Stage, brand: Asking, inspector: Asking, anyone: Asking
) -> None:
    [item] = registered(stage, brand)
    before = scan_item(stage.ledger, item["gtin"], item["serial"])
    event = shipped(item, bizStep="destroying", disposition="destroyed", persistentDisposition={"set": ["stolen"]})
    job = inspector.post("/v1/epcis/capture", document_of(event), 202)
    assert (job["success"], job["running"], job["taken"], job["known"]) == (True, False, 1, 0)
    assert inspector.get(f"/v1/epcis/capture/{job['captureID']}") == job
    after = scan_item(stage.ledger, item["gtin"], item["serial"])
    assert (after.facts.latest, after.standing.key, after.standing.lines) == (
        before.facts.latest,
        before.standing.key,
        before.standing.lines,
    )
    assert "Said to be destroyed. Told by Lux Check, not signed on the record." in timeline(stage, item)
    brand.get(f"/v1/epcis/capture/{job['captureID']}", 404)


def test_the_same_event_again_is_counted_and_not_kept_twice(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand)
    event = shipped(item)
    first = brand.post("/v1/epcis/capture", document_of(event, event), 202)
    assert (first["taken"], first["known"]) == (1, 1)
    again = brand.post("/v1/epcis/capture", document_of(event), 202)
    assert (again["taken"], again["known"], again["success"]) == (0, 1, True)
    assert timeline(stage, item).count("Shipped. Told by Maison Exemple, not signed on the record.") == 1
    [told] = [
        one
        for one in read_all(brand, "/v1/epcis/events")
        if one["epcList"] == [link(item)] and "touchmark:fact" not in one
    ]
    assert told["eventID"] == reference_hashes(document_of(event))[0]


def test_an_id_that_says_it_is_the_hash_has_to_be_it(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand)
    event = shipped(item)
    [right] = reference_hashes(document_of(event))
    wrong = right.replace(right[14:18], "0000")
    refused = brand.post("/v1/epcis/capture", document_of(event | {"eventID": wrong}), 422)
    assert refused["errors"][0]["where"] == "epcisBody.eventList[0].eventID"
    assert right in refused["errors"][0]["what"]
    brand.post("/v1/epcis/capture", document_of(event | {"eventID": right}), 202)
    named = event | {"eventID": "urn:uuid:0b9f0a7e-6c3e-4c93-8f6c-3d2f5c9a1b11"}
    brand.post("/v1/epcis/capture", document_of(named), 202)
    other = brand.post("/v1/epcis/capture", document_of(named | {"bizStep": "receiving"}), 422)
    assert other["errors"][0]["what"] == "is the id of another event that you told before."


def test_an_event_that_names_nothing_of_ours_is_refused_by_name_and_one_that_names_something_is_kept_whole(
    stage: Stage, brand: Asking
) -> None:
    [item] = registered(stage, brand)
    elsewhere = {"gtin": GTIN, "serial": "NOSUCHSERIAL"}
    refused = brand.post("/v1/epcis/capture", document_of(shipped(item), shipped(elsewhere)), 422)
    assert [one["where"] for one in refused["errors"]] == ["epcisBody.eventList[1]"]
    assert "NOSUCHSERIAL" in refused["errors"][0]["what"]
    mixed = shipped(item) | {"epcList": [link(item), link(elsewhere), "urn:epc:id:sscc:4012345.1112223334"]}
    job = brand.post("/v1/epcis/capture", document_of(mixed), 202)
    assert job["taken"] == 1


def test_good_events_are_kept_beside_bad_ones_only_for_who_says_so(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand)
    both = document_of(shipped(item), shipped(item, bizStep="shiping"))
    refused = brand.post("/v1/epcis/capture", both, 422)
    assert refused["errors"][0]["where"] == "epcisBody.eventList[1].bizStep"
    assert "Told by" not in timeline(stage, item)
    job = brand.post("/v1/epcis/capture", both, 202, headers={"GS1-Capture-Error-Behaviour": "proceed"})
    assert (job["sent"], job["taken"], job["success"]) == (2, 1, False)
    assert job["errors"][0]["where"] == "epcisBody.eventList[1].bizStep"
    assert "Told by" in timeline(stage, item)
    brand.post("/v1/epcis/capture", both, 422, headers={"GS1-Capture-Error-Behaviour": "maybe"})


def test_an_event_that_its_teller_declares_wrong_is_shown_as_taken_back(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand)
    event = shipped(item)
    declared = event | {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}}
    brand.post("/v1/epcis/capture", document_of(event), 202)
    job = brand.post("/v1/epcis/capture", document_of(declared), 202)
    assert job["taken"] == 1
    shown = timeline(stage, item)
    assert shown.count("Shipped.") == 1
    assert "Shipped. Told by Maison Exemple, who took it back." in shown


def test_what_a_stranger_tells_is_for_the_brand_and_the_stranger_alone(
    stage: Stage, brand: Asking, rival: Asking, platform: Asking
) -> None:
    [item] = registered(stage, brand)
    rival.post("/v1/epcis/capture", document_of(shipped(item, bizStep="destroying")), 202)
    platform.post("/v1/epcis/capture", document_of(shipped(item, bizStep="receiving")), 202)
    assert "Told by" not in timeline(stage, item)
    told = [one for one in read_all(brand, "/v1/epcis/events") if one["epcList"] == [link(item)]]
    assert [one["bizStep"] for one in told] == ["commissioning", "destroying", "receiving"]
    last = platform.get("/v1/epcis/events")
    assert [one["bizStep"] for one in last["epcisBody"]["eventList"]] == ["receiving"]
    origin = {"eventID": told[-1]["eventID"], "by": "Bazar", "domain": "bazar.example"}
    assert last["epcisHeader"] == {"touchmark:told": [origin]}


def test_one_event_a_list_and_a_urn_are_taken_too(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand)
    urn = f"urn:epc:id:sgtin:952123.0454321.{item['serial']}"
    alone = {"@context": CONTEXT, **shipped(item), "epcList": [urn]}
    assert brand.post("/v1/epcis/capture", alone, 202)["taken"] == 1
    more = alone | {"bizStep": "receiving"}
    # The link and the URN are two ways of writing one thing, so the event is the same.
    assert brand.post("/v1/epcis/capture", [alone | {"epcList": [link(item)]}, more], 202)["known"] == 1
    assert "Received. Told by Maison Exemple" in timeline(stage, item)


def test_a_capture_has_bounds(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand)
    many = document_of(*[shipped(item)] * (MOST_EVENTS + 1))
    brand.post("/v1/epcis/capture", many, 422)
    heavy = document_of(shipped(item, **{"ex:note": "x" * 2 * 1024 * 1024}), ex="https://ex.example/")
    brand.post("/v1/epcis/capture", heavy, 413)
    late = shipped(item, eventTime="2999-01-01T00:00:00Z")
    assert brand.post("/v1/epcis/capture", document_of(late), 422)["errors"][0]["what"] == "lies in the future."
    anyone.post("/v1/epcis/capture", document_of(shipped(item)), 401)
    reader = Asking(brand.app, stage.key("maison", Scope.READ))
    reader.post("/v1/epcis/capture", document_of(shipped(item)), 403)
    assert brand.get("/v1/epcis/capture?limit=1")["next"]


def test_an_item_that_is_not_registered_yet_is_nobodys_business(stage: Stage, brand: Asking, rival: Asking) -> None:
    name = made(stage, brand, 1)["id"]
    item = brand.get(f"/v1/batches/{name}/items")["items"][0]
    refused = rival.post("/v1/epcis/capture", document_of(shipped(item)), 422)
    assert "names no item of this ledger" in refused["errors"][0]["what"]
