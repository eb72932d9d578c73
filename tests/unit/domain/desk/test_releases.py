"""Advice on money: no release while anything is disputed, no hold without reason or end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.custody import Flag
from ledger.domain.desk.releases import Change, Decision, Inspected, Money, Release, Why, advise
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Facts, Hold, Raised
from ledger.domain.standing_headlines import TICKS, Key
from tests.unit.domain.standing_cases import CASES, NOW, held
from tests.unit.domain.test_standing_any_facts import any_facts, bad_flags

DONE = Money(Change.FINAL)
ORDER = Hold("ord_1", "High Court", NOW - timedelta(days=1), NOW + timedelta(days=9), ("WO",))
holds = st.lists(
    st.builds(
        Hold,
        st.just("ord_1"),
        st.just("High Court"),
        st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(seconds=1)]),
        st.sampled_from([NOW, NOW + timedelta(seconds=1), NOW + timedelta(days=400)]),
        st.just(("WO",)),
    ),
    max_size=2,
).map(tuple)
moneys = st.builds(
    Money,
    st.sampled_from(list(Change)),
    st.sampled_from(list(Inspected)),
    holds,
    st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=7)]),
)


def advice(facts: Facts, money: Money = DONE) -> Release:
    return advise(facts, standing(facts, NOW), money, NOW)


@settings(max_examples=1500, deadline=None)
@given(any_facts, holds, moneys)
def test_released_is_only_what_nothing_speaks_against(facts: Facts, orders: tuple[Hold, ...], money: Money) -> None:
    facts = replace(facts, holds=orders)
    got = advice(facts, money)
    if got.decision is Decision.HOLD:
        assert got.holds
        for one in got.holds:
            assert one.words
            assert one.until > NOW
        assert got.valid_until == max(one.until for one in got.holds)
        return
    assert not got.holds
    assert not bad_flags(facts)
    assert money.change is Change.FINAL
    assert money.inspected in (Inspected.NOT_ASKED, Inspected.PASSED)
    assert not any(one.in_force(NOW) for one in (*orders, *money.sellers))
    assert facts.as_of is not None
    assert facts.as_of.final
    assert facts.node_seen_at is not None
    assert NOW < got.valid_until <= NOW + timedelta(hours=1)


@settings(max_examples=300, deadline=None)
@given(any_facts, moneys, st.sampled_from([Flag.BRAND_DISPUTE, Flag.COUNCIL_DISPUTE, Flag.RECOVERY_OPEN]))
def test_nothing_is_released_while_it_is_disputed(facts: Facts, money: Money, flag: Flag) -> None:
    disputed = replace(facts, latest=replace(facts.latest, raised=(*facts.latest.raised, Raised(flag, NOW))))
    assert advice(disputed, money).decision is Decision.HOLD


@pytest.mark.parametrize("key", sorted(CASES))
def test_of_the_verdicts_only_the_ticked_and_a_further_handover_let_money_go(key: Key) -> None:
    released = advice(CASES[key]).decision is Decision.RELEASE
    assert released is (key in TICKS | {Key.IN_TRANSFER})


def test_an_orders_hold_ends_with_the_order() -> None:
    [one] = advice(replace(held(), holds=(ORDER,))).holds
    assert (one.why, one.until) == (Why.ORDER, ORDER.until)
    [other] = advice(held(), replace(DONE, sellers=(ORDER,))).holds
    assert (other.why, other.until) == (Why.SELLER_ORDER, ORDER.until)
    assert advice(replace(held(), holds=(replace(ORDER, until=NOW),))).decision is Decision.RELEASE


def test_an_offer_that_waits_is_held_until_it_runs_out() -> None:
    ends = NOW + timedelta(days=3)
    [one] = advice(held(), Money(Change.OFFERED, offer_ends=ends)).holds
    assert (one.why, one.until) == (Why.NOT_ACCEPTED, ends)


def test_several_reasons_are_all_told() -> None:
    got = advice(replace(CASES[Key.DISPUTED], holds=(ORDER,)), Money(Change.UNDER_WAY, Inspected.FAILED))
    assert {one.why for one in got.holds} == {Why.DISPUTED, Why.ORDER, Why.NOT_FINAL, Why.NOT_PASSED}
