"""A receipt on paper: what was said, the facts, what cannot be known, and the code of its own verification.

The words come in the reader's language, whole; here they are only set. As text they are the words of the page, in
the page's order; nothing is a picture but the code and the mark beside the headline.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from ledger.files.pdf import Page
from ledger.files.qr import checked_symbol
from ledger.files.receipt_letters import lines, runs, tidied
from ledger.files.receipt_tags import Tags

Rows = tuple[tuple[str, str], ...]

_A4: Final = (210.0, 297.0)
_LEFT: Final = 22.0
_WIDTH: Final = _A4[0] - 2 * _LEFT
_FIRST: Final = 58.0
"""Width of the column of names, and what stands between it and the other."""
_GAP: Final = 4.0
_BOTTOM: Final = _A4[1] - 20
_CODE: Final = 44.0
_POINT: Final = 25.4 / 72
_MOST_PAGES: Final = 20
_INK, _SOFT = HexColor("#1a1a1a"), HexColor("#55524e")
_COLOURS: Final = {
    "green": "#1b6b3a", "teal": "#12666b", "blue": "#1f4f86", "amber": "#8a5a00", "red": "#a3201c", "grey": "#55524e",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and rows beneath it."""

    title: str
    texts: tuple[str, ...] = ()
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Printed:
    """What a receipt says. `language` is BCP 47; `address` is what the code carries, `code_words` what stands under it.

    `tick` draws the mark beside the headline; that it is there, or is not, is said by `texts` too.
    """

    language: str
    title: str
    kind: str
    about: str
    details: tuple[str, ...]
    headline: str
    tick: bool
    colour: str
    texts: tuple[str, ...]
    sections: tuple[Section, ...]
    address: str
    code_title: str
    code_words: tuple[str, ...]
    code_alt: str
    page_words: str
    """How a page is counted, with the places %(page)s."""


def write_receipt_sheet(told: Printed) -> bytes:
    """The receipt as a tagged PDF in A4, of 21 pages at most; the code is always there.

    Raises Invalid or TooLarge for an address that no code can carry.
    """
    return _Sheet(told).written()


