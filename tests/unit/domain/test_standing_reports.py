"""What people say of an item: inspections, suspected copies, the owner's live answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import standing
from ledger.domain.standing_checks import Found
from ledger.domain.standing_facts import (
    CloneSignal,
    Strength,
    Undone,
)
from ledger.domain.standing_headlines import (
    Key,
)
from ledger.domain.standing_phrases import why_not_counted
from tests.unit.domain.standing_cases import (
    ANSWERED,
    COPIED,
    FAKE,
    GENUINE,
    NEW,
    NOW,
    held,
    line_keys,
    owned,
    seen,
    verdict,
)

# --- Counterfeits, copies and answers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"persons": 1},
        {"method": Method.PHOTOS},
        {"method": Method.VIDEO},
    ],
)
def test_a_lesser_inspection_that_says_not_genuine_is_a_line(change: dict[str, Any]) -> None:
    facts = held(inspections=(replace(FAKE, **change),))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == ["inspected_not_genuine"]


@pytest.mark.parametrize(
    "change",
    [
        {"undone": Undone.FINAL},
        {"accredited": False},
        {"key_compromised_since": FAKE.recorded_at},
        {"result": Authenticity.INCONCLUSIVE},
        {"result": Authenticity.NOT_SUPPORTED},
    ],
)
def test_an_inspection_that_does_not_count_changes_nothing(change: dict[str, Any]) -> None:
    facts = held(inspections=(replace(FAKE, **change),))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == []


def test_a_withdrawal_that_is_only_queued_leaves_the_counterfeit_standing() -> None:
    assert verdict(held(inspections=(replace(FAKE, undone=Undone.WAITING),))) is Key.COUNTERFEIT_FOUND


def test_an_inspection_from_before_the_key_was_stolen_counts() -> None:
    earlier = replace(FAKE, key_compromised_since=FAKE.recorded_at + timedelta(seconds=1))
    assert verdict(held(inspections=(earlier,))) is Key.COUNTERFEIT_FOUND


def test_a_counterfeit_finding_counts_before_it_is_final() -> None:
    assert verdict(held(inspections=(replace(FAKE, final=False),))) is Key.COUNTERFEIT_FOUND


def test_a_later_inspection_in_hand_turns_the_counterfeit_into_a_line() -> None:
    facts = held(inspections=(FAKE, GENUINE))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == [Key.COUNTERFEIT_FOUND]


@pytest.mark.parametrize(
    "change",
    [
        {"final": False},
        {"method": Method.PHOTOS},
        {"undone": Undone.WAITING},
        {"undone": Undone.FINAL},
        {"accredited": False},
        {"key_compromised_since": GENUINE.recorded_at},
        {"on": FAKE.on - timedelta(days=1)},
        {"recorded_at": FAKE.recorded_at},
    ],
)
def test_only_a_final_later_trusted_inspection_in_hand_answers_a_counterfeit(change: dict[str, Any]) -> None:
    assert verdict(held(inspections=(FAKE, replace(GENUINE, **change)))) is Key.COUNTERFEIT_FOUND


def test_a_newer_counterfeit_is_not_answered_by_an_older_inspection() -> None:
    newer = seen(Authenticity.NOT_GENUINE, on=NOW.date(), recorded_at=NOW)
    assert verdict(held(inspections=(FAKE, GENUINE, newer))) is Key.COUNTERFEIT_FOUND


def test_beside_the_owners_live_answer_the_counterfeit_is_a_line() -> None:
    facts = held(inspections=(FAKE,), owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.OWNER_CONFIRMED
    assert line_keys(facts) == [Key.COUNTERFEIT_FOUND]


def test_an_answer_by_someone_who_is_no_final_owner_does_not_lower_anything() -> None:
    facts = replace(NEW, latest=owned(), inspections=(FAKE,), owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.COUNTERFEIT_FOUND


def test_nobody_can_answer_for_an_item_without_an_owner() -> None:
    assert verdict(replace(NEW, owner_confirmed_at=ANSWERED)) is Key.UNCLAIMED


def test_one_weak_signal_is_not_a_copy_two_are_and_one_strong_is() -> None:
    weak = CloneSignal(Strength.WEAK, "Listed for sale by two sellers at once.")
    assert verdict(held(clone_signals=(weak,))) is Key.HELD
    assert verdict(held(clone_signals=(weak, weak))) is Key.CLONE_SUSPECTED
    assert verdict(held(clone_signals=(COPIED[0],))) is Key.CLONE_SUSPECTED


def test_the_owners_live_answer_lowers_a_suspected_copy_to_a_line() -> None:
    facts = held(clone_signals=COPIED, owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.OWNER_CONFIRMED
    assert line_keys(facts) == [Key.CLONE_SUSPECTED]


def test_scans_that_are_not_compared_are_cannot_tell_and_not_fine() -> None:
    last = standing(held(clone_signals=None), NOW).checked[-1]
    assert (last.name, last.found, last.when) == ("Unusual scans", Found.CANNOT_TELL, None)


def test_the_owners_answer_lasts_fifteen_minutes() -> None:
    assert verdict(held(owner_confirmed_at=NOW - timedelta(minutes=14, seconds=59))) is Key.OWNER_CONFIRMED
    assert verdict(held(owner_confirmed_at=NOW - timedelta(minutes=15))) is Key.HELD


def test_why_an_inspection_is_left_aside_is_said() -> None:
    assert why_not_counted(FAKE) is None
    assert "Withdrawn" in str(why_not_counted(replace(FAKE, undone=Undone.FINAL)))
    assert "not accredited" in str(why_not_counted(replace(FAKE, accredited=False)))
    assert "20 October 2026" in str(why_not_counted(replace(FAKE, key_compromised_since=FAKE.recorded_at)))
