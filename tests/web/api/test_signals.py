"""What brands share with each other: only what each chose, until it is withdrawn, and offenders never as a list."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from ledger.domain.desk.signals import QUESTIONS_A_DAY
from ledger.domain.organisations import Role, Scope
from ledger.domain.watching import Alert
from ledger.services.desk.signals_share import share_signals
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking, path_of, registered
from tests.web.api.desk_asking import line, notice, state_mark
from tests.web.stage import Stage


def alert(stage: Stage, item: dict[str, Any], *, suspected: bool = True, raised_at: int | None = None) -> None:
    """Have an item suspected to be copied, as the comparison of looks does."""
    now = stage.ledger.now()
    with stage.ledger.store.write() as tx:
        known = tx.batches.find(item["gtin"], item["serial"])[0]
        id = stage.ledger.new_id("alr")
        own = stage.brand.organisation.id
        made = Alert(id, known.item, own, known.gtin, suspected, now if raised_at is None else raised_at, now)
        tx.scans.keep_alert(made)


def calm(stage: Stage, item: dict[str, Any]) -> None:
    with stage.ledger.store.write() as tx:
        tx.scans.drop_alerts([tx.batches.find(item["gtin"], item["serial"])[0].item])


def put(asking: Asking, kind: str, status: int = 200, **body: Any) -> Any:
    response = asking.ask("PUT", f"/v1/signals/policies/{kind}", json=body)
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json(force=True)


def unshare(asking: Asking, kind: str, status: int = 204) -> None:
    assert asking.ask("DELETE", f"/v1/signals/policies/{kind}").status_code == status


def new(asking: Asking, since: int) -> list[dict[str, Any]]:
    """What came beyond a cursor; its numbers have no gap."""
    found = asking.get(f"/v1/signals?since={since}")
    assert [one["cursor"] for one in found["items"]] == list(range(since + 1, since + 1 + len(found["items"])))
    return list(found["items"])


def at(asking: Asking) -> int:
    return int(asking.get("/v1/signals?limit=1000")["cursor"])


@pytest.fixture(autouse=True)
def nothing_shared(brand: Asking) -> None:
    for kind in ("clone_alert", "stolen", "repeat_offender"):
        brand.ask("DELETE", f"/v1/signals/policies/{kind}")


def test_nothing_is_shared_until_a_brand_says_so_and_then_the_code_alone(
    stage: Stage, brand: Asking, rival: Asking, platform: Asking
) -> None:
    item, weak = registered(stage, brand, 2)
    alert(stage, item)
    alert(stage, weak, suspected=False)
    before = at(rival)
    share_signals(stage.ledger)
    assert new(rival, before) == []
    put(brand, "clone_alert")
    [told] = [one for one in new(rival, before) if one["serial"] == item["serial"]]
    assert told.pop("at")
    assert told == {
        "cursor": told["cursor"],
        "signal": told["signal"],
        "act": "shared",
        "kind": "clone_alert",
        "stands": True,
        "gtin": item["gtin"],
        "serial": item["serial"],
        "source": None,
    }
    assert weak["serial"] not in json.dumps(new(rival, 0))
    assert item["serial"] in json.dumps(new(platform, 0))
    assert item["serial"] not in json.dumps(new(brand, 0))


def test_what_is_withdrawn_is_said_once_and_its_code_is_shown_to_nobody(
    stage: Stage, brand: Asking, rival: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    alert(stage, item)
    put(brand, "clone_alert", named=True)
    before = at(rival)
    first = next(one for one in new(rival, 0) if one["serial"] == item["serial"])
    assert first["source"] == "maison"
    unshare(brand, "clone_alert")
    ended = [one for one in new(rival, before) if one["signal"] == first["signal"]]
    assert [(one["act"], one["gtin"], one["source"]) for one in ended] == [("withdrawn", None, None)]
    assert item["serial"] not in json.dumps(new(rival, 0))
    share_signals(stage.ledger)
    assert at(rival) == before + len(new(rival, before))
    unshare(brand, "clone_alert", 404)


def test_named_members_alone_are_told_and_a_change_of_members_tells_both(
    stage: Stage, brand: Asking, rival: Asking, platform: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    alert(stage, item)
    for_rival, for_platform = at(rival), at(platform)
    put(brand, "clone_alert", to=["rival"])
    assert item["serial"] in json.dumps(new(rival, for_rival))
    assert new(platform, for_platform) == []
    put(brand, "clone_alert", to=["bazar"])
    assert item["serial"] not in json.dumps(new(rival, 0))
    assert "withdrawn" in {one["act"] for one in new(rival, for_rival)}
    assert item["serial"] in json.dumps(new(platform, for_platform))


def test_an_alert_that_is_over_ends_its_signal_and_says_why_it_ended(
    stage: Stage, brand: Asking, rival: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    alert(stage, item)
    put(brand, "clone_alert")
    before = at(rival)
    calm(stage, item)
    assert share_signals(stage.ledger) > 0
    [over] = new(rival, before)
    assert (over["act"], over["serial"], over["stands"]) == ("over", None, False)


def test_only_what_began_since_then_is_shared(stage: Stage, brand: Asking, rival: Asking) -> None:
    old, young = registered(stage, brand, 2)
    alert(stage, old, raised_at=stage.ledger.now() - 9_000)
    alert(stage, young)
    put(brand, "clone_alert", since="2020-01-01T00:00:00Z")
    assert old["serial"] in json.dumps(new(rival, 0))
    hour_ago = datetime.fromtimestamp(stage.ledger.now() - 3_600, UTC).isoformat()
    put(brand, "clone_alert", since=hour_ago)
    shown = json.dumps(new(rival, 0))
    assert young["serial"] in shown
    assert old["serial"] not in shown
    later = datetime.fromtimestamp(stage.ledger.now() + 9_000, UTC).isoformat()
    put(brand, "clone_alert", 422, since=later)


def test_a_theft_is_shared_once_it_is_final_and_over_once_it_is_taken_back(
    stage: Stage, brand: Asking, rival: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    put(brand, "stolen")
    before = at(rival)
    brand.post(f"{path_of(item)}/marks", {"mark": "theft"}, 202)
    share_signals(stage.ledger)
    assert new(rival, before) == []
    stage.follow()
    share_signals(stage.ledger)
    [told] = new(rival, before)
    assert (told["kind"], told["serial"]) == ("stolen", item["serial"])
    brand.post(f"{path_of(item)}/marks", {"mark": "settle_theft"}, 202)
    stage.follow()
    share_signals(stage.ledger)
    assert [one["act"] for one in new(rival, before)] == ["shared", "over"]


def upheld_cases(stage: Stage, brand: Asking, count: int, kind: str) -> list[str]:
    """Cases of the brand that were upheld and are closed for good: their rows, which is what is asked for."""
    told = {"reason": "other", "right": state_mark(brand, number=f"0180001{kind}")["id"], "territories": ["EU"]}
    made = brand.post("/v1/notices", notice(*(line(None, f"{kind}-{n}") for n in range(count)), **told), 201)
    ids = [one["id"] for one in brand.get(f"/v1/cases?notice={made['id']}")["items"]]
    with stage.ledger.store.write() as tx:
        for id in ids:
            tx.cases.change(id, state="closed", outcome="upheld", seller="s-77")
    return ids


PHONE = {"kind": "phone", "value": "+39 333 123 4567"}


def test_an_offender_is_answered_yes_or_no_and_only_while_the_brand_shares(
    stage: Stage, brand: Asking, rival: Asking
) -> None:
    cases = upheld_cases(stage, brand, 2, "off")
    made = brand.post("/v1/signals/offenders", {"identifiers": [PHONE], "cases": cases}, 201)
    assert rival.post("/v1/signals/match", PHONE)["match"] is False
    put(brand, "repeat_offender", named=True)
    found = rival.post("/v1/signals/match", {**PHONE, "value": "0039 3331234567"})
    assert (found["match"], found["sources"]) == (True, ["maison"])
    assert rival.post("/v1/signals/match", {**PHONE, "value": "0039 3331234568"})["match"] is False
    put(brand, "repeat_offender", to=["bazar"])
    assert rival.post("/v1/signals/match", PHONE)["match"] is False
    put(brand, "repeat_offender")
    assert rival.post("/v1/signals/match", PHONE)["sources"] == []
    assert brand.ask("DELETE", f"/v1/signals/offenders/{made['id']}").status_code == 204
    assert rival.post("/v1/signals/match", PHONE)["match"] is False


def test_nobody_is_an_offender_without_two_closed_and_upheld_cases_of_the_brand(
    stage: Stage, brand: Asking, rival: Asking
) -> None:
    cases = upheld_cases(stage, brand, 2, "few")
    for named in (cases[:1] * 2, [cases[0], "cas_" + "0" * 26]):
        brand.post("/v1/signals/offenders", {"identifiers": [PHONE], "cases": named}, 422)
    rival.post("/v1/signals/offenders", {"identifiers": [PHONE], "cases": cases}, 422)
    with stage.ledger.store.write() as tx:
        tx.cases.change(cases[1], seller="s-78")
    brand.post("/v1/signals/offenders", {"identifiers": [PHONE], "cases": cases}, 422)
    with stage.ledger.store.write() as tx:
        tx.cases.change(cases[1], seller="s-77")
    with stage.ledger.store.write() as tx:
        tx.cases.change(cases[0], outcome="restored")
    brand.post("/v1/signals/offenders", {"identifiers": [PHONE], "cases": cases}, 422)


def test_questions_about_offenders_end_with_the_day_and_leave_no_identifier_behind(stage: Stage, app: Flask) -> None:
    add_organisation(stage.ledger, slug="curious", name="Curious", role=Role.PLATFORM, domain="curious.example")
    curious = Asking(app, stage.key("curious"))
    for number in range(QUESTIONS_A_DAY):
        left = curious.post("/v1/signals/match", {"kind": "phone", "value": f"+4179000{number:04}"})["left"]
    assert left == 0
    refused = curious.ask("POST", "/v1/signals/match", json={"kind": "phone", "value": "+41790009999"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    with stage.ledger.store.read() as tx:
        entries = tx.desk_log.entries(0, 10_000, kinds={"signals.asked"})
    assert "4179000" not in "".join(one.body for one in entries)


def test_policies_and_offenders_are_for_brands_and_feeds_for_members(
    stage: Stage, app: Flask, platform: Asking, inspector: Asking, brand: Asking
) -> None:
    put(platform, "stolen", 403)
    inspector.get("/v1/signals", 403)
    inspector.post("/v1/signals/match", PHONE, 403)
    platform.get("/v1/signals/offenders", 403)
    Asking(app, stage.key("maison", Scope.READ)).get("/v1/signals", 403)
    put(brand, "stolen", 422, to=["maison"])
    put(brand, "stolen", 422, to=["nobody"])
    put(brand, "stolen", 422, to=[])
    assert brand.get("/v1/signals/policies") == {"items": []}
