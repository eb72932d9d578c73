"""Label sheets as PDF: vector codes, the serial in groups of four below, each code read back before the
file is.

Where labels lie is in label_formats.json; `shift` moves all of them for printers that feed askew.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.labels import Label, LabelFormat, grouped, label_formats
from ledger.files.pdf import Page
from ledger.files.progress import Progress, counted
from ledger.files.qr import Matrix, checked_symbol, symbols

MAX_LABELS: Final = 25_000
"""Labels of one PDF, which is built in memory (about 1.5 kB a label); more go into several by print range."""
MIN_MODULE: Final = 0.396
MAX_MODULE: Final = 0.990
"""GS1's range for the side of a module at the point of sale, millimetres."""

_EDGE: Final = 1.0
_LINE: Final = 1.25
_SIZES: Final = (8.0, 7.0, 6.0, 5.0, 4.5)
_POINT: Final = 25.4 / 72
_STEP: Final = 25.4 / 600
"""One dot of an office printer: modules are whole numbers of it, so that all are printed equally wide."""


def write_sheets(
    target: BinaryIO,
    labels: Iterable[Label],
    form: LabelFormat,
    *,
    first: int = 1,
    last: int | None = None,
    skip_places: int = 0,
    shift: tuple[float, float] = (0.0, 0.0),
    processes: int = 1,
    on_progress: Progress | None = None,
) -> int:
    """Writes labels number `first` to `last` (from 1, both included) and gives how many there are.

    `skip_places` leaves that many labels of the first sheet free, for a sheet used before; `shift` is in
    millimetres, right and down. The same input gives the same bytes. Nothing is written before every code
    was painted from its bars and read again. Raises Invalid for a range without labels or a code too large
    for its label, TooLarge beyond MAX_LABELS.
    """
    if first < 1 or (last is not None and last < first):
        raise Invalid(said("The print range is empty. Its first label must not come after its last."))
    if not 0 <= skip_places < form.per_page:
        raise Invalid(
            said(
                "A sheet has %(per_page)s places; 0 to %(per_page2)s of them can be left free.",
                per_page=form.per_page,
                per_page2=form.per_page - 1,
            )
        )
    wanted = itertools.islice(labels, first - 1, last)
    page = Page(target, form.page, f"Labels, {form.name}")
    places = list(form.places())
    done = 0
    texts, drawn = itertools.tee(wanted)
    matrices = symbols((label.uri for label in texts), form.level, processes=processes)
    for label, matrix in counted(zip(drawn, matrices, strict=True), on_progress):
        if done == MAX_LABELS:
            raise TooLarge(
                said(
                    "One PDF holds at most %(max_labels)s labels. Print them in several ranges.",
                    max_labels=f"{MAX_LABELS:,}",
                )
            )
        place = (done + skip_places) % form.per_page
        if done and place == 0:
            page.next_page()
        _draw_label(page, form, label, matrix, places[place], shift)
        done += 1
    if not done:
        raise Invalid(said("There is no label number %(first)s; the print range is beyond the last one.", first=first))
    page.save()
    return done


def write_test_page(target: BinaryIO, labels: Sequence[Label], form: LabelFormat) -> None:
    """One page to print first: a ruler, the outlines of the labels, and three codes to scan.

    `labels` are exactly three, one for the first, the middle and the last place. Raises Invalid otherwise,
    and for a format that is not a sheet.
    """
    if len(labels) != 3:
        raise Invalid(said("The test page has three codes, not %(count)s.", count=len(labels)))
    if form.per_page < 3:
        raise Invalid(said("“%(name)s” is no sheet. Print its first three labels as a test instead.", name=form.name))
    page = Page(target, form.page, f"Test page, {form.name}")
    places = list(form.places())
    for x, y in places:
        page.box(x, y, *form.label, dashed=True)
    middle = form.per_page // 2
    for place, label in zip((0, middle, form.per_page - 1), labels, strict=True):
        _draw_label(page, form, label, checked_symbol(label.uri, form.level), places[place], (0.0, 0.0))
    _draw_ruler(page, form)
    page.save()


