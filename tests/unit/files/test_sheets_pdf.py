from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest

from ledger.domain.errors import Invalid, TooLarge, Unknown
from ledger.domain.identity import label_uri
from ledger.files import qr, sheets_pdf
from ledger.files.labels import Label, LabelFormat, grouped, label_format, label_formats
from ledger.files.qr import Matrix, symbol
from ledger.files.sheets_pdf import MIN_MODULE, module_width, write_sheets, write_test_page
from tests.unit.files.label_cases import GTIN, codes, labels, texts

ALL = list(label_formats().values())


def pdf(count: int, form: LabelFormat, **options: object) -> bytes:
    out = io.BytesIO()
    write_sheets(out, iter(labels(count)), form, **options)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.id)
def test_every_code_of_a_page_and_one_more_is_read_from_the_rendered_file(form: LabelFormat) -> None:
    count = form.per_page + 1
    data = pdf(count, form)
    assert len(pypdfium2.PdfDocument(data)) == 2
    assert codes(data) == [label.uri for label in labels(count)]


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.id)
def test_labels_lie_on_their_page_and_not_on_one_another(form: LabelFormat) -> None:
    places = list(form.places())
    assert len(places) == form.per_page == len(set(places))
    assert form.pitch[0] >= form.label[0]
    assert form.pitch[1] >= form.label[1]
    for x, y in places:
        assert x >= 0
        assert y >= 0
        assert x + form.label[0] <= form.page[0] + 0.01
        assert y + form.label[1] <= form.page[1] + 0.01


@pytest.mark.parametrize("form", [form for form in ALL if form.per_page > 1], ids=lambda form: form.id)
def test_sheets_are_centred_as_their_makers_cut_them(form: LabelFormat) -> None:
    last_x, last_y = list(form.places())[-1]
    assert form.page[0] - (last_x + form.label[0]) == pytest.approx(form.first[0], abs=0.1)
    assert form.page[1] - (last_y + form.label[1]) == pytest.approx(form.first[1], abs=0.1)


def test_the_serial_stands_under_its_code_in_groups_of_four() -> None:
    data = pdf(2, label_format("a4-21"))
    for label in labels(2):
        assert grouped(label.serial) in texts(data)
    assert grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_a_serial_of_twenty_characters_takes_two_lines() -> None:
    serial = "ABCDEFGHIJKLMNOPQRST"
    out = io.BytesIO()
    write_sheets(out, [Label(GTIN, serial, label_uri("https://v.example.com", GTIN, serial))], label_format("card"))
    assert "ABCD EFGH IJKL" in texts(out.getvalue())
    assert "MNOP QRST" in texts(out.getvalue())


def test_the_same_labels_give_the_same_bytes() -> None:
    form = label_format("a4-65")
    assert pdf(70, form) == pdf(70, form)
    assert pdf(70, form) == pdf(70, form, processes=2)
    assert pdf(70, form) != pdf(69, form)


def test_a_print_range_prints_its_labels_only() -> None:
    data = pdf(50, label_format("a4-21"), first=11, last=13)
    assert codes(data) == [label.uri for label in labels(50)[10:13]]


def test_a_used_sheet_is_begun_where_its_labels_begin() -> None:
    form = label_format("a4-21")
    data = pdf(3, form, skip_places=20)
    assert len(pypdfium2.PdfDocument(data)) == 2
    assert codes(data) == [label.uri for label in labels(3)]


def test_a_range_without_labels_is_refused_and_nothing_written() -> None:
    out = io.BytesIO()
    for options in ({"first": 9, "last": 8}, {"first": 4}, {"first": 0}, {"skip_places": 21}):
        with pytest.raises(Invalid):
            write_sheets(out, labels(3), label_format("a4-21"), **options)  # type: ignore[arg-type]
    assert out.getvalue() == b""


def test_a_code_that_does_not_read_back_stops_the_file_before_a_byte_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = labels(30)[25].uri

    def wrong(text: str, level: str = "M") -> Matrix:
        return Matrix(text, level, symbol("HTTPS://OTHER" if text == bad else text, level).rows)

    monkeypatch.setattr(qr, "symbol", wrong)
    out = io.BytesIO()
    with pytest.raises(Invalid, match="it was not printed"):
        write_sheets(out, labels(30), label_format("a4-21"))
    assert out.getvalue() == b""


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.id)
def test_modules_are_whole_dots_within_the_range_of_the_point_of_sale(form: LabelFormat) -> None:
    label = labels(1)[0]
    module = module_width(form, label, symbol(label.uri, form.level))
    assert MIN_MODULE <= module <= 0.990
    assert module * 600 / 25.4 == pytest.approx(round(module * 600 / 25.4))


def test_a_code_too_large_for_its_label_is_refused_with_one_that_has_room() -> None:
    serial = "abcdefghijklmnopqrst"
    label = Label(GTIN, serial, label_uri("https://authenticity.maison-exemple.example.com/passport", GTIN, serial))
    with pytest.raises(
        Invalid, match=r"needs a square of 19\.4 mm.*The smallest label with room is “A4 sheet, 35 labels"
    ):
        write_sheets(io.BytesIO(), [label], label_format("a4-65"))


def test_labels_are_taken_one_after_the_other_and_progress_is_told() -> None:
    taken = 0
    heard: list[int] = []

    def source() -> Iterator[Label]:
        nonlocal taken
        for label in labels(450):
            taken += 1
            yield label

    def hear(done: int) -> None:
        heard.append(done)
        assert taken - done <= 1

    assert write_sheets(io.BytesIO(), source(), label_format("a4-65"), on_progress=hear) == 450
    assert heard == [200, 400, 450]


def test_more_labels_than_memory_should_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets_pdf, "MAX_LABELS", 5)
    with pytest.raises(TooLarge, match="several ranges"):
        write_sheets(io.BytesIO(), labels(6), label_format("a4-65"))


@pytest.mark.parametrize("form", [form for form in ALL if form.per_page > 1], ids=lambda form: form.id)
def test_the_test_page_has_three_codes_and_a_ruler_of_100_mm(form: LabelFormat) -> None:
    out = io.BytesIO()
    write_test_page(out, labels(3), form)
    assert codes(out.getvalue()) == [label.uri for label in labels(3)]
    page = pypdfium2.PdfDocument(out.getvalue())[0]
    text = page.get_textpage()
    marks = {}
    for mark in ("10", "90"):
        found = text.search(mark, match_whole_word=True)
        index, count = found.get_next()
        left, _, right, _ = text.get_charbox(index)
        last = text.get_charbox(index + count - 1)
        marks[mark] = (left + last[2]) / 2 * 25.4 / 72
        assert right > left
    assert marks["90"] - marks["10"] == pytest.approx(80, abs=0.2)


def test_the_test_page_takes_three_labels_and_a_sheet() -> None:
    with pytest.raises(Invalid, match="three codes"):
        write_test_page(io.BytesIO(), labels(2), label_format("a4-21"))
    with pytest.raises(Invalid, match="no sheet"):
        write_test_page(io.BytesIO(), labels(3), label_format("roll-25x25"))


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(Unknown, match="a4-21"):
        label_format("a5")
