"""The next step of following a chain, for every pair of what we hold and what the node says."""

from __future__ import annotations

import itertools

import pytest

from ledger.domain.chain_view import Block, Step, next_step

OURS = Block(10, b"a" * 32, b"p" * 32, 100)
OTHER = Block(10, b"b" * 32, b"p" * 32, 100)
NEXT = Block(11, b"c" * 32, OURS.hash, 101)
FOREIGN = Block(11, b"d" * 32, OTHER.hash, 101)


@pytest.mark.parametrize(
    ("tip", "node_tip", "following", "final", "step"),
    [
        (None, None, None, -1, Step.WAIT),
        (None, None, NEXT, -1, Step.EXTEND),
        (OURS, OURS, NEXT, 9, Step.EXTEND),
        (OURS, OURS, None, 9, Step.WAIT),
        (OURS, OURS, FOREIGN, 9, Step.WAIT),
        (OURS, OTHER, None, 9, Step.DROP),
        (OURS, None, None, 9, Step.DROP),
        (OURS, OTHER, FOREIGN, 9, Step.DROP),
        (OURS, OTHER, None, 10, Step.HALT),
        (OURS, None, None, 10, Step.HALT),
        (OURS, None, None, 11, Step.HALT),
        (OURS, OURS, NEXT, 10, Step.EXTEND),
    ],
)
def test_each_pair_has_its_step(
    tip: Block | None, node_tip: Block | None, following: Block | None, final: int, step: Step
) -> None:
    assert next_step(tip=tip, node_tip=node_tip, following=following, final_height=final) is step


def test_what_is_final_is_never_dropped_and_nothing_is_stored_on_a_stranger() -> None:
    for node_tip, following, final in itertools.product((None, OURS, OTHER), (None, NEXT, FOREIGN), range(8, 13)):
        step = next_step(tip=OURS, node_tip=node_tip, following=following, final_height=final)
        assert not (step is Step.DROP and final >= OURS.number)
        if step is Step.EXTEND:
            assert node_tip == OURS
            assert following is not None
            assert following.parent == OURS.hash
