from __future__ import annotations

import io
import random
import xml.etree.ElementTree as ElementTree

import pytest
import qrcode
import zxingcpp
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

from ledger.domain.errors import Invalid, TooLarge
from ledger.files import qr
from ledger.files.qr import (
    MASK,
    QUIET,
    Matrix,
    Pixels,
    checked_symbol,
    paint,
    png,
    read_back,
    runs,
    svg,
    symbol,
    symbols,
    terminal,
)

LINK = "HTTPS://V.EXAMPLE.COM/01/09521234543213/21/3J9GCRGNG1X6"
TEXTS = (
    LINK,
    "https://v.example.com/01/09521234543213/21/3J9GCRGNG1X6",
    "https://verify.maison-exemple.com/path/01/09521234543213/21/ab%2Fc.d-e_f",
    "0123456789" * 6,
    "1",
    "naïve été 物主",
)


def flipped(matrix: Matrix, count: int) -> Matrix:
    """The symbol with some modules of its data turned over."""
    rows = [bytearray(row) for row in matrix.rows]
    for row in rows[9 : 9 + count]:
        for column in range(9, matrix.size - 9):
            row[column] ^= 1
    return Matrix(matrix.text, matrix.level, tuple(map(bytes, rows)))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("level", "LMQH")
def test_what_is_made_is_read_back_the_same(text: str, level: str) -> None:
    matrix = checked_symbol(text, level)
    assert read_back(png(matrix, 4)) == text
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png(matrix, 4))))
    assert [(one.text, one.format, one.ec_level) for one in found] == [(text, zxingcpp.BarcodeFormat.QRCode, level)]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("level", "correction"),
    [("L", ERROR_CORRECT_L), ("M", ERROR_CORRECT_M), ("Q", ERROR_CORRECT_Q), ("H", ERROR_CORRECT_H)],
)
def test_the_size_worked_out_beforehand_is_the_librarys_own(text: str, level: str, correction: int) -> None:
    maker = qrcode.QRCode(error_correction=correction, border=0, mask_pattern=MASK)
    maker.add_data(text)
    assert [list(row) for row in symbol(text, level).rows] == [list(map(int, row)) for row in maker.get_matrix()]


def test_capitals_make_the_smaller_symbol() -> None:
    assert (symbol(LINK).full_size, symbol(LINK.lower()).full_size) == (37, 41)


def test_a_symbol_that_reads_otherwise_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    other = symbol(LINK[:-1] + "7")
    monkeypatch.setattr(qr, "symbol", lambda text, level: Matrix(text, level, other.rows))
    with pytest.raises(Invalid, match="it was not printed"):
        checked_symbol(LINK)


def test_a_symbol_too_damaged_to_read_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = flipped(symbol(LINK), 12)
    monkeypatch.setattr(qr, "symbol", lambda _text, _level: broken)
    with pytest.raises(Invalid, match="it was not printed"):
        checked_symbol(LINK)


def test_light_damage_is_corrected_and_no_code_reads_as_nothing() -> None:
    matrix = symbol(LINK, "H")
    assert read_back(paint(runs(flipped(matrix, 2)), matrix.size, 3)) == LINK
    assert read_back(Pixels(40, 40, b"\xff" * 1600)) == ""


def test_the_bars_are_exactly_the_dark_modules() -> None:
    matrix = symbol(LINK)
    dark = {(x + step, y) for x, y, length in runs(matrix) for step in range(length)}
    assert dark == {(x, y) for y, row in enumerate(matrix.rows) for x, bit in enumerate(row) if bit}
    assert sum(length for _, _, length in runs(matrix)) == len(dark)


def test_the_picture_has_a_quiet_zone_and_the_size_asked_for() -> None:
    matrix = symbol(LINK)
    picture = Image.open(io.BytesIO(png(matrix, 7)))
    assert picture.size == (matrix.full_size * 7,) * 2
    edge = picture.convert("L").crop((0, 0, picture.width, QUIET * 7))
    assert edge.getextrema() == (255, 255)


def test_the_svg_is_as_large_as_said_and_draws_the_same_modules() -> None:
    matrix = symbol(LINK)
    root = ElementTree.fromstring(svg(matrix, 0.5))
    assert root.get("width") == f"{matrix.full_size * 0.5:g}mm"
    path = root.findall("{http://www.w3.org/2000/svg}path")[1].get("d", "")
    bars = [
        (int(x) - QUIET, int(y) - QUIET, int(length))
        for piece in path.split("M")[1:]
        for x, rest in [piece.split(" ", 1)]
        for y, rest in [rest.split("h", 1)]
        for length in [rest.split("v", 1)[0]]
    ]
    assert read_back(paint(bars, matrix.size, 3)) == LINK


@pytest.mark.parametrize("dark", [True, False])
def test_the_code_in_a_terminal_can_be_read(dark: bool) -> None:
    lines = terminal(LINK, dark_background=dark).splitlines()
    ink = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[ink[sign][half] for sign in line] for line in lines for half in (0, 1)]
    lit = bytes(255 * (cell if dark else 1 - cell) for row in rows for cell in row for _ in range(3))
    width = len(rows[0]) * 3
    data = b"".join(lit[start : start + width] * 3 for start in range(0, len(lit), width))
    assert read_back(Pixels(width, len(rows) * 3, data)) == LINK


def test_many_symbols_come_in_order_from_one_process_or_two() -> None:
    texts = [f"HTTPS://V.EXAMPLE.COM/{number}" for number in range(450)]
    alone = list(symbols(texts))
    assert [matrix.text for matrix in alone] == texts
    assert list(symbols(iter(texts), processes=2)) == alone


def test_no_link_is_ever_read_as_another_kind_of_barcode() -> None:
    chance = random.Random(20250301)
    for _ in range(300):
        text = f"HTTPS://V.EXAMPLE.COM/01/0952{chance.randrange(10**10):010d}/21/{chance.randrange(10**12):012d}"
        matrix = symbol(text)
        pixels = paint(runs(matrix), matrix.size, 3)
        found = zxingcpp.read_barcodes(memoryview(pixels.data).cast("B", shape=[pixels.height, pixels.width]))
        assert [one.text for one in found] == [text]


def test_what_cannot_be_a_code_is_refused() -> None:
    with pytest.raises(Invalid, match="empty"):
        symbol("")
    with pytest.raises(Invalid, match="L, M, Q and H"):
        symbol("A", "X")
    with pytest.raises(TooLarge, match="501 characters"):
        symbol("A" * 501)
    with pytest.raises(TooLarge, match="does not fit"):
        symbol("物" * 500, "H")
    with pytest.raises(Invalid, match="1 to 100"):
        png(symbol("A"), 101)


def test_a_picture_bomb_and_a_broken_picture_are_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (5000, 5000)).save(out, "PNG")
    with pytest.raises(Invalid, match="more than is read"):
        read_back(out.getvalue())
    for data in (b"", b"GIF89a", png(symbol("A"))[:40]):
        with pytest.raises(Invalid, match="send a PNG"):
            read_back(data)


def test_two_codes_in_one_picture_are_refused() -> None:
    one = Image.open(io.BytesIO(png(symbol("A"), 4)))
    both = Image.new("L", (one.width * 2, one.height), 255)
    both.paste(one, (0, 0))
    both.paste(Image.open(io.BytesIO(png(symbol("B"), 4))), (one.width, 0))
    out = io.BytesIO()
    both.save(out, "PNG")
    with pytest.raises(Invalid, match="one at a time"):
        read_back(out.getvalue())
