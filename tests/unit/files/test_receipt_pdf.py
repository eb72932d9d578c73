"""An owner's receipt: what only they may know stands in it, in letters that can be found again."""

from __future__ import annotations

import pypdfium2 as pdfium

from ledger.files.receipt_pdf import Receipt, write_receipt


def test_names_in_any_script_and_every_digit_of_the_blind_can_be_found() -> None:
    blind = "0x" + "a1b2c3d4" * 8
    pdf = write_receipt(
        Receipt(
            title="梅森 שלום: Sac Lune 25",
            item=(("GTIN", "09521234543213"), ("Description", "黑色, " + "very long words " * 20), ("Nothing", "")),
            secret=(("Blind", blind),),
            issued="3 November 2026",
            link="https://v.example/01/09521234543213/21/7K3M9QX2TP4W",
        )
    )
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    words = page.get_textpage()
    text = "".join(words.get_text_range().split())
    words.close()
    page.close()
    document.close()
    for part in ("梅森", "שלום", "SacLune25", "黑色", blind, "09521234543213", "/21/7K3M9QX2TP4W", "Yoursalone"):
        assert part in text, part
    assert text.count("verylongwords") == 20
