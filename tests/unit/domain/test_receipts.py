"""A stamp reads as it was written, in one spelling, and nothing else reads as a stamp."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid
from ledger.domain.receipts import ReceiptKind, Stamp, read_stamp

NUMBER = "0123456789ABCDEF"
STAMP = Stamp(
    NUMBER, ReceiptKind.CHECK, "09521234543213", "A/B%2F", 1_790_000_000, 5853, True, "held", True, "oaoco",
    ("clone_suspected", "recalled"),
)  # fmt: skip

stamps = st.builds(
    Stamp,
    number=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=16, max_size=16),
    kind=st.sampled_from(ReceiptKind),
    gtin=st.text("0123456789", min_size=14, max_size=14),
    serial=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
    issued_at=st.integers(0, 10**12),
    block=st.integers(-1, 10**9),
    final=st.booleans(),
    says=st.sampled_from(["held", "7K3M9QX2.ABCDEFGH", "consistent"]),
    tick=st.booleans(),
    checks=st.text("oac", max_size=5),
    also=st.lists(st.sampled_from(["recalled", "disputed"]), max_size=6).map(tuple),
    statement=st.text("0123456789abcdef", max_size=64),
    recorded_at=st.integers(0, 10**12),
)


@given(stamps)
def test_a_stamp_reads_as_it_was_written(stamp: Stamp) -> None:
    assert read_stamp(stamp.number, stamp.query()) == stamp


@given(stamps, stamps)
def test_two_stamps_that_differ_are_never_sealed_alike(one: Stamp, other: Stamp) -> None:
    assert (one == other) == (one.message() == other.message())


@pytest.mark.parametrize(
    "changed",
    [
        {"k": "other"}, {"t": "01"}, {"t": "-0"}, {"t": "1e3"}, {"t": "9" * 16}, {"b": "x"}, {"f": "2"}, {"x": "yes"},
        {"z": "1"}, {"a": "recalled..disputed"}, {"a": ".recalled"}, {"r": "0"}, {"w": ""}, {"s": "x" * 201},
    ],
)  # fmt: skip
def test_another_spelling_is_no_stamp(changed: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_stamp(NUMBER, STAMP.query() | changed)


@pytest.mark.parametrize("number", ["", "0123456789ABCDE", "0123456789abcdef", "0123456789ABCDEI", "0123456789ABCDEF0"])
def test_a_number_of_another_form_is_none(number: str) -> None:
    with pytest.raises(Invalid):
        read_stamp(number, STAMP.query())
