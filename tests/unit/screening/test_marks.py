"""Marks are found however they are written, and clean titles are left alone: each rule, and how often it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.screening.codes_in_text import codes_in
from ledger.screening.marks import Marks
from ledger.screening.matches import MOST_MATCHES, KnownMark
from ledger.screening.text import folded, read, squashed
from ledger.screening.written import How

MARKS = Marks(
    KnownMark(name, name, "org")
    for name in (
        "Rolex",
        "Louis Vuitton",
        "Hermès",
        "APC",
        "A.P.C.",
        "H&M",
        "耐克",
        "爱马仕",
        "Nike",
        "Eterna",
        "Away",
        "Gap",
        "Coach",
        "Off-White",
        "Golden Goose",
        "Sterns",
        "Volt",
        "Pacco",
        "Zozol",
        "Li-Ning",
        "ロレックス",
        "لويس فويتون",
        "Кристалл",
    )
)


def found(text: str, *, errors: bool = False) -> list[tuple[str, How]]:
    return [(one.mark.name, one.how) for one in MARKS.find(text, errors=errors)]


@pytest.mark.parametrize(
    ("text", "name", "how"),
    [
        ("old rolex watch", "Rolex", How.EXACT),
        ("ＲＯＬＥＸ watch", "Rolex", How.EXACT),
        ("LOUISVUITTON bag", "Louis Vuitton", How.EXACT),
        ("hermes scarf", "Hermès", How.EXACT),
        ("rоlех", "Rolex", How.LOOK_ALIKE),
        ("Νіke shoes", "Nike", How.LOOK_ALIKE),
        ("eterna", "Eterna", How.EXACT),
        ("etema watch", "Eterna", How.LOOK_ALIKE),
        ("E T E R N A", "Eterna", How.SPREAD),
        ("ro\u200blex", "Rolex", How.UNSEEN),
        ("G\u200dap", "Gap", How.UNSEEN),
        ("n 1 k e", "Nike", How.DIGITS),
        ("n1ke", "Nike", How.DIGITS),
        ("r.o.l.e.x", "Rolex", How.SPREAD),
        ("Lou is Vuit ton", "Louis Vuitton", How.SPREAD),
        ("superlouisvuittonbag", "Louis Vuitton", How.INSIDE),
        ("H&M shirt", "H&M", How.EXACT),
        ("正品耐克鞋", "耐克", How.EXACT),
        ("naike shoes", "耐克", How.SOUND),
        ("正品奈克鞋", "耐克", How.SOUND),
        ("女包Rolex真皮", "Rolex", How.EXACT),
        ("®Rolex™ watch", "Rolex", How.EXACT),
        ("#rolexwatch", "Rolex", How.EXACT),
        ("RolexDaytona", "Rolex", How.EXACT),
        ("newnikeshoes", "Nike", How.EXACT),
        ("rolex2024", "Rolex", How.EXACT),
        ("Vuitton Louis bag", "Louis Vuitton", How.EXACT),
        ("&#82;olex watch", "Rolex", How.EXACT),
        ("%52%6flex watch", "Rolex", How.EXACT),
        (r"\u0052olex watch", "Rolex", How.EXACT),
        ("watch \u202exeloR\u202c steel", "Rolex", How.DIGITS),
        ("🇷🇴🇱🇪🇽 watch", "Rolex", How.DIGITS),
        ("R()lex watch", "Rolex", How.DIGITS),
        ("R|o|l|e|x watch", "Rolex", How.LOOK_ALIKE),
        ("R\u20ddo\u20ddl\u20ddex watch", "Rolex", How.EXACT),
        ("耐丨克 鞋", "耐克", How.LOOK_ALIKE),
        ("لویس فویتون حقيبة", "لويس فويتون", How.EXACT),
        ("لـويـس فويتون", "لويس فويتون", How.EXACT),
        ("ろれっくす 時計", "ロレックス", How.SOUND),
        ("КРИСТАЛЛ кольцо", "Кристалл", How.EXACT),
        ("A\u200b.P.C. shirt", "A.P.C.", How.UNSEEN),
        ("a.p.c shirt", "APC", How.EXACT),
    ],
)
def test_a_mark_is_found_and_how_it_is_written_is_named(text: str, name: str, how: How) -> None:
    assert (name, how) in found(text)


@pytest.mark.parametrize(
    "text",
    ["a way to go", "capcase", "h m", "prolexis", "the grape", "apple pcs", "g a p year", "nik enough", "louis vuit"],
)
def test_words_that_only_look_so_when_run_together_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_typing_error_is_found_apart_and_a_common_word_is_none() -> None:
    assert found("rolxe watch") == []
    assert found("rolxe watch", errors=True) == [("Rolex", How.TYPING)]
    assert found("louis viutton", errors=True) == [("Louis Vuitton", How.TYPING)]
    assert found("a like", errors=True) == []


@pytest.mark.parametrize(
    ("text", "name", "how"),
    [
        ("rooolex watch", "Rolex", How.REPEATED),
        ("hheerrmmes", "Hermès", How.REPEATED),
        ("r*lex watch", "Rolex", How.DIGITS),
        ("L**is V*itton bag", "Louis Vuitton", How.DIGITS),
        ("nai4ke4 xie2", "耐克", How.SOUND),
        ("golclen goose", "Golden Goose", How.LOOK_ALIKE),
    ],
)
def test_letters_that_are_repeated_masked_or_toned_are_looked_for_with_typing_errors(
    text: str, name: str, how: How
) -> None:
    assert found(text) == []
    assert (name, how) in found(text, errors=True)


@pytest.mark.parametrize(
    "text",
    [
        "coach trip to London", "gap year diary", "Coach Driver Handbook", "my coach is kind", "off white curtains",
        "fake coach of the year sign", "lining fabric", "100% off-white paint",
    ],
)  # fmt: skip
def test_a_word_that_is_a_mark_too_is_told_as_a_word_where_nothing_shows_that_the_mark_is_meant(text: str) -> None:
    assert {how for _, how in found(text)} == {How.WORD}


@pytest.mark.parametrize(
    "text",
    ["Coach bag brown", "sac à main cuir Coach", "coach leather shoulder bag", "genuine Coach", "Coach® case", "Coach",
     "new COACH from outlet", "Coach 女包", "replica Coach watch", "Gap hoodie"],
)  # fmt: skip
def test_beside_goods_or_alone_or_loud_a_word_that_is_a_mark_is_the_mark(text: str) -> None:
    assert How.EXACT in {how for _, how in found(text)}


def test_a_mark_of_several_words_is_no_ordinary_word_unless_they_stand_together_anyway() -> None:
    assert found("golden goose feather pen") == [("Golden Goose", How.EXACT)]
    assert found("off-white jacket lining") != [("Off-White", How.EXACT)]


@pytest.mark.parametrize(
    "text",
    [
        "flower stems in a vase",  # rn is not m in a common word
        "on le voit de loin",  # a small i is no small l
        "20201 spare part", "2-0-2-0-1",  # digits alone are a number
        "рассо это просто слово",
        "the circumrolexance",
    ],
)  # fmt: skip
def test_what_reads_alike_by_chance_accuses_nobody(text: str) -> None:
    assert found(text) == []


def test_a_capital_i_hides_an_l_and_a_small_i_does_not() -> None:
    marks = Marks([KnownMark("v", "Velmola", "org")])
    assert [one.how for one in marks.find("VeImola bag")] == [How.LOOK_ALIKE]
    assert [one.how for one in marks.find("Veimola bag", errors=True)] == [How.TYPING]
    assert marks.find("Veimola bag") == []


def test_what_nobody_sees_at_the_edge_of_a_word_comes_with_copied_texts_and_hides_nothing() -> None:
    assert found("שעון Rolex\u200e יד") == [("Rolex", How.EXACT)]
    assert found("\ufeffRolex watch") == [("Rolex", How.EXACT)]


def test_a_decoded_place_is_where_the_mark_stands_in_the_text_as_it_was_sent() -> None:
    for text, written in (
        ("a &#82;olex b", "&#82;olex"),
        ("a %52olex b", "%52olex"),
        ("a \u202exeloR b", "xeloR"),
        ("a R()lex b", "R()lex"),
    ):
        [one] = MARKS.find(text)
        assert text[one.start : one.end] == written


@pytest.mark.parametrize("end", ["Rolex Submariner", "Rolex replica", "r.o.l.e.x"])
def test_harmless_words_at_the_beginning_hide_no_mark(end: str) -> None:
    told = found("for Nike " * 30 + end)
    assert len(told) == 2
    assert "Rolex" in {name for name, _ in told}


def test_of_too_many_marks_the_gravest_stay_and_one_owners_many_crowd_nobody_out() -> None:
    words = ["".join(chr(97 + n // 5**at % 5) for at in range(5)) + "q" for n in range(40)]
    many = Marks([*(KnownMark(one, one, "big") for one in words), KnownMark("r", "Rolex", "small")])
    shown = many.find(" ".join([*words, "Rolex"]))
    assert len(shown) == MOST_MATCHES
    assert "Rolex" in {one.mark.name for one in shown}
    assert "Rolex" in {one.mark.name for one in many.find("for " + " for ".join([*words, "Rolex replica"]))}


def test_marks_that_are_not_in_force_there_take_nobodys_place() -> None:
    words = ["".join(chr(97 + n // 5**at % 5) for at in range(5)) + "q" for n in range(40)]
    known = [KnownMark(one, one, one, territories=("US",)) for one in words]
    many = Marks([*known, KnownMark("r", "Rolex", "small", territories=("EU",))])
    text = " ".join([*words, "Rolex"])
    assert [one.mark.name for one in many.find(text, where="FR")] == ["Rolex"]


def test_a_place_in_a_text_is_where_the_mark_stands() -> None:
    text = "my r\u200bо-l.ex, used"
    [one] = MARKS.find(text)
    assert text[one.start : one.end] == "r\u200bо-l.ex"


@given(st.text(max_size=60))
def test_the_quick_reading_and_the_one_with_places_are_the_same(text: str) -> None:
    for signs in (True, False):
        place = read(text, signs=signs)
        assert place.squashed == squashed(text, signs=signs)
        assert len(place.places) == len(place.squashed)
        assert list(place.places) == sorted(place.places)
        ends = [0]
        for word in folded(text, signs=signs).split():
            ends.append(ends[-1] + len(word))
        assert place.starts == set(ends[:-1])


@given(st.text(max_size=200))
def test_no_text_breaks_the_screen_and_every_place_lies_in_it(text: str) -> None:
    for one in MARKS.find(text, errors=True):
        assert 0 <= one.start < one.end <= len(text)


def test_codes_are_found_in_a_text() -> None:
    link = "https://v.example/01/09521234543213/21/7K3M9QX2TP4W"
    assert codes_in(f"Look: {link}. Or (01)09521234543213(21)ABC-1, thanks", 10) == [
        link,
        "(01)09521234543213(21)ABC-1",
    ]
    assert codes_in("GTIN 09521234543213 serial 7K3M-9QX2-TP4W", 10) == ["09521234543213 7K3M9QX2TP4W"]
    assert codes_in("call 0123456789, size 38, 100% silk", 10) == []
    assert len(codes_in(" ".join(f"{link}{n}" for n in range(50)), 10)) == 10
