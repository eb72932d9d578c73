"""The life of an item over HTTP, on a real chain: from a file to its second owner, and everything said of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ledger.domain.claim_codes import check_code
from tests.web.api.asking import Asking, Person, claim, claimed, made, path_of, registered, speak, with_codes
from tests.web.stage import Stage
from web.api.items import NEWEST


def verdict(anyone: Asking, item: dict[str, Any]) -> str:
    found: str = anyone.get(path_of(item))["verdict"]
    return found


def test_a_file_becomes_items_with_an_owner(stage: Stage, brand: Asking, anyone: Asking) -> None:
    batch = made(stage, brand, 3, colour="black")
    assert brand.get(f"/v1/batches/{batch['id']}")["state"] == "waiting_for_cards"
    items = with_codes(stage, brand, batch)
    assert brand.get(f"/v1/batches/{batch['id']}")["state"] == "queued"
    assert verdict(anyone, items[0]) == "pending"
    stage.follow()
    assert brand.get(f"/v1/batches/{batch['id']}")["state"] == "final"
    assert verdict(anyone, items[0]) == "unclaimed"
    sent = claim(anyone, items[0], Person.new())
    assert anyone.get(f"/v1/statements/{sent['id']}")["state"] == "queued"
    stage.follow()
    shown = anyone.get(path_of(items[0]))
    assert (shown["verdict"], shown["tick"], shown["owned"]) == ("held", True, True)
    assert shown["record"]["fields"] == {"model_ref": "Sac Lune 25", "colour": "black"}
    events = [one["event"] for one in anyone.get(path_of(items[0]) + "/timeline")["items"]]
    assert events == ["BatchRegistered", "ItemOpened", "Claimed"]
    assert [one["final"] for one in anyone.get(path_of(items[0]) + "/timeline")["items"]] == [True] * 3


def test_cards_are_fetched_until_they_are_confirmed_and_never_after(stage: Stage, brand: Asking) -> None:
    batch = made(stage, brand, 2)
    address = f"/v1/batches/{batch['id']}/cards"
    first, again = brand.ask("POST", address), brand.ask("POST", address)
    assert first.data == again.data
    assert first.headers["Content-Digest"].startswith("sha-256=:")
    assert first.headers["Cache-Control"] == "no-store"
    assert brand.ask("POST", address + "?format=pdf").data.startswith(b"%PDF")
    brand.post(address + "/confirm", {"sha256": "0" * 64}, 409)
    with_codes(stage, brand, batch)
    brand.post(address, status=409)


def test_labels_come_as_sheets_for_printers_and_for_printing_houses(stage: Stage, brand: Asking) -> None:
    batch = made(stage, brand, 4)
    address = f"/v1/batches/{batch['id']}/labels"
    assert brand.ask("GET", address).data.startswith(b"%PDF")
    assert brand.ask("GET", address + "?kind=test-page").data.startswith(b"%PDF")
    zpl = brand.ask("GET", address + "?kind=zpl&format=roll-50x25&dpi=300&first=2&last=3").data
    assert zpl.count(b"^XA") == 2
    assert brand.ask("GET", address + "?kind=csv").data.count(b"\r\n") == 5
    assert brand.get(address + "?format=none", 404)["type"] == "/problems/unknown"
    item = brand.get(f"/v1/batches/{batch['id']}/items")["items"][0]
    svg, png = (brand.ask("GET", f"{path_of(item)}/code.{kind}") for kind in ("svg", "png"))
    assert (svg.mimetype, png.mimetype) == ("image/svg+xml", "image/png")
    assert "sandbox" in svg.headers["Content-Security-Policy"]


def test_items_held_back_are_claimed_only_once_they_are_on_sale(stage: Stage, brand: Asking, anyone: Asking) -> None:
    items = registered(stage, brand, 3, on_sale=False)
    assert verdict(anyone, items[0]) == "not_on_sale_yet"
    anyone.post(path_of(items[0]) + "/claims/draft", {"new_owner": Person.new().address}, 409)
    wanted = [{"gtin": items[0]["gtin"], "serial": items[0]["serial"]}, {"code": items[1]["page"]}]
    assert brand.post("/v1/activations", {"items": wanted}) == {"activated": 2, "already": 0}
    table = f"serial;gtin\r\n{items[1]['serial']};{items[1]['gtin']}\r\n{items[2]['serial']};{items[2]['gtin']}\r\n"
    sent = {"data": table, "content_type": "text/csv"}
    wrong = brand.post("/v1/activations/csv", None, 422, **sent | {"data": table + f"NOBODY;{items[0]['gtin']}\r\n"})
    assert wrong["errors"][0]["where"] == "row 4"
    assert brand.post("/v1/activations/csv", **sent) == {"activated": 1, "already": 1}
    claimed(stage, anyone, items[0])
    assert verdict(anyone, items[0]) == "held"


def test_one_wrong_item_puts_none_on_sale(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand, 1, on_sale=False)
    wanted = [{"gtin": item["gtin"], "serial": item["serial"]}, {"gtin": item["gtin"], "serial": "7K3M9QX2TP4W"}]
    refused = brand.post("/v1/activations", {"items": wanted}, 422)
    assert refused["errors"][0]["where"] == "items[1]"
    assert brand.post("/v1/activations", {"items": wanted[:1]})["activated"] == 1


def test_a_wrong_card_is_counted_and_the_fifth_brings_a_pause(stage: Stage, brand: Asking, anyone: Asking) -> None:
    mine, other = registered(stage, brand, 2)
    for _ in range(5):
        refused = claim(anyone, mine, Person.new(), other["code"], 422)
        assert refused["type"] == "/problems/bad-signature"
    paused = anyone.ask("POST", path_of(mine) + "/claims/draft", json={"new_owner": Person.new().address})
    assert paused.status_code == 429
    assert 0 < int(paused.headers["Retry-After"]) <= 3600


def test_an_item_changes_hands_by_a_link_and_six_digits(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    owner, link, new = claimed(stage, anyone, item), Person.new(), Person.new()
    draft = anyone.post(path_of(item) + "/offers/draft", {"recipient": link.address})
    body = {"values": draft["values"], "signature": owner.sign(draft["signatures"][0]), "code": "482100"}
    offer = anyone.post("/v1/offers", body, 201)
    assert offer["needs_code"]
    assert offer["released_at"] is None
    at = f"/v1/offers/{offer['id']}"
    anyone.post(at + "/release", {"code": "000000"}, 422)
    assert anyone.post(at + "/release", {"code": "482100"})["values"] == draft["values"]
    wanted = {"new_owner": new.address, "code": "482100"}
    accept = anyone.post(at + "/acceptance/draft", wanted)
    assert [one["who"] for one in accept["signatures"]] == ["offering_owner", "new_owner", "link_key"]
    signed = [new.sign(accept["signatures"][1]), link.sign(accept["signatures"][2])]
    sent = anyone.post(at + "/acceptance", {**wanted, "head": accept["values"]["head"], "signatures": signed}, 202)
    stage.follow()
    assert anyone.get(f"/v1/statements/{sent['id']}")["state"] == "final"
    assert anyone.get(path_of(item) + "/timeline")["items"][-1]["event"] == "HandedOver"
    # What the first owner signed before counts no more.
    again = anyone.post(path_of(item) + "/cancellations/draft")
    speak(anyone, again, owner, status=422)
    assert speak(anyone, again, new)["state"] == "queued"


def test_five_wrong_digits_end_an_offer(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    draft = anyone.post(path_of(item) + "/offers/draft", {"recipient": Person.new().address})
    signature = owner.sign(draft["signatures"][0])
    offer = anyone.post("/v1/offers", {"values": draft["values"], "signature": signature, "code": "123456"}, 201)
    for _ in range(5):
        anyone.post(f"/v1/offers/{offer['id']}/release", {"code": "654321"}, 422)
    anyone.post(f"/v1/offers/{offer['id']}/release", {"code": "123456"}, 429)


def test_an_owner_reports_and_only_that_there_is_a_police_reference_is_told(
    stage: Stage, brand: Asking, anyone: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    told = {"report": "stolen", "police_reference": "Questura 2026/118", "reason": "Taken from a hotel room."}
    speak(anyone, anyone.post(path_of(item) + "/reports/draft", told), owner)
    assert verdict(anyone, item) == "reported_stolen"  # from the queue on
    stage.follow()
    shown = anyone.ask("GET", path_of(item))
    assert shown.get_json()["verdict"] == "reported_stolen"
    assert "Questura" not in shown.get_data(as_text=True)
    speak(anyone, anyone.post(path_of(item) + "/reports/draft", {"report": "found"}), owner)
    stage.follow()
    assert verdict(anyone, item) == "held"


def test_a_stranger_cannot_report_an_item(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    anyone.post(path_of(item) + "/reports/draft", {"report": "lost"}, 409)
    claimed(stage, anyone, item)
    draft = anyone.post(path_of(item) + "/reports/draft", {"report": "lost"})
    refused = speak(anyone, draft, Person.new(), status=422)
    assert refused["type"] == "/problems/bad-signature"


def test_inspections_are_recorded_corrected_and_withdrawn_and_all_stay(
    stage: Stage, brand: Asking, inspector: Asking, anyone: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    named = {"gtin": item["gtin"], "serial": item["serial"]}
    photo = inspector.post("/v1/evidence", status=201, data=picture(), content_type="image/png")
    facts = {"authenticity": "consistent", "method": "in_hand", "persons": 2, "condition": "A", "points": 31}
    report = {"basis": "Stitching and stamp agree."}
    first = inspector.post("/v1/inspections", {**named, **facts, "report": report, "evidence": [photo["sha256"]]}, 202)
    stage.follow()
    [entry] = anyone.get(path_of(item))["entries"]
    assert (entry["kind"], entry["by"], entry["authenticity"], entry["final"]) == (
        "inspection",
        "Lux Check",
        "consistent",
        True,
    )
    assert entry["report"] == report
    assert entry["evidence"] == [photo["sha256"]]
    assert entry["number"] == str(first["values"]["nonce"])
    assert anyone.ask("GET", f"/evidence/{photo['sha256']}").status_code == 200
    corrected = {**named, **facts, "authenticity": "inconclusive", "about": entry["number"]}
    inspector.post("/v1/corrections", corrected, 202)
    stage.follow()
    second = anyone.get(path_of(item))["entries"][-1]
    inspector.post("/v1/withdrawals", {**named, "about": second["number"], "reason": "mistake"}, 202)
    inspector.post("/v1/services", {**named, "service": "care"}, 202)
    stage.follow()
    entries = anyone.get(path_of(item))["entries"]
    assert [one["kind"] for one in entries] == ["inspection", "correction", "withdrawal", "service"]
    assert [one["undone"] for one in entries][:2] == ["final", "final"]


def test_an_answer_lists_the_newest_entries_and_says_how_many_there_are_before(
    stage: Stage, brand: Asking, anyone: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    named = {"gtin": item["gtin"], "serial": item["serial"]}
    for _ in range(NEWEST + 3):
        brand.post("/v1/services", {**named, "service": "care"}, 202)
    stage.follow()
    newest, whole = anyone.get(path_of(item)), anyone.get(path_of(item) + "?entries=all")
    assert (len(newest["entries"]), newest["earlier_entries"]) == (NEWEST, 3)
    assert (len(whole["entries"]), whole["earlier_entries"]) == (NEWEST + 3, 0)
    assert whole["entries"][3:] == newest["entries"]
    assert anyone.ask("GET", path_of(item) + "?entries=some").status_code == 422


def test_whoever_is_not_accredited_records_nothing(stage: Stage, brand: Asking, rival: Asking) -> None:
    [item] = registered(stage, brand, 1)
    body = {"gtin": item["gtin"], "serial": item["serial"], "authenticity": "not_genuine", "method": "photos"}
    assert rival.post("/v1/inspections", body, 403)["type"] == "/problems/forbidden"


def test_a_recall_tells_why_and_ends_when_it_is_lifted(stage: Stage, brand: Asking, anyone: Asking) -> None:
    items = registered(stage, brand, 2)
    words = {"reason": "The clasp can open.", "advice": "Bring it to any boutique."}
    brand.post(path_of(items[0]) + "/marks", {"mark": "recall", **words}, 202)
    stage.follow()
    assert verdict(anyone, items[0]) == "recalled"
    brand.post(path_of(items[0]) + "/marks", {"mark": "lift_recall"}, 202)
    stage.follow()
    assert verdict(anyone, items[0]) == "unclaimed"


def test_a_whole_batch_is_recalled(stage: Stage, brand: Asking, anyone: Asking) -> None:
    batch = made(stage, brand, 2)
    brand.post(f"/v1/batches/{batch['id']}/marks", {"mark": "recall"}, 409)
    items = with_codes(stage, brand, batch)
    stage.follow()
    brand.post(f"/v1/batches/{batch['id']}/marks", {"mark": "recall", "reason": "The dye stains."}, 202)
    stage.follow()
    assert [verdict(anyone, item) for item in items] == ["recalled", "recalled"]


def test_a_new_description_shows_that_there_was_another(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1, colour="black")
    fields = {"model_ref": "Sac Lune 25", "colour": "noir", "private_note": "seen by nobody"}
    sent = brand.post(path_of(item) + "/amendments", {"fields": fields}, 202)
    assert anyone.get(path_of(item))["record"]["fields"]["colour"] == "black"  # good news waits for the chain
    stage.follow()
    assert brand.get(f"/v1/statements/{sent['id']}")["state"] == "final"
    record = anyone.get(path_of(item))["record"]
    assert record["fields"] == {"model_ref": "Sac Lune 25", "colour": "noir"}
    assert record["amended"]
    assert record["earlier"] == [{"model_ref": "Sac Lune 25", "colour": "black"}]
    assert brand.post(path_of(item) + "/amendments", {"fields": fields}, 409)["type"] == "/problems/conflict"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"colour": "noir"}, "fields.model_ref"),
        ({"model_ref": "X", "nose": "long"}, "fields.nose"),
        ({"model_ref": "X", "made_on": "31.3.2026"}, "fields.made_on"),
    ],
)
def test_a_description_that_cannot_be_is_refused_by_field(
    stage: Stage, brand: Asking, fields: dict[str, str], where: str
) -> None:
    [item] = registered(stage, brand, 1)
    refused = brand.post(path_of(item) + "/amendments", {"fields": fields}, 422)
    assert [one["where"] for one in refused["errors"]] == [where]


def test_a_lost_card_is_replaced_and_only_the_new_code_claims(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    made_new = brand.post(path_of(item) + "/replace-code", {"reason": "The card was lost in the shop."}, 202)
    assert check_code(made_new["claim_code"]) == made_new["claim_code"]
    assert made_new["claim_url"] == f"{item['page']}#{made_new['claim_code']}"
    assert not made_new["opens_recovery"]
    stage.follow()
    assert "claim_code" not in brand.get(f"/v1/statements/{made_new['id']}")
    claim(anyone, item, Person.new(), status=422)
    claimed(stage, anyone, item, made_new["claim_code"])
    assert verdict(anyone, item) == "held"


def test_a_recovery_opens_and_its_end_waits_for_its_notice(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    anyone.post(path_of(item) + "/recovery/draft", {"new_owner": Person.new().address}, 409)
    assert brand.post(path_of(item) + "/replace-code", {}, 202)["opens_recovery"]
    stage.follow()
    assert verdict(anyone, item) == "disputed"
    anyone.post(path_of(item) + "/recovery/draft", {"new_owner": Person.new().address}, 409)
    speak(anyone, anyone.post(path_of(item) + "/cancellations/draft"), owner)
    stage.follow()
    assert verdict(anyone, item) == "held"


def test_an_item_is_retired_by_its_brand_and_with_its_owner(stage: Stage, brand: Asking, anyone: Asking) -> None:
    unowned, owned = registered(stage, brand, 2)
    brand.post(path_of(unowned) + "/retire", {"reason": "Destroyed in the shop."}, 202)
    owner = claimed(stage, anyone, owned)
    brand.post(path_of(owned) + "/retire", {}, 403)
    draft = brand.post(path_of(owned) + "/retire", {"draft": True})
    assert [one["who"] for one in draft["signatures"]] == ["party", "owner"]
    brand_key = Person(_kept_key(stage, "maison"))
    speak(anyone, draft, brand_key, owner)
    stage.follow()
    assert [verdict(anyone, one) for one in (unowned, owned)] == ["retired", "retired"]


def test_nothing_is_contested_that_was_listed_once(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    claimed(stage, anyone, item)
    assert anyone.post(path_of(item) + "/contest", status=409)["type"] == "/problems/conflict"


def test_keys_accreditations_and_anchors_are_said_in_one_call(stage: Stage, brand: Asking, anyone: Asking) -> None:
    key = Person.new()
    sent = [
        brand.post("/v1/signing-keys", {"address": key.address}, 202),
        brand.post("/v1/accreditations", {"organisation": "luxcheck"}, 202),
        brand.post("/v1/anchors", {"sha256": "ab" * 32}, 202),
    ]
    stage.follow()
    assert [brand.get(f"/v1/statements/{one['id']}")["state"] for one in sent] == ["final"] * 3
    # The new key speaks for the brand now: what is drafted is signed elsewhere.
    draft = brand.post("/v1/anchors", {"sha256": "cd" * 32, "draft": True})
    speak(brand, draft, key)
    stage.follow()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(stage.ledger.now()))
    brand.post("/v1/signing-keys/compromised", {"address": key.address, "since": since}, 202)
    brand.post("/v1/accreditations/end", {"organisation": "luxcheck"}, 202)
    stage.follow()
    refused = speak(brand, brand.post("/v1/anchors", {"sha256": "ef" * 32, "draft": True}), key, status=422)
    assert refused["type"] == "/problems/bad-signature"


def picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 90)).save(out, "PNG")
    return out.getvalue()


def _kept_key(stage: Stage, slug: str) -> bytes:
    from ledger.services.organisations import organisation

    with stage.ledger.store.read() as tx:
        keystore = tx.organisations.keystore(organisation(stage.ledger, slug).id)
    assert keystore is not None
    return stage.ledger.vault.open_key(keystore)
