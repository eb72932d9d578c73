"""Who sends notices to harm, who sells to deceive, and what each of them is told: a sentence, and nothing half done."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from ledger.domain.organisations import Role
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking
from tests.web.api.desk_asking import line, notice, state_mark, stolen_items
from tests.web.api.test_notices import by_mark, case_of, fresh
from tests.web.stage import Stage


@pytest.fixture(scope="module")
def mark(brand: Asking) -> Any:
    return state_mark(brand, number=uuid.uuid4().hex[:9])


@pytest.fixture(scope="module")
def souk(stage: Stage, app: Flask) -> Asking:
    """Another marketplace."""
    add_organisation(stage.ledger, slug="souk", name="Souk", role=Role.PLATFORM, domain="souk.example")
    return Asking(app, stage.key("souk"))


def upheld(brand: Asking, platform: Asking, mark: Any) -> dict[str, Any]:
    id = case_of(brand, by_mark(mark, line(None, fresh())))
    return dict(platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold"}))


def kinds(platform: Asking, id: str) -> list[str]:
    return [one["kind"] for one in platform.get(f"/v1/cases/{id}")["history"]]


def test_seven_spellings_of_one_address_among_three_hundred_links_are_one_listing(brand: Asking, mark: Any) -> None:
    name = uuid.uuid4().hex[:10]
    lines = [{"url": f"https://bazar.example/item/{name}-{n}"} for n in range(294)]
    spelled = (
        f"https://bazar.example/item/{name}-0/",
        f"HTTPS://Bazar.EXAMPLE/item/{name}-0",
        f"https://bazar.example:443/item/{name}-0#photos",
        f"http://bazar.example:80/item/{name}-0?utm_source=mail&utm_medium=x",
        f"https://bazar.example/item/%{ord(name[0]):02x}{name[1:]}-0",
        f"https://bazar.example/x/../item/./{name}-0",
    )
    lines += [{"url": one} for one in spelled]
    made = brand.post("/v1/notices", by_mark(mark, *lines), 201)
    assert (made["lines"], made["repeated"], made["cases"]) == (300, 6, 294)
    assert [one["repeats"] for one in made["results"][294:]] == [1] * 6
    again = brand.post("/v1/notices/check", by_mark(mark, *lines[294:], lines[0]))
    assert (again["new"], again["known"], again["repeated"]) == (0, 1, 6)


def test_a_reference_with_letters_that_nobody_sees_is_no_other_listing(brand: Asking, mark: Any) -> None:
    ref = fresh()
    for spelled in (f"{ref}\u200b", f"{ref}\u202e", f"{ref}\u00ad"):
        refused = brand.post("/v1/notices", by_mark(mark, line(None, spelled)), 422)
        assert "a character that nobody can see" in refused["detail"]


def test_a_right_that_is_over_carries_nothing_and_its_last_day_still_does(brand: Asking, stage: Stage) -> None:
    today = datetime.fromtimestamp(stage.ledger.now(), UTC).date()
    last = state_mark(brand, number=uuid.uuid4().hex[:9], name="Dernier Jour", expires_on=today.isoformat())
    assert brand.post("/v1/notices/check", by_mark(last, line(None, fresh())))["new"] == 1
    yesterday = (today - timedelta(days=1)).isoformat()
    over = state_mark(brand, number=uuid.uuid4().hex[:9], name="Hier", expires_on=yesterday)
    refused = brand.post("/v1/notices", by_mark(over, line(None, fresh())), 409)
    assert "This right ended on" in refused["detail"]


def test_a_reviewer_of_another_marketplace_neither_sees_nor_decides(
    brand: Asking, platform: Asking, souk: Asking, mark: Any
) -> None:
    id = case_of(brand, by_mark(mark, line(None, fresh())))
    tries: dict[str, dict[str, Any]] = {
        "decision": {"decision": "uphold"},
        "seller": {"seller": "s-1"},
        "counter-notices": {"ground": "i_have_a_licence", "statement": "Here is the licence."},
        "appeal": {"text": "I disagree."},
        "appeal/decision": {"grant": True},
    }
    for path, body in tries.items():
        assert "no such case" in souk.post(f"/v1/cases/{id}/{path}", body, 404)["detail"]
    for path in ("", "/statement-of-reasons", "/file", f"/files/{'ab' * 32}"):
        souk.get(f"/v1/cases/{id}{path}", 404)
    assert souk.get("/v1/cases?order=due")["items"] == []
    assert souk.get("/v1/cases")["items"] == []
    assert kinds(platform, id) == ["case.received"]


def at_once(asking: Asking, path: str, *bodies: dict[str, Any]) -> list[int]:
    """What is answered to requests that come at the same time."""
    answers: list[int] = []
    ready = threading.Barrier(len(bodies))

    def go(body: dict[str, Any]) -> None:
        ready.wait(30)
        answers.append(asking.ask("POST", path, json=body).status_code)

    threads = [threading.Thread(target=go, args=(body,)) for body in bodies]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return answers


def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told(brand: Asking, platform: Asking, mark: Any) -> None:
    for path, bodies in (
        ("decision", ({"decision": "uphold"}, {"decision": "decline", "code": "duplicate"})),
        ("appeal", ({"text": "Look again."}, {"text": "Look once more."})),
    ):
        id = case_of(brand, by_mark(mark, line(None, fresh())))
        if path == "appeal":
            platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold"})
        answers = at_once(platform, f"/v1/cases/{id}/{path}", *bodies, *bodies)
        assert sorted(answers) == [200, 409, 409, 409]
        told = kinds(platform, id)
        assert told.count("case.decided") == 1
        assert told.count("case.appealed") == (path == "appeal")
        assert told.count("listing.down") == platform.get(f"/v1/cases/{id}")["down"]


def test_an_open_case_is_no_strike_and_a_counter_notice_is_taken_once_by_link_or_by_platform(
    app: Flask, brand: Asking, platform: Asking, mark: Any
) -> None:
    case = upheld(brand, platform, mark)
    ref = f"s-{uuid.uuid4().hex[:8]}"
    platform.post(f"/v1/cases/{case['id']}/seller", {"seller": ref})
    path = re.sub(r"^https?://[^/]+", "", case["seller_link"])
    told = {"ground": "resale_of_genuine_goods", "statement": "I bought it in the shop in Milan."}
    assert app.test_client().post(path, data=told).status_code == 303
    assert "before" in platform.post(f"/v1/cases/{case['id']}/counter-notices", told, 409)["detail"]
    platform.post(f"/v1/cases/{case['id']}/decision", {"decision": "keep"})
    assert platform.get(f"/v1/sellers/{ref}/strikes") == {"seller": ref, "advice": "none", "strikes": []}
    other = platform.post(f"/v1/cases/{case['id']}/seller", {"seller": "somebody-else"}, 409)
    assert "cannot become another" in other["detail"]


@pytest.mark.parametrize("path", ["", "/appeal", "/proof"])
def test_characters_that_no_database_takes_are_refused_on_the_sellers_page_in_a_sentence(
    app: Flask, brand: Asking, platform: Asking, mark: Any, path: str
) -> None:
    case = upheld(brand, platform, mark)
    link = re.sub(r"^https?://[^/]+", "", case["seller_link"]) + path
    wrong = {"ground": "i_have_a_licence", "statement": "Here it is \x00 indeed.", "text": "No\x00.", "code": "\x00"}
    answered = app.test_client().post(link, data=wrong)
    assert answered.status_code == 422
    assert "invisible character" in answered.text or "a character that nobody can see" in answered.text
    named = {"ground": "i_have_a_licence", "statement": "Here is the licence.", "name": "a\x00b"}
    assert app.test_client().post(link.removesuffix(path), data=named).status_code == 422
    assert kinds(platform, case["id"])[-1] == "listing.down"


def test_self_service_without_the_standing_for_it_is_a_notice_like_any_other(
    stage: Stage, brand: Asking, platform: Asking, anyone: Asking
) -> None:
    [item] = stolen_items(stage, brand, anyone, 1)
    made = brand.post("/v1/notices", notice(line(item, fresh()), self_service=True), 201)["results"][0]
    case = platform.get(f"/v1/cases/{made['case']}")
    assert (case["self_service"], case["undo_until"], case["down"]) == (False, None, True)
    brand.post(f"/v1/cases/{case['id']}/withdraw", {})
    assert kinds(platform, case["id"])[-2:] == ["case.withdrawn", "listing.up"]
