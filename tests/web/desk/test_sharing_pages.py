"""What brands share, on pages: switched on and off, asked about, and leads to where copies come from."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.domain.desk.signals import QUESTIONS_A_DAY
from ledger.domain.organisations import Scope
from ledger.services.desk.signals_view import questions_of
from ledger.services.organisations import operator_as
from tests.web.api.asking import registered
from tests.web.api.test_signals import alert, calm, upheld_cases
from tests.web.api.test_tracing import offered
from tests.web.desk.conftest import Visiting
from tests.web.stage import Stage
from tests.web.test_console import Visitor

HERE = "/console/sharing"


@pytest.fixture(scope="module")
def brand(visiting: Visiting) -> Visitor:
    return visiting("maison")


@pytest.fixture(scope="module")
def rival(visiting: Visiting) -> Visitor:
    return visiting("rival")


@pytest.fixture
def copied(shared: Stage, asking: Any) -> Iterator[dict[str, Any]]:
    """An item that is suspected to be copied."""
    [item] = registered(shared, asking("maison"), 1)
    alert(shared, item)
    yield item
    calm(shared, item)


def share(brand: Visitor, kind: str, **fields: object) -> Any:
    return brand.post(HERE, f"{HERE}/{kind}", **fields)


def test_nothing_is_shared_until_a_brand_says_so_with_whom(
    brand: Visitor, rival: Visitor, visiting: Visiting, copied: dict[str, Any]
) -> None:
    platform = visiting("bazar")
    assert brand.get(HERE).text.count("Not shared") == 3
    assert "No brand shares anything with you yet" in rival.get(HERE).text
    assert share(brand, "clone_alert", **{"with": "some", "to": "rival", "named": "1", "since": "0"}).status_code == 303
    page = brand.get(HERE).text
    assert "Shared with: Rival." in page
    assert "They are told that it is yours." in page
    assert "1 signal stands now." in page
    assert copied["serial"] in rival.get(HERE).text
    assert "maison" in rival.get(HERE).text
    assert copied["serial"] not in platform.get(HERE).text
    assert share(brand, "clone_alert", **{"with": "all", "since": "0"}).status_code == 303
    assert copied["serial"] in platform.get(HERE).text
    assert "not named" in rival.get(HERE).text
    assert share(brand, "clone_alert", do="stop").status_code == 303
    assert copied["serial"] not in rival.get(HERE).text
    assert "Withdrawn" in rival.get(HERE).text
    assert brand.get(HERE).text.count("Not shared") == 3


def test_from_now_on_leaves_out_what_was_before(brand: Visitor, rival: Visitor, copied: dict[str, Any]) -> None:
    assert share(brand, "clone_alert", **{"with": "all", "since": "now"}).status_code == 303
    page = brand.get(HERE).text
    assert "Only what began after" in page
    assert "checked> <span>As now: what began after" in page
    [since] = re.findall(r'name="since" value="(\d+)" checked> <span>As now', page)
    assert share(brand, "clone_alert", **{"with": "all", "since": since}).status_code == 303
    assert f'name="since" value="{since}" checked> <span>As now' in brand.get(HERE).text
    share(brand, "clone_alert", do="stop")


def test_what_cannot_be_shared_has_a_sentence(brand: Visitor) -> None:
    for fields, status, words in (
        ({}, 422, "Choose with whom it is shared"),
        ({"with": "some"}, 422, "name other brands or platforms"),
        ({"with": "some", "to": "nobody"}, 422, "name other brands or platforms"),
        ({"with": "all", "since": "4000000000"}, 422, "from a moment that has come"),
        ({"with": "all", "since": "-1"}, 422, "Choose from when on"),
        ({"do": "stop"}, 404, "You do not share signals of that kind"),
    ):
        answer = share(brand, "stolen", **fields)
        assert (answer.status_code, words in answer.text) == (status, True), fields
    assert share(brand, "looks", **{"with": "all"}).status_code == 404


def test_each_sees_and_does_what_is_theirs(visiting: Visiting, brand: Visitor) -> None:
    platform = visiting("bazar")
    page = platform.get(HERE).text
    assert "What brands share with you" in page
    assert "With whom" not in page
    assert share(platform, "stolen", **{"with": "all"}).status_code == 403
    reader = visiting("maison", Scope.READ)
    assert "Share it" not in reader.get(HERE).text
    assert "Ask about a seller" not in reader.get(HERE).text
    assert reader.post(HERE, f"{HERE}/ask", kind="email", value="a@b.example").status_code == 403
    assert visiting("luxcheck").get(HERE).status_code == 403
    assert visiting("maison", Scope.IMPORT).get(HERE).status_code == 403


def test_an_offender_is_named_by_cases_asked_about_and_forgotten(
    shared: Stage, brand: Visitor, visiting: Visiting, asking: Any
) -> None:
    assert "There are none yet." in brand.get(HERE).text
    cases = upheld_cases(shared, asking("maison"), 2, "page")
    page = brand.get(HERE).text
    assert all(f'value="{one}"' in page for one in cases)
    value = f"{secrets.token_hex(4)}@mail.example"
    wrong = brand.post(HERE, f"{HERE}/offenders", kind0="email", value0=value, cases=cases[0])
    assert (wrong.status_code, "Name two cases of yours at least" in wrong.text) == (422, True)
    assert value in wrong.text
    none = brand.post(HERE, f"{HERE}/offenders", kind0="email", value0="", cases=cases)
    assert (none.status_code, "at least one thing" in none.text) == (422, True)
    assert brand.post(HERE, f"{HERE}/offenders", kind0="email", value0=value, cases=cases).status_code == 303
    bazar = visiting("bazar")
    before = questions_of(shared.ledger, operator_as(shared.ledger, "bazar"))
    answer = bazar.post(HERE, f"{HERE}/ask", kind="email", value=value.upper()).text
    assert "No brand that shares with you has named it" in answer
    share(brand, "repeat_offender", **{"with": "all", "named": "1", "since": "0"})
    answer = bazar.post(HERE, f"{HERE}/ask", kind="email", value=value.upper()).text
    assert "Yes. A brand that shares with you has named it: maison." in answer
    assert value.upper() not in answer
    after = questions_of(shared.ledger, operator_as(shared.ledger, "bazar"))
    assert (after.asked - before.asked, after.matched - before.matched) == (2, 1)
    assert after.left == QUESTIONS_A_DAY - after.asked
    assert f"Answered yes: {after.matched}." in bazar.get(HERE).text
    short = bazar.post(HERE, f"{HERE}/ask", kind="email", value="a")
    assert (short.status_code, "4 to 200 characters" in short.text) == (422, True)
    [forget] = re.findall(rf'action="({HERE}/offenders/ofd_[^"]+/forget)"', brand.get(HERE).text)
    assert visiting("rival").post(HERE, forget).status_code == 404
    assert brand.post(HERE, forget).status_code == 303
    assert brand.post(HERE, forget).status_code == 404
    assert "You have named nobody" in brand.get(HERE).text


def test_leads_are_shown_to_the_brand_of_the_items_alone(
    shared: Stage, brand: Visitor, rival: Visitor, visiting: Visiting, asking: Any
) -> None:
    path = "/console/watch/sources"
    assert "No lead yet" in rival.get(path).text
    assert path in brand.get("/console/watch").text
    items = registered(shared, asking("maison"), 2)
    sellers = [f"maker-{secrets.token_hex(4)}" for _ in range(2)]
    refs = [offered(asking("bazar"), seller, item) for seller in sellers for item in items]
    for item in items:
        alert(shared, item)
    page = brand.get(path).text
    assert all(f"bazar/{ref}" in page for ref in refs)
    assert all(item["serial"] in page for item in items)
    assert "Sellers with the same codes" in page
    assert not any(seller in page for seller in sellers)
    assert "No lead yet" in rival.get(path).text
    assert visiting("bazar").get(path).status_code == 403
    assert visiting("maison", Scope.READ).get(path).status_code == 403
