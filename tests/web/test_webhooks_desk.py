"""Webhooks at the desk: the secret is shown once, the log says what happened, and what failed can be sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from ledger.domain.organisations import Role, Scope
from ledger.domain.webhooks import EventType, Problem
from ledger.services.deliver_webhooks import deliver, take_delivery
from ledger.services.organisations import add_organisation
from ledger.services.queue_message import queue_message
from ledger.services.webhooks_port import Reply
from tests.web.stage import Stage, on_each_database
from tests.web.test_console import Visitor

URL = "https://hooks.example/in"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("webhooks")) as made:
        yield made


@pytest.fixture
def anyone(stage: Stage) -> Iterator[Visitor]:
    yield Visitor(stage.app().test_client())
    with stage.ledger.store.write() as tx:
        for one in tx.webhooks.endpoints():
            tx.webhooks.remove_endpoint(one.id)


@pytest.fixture
def brand(stage: Stage, anyone: Visitor) -> Visitor:
    assert anyone.sign_in(stage.key("maison")).status_code == 303
    return anyone


class Told:
    """A courier that answers as it is told to."""

    def __init__(self, status: int | None, response: str = "", problem: Problem | None = None) -> None:
        self.reply = Reply(status, problem, response, 12)
        self.ids: list[str] = []

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        self.ids.append(headers["webhook-id"])
        return self.reply


def add(visitor: Visitor, **more: object) -> str:
    """Add a webhook; the address of its page."""
    answer = visitor.post("/console/webhooks/new", "/console/webhooks", url=URL, **more)
    assert answer.status_code == 200, answer.text
    found = re.search(r'href="(/console/webhooks/whe_[^"]+)"', answer.text)
    assert found
    return found.group(1)


def told(stage: Stage, courier: Told, type: EventType = EventType.ITEM_CLAIMED) -> None:
    ledger = stage.ledger
    with ledger.store.write() as tx:
        queue_message(ledger, tx, stage.brand.organisation.id, type, {"what": None, "item": {"serial": "<É>"}})
    run(stage, courier)


def run(stage: Stage, courier: Told) -> None:
    while (taken := take_delivery(stage.ledger)) is not None:
        deliver(stage.ledger, courier, taken)


def test_the_secret_is_shown_once_and_never_again(brand: Visitor) -> None:
    assert "There are no webhooks yet" in brand.get("/console/webhooks").text
    answer = brand.post("/console/webhooks/new", "/console/webhooks", url=URL, description="our <shop>")
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", answer.text)
    assert secret
    assert answer.headers["Cache-Control"] == "no-store"
    home = re.search(r'href="(/console/webhooks/whe_[^"]+)"', answer.text)
    assert home
    for address in ("/console/webhooks", home.group(1)):
        page = brand.get(address).text
        assert URL in page
        assert "our &lt;shop&gt;" in page
        assert "whsec_" not in page


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example/", "Use https://"),
        ("https://127.0.0.1/", "private network"),
        ("https://u:p@hooks.example/", "user name"),
        ("nonsense", "not a web address"),
        ("", "not a web address"),
    ],
)
def test_an_address_that_nothing_is_sent_to_comes_back_with_the_reason(brand: Visitor, url: str, said: str) -> None:
    answer = brand.post("/console/webhooks/new", "/console/webhooks", url=url, description="shop <b>")
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "shop &lt;b&gt;" in answer.text
    assert "There are no webhooks yet" in brand.get("/console/webhooks").text


def test_no_tick_means_everything(stage: Stage, brand: Visitor) -> None:
    add(brand)
    assert "Everything" in brand.get("/console/webhooks").text
    add(brand, types="item.reported")
    assert "1 kind of message" in brand.get("/console/webhooks").text
    odd = brand.post("/console/webhooks/new", "/console/webhooks", url=URL, types="item.nonsense")
    assert odd.status_code == 422
    assert "no type of message" in odd.text


def test_a_test_message_is_sent_and_its_answer_seen(stage: Stage, brand: Visitor) -> None:
    home = add(brand)
    answer = brand.post(home, f"{home}/test")
    assert answer.status_code == 303
    waiting = brand.get(answer.location).text
    assert 'http-equiv="refresh"' in waiting
    run(stage, Told(200, "hello <script>"))
    seen = brand.get(answer.location).text
    assert "200 OK" in seen
    assert "hello &lt;script&gt;" in seen
    assert 'http-equiv="refresh"' not in seen
    assert "webhook.test" in brand.get(home).text


def test_the_log_is_filtered_and_paged(stage: Stage, brand: Visitor) -> None:
    home = add(brand)
    for _ in range(27):
        told(stage, Told(200))
    told(stage, Told(410))
    page = brand.get(home).text
    assert page.count("/console/webhooks/deliveries/") == 25
    assert "All (28)" in page
    older = re.search(r'href="([^"]+before=[^"]+)"', page)
    assert older
    assert brand.get(older.group(1).replace("&amp;", "&")).text.count("/console/webhooks/deliveries/") == 3
    assert brand.get(home + "?state=failed").text.count("/console/webhooks/deliveries/") == 1
    assert "There are no such messages." in brand.get(home + "?state=waiting").text
    assert brand.get(home + "?state=nonsense&before=zzz").status_code == 200


def test_what_failed_is_said_in_words_and_sent_again_with_the_same_name(stage: Stage, brand: Visitor) -> None:
    home = add(brand)
    told(stage, Told(None, problem=Problem.TIMEOUT))
    page = brand.get(home).text
    assert "Failing" in page
    delivery = re.search(r'href="(/console/webhooks/deliveries/[^"]+)"', page)
    assert delivery
    whole = brand.get(delivery.group(1)).text
    assert "It did not answer within ten seconds." in whole
    assert "&lt;É&gt;" in whole
    told(stage, Told(410))
    assert "switched off" in brand.get(home).text.lower()
    assert "It answered that it is gone (410)." in brand.get(home).text
    refused = brand.post(home, f"{home}/replay", span="all")
    assert refused.status_code == 409
    assert brand.post(home, f"{home}/switch", to="on").status_code == 303
    again = brand.post(home, f"{home}/replay", span="all")
    assert "2 messages are sent again." in again.text
    courier = Told(204)
    run(stage, courier)
    assert len(set(courier.ids)) == 2
    assert "Nothing had failed" in brand.post(home, f"{home}/replay", span="day").text
    one = brand.post(delivery.group(1), delivery.group(1) + "/replay")
    assert one.status_code == 303
    run(stage, courier)
    assert len(courier.ids) == 3
    assert len(set(courier.ids)) == 2


def test_a_secret_is_replaced_and_the_page_says_how_long_the_old_one_lasts(brand: Visitor) -> None:
    home = add(brand)
    day = brand.post(home, f"{home}/secret", when="day")
    now = brand.post(home, f"{home}/secret", when="now")
    assert "whsec_" in day.text
    assert "The old secret still works for a day." in day.text
    assert "whsec_" in now.text
    assert "still works" not in now.text


def test_removing_asks_first(brand: Visitor) -> None:
    home = add(brand)
    assert "Remove this webhook?" in brand.get(f"{home}/remove").text
    assert brand.post(f"{home}/remove", f"{home}/remove").status_code == 303
    assert brand.get(home).status_code == 404


def test_switching_off_and_on_is_undone_by_the_other(brand: Visitor) -> None:
    home = add(brand)
    brand.post(home, f"{home}/switch", to="off")
    assert "You switched it off." in brand.get(home).text
    assert brand.post(home, f"{home}/test").status_code == 409
    brand.post(home, f"{home}/switch", to="on")
    assert "In use" in brand.get(home).text


def test_a_member_or_key_without_the_scope_neither_sees_nor_opens_them(stage: Stage, anyone: Visitor) -> None:
    anyone.sign_in(stage.key("maison", *(set(Scope) - {Scope.KEYS})))
    assert "/console/webhooks" not in anyone.get("/console/").text
    for page in (
        "/console/webhooks",
        "/console/webhooks/new",
        "/console/webhooks/whe_1",
        "/console/webhooks/deliveries/x",
    ):
        assert anyone.get(page).status_code == 403


def test_anothers_webhooks_are_not_there(stage: Stage, brand: Visitor) -> None:
    home = add(brand)
    told(stage, Told(200))
    delivery = re.search(r'href="(/console/webhooks/deliveries/[^"]+)"', brand.get(home).text)
    assert delivery
    with stage.ledger.store.read() as tx:
        known = tx.organisations.get("rival") is not None
    if not known:
        add_organisation(
            stage.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952199"]
        )
    rival = Visitor(stage.app().test_client())
    assert rival.sign_in(stage.key("rival")).status_code == 303
    assert rival.get(home).status_code == 404
    assert rival.get(f"{home}/remove").status_code == 404
    assert rival.get(delivery.group(1)).status_code == 404
    page = "/console/webhooks/new"
    for action in ("test", "secret", "switch", "remove", "replay"):
        assert rival.post(page, f"{home}/{action}").status_code == 404
    assert rival.post(page, delivery.group(1) + "/replay").status_code == 404
    assert brand.get(home).status_code == 200


@pytest.mark.parametrize("action", ["test", "secret", "switch", "remove", "replay"])
def test_a_form_without_its_token_does_nothing(brand: Visitor, action: str) -> None:
    home = add(brand)
    assert brand.client.post(f"{home}/{action}").status_code == 400
    assert brand.get(home).status_code == 200
