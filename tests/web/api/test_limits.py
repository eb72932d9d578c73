"""How often one may ask; and that no limit hides bad news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine

from tests.web.api.asking import Asking, claimed, path_of, registered, speak
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage
from web import create_app
from web.limits import connection


@pytest.fixture
def slow(stage: Stage) -> Iterator[tuple[Asking, Asking]]:
    """A brand and anyone at an application of little patience, on a clock that stands."""
    pace = replace(UNHURRIED, read=3, write=2, anonymous_read=3, anonymous_items=4)
    app = stage.app(pace=pace)
    with time_machine.travel(stage.ledger.now(), tick=False):
        yield Asking(app, stage.key("maison")), Asking(app, None)


def test_every_answer_says_how_many_are_left(slow: tuple[Asking, Asking]) -> None:
    response = slow[0].ask("GET", "/v1/me")
    assert response.headers["RateLimit-Policy"] == '"read";q=3;w=60'
    assert response.headers["RateLimit"].startswith('"read";r=2;t=')


def test_one_too_many_is_told_when_to_go_on(slow: tuple[Asking, Asking]) -> None:
    brand, _ = slow
    assert [brand.ask("GET", "/v1/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = brand.ask("GET", "/v1/keys")
    assert refused.get_json()["type"] == "/problems/too-many"
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    # Writes are counted by themselves.
    assert brand.ask("POST", "/v1/keys", json={"label": "x", "scopes": ["read"]}).status_code == 201


def test_organisations_do_not_use_up_each_others_turns(stage: Stage, slow: tuple[Asking, Asking]) -> None:
    brand, anyone = slow
    for _ in range(4):
        brand.ask("GET", "/v1/me")
    assert Asking(brand.app, stage.key("rival")).ask("GET", "/v1/me").status_code == 200
    assert anyone.ask("GET", "/v1/label-formats").status_code == 200


def test_two_keys_of_one_organisation_share_its_turns(stage: Stage, slow: tuple[Asking, Asking]) -> None:
    brand, _ = slow
    other = Asking(brand.app, stage.key("maison"))
    assert [one.ask("GET", "/v1/me").status_code for one in (brand, other, brand, other)] == [200, 200, 200, 429]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "x-forwarded-for"])
def test_an_invented_address_is_no_way_around(slow: tuple[Asking, Asking], header: str) -> None:
    _, anyone = slow
    statuses = [
        anyone.ask("GET", "/v1/label-formats", headers={header: f"198.51.100.{n}"}).status_code for n in range(5)
    ]
    assert statuses == [200, 200, 200, 429, 429]


def test_one_household_is_one_connection() -> None:
    assert connection("2001:db8:1:2::1") == connection("2001:db8:1:2:ffff::9")
    assert connection("2001:db8:1:2::1") != connection("2001:db8:1:3::1")
    assert connection("::ffff:198.51.100.7") == connection("198.51.100.7")
    assert connection(None) == connection("not an address")


def test_a_limit_never_hides_that_an_item_is_stolen(
    stage: Stage, brand: Asking, anyone: Asking, slow: tuple[Asking, Asking]
) -> None:
    fine, stolen = registered(stage, brand, 2)
    owner = claimed(stage, anyone, stolen)
    speak(anyone, anyone.post(path_of(stolen) + "/reports/draft", {"report": "stolen"}), owner)
    _, hurried = slow
    statuses = [hurried.ask("GET", path_of(fine)).status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]
    assert hurried.get(path_of(stolen))["verdict"] == "reported_stolen"


def test_a_bulk_check_beyond_the_limit_still_tells_the_bad_news(stage: Stage, brand: Asking, anyone: Asking) -> None:
    fine, stolen = registered(stage, brand, 2)
    owner = claimed(stage, anyone, stolen)
    speak(anyone, anyone.post(path_of(stolen) + "/reports/draft", {"report": "stolen"}), owner)
    platform = Asking(stage.app(pace=replace(UNHURRIED, items=3)), stage.key("bazar"))
    wanted = {"items": [{"code": one["page"]} for one in (fine, stolen)]}
    first, second = (platform.ask("POST", "/v1/checks", json=wanted) for _ in range(2))
    assert [one["verdict"] for one in first.get_json()["results"]] == ["unclaimed", "reported_stolen"]
    assert [one["verdict"] for one in second.get_json()["results"]] == ["slow_down", "reported_stolen"]
    assert second.get_json()["summary"] == {"ok": 1, "problems": 1}
    assert int(second.headers["Retry-After"]) > 0


def test_behind_a_proxy_of_ours_the_address_that_it_saw_counts_whatever_was_sent_to_it(stage: Stage) -> None:
    settings = stage.settings.model_copy(update={"trusted_proxies": 1})
    app = create_app(settings, stage.ledger, replace(UNHURRIED, anonymous_read=3))
    stage.apps.append(app)
    anyone = Asking(app, None)

    def asked(forwarded: str) -> int:
        return anyone.ask("GET", "/v1/label-formats", headers={"X-Forwarded-For": forwarded}).status_code

    with time_machine.travel(stage.ledger.now(), tick=False):
        assert [asked(f"198.51.100.{n}, 203.0.113.9") for n in range(4)] == [200, 200, 200, 429]
        assert [asked(f"2001:db8:5:6::{n}") for n in range(1, 5)] == [200, 200, 200, 429]
        assert asked("203.0.113.10") == 200
