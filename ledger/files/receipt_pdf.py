"""An owner's receipt as one printed page."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import Final

from reportlab.pdfbase import pdfmetrics

from ledger.files.pdf import Page
from ledger.files.qr import symbol

Rows = tuple[tuple[str, str], ...]

_A4: Final = (210.0, 297.0)
_LEFT: Final = 24.0
_COLUMN: Final = 62.0
_KEEP: Final = (
    "Keep this part to yourself. With your passkey or your paper backup it shows that the item is yours, "
    "also where this site is gone."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on the page. `link` leads to the item's page."""

    title: str
    item: Rows
    secret: Rows
    issued: str
    link: str


def write_receipt(receipt: Receipt) -> bytes:
    """The page as PDF, with its text as text. A letter that the font lacks is shown as a question mark."""
    out = io.BytesIO()
    page = Page(out, _A4, receipt.title)
    page.text(_LEFT, 34, _fitting(page, receipt.title), 18, bold=True)
    page.text(_LEFT, 42, f"Owner’s receipt, issued on {receipt.issued}", 10)
    page.line(_LEFT, 47, _A4[0] - _LEFT, 47)
    y = _rows(page, receipt.item, 56)
    page.symbol(symbol(receipt.link), _A4[0] - _LEFT - 30, y + 2, 0.6)
    page.text(_LEFT, y + 14, "Yours alone", 12, bold=True)
    y += 21
    for line in textwrap.wrap(_KEEP, 66):
        page.text(_LEFT, y, line, 9)
        y += 5
    _rows(page, receipt.secret, y + 12, 8)
    page.text(_LEFT, _A4[1] - 24, _fitting(page, f"What the record shows today: {receipt.link}"), 8)
    page.next_page()
    page.save()
    return out.getvalue()


def _rows(page: Page, rows: Rows, y: float, size: float = 10) -> float:
    for name, value in rows:
        page.text(_LEFT, y, name, size, bold=True)
        for line in textwrap.wrap(_fitting(page, value), 62) or ["–"]:
            page.text(_COLUMN, y, line, size)
            y += size * 0.6
    return y


def _fitting(page: Page, text: str) -> str:
    known = pdfmetrics.getFont(page.font).face.charWidths
    return "".join(one if ord(one) in known else "?" for one in text)
