"""What a watch tells, and when it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.custody import Flag
from ledger.domain.desk.sandbox_items import BY_SERIAL, DEMO
from ledger.domain.desk.watches import EVERY, SOON, Seen, Watch, next_look, source, told, turns_at
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Custody, Hold, Raised
from ledger.domain.standing_headlines import Advice, Key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
WATCH = Watch("wat_1", "org_1", "0", "S", "r", None, None, 9, 1, "held", "ask_for_proof", 3, 0, 0)
HELD = BY_SERIAL["DEMO-01"].facts(NOW)


@given(key=st.sampled_from(Key), advice=st.sampled_from(Advice))
def test_a_change_is_another_verdict_or_advice_and_never_cannot_tell(key: Key, advice: Advice) -> None:
    seen = Seen(key, advice, None, None)
    changed = (key.value, advice.value) != ("held", "ask_for_proof")
    assert told(WATCH, seen) == (changed and key not in (Key.UNAVAILABLE, Key.PENDING))
    after = replace(WATCH, verdict=key.value, advice=advice.value)
    assert not told(after, seen), "what was told is not told again"


def test_each_change_has_a_name_of_its_own() -> None:
    assert source(WATCH) == "watch:wat_1:4"
    assert source(replace(WATCH, changes=4)) != source(WATCH)


@given(key=st.sampled_from(Key), ahead=st.none() | st.integers(-10_000, 10_000))
def test_the_next_look_is_soon_enough_and_always_ahead(key: Key, ahead: int | None) -> None:
    turns = None if ahead is None else SECONDS + ahead
    at = next_look(Seen(key, Advice.OK, None, None, turns), SECONDS)
    assert SECONDS < at <= SECONDS + (SOON if key in (Key.UNAVAILABLE, Key.PENDING) else EVERY)
    assert turns is None or turns <= SECONDS or at <= turns


def test_what_ends_or_begins_at_a_known_second_is_looked_at_then() -> None:
    assert turns_at(HELD, NOW) is None
    lock = Raised(Flag.BRAND_DISPUTE, NOW, NOW + timedelta(seconds=90.5))
    locked = replace(HELD, latest=Custody((*HELD.latest.raised, lock)))
    assert turns_at(locked, NOW) == SECONDS + 91
    to_come = Hold("ord_1", "Court", NOW + timedelta(seconds=30), NOW + timedelta(days=9), ("FR",))
    assert turns_at(replace(locked, holds=(to_come,)), NOW) == SECONDS + 30


@pytest.mark.parametrize("one", DEMO, ids=lambda one: one.serial or one.verdict.value)
def test_at_its_turn_a_lock_no_longer_counts(one: object) -> None:
    facts = one.facts(NOW)  # type: ignore[attr-defined]
    turn = turns_at(facts, NOW)
    if turn is None:
        return
    then = datetime.fromtimestamp(turn, UTC)
    later = replace(facts, node_seen_at=then)
    assert turns_at(later, then) is None or turns_at(later, then) > turn  # type: ignore[operator]
    assert standing(later, then).key
