"""Serials of our making, and what any serial may hold."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import crockford
from ledger.domain.characters import GS1_82
from ledger.domain.errors import Invalid
from ledger.domain.serials import check_serial, is_ours, make_serial


def test_a_new_serial_has_our_form_and_passes_as_any_serial() -> None:
    serial = make_serial(os.urandom)
    assert is_ours(serial)
    assert check_serial(serial) == serial


def test_all_55_random_bits_reach_the_serial() -> None:
    assert make_serial(lambda n: b"\0" * n) == "000000000000"
    assert make_serial(lambda n: b"\xff" * n)[:11] == "Z" * 11
    serials = {make_serial(lambda n, bit=bit: (1 << bit).to_bytes(n, "big")) for bit in range(1, 56)}
    assert len(serials) == 55


def test_a_thousand_serials_are_all_different() -> None:
    assert len({make_serial(os.urandom) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "000000000000 ", "00000000000", "0000000000000", "000000000001", "00000000000U"])
def test_another_length_alphabet_or_check_character_is_not_our_form(text: str) -> None:
    assert not is_ours(text)


def test_small_letters_are_not_our_form_until_tidied() -> None:
    serial = crockford.with_check("ABCDEFGHJKM")
    assert not is_ours(serial.lower())
    assert is_ours(crockford.tidy(serial.lower()))


def test_set_82_has_82_characters() -> None:
    assert len(GS1_82) == 82


@given(st.text(sorted(GS1_82), min_size=1, max_size=20).filter(lambda text: text not in {".", ".."}))
def test_one_to_twenty_characters_of_set_82_are_a_serial_as_they_stand(text: str) -> None:
    assert check_serial(text) == text


@given(st.characters().filter(lambda character: character not in GS1_82))
def test_every_other_character_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(Invalid, match=r"\(character 3\)"):
        check_serial(f"AB{character}D")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The serial is empty; it needs 1 to 20 characters."),
        ("A" * 21, "The serial “AAAAAAAAAAAAAAAAAAAAA” has 21 characters; at most 20 are allowed."),
        ("..", "“..” cannot be a serial, because no link can hold it; choose another."),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_serial(text)
    assert refusal.value.detail == sentence


@pytest.mark.parametrize(
    ("text", "named"),
    [("A B", "a space"), ("AéB", "“é”"), ("A\x00B", r"an invisible character \(U\+0000\)"), ("A#B", "“#”")],
)
def test_a_foreign_character_is_named_also_when_it_cannot_be_seen(text: str, named: str) -> None:
    with pytest.raises(Invalid, match=rf"holds {named} \(character 2\)"):
        check_serial(text)


def test_a_refusal_stays_short_however_long_the_text() -> None:
    with pytest.raises(Invalid) as refusal:
        check_serial("A" * 1_000_000)
    assert len(refusal.value.detail) < 300
