"""The simulated marketplace: the report tells what happened, the checks stop something, chances stay where they are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scripts.simulation.agents import populate
from scripts.simulation.curves import bars, curve
from scripts.simulation.founding import ALL, FAMILIES, pack_without
from scripts.simulation.measures import Measure, measures
from scripts.simulation.policy import differences, wrongful_spans
from scripts.simulation.records import CaseRecord
from scripts.simulation.rules import Rules
from scripts.simulation.runs import Run, run

TINY = Rules(
    days=2, honest_a_day=7, cheats=50, adoption=80, malicious=100, fooled=70, answers=100, wronged=0,
    pictured=20, sale_hours=200, patrol=100, patrol_hours=6, reviewers=1, an_hour=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    return run(TINY, 5), run(TINY, 5, ALL)


def test_the_report_tells_every_number_as_the_simulator_counted_it(runs: tuple[Run, Run]) -> None:
    for one in runs:
        assert one.differ == []
    own = runs[1].policy
    # Where nothing happened, nothing was compared.
    for key in ("notices_received", "wrongful_takedown_seconds", "wrongful_takedowns", "counter_notices", "strikes"):
        assert own[key][0], key
    assert runs[0].policy["screened.hold"][0]


def test_a_number_that_differs_is_named(runs: tuple[Run, Run]) -> None:
    own = dict(runs[0].policy)
    own["listings_screened"] = ((own["listings_screened"][0] or 0) + 1, None)
    [words] = differences(own, runs[0].report)
    assert words.startswith("listings_screened: the simulator counted")


def test_with_every_detector_off_less_is_stopped(runs: tuple[Run, Run]) -> None:
    with_, off = runs
    assert not off.spoke
    assert "mark.without_code" in with_.spoke
    shares = [
        next(found for found in measures([one.records], []) if found.key == "never_shown").numerator for one in runs
    ]
    assert (shares[0] or 0) > (shares[1] or 0) == 0
    reduced = {one.key: one for one in measures([with_.records], [off.records])}["suspect_listing_reduction"]
    assert 0 < (reduced.numerator or 0) <= (reduced.denominator or 0)


def test_the_same_seed_gives_the_same_people_and_another_others() -> None:
    rules = Rules(days=10)
    assert populate(rules, 3) == populate(rules, 3)
    assert populate(rules, 3) != populate(rules, 4)


def test_chances_of_honest_sellers_do_not_move_with_the_share_of_cheats() -> None:
    some, more = (populate(Rules(days=10, cheats=cheats), 3) for cheats in (10, 40))
    assert [one for one in some.listings if one.honest] == [one for one in more.listings if one.honest]
    assert len(more.listings) > len(some.listings)


@pytest.mark.parametrize("seed", range(5))
def test_nobody_puts_anything_up_before_their_shop_opens(seed: int) -> None:
    people = populate(Rules(days=2 + 3 * seed, cheats=50), seed)
    opened = {one.ref: one.opened for one in people.sellers}
    assert all(opened[one.seller] <= one.at for one in people.listings)
    assert {one.again for one in people.sellers if one.again} <= set(opened)


def test_a_pack_without_a_family_has_all_of_it_off_and_nothing_else() -> None:
    detectors = json.loads(pack_without({"photo", "price.low"}))["detectors"]
    off = {name for name, one in detectors.items() if not one["on"]}
    assert off == {"photo.other_seller", "photo.alike", "photo.catalogue", "price.low"}
    assert set(FAMILIES) == {name.split(".")[0] for name in ALL}


def test_time_under_a_notice_that_stood_is_not_wrongful() -> None:
    def case(id: str, outcome: str, *down: tuple[int, int]) -> CaseRecord:
        return CaseRecord(id, "l-1", True, "keyword_misuse", 0, down=list(down), outcome=outcome, closed=True)

    assert wrongful_spans([case("a", "restored", (10, 50)), case("b", "upheld", (20, 30))]) == [(10, 20), (30, 50)]
    assert wrongful_spans([case("a", "restored", (10, 50)), case("b", "withdrawn", (40, 60))]) == [(10, 60)]
    assert wrongful_spans([replace(case("a", "restored", (10, 50)), closed=False)]) == []


def test_a_share_of_fewer_than_thirty_is_not_told_as_one() -> None:
    assert Measure("k", "", 29, 29).value is None
    assert Measure("k", "", 15, 30).value == 50


def test_every_picture_says_that_it_is_synthetic() -> None:
    drawn = curve("A & B", "x", {"one": [(1, 10.0), (2, None), (3, 90.0)]})
    for picture in (
        drawn,
        bars("Bars", [("all on", 90.0, "27 of 30 = 90 %"), ("few", None, "2 of 3, too few to say")]),
    ):
        assert picture.count("synthetic") >= 3
    assert "A &amp; B" in drawn
    # What cannot be told is no point, and no line goes over it.
    assert (drawn.count("<circle"), drawn.count("<polyline")) == (2, 0)
