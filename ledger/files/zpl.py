"""Labels for Zebra printers (ZPL II): the code as a graphic (^GFA), so that what was read back is what is
printed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.files.labels import Label, LabelFormat, grouped, label_formats
from ledger.files.progress import Progress, counted
from ledger.files.qr import QUIET, Matrix, Run, runs, symbols
from ledger.files.sheets_pdf import MAX_MODULE, serial_lines

DPI: Final = (203, 300)
MIN_DOTS: Final = 3
"""Dots on a module's side below which heat spreads from dark modules into light ones."""

_LAST: Final = b"^XZ\n"
_AT_ONCE: Final = 1 << 20
_EDGE: Final = 1.0
_TEXT: Final = 2.2
_LINE: Final = 1.2


def write_zpl(
    target: BinaryIO,
    labels: Iterable[Label],
    form: LabelFormat,
    dpi: int,
    *,
    first: int = 1,
    last: int | None = None,
    kept: int = 0,
    processes: int = 1,
    on_progress: Progress | None = None,
) -> int:
    """Writes one ^XA…^XZ for each label number `first` to `last` (from 1, both included) and gives how
    many. The first `kept` of them are in `target` already (`whole_labels`): only the rest is written.

    Modules are whole dots of the printer. Every code is painted from its bars and read again before it is
    written. Raises Invalid for a resolution the format is not made for, for an empty range, and for a code
    whose modules would be under MIN_DOTS dots, naming the smallest size that works.
    """
    if dpi not in form.dpi:
        made_for = ", ".join(map(str, form.dpi))
        raise Invalid(
            said(
                "“%(name)s” is made for printers of %(made_for)s dots per inch, not %(dpi)s.",
                name=form.name,
                made_for=made_for,
                dpi=dpi,
            )
            if form.dpi
            else said("“%(name)s” is not made for label printers. Print it as a PDF.", name=form.name)
        )
    texts, drawn = itertools.tee(itertools.islice(labels, max(first, 1) - 1 + kept, last))
    matrices = symbols((label.uri for label in texts), form.level, processes=processes)
    done = kept
    told = None if on_progress is None else lambda more: on_progress(kept + more)
    for label, matrix in counted(zip(drawn, matrices, strict=True), told):
        target.write(_label(label, matrix, form, dpi).encode("ascii"))
        done += 1
    if not done:
        raise Invalid(said("There are no labels in the print range. Check its first and its last number."))
    return done


def whole_labels(target: BinaryIO) -> int:
    """How many whole labels a file has that a run cut short has left; what stands behind them is cut off.

    The file is open for reading and writing; it is left at its end, for `write_zpl` with that many `kept`.
    """
    count = place = end = 0
    rest = b""
    target.seek(0)
    while chunk := target.read(_AT_ONCE):
        # Where the power went too, blocks that had not reached the disk are zeros, which no label has.
        sound, zero, _ = chunk.partition(b"\0")
        text = rest + sound
        parts = text.count(_LAST)
        if parts:
            count, end = count + parts, place - len(rest) + text.rindex(_LAST) + len(_LAST)
        if zero:
            break
        rest, place = text[-len(_LAST) + 1 :] if not text.endswith(_LAST) else b"", place + len(chunk)
    target.seek(end)
    target.truncate()
    return count


def graphic(matrix: Matrix, dots: int) -> str:
    """The symbol without quiet zone as a ^GFA field, `dots` printer dots a module.

    Hexadecimal rows with Zebra's two short forms: a comma ends a row of light, a colon repeats the row
    before.
    """
    side = matrix.size * dots
    row_bytes = (side + 7) // 8
    total = row_bytes * side
    rows = (_row(bars, dots, side, row_bytes) + ":" * (dots - 1) for bars in _by_row(matrix))
    return f"^GFA,{total},{total},{row_bytes},{''.join(rows)}"


def dots_per_module(form: LabelFormat, label: Label, matrix: Matrix, dpi: int) -> int:
    """The most dots a module's side can have on this label. Raises Invalid below MIN_DOTS."""
    dots = _fitting(form, label, matrix, dpi)
    if dots >= MIN_DOTS:
        return dots
    side = matrix.full_size * MIN_DOTS * 25.4 / dpi
    height = side + 2 * _EDGE + _text_height(label)
    room = sorted(
        (other for other in label_formats().values() if _fitting(other, label, matrix, dpi) >= MIN_DOTS),
        key=lambda other: other.label[0] * other.label[1],
    )
    instead = said(" The smallest of our formats with room is “%(name)s”.", name=room[0].name) if room else ""
    raise Invalid(
        said(
            "The code of %(serial)s would have modules of %(dots)s dots at %(dpi)s dots per inch; "
            "fewer than %(min_dots)s do not scan reliably. The smallest label that works is %(ceil)s "
            "mm wide and %(ceil2)s mm high.%(instead)s",
            serial=grouped(label.serial),
            dots=dots,
            dpi=dpi,
            min_dots=MIN_DOTS,
            ceil=math.ceil(side + 2 * _EDGE),
            ceil2=math.ceil(height),
            instead=instead,
        )
    )


def _label(label: Label, matrix: Matrix, form: LabelFormat, dpi: int) -> str:
    dots = dots_per_module(form, label, matrix, dpi)
    width, height = (round(length * dpi / 25.4) for length in form.label)
    side = matrix.full_size * dots
    text, line = round(_TEXT * dpi / 25.4), round(_TEXT * _LINE * dpi / 25.4)
    lines = serial_lines(label.serial)
    top = max((height - side - line * len(lines)) // 2, 0)
    left = (width - side) // 2 + QUIET * dots
    fields = [
        f"^FO0,{top + side + number * line}^FB{width},1,0,C^A0N,{text},{text}^FD{shown}^FS"
        for number, shown in enumerate(lines)
    ]
    return "\n".join(
        [
            f"^XA^PW{width}^LL{height}^LH0,0",
            f"^FO{left},{top + QUIET * dots}{graphic(matrix, dots)}^FS",
            *fields,
            "^XZ\n",
        ]
    )


def _fitting(form: LabelFormat, label: Label, matrix: Matrix, dpi: int) -> int:
    if dpi not in form.dpi:
        return 0
    room = min(form.label[0] - 2 * _EDGE, form.label[1] - 2 * _EDGE - _text_height(label))
    most = math.floor(MAX_MODULE * dpi / 25.4)
    return max(0, min(most, math.floor(room * dpi / 25.4 / matrix.full_size + 1e-9)))


def _text_height(label: Label) -> float:
    return len(serial_lines(label.serial)) * _TEXT * _LINE


def _by_row(matrix: Matrix) -> Iterator[list[Run]]:
    rows: list[list[Run]] = [[] for _ in matrix.rows]
    for bar in runs(matrix):
        rows[bar[1]].append(bar)
    return iter(rows)


def _row(bars: list[Run], dots: int, side: int, row_bytes: int) -> str:
    bits = 0
    for x, _, length in bars:
        bits |= ((1 << length * dots) - 1) << (side - (x + length) * dots)
    bits <<= 8 * row_bytes - side
    hexadecimal = f"{bits:0{2 * row_bytes}X}"
    light = hexadecimal.rstrip("0")
    return light + "," if len(light) < len(hexadecimal) else hexadecimal
