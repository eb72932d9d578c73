"""QR symbols (ISO/IEC 18004): made by `qrcode`, read back by `zxing-cpp`, two libraries with no line in
common.

The mask is fixed, so that the maker need not try all eight and weigh each: ten times as many symbols a
second (measured side by side: 1,665 against 163). A mask only changes how well a symbol is balanced, never
whether it is valid.
"""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import qrcode
import zxingcpp
from PIL import Image
from qrcode import util
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from ledger.domain.characters import shown
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.crew import in_order

QUIET: Final = 4
"""Light modules on every side (ISO/IEC 18004, 6.3.8)."""

MASK: Final = 2
"""The best balanced of the masks that were never read as something else (tests/data/qr_masks.md)."""

_LEVELS: Final = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}
_LONGEST: Final = 500
_CHUNK: Final = 200
_MAX_PIXELS: Final = 4000 * 4000

Run = tuple[int, int, int]
"""A horizontal bar of dark modules: column, row, length; column and row from the symbol's top left module."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A symbol without its quiet zone: `rows` hold one byte a module, 1 for dark."""

    text: str
    level: str
    rows: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Modules on a side, without the quiet zone."""
        return len(self.rows)

    @property
    def full_size(self) -> int:
        """Modules on a side with the quiet zone on both sides."""
        return len(self.rows) + 2 * QUIET


@dataclass(frozen=True, slots=True)
class Pixels:
    """A grey picture: one byte a pixel, 0 black, 255 white, row by row."""

    width: int
    height: int
    data: bytes


def symbol(text: str, level: str = "M") -> Matrix:
    """The smallest symbol that carries `text` at error correction level L, M, Q or H.

    Raises Invalid for an empty text or an unknown level, TooLarge for a text that no label could carry.
    """
    correction = _LEVELS.get(level)
    if correction is None:
        raise Invalid(
            said("There is no error correction level %(level)s; there are L, M, Q and H.", level=shown(level))
        )
    if not text:
        raise Invalid(said("A code needs something to say; its text is empty."))
    if len(text) > _LONGEST:
        raise TooLarge(
            said(
                "The text has %(count)s characters; a code on a label carries at most %(longest)s.",
                count=len(text),
                longest=_LONGEST,
            )
        )
    parts = list(util.optimal_data_chunks(text.encode(), minimum=20))
    try:
        version = _version(tuple((part.mode, len(part)) for part in parts), correction)
    except DataOverflowError:
        raise TooLarge(
            said("The text %(text)s does not fit into a code at level %(level)s.", text=shown(text), level=level)
        ) from None
    maker: qrcode.QRCode[Any] = qrcode.QRCode(version=version, error_correction=correction, border=0, mask_pattern=MASK)
    for part in parts:
        maker.add_data(part)
    maker.make(fit=False)
    return Matrix(text, level, tuple(bytes(map(bool, row)) for row in maker.get_matrix()))


def checked_symbol(text: str, level: str = "M") -> Matrix:
    """`symbol`, whose dark bars were painted and read again by the other library.

    Raises Invalid where the reading is not the text; nothing with such a code may be handed out.
    """
    matrix = symbol(text, level)
    read = _read(paint(runs(matrix), matrix.size, 1), pure=True)
    if read != text:
        raise Invalid(
            said("The code for %(text)s reads as %(read)s; it was not printed.", text=shown(text), read=shown(read))
        )
    return matrix


def symbols(texts: Iterable[str], level: str = "M", *, processes: int = 1) -> Iterator[Matrix]:
    """`checked_symbol` of each text, in order; with `processes` above 1 made by that many at once.

    At most a few thousand texts are taken ahead of what has been given out.
    """
    if processes <= 1:
        yield from (checked_symbol(text, level) for text in texts)
        return
    rest = iter(texts)
    chunks = iter(lambda: list(itertools.islice(rest, _CHUNK)), [])
    for _, made in in_order(functools.partial(_checked_symbols, level=level), chunks, processes):
        yield from made


def _checked_symbols(texts: list[str], level: str) -> list[Matrix]:
    return [checked_symbol(text, level) for text in texts]


def runs(matrix: Matrix) -> list[Run]:
    """The dark modules as horizontal bars: exactly what every writer draws."""
    bars: list[Run] = []
    for y, row in enumerate(matrix.rows):
        start = row.find(1)
        while start >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            bars.append((start, y, end - start))
            start = row.find(1, end)
    return bars


def paint(bars: Sequence[Run], size: int, dots: int = 2) -> Pixels:
    """The bars of a symbol of `size` modules as a picture with its quiet zone, `dots` pixels a module."""
    width = (size + 2 * QUIET) * dots
    lines = [bytearray(b"\xff" * width) for _ in range(size + 2 * QUIET)]
    for x, y, length in bars:
        start = (x + QUIET) * dots
        lines[y + QUIET][start : start + length * dots] = bytes(length * dots)
    return Pixels(width, width, b"".join(bytes(line) * dots for line in lines))


def read_back(picture: bytes | Pixels) -> str:
    """The text of the one QR symbol in a PNG or in pixels, "" where none is read.

    Raises Invalid for bytes that are no PNG, for more than 16 million pixels and for more than one symbol.
    """
    view = picture if isinstance(picture, Pixels) else _open_png(picture)
    return _read(view, pure=False)


def _read(view: Pixels, *, pure: bool) -> str:
    """With `pure`, the picture is known to hold nothing but one upright symbol, which is found faster."""
    found = zxingcpp.read_barcodes(
        memoryview(view.data).cast("B", shape=[view.height, view.width]),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
        is_pure=pure,
    )
    if len(found) > 1:
        raise Invalid(said("There are %(count)s codes in the picture; show one at a time.", count=len(found)))
    return str(found[0].text) if found else ""


def png(matrix: Matrix, dots_per_module: int = 10) -> bytes:
    """A black and white PNG with the quiet zone; at most 100 dots a module."""
    if not 1 <= dots_per_module <= 100:
        raise Invalid(said("A module has 1 to 100 dots, not %(dots_per_module)s.", dots_per_module=dots_per_module))
    small = paint(runs(matrix), matrix.size, 1)
    image = Image.frombytes("L", (small.width, small.height), small.data).convert("1", dither=Image.Dither.NONE)
    side = small.width * dots_per_module
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def svg(matrix: Matrix, module_mm: float = 0.5) -> str:
    """An SVG document with the quiet zone, one path, `module_mm` millimetres a module."""
    side = matrix.full_size
    path = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for x, y, length in runs(matrix))
    length = f"{side * module_mm:g}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{length}" height="{length}" '
        f'viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path d="{path}"/></svg>'
    )


def terminal(text: str, *, dark_background: bool = True) -> str:
    """The symbol in half-block characters, two modules high each, for a terminal of at least its width."""
    maker: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=QUIET, mask_pattern=MASK)
    maker.add_data(text)
    out = io.StringIO()
    maker.print_ascii(out=out, invert=dark_background)
    # `print_ascii` writes no-break spaces, which our own screen shows as what they are called.
    return out.getvalue().replace("\xa0", " ")


@functools.lru_cache(maxsize=1024)
def _version(parts: tuple[tuple[int, int], ...], correction: int) -> int:
    """The smallest version that takes segments of these modes and lengths, worked out once for a batch."""
    for version in range(1, 41):
        sizes: Mapping[Any, int] = util.mode_sizes_for_version(version)
        bits = sum(4 + sizes[mode] + _payload_bits(mode, length) for mode, length in parts)
        if bits <= util.BIT_LIMIT_TABLE[correction][version]:
            return version
    raise DataOverflowError


def _payload_bits(mode: int, length: int) -> int:
    if mode == util.MODE_NUMBER:
        return 10 * (length // 3) + (0, 4, 7)[length % 3]
    if mode == util.MODE_ALPHA_NUM:
        return 11 * (length // 2) + 6 * (length % 2)
    return 8 * length


def _open_png(data: bytes) -> Pixels:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise Invalid(
                    said(
                        "The picture has %(width)s × %(height)s pixels, more than is read.",
                        width=image.width,
                        height=image.height,
                    )
                )
            grey = image.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(said("The picture cannot be read; send a PNG.")) from error
    return Pixels(grey.width, grey.height, grey.tobytes())
