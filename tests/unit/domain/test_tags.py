"""What one tap is worth, and what the verdict says of it: never more than the tag can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.clone_signals import WINDOW, clone_signals
from ledger.domain.custody import Flag
from ledger.domain.looks import Look, Looked, LookKind
from ledger.domain.standing import standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    CloneSignal,
    Custody,
    Facts,
    Progress,
    Raised,
    Registration,
    Strength,
)
from ledger.domain.standing_headlines import Advice, Key
from ledger.domain.standing_reading import enough
from ledger.domain.tags import ANSWERS, COUNTS, JUMP, Outcome, Tap, Tapped, judge

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
HELD = Custody((Raised(Flag.CLAIMED),), owner_since=NOW - timedelta(days=90))
FACTS = Facts(
    Asked.ITEM,
    known=True,
    registration=Registration(Progress.FINAL, NOW - timedelta(days=99)),
    final=HELD,
    latest=HELD,
    clone_signals=(),
    node_seen_at=NOW,
    as_of=AsOf(7, NOW, final=True),
)
COPIED = (CloneSignal(Strength.STRONG, "Looked at in two countries at once.", "travel", NOW),)


def tapped(outcome: Outcome = Outcome.FRESH, ago: int = 0, opened: datetime | None = None) -> Tapped:
    return Tapped(outcome, NOW - timedelta(seconds=ago), opened, "It is cut." if outcome is Outcome.UNREADABLE else "")


def keys(facts: Facts) -> list[str]:
    return [one.key for one in standing(facts, NOW).lines]


@given(st.integers(-1, 0xFFFFFF), st.integers(0, 0xFFFFFF), st.booleans())
def test_only_a_count_above_every_earlier_one_is_an_answer(highest: int, counter: int, counted: bool) -> None:
    outcome = judge(highest, counter, counted)
    assert (outcome in ANSWERS) is (not counted and counter > highest)
    assert (outcome is Outcome.JUMPED) is (outcome in ANSWERS and 0 <= highest < counter - JUMP)


@pytest.mark.parametrize(
    ("by", "after", "same"), [(b"a", 0, True), (b"a", COUNTS, False), (b"b", 0, False), (None, 0, False)]
)
def test_a_tap_is_its_own_visitors_for_a_quarter_of_an_hour(by: bytes | None, after: int, same: bool) -> None:
    tap = Tap("tap_1", 1, "tag_1", b"u" * 7, 1, Outcome.FRESH, 100, False, b"a")
    assert tap.same_visit(by, 100 + after) is same
    assert replace(tap, by=None).same_visit(None, 100) is False


def test_a_fresh_tap_is_a_line_and_changes_what_to_look_out_for() -> None:
    before, after = standing(FACTS, NOW), standing(replace(FACTS, tapped=tapped()), NOW)
    assert (before.key, after.key) == (Key.HELD, Key.HELD)
    assert (before.advice, after.advice) == (Advice.ASK_FOR_PROOF, Advice.OK)
    assert keys(replace(FACTS, tapped=tapped())) == ["tag_answered"]
    assert "code can be copied" in before.next_step
    assert "code can be copied" not in after.next_step
    assert "Whether the tag was moved here from another item." in after.cannot_know
    assert "Whether this code was moved here from another item." not in after.cannot_know


def test_a_fresh_tap_outweighs_a_copied_code_but_never_doubts_about_the_tag() -> None:
    copied = replace(FACTS, clone_signals=COPIED)
    assert standing(copied, NOW).key is Key.CLONE_SUSPECTED
    cleared = standing(replace(copied, tapped=tapped()), NOW)
    assert cleared.key is Key.HELD
    assert [one.key for one in cleared.lines] == ["clone_suspected", "tag_answered"]
    doubted = replace(copied, clone_signals=(replace(COPIED[0], rule="tag"),), tapped=tapped())
    assert standing(doubted, NOW).key is Key.CLONE_SUSPECTED


@pytest.mark.parametrize("flag", [Flag.STOLEN, Flag.LOST, Flag.VOID, Flag.RECALLED])
def test_a_fresh_tap_never_hides_bad_news(flag: Flag) -> None:
    bad = Custody((*HELD.raised, Raised(flag)), owner_since=HELD.owner_since)
    facts = replace(FACTS, final=bad, latest=bad)
    assert standing(replace(facts, tapped=tapped()), NOW).key is standing(facts, NOW).key is not Key.HELD


@pytest.mark.parametrize("ago", [COUNTS, 10 * COUNTS, -120])
def test_a_tap_of_another_time_says_nothing(ago: int) -> None:
    assert keys(replace(FACTS, tapped=tapped(ago=ago))) == []


def test_a_tag_whose_seal_was_opened_shows_no_possession() -> None:
    facts = replace(FACTS, clone_signals=COPIED, tapped=tapped(opened=NOW - timedelta(days=3)))
    got = standing(facts, NOW)
    assert got.key is Key.CLONE_SUSPECTED
    assert [(one.key, one.grave) for one in got.lines if one.key.startswith("tag")] == [("tag_opened", True)]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_said_in_short_sentences_and_none_says_fake(outcome: Outcome) -> None:
    found = standing(replace(FACTS, tapped=tapped(outcome)), NOW)
    lines = [one for one in found.lines if one.key.startswith("tag_")]
    assert len(lines) == 1
    for text in (lines[0].headline, *lines[0].words.split(". ")):
        assert 0 < len(text.split()) <= 20
    assert "fake" not in lines[0].headline
    assert found.key is Key.HELD
    if outcome not in ANSWERS:
        assert found.advice is Advice.ASK_FOR_PROOF


@pytest.mark.parametrize("outcome", [Outcome.UNVERIFIED, Outcome.UNREADABLE, Outcome.NO_TAG, Outcome.NOT_YET])
def test_what_nobody_can_tell_is_no_bad_news(outcome: Outcome) -> None:
    assert not any(one.grave for one in standing(replace(FACTS, tapped=tapped(outcome)), NOW).lines)


def said(*told: tuple[LookKind, int]) -> tuple[CloneSignal, ...]:
    return clone_signals(Looked(tuple(Look(SECONDS - ago, kind=kind) for kind, ago in told)), SECONDS)


def test_one_old_answer_is_weak_three_are_strong_and_all_fade() -> None:
    one, three = said((LookKind.REPLAYED, 0)), said(*[(LookKind.ROLLED_BACK, n) for n in range(3)])
    assert [(s.rule, enough([s])) for s in one] == [("tag", False)]
    assert [(s.rule, enough([s])) for s in three] == [("tag", True)]
    assert said((LookKind.REPLAYED, WINDOW)) == ()


def test_two_chips_for_one_item_are_a_strong_signal_at_once() -> None:
    [signal] = said((LookKind.OTHER_TAG, 5), (LookKind.REPLAYED, 0))
    assert signal.strength is Strength.STRONG
    assert signal.words == "Two tags answer for this item, last on 21 November 2026; at most one is the brand's."


def test_many_readings_between_two_taps_are_a_weak_signal() -> None:
    [signal] = said((LookKind.JUMPED, 5))
    assert (signal.rule, signal.strength) == ("tag", Strength.WEAK)
