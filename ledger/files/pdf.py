"""What every PDF of ours shares: an embedded font, fixed metadata, vector symbols, lengths from the top
left."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import BinaryIO, Final

import reportlab
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from ledger.domain.characters import named, shown
from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.files.qr import QUIET, Matrix, runs

_VERA: Final = Path(reportlab.__file__).parent / "fonts"


class Page:
    """A PDF under way; the same calls give the same bytes, whenever and wherever they are made."""

    def __init__(self, target: BinaryIO, size_mm: tuple[float, float], title: str, font: Path | None = None) -> None:
        """`font` is a TrueType file for texts that the built-in font (Latin) has no letters for."""
        self._height = size_mm[1]
        self.canvas = Canvas(
            target, pagesize=(size_mm[0] * mm, size_mm[1] * mm), invariant=1, pageCompression=1, lang="en"
        )
        self.canvas.setTitle(title)
        self.canvas.setCreator("Touchmark")
        self.canvas.setProducer("Touchmark")
        self.font = _register(font or _VERA / "Vera.ttf")
        self.bold = _register(font or _VERA / "VeraBd.ttf")

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, centre: bool = False) -> None:
        """`text` with its baseline at `y` mm from the top; `size` in points. Raises Invalid for missing
        letters."""
        font = self.bold if bold else self.font
        _check_letters(text, font)
        self.canvas.setFont(font, size)
        draw = self.canvas.drawCentredString if centre else self.canvas.drawString
        draw(x * mm, (self._height - y) * mm, text)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Millimetres that `text` takes."""
        return float(pdfmetrics.stringWidth(text, self.bold if bold else self.font, size) / mm)

    def symbol(self, matrix: Matrix, x: float, y: float, module: float) -> None:
        """The symbol with the corner of its quiet zone at (x, y) mm, as one filled path of its bars."""
        canvas = self.canvas
        canvas.saveState()
        canvas.translate((x + QUIET * module) * mm, (self._height - y - QUIET * module) * mm)
        canvas.scale(module * mm, -module * mm)
        # The operators as text, because `path.rect` formats four numbers a bar and takes most of the time.
        bars = [f"{column} {row} {length} 1 re" for column, row, length in runs(matrix)]
        canvas.drawPath(PDFPathObject(["n", *bars]), stroke=0, fill=1)
        canvas.restoreState()

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.1) -> None:
        """A line, all in millimetres."""
        self.canvas.setLineWidth(width * mm)
        self.canvas.line(x1 * mm, (self._height - y1) * mm, x2 * mm, (self._height - y2) * mm)

    def box(self, x: float, y: float, width: float, height: float, *, dashed: bool = False) -> None:
        """An outlined rectangle with its top left corner at (x, y), all in millimetres."""
        self.canvas.saveState()
        self.canvas.setLineWidth(0.1 * mm)
        if dashed:
            self.canvas.setDash(2, 2)
        self.canvas.rect(x * mm, (self._height - y - height) * mm, width * mm, height * mm)
        self.canvas.restoreState()

    def next_page(self) -> None:
        """Ends this page."""
        self.canvas.showPage()

    def save(self) -> None:
        """Writes the file to its target; nothing was written before."""
        self.canvas.save()


@functools.cache
def _register(path: Path) -> str:
    name = f"touchmark-{path.stem}"
    try:
        pdfmetrics.registerFont(TTFont(name, str(path)))
    except (TTFError, OSError) as error:
        raise Invalid(
            said("The font %(name)s cannot be used: it must be a TrueType file.", name=shown(path.name))
        ) from error
    return name


def _check_letters(text: str, font: str) -> None:
    widths = pdfmetrics.getFont(font).face.charWidths
    for character in text:
        if ord(character) not in widths:
            raise Invalid(
                said(
                    "The font has no %(character)s, which %(text)s needs; name a font that has.",
                    character=named(character),
                    text=shown(text),
                )
            )
