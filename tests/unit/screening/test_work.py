"""What a text costs does not grow with the marks: calls are counted, no time is measured."""

from __future__ import annotations

import itertools
import string
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from ledger.screening.marks import MOST_TEXT, Marks
from ledger.screening.matches import KnownMark
from ledger.screening.rewritten import Rewritten
from ledger.screening.written import How

FEW, MANY = 100, 3_000
SPELT = " ".join(string.ascii_lowercase) + " "


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of the interpreter too, once everything is known that is kept."""
    work()
    count = 0

    def note(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def of_three_letters(count: int, between: str = "") -> Marks:
    names = map(between.join, itertools.islice(itertools.permutations(string.ascii_uppercase, 3), 0, 15_600, 5))
    return Marks(KnownMark(name, name, "org") for name in itertools.islice(names, count))


@pytest.mark.parametrize("between", ["", ".", "&"])
@pytest.mark.parametrize("filled", ["!", r"\/", "é"])
def test_single_letters_cost_no_more_where_more_short_marks_are_known(between: str, filled: str) -> None:
    text = (SPELT + filled * MOST_TEXT)[: MOST_TEXT // 5]
    few, many = (of_three_letters(count, between) for count in (FEW, MANY))
    assert len(many.known) == MANY
    assert calls(lambda: many.find(text)) <= 1.2 * calls(lambda: few.find(text))


def test_masked_words_cost_no_more_where_more_marks_begin_alike() -> None:
    names = [
        "a" + "".join(rest) for rest in itertools.islice(itertools.product(string.ascii_lowercase, repeat=5), MANY)
    ]
    few, many = (Rewritten((name, [name]) for name in names[:count]) for count in (FEW, MANY))
    text = "azz*zz " * 40
    assert list(many.find(text)) == []
    assert calls(lambda: list(many.find(text))) <= 1.2 * calls(lambda: list(few.find(text)))


def test_every_mark_that_a_masked_word_may_be_is_told_and_no_other() -> None:
    names = ["".join(one) for one in itertools.product("gs", "uae", "ct", "ct", "lo")]
    found = list(Rewritten((name, [name]) for name in names).find("a g*cci bag"))
    assert found == [(2, 7, How.DIGITS, (name,)) for name in ("guccl", "gaccl", "geccl")]
