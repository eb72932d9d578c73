"""Listings are screened: what is decided, why, what the seller is told, and what nobody else learns."""

from __future__ import annotations

import io
import json
import random
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from PIL import Image, ImageDraw

from ledger.screening.packs import own_packs
from ledger.services.desk import listings_sellers, screen_look, screen_marks
from ledger.services.desk.listings_change import sweep_listings
from ledger.services.desk.screen_look import look_at_next
from ledger.services.desk.screen_replay import facts_hash
from tests.web.api.asking import Asking, claimed, registered
from tests.web.stage import Stage


def listing(**more: Any) -> dict[str, Any]:
    ref = secrets.token_hex(6)
    return {
        "ref": ref,
        "url": f"https://bazar.example/l/{ref}",
        "title": "Brown leather bag, good condition",
        "language": "en",
        "territory": "FR",
        "seller": {"ref": f"s-{secrets.token_hex(4)}", "since": "2020-01-31"},
        "condition": "used",
        **more,
    }


def screened(platform: Asking, *sent: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = platform.post("/v1/listings/screen", {"listings": list(sent)})["results"]
    return found


def keys(answer: dict[str, Any]) -> list[str]:
    return [one["key"] for one in answer["reasons"]]


@pytest.fixture(scope="module")
def items(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    return registered(stage, brand, 6)


def test_a_listing_that_names_nobody_is_allowed(platform: Asking) -> None:
    [found] = screened(platform, listing())
    assert (found["decision"], found["reasons"], found["photos"]) == ("allow", [], "none")


@pytest.mark.parametrize(
    ("title", "key", "decision"),
    [
        ("Maison Exemple bag", "mark.without_code", "ask_for_code"),
        ("Mаison Ехemple bag", "mark.disguised", "hold"),
        ("M a i s o n E x e m p l e bag", "mark.disguised", "hold"),
        ("Maison Exem\u200bple bag", "mark.disguised", "hold"),
        ("M4i5on Ex3mple bag", "mark.disguised", "hold"),
        ("Maison Exemple replica bag", "mark.copy", "block"),
        ("Strap for Maison Exemple", "mark.fits", "allow"),
        ("Maison Exempel bag", "mark.typing", "allow"),
    ],
)
def test_a_brands_name_is_found_however_it_is_written(platform: Asking, title: str, key: str, decision: str) -> None:
    [found] = screened(platform, listing(title=title))
    assert (keys(found), found["decision"]) == ([key], decision)


def test_a_code_of_the_brand_entitles_to_its_name(platform: Asking, items: list[dict[str, Any]]) -> None:
    with_code = listing(title="Maison Exemple bag", codes=[items[0]["page"]], condition="new")
    [found] = screened(platform, with_code)
    assert (found["decision"], found["reasons"]) == ("allow", [])


def test_a_code_in_the_text_counts_like_one_that_is_given(platform: Asking, items: list[dict[str, Any]]) -> None:
    [found] = screened(platform, listing(title="Maison Exemple bag", text=f"See {items[1]['page']}.", condition="new"))
    assert found["decision"] == "allow"


def test_an_owned_item_needs_its_owners_word(
    stage: Stage, anyone: Asking, platform: Asking, items: list[dict[str, Any]]
) -> None:
    claimed(stage, anyone, items[2])
    [found] = screened(platform, listing(title="Maison Exemple bag", codes=[items[2]["page"]]))
    assert (keys(found), found["decision"]) == (["code.owner_not_shown"], "ask_for_code")


def test_two_live_listings_of_one_code_are_held_and_an_ended_one_counts_no_more(
    platform: Asking, items: list[dict[str, Any]]
) -> None:
    one, other = (listing(codes=[items[3]["page"]], condition="new") for _ in range(2))
    assert screened(platform, one)[0]["decision"] == "allow"
    assert keys(screened(platform, other)[0]) == ["code.other_seller"]
    response = platform.ask("DELETE", f"/v1/listings/{one['ref']}")
    assert response.get_json()["status"] == "ended"
    assert screened(platform, other)[0]["decision"] == "allow"


def test_two_listings_of_one_request_see_each_other(platform: Asking, items: list[dict[str, Any]]) -> None:
    found = screened(platform, *(listing(codes=[items[4]["page"]], condition="new") for _ in range(2)))
    assert [keys(one) for one in found] == [["code.other_seller"]] * 2


def test_where_marks_are_left_out_nothing_is_simply_allowed_and_everybody_is_told(
    stage: Stage, platform: Asking, anyone: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert anyone.get("/readyz")["marks_left_out"] == 0
    one = listing()
    with monkeypatch.context() as small:
        small.setattr(screen_marks, "MOST_MARKS", 1)
        small.setattr(screen_marks, "_kept", WeakKeyDictionary())
        [found] = screened(platform, one)
        told = anyone.get("/readyz")["marks_left_out"]
        [again] = screened(platform, listing(title="Rival replica"), listing())[:1]
    assert (keys(found), found["decision"]) == (["mark.cannot_tell"], "ask_for_code")
    assert "no room" in found["reasons"][0]["words"]
    assert found["reasons"][0]["evidence"]["marks"] >= 1
    assert told >= found["reasons"][0]["evidence"]["marks"]
    assert "mark.cannot_tell" in keys(again)
    assert platform.post("/v1/listings/replay", {})["differ"] == []
    assert screened(platform, one)[0]["decision"] == "allow"


def test_a_new_shop_is_asked_and_not_accused(platform: Asking) -> None:
    seller = {"ref": "brand-new", "since": "2026-11-20"}
    [found] = screened(platform, listing(title="Maison Exemple bag", seller=seller))
    assert "seller.new_with_mark" in keys(found)
    assert found["decision"] == "ask_for_code"


def test_the_seller_is_told_what_may_be_written(platform: Asking) -> None:
    [found] = screened(platform, listing(title="Maison Exemple bag"))
    assert any("pre-owned Maison Exemple" in line for line in found["message"])


def test_a_photo_of_another_sellers_listing_is_known_again(platform: Asking) -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 80).convert("RGB").save(out, "PNG")
    kept = platform._json(
        platform.ask("POST", "/v1/listings/photos", data=out.getvalue(), content_type="image/png"), 201
    )
    first, second = (listing(photos=[kept["sha256"]]) for _ in range(2))
    assert screened(platform, first)[0]["decision"] == "allow"
    [found] = screened(platform, second)
    assert (keys(found), found["photos"]) == (["photo.other_seller"], "waiting")
    assert screened(platform, first)[0]["decision"] == "allow"


def test_what_cannot_be_right_is_refused_with_its_place_and_leaves_nothing(platform: Asking) -> None:
    good = listing()
    wrong = [
        (listing(territory="XX"), "listings[1]: “XX” is not a territory"),
        (listing(photos=["0" * 64]), "was not sent yet"),
        (dict(good), "in this request twice"),
    ]
    for bad, words in wrong:
        refused = platform.post("/v1/listings/screen", {"listings": [good, bad]}, 422)
        assert words in refused["detail"]
    platform.get(f"/v1/listings/{good['ref']}", 404)


def test_a_photo_bomb_has_a_sentence(platform: Asking) -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    refused = platform.ask("POST", "/v1/listings/photos", data=out.getvalue(), content_type="image/png")
    assert (refused.status_code, "60 megapixels" in refused.get_json(force=True)["detail"]) == (413, True)


def test_only_platforms_screen_and_nobody_reads_anothers_listings(brand: Asking, platform: Asking) -> None:
    brand.post("/v1/listings/screen", {"listings": [listing()]}, 403)
    mine = listing()
    screened(platform, mine)
    brand.get(f"/v1/listings/{mine['ref']}", 403)
    assert platform.get(f"/v1/listings/{mine['ref']}")["decision"] == "allow"
    assert mine["ref"] in {one["ref"] for one in platform.get("/v1/listings?limit=1")["items"]}


def photo(seed: int) -> Image.Image:
    """A drawn picture with enough in it to be known again."""
    chance = random.Random(seed)
    image = Image.effect_noise((600, 450), 40).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, side = chance.randrange(560), chance.randrange(410), chance.randrange(8, 70)
        colour = tuple(chance.randrange(256) for _ in range(3))
        chance.choice([draw.ellipse, draw.rectangle])((x, y, x + side, y + side), fill=colour)
    return image


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def sent_photo(platform: Asking, image: Image.Image) -> str:
    response = platform.ask("POST", "/v1/listings/photos", data=png(image), content_type="image/png")
    assert response.status_code == 201, response.get_data(as_text=True)
    name: str = response.get_json()["sha256"]
    return name


def test_a_photo_cut_out_of_anothers_is_held_later_and_the_platform_is_told(stage: Stage, platform: Asking) -> None:
    whole = photo(1)
    first = listing(photos=[sent_photo(platform, whole)])
    cut = listing(photos=[sent_photo(platform, whole.crop((60, 40, 540, 410)).resize((400, 308)))])
    other = listing(photos=[sent_photo(platform, photo(2))])
    hook = {"url": "https://receiver.example/hook", "types": ["listing.decision_changed"]}
    platform.post("/v1/webhooks", hook, 201)
    found = screened(platform, first, cut, other)
    assert [one["decision"] for one in found] == ["allow"] * 3
    while look_at_next(stage.ledger):
        pass
    now = {ref: platform.get(f"/v1/listings/{ref}") for ref in (first["ref"], cut["ref"], other["ref"])}
    assert [one["decision"] for one in now.values()] == ["allow", "hold", "allow"]
    assert now[cut["ref"]]["decision_id"] != found[1]["decision_id"]
    assert (keys(now[cut["ref"]]), now[cut["ref"]]["cause"]) == (["photo.alike"], "photos")
    assert any("photos of your own" in line for line in now[cut["ref"]]["message"])
    with stage.ledger.store.read() as tx:
        entries = tx.desk_log.entries(0, 10_000, kinds={"screen.changed"})
    told = [each for entry in entries for each in json.loads(entry.body)["decisions"]]
    assert [one["decision"] for one in told if one["listing"] == found[1]["id"]] == ["hold"]


@pytest.mark.parametrize("cropped", [False, True])
def test_an_old_listing_that_takes_anothers_photo_is_held_and_not_whose_it_is(
    stage: Stage, platform: Asking, cropped: bool
) -> None:
    whole = photo(41 + cropped)
    old = listing()
    screened(platform, old)
    mine = listing(photos=[sent_photo(platform, whole)])
    stage.ahead += 60
    screened(platform, mine)
    while look_at_next(stage.ledger):
        pass
    taken = whole.crop((60, 40, 540, 410)).resize((400, 308)) if cropped else whole
    stage.ahead += 60
    screened(platform, old | {"photos": [sent_photo(platform, taken)]})
    stage.ahead += 60
    screened(platform, mine | {"title": "Brown leather bag"})
    while look_at_next(stage.ledger):
        pass
    assert platform.get(f"/v1/listings/{old['ref']}")["decision"] == "hold"
    assert platform.get(f"/v1/listings/{mine['ref']}")["decision"] == "allow"
    assert screened(platform, mine)[0]["decision"] == "allow"


def looked(stage: Stage) -> int:
    """How many listings were compared until none waits."""
    for count in range(100):
        if not look_at_next(stage.ledger):
            return count
    raise AssertionError("photos are compared for ever")


def part_of(whole: Image.Image, cut: int) -> Image.Image:
    return whole.crop((60 + cut, 40, 540, 410)).resize((400, 308))


def test_a_taken_photo_is_found_though_it_was_compared_before_the_one_it_was_taken_from(
    stage: Stage, platform: Asking
) -> None:
    whole = photo(51)
    mine = listing(photos=[sent_photo(platform, whole)])
    thief = listing(photos=[sent_photo(platform, part_of(whole, 0))])
    looked(stage)
    for one in (mine, thief, mine | {"title": "Brown leather bag"}):
        stage.ahead += 60
        screened(platform, one)
    # The thief's has waited longer by now, and the photo that it was taken from is not known yet.
    assert look_at_next(stage.ledger)
    assert platform.get(f"/v1/listings/{thief['ref']}")["decision"] == "allow"
    assert looked(stage) == 2
    assert keys(platform.get(f"/v1/listings/{thief['ref']}")) == ["photo.alike"]
    assert platform.get(f"/v1/listings/{mine['ref']}")["decision"] == "allow"
    # Once for each photo that comes in: sent again, a listing calls nobody anew.
    screened(platform, mine)
    assert looked(stage) == 1


def test_a_photo_that_was_taken_while_its_listing_was_ended_is_found_when_that_is_live_again(
    stage: Stage, platform: Asking
) -> None:
    taken = sent_photo(platform, photo(52))
    mine, thief = listing(photos=[taken]), listing(photos=[taken])
    screened(platform, mine)
    looked(stage)
    platform.ask("DELETE", f"/v1/listings/{mine['ref']}")
    stage.ahead += 60
    assert screened(platform, thief)[0]["decision"] == "allow"
    looked(stage)
    stage.ahead += 60
    assert screened(platform, mine)[0]["decision"] == "allow"
    looked(stage)
    assert keys(platform.get(f"/v1/listings/{thief['ref']}")) == ["photo.other_seller"]
    assert platform.get(f"/v1/listings/{mine['ref']}")["decision"] == "allow"


def test_many_copies_of_a_thiefs_own_do_not_hide_whose_photo_it_was(
    stage: Stage, platform: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_look, "MOST_CANDIDATES", 6)
    whole, seller = photo(53), {"ref": "copies"}
    mine = listing(photos=[sent_photo(platform, whole)])
    screened(platform, mine)
    stage.ahead += 60
    copies = [listing(photos=[sent_photo(platform, part_of(whole, cut))], seller=seller) for cut in range(0, 16, 2)]
    screened(platform, *copies)
    looked(stage)
    found = [platform.get(f"/v1/listings/{one['ref']}") for one in copies]
    assert [keys(one) for one in found] == [["photo.alike"]] * 8


def test_decisions_are_made_again_bit_for_bit_and_by_other_rules(stage: Stage, platform: Asking) -> None:
    screened(platform, listing(title="Maison Exemple bag"), listing(title="Mаison Ехemple bag"))
    again = platform.post("/v1/listings/replay", {})
    assert again["decisions"] == again["same"] >= 2
    assert (again["differ"], again["changes"]) == ([], [])
    softer = dict(own_packs()[-1].body) | {"version": 3}
    softer["detectors"] = {name: one | {"on": name != "mark.disguised"} for name, one in softer["detectors"].items()}
    other = platform.post("/v1/listings/replay", {"pack": softer})
    assert other["milder"] >= 1
    assert other["graver"] == 0
    assert any(
        (one["before"], one["after"], one["lost"]) == ("hold", "allow", ["mark.disguised"]) for one in other["changes"]
    )
    platform.post("/v1/listings/replay", {"pack": {"version": 2}}, 422)


def test_the_desks_log_holds_the_hash_of_each_decisions_facts(stage: Stage, platform: Asking) -> None:
    [found] = screened(platform, listing(title="Maison Exemple bag"))
    with stage.ledger.store.read() as tx:
        decided = tx.listings.decision(found["decision_id"])
        [*_, entry] = tx.desk_log.entries(0, 10_000, kinds={"screen.decided"})
    assert decided is not None
    [told] = [one for one in json.loads(entry.body)["decisions"] if one["id"] == decided.id]
    assert told["facts"] == facts_hash(decided)
    assert "Maison Exemple" not in entry.body
    assert (told["decision"], told["reasons"]) == ("ask_for_code", ["mark.without_code"])


def test_a_seller_that_the_brand_has_authorised_may_use_its_name(
    platform: Asking, brand: Asking, rival: Asking
) -> None:
    seller = {"ref": "dealer-7"}
    assert screened(platform, listing(title="Maison Exemple bag", seller=seller))[0]["decision"] == "ask_for_code"
    word = {"platform": "bazar", "seller": "dealer-7", "until": "2027-06-30"}
    kept = brand.post("/v1/authorised-sellers", word, 201)
    assert screened(platform, listing(title="Maison Exemple bag", seller=seller))[0]["decision"] == "allow"
    assert screened(platform, listing(title="Maison Exemple replica", seller=seller))[0]["decision"] == "block"
    assert rival.get("/v1/authorised-sellers")["items"] == []
    assert rival.ask("DELETE", f"/v1/authorised-sellers/{kept['id']}").status_code == 404
    assert brand.ask("DELETE", f"/v1/authorised-sellers/{kept['id']}").status_code == 204
    assert screened(platform, listing(title="Maison Exemple bag", seller=seller))[0]["decision"] == "ask_for_code"
    brand.post("/v1/authorised-sellers", word | {"until": "2020-01-01"}, 422)
    platform.post("/v1/authorised-sellers", word, 403)


def test_a_challenge_is_answered_with_a_new_photo_and_decided_by_eye(stage: Stage, platform: Asking) -> None:
    whole, early = photo(3), sent_photo(platform, photo(4))
    first, second = (listing(photos=[sent_photo(platform, whole)]) for _ in range(2))
    screened(platform, first)
    assert screened(platform, second)[0]["decision"] == "hold"
    path = f"/v1/listings/{second['ref']}/challenge"
    platform.get(path, 404)
    asked = platform.post(path, status=201)
    assert platform.post(path, status=201)["words"] == asked["words"]
    assert len(asked["words"].split()) == 3
    used = {"photo": second["photos"][0]}
    assert "before the words" in platform.post(path + "/photo", used, 409)["detail"]
    platform.post(path + "/decision", {"accepted": True}, 409)
    stage.ahead += 1
    assert "before the words" in platform.post(path + "/photo", {"photo": early}, 409)["detail"]
    answered = platform.post(path + "/photo", {"photo": sent_photo(platform, photo(5))})
    assert answered["state"] == "answered"
    platform.post(path + "/photo", {"photo": sent_photo(platform, photo(6))}, 409)
    assert platform.post(path + "/decision", {"accepted": True})["state"] == "accepted"
    assert platform.get(f"/v1/listings/{second['ref']}")["decision"] == "allow"


def test_a_challenge_is_over_after_two_days_and_a_refused_one_holds(stage: Stage, platform: Asking) -> None:
    one = listing()
    screened(platform, one)
    path = f"/v1/listings/{one['ref']}/challenge"
    platform.post(path, status=201)
    stage.ahead += 48 * 3600 + 1
    late = sent_photo(platform, photo(7))
    assert "two days" in platform.post(path + "/photo", {"photo": late}, 409)["detail"]
    platform.post(path, status=201)
    stage.ahead += 1
    platform.post(path + "/photo", {"photo": sent_photo(platform, photo(8))})
    platform.post(path + "/decision", {"accepted": False})
    assert platform.get(f"/v1/listings/{one['ref']}")["decision"] == "hold"
    platform.post(path, status=201)
    assert keys(screened(platform, one)[0]) == ["challenge.refused"]


def test_an_accepted_challenge_counts_for_its_seller_and_photos_and_for_no_others(
    stage: Stage, platform: Asking
) -> None:
    taken, more = sent_photo(platform, photo(31)), sent_photo(platform, photo(32))
    screened(platform, listing(photos=[taken]), listing(photos=[more]))
    one = listing(photos=[taken])
    assert screened(platform, one)[0]["decision"] == "hold"
    path = f"/v1/listings/{one['ref']}/challenge"
    platform.post(path, status=201)
    stage.ahead += 1
    platform.post(path + "/photo", {"photo": sent_photo(platform, photo(33))})
    platform.post(path + "/decision", {"accepted": True})
    assert screened(platform, one)[0]["decision"] == "allow"
    platform.post(path, status=201)
    assert screened(platform, one)[0]["decision"] == "allow"
    assert screened(platform, one | {"photos": [more]})[0]["decision"] == "hold"
    assert screened(platform, one | {"seller": {"ref": "another"}})[0]["decision"] == "hold"


def test_what_ended_is_forgotten_after_90_days_with_its_photos(stage: Stage, platform: Asking) -> None:
    name = sent_photo(platform, photo(9))
    one = listing(photos=[name])
    [found] = screened(platform, one)
    platform.ask("DELETE", f"/v1/listings/{one['ref']}")
    sweep_listings(stage.ledger)
    platform.get(f"/v1/listings/{one['ref']}")
    stage.ahead += 90 * 86_400 + 10
    sweep_listings(stage.ledger)
    platform.get(f"/v1/listings/{one['ref']}", 404)
    with stage.ledger.store.read() as tx:
        assert tx.listings.decision(found["decision_id"]) is None
    assert not stage.ledger.files.has("listing-photos", name)


def test_a_price_is_compared_with_five_others_or_not_at_all(
    stage: Stage, brand: Asking, platform: Asking, items: list[dict[str, Any]]
) -> None:
    more = registered(stage, brand, 6)

    def priced(item: dict[str, Any], amount: int) -> dict[str, Any]:
        return listing(codes=[item["page"]], condition="new", price={"amount": amount, "currency": "CHF"})

    assert "price.low" not in keys(screened(platform, priced(more[0], 100))[0])
    screened(platform, *(priced(one, 100_000) for one in more[1:]))
    cheap = priced(items[5], 30_000)
    [found] = screened(platform, cheap)
    assert [one["evidence"]["percent"] for one in found["reasons"] if one["key"] == "price.low"] == [30]


def test_a_price_is_not_compared_with_the_sellers_own_nor_with_what_is_not_allowed(
    stage: Stage, brand: Asking, platform: Asking
) -> None:
    new = registered(stage, brand, 14)
    seller, flood = {"ref": "undercutter"}, {"ref": "flood"}

    def priced(item: dict[str, Any], amount: int, **more: Any) -> dict[str, Any]:
        price = {"amount": amount, "currency": "SEK"}
        return listing(codes=[item["page"]], condition="new", price=price, **more)

    screened(platform, *(priced(one, 100_000) for one in new[:4]))
    screened(platform, *(priced(one, 1_000, seller=seller) for one in new[4:6]))
    screened(platform, *(priced(one, 1_000, seller=flood) for one in new[6:9]))
    held = [priced(one, 1_000, title="Maison Exemple replica") for one in new[9:12]]
    assert {one["decision"] for one in screened(platform, *held)} == {"block"}
    [found] = screened(platform, priced(new[12], 1_000, seller=seller))
    assert [one["evidence"] for one in found["reasons"] if one["key"] == "price.low"] == [{"percent": 1, "of": 5}]


def test_a_thousand_words_for_sellers_that_are_over_stand_in_nobodys_way(
    stage: Stage, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings_sellers, "MOST", 2)
    day = datetime.fromtimestamp(stage.ledger.now(), UTC).date()
    word = {"platform": "bazar", "until": (day + timedelta(days=1)).isoformat()}
    kept = [brand.post("/v1/authorised-sellers", word | {"seller": f"w-{n}"}, 201)["id"] for n in range(2)]
    brand.post("/v1/authorised-sellers", word | {"seller": "w-2"}, 409)
    brand.ask("DELETE", f"/v1/authorised-sellers/{kept[0]}")
    kept.append(brand.post("/v1/authorised-sellers", word | {"seller": "w-2"}, 201)["id"])
    stage.ahead += 2 * 86_400
    later = word | {"until": (day + timedelta(days=9)).isoformat()}
    kept.append(brand.post("/v1/authorised-sellers", later | {"seller": "w-3"}, 201)["id"])
    first = brand.get("/v1/authorised-sellers?limit=2")
    second = brand.get(f"/v1/authorised-sellers?limit=2&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + second["items"]][:4] == kept[::-1]
    assert brand.ask("DELETE", f"/v1/authorised-sellers/{kept[-1]}").status_code == 204
