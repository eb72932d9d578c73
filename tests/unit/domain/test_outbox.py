"""The life of a statement as a table: each row of facts has exactly one state."""

from __future__ import annotations

import itertools

import pytest

from ledger.domain.outbox import Acceptance, Queued, State, progress
from ledger.domain.statements import Kind, make

AT_5 = Acceptance(5, 1_000, b"\x01" * 32, "Claimed")


@pytest.mark.parametrize(
    ("acceptance", "final", "in_flight", "refusal", "usable", "state"),
    [
        (None, 9, None, None, True, State.QUEUED),
        (None, 9, b"t", None, True, State.SENT),
        (None, 9, None, "why", True, State.QUEUED),
        (None, 9, b"t", "why", True, State.SENT),
        (None, 9, None, "why", False, State.REFUSED),
        (None, 9, b"t", "why", False, State.REFUSED),
        (AT_5, 4, None, None, True, State.ACCEPTED),
        (AT_5, 5, None, None, True, State.FINAL),
        (AT_5, 9, b"t", "why", False, State.FINAL),
        (AT_5, -1, b"t", "why", False, State.ACCEPTED),
    ],
)
def test_each_row_of_facts_has_its_state(
    acceptance: Acceptance | None, final: int, in_flight: bytes | None, refusal: str | None, usable: bool, state: State
) -> None:
    at = progress(acceptance=acceptance, final_height=final, in_flight=in_flight, refusal=refusal, usable=usable)
    assert at.state is state


def test_acceptance_outweighs_every_other_fact_and_only_the_final_height_tells_final() -> None:
    rows = itertools.product((None, b"t"), (None, "why"), (True, False), (-1, 4, 5, 6))
    for in_flight, refusal, usable, final in rows:
        at = progress(acceptance=AT_5, final_height=final, in_flight=in_flight, refusal=refusal, usable=usable)
        assert at.state is (State.FINAL if final >= 5 else State.ACCEPTED)
        assert (at.block, at.time, at.transaction) == (5, 1_000, b"\x01" * 32)


def test_a_refusal_says_why_and_in_which_block() -> None:
    at = progress(acceptance=None, final_height=1, in_flight=None, refusal="why", usable=False, refused_in=7)
    assert (at.state, at.reason, at.block) == (State.REFUSED, "why", 7)


def test_only_who_is_known_to_have_signed_is_vouched_for() -> None:
    cancel = make(Kind.CANCEL, {"item": 1, "sequence": 0})
    assert Queued("st", cancel, b"", (b"s",), 0, signer="0x" + "11" * 20).vouched
    assert not Queued("st", cancel, b"", (b"\x01wallet",), 0).vouched
    contest = make(Kind.CONTEST, {"item": 1, "batch": 1, "leaf": bytes(32)})
    assert Queued("st", contest, b"", (), 0).vouched, "nobody signs a contest: its proof speaks"
