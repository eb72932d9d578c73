"""Labels for the tests, and what a PDF shows when it is rendered."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pypdfium2
import zxingcpp

from ledger.domain.crockford import ALPHABET
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import label_uri
from ledger.files.labels import Label

GTIN = check_gtin("09521234543213")
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def labels(count: int, base: str = "https://v.example.com") -> list[Label]:
    """Labels with serials of our own kind, the same on every call."""
    chance = random.Random(1)
    serials = ["".join(chance.choice(ALPHABET) for _ in range(12)) for _ in range(count)]
    return [Label(GTIN, serial, label_uri(base, GTIN, serial)) for serial in serials]


def codes(data: bytes, dpi: int = 300) -> list[str]:
    """Texts of all codes in a rendered PDF, page by page, each page's row by row."""
    return [text for page in _pages(data, dpi) for text in page]


def texts(data: bytes) -> str:
    """All words in a PDF."""
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _pages(data: bytes, dpi: int) -> Iterator[list[str]]:
    for page in pypdfium2.PdfDocument(data):
        picture = page.render(scale=dpi / 72).to_pil()
        found = zxingcpp.read_barcodes(picture, formats=_QR)
        found.sort(key=lambda code: code.position.top_left.y)
        rows: list[list[zxingcpp.Barcode]] = []
        for code in found:
            same_row = rows and code.position.top_left.y - rows[-1][0].position.top_left.y < dpi / 5
            rows[-1].append(code) if same_row else rows.append([code])
        yield [code.text for row in rows for code in sorted(row, key=lambda code: code.position.top_left.x)]
