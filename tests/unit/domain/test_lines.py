"""What a brand may say of a model, and which of it a reader gets."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin
from ledger.domain.lines import Line, LineText, Photo, Words, checked_line, checked_photo_words

GTIN = Gtin("09521234543213")


def line(**words: Words) -> Line:
    return Line(GTIN, "org", "Sac Lune 25", {name.replace("_", "-"): one for name, one in words.items()})


def test_words_are_trimmed_and_empty_languages_left_out() -> None:
    kept = checked_line(
        LineText(" Sac Lune 25 ", {"en": Words(" Calf.\r\nLined. ", looks=(" A ", " ")), "fr": Words(" ")})
    )
    assert kept.name == "Sac Lune 25"
    assert kept.words == {"en": Words("Calf.\nLined.", looks=("A",))}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (LineText(""), "name"),
        (LineText("x" * 121), "name"),
        (LineText("Sac\u202eenuL"), "name"),
        (LineText("Sac", {"de": Words("Leder")}), "words"),
        (LineText("Sac", {"en": Words("x" * 2_001)}), "words.en.description"),
        (LineText("Sac", {"en": Words(materials="a\x00b")}), "words.en.materials"),
        (LineText("Sac", {"en": Words(looks=("x",) * 13)}), "words.en.looks"),
        (LineText("Sac", {"en": Words(looks=("x" * 201,))}), "words.en.looks"),
        (LineText("Sac", programme_start="01/02/2025"), "programme_start"),
        (LineText("Sac", programme_start="2025-02-30"), "programme_start"),
        (LineText("Sac", note="x" * 2_001), "note"),
    ],
)
def test_a_fault_is_named_with_its_place(text: LineText, where: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_line(text)
    assert [one.where for one in refused.value.faults] == [where]


def test_a_reader_gets_their_language_else_english_else_what_there_is() -> None:
    both = line(en=Words("Bag"), fr=Words("Sac"))
    assert both.said("fr") == (Words("Sac"), "fr")
    assert both.said("it") == (Words("Bag"), "en")
    assert line(it=Words("Borsa")).said("zh-Hans") == (Words("Borsa"), "it")
    assert line().said("fr") == (Words(), "en")


def test_a_line_is_nobodys_business_before_its_programme_begins() -> None:
    coming = Line(GTIN, "org", "Sac", programme_start="2026-05-02")
    assert not coming.public_on(date(2026, 5, 1))
    assert coming.public_on(date(2026, 5, 2))
    assert line().public_on(date(1990, 1, 1))


def test_a_caption_is_read_in_the_language_that_there_is() -> None:
    assert Photo("a", 1, 1, {"fr": "De face", "en": "From the front"}).caption("fr") == "De face"
    assert Photo("a", 1, 1, {"fr": "De face", "en": "From the front"}).caption("it") == "From the front"
    assert Photo("a", 1, 1, {"fr": "De face"}).caption("it") == "De face"
    assert Photo("a", 1, 1).caption("en") == ""


def test_what_a_photo_shows_is_bounded() -> None:
    assert checked_photo_words({"en": " Front ", "fr": " "}, " noir ") == ({"en": "Front"}, "noir")
    for captions, colourway in (({"de": "x"}, ""), ({"en": "x" * 201}, ""), ({}, "x" * 121)):
        with pytest.raises(Invalid):
            checked_photo_words(captions, colourway)
