"""An owner's receipt as one printed page."""

from __future__ import annotations

import io
import textwrap
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm

from ledger.files.pdf import Page
from ledger.files.qr import symbol
from ledger.files.receipt_letters import lines, runs
from ledger.files.receipt_tags import Tags

Rows = tuple[tuple[str, str], ...]

_A4: Final = (210.0, 297.0)
_LEFT: Final = 24.0
_COLUMN: Final = 62.0
_WIDTH: Final = _A4[0] - 2 * _LEFT
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
    """The page as PDF, with its text as text. A letter that no font has is a box that stands for it."""
    out = io.BytesIO()
    page = Page(out, _A4, receipt.title)
    tags = Tags(page.canvas)
    _text(page, tags, _LEFT, 34, next(iter(lines(receipt.title, page.bold, 18, _WIDTH * mm)), ""), 18, bold=True)
    page.text(_LEFT, 42, f"Owner’s receipt, issued on {receipt.issued}", 10)
    page.line(_LEFT, 47, _A4[0] - _LEFT, 47)
    y = _rows(page, tags, receipt.item, 56)
    page.symbol(symbol(receipt.link), _A4[0] - _LEFT - 30, y + 2, 0.6)
    page.text(_LEFT, y + 14, "Yours alone", 12, bold=True)
    y += 21
    for line in textwrap.wrap(_KEEP, 66):
        page.text(_LEFT, y, line, 9)
        y += 5
    _rows(page, tags, receipt.secret, y + 12, 8)
    _text(page, tags, _LEFT, _A4[1] - 24, f"What the record shows today: {receipt.link}", 8)
    page.next_page()
    page.save()
    return out.getvalue()


def _rows(page: Page, tags: Tags, rows: Rows, y: float, size: float = 10) -> float:
    for name, value in rows:
        page.text(_LEFT, y, name, size, bold=True)
        for line in lines(value, page.font, size, (_A4[0] - _LEFT - _COLUMN) * mm) or ["–"]:
            _text(page, tags, _COLUMN, y, line, size)
            y += size * 0.6
    return y


def _text(page: Page, tags: Tags, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
    at = x * mm
    for run in runs(text, page.bold if bold else page.font):
        page.canvas.setFont(run.font, size)
        with tags.meaning(run.meant) if run.meant else nullcontext():
            page.canvas.drawString(at, (_A4[1] - y) * mm, run.text)
        at += run.width(size)
