from __future__ import annotations

import io
import re

import pytest

from ledger.domain.errors import Invalid
from ledger.domain.identity import label_uri
from ledger.files.labels import Label, LabelFormat, label_format, label_formats
from ledger.files.qr import Pixels, read_back, symbol
from ledger.files.zpl import dots_per_module, graphic, write_zpl
from tests.unit.files.label_cases import GTIN, labels

ROLLS = [(form, dpi) for form in label_formats().values() for dpi in form.dpi]
FIELD = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS")


def unpacked(data: str, row_bytes: int) -> list[bytes]:
    """The rows of a ^GFA field, read as Zebra's manual says (ZPL II Programming Guide, ^GF)."""
    rows: list[bytes] = []
    place = 0
    while place < len(data):
        if data[place] == ":":
            rows.append(rows[-1])
            place += 1
            continue
        end = place
        while end < len(data) and end - place < 2 * row_bytes and data[end] not in ",:":
            end += 1
        digits = data[place:end]
        if end < len(data) and end - place < 2 * row_bytes and data[end] == ",":
            digits, end = digits.ljust(2 * row_bytes, "0"), end + 1
        rows.append(bytes.fromhex(digits))
        place = end
    return rows


def printed(zpl: str) -> list[Pixels]:
    """Each label as the printer's dots."""
    pictures = []
    for label in zpl.split("^XZ")[:-1]:
        width, height = (int(re.search(rf"\^{key}(\d+)", label)[1]) for key in ("PW", "LL"))  # type: ignore[index]
        x, y, total, also, row_bytes, data = next(iter(FIELD.findall(label)))
        rows = unpacked(data, int(row_bytes))
        assert int(total) == int(also) == int(row_bytes) * len(rows)
        dots = bytearray(b"\xff" * width * height)
        for row, packed in enumerate(rows, start=int(y)):
            for column, bit in enumerate(f"{int.from_bytes(packed, 'big'):0{8 * len(packed)}b}", start=int(x)):
                if bit == "1":
                    dots[row * width + column] = 0
        pictures.append(Pixels(width, height, bytes(dots)))
    return pictures


def zpl(form: LabelFormat, dpi: int, count: int = 3) -> str:
    out = io.BytesIO()
    write_zpl(out, iter(labels(count)), form, dpi)
    return out.getvalue().decode("ascii")


@pytest.mark.parametrize(("form", "dpi"), ROLLS, ids=lambda value: getattr(value, "id", value))
def test_the_dots_that_are_sent_read_as_the_labels_text(form: LabelFormat, dpi: int) -> None:
    assert [read_back(picture) for picture in printed(zpl(form, dpi))] == [label.uri for label in labels(3)]


@pytest.mark.parametrize(("form", "dpi"), ROLLS, ids=lambda value: getattr(value, "id", value))
def test_modules_are_whole_dots_and_the_quiet_zone_lies_on_the_label(form: LabelFormat, dpi: int) -> None:
    label = labels(1)[0]
    matrix = symbol(label.uri, form.level)
    dots = dots_per_module(form, label, matrix, dpi)
    text = zpl(form, dpi, 1)
    x, y, total, _, row_bytes, _ = (int(value) if value.isdigit() else value for value in FIELD.findall(text)[0])
    assert dots >= 3
    assert total == row_bytes * matrix.size * dots
    assert x >= 4 * dots
    assert y >= 4 * dots
    assert x + (matrix.size + 4) * dots <= round(form.label[0] * dpi / 25.4)
    first_text = int(re.findall(r"\^FO0,(\d+)\^FB", text)[0])
    assert first_text >= y + (matrix.size + 4) * dots


def test_the_serial_is_printed_in_groups_of_four() -> None:
    assert re.findall(r"\^FD([^^]*)\^FS", zpl(label_format("roll-50x25"), 203, 1)) == [
        " ".join(re.findall("....", labels(1)[0].serial))
    ]


def test_a_row_of_nothing_and_a_row_repeated_are_written_short() -> None:
    matrix = symbol("HTTPS://V.EXAMPLE.COM/1")
    assert graphic(matrix, 4).count(":") == 3 * matrix.size
    assert len(unpacked(graphic(matrix, 4).split(",", 4)[4], (matrix.size * 4 + 7) // 8)) == matrix.size * 4


def test_too_few_dots_are_refused_with_the_smallest_size_that_works() -> None:
    serial = "abcdefghijklmnopqrst"
    label = Label(GTIN, serial, label_uri("https://authenticity.maison-exemple.com/passports", GTIN, serial))
    small = LabelFormat("x", "Small", (15, 15), (15, 15), 1, 1, (0, 0), (15, 15), (203,), "M")
    out = io.BytesIO()
    with pytest.raises(Invalid) as caught:
        write_zpl(out, [label], small, 203)
    said = re.search(r"works is (\d+) mm wide and (\d+) mm high", caught.value.detail)
    assert said
    assert out.getvalue() == b""
    width, height = int(said[1]), int(said[2])
    enough = LabelFormat("y", "Y", (width, height), (width, height), 1, 1, (0, 0), (width, height), (203,), "M")
    assert dots_per_module(enough, label, symbol(label.uri), 203) == 3
    assert "“Sewn-in care label" in caught.value.detail


def test_a_resolution_a_format_is_not_made_for_is_refused() -> None:
    with pytest.raises(Invalid, match="203, 300 dots per inch, not 600"):
        write_zpl(io.BytesIO(), labels(1), label_format("roll-25x25"), 600)
    with pytest.raises(Invalid, match="Print it as a PDF"):
        write_zpl(io.BytesIO(), labels(1), label_format("a4-21"), 203)


def test_a_range_prints_its_labels_only_and_an_empty_one_is_refused() -> None:
    form = label_format("roll-25x25")
    out = io.BytesIO()
    heard: list[int] = []
    assert write_zpl(out, labels(9), form, 203, first=3, last=4, on_progress=heard.append) == 2
    assert [read_back(picture) for picture in printed(out.getvalue().decode())] == [
        label.uri for label in labels(9)[2:4]
    ]
    assert heard == [2]
    with pytest.raises(Invalid, match="no labels"):
        write_zpl(io.BytesIO(), labels(9), form, 203, first=10)
