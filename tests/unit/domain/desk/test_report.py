"""The transparency report, held against a plain count of the same log."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.cases import Automation, Decline, Ground, Outcome, Side
from ledger.domain.desk.cases_acts import (
    Act,
    appeal,
    counter,
    decide,
    decide_appeal,
    reverse,
    review,
    withdraw,
)
from ledger.domain.desk.cases_due import due, next_at
from ledger.domain.desk.cases_fold import step
from ledger.domain.desk.report import ASKED, FEWEST, Figure, figures
from ledger.domain.desk.report_query import Query, Where, percentile
from ledger.domain.desk.report_records import CASES, WRONGFUL, records_of
from ledger.domain.desk_log import GENESIS, Entry, sealed
from ledger.domain.errors import LedgerError

DAY = 86_400
START = 20_000 * DAY
FOREVER = 2**40


class Log:
    """A log, and the moves of a platform, its notifiers and its sellers at random."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.entries: list[Entry] = []
        self.now = START
        self.cases: dict[str, object] = {}

    def append(self, kind: str, by: str, subject: str, body: dict[str, object]) -> None:
        previous = self.entries[-1].hash if self.entries else GENESIS
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        self.entries.append(sealed(len(self.entries) + 1, self.now, kind, by, subject, text, previous))

    def act(self, id: str, acts: list[Act]) -> None:
        for act in acts:
            self.append(act.kind, "org_p", id, dict(act.body))
            self.cases[id] = step(self.cases[id], act.kind, self.now, id, act.body)  # type: ignore[arg-type]

    def receive(self, listing: str) -> None:
        id = f"cas_{len(self.cases)}"
        body = {
            "notice": "not_1", "platform": self.chance.choice(["org_p", "org_q"]), "listing": listing,
            "notifier": "org_b", "holder": "org_b", "agent": self.chance.choice([None, "org_a"]), "right": None,
            "item": None, "reason": self.chance.choice(["code_cloned", "other"]), "territories": ["FR"],
            "rules": "house/1", "lane": "normal", "self_service": False, "seller": "s-1", "due_at": self.now + DAY,
        }  # fmt: skip
        self.append("case.received", "org_b", id, body)
        self.cases[id] = step(None, "case.received", self.now, id, body)

    def move(self) -> None:
        """Time goes by, what is due happens, and somebody may do something."""
        self.now += self.chance.randrange(6 * 3_600)
        for id in self.cases:
            while True:
                case = self.cases[id]
                at = next_at(case)  # type: ignore[arg-type]
                if at is None or at > self.now or not (more := due(case, self.now)):  # type: ignore[arg-type]
                    break
                self.act(id, more)
        if self.chance.random() < 0.3 or not self.cases:
            self.receive(f"L-{self.chance.randrange(4)}")
            return
        id = self.chance.choice(list(self.cases))
        case = self.cases[id]
        moves = (
            lambda: decide(case, self.now, Outcome.UPHELD, automation=Automation.FULL),
            lambda: decide(case, self.now, Outcome.UPHELD, automation=Automation.NONE, by="per_1"),
            lambda: decide(case, self.now, Outcome.DECLINED, automation=Automation.NONE, code=Decline.GENUINE_RESALE),
            lambda: counter(case, self.now, Ground.OWNER, proof="ask_1"),
            lambda: counter(case, self.now, Ground.RESALE),
            lambda: review(case, self.now, restore=self.chance.random() < 0.5, by="per_1"),
            lambda: appeal(case, self.now, Side.SELLER),
            lambda: decide_appeal(case, self.now, grant=self.chance.random() < 0.5, by="per_2"),
            lambda: withdraw(case, self.now),
            lambda: reverse(case, "court"),
        )
        try:
            acts = self.chance.choice(moves)()  # type: ignore[no-untyped-call]
        except LedgerError:
            return
        self.act(id, acts)


def told(seed: int, moves: int = 300) -> Log:
    log = Log(seed)
    for _ in range(moves):
        log.move()
    return log


def by_key(
    entries: list[Entry], since: int = 0, until: int = FOREVER, platform: str | None = None
) -> dict[str, Figure]:
    return {one.key: one for one in figures(records_of(entries, since, until, platform), since, until)}


