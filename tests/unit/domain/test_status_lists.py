"""Status lists, against openvc's reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openvc.status.bitstring import decode_bitstring, get_status_bit

from ledger.domain.status_lists import (
    REVOCATION,
    SIZE,
    SUSPENSION,
    encoded_list,
    entry,
    free_position,
    list_number,
    pair_of,
)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, SIZE - 1), max_size=20))
def test_exactly_the_given_places_are_set(positions: set[int]) -> None:
    bits = decode_bitstring(encoded_list(positions))
    assert len(bits) * 8 == SIZE == 131_072
    assert {place for place in range(SIZE) if bits[place // 8] and get_status_bit(bits, place)} == positions


def test_the_first_place_is_the_leftmost_bit() -> None:
    assert decode_bitstring(encoded_list([0]))[0] == 0x80
    assert decode_bitstring(encoded_list([SIZE - 1]))[-1] == 0x01


def test_the_same_list_is_the_same_text() -> None:
    assert encoded_list([5, 9]) == encoded_list([9, 5])
    assert encoded_list([]).startswith("u")
    assert "=" not in encoded_list([5])


@pytest.mark.parametrize(("pair", "purpose", "number"), [(1, REVOCATION, 1), (1, SUSPENSION, 2), (4, REVOCATION, 7)])
def test_a_pair_has_two_numbers(pair: int, purpose: str, number: int) -> None:
    assert list_number(pair, purpose) == number
    assert pair_of(number) == (pair, purpose)


def test_a_place_is_taken_by_chance_and_never_twice() -> None:
    drawn = iter([b"\0\0\0\7", b"\0\2\0\7", b"\0\0\0\x08"])
    assert free_position(lambda _: next(drawn), lambda place: place == 7) == 8
    with pytest.raises(RuntimeError):
        free_position(lambda _: b"\0\0\0\7", lambda _: True)


def test_an_entry_is_written_as_the_standard_has_it() -> None:
    found = entry("https://v.example", "maison", 1, 42, SUSPENSION)
    assert found == {
        "id": "https://v.example/status/maison/2#42",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "suspension",
        "statusListIndex": "42",
        "statusListCredential": "https://v.example/status/maison/2",
    }
