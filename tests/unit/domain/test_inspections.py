"""What an inspection says fits one word, and comes out of it as it went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid
from ledger.domain.inspections import (
    Authenticity,
    InspectionFacts,
    Method,
    Remark,
    Service,
    WithdrawalReason,
    code_of,
    pack_code,
)

ANY = st.builds(
    InspectionFacts,
    authenticity=st.sampled_from(Authenticity),
    method=st.sampled_from(Method),
    persons=st.integers(1, 255),
    condition=st.sampled_from([None, *"ABCDE"]),
    remarks=st.integers(0, 7).map(Remark),
    points=st.integers(0, 255),
)


@given(ANY)
def test_facts_come_out_as_they_went_in(facts: InspectionFacts) -> None:
    packed = facts.pack()
    assert len(packed) == 32
    assert InspectionFacts.unpack(packed) == facts


def test_the_bytes_are_where_everybody_looks_for_them() -> None:
    facts = InspectionFacts(Authenticity.NOT_GENUINE, Method.PHOTOS, 3, "C", Remark.ALTERED | Remark.CODE_MOVED, 40)
    assert facts.pack()[:8] == bytes([1, 2, 3, 2, 3, 5, 40, 0])


@pytest.mark.parametrize(
    "wrong", [{"persons": 0}, {"persons": 256}, {"points": -1}, {"points": 256}, {"condition": "F"},
              {"condition": ""}, {"condition": "AB"}, {"condition": "a"}],
)  # fmt: skip
def test_what_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    given_: dict[str, object] = {"authenticity": Authenticity.CONSISTENT, "method": Method.IN_HAND} | wrong
    with pytest.raises(Invalid):
        InspectionFacts(**given_).pack()  # type: ignore[arg-type]


@pytest.mark.parametrize(("place", "value"), [(0, 2), (0, 0), (1, 0), (1, 5), (2, 6), (3, 0), (3, 4)])
def test_a_word_of_a_newer_program_is_not_guessed_at(place: int, value: int) -> None:
    word = bytearray(InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND).pack())
    word[place] = value
    with pytest.raises(Invalid, match="newer program"):
        InspectionFacts.unpack(bytes(word))


@pytest.mark.parametrize("word", [b"", b"\x01", bytes(31), b"\x01\x01\x00\x01" + bytes(29)])
def test_a_word_of_another_length_is_refused(word: bytes) -> None:
    with pytest.raises(Invalid):
        InspectionFacts.unpack(word)


def test_a_code_comes_out_as_it_went_in() -> None:
    for code in (*Service, *WithdrawalReason):
        assert code_of(pack_code(code)) == code
        assert len(pack_code(code)) == 32