def module_width(form: LabelFormat, label: Label, matrix: Matrix) -> float:
    """Millimetres of one module's side on this label, a whole number of 600 dpi dots.

    Raises Invalid where it would fall below MIN_MODULE, naming the smallest format that has room.
    """
    module = _fitting(form, label, matrix)
    if module < MIN_MODULE:
        room = [other for other in label_formats().values() if _fitting(other, label, matrix) >= MIN_MODULE]
        room.sort(key=lambda other: other.label[0] * other.label[1])
        side = matrix.full_size * MIN_MODULE
        instead = (
            said("The smallest label with room is “%(name)s”.", name=room[0].name)
            if room
            else said("Use a shorter web address.")
        )
        raise Invalid(
            said(
                "The code of %(serial)s needs a square of %(side)s mm, and a label of %(label)s × "
                "%(label2)s mm has no room for it. %(instead)s",
                serial=grouped(label.serial),
                side=f"{side:.1f}",
                label=f"{form.label[0]:g}",
                label2=f"{form.label[1]:g}",
                instead=instead,
            )
        )
    return module


def _fitting(form: LabelFormat, label: Label, matrix: Matrix) -> float:
    width = form.label[0] - 2 * _EDGE
    height = form.label[1] - 2 * _EDGE - len(serial_lines(label.serial)) * _SIZES[-1] * _POINT * _LINE
    side = min(width, height) / matrix.full_size
    return min(math.floor(side / _STEP + 1e-9) * _STEP, math.floor(MAX_MODULE / _STEP) * _STEP)


def serial_lines(serial: str) -> list[str]:
    """The serial in groups of four, at most three groups a line."""
    return [grouped(serial[start : start + 12]) for start in range(0, len(serial), 12)]


def _draw_label(
    page: Page,
    form: LabelFormat,
    label: Label,
    matrix: Matrix,
    place: tuple[float, float],
    shift: tuple[float, float],
) -> None:
    module = module_width(form, label, matrix)
    side = module * matrix.full_size
    lines = serial_lines(label.serial)
    left, top = place[0] + shift[0], place[1] + shift[1]
    width, height = form.label
    size = _text_size(page, lines, max(side, min(width, height) - 2 * _EDGE), height - 2 * _EDGE - side)
    leading = size * _POINT * _LINE
    # The quiet zone below the code is light already, so that the text may begin right under it.
    block = side + len(lines) * leading
    x = left + (width - side) / 2
    y = top + (height - block) / 2
    page.symbol(matrix, x, y, module)
    for number, line in enumerate(lines, start=1):
        page.text(left + width / 2, y + side + number * leading - leading * 0.25, line, size, centre=True)


def _text_size(page: Page, lines: Sequence[str], width: float, height: float) -> float:
    for size in _SIZES:
        widest = max(page.width(line, size) for line in lines)
        if widest <= width and len(lines) * size * _POINT * _LINE <= height + 1e-6:
            return size
    return _SIZES[-1]


def _draw_ruler(page: Page, form: LabelFormat) -> None:
    """100 mm across the middle of the sheet, over the label outlines, with what to do beneath it."""
    left, y = (form.page[0] - 100) / 2, form.page[1] * 0.3
    page.canvas.saveState()
    page.canvas.setFillGray(1)
    page.canvas.rect(
        (left - 4) * 72 / 25.4,
        (form.page[1] - y - 17) * 72 / 25.4,
        108 * 72 / 25.4,
        24 * 72 / 25.4,
        stroke=0,
        fill=1,
    )
    page.canvas.restoreState()
    page.line(left, y, left + 100, y, 0.2)
    for tick in range(101):
        page.line(left + tick, y, left + tick, y - (4 if tick % 10 == 0 else 2.5 if tick % 5 == 0 else 1.5))
    for tick in range(0, 101, 10):
        page.text(left + tick, y + 3.5, str(tick), 6, centre=True)
    page.text(left, y + 9, "1. This ruler must be 100 mm long: print at 100 %, not “fit to page”.", 7.5)
    page.text(left, y + 13, "2. The dashed outlines must lie on the labels. 3. Scan the three codes first.", 7.5)
