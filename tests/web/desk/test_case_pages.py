"""Notices on pages: sent and followed by a brand, decided by a marketplace, answered by a seller without an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from ledger.domain.asks import AskState
from ledger.domain.desk.rights import RightKind
from ledger.domain.organisations import Scope
from ledger.services.desk.rights import Given, state_right
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.api.asking import Asking, claimed, registered
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage, staged
from tests.web.test_console import Visitor

WORDS = "The title names our mark for goods that are not ours."


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("cases")) as made:
        state_right(
            made.ledger, made.brand, Given(RightKind.MARK, "Maison Exemple", "018000001", "EUIPO", ["18"], ["EU"])
        )
        yield made


def visitor(stage: Stage, slug: str, *scopes: Scope) -> Visitor:
    made = Visitor(stage.app().test_client())
    assert made.sign_in(stage.key(slug, *scopes)).status_code == 303
    return made


def fields(stage: Stage, lines: str, **more: str) -> dict[str, str]:
    with stage.ledger.store.read() as tx:
        [right] = tx.rights.of(stage.brand.organisation.id)
    return {
        "reason": "keyword_misuse",
        "right": right.id,
        "lines": lines,
        "territories": "fr, it",
        "rules": "eu",
        "explanation": WORDS,
        "name": "M. Rossi",
        "email": "rossi@maison.example",
        "good_faith": "1",
        "accurate": "1",
    } | more


def sent(stage: Stage, brand: Visitor, lines: str, **more: str) -> list[str]:
    """The addresses of the cases of a notice that is sent on the page."""
    told = fields(stage, lines, do="send", **more)
    answer = brand.post("/console/notices/new", "/console/notices", **told)
    assert answer.status_code == 303, answer.text
    page = brand.get(answer.headers["Location"]).text
    return list(dict.fromkeys(re.findall(r'href="(/console/cases/cas_[^"]+)"', page)))


def test_a_notice_is_looked_at_first_and_sent_then(stage: Stage) -> None:
    brand = visitor(stage, "maison")
    lines = "https://bazar.example/a\nbazar/L-1\nhttps://bazar.example/a#x\n"
    told = fields(stage, lines, do="check")
    page = brand.post("/console/notices/new", "/console/notices", **told).text
    assert "2 of 3 listings are new. Nothing was sent yet." in page
    assert "It says the same as line 1." in page
    assert WORDS in page
    assert len(sent(stage, brand, lines)) == 2


def test_what_is_wrong_in_a_notice_comes_back_with_the_form_as_it_was_filled_in(stage: Stage) -> None:
    brand = visitor(stage, "maison")
    told = fields(stage, "https://bazar.example/b", do="send", territories="CN", rules="house")
    answer = brand.post("/console/notices/new", "/console/notices", **told)
    assert answer.status_code == 422
    assert "not in CN" in answer.text
    assert "https://bazar.example/b" in answer.text
    told = fields(stage, "https://elsewhere.example/b", do="send", accurate="")
    assert "is not confirmed" in brand.post("/console/notices/new", "/console/notices", **told).text


def test_a_marketplace_decides_and_its_seller_answers_by_the_link(stage: Stage) -> None:
    brand, bazar = visitor(stage, "maison"), visitor(stage, "bazar")
    [case] = sent(stage, brand, "https://bazar.example/c")
    assert case in bazar.get("/console/cases").text
    answer = bazar.post(case, f"{case}/decision", decision="uphold", text="Seen.", seller="s-1")
    assert answer.status_code == 303
    page = bazar.get(case).text
    link = unescape(re.findall(r'href="[^"]*(/answer/[^"]+)"', page)[0])
    assert "/answer/" not in brand.get(case).text
    seller = stage.app().test_client()
    shown = seller.get(link)
    assert shown.status_code == 200
    assert "Set-Cookie" not in shown.headers
    assert shown.headers["Cache-Control"] == "private, no-store"
    for words in (WORDS, "Maison Exemple", "M. Rossi"):
        assert words in shown.text
    assert "rossi@maison.example" not in shown.text
    refused = seller.post(link, data={"ground": "i_have_a_licence", "statement": "x"})
    assert refused.status_code == 422
    told = {"ground": "i_have_a_licence", "statement": "Here is the licence of the brand."}
    assert seller.post(link, data=told, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert seller.post(link, data=told).status_code == 303
    assert "Your answer was received" in seller.get(link).text
    again = seller.post(link, data=told)
    assert again.status_code == 422
    assert "before" in again.text
    assert "The seller says: I have a licence." in unescape(bazar.get(case).text)
    assert bazar.post(case, f"{case}/decision", decision="restore").status_code == 303
    assert "may be shown again" in seller.get(link).text
    assert stage.app().test_client().get("/answer/nonsense").status_code == 404


def test_an_owner_proves_on_the_sellers_page_that_they_have_the_item_and_the_listing_is_back(stage: Stage) -> None:
    app = stage.app(pace=UNHURRIED)
    [item] = registered(stage, Asking(app, stage.key("maison")), 1)
    owner = claimed(stage, Asking(app, None), item)
    stage.follow()
    brand, bazar = visitor(stage, "maison"), visitor(stage, "bazar")
    [case] = sent(stage, brand, f"https://bazar.example/owned {item['page']}")
    bazar.post(case, f"{case}/decision", decision="uphold")
    link = unescape(re.findall(r'href="[^"]*(/answer/[^"]+)"', bazar.get(case).text)[0])
    seller = app.test_client()
    asked = seller.post(f"{link}/proof", data={})
    assert asked.status_code == 200
    assert "· Bazar" in asked.text
    assert "/prove/" in asked.text
    proof = re.findall(r'name="proof" value="(ask_[^"]+)"', asked.text)[0]
    told = {"ground": "i_own_this_item", "proof": proof}
    early = seller.post(link, data=told)
    assert early.status_code == 422
    assert "does not count" in early.text
    with stage.ledger.store.write() as tx:
        tx.asks.answer(proof, AskState.CONFIRMED, stage.ledger.now(), owner.address.lower(), None)
    assert seller.post(link, data=told).status_code == 303
    assert "Your listing may be shown again" in seller.get(link).text


def test_a_reviewer_is_shown_the_case_in_which_the_same_item_came_back_before(stage: Stage) -> None:
    app = stage.app(pace=UNHURRIED)
    [item] = registered(stage, Asking(app, stage.key("maison")), 1)
    owner, api = claimed(stage, Asking(app, None), item), Asking(app, stage.key("bazar"))
    stage.follow()
    brand, bazar = visitor(stage, "maison"), visitor(stage, "bazar")
    cases = sent(stage, brand, "".join(f"https://bazar.example/bag-{n} {item['page']}\n" for n in (1, 2)))
    states = []
    for number, case in enumerate(cases):
        bazar.post(case, f"{case}/decision", decision="uphold")
        told = {"gtin": item["gtin"], "serial": item["serial"], "seller": f"s-{number}"}
        proof = api.post("/v1/proofs", told, 201)["id"]
        with stage.ledger.store.write() as tx:
            tx.asks.answer(proof, AskState.CONFIRMED, stage.ledger.now(), owner.address.lower(), None)
        answer = {"ground": "i_own_this_item", "proof": proof, "seller": f"s-{number}"}
        states.append(api.post(f"/v1/cases/{case.rsplit('/', 1)[1]}/counter-notices", answer)["state"])
    assert states == ["restored", "countered"]
    assert f'href="{cases[0]}">Look at that case' in bazar.get(cases[1]).text
    assert "Look at that case" not in brand.get(cases[1]).text


def test_while_an_appeal_waits_the_page_takes_what_the_rules_take_and_nothing_else(stage: Stage) -> None:
    app = stage.app(pace=UNHURRIED)
    [item] = registered(stage, Asking(app, stage.key("maison")), 1)
    owner = claimed(stage, Asking(app, None), item)
    stage.follow()
    brand, bazar = visitor(stage, "maison"), visitor(stage, "bazar")
    [case] = sent(stage, brand, f"https://bazar.example/appealed {item['page']}")
    bazar.post(case, f"{case}/decision", decision="uphold")
    link = unescape(re.findall(r'href="[^"]*(/answer/[^"]+)"', bazar.get(case).text)[0])
    seller = app.test_client()
    assert "What applies?" in seller.get(link).text
    assert seller.post(f"{link}/appeal", data={"text": "It is mine."}).status_code == 303
    waiting = seller.get(link).text
    assert "Your appeal waits. If you own the item" in waiting
    assert "What applies?" not in waiting
    refused = seller.post(link, data={"ground": "i_have_a_licence", "statement": "Here is the licence."})
    assert refused.status_code == 422
    assert "An appeal waits for its decision" in refused.text
    asked = seller.post(f"{link}/proof", data={}).text
    assert "What applies?" not in asked
    form = dict(re.findall(r'<input type="hidden" name="(proof|ground|code)" value="([^"]*)"', asked))
    with stage.ledger.store.write() as tx:
        tx.asks.answer(form["proof"], AskState.CONFIRMED, stage.ledger.now(), owner.address.lower(), None)
    assert seller.post(link, data=form).status_code == 303
    after = seller.get(link).text
    assert "Your listing may be shown again" in after
    assert "Answer it" not in after


def test_cases_are_their_parties_alone(stage: Stage) -> None:
    brand = visitor(stage, "maison")
    [case] = sent(stage, brand, "https://bazar.example/d")
    assert visitor(stage, "luxcheck").get(case).status_code == 403
    assert visitor(stage, "bazar", Scope.READ).get(case).status_code == 200
    weak = visitor(stage, "bazar", Scope.READ)
    assert "Decide</h2>" not in weak.get("/console/cases").text
    assert brand.post(case, f"{case}/decision", decision="uphold").status_code == 403
    assert "Withdraw it" in brand.get(case).text
    assert brand.post(case, f"{case}/withdraw").status_code == 303
    assert "It ended with the notice withdrawn." in brand.get(case).text


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with served(stage.app()) as made:
        yield made


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_cases_has_a_fault_or_scrolls_sideways(stage: Stage, address: str, browser: Any, width: int) -> None:
    brand, bazar = visitor(stage, "maison"), visitor(stage, "bazar")
    [case] = sent(stage, brand, f"https://bazar.example/wide-{width}")
    waiting = bazar.get(case).status_code
    assert waiting == 200
    pages = {"maison": ["/console/cases", "/console/notices/new", case], "bazar": ["/console/cases", case]}
    for slug, paths in pages.items():
        page = browser.new_context(viewport={"width": width, "height": 640}, bypass_csp=True).new_page()
        page.goto(address + "/console/sign-in")
        page.fill("input[name=key]", stage.key(slug))
        page.press("input[name=key]", "Enter")
        page.wait_for_url(address + "/console/")
        for path in paths:
            _expect_sound(page, address + path, width)
        page.context.close()
    bazar.post(case, f"{case}/decision", decision="uphold")
    link = unescape(re.findall(r'href="[^"]*(/answer/[^"]+)"', bazar.get(case).text)[0])
    page = browser.new_context(viewport={"width": width, "height": 640}, bypass_csp=True).new_page()
    _expect_sound(page, address + link, width)
    stage.app().test_client().post(f"{link}/appeal", data={"text": "It is genuine."})
    _expect_sound(page, address + link, width)
    page.context.close()


def _expect_sound(page: Any, where: str, width: int) -> None:
    page.goto(where)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, where
    page.add_script_tag(path=str(AXE))
    faults = page.evaluate("axe.run().then(found => found.violations.map(one => one.id + one.nodes[0].html))")
    assert faults == [], where
