"""The report of a real log: the same from page, file and command, again at any entry, and never before its time."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from ledger.domain.desk.clues import Answer
from ledger.domain.errors import Invalid, Unknown
from ledger.services.desk.clues import answer_clue, send_clue
from ledger.services.desk.transparency import month_of, period_of, transparency
from tests.web.stage import GTIN, Stage, on_each_database
from web.limits import Pace


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("transparency")) as made:
        item = made.register([{}])[0]
        for n in range(3):
            clue = send_clue(made.ledger, code=f"(01){GTIN}(21){item.serial}", text=f"Clue {n}")
            if n:
                answer_clue(made.ledger, made.brand, clue.id, Answer.FAKE if n == 1 else Answer.GENUINE)
        yield made


@pytest.fixture(scope="module")
def client(stage: Stage) -> FlaskClient:
    return stage.app(pace=Pace(*[1_000_000] * 6)).test_client()


def test_page_file_and_service_tell_the_same_numbers(stage: Stage, client: FlaskClient) -> None:
    report = transparency(stage.ledger, month_of(stage.ledger.now()))
    numbers = {one.key: one.numerator for one in report.figures}
    assert (numbers["clues_received"], numbers["clues_answered.fake"]) == (3, 1)
    shown = client.get("/transparency.json").get_json()
    assert {one["key"]: one["numerator"] for one in shown["figures"]} == numbers
    assert shown["log"] == {"entries": report.entries, "hash": report.head.hex()}
    rows = list(csv.DictReader(io.StringIO(client.get("/transparency.csv").get_data(as_text=True))))
    told = {one["indicator"]: one["numerator"] for one in rows}
    assert all(told[key] == ("" if value is None else str(value)) for key, value in numbers.items())
    assert {one["section"] for one in rows} >= {"1.3", "1.4", "1.5.1", "1.6", "1.7", "1.8"}
    page = client.get("/transparency").get_data(as_text=True)
    assert "clues_answered.fake" in page
    assert "too few to say" in page


def test_an_old_report_is_asked_again_of_the_log_as_it_was(stage: Stage) -> None:
    name = month_of(stage.ledger.now())
    before = transparency(stage.ledger, name)
    item = stage.register([{"private_note": "another"}])[0]
    send_clue(stage.ledger, code=f"(01){GTIN}(21){item.serial}", text="One more")
    after = transparency(stage.ledger, name)
    again = transparency(stage.ledger, name, upto=before.entries)
    assert again.as_json() | {"period": 0} == before.as_json() | {"period": 0}
    assert after.as_json()["log"] != before.as_json()["log"]


def test_the_log_holds_nothing_that_people_wrote(stage: Stage) -> None:
    with stage.ledger.store.read() as tx:
        assert "Clue 1" not in json.dumps([one.body for one in tx.desk_log.entries(0, 1_000)])


@pytest.mark.parametrize("name", ["", "2026-13", "2026-Q5", "26-01", "2026-11-22", "1999", "2026-H3", "2099"])
def test_what_is_no_period_is_refused_in_a_sentence(stage: Stage, client: FlaskClient, name: str) -> None:
    with pytest.raises(Invalid):
        transparency(stage.ledger, name)
    assert client.get("/transparency", query_string={"period": name}).status_code == 200
    if name:
        assert client.get("/transparency.json", query_string={"period": name}).status_code == 422


def test_a_platform_that_is_none_is_unknown(stage: Stage, client: FlaskClient) -> None:
    with pytest.raises(Unknown):
        transparency(stage.ledger, "2026", "maison")
    assert client.get("/transparency.json?service=nobody").status_code == 404


def test_periods_follow_each_other_without_a_gap() -> None:
    for names in (
        ["2026-11", "2026-12", "2027-01"],
        ["2026-Q4", "2027-Q1"],
        ["2026-H2", "2027-H1"],
        ["2026", "2027"],
    ):
        periods = [period_of(one) for one in names]
        assert all(one.until == other.since for one, other in itertools.pairwise(periods))
