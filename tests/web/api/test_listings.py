"""Listings are screened: what is decided, why, what the seller is told, and what nobody else learns."""

from __future__ import annotations

import io
import secrets
from typing import Any

import pytest
from PIL import Image

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
    kept = platform._json(platform.ask("POST", "/v1/listings/photos", data=out.getvalue(), content_type="image/png"), 201)
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