class _Sheet:
    def __init__(self, told: Printed) -> None:
        self.told = told
        self.out = io.BytesIO()
        self.page = Page(self.out, _A4, tidied(told.title))
        self.page.canvas.setCatalogEntry("Lang", told.language)
        self.tags = Tags(self.page.canvas)
        self.y = 26.0
        self.count = 1

    def written(self) -> bytes:
        told = self.told
        self._block("P", told.kind, 10, colour=_SOFT)
        self.y += 3
        self._block("H1", told.about, 13, bold=True)
        for one in told.details:
            self._block("P", one, 10, colour=_SOFT)
        self.y += 5
        self._verdict()
        for one in told.texts:
            self._block("P", one, 10.5, after=1.2)
        for section in told.sections:
            self._section(section)
        self._code()
        self._end_page()
        self.tags.finish()
        self.page.save()
        return self.out.getvalue()

    def _verdict(self) -> None:
        canvas, top = self.page.canvas, self.y
        colour = HexColor(_COLOURS.get(self.told.colour, _COLOURS["grey"]))
        inset = 12.0 if self.told.tick else 5.0
        self._block("H2", self.told.headline, 17, bold=True, x=_LEFT + inset, colour=colour, after=2)
        with self.tags.decoration():
            canvas.saveState()
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(1.1 * mm)
            canvas.line(_LEFT * mm, (_A4[1] - top - 3) * mm, _LEFT * mm, (_A4[1] - max(self.y - 1, top + 8)) * mm)
            if self.told.tick:
                canvas.setLineWidth(0.8 * mm)
                canvas.setLineCap(1)
                points = [(3.4, 3.6), (5.6, 5.8), (9.4, 0.9)]
                drawn = canvas.beginPath()
                for number, (x, y) in enumerate(points):
                    place = (_LEFT + x) * mm, (_A4[1] - top - 2.6 - y) * mm
                    (drawn.lineTo if number else drawn.moveTo)(*place)
                canvas.drawPath(drawn, stroke=1, fill=0)
            canvas.restoreState()

    def _section(self, section: Section) -> None:
        self.y += 4
        self._need(16)
        self._block("H2", section.title, 12, bold=True, after=1.5)
        for one in section.texts:
            self._block("P", one, 10, after=1)
        if section.rows:
            with self.tags.element("Table"):
                for name, value in section.rows:
                    self._row(name, value)

    def _row(self, name: str, value: str) -> None:
        if self._full():
            return
        size = 9.5
        names = lines(name, self.page.bold, size, (_FIRST - _GAP) * mm)
        values = lines(value, self.page.font, size, (_WIDTH - _FIRST) * mm) or ["–"]
        step = size * 1.4 * _POINT
        self._need(min(len(names) + 1, 6) * step)
        with self.tags.element("TR"):
            top = self.y
            with self.tags.element("TH"):
                for line in names:
                    self.y += step
                    self._line(line, _LEFT, size, bold=True)
            below, self.y = self.y, top
            with self.tags.element("TD"):
                for line in values:
                    below = 0.0 if self._need(step) else below
                    self.y += step
                    self._line(line, _LEFT + _FIRST, size)
            self.y = max(self.y, below) + 0.8

    def _code(self) -> None:
        matrix = checked_symbol(self.told.address)
        module = _CODE / matrix.full_size
        self.y += 6
        if self.y + _CODE + 4 > _BOTTOM:
            self._begin_page()
        top = self.y
        with self.tags.element("Figure", tidied(self.told.code_alt)), self.tags.piece():
            self.page.symbol(matrix, _LEFT - 4 * module, top, module)
        left, width = _LEFT + _CODE, _WIDTH - _CODE
        self.y += 2
        self._block("H2", self.told.code_title, 11, bold=True, x=left, width=width, after=1)
        for one in self.told.code_words:
            self._block("P", one, 9, x=left, width=width, after=0.8)
        self._block("P", self.told.address, 6.5, x=left, width=width, colour=_SOFT)
        self.y = max(self.y, top + _CODE)

    def _block(
        self, kind: str, text: str, size: float, *, bold: bool = False, x: float = _LEFT, width: float | None = None,
        colour: HexColor = _INK, after: float = 0.0,
    ) -> None:  # fmt: skip
        if self._full():
            return
        font = self.page.bold if bold else self.page.font
        room = (_LEFT + _WIDTH - x if width is None else width) * mm
        step = size * 1.35 * _POINT
        with self.tags.element(kind):
            for line in lines(text, font, size, room):
                self._need(step)
                self.y += step
                self._line(line, x, size, bold=bold, colour=colour)
        self.y += after

    def _line(self, text: str, x: float, size: float, *, bold: bool = False, colour: HexColor = _INK) -> None:
        """One line with its baseline at the present height; none where the last page is full."""
        if self._full():
            return
        canvas, at = self.page.canvas, x * mm
        canvas.setFillColor(colour)
        with self.tags.piece():
            for run in runs(text, self.page.bold if bold else self.page.font):
                canvas.setFont(run.font, size)
                with self._meaning(run.meant):
                    canvas.drawString(at, (_A4[1] - self.y) * mm, run.text)
                at += run.width(size)
        canvas.setFillColor(_INK)

    @contextmanager
    def _meaning(self, meant: str) -> Iterator[None]:
        if not meant:
            yield
            return
        with self.tags.meaning(meant):
            yield

    def _full(self) -> bool:
        return self.count >= _MOST_PAGES and self.y > _BOTTOM

    def _need(self, height: float) -> bool:
        """Room for so many millimetres, on a new page where there is none here; whether one was begun."""
        if self.y + height <= _BOTTOM or self.count >= _MOST_PAGES:
            return False
        self._begin_page()
        return True

    def _begin_page(self) -> None:
        self._end_page()
        self.count += 1
        self.y = 20.0
        self.tags.next_page()

    def _end_page(self) -> None:
        with self.tags.decoration():
            canvas = self.page.canvas
            canvas.setFillColor(_SOFT)
            at = _LEFT * mm
            for run in runs(self.told.page_words % {"page": self.count}, self.page.font):
                canvas.setFont(run.font, 8)
                canvas.drawString(at, 12 * mm, run.text)
                at += run.width(8)
            canvas.setFillColor(_INK)
        self.page.next_page()
