"""Notices and their cases through the API: facts decide at once, people by their clock, others see nothing of it."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any, get_args

import pytest
from flask import Flask

from ledger.domain.desk.cases import State
from tests.web.api.asking import Asking, registered
from tests.web.api.desk_asking import WORDS, line, notice, state_mark, stolen_items
from tests.web.stage import OTHER_GTIN, Stage
from web.api.case_shapes import StateWord


@pytest.fixture(scope="module")
def stolen(stage: Stage, brand: Asking, anyone: Asking) -> list[dict[str, Any]]:
    return stolen_items(stage, brand, anyone, 3)


@pytest.fixture(scope="module")
def fine(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    return registered(stage, brand, 4)


@pytest.fixture(scope="module")
def mark(brand: Asking) -> Any:
    return state_mark(brand, number=uuid.uuid4().hex[:9])


def fresh() -> str:
    return f"L-{uuid.uuid4().hex[:10]}"


def by_mark(mark: Any, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    words = "The title names our mark for goods that are not ours."
    told = {"reason": "keyword_misuse", "right": mark["id"], "territories": ["FR"], "explanation": words}
    return notice(*lines, **(told | more))


def case_of(brand: Asking, sent: dict[str, Any]) -> str:
    made = brand.post("/v1/notices", sent, 201)
    return str(made["results"][0]["case"])


def test_a_stolen_item_is_taken_down_in_the_answer_to_the_notice(
    brand: Asking, platform: Asking, stolen: list[dict[str, Any]]
) -> None:
    made = brand.post("/v1/notices", notice(line(stolen[0], fresh())), 201)
    assert [(one["state"], one["case_state"], one["would"]) for one in made["results"]] == [("new", "upheld", "uphold")]
    case = platform.get(f"/v1/cases/{made['results'][0]['case']}")
    assert (case["down"], case["automation"], case["facts"]) == (True, "full", ["reported_stolen"])
    assert [one["kind"] for one in case["history"]] == ["case.received", "case.facts", "case.decided", "listing.down"]
    assert ("explanation", WORDS) in {(one["kind"], one["text"]) for one in case["texts"]}


def test_three_hundred_links_of_which_seven_are_the_same_are_told_and_counted_once(brand: Asking, mark: Any) -> None:
    base = f"https://bazar.example/item/{uuid.uuid4().hex[:8]}"
    lines = [{"url": f"{base}-{n}"} for n in range(293)]
    lines += [{"url": f"{base}-0?utm_source=mail#photos"} for _ in range(7)]
    looked = brand.post("/v1/notices/check", by_mark(mark, *lines))
    assert (looked["new"], looked["repeated"]) == (293, 7)
    assert {one["repeats"] for one in looked["lines"] if one["state"] == "repeated"} == {1}
    made = brand.post("/v1/notices", by_mark(mark, *lines), 201)
    assert (made["lines"], made["repeated"], made["cases"]) == (300, 7, 293)
    again = brand.post("/v1/notices/check", by_mark(mark, *lines[:9]))
    assert (again["new"], again["known"]) == (0, 9)
    assert "None of these listings is new" in brand.post("/v1/notices", by_mark(mark, *lines[:9]), 409)["detail"]


def test_a_notice_without_facts_waits_for_a_reviewer_and_is_decided_by_one(
    brand: Asking, platform: Asking, mark: Any
) -> None:
    id = case_of(brand, by_mark(mark, line(None, fresh())))
    assert id in {one["id"] for one in platform.get("/v1/cases?order=due")["items"]}
    case = platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold", "explanation": "Seen.", "seller": "s-1"})
    assert (case["state"], case["down"], case["automation"], case["seller"]) == ("upheld", True, "none", "s-1")
    assert brand.get(f"/v1/cases/{id}")["seller"] is None
    again = platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold"}, 409)
    assert "decided already" in again["detail"]


def test_a_decline_names_its_code(brand: Asking, platform: Asking, mark: Any) -> None:
    id = case_of(brand, by_mark(mark, line(None, fresh())))
    platform.post(f"/v1/cases/{id}/decision", {"decision": "decline"}, 422)
    case = platform.post(f"/v1/cases/{id}/decision", {"decision": "decline", "code": "genuine_resale"})
    assert (case["state"], case["decline"], case["down"]) == ("declined", "genuine_resale", False)
    refused = platform.get(f"/v1/cases/{id}/statement-of-reasons", 409)
    assert "Nothing was taken down" in refused["detail"]


def test_a_counter_notice_is_taken_once(brand: Asking, platform: Asking, mark: Any) -> None:
    id = case_of(brand, by_mark(mark, line(None, fresh())))
    platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold"})
    told = {"ground": "resale_of_genuine_goods", "statement": "I bought it in the shop in Milan."}
    case = platform.post(f"/v1/cases/{id}/counter-notices", told)
    assert (case["state"], case["ground"]) == ("countered", "resale_of_genuine_goods")
    assert "before" in platform.post(f"/v1/cases/{id}/counter-notices", told, 409)["detail"]
    case = platform.post(f"/v1/cases/{id}/decision", {"decision": "restore"})
    assert (case["state"], case["outcome"], case["down"]) == ("restored", "restored", False)


def test_territories_that_conflict_are_refused_each_in_a_sentence(brand: Asking, mark: Any) -> None:
    refused = brand.post("/v1/notices", by_mark(mark, line(None, fresh()), territories=["FR", "CN"]), 422)
    assert "in force in EU, not in CN" in refused["detail"]
    refused = brand.post("/v1/notices", by_mark(mark, line(None, fresh()), territories=["XX"]), 422)
    assert "no territory" in refused["detail"]
    refused = brand.post("/v1/notices", by_mark(mark, line(None, fresh()), rules="cn"), 422)
    assert "do not fit the territories" in refused["detail"]


def test_somebody_elses_right_or_code_is_nobody_elses_to_use(
    brand: Asking, rival: Asking, mark: Any, stolen: list[dict[str, Any]]
) -> None:
    assert "no such right" in rival.post("/v1/notices", by_mark(mark, line(None, fresh())), 404)["detail"]
    refused = rival.post("/v1/notices", notice(line(stolen[0], fresh())), 422)
    assert "not one of Rival" in refused["detail"]


def test_nobody_else_sees_a_case_or_can_act_on_it(
    brand: Asking, rival: Asking, platform: Asking, inspector: Asking, mark: Any
) -> None:
    made = brand.post("/v1/notices", by_mark(mark, line(None, fresh())), 201)
    id = made["results"][0]["case"]
    for other in (rival, inspector):
        other.get(f"/v1/cases/{id}", 404)
        other.get(f"/v1/notices/{made['id']}", 404)
    rival.post(f"/v1/cases/{id}/withdraw", {}, 404)
    rival.post(f"/v1/cases/{id}/appeal", {"text": "I disagree."}, 404)
    rival.post(f"/v1/cases/{id}/decision", {"decision": "uphold"}, 403)
    brand.post(f"/v1/cases/{id}/decision", {"decision": "uphold"}, 403)
    platform.post(f"/v1/cases/{id}/withdraw", {}, 404)
    assert id not in {one["id"] for one in rival.get("/v1/cases")["items"]}


def test_a_withdrawn_notice_lets_the_listing_up_and_is_not_opened_again(
    brand: Asking, platform: Asking, stolen: list[dict[str, Any]]
) -> None:
    id = case_of(brand, notice(line(stolen[1], fresh())))
    case = brand.post(f"/v1/cases/{id}/withdraw", {})
    assert (case["state"], case["outcome"], case["down"]) == ("closed", "withdrawn", False)
    for path, body in (("withdraw", {}), ("appeal", {"text": "Again."})):
        assert "not opened again" in brand.post(f"/v1/cases/{id}/{path}", body, 409)["detail"]
    told = {"ground": "i_have_a_licence", "statement": "It is here, look."}
    assert "not opened again" in platform.post(f"/v1/cases/{id}/counter-notices", told, 409)["detail"]


def test_every_fault_of_a_notice_is_named_and_nothing_is_kept(brand: Asking, fine: list[dict[str, Any]]) -> None:
    before = brand.get("/v1/cases")["items"][:1]
    wrong = notice(line(fine[0], fresh()), explanation="Bad.", email="nobody", good_faith=False, accurate=False)
    faults = {one["where"] for one in brand.post("/v1/notices", wrong, 422)["errors"]}
    assert faults == {"explanation", "email", "good_faith", "accurate"}
    lines = [line(fine[0], fresh()), {"url": "https://elsewhere.example/1"} | {"code": fine[0]["page"]}]
    refused = brand.post("/v1/notices", notice(*lines), 422)
    assert [one["where"] for one in refused["errors"]] == ["line 2"]
    assert "No marketplace here" in refused["detail"]
    assert brand.get("/v1/cases")["items"][:1] == before


def test_a_code_without_bad_news_decides_nothing(brand: Asking, fine: list[dict[str, Any]]) -> None:
    made = brand.post("/v1/notices", notice(line(fine[1], fresh())), 201)
    assert [(one["case_state"], one["would"]) for one in made["results"]] == [("received", "none")]


def test_an_unknown_code_of_the_programme_is_asked_about_and_decides_nothing(
    brand: Asking, platform: Asking, fine: list[dict[str, Any]]
) -> None:
    unknown = {"gtin": fine[0]["gtin"], "serial": "7K3M9QX2TP4W"}
    told = notice(line(unknown, fresh()), reason="code_unknown_in_programme")
    made = brand.post("/v1/notices", told, 201)["results"][0]
    assert (made["case_state"], made["would"], made["facts"]) == ("received", "ask", ["unknown_in_programme"])
    case = platform.post(f"/v1/cases/{made['case']}/decision", {"decision": "uphold"})
    assert case["automation"] == "partial"


def test_a_code_of_another_model_decides_where_the_platform_says_which_model_is_sold(
    brand: Asking, platform: Asking, fine: list[dict[str, Any]]
) -> None:
    brand.post("/v1/notices", notice(line(fine[2], fresh()), reason="code_other_item"), 422)
    shows, sells = fresh(), fresh()
    for ref, codes in ((shows, [fine[2]["page"]]), (sells, [fine[2]["page"], OTHER_GTIN])):
        listing = {"ref": ref, "url": f"https://bazar.example/{ref}", "title": "Sac Lune", "seller": {"ref": "s-2"}}
        platform.post("/v1/listings/screen", {"listings": [listing | {"codes": codes}]})
    told = notice(*(line(fine[2], ref, sold_as=OTHER_GTIN) for ref in (shows, sells)), reason="code_other_item")
    made = brand.post("/v1/notices", told, 201)["results"]
    assert [one["case_state"] for one in made] == ["received", "upheld"]
    assert [one["facts"] for one in made] == [["registered_as_other_item"]] * 2


def test_a_statement_of_reasons_has_the_databases_fields(
    brand: Asking, platform: Asking, stolen: list[dict[str, Any]], mark: Any
) -> None:
    id = case_of(brand, notice(line(stolen[2], fresh())))
    told = platform.get(f"/v1/cases/{id}/statement-of-reasons")
    assert told["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert told["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    assert told["redress"]["counter_notice_until"]
    id = case_of(brand, by_mark(mark, line(None, fresh()), territories=["FR", "IT"]))
    platform.post(f"/v1/cases/{id}/decision", {"decision": "uphold"})
    told = platform.get(f"/v1/cases/{id}/statement-of-reasons")
    assert told["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert told["category_specification"] == ["KEYWORD_TRADEMARK_INFRINGEMENT"]
    assert told["territorial_scope"] == ["FR", "IT"]
    assert told["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    for personal in ("Rossi", "rossi@maison.example", WORDS):
        assert personal not in str(told)


def test_a_sheet_makes_the_same_notice(app: Flask, brand: Asking, mark: Any) -> None:
    head = by_mark(mark)
    del head["lines"]
    sheet = "url;platform;listing\n" + "".join(f"https://bazar.example/{fresh()};;\n" for _ in range(5))
    sheet += f";bazar;{fresh()}\n"
    form = {"notice": json.dumps(head), "file": (io.BytesIO(sheet.encode()), "lines.csv")}
    answered = brand.ask("POST", "/v1/notices/sheets", data=form)
    assert answered.status_code == 201, answered.text
    assert answered.get_json()["cases"] == 6
    wrong = {"notice": json.dumps(head), "file": (io.BytesIO(b"address\nx\n"), "lines.csv")}
    refused = brand.ask("POST", "/v1/notices/sheets", data=wrong)
    assert refused.status_code == 422
    assert "columns of a notice" in refused.get_json()["detail"]


def test_a_file_is_for_the_parties_of_its_case_alone(brand: Asking, platform: Asking, rival: Asking, mark: Any) -> None:
    content = b"%PDF-1.4\n" + uuid.uuid4().bytes
    sent = brand.ask("POST", "/v1/cases/files", data={"file": (io.BytesIO(content), "invoice.pdf")})
    assert sent.status_code == 201, sent.text
    name = sent.get_json()["sha256"]
    rival.post("/v1/notices", by_mark(mark, line(None, fresh()), files=[name]), 404)
    unsent = by_mark(mark, line(None, fresh()), files=["ab" * 32])
    assert "Send the file first" in brand.post("/v1/notices", unsent, 404)["detail"]
    id = case_of(brand, by_mark(mark, line(None, fresh()), files=[name]))
    shown = platform.ask("GET", f"/v1/cases/{id}/files/{name}")
    assert (shown.status_code, shown.data, shown.mimetype) == (200, content, "application/pdf")
    assert rival.ask("GET", f"/v1/cases/{id}/files/{name}").status_code == 404
    other = case_of(brand, by_mark(mark, line(None, fresh())))
    assert platform.ask("GET", f"/v1/cases/{other}/files/{name}").status_code == 404
    picture = brand.ask("POST", "/v1/cases/files", data={"file": (io.BytesIO(b"GIF89a"), "photo.gif")})
    assert picture.status_code == 422


def test_what_the_platform_itself_told_of_a_listing_counts_before_the_notifiers_word(
    brand: Asking, platform: Asking, stolen: list[dict[str, Any]], fine: list[dict[str, Any]]
) -> None:
    shows, hides = fresh(), fresh()
    for ref, item in ((shows, stolen[0]), (hides, fine[3])):
        listing = {
            "ref": ref,
            "url": f"https://bazar.example/{ref}",
            "title": "Sac Lune",
            "seller": {"ref": "s-screened"},
            "codes": [item["page"]],
        }
        platform.post("/v1/listings/screen", {"listings": [listing]})
    made = brand.post("/v1/notices", notice(line(stolen[0], shows), line(stolen[0], hides)), 201)["results"]
    assert [(one["would"], one["case_state"]) for one in made] == [("uphold", "upheld"), ("review", "received")]
    assert platform.get(f"/v1/cases/{made[0]['case']}")["seller"] == "s-screened"


def test_every_state_of_a_case_can_be_asked_for() -> None:
    assert set(get_args(StateWord)) == {one.value for one in State}
