"""Printed receipts: every letter can be found again, nothing is cut off unseen, the code is always there."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.errors import TooLarge
from ledger.files.pdf import Page
from ledger.files.receipt_letters import BOX, SONG, lines, runs, tidied
from ledger.files.receipt_sheet import Printed, Section, write_receipt_sheet

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

PLAIN = Printed(
    language="en",
    title="A receipt",
    kind="What the ledger said when you looked",
    about="Sac Lune 25",
    details=("Serial 7K3M9QX2TP4W",),
    headline="Matches the records",
    tick=True,
    colour="green",
    texts=("Not reported stolen.",),
    sections=(Section("What we checked", ("A line.",), (("Ownership", "Fine"),)),),
    address="https://v.example/receipts/0123456789ABCDEF?k=check&g=09521234543213&s=7K3M9QX2TP4W&m=aaaaaaaaaaaaaaaaaaaaaa",
    code_title="Does it hold?",
    code_words=("Scan the code.",),
    code_alt="A code",
    page_words="Page %(page)s",
)


@pytest.fixture(scope="module")
def latin() -> str:
    import io

    return Page(io.BytesIO(), (210, 297), "x").font


def read(pdf: bytes) -> tuple[int, str, list[str]]:
    """Pages, text without spaces, and what the codes on the last page say."""
    document = pdfium.PdfDocument(pdf)
    text = ""
    codes: list[str] = []
    for number in range(len(document)):
        page = document[number]
        words = page.get_textpage()
        text += words.get_text_range()
        if number == len(document) - 1:
            codes = [str(one.text) for one in zxingcpp.read_barcodes(page.render(scale=3).to_pil(), formats=QR)]
        words.close()
        page.close()
    count = len(document)
    document.close()
    return count, "".join(text.split()), codes


def test_the_same_words_give_the_same_bytes() -> None:
    assert write_receipt_sheet(PLAIN) == write_receipt_sheet(PLAIN)


def test_every_word_can_be_searched_and_the_code_reads_as_its_address() -> None:
    pages, text, codes = read(write_receipt_sheet(PLAIN))
    assert pages == 1
    assert codes == [PLAIN.address]
    for word in ("Matchestherecords", "Notreportedstolen.", "Ownership", "Fine", "7K3M9QX2TP4W", "Doesithold?"):
        assert word in text


def test_a_book_of_words_ends_after_its_last_page_with_the_code_still_there() -> None:
    long = Section("Long", ("Words without end. " * 400,) * 90, (("Name " * 60, "Value " * 600),) * 20)
    pages, _, codes = read(write_receipt_sheet(replace(PLAIN, sections=(long, long))))
    assert pages == 21
    assert codes == [PLAIN.address]


def test_an_address_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(TooLarge):
        write_receipt_sheet(replace(PLAIN, address="https://v.example/" + "x" * 600))


def test_a_letter_that_no_font_has_is_a_box_that_stands_for_it() -> None:
    _, text, _ = read(write_receipt_sheet(replace(PLAIN, headline="Borsa שלום 包袋")))
    assert "Borsaשלום包袋" in text


def test_each_letter_has_its_font(latin: str) -> None:
    found = runs("Sac 包袋 שלום", latin)
    assert [(one.font, one.text, one.meant) for one in found] == [
        (latin, "Sac ", ""), (SONG, "包袋", ""), (latin, " ", ""), (SONG, BOX * 4, "שלום"),
    ]  # fmt: skip


def test_nothing_turns_or_hides_what_stands_beside_it() -> None:
    assert tidied("a\u202eb\u200bc\x00d\n e\ufeff") == "abcd e"
    assert len(tidied("x" * 100_000)) == 4_000


def test_chinese_breaks_anywhere_but_before_its_stops(latin: str) -> None:
    found = lines("你好，世界。" * 20, latin, 10, 95)
    assert len(found) > 10
    assert not any(one[0] in "，。" for one in found)
    assert "".join(found) == "你好，世界。" * 20


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.floats(30, 300))
def test_no_letter_is_lost_where_a_text_is_broken(latin: str, text: str, width: float) -> None:
    found = lines(text, latin, 9, width)
    assert "".join("".join(found).split()) == "".join(tidied(text).split())
    assert all(one and sum(run.width(9) for run in runs(one, latin)) <= max(width, 12) for one in found)
