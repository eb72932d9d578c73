"""A case: what may be done in which state, what time does to it, and what strikes come of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.desk import cases_acts as acts
from ledger.domain.desk.cases import A_KEY, Automation, Case, Decline, Ground, Outcome, Side, State
from ledger.domain.desk.cases_due import due, next_at
from ledger.domain.desk.cases_fold import fold
from ledger.domain.desk.cases_moves import Answerable, answerable
from ledger.domain.desk.clocks import RULES, RuleName, ends
from ledger.domain.errors import Conflict, Forbidden, Invalid, LedgerError
from tests.unit.domain.desk.cases_help import START, Play

HOUR, DAY = 3_600, 86_400


def upheld(rules: RuleName = RuleName.HOUSE, **more: object) -> Play:
    play = Play(rules=rules, **more)  # type: ignore[arg-type]
    play.do(acts.decide(play.case, play.now, Outcome.UPHELD, automation=Automation.NONE, by="per_1"))
    return play


def test_an_upheld_case_takes_the_listing_down_and_says_until_when_it_can_be_answered() -> None:
    play = upheld(RuleName.EU)
    case = play.case
    assert (case.state, case.down_since) == (State.UPHELD, START)
    assert case.counter_until == ends(RULES[RuleName.EU], RULES[RuleName.EU].counter, START)
    assert case.appeal_until > case.counter_until
    assert play.kinds() == ["case.received", "case.decided", "listing.down"]


def test_asking_for_more_stops_the_clock_and_the_answer_starts_it_with_what_was_left() -> None:
    play = Play()
    first = play.case.due_at or 0
    play.now += 5 * HOUR
    play.do(acts.ask_more(play.case, play.now))
    assert play.case.state is State.WAITING
    play.now += 3 * DAY
    case = play.do(acts.give_more(play.case, play.now))
    assert case.state is State.RECEIVED
    assert case.due_at == play.now + (first - START - 5 * HOUR)


def test_more_is_asked_for_three_times_at_most() -> None:
    play = Play()
    for _ in range(acts.MOST_ASKED):
        play.do(acts.ask_more(play.case, play.now))
        play.do(acts.give_more(play.case, play.now))
    with pytest.raises(Conflict, match="three times"):
        acts.ask_more(play.case, play.now)


def test_a_notice_whose_notifier_sends_nothing_more_is_declined_at_the_end_of_the_time() -> None:
    play = Play()
    play.do(acts.ask_more(play.case, play.now))
    over = play.case.due_at or 0
    play.now = over - 1
    assert play.settle().state is State.WAITING
    play.now = over
    with pytest.raises(Conflict, match="declined"):
        acts.give_more(play.case, play.now)
    case = play.settle()
    assert (case.state, case.decline) == (State.DECLINED, Decline.INSUFFICIENT_EVIDENCE)
    with pytest.raises(Conflict, match="The time to send more is over, so the notice was declined"):
        acts.give_more(case, play.now)


def test_a_live_proof_restores_at_once_and_no_strike_follows() -> None:
    play = upheld()
    play.now += 60
    case = play.do(acts.counter(play.case, play.now, Ground.OWNER, proof="ask_1"))
    assert (case.state, case.is_down, case.fell) == (State.RESTORED, False, True)
    assert case.down == ((START, START + 60),)
    play.now += 400 * DAY
    assert play.settle().state is State.CLOSED
    assert "case.strike" not in play.kinds()


def test_a_second_counter_notice_is_refused() -> None:
    play = upheld()
    play.do(acts.counter(play.case, play.now, Ground.LICENCE))
    with pytest.raises(Conflict, match="counter-notice in this case before"):
        acts.counter(play.case, play.now, Ground.OWNER, proof="ask_1")


def test_a_closed_case_is_not_opened_again() -> None:
    play = upheld()
    play.now += 400 * DAY
    assert play.settle().state is State.CLOSED
    tries: tuple[Callable[[], object], ...] = (
        lambda: acts.counter(play.case, play.now, Ground.OWNER),
        lambda: acts.appeal(play.case, play.now, Side.SELLER),
        lambda: acts.withdraw(play.case, play.now),
        lambda: acts.decide(play.case, play.now, Outcome.UPHELD, automation=Automation.NONE),
        lambda: acts.ask_more(play.case, play.now),
    )
    for again in tries:
        with pytest.raises(Conflict, match="not opened again"):
            again()


@pytest.mark.parametrize("rules", [RuleName.CN, RuleName.US])
def test_the_law_restores_on_its_day_and_not_a_second_before(rules: RuleName) -> None:
    play = upheld(rules)
    play.now += DAY
    case = play.do(acts.counter(play.case, play.now, Ground.RESALE))
    day = ends(RULES[rules], RULES[rules].restore, play.now)  # type: ignore[arg-type]
    assert case.restore_at == day
    with pytest.raises(Conflict, match="Wait for the day"):
        acts.review(case, play.now, restore=False)
    play.now = day - 1
    assert play.settle().state is State.COUNTERED
    play.now = day
    case = play.settle()
    assert (case.state, case.is_down) == (State.RESTORED, False)


def test_dates_that_follow_from_a_late_worker_are_counted_from_when_it_was_due() -> None:
    on_time, late = upheld(RuleName.CN), upheld(RuleName.CN)
    for play, delay in ((on_time, 0), (late, 10 * DAY)):
        play.now += DAY
        case = play.do(acts.counter(play.case, play.now, Ground.RESALE))
        play.now = (case.restore_at or 0) + delay
        play.settle()
    assert late.case.appeal_until == on_time.case.appeal_until


def test_going_to_court_in_time_keeps_the_listing_down() -> None:
    play = upheld(RuleName.CN)
    case = play.do(acts.counter(play.case, play.now, Ground.RESALE))
    play.now = (case.restore_at or 0) - 1
    play.do(acts.to_court(play.case, play.now))
    play.do(acts.to_court(play.case, play.now, files=["ab" * 32]))
    assert (play.case.due_at or 0) > play.now + 180 * DAY
    with pytest.raises(Conflict):
        acts.to_court(play.case, play.now, files=["cd" * 32])
    play.now += 100 * DAY
    assert (play.settle().state, play.case.is_down) == (State.IN_COURT, True)
    assert play.do(acts.review(play.case, play.now, restore=True, by="per_2")).state is State.RESTORED


def test_a_court_that_only_its_number_tells_of_keeps_a_listing_down_for_a_month() -> None:
    play = upheld(RuleName.CN)
    play.do(acts.counter(play.case, play.now, Ground.RESALE))
    play.do(acts.to_court(play.case, play.now))
    day = ends(RULES[RuleName.CN], acts.UNPROVEN_COURT, play.now)
    play.now = day - 1
    assert play.settle().state is State.IN_COURT
    with pytest.raises(Conflict):
        acts.to_court(play.case, play.now)
    play.now = day
    assert (play.settle().state, play.case.is_down) == (State.RESTORED, False)


def test_going_to_court_on_the_very_second_is_too_late() -> None:
    play = upheld(RuleName.CN)
    case = play.do(acts.counter(play.case, play.now, Ground.RESALE))
    with pytest.raises(Conflict, match="over"):
        acts.to_court(case, case.restore_at or 0)
    play.now = case.restore_at or 0
    with pytest.raises(Conflict, match="The listing is restored already"):
        acts.to_court(play.settle(), play.now)


def test_an_appeal_is_looked_at_by_somebody_else() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    with pytest.raises(Forbidden, match="Another person"):
        acts.decide_appeal(play.case, play.now, grant=True, by="per_1")
    case = play.do(acts.decide_appeal(play.case, play.now, grant=True, by="per_2"))
    assert (case.outcome, case.is_down) == (Outcome.RESTORED, False)


def test_nobody_who_ever_decided_in_a_case_decides_its_appeal_and_keys_count_as_one() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    play.do(acts.decide_appeal(play.case, play.now, grant=True, by=A_KEY))
    play.do(acts.appeal(play.case, play.now, Side.NOTIFIER))
    for by, words in (("per_1", "Another person"), (A_KEY, "signed in")):
        with pytest.raises(Forbidden, match=words):
            acts.decide_appeal(play.case, play.now, grant=False, by=by)
    assert play.do(acts.decide_appeal(play.case, play.now, grant=False, by="per_2")).outcome is Outcome.RESTORED


def test_each_side_can_appeal_once() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    play.do(acts.decide_appeal(play.case, play.now, grant=True, by="per_2"))
    case = play.do(acts.appeal(play.case, play.now, Side.NOTIFIER))
    case = play.do(acts.decide_appeal(case, play.now, grant=True, by="per_3"))
    assert case.is_down
    with pytest.raises(Conflict):
        acts.appeal(case, play.now, Side.SELLER)


def test_a_seller_whose_appeal_failed_can_still_answer_the_notice_in_time() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    case = play.do(acts.decide_appeal(play.case, play.now, grant=False, by="per_2"))
    assert case.state is State.UPHELD
    assert play.do(acts.counter(case, play.now, Ground.OWNER, proof="ask_1")).state is State.RESTORED


def test_the_time_that_an_appeal_took_is_not_lost_for_the_answer() -> None:
    play = upheld(RuleName.EU)
    was = play.case.counter_until
    play.now += DAY
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    play.now = was + DAY
    case = play.do(acts.decide_appeal(play.case, play.now, grant=False, by="per_2"))
    assert (case.state, case.counter_until) == (State.UPHELD, was + (was - START))
    assert "case.strike" not in play.kinds()
    play.now = case.counter_until - 1
    assert play.do(acts.counter(play.settle(), play.now, Ground.LICENCE)).state is State.COUNTERED


def test_while_an_appeal_waits_a_live_proof_restores_and_nothing_else_is_taken() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    play.now += 20 * DAY
    with pytest.raises(Conflict, match="An appeal waits"):
        acts.counter(play.case, play.now, Ground.LICENCE)
    case = play.do(acts.counter(play.case, play.now, Ground.OWNER, proof="ask_1"))
    assert (case.state, case.is_down) == (State.RESTORED, False)
    late = upheld(RuleName.EU)
    late.now = late.case.counter_until + DAY
    late.do(acts.appeal(late.settle(), late.now, Side.SELLER))
    with pytest.raises(Conflict, match="The time for a counter-notice is over"):
        acts.counter(late.case, late.now, Ground.OWNER, proof="ask_1")


def test_what_goes_down_a_second_time_can_be_answered_for_the_whole_time() -> None:
    play = upheld()
    play.do(acts.appeal(play.case, play.now, Side.SELLER))
    play.do(acts.decide_appeal(play.case, play.now, grant=True, by="per_2"))
    play.now += 20 * DAY
    play.do(acts.appeal(play.settle(), play.now, Side.NOTIFIER))
    case = play.do(acts.decide_appeal(play.case, play.now, grant=True, by="per_3"))
    assert case.counter_until == ends(RULES[RuleName.HOUSE], RULES[RuleName.HOUSE].counter, play.now)


def test_what_an_appeal_takes_down_can_be_answered_for_the_whole_time() -> None:
    play = Play()
    play.do(acts.decide(play.case, play.now, Outcome.DECLINED, automation=Automation.NONE, code=Decline.DUPLICATE))
    play.now += 20 * DAY
    play.do(acts.appeal(play.case, play.now, Side.NOTIFIER))
    case = play.do(acts.decide_appeal(play.case, play.now, grant=True))
    assert case.is_down
    assert case.counter_until == ends(RULES[RuleName.HOUSE], RULES[RuleName.HOUSE].counter, play.now)


def test_a_self_service_removal_is_undone_within_minutes_and_after_that_withdrawn() -> None:
    for later, kind in ((acts.UNDO_SECONDS - 1, "case.undone"), (acts.UNDO_SECONDS, "case.withdrawn")):
        play = upheld(self_service=True)
        play.now += later
        case = play.do(acts.withdraw(play.case, play.now))
        assert kind in play.kinds()
        assert (case.state, case.is_down, case.fell) == (State.CLOSED, False, True)


def test_a_notice_that_has_lost_cannot_be_taken_back() -> None:
    play = Play()
    play.do(acts.decide(play.case, play.now, Outcome.DECLINED, automation=Automation.NONE, code=Decline.DUPLICATE))
    restored = upheld()
    restored.do(acts.counter(restored.case, restored.now, Ground.OWNER, proof="ask_1"))
    appealed = upheld()
    appealed.do(acts.counter(appealed.case, appealed.now, Ground.OWNER, proof="ask_1"))
    appealed.do(acts.appeal(appealed.case, appealed.now, Side.NOTIFIER))
    for one in (play, restored, appealed):
        with pytest.raises(Conflict, match="nothing to take back"):
            acts.withdraw(one.case, one.now)
    countered = upheld()
    countered.do(acts.counter(countered.case, countered.now, Ground.LICENCE))
    assert countered.do(acts.withdraw(countered.case, countered.now)).outcome is Outcome.WITHDRAWN


def test_a_reversed_case_takes_its_strike_back() -> None:
    play = upheld()
    play.now += 400 * DAY
    assert play.settle().struck_at == play.now
    case = play.do(acts.reverse(play.case, "court"))
    assert (case.outcome, case.is_down, case.strike_back_at) == (Outcome.RESTORED, False, play.now)
    with pytest.raises(Conflict):
        acts.reverse(case, "court")


def test_a_seller_named_after_closing_brings_the_strike_then() -> None:
    play = upheld(seller=None)
    play.now += 400 * DAY
    assert play.settle().struck_at is None
    assert play.do(acts.name_seller(play.case, "s-9")).struck_at == play.now
    with pytest.raises(Conflict):
        acts.name_seller(play.case, "s-10")


def test_a_decline_says_why_and_nothing_else_does() -> None:
    with pytest.raises(Invalid):
        acts.decide(Play().case, START, Outcome.DECLINED, automation=Automation.NONE)
    with pytest.raises(Invalid):
        acts.decide(Play().case, START, Outcome.UPHELD, automation=Automation.NONE, code=Decline.DUPLICATE)


MOVES = {
    "uphold": lambda c, t: acts.decide(c, t, Outcome.UPHELD, automation=Automation.NONE, by="a"),
    "decline": lambda c, t: acts.decide(c, t, Outcome.DECLINED, automation=Automation.NONE, code=Decline.DUPLICATE),
    "more?": lambda c, t: acts.ask_more(c, t),
    "more!": lambda c, t: acts.give_more(c, t),
    "counter": lambda c, t: acts.counter(c, t, Ground.RESALE),
    "proof": lambda c, t: acts.counter(c, t, Ground.OWNER, proof="ask_1"),
    "restore": lambda c, t: acts.review(c, t, restore=True, by="b"),
    "keep": lambda c, t: acts.review(c, t, restore=False, by="b"),
    "court": lambda c, t: acts.to_court(c, t),
    "seller appeals": lambda c, t: acts.appeal(c, t, Side.SELLER),
    "notifier appeals": lambda c, t: acts.appeal(c, t, Side.NOTIFIER),
    "grant": lambda c, t: acts.decide_appeal(c, t, grant=True, by="c"),
    "refuse": lambda c, t: acts.decide_appeal(c, t, grant=False, by="c"),
    "withdraw": lambda c, t: acts.withdraw(c, t),
    "reverse": lambda c, t: acts.reverse(c, "court"),
}
"""Every act that anybody can do."""


def taken(case: Case, now: int) -> Answerable:
    """What of a counter-notice is taken: tried, not read off the case."""
    found = Answerable.NOTHING
    for name, what in (("proof", Answerable.PROOF), ("counter", Answerable.ANYTHING)):
        try:
            MOVES[name](case, now)
        except LedgerError:
            continue
        found = what
    return found


def open_to_the_seller(case: Case, now: int) -> bool:
    """Whether the seller could still answer or appeal: tried, not read off the case."""
    for name in ("counter", "proof", "seller appeals"):
        try:
            MOVES[name](case, now)
        except LedgerError:
            continue
        return True
    return False


@settings(max_examples=120, deadline=None)
@given(
    rules=st.sampled_from(list(RuleName)),
    moves=st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 40 * DAY)), max_size=14),
)
def test_no_strike_comes_from_a_case_that_can_still_be_answered(rules: RuleName, moves: list[tuple[str, int]]) -> None:
    play = Play(rules=rules)
    for name, gap in moves:
        play.now += gap
        play.settle()
        assert answerable(play.case, play.now) is taken(play.case, play.now)
        try:
            play.do(MOVES[name](play.case, play.now))
        except LedgerError:
            assert play.case == fold(play.entries)
    for end, entry in enumerate(play.entries, start=1):
        so_far = fold(play.entries[:end])
        assert so_far is not None
        if entry.kind == "case.strike":
            assert (so_far.state, so_far.outcome) == (State.CLOSED, Outcome.UPHELD)
            assert not open_to_the_seller(so_far, entry.at)
        # A listing is down for a case exactly where the case stands upheld, or waits for its second look.
        if so_far.state in (State.RECEIVED, State.WAITING):
            assert not so_far.is_down
    case = play.case
    if case.outcome is Outcome.UPHELD:
        assert case.is_down or case.state is State.APPEALED
    elif case.state is not State.APPEALED:
        assert not case.is_down
    assert play.kinds().count("case.strike") <= 1
    assert play.kinds().count("case.countered") <= 1
    assert (case.strike_back_at is not None) == (case.struck_at is not None and case.outcome is not Outcome.UPHELD)
    assert not due(case, play.now)
    assert (when := next_at(case)) is None or when > play.now
