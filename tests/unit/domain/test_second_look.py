"""One pair of eyes, two, three: what follows from what they saw."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from ledger.domain.inspections import Authenticity
from ledger.domain.second_look import Outcome, Seen, Step, may_look, outcome

YES, NO, UNSURE, NOT_OURS = Authenticity


def seen(*results: Authenticity) -> list[Seen]:
    return [Seen(f"person {n}", result) for n, result in enumerate(results)]


def test_one_opinion_that_it_is_genuine_is_enough_for_a_thing_of_ordinary_value() -> None:
    assert outcome(seen(YES), high_value=False) == Outcome(Step.SIGN, YES, (0,))


@pytest.mark.parametrize("result", [UNSURE, NOT_OURS])
def test_one_who_cannot_decide_needs_nobody_else(result: Authenticity) -> None:
    assert outcome(seen(result), high_value=False).step is Step.SIGN


def test_not_genuine_is_never_one_persons_word() -> None:
    assert outcome(seen(NO), high_value=False).step is Step.SECOND


@pytest.mark.parametrize("result", list(Authenticity))
def test_high_value_always_takes_two(result: Authenticity) -> None:
    assert outcome(seen(result), high_value=True).step is Step.SECOND


@pytest.mark.parametrize("result", list(Authenticity))
def test_two_who_agree_sign_as_two(result: Authenticity) -> None:
    found = outcome(seen(result, result), high_value=True)
    assert (found.step, found.result, found.persons, found.dissent) == (Step.SIGN, result, 2, None)


def test_two_who_disagree_call_a_third() -> None:
    assert outcome(seen(NO, YES), high_value=False).step is Step.THIRD


def test_two_of_three_sign_and_the_third_is_told() -> None:
    found = outcome(seen(NO, YES, NO), high_value=False)
    assert found == Outcome(Step.SIGN, NO, (0, 2), YES)
    assert found.persons == 2


def test_three_different_opinions_sign_nothing() -> None:
    found = outcome(seen(NO, YES, UNSURE), high_value=False)
    assert (found.step, found.agreeing) == (Step.UNDECIDED, ())


def test_the_order_in_which_three_looked_decides_nothing() -> None:
    for three in product(Authenticity, repeat=3):
        results = {outcome(seen(*order), high_value=True).result for order in permutations(three)}
        assert len(results) == 1, three


def test_whenever_two_are_needed_a_signature_stands_for_two() -> None:
    for size in (1, 2, 3):
        for all_of in product(Authenticity, repeat=size):
            found = outcome(seen(*all_of), high_value=True)
            assert found.step is not Step.SIGN or found.persons >= 2


def test_the_same_person_twice_is_not_two_people() -> None:
    with pytest.raises(ValueError, match="another person"):
        outcome([Seen("a", NO), Seen("a", NO)], high_value=False)


def test_a_fourth_opinion_is_never_taken() -> None:
    with pytest.raises(ValueError, match="at most three"):
        outcome(seen(NO, YES, UNSURE, NO), high_value=False)


def test_nobody_looks_twice_and_a_program_never() -> None:
    assert may_look("b", ["a"])
    assert not may_look("a", ["a", "b"])
    assert not may_look(None, ["a"])
