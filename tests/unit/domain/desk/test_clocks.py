"""A rule set's clock at its edges: worked out by hand from calendars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.desk.clocks import RULES, RuleName, Span, Unit, ends, off


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def told(seconds: int, hours: int = 0) -> str:
    return datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours)) if hours else UTC).isoformat()


def test_fifteen_days_in_china_begin_with_the_day_after_in_chinese_time() -> None:
    rules = RULES[RuleName.CN]
    assert rules.restore is not None
    # 17:00 UTC is already the next day in China.
    assert told(ends(rules, rules.restore, at("2026-11-02T15:59:59+00:00")), 8) == "2026-11-18T00:00:00+08:00"
    assert told(ends(rules, rules.restore, at("2026-11-02T16:00:00+00:00")), 8) == "2026-11-19T00:00:00+08:00"


def test_a_period_that_would_end_on_a_day_off_ends_with_the_next_working_day() -> None:
    rules = RULES[RuleName.CN]
    assert rules.restore is not None
    # Fifteen days after Friday 6 November 2026 is Saturday the 21st: it ends with Monday the 23rd.
    assert told(ends(rules, rules.restore, at("2026-11-06T10:00:00+08:00")), 8) == "2026-11-24T00:00:00+08:00"


def test_ten_business_days_in_the_united_states_leave_out_weekends_and_thanksgiving() -> None:
    rules = RULES[RuleName.US]
    assert rules.restore is not None
    assert rules.restore_latest is not None
    # Received on Monday 16 November 2026: 17–20, 23–25, 27 (Thanksgiving is the 26th), 30, 1 December.
    assert told(ends(rules, rules.restore, at("2026-11-16T09:00:00-05:00")), -5) == "2026-12-02T00:00:00-05:00"
    assert told(ends(rules, rules.restore_latest, at("2026-11-16T09:00:00-05:00")), -5) == "2026-12-08T00:00:00-05:00"


@pytest.mark.parametrize(
    "day",
    ["2026-01-19", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-10-12", "2026-12-25", "2027-12-31"],
)
def test_federal_holidays_are_known_also_where_they_are_observed_on_another_day(day: str) -> None:
    assert RULES[RuleName.US].holiday(datetime.fromisoformat(day).date())


def test_six_months_end_with_the_same_day_of_the_month_or_the_last_one() -> None:
    rules = RULES[RuleName.EU]
    assert rules.appeal.count == 6
    # 31 August 2026 and six months: 28 February 2027 is a Sunday, so it ends with Monday 1 March.
    assert told(ends(rules, rules.appeal, at("2026-08-31T12:00:00+00:00"))) == "2027-03-02T00:00:00+00:00"
    assert told(ends(rules, rules.appeal, at("2026-09-15T23:59:59+00:00"))) == "2027-03-16T00:00:00+00:00"


def test_months_go_over_the_end_of_a_year() -> None:
    rules = RULES[RuleName.HOUSE]
    twelve = Span(12, Unit.MONTHS, "test")
    assert told(ends(rules, twelve, at("2026-12-15T00:00:00+00:00"))) == "2027-12-16T00:00:00+00:00"
    assert (
        told(ends(rules, Span(1, Unit.MONTHS, "test"), at("2026-11-30T00:00:00+00:00"))) == "2026-12-31T00:00:00+00:00"
    )


def test_hours_run_through_nights_and_weekends() -> None:
    rules = RULES[RuleName.HOUSE]
    assert rules.review is not None
    assert ends(rules, rules.review, at("2026-11-21T22:00:00+00:00")) == at("2026-11-22T22:00:00+00:00")


def test_business_days_go_over_new_year_and_over_the_change_to_summer_time_without_an_hour_lost() -> None:
    rules = RULES[RuleName.US]
    assert rules.restore is not None
    # From Monday 28 December 2026: 29–31, 4–8 January (the 1st, a Friday, is off), 11 and 12.
    assert told(ends(rules, rules.restore, at("2026-12-28T09:00:00-05:00")), -5) == "2027-01-13T00:00:00-05:00"
    # From Monday 8 March 2027, over the 14th: 9–12, 15–19, 22. Its zone is fixed, as it says.
    assert told(ends(rules, rules.restore, at("2027-03-08T23:59:59-05:00")), -5) == "2027-03-23T00:00:00-05:00"
    assert told(ends(rules, rules.restore, at("2026-10-30T12:00:00-05:00")), -5) == "2026-11-17T00:00:00-05:00"


def test_public_holidays_of_the_union_count_as_working_days_as_its_rules_say() -> None:
    rules = RULES[RuleName.EU]
    assert rules.review is not None
    assert "public holidays count as working days" in rules.days
    # Fourteen days from Friday 18 December 2026 end with Friday 1 January 2027.
    assert told(ends(rules, rules.counter, at("2026-12-18T23:59:59+00:00"))) == "2027-01-02T00:00:00+00:00"
    assert told(ends(rules, rules.review, at("2026-12-23T00:00:00+00:00"))) == "2026-12-29T00:00:00+00:00"


def test_the_second_before_midnight_and_midnight_itself_begin_other_days() -> None:
    rules = RULES[RuleName.EU]
    assert told(ends(rules, rules.counter, at("2027-02-28T23:59:59+00:00"))) == "2027-03-16T00:00:00+00:00"
    assert told(ends(rules, rules.counter, at("2027-03-01T00:00:00+00:00"))) == "2027-03-16T00:00:00+00:00"
    assert told(ends(rules, rules.counter, at("2027-03-02T00:00:00+00:00"))) == "2027-03-17T00:00:00+00:00"


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(list(RuleName)),
    unit=st.sampled_from([Unit.DAYS, Unit.BUSINESS_DAYS, Unit.MONTHS]),
    count=st.integers(1, 30),
    start=st.integers(1_700_000_000, 2_000_000_000),
    later=st.integers(0, 40 * 86_400),
)
def test_a_period_ends_at_a_midnight_after_a_working_day_and_never_sooner_for_who_began_later(
    name: RuleName, unit: Unit, count: int, start: int, later: int
) -> None:
    rules, span = RULES[name], Span(count, unit, "test")
    end = ends(rules, span, start)
    last = datetime.fromtimestamp(end - 1 + rules.offset, UTC)
    assert (end + rules.offset) % 86_400 == 0
    assert not off(rules, last.date())
    assert start < end <= ends(rules, span, start + later)


def test_every_span_says_where_its_number_comes_from() -> None:
    for rules in RULES.values():
        spans = (*rules.decide.values(), rules.more, rules.counter, rules.review, rules.restore, rules.appeal)
        assert all(one.source for one in spans if one is not None)
        assert (rules.review is None) == (rules.restore is not None)
