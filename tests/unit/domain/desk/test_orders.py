"""Orders of courts: they begin and end at their second, each on its own, and accuse nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.orders import LONGEST, Order, OrderKind, check_order, holding
from ledger.domain.errors import Invalid
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Facts, Hold
from ledger.domain.standing_headlines import BAD_NEWS, PRECEDENCE, TICKS, Advice
from tests.unit.domain.standing_cases import CASES, NOW

DAY = 86_400
T = 1_800_000_000
ORDER = Order(
    id="ord_1",
    kind=OrderKind.TRO,
    court="Tribunal judiciaire de Paris",
    number="26/01234",
    document="ab" * 32,
    territories=("FR",),
    from_at=T,
    until=T + 14 * DAY,
    entered_by="org_council",
    created_at=T,
    items=(("09521234543213", "A"),),
)


def test_an_order_holds_from_its_first_second_to_just_before_its_last() -> None:
    assert [ORDER.in_force(at) for at in (T - 1, T, ORDER.until - 1, ORDER.until)] == [False, True, True, False]


def test_lifted_it_ends_there_and_never_later_than_at_its_time() -> None:
    lifted = replace(ORDER, lifted_at=T + 5)
    assert [lifted.in_force(at) for at in (T + 4, T + 5)] == [True, False]
    assert replace(ORDER, lifted_at=ORDER.until + 9).ends_at == ORDER.until


def test_an_order_holds_where_it_reaches() -> None:
    assert ORDER.in_force(T, "FR")
    assert not ORDER.in_force(T, "IT")
    # A listing for the whole Union is also one for France.
    assert ORDER.in_force(T, "EU")
    assert replace(ORDER, territories=("WO",)).in_force(T, "US")


TIMES = st.integers(T - 3 * DAY, T + 30 * DAY)


@given(st.lists(st.tuples(TIMES, TIMES, st.none() | TIMES), max_size=6), TIMES)
def test_overlapping_orders_end_each_alone(spans: list[tuple[int, int, int | None]], now: int) -> None:
    orders = [
        replace(ORDER, id=f"ord_{n}", from_at=begins, until=until, lifted_at=lifted)
        for n, (begins, until, lifted) in enumerate(spans)
    ]
    expected = {
        one.id
        for one, (begins, until, lifted) in zip(orders, spans, strict=True)
        if begins <= now < until and (lifted is None or now < lifted)
    }
    found = holding(orders, now)
    assert {one.id for one in found} == expected
    assert [one.ends_at for one in found] == sorted((one.ends_at for one in found), reverse=True)


def test_a_temporary_order_lasts_fourteen_days_and_a_final_one_five_years() -> None:
    check_order(ORDER, ("FR",), None)
    with pytest.raises(Invalid, match="more than 14 days ahead"):
        check_order(replace(ORDER, until=ORDER.until + 1), ("FR",), None)
    final = replace(ORDER, kind=OrderKind.FINAL, until=T + LONGEST[OrderKind.FINAL])
    check_order(final, ("FR",), None)
    with pytest.raises(Invalid, match="more than five years ahead"):
        check_order(replace(final, until=final.until + 1), ("FR",), None)


def test_a_renewal_begins_where_the_first_one_ends_and_is_of_the_same_court() -> None:
    renewal = replace(ORDER, id="ord_2", from_at=ORDER.until, until=ORDER.until + 14 * DAY, renews=ORDER.id)
    check_order(renewal, ("FR",), ORDER)
    assert [len(holding([ORDER, renewal], at)) for at in (T, ORDER.until - 1, ORDER.until)] == [1, 1, 1]
    with pytest.raises(Invalid, match="another court or kind"):
        check_order(replace(renewal, court="High Court"), ("FR",), ORDER)


def test_every_fault_of_an_order_is_named() -> None:
    wrong = replace(ORDER, court="", number="", items=(), until=T)
    with pytest.raises(Invalid) as told:
        check_order(wrong, None, None)
    assert [one.where for one in told.value.faults] == ["court", "number", "territories", "items", "until"]


# --- on an item ---------------------------------------------------------------------------------------------------

HOLD = Hold("ord_1", "Tribunal judiciaire de Paris", NOW - timedelta(days=1), NOW + timedelta(days=1), ("FR",))


@pytest.mark.parametrize("facts", CASES.values(), ids=[key.value for key in CASES])
def test_an_order_turns_no_verdict_and_eases_no_advice(facts: Facts) -> None:
    without, under = standing(facts, NOW), standing(replace(facts, holds=(HOLD,)), NOW)
    assert (under.key, under.tick, under.headline, under.sentences) == (
        without.key,
        without.tick,
        without.headline,
        without.sentences,
    )
    assert [one for one in under.lines if one.grave] == [one for one in without.lines if one.grave]
    if without.advice is Advice.BLOCK:
        assert under.advice is Advice.BLOCK
    elif without.key in PRECEDENCE:
        assert under.advice is Advice.HOLD
    if without.key in TICKS:
        assert without.key not in BAD_NEWS
        [line] = [one for one in under.lines if one.key == "held_under_order"]
        assert line.headline.startswith("Held under an order of Tribunal judiciaire de Paris, until 2")
        assert line.words == "It counts in FR, and says nothing about the item itself."


@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_an_order_on_an_item_is_over_at_its_second(seconds: int, holds: bool) -> None:
    facts = replace(next(iter(CASES.values())), holds=(HOLD,))
    found = standing(facts, HOLD.until + timedelta(seconds=seconds)).lines
    assert any(one.key == "held_under_order" for one in found) is holds


def test_the_end_is_told_in_utc() -> None:
    facts = replace(next(iter(CASES.values())), holds=(replace(HOLD, until=datetime(2030, 1, 2, 3, 4, tzinfo=UTC)),))
    assert any("until 2030-01-02 03:04 UTC" in one.headline for one in standing(facts, NOW).lines)
