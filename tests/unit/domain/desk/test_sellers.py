"""Levels of sellers, and the thresholds of two laws, at their edges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.sellers import (
    COLLECT_WITHIN,
    DAY,
    YEAR,
    Fact,
    Field,
    Inform,
    Sales,
    Seller,
    SellerKind,
    inform,
    known,
    wanted,
)

NOW = 20_000 * DAY
NOBODY = Inform(None, False, 0, 0)


def seller(
    *fields: Field, verified: bool = False, kind: SellerKind = SellerKind.TRADER, registered: bool = True
) -> Seller:
    """A seller of whom these fields are held."""
    facts = {one: Fact(NOW - 5 * DAY, NOW - 5 * DAY if verified else None) for one in fields}
    return Seller("org_A", "s-77", kind, "FR", NOW - 30 * DAY, registered, facts)


def test_a_seller_whom_nobody_can_reach_is_at_level_nought() -> None:
    one = known(seller(Field.NAME, Field.ADDRESS, Field.PHONE), NOBODY, NOW)
    assert (one.level, Field.EMAIL in one.missing) == (0, True)


def test_contact_details_alone_are_level_one() -> None:
    assert known(seller(Field.NAME, Field.ADDRESS, Field.PHONE, Field.EMAIL), NOBODY, NOW).level == 1


def test_level_two_takes_everything_and_identity_and_payment_verified() -> None:
    stated = seller(*Field)
    assert known(stated, NOBODY, NOW).level == 1
    verified = {**stated.facts, **{one: Fact(NOW, NOW) for one in (Field.IDENTITY, Field.PAYMENT)}}
    assert known(replace(stated, facts=verified), NOBODY, NOW).level == 2


def test_level_three_ends_a_year_after_the_oldest_verification() -> None:
    one = seller(*Field, verified=True)
    at = NOW - 5 * DAY
    assert known(one, NOBODY, at + YEAR).level == 3
    assert known(one, NOBODY, at + YEAR + 1).level == 2


def test_a_private_seller_needs_no_register_and_no_certification() -> None:
    one = seller(*Field, verified=True, kind=SellerKind.PRIVATE)
    assert {Field.REGISTER, Field.CERTIFICATION}.isdisjoint(wanted(one))
    assert known(one, NOBODY, NOW).level == 3


def test_a_trader_that_no_register_has_is_not_asked_for_a_number() -> None:
    assert Field.REGISTER not in wanted(seller(registered=False))


@pytest.mark.parametrize(
    ("count", "cents", "high"), [(200, 500_000, True), (199, 500_000, False), (200, 499_999, False)]
)
def test_high_volume_takes_two_hundred_sales_and_five_thousand_dollars(count: int, cents: int, high: bool) -> None:
    found = inform([Sales(20_000 - 10, count - 1, cents - 1), Sales(20_000 - 3, 1, 1)], 20_000)
    assert (found.since == 20_000 - 3) is high
    assert (found.since is None) is not high


def test_twelve_months_are_continuous() -> None:
    half = [Sales(20_000 - 365, 100, 250_000), Sales(20_000, 100, 250_000)]
    assert inform(half, 20_000).since is None
    assert inform([Sales(20_000 - 364, 100, 250_000), half[1]], 20_000).since == 20_000


def test_sales_of_more_than_two_years_ago_count_no_more() -> None:
    old = [Sales(20_000 - 730, 500, 9_000_000)]
    assert inform(old, 20_000).since is None
    assert inform(old, 20_000 - 1).since == 20_000 - 730


@pytest.mark.parametrize(("cents", "disclosed"), [(1_999_999, False), (2_000_000, True)])
def test_buyers_are_told_who_sells_from_twenty_thousand_dollars_a_year(cents: int, disclosed: bool) -> None:
    assert inform([Sales(20_000, 200, cents)], 20_000).disclosed is disclosed
    assert inform([Sales(20_000, 200, cents)], 20_000 + 365).disclosed is False


def test_what_a_high_volume_seller_owes_is_due_ten_days_later() -> None:
    some = seller(Field.NAME, Field.ADDRESS, Field.PHONE, Field.EMAIL, kind=SellerKind.PRIVATE)
    duties = known(some, Inform(20_000, False, 200, 500_000), NOW).duties
    given_by = {one.what: one.until for one in duties}
    assert given_by == {"give": NOW + COLLECT_WITHIN, "verify": NOW + COLLECT_WITHIN}
    assert known(some, NOBODY, NOW).duties == ()


def test_a_trader_owes_the_fields_of_article_thirty_from_the_first_day() -> None:
    some = seller(Field.NAME)
    (duty,) = known(some, NOBODY, NOW).duties
    assert (duty.law, duty.until) == ("DSA Art. 30(1)", some.since)


@given(
    st.lists(st.builds(Sales, st.integers(19_000, 20_000), st.integers(0, 90), st.integers(0, 300_000)), max_size=40)
)
def test_the_sliding_window_finds_what_trying_every_window_finds(sales: list[Sales]) -> None:
    seen = [one for one in sales if 20_000 - 730 < one.day <= 20_000]
    ends = []
    for end in sorted({one.day for one in seen}):
        inside = [one for one in seen if end - 365 < one.day <= end]
        if sum(one.count for one in inside) >= 200 and sum(one.cents for one in inside) >= 500_000:
            ends.append(end)
    assert inform(sales, 20_000).since == (ends[0] if ends else None)


@given(st.sets(st.sampled_from(list(Field))), st.sets(st.sampled_from(list(Field))), st.booleans())
def test_no_level_falls_when_more_is_known(held: set[Field], more: set[Field], verified: bool) -> None:
    less = known(seller(*held, verified=verified), NOBODY, NOW).level
    both = seller(*held, verified=verified)
    added = {one: Fact(NOW, NOW) for one in more}
    assert known(replace(both, facts={**both.facts, **added}), NOBODY, NOW).level >= less
