"""Names of rows: sortable, also within a millisecond, and never far from the clock."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.ids import Rising, new_id

NOW = 1_795_000_000.123


def test_names_of_one_millisecond_sort_in_the_order_in_which_they_were_made() -> None:
    rising, chance = Rising(), random.Random(1)
    made = [new_id("whd", rising.at(NOW), chance.randbytes) for _ in range(900)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@given(st.lists(st.integers(0, 3_000), max_size=200))
def test_a_moment_is_never_before_the_clock_and_at_most_a_second_ahead(steps: list[int]) -> None:
    rising = Rising()
    for step in steps:
        now = NOW + step / 1000
        assert -0.001 < rising.at(now) - now <= 1.001


def test_a_clock_that_was_set_back_is_followed() -> None:
    rising = Rising()
    rising.at(NOW + 3_600)
    assert abs(rising.at(NOW) - NOW) < 0.002
