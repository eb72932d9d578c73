"""The rights page: stated, changed, withdrawn and given to agents without JavaScript; no fault by the WCAG rules."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ledger.domain.organisations import Role
from ledger.services.organisations import add_organisation
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.stage import Stage, staged

FIELDS = {
    "kind": "mark",
    "name": "Maison Exemple",
    "number": "018123456",
    "office": "EUIPO",
    "classes": "18, 25",
    "territories": "FR it",
    "expires_on": "2031-03-31",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("rights")) as ready:
        add_organisation(ready.ledger, slug="protect", name="Protect", role=Role.AGENT, domain="protect.example")
        yield ready


class Visitor:
    """Somebody who is signed in and follows forms."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        assert self.post("/console/sign-in", key=key, page="/console/sign-in").status_code == 303

    def get(self, path: str) -> str:
        answer = self.client.get(path, buffered=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, page: str = "/console/rights", **fields: Any) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert token
        return self.client.post(path, data={"csrf_token": token[1], **fields}, buffered=True)


@pytest.fixture(scope="module")
def brand(stage: Stage) -> Visitor:
    return Visitor(stage.app().test_client(), stage.key("maison"))


@pytest.fixture(scope="module")
def agent(stage: Stage) -> Visitor:
    return Visitor(stage.app().test_client(), stage.key("protect"))


@pytest.fixture(scope="module")
def right(brand: Visitor) -> str:
    """The path of the right's own page."""
    answer = brand.post("/console/rights", **FIELDS, file=(io.BytesIO(b"%PDF-1.7 x"), "certificate.pdf"))
    assert answer.status_code == 303, answer.text
    found = re.search(r'href="(/console/rights/rt_[0-9A-Z]+)"', brand.get("/console/rights"))
    assert found
    return found[1]


def test_a_right_is_kept_as_it_was_typed_and_shown_with_its_state(brand: Visitor, right: str) -> None:
    page = brand.get("/console/rights")
    assert "In force, as you stated it" in page
    assert "FR, IT" in page
    assert "A certificate is kept" in brand.get(right)


def test_what_cannot_be_kept_comes_back_as_it_was_typed(brand: Visitor, right: str) -> None:
    again = brand.post("/console/rights", **FIELDS)
    assert again.status_code == 409
    assert "You have stated the registration" in again.text
    wrong = brand.post("/console/rights", **FIELDS | {"number": "99", "classes": "99", "expires_on": "soon"})
    assert wrong.status_code == 422
    assert 'value="99"' in wrong.text
    assert brand.post("/console/rights", **FIELDS | {"kind": "patent"}).status_code == 422


def test_a_right_is_changed_and_withdrawn(brand: Visitor) -> None:
    assert brand.post("/console/rights", **FIELDS | {"number": "77", "name": "Autre"}).status_code == 303
    own = re.search(r'href="(/console/rights/rt_[0-9A-Z]+)">Autre', brand.get("/console/rights"))
    assert own
    assert brand.post(own[1], page=own[1], **FIELDS | {"number": "77", "name": "Autre Mot"}).status_code == 303
    assert "Autre Mot" in brand.get("/console/rights")
    assert brand.post(own[1], page=own[1], do="withdraw").status_code == 303
    assert "Nothing rests on it any more" in brand.get(own[1])


def test_an_agent_is_let_in_for_one_right_and_ended_by_either_side(brand: Visitor, agent: Visitor, right: str) -> None:
    assert "No brand has authorised you yet" in agent.get("/console/rights")
    given = {"agent": "protect", "rights": right.rpartition("/")[2], "places": "FR", "until": "2028-01-31"}
    assert brand.post("/console/rights/agents", **given).status_code == 303
    assert "May act until 2028-01-31" in brand.get("/console/rights")
    shown = agent.get("/console/rights")
    assert "Maison Exemple" in shown
    assert 'href="/console/rights/rt_' not in shown
    assert agent.client.get(right).status_code == 403
    end = re.search(r'action="(/console/rights/agents/aa_[0-9A-Z]+/end)"', shown)
    assert end
    assert agent.post(end[1]).status_code == 303
    assert "No rights yet" in agent.get("/console/rights")
    assert brand.post("/console/rights/agents", **given | {"agent": "nobody"}).status_code == 404
    assert brand.post("/console/rights/agents", **given | {"until": "2020-01-01"}).status_code == 422


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_have_no_fault_and_do_not_scroll_sideways(
    stage: Stage, brand: Visitor, right: str, browser: Any, width: int
) -> None:
    brand.post("/console/rights/agents", agent="protect", until="2027-05-31", kinds="mark")
    with served(stage.app()) as base:
        page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
        page.goto(base + "/console/sign-in")
        page.fill("input[name=key]", stage.key("maison"))
        page.press("input[name=key]", "Enter")
        page.wait_for_url(base + "/console/")
        for path in ("/console/rights", right):
            page.goto(base + path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            page.add_script_tag(path=str(AXE))
            found = page.evaluate("axe.run().then(got => got.violations.map(one => one.id + one.nodes[0].html))")
            assert found == [], path
        page.context.close()
