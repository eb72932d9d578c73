"""The feed of stolen items: in order, without gaps, final only, and for those who have to know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.domain.organisations import Role, Scope
from ledger.services.follow_chain import follow
from ledger.services.organisations import add_organisation
from tests.support.sending import send
from tests.web.api.asking import Asking, Person, claimed, path_of, registered, speak
from tests.web.stage import Stage


@pytest.fixture(scope="module")
def authority(stage: Stage, platform: Asking) -> Asking:
    add_organisation(stage.ledger, slug="customs", name="Customs", role=Role.AUTHORITY, domain="customs.example")
    return Asking(platform.app, stage.key("customs", Scope.READ, Scope.CHECK))


@pytest.fixture
def since(stage: Stage, platform: Asking) -> str:
    """Where the feed ends now, with nothing under way."""
    stage.follow()
    return str(list(changes(platform))[-1]["cursor"])


def changes(who: Asking, since: str | None = None, limit: int = 1_000) -> Iterator[dict[str, Any]]:
    """The pages of the feed."""
    while True:
        told = who.get(f"/v1/stolen/changes?limit={limit}" + (f"&since={since}" if since else ""))
        yield told
        since = told["cursor"]
        if not told["more"]:
            return


def told(who: Asking, since: str, limit: int = 1_000) -> list[tuple[str, bool, tuple[str, ...]]]:
    return [
        (one["serial"], one["stolen"], tuple(one["by"])) for page in changes(who, since, limit) for one in page["items"]
    ]


def listed(who: Asking) -> dict[str, dict[str, Any]]:
    response = who.ask("GET", "/v1/stolen")
    assert response.mimetype == "application/x-ndjson"
    return {one["serial"]: one for one in map(json.loads, response.data.splitlines())}


def report(anyone: Asking, item: dict[str, Any], owner: Person, word: str) -> None:
    speak(anyone, anyone.post(path_of(item) + "/reports/draft", {"report": word}), owner)


def test_reports_and_their_ends_come_in_order_and_the_list_is_what_they_leave(
    stage: Stage, brand: Asking, anyone: Asking, platform: Asking, since: str
) -> None:
    first, second, lost = registered(stage, brand, 3)
    anna, bob, carla = (claimed(stage, anyone, one) for one in (first, second, lost))
    report(anyone, first, anna, "stolen")
    report(anyone, lost, carla, "lost")
    stage.follow()
    brand.post(path_of(second) + "/marks", {"mark": "theft"}, 202)
    stage.follow()
    report(anyone, second, bob, "stolen")
    stage.follow()
    assert listed(platform)[second["serial"]]["until"] is None, "an owner's word does not end by itself"
    report(anyone, first, anna, "found")
    report(anyone, lost, carla, "found")
    stage.follow()
    wanted = [
        (first["serial"], True, ("owner",)),
        (second["serial"], True, ("brand",)),
        (second["serial"], True, ("owner", "brand")),
        (first["serial"], False, ()),
    ]
    assert told(platform, since) == wanted
    assert told(platform, since, limit=1) == wanted, "page by page as in one"
    now = listed(platform)
    assert second["serial"] in now
    assert not {first["serial"], lost["serial"]} & set(now)
    place = platform.ask("GET", "/v1/stolen").headers["Link"].split("since=")[1].split(">")[0]
    assert told(platform, place) == []


def test_a_brands_word_says_when_it_ends_and_leaves_the_list_then(
    stage: Stage, brand: Asking, platform: Asking, since: str
) -> None:
    [item] = registered(stage, brand, 1)
    brand.post(path_of(item) + "/marks", {"mark": "theft"}, 202)
    stage.follow()
    [page] = changes(platform, since)
    [one] = page["items"]
    assert one["until"] is not None
    assert listed(platform)[item["serial"]]["until"] == one["until"]
    stage.ahead += 400 * 86_400
    try:
        assert item["serial"] not in listed(platform)
    finally:
        stage.ahead -= 400 * 86_400


def test_what_is_not_final_is_not_told_and_what_a_reorganisation_takes_back_never_was(
    stage: Stage, brand: Asking, anyone: Asking, platform: Asking, since: str
) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    report(anyone, item, owner, "stolen")
    node, miner = stage.loop.side.node, stage.loop.side.miner
    assert miner is not None
    follow(stage.ledger, node)
    send(stage.ledger, node)
    snapshot = node.rpc.call("evm_snapshot")
    miner.mine()
    follow(stage.ledger, node)
    assert anyone.get(path_of(item))["verdict"] == "reported_stolen", "a buyer is told at once"
    assert told(platform, since) == []
    assert item["serial"] not in listed(platform)
    node.rpc.call("evm_revert", snapshot)
    node.rpc.call("evm_mine")
    follow(stage.ledger, node)
    assert told(platform, since) == []
    stage.follow()
    assert told(platform, since) == [(item["serial"], True, ("owner",))]


def test_nothing_new_is_answered_with_304(stage: Stage, brand: Asking, platform: Asking, since: str) -> None:
    for path in (f"/v1/stolen/changes?since={since}", "/v1/stolen"):
        mark = platform.ask("GET", path).headers["ETag"]
        again = platform.ask("GET", path, headers={"If-None-Match": mark})
        assert (again.status_code, again.data) == (304, b"")
    mark = platform.ask("GET", f"/v1/stolen/changes?since={since}").headers["ETag"]
    [item] = registered(stage, brand, 1)
    again = platform.ask("GET", f"/v1/stolen/changes?since={since}", headers={"If-None-Match": mark})
    assert again.status_code == 304, "other news is none of this feed"
    brand.post(path_of(item) + "/marks", {"mark": "theft"}, 202)
    stage.follow()
    fresh = platform.ask("GET", f"/v1/stolen/changes?since={since}", headers={"If-None-Match": mark})
    assert fresh.status_code == 200


def test_the_feed_is_for_platforms_brands_and_authorities(
    brand: Asking, platform: Asking, authority: Asking, inspector: Asking, council: Asking, anyone: Asking
) -> None:
    for path in ("/v1/stolen", "/v1/stolen/changes"):
        for who, status in (
            (brand, 200),
            (platform, 200),
            (authority, 200),
            (inspector, 403),
            (council, 403),
            (anyone, 401),
        ):
            assert who.ask("GET", path).status_code == status, path


def test_no_word_of_the_feed_names_who_reported(
    stage: Stage, brand: Asking, anyone: Asking, platform: Asking, since: str
) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    report(anyone, item, owner, "stolen")
    stage.follow()
    for path in (f"/v1/stolen/changes?since={since}", "/v1/stolen"):
        text = platform.ask("GET", path).get_data(as_text=True).lower()
        assert item["serial"].lower() in text
        assert owner.address[2:] not in text


def test_a_cursor_that_is_none_is_refused(platform: Asking) -> None:
    for wrong in ("x", "1", "1-", "-1-2", "1-1-1", "9" * 20 + "-1"):
        platform.get(f"/v1/stolen/changes?since={wrong}", 422)
