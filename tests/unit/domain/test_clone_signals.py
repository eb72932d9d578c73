"""When looks suggest that a code was copied, and when they do not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.clone_signals import WINDOW, clone_signals
from ledger.domain.country_places import is_country, km_between, place_of
from ledger.domain.looks import DAY, Display, Listing, LiveAnswer, Look, Looked, LookKind, Usual, WrongCodes, usual_of
from ledger.domain.said import Said
from ledger.domain.standing_facts import CloneSignal, Strength

NOW = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp())
HOUR = 3600
YEAR = 365 * DAY


def look(ago: int, country: str | None = "FR", who: str | None = None) -> Look:
    return Look(NOW - ago, country, str(who or ago).encode())


def signals(*looks: Look, now: int = NOW, **more: object) -> list[CloneSignal]:
    return list(clone_signals(replace(Looked(looks), **more), now))  # type: ignore[arg-type]


def rules(*looks: Look, now: int = NOW, **more: object) -> list[str]:
    return [one.rule for one in signals(*looks, now=now, **more)]


def test_an_item_that_nobody_looked_at_has_no_signal() -> None:
    assert signals() == []


def test_two_looks_in_one_country_mean_nothing() -> None:
    assert rules(look(HOUR, "FR"), look(0, "FR")) == []


def test_paris_and_shanghai_within_an_hour_is_one_weak_signal() -> None:
    (found,) = signals(look(HOUR, "FR"), look(0, "CN"))
    assert (found.rule, found.strength) == ("travel", Strength.WEAK)
    assert found.words == "Within 2 hours it was looked at in France and in China, on 21 November 2026."


def test_paris_and_shanghai_with_a_flight_between_mean_nothing() -> None:
    assert rules(look(20 * HOUR, "FR"), look(0, "CN")) == []


def test_neighbours_are_never_too_far_apart() -> None:
    assert km_between("FR", "IT") == 0
    assert rules(look(60, "FR"), look(0, "IT")) == []


def test_a_country_nobody_can_place_tells_nothing() -> None:
    assert rules(look(60, "FR"), look(0, "ZZ"), look(0, None)) == []


def test_three_impossible_journeys_of_different_visitors_are_strong() -> None:
    looks = [look(100 - n, "FR" if n % 2 else "JP") for n in range(6)]
    found = signals(*looks)
    assert (found[0].rule, found[0].strength) == ("travel", Strength.STRONG)


def test_one_person_going_in_and_out_of_a_private_network_is_never_strong() -> None:
    looks = [look(100 - n, "FR" if n % 2 else "US", "home" if n % 2 else "exit") for n in range(6)]
    assert [one.strength for one in signals(*looks)] == [Strength.WEAK]


def test_there_and_back_between_far_countries_is_a_weak_signal_though_each_flight_was_possible() -> None:
    (found,) = signals(look(9 * DAY, "FR"), look(6 * DAY, "US"), look(3 * DAY, "FR"))
    assert (found.rule, found.strength) == ("travel", Strength.WEAK)
    assert "2 long journeys" in found.words


def test_a_crowd_in_one_day_is_compared_with_what_the_line_usually_has() -> None:
    looks = [look(n, "FR") for n in range(20)]
    assert rules(*looks) == ["crowd"]
    famous = Usual(a_day=10, a_month=60)
    assert rules(*looks, usual=famous) == []


def test_one_famous_item_does_not_make_crowds_usual_for_its_line() -> None:
    quiet, famous = {1: 95, 2: 4, 2_000: 1}, {1: 60, 2: 38, 9_000: 2}
    assert usual_of(quiet, famous) == Usual(a_day=1, a_month=2)


def test_a_line_of_a_few_items_has_no_usual() -> None:
    assert usual_of({50: 19}, {50: 19}) == Usual()
    assert usual_of({50: 20}, {50: 20}) == Usual(50, 50)


def test_one_visitor_who_looks_all_day_is_no_crowd() -> None:
    assert rules(*(look(n, "FR", "the same") for n in range(50))) == []


def test_five_visitors_in_a_fortnight_are_more_than_usual() -> None:
    assert rules(*(look(n * DAY, "FR") for n in range(5))) == ["crowd"]
    assert rules(*(look(n * 5 * DAY, "FR") for n in range(5))) == []


def test_visitors_where_nobody_looked_before_are_a_signal_while_the_owner_is_the_same() -> None:
    looks = (look(2 * DAY, "CN"), look(DAY, "CN"))
    home = frozenset({"FR"})
    assert rules(*looks, before=home, owner_since=NOW - YEAR) == ["new_country"]
    assert rules(*looks, before=home, owner_since=NOW - 10 * DAY) == []
    assert rules(look(DAY, "CN"), before=home, owner_since=NOW - YEAR) == []


def test_the_owner_showed_it_in_one_country_while_two_others_looked_in_another() -> None:
    answer = LiveAnswer(NOW - HOUR, "FR", asked_by=b"buyer")
    looks = (look(HOUR + 60, "JP", "one"), look(HOUR - 60, "JP", "two"))
    assert "elsewhere" in rules(*looks, answers=(answer,))


def test_the_buyer_who_asked_the_owner_is_never_held_against_them() -> None:
    answer = LiveAnswer(NOW - HOUR, "FR", asked_by=b"buyer")
    looks = (look(HOUR + 60, "JP", "buyer"), look(HOUR - 60, "JP", "buyer"), look(HOUR, "JP", "friend"))
    assert "elsewhere" not in rules(*looks, answers=(answer,))


def test_two_sellers_offering_one_code_are_a_strong_signal() -> None:
    (found,) = signals(listings=(Listing("a", NOW - DAY), Listing("b", NOW)))
    assert (found.rule, found.strength) == ("listings", Strength.STRONG)
    assert rules(listings=(Listing("a", NOW - DAY), Listing("a", NOW))) == []


def test_wrong_claim_codes_are_explained_by_the_claim_that_came_right() -> None:
    assert rules(wrong_codes=WrongCodes(3, NOW - DAY)) == ["wrong_codes"]
    assert rules(wrong_codes=WrongCodes(2, NOW - DAY)) == []
    assert rules(wrong_codes=WrongCodes(5, NOW - DAY), owner_since=NOW - HOUR) == []


def test_a_first_look_after_more_than_a_year_is_a_weak_signal() -> None:
    assert rules(look(0), first_at=NOW, owner_since=NOW - 2 * YEAR) == ["late"]
    assert rules(look(0), first_at=NOW, owner_since=NOW - DAY) == []
    assert rules(look(0), first_at=NOW - YEAR, owner_since=NOW - 2 * YEAR) == []


def test_an_item_on_display_gets_no_signal_from_its_visitors() -> None:
    looks = [look(n, "FR" if n % 2 else "JP") for n in range(40)]
    assert rules(*looks, display=Display(NOW - DAY)) == []
    assert rules(*looks, display=Display(NOW - 2 * DAY, NOW - DAY)) != []


def test_the_owners_own_looks_are_not_held_against_them() -> None:
    looks = [Look(NOW - n, "FR" if n % 2 else "JP", str(n).encode(), LookKind.OWNER) for n in range(40)]
    assert rules(*looks) == []


def test_a_strong_signal_is_weak_after_fifteen_days_and_gone_after_thirty() -> None:
    offers = (Listing("a", NOW), Listing("b", NOW))
    strength = {days: [s.strength for s in signals(now=NOW + days * DAY, listings=offers)] for days in (0, 14, 15, 29)}
    assert strength == {0: [Strength.STRONG], 14: [Strength.STRONG], 15: [Strength.WEAK], 29: [Strength.WEAK]}
    assert signals(now=NOW + WINDOW, listings=offers) == []


COUNTRIES = st.sampled_from(["FR", "CN", "US", "JP", "IT", "GI", "ZZ", None])
LOOKS = st.builds(
    Look, st.integers(NOW - 2 * WINDOW, NOW + DAY), COUNTRIES, st.one_of(st.none(), st.binary(min_size=1, max_size=2))
)
ANSWERS = st.builds(LiveAnswer, st.integers(NOW - WINDOW, NOW), COUNTRIES, st.none())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(LOOKS, max_size=60),
    st.lists(ANSWERS, max_size=3),
    st.one_of(st.none(), st.integers(NOW - 3 * YEAR, NOW)),
    st.frozensets(st.sampled_from(["FR", "CN", "GI"])),
)
def test_any_looks_have_signals_in_short_plain_sentences(
    looks: list[Look], answers: list[LiveAnswer], owner_since: int | None, before: frozenset[str]
) -> None:
    looked = Looked(tuple(looks), before, min((one.at for one in looks), default=None), owner_since, tuple(answers))
    found = clone_signals(looked, NOW)
    assert len({one.rule for one in found}) == len(found)
    for one in found:
        assert isinstance(one.words, Said)
        assert one.words.endswith(".")
        assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.;])\s", one.words)), one.words
        assert not re.search(r"blockchain|hash|token|mint|NFT|wallet|gas|None", one.words)
        assert one.at is not None


def test_countries_that_touch_are_no_distance_apart_and_far_ones_are() -> None:
    assert km_between("US", "CA") == km_between("FR", "ES") == km_between("GB", "FR") == 0
    assert 8_000 < km_between("FR", "JP") < 9_700
    assert km_between("JP", "FR") == km_between("FR", "JP")
    assert km_between("AU", "NZ") < 2_000
    assert km_between("FR", "ZZ") == 0


def test_a_country_reads_well_in_a_sentence() -> None:
    assert place_of("US") == "the United States"
    assert place_of("ZZ") == "ZZ"
    assert is_country("FR")
    assert not is_country("ZZ")