@pytest.mark.parametrize("seed", range(6))
def test_counts_of_decisions_are_those_of_a_plain_count(seed: int) -> None:
    log = told(seed)
    found = by_key(log.entries)
    received = [one for one in log.entries if one.kind == "case.received"]
    decided: dict[str, Entry] = {}
    for one in log.entries:
        if one.kind == "case.decided":
            decided.setdefault(one.subject, one)
    opened = {one.subject: one.at for one in received}
    upheld = [one for one in decided.values() if json.loads(one.body)["outcome"] == "upheld"]
    in_a_day = [one for one in decided.values() if one.at - opened[one.subject] <= DAY]
    assert found["notices_received"].numerator == len(received)
    assert (found["notice_upheld_rate"].numerator, found["notice_upheld_rate"].denominator) == (
        len(upheld),
        len(decided),
    )
    assert found["notice_processed_24h_rate"].numerator == len(in_a_day)
    took = sorted(one.at - opened[one.subject] for one in decided.values())
    assert found["decision_seconds_p50"].numerator == took[(len(took) + 1) // 2 - 1]
    shares = [found[f"automation.{much}"].numerator for much in Automation]
    assert sum(one or 0 for one in shares) == len(decided)


@pytest.mark.parametrize("seed", range(6))
def test_wrongful_time_is_that_of_looking_at_every_moment(seed: int) -> None:
    log = told(seed)
    end = log.now
    records = records_of(log.entries, 0, end)
    wrong = {one["id"] for one in records[CASES] if one["final"] in ("restored", "withdrawn")}
    listing = {one.subject: (json.loads(one.body)["platform"], json.loads(one.body)["listing"])
               for one in log.entries if one.kind == "case.received"}  # fmt: skip
    down: set[str] = set()
    total = 0
    for one, after in zip(log.entries, [*log.entries[1:], replace(log.entries[-1], at=end)], strict=True):
        if one.kind == "listing.down":
            down.add(one.subject)
        elif one.kind == "listing.up":
            down.discard(one.subject)
        held = {listing[id] for id in down if id not in wrong}
        bare = {listing[id] for id in down if id in wrong} - held
        total += len(bare) * (after.at - one.at)
    assert sum(one["seconds"] for one in records[WRONGFUL]) == total
    assert by_key(log.entries, until=end + 1)["wrongful_takedown_seconds"].numerator == total


def test_periods_add_up_and_platforms_do() -> None:
    log = told(7, 500)
    middle = log.entries[len(log.entries) // 2].at
    for key in ("notices_received", "notice_upheld_rate", "strikes"):
        whole = by_key(log.entries)[key].numerator or 0
        parts = [by_key(log.entries, 0, middle)[key].numerator, by_key(log.entries, middle)[key].numerator]
        assert sum(one or 0 for one in parts) == whole
        some = [by_key(log.entries, platform=one)[key].numerator for one in ("org_p", "org_q")]
        assert sum(one or 0 for one in some) == whole


def test_the_same_log_gives_the_same_report_bit_for_bit() -> None:
    log = told(8)
    assert figures(records_of(iter(log.entries), 0, FOREVER), 0, FOREVER) == list(by_key(log.entries).values())
    assert by_key(told(8).entries) == by_key(log.entries)


@given(st.integers(0, 200), st.integers(0, 200))
def test_no_percentage_stands_on_fewer_than_thirty(numerator: int, more: int) -> None:
    figure = Figure("k", "1.3", "", numerator, numerator + more, "", "", "")
    if numerator + more < FEWEST:
        assert figure.percent is None
    else:
        exact = 100 * numerator / (numerator + more)
        assert figure.percent is not None
        assert abs(float(figure.percent) - exact) <= 0.05 + 1e-9


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([50, 95]))
def test_a_percentile_is_the_smallest_value_that_enough_are_not_above(values: list[int], share: int) -> None:
    found = percentile(values, share)
    assert found in values
    assert 100 * sum(one <= found for one in values) >= share * len(values)
    assert all(100 * sum(one <= less for one in values) < share * len(values) for less in values if less < found)


def test_what_is_not_known_is_no_number() -> None:
    assert not Where("took", "≤", 5).holds({"took": None})
    assert Where("took", "=", None).holds({})
    assert Query("x", (), "p50", "took").ask({"x": [{"took": None}]}) is None


def test_every_figure_has_one_name_and_its_question_in_words() -> None:
    keys = [one.key for one in ASKED]
    assert len(keys) == len(set(keys))
    for figure in by_key([]).values():
        assert figure.query.startswith(("count of", "sum of", "p50 of", "p95 of"))
        assert f"≥ {0}" in figure.query


def test_what_no_platform_is_answerable_for_is_not_told_as_none_of_its_own() -> None:
    whole = {one.key for one in figures(records_of([], 0, FOREVER), 0, FOREVER)}
    single = {one.key for one in figures(records_of([], 0, FOREVER, "org_p"), 0, FOREVER, of_one=True)}
    assert whole - single >= {"orders_entered", "authority_look_ups", "standings_lost", "clues_received"}
    assert single >= {"notices_received", "releases_held", "listings_screened"}
