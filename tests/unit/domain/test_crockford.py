"""The alphabet of our codes, and the check character that finds what people mistype."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from ledger.domain import crockford
from ledger.domain.errors import Invalid

texts = st.text(crockford.ALPHABET, min_size=1, max_size=40)


def test_the_alphabet_has_32_characters_and_none_that_looks_like_another() -> None:
    assert len(set(crockford.ALPHABET)) == 32
    assert not set("ILOU") & set(crockford.ALPHABET)


@given(st.binary(max_size=40))
def test_what_is_encoded_is_decoded_to_the_same_bytes(data: bytes) -> None:
    assert crockford.decode(crockford.encode(data)) == data


def test_the_most_significant_bits_come_first() -> None:
    assert crockford.encode(bytes(9) + b"\x01") == "0" * 15 + "1"
    assert crockford.encode(b"\xf8") == "Z0"


@pytest.mark.parametrize("text", ["A", "00A", "01", "000000000"])
def test_characters_that_no_bytes_make_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="one is missing or misread"):
        crockford.decode(text)


@given(texts)
def test_the_check_character_is_python_stdnums_luhn(text: str) -> None:
    assert crockford.check_character(text) == luhn.calc_check_digit(text, crockford.ALPHABET)
    assert luhn.is_valid(crockford.with_check(text), crockford.ALPHABET)


@given(st.integers(1, 20).flatmap(lambda size: st.lists(st.text(crockford.ALPHABET, min_size=size, max_size=size))))
def test_many_texts_have_the_check_character_that_each_has_alone(each: list[str]) -> None:
    assert crockford.with_checks(each) == [crockford.with_check(text) for text in each]


def test_texts_of_two_lengths_are_not_checked_together() -> None:
    with pytest.raises(ValueError, match="one length"):
        crockford.with_checks(["ABC", "AB"])


def test_every_character_is_drawn_for_as_many_random_bytes_as_any_other() -> None:
    drawn = crockford.drawn(bytes(range(256)))
    assert {drawn.count(character) for character in crockford.ALPHABET} == {8}


@given(texts)
def test_the_whole_holds_exactly_when_python_stdnum_says_so(text: str) -> None:
    assert crockford.holds(text) == luhn.is_valid(text, crockford.ALPHABET)


@given(texts, st.data())
def test_every_single_wrong_character_is_found(text: str, data: st.DataObject) -> None:
    whole = crockford.with_check(text)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([c for c in crockford.ALPHABET if c != whole[place]]))
    assert not crockford.holds(whole[:place] + other + whole[place + 1 :])


@given(texts, st.data())
def test_every_swap_of_neighbours_is_found_save_zero_with_z(text: str, data: st.DataObject) -> None:
    whole = crockford.with_check(text)
    place = data.draw(st.integers(0, len(whole) - 2))
    left, right = whole[place], whole[place + 1]
    swapped = whole[:place] + right + left + whole[place + 2 :]
    assert crockford.holds(swapped) == (left == right or {left, right} == {"0", "Z"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7k3m 9x2p tp4w", "7K3M9X2PTP4W"),
        ("7K3M-9X2P-TP4W", "7K3M9X2PTP4W"),
        ("7K3M\u20139X2P\u2014TP4W", "7K3M9X2PTP4W"),
        ("\t7K3M\u00a09X2P\u3000TP4W\n", "7K3M9X2PTP4W"),
        ("oO iI lL", "001111"),
        ("\uff17\uff2b\uff4f\uff4c", "7K01"),
        ("u", "U"),
        ("é", "é"),
        ("", ""),
    ],
)
def test_tidying_gives_what_a_person_meant_and_leaves_foreign_characters_to_be_named(typed: str, meant: str) -> None:
    assert crockford.tidy(typed) == meant


@given(st.text(max_size=60))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert crockford.tidy(crockford.tidy(text)) == crockford.tidy(text)


@given(texts)
def test_groups_for_people_tidy_back_to_the_same_text(text: str) -> None:
    assert crockford.tidy(crockford.grouped(text)) == text
    assert all(len(group) <= 4 for group in crockford.grouped(text).split(" "))


@pytest.mark.parametrize("function", [crockford.check_character, crockford.decode])
def test_a_foreign_character_is_named_with_its_place(function: object) -> None:
    assert callable(function)
    with pytest.raises(Invalid, match=r"“U” \(character 3\)"):
        function("7KU")


@pytest.mark.parametrize("text", ["", "U", "é", "7k", " "])
def test_what_is_empty_or_foreign_never_holds(text: str) -> None:
    assert not crockford.holds(text)
