"""The promise about false and missed suspicions, on made-up lives; `scripts/clone_simulator` plays more of them."""

from __future__ import annotations

from scripts.looks.measure import copied, honest


def test_at_most_one_honest_item_in_two_hundred_is_suspected_in_a_month() -> None:
    found = honest(10_000, seed=7)
    assert found.items == 10_000
    assert found.suspected > 0
    assert found.share <= 0.005


def test_nine_copied_codes_in_ten_are_suspected_by_the_fifth_look_abroad() -> None:
    assert copied(300, seed=7).by(5) >= 0.90


def test_copies_that_are_sold_in_one_country_only_are_nearly_as_soon_suspected() -> None:
    assert copied(150, seed=7, markets=(1, 1)).by(5) >= 0.85


def test_nobody_is_suspected_by_the_first_look_abroad_alone() -> None:
    assert copied(120, seed=7).by(1) <= 0.10
