"""Small drawn photos for the inspectors' reports, the same bytes at every telling."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

_SIZE: Final = (480, 360)
_WIDE: Final = 2  # drawn twice as large, then made smaller, so that edges are smooth


def _stitches(draw: ImageDraw.ImageDraw, chance: random.Random, *, even: bool) -> None:
    draw.rectangle((0, 0, 960, 720), fill="#3a2b22")
    for _ in range(1400):
        x, y = chance.randrange(960), chance.randrange(720)
        draw.point((x, y), fill="#4a382d")
    for row in (250, 470):
        for place in range(26):
            slip = 0 if even else chance.randrange(-9, 10)
            x = 20 + place * 36 + slip
            draw.line((x, row + slip, x + 24, row - 8 + slip), fill="#d8c4a0", width=7)
    draw.rectangle((0, 352, 960, 366), fill="#2a1e17")


def _case_back(draw: ImageDraw.ImageDraw, chance: random.Random, *, even: bool) -> None:
    draw.rectangle((0, 0, 960, 720), fill="#20242a")
    draw.ellipse((200, 80, 760, 640), fill="#b9bfc6", outline="#8b929b", width=10)
    draw.ellipse((250, 130, 710, 590), outline="#8b929b", width=4)
    for place in range(6):
        x, y = ((480, 110), (715, 245), (715, 475), (480, 610), (245, 475), (245, 245))[place]
        draw.ellipse((x - 16, y - 16, x + 16, y + 16), fill="#6d747d")
    for line in range(3 if even else 2):
        width = 220 - 30 * line + (0 if even else chance.randrange(60))
        draw.line((480 - width // 2, 320 + 44 * line, 480 + width // 2, 320 + 44 * line), fill="#59606a", width=12)


def _weave(draw: ImageDraw.ImageDraw, chance: random.Random, *, even: bool) -> None:
    draw.rectangle((0, 0, 960, 720), fill="#d9735b")
    for offset in range(-720, 960, 14):
        shade = "#c9634c" if even or chance.random() < 0.7 else "#efb39f"
        draw.line((offset, 0, offset + 720, 720), fill=shade, width=4)
    draw.rectangle((0, 620, 960, 720), fill="#f0dcc0")


_SUBJECTS: Final[dict[str, Callable[..., None]]] = {"bag": _stitches, "watch": _case_back, "scarf": _weave}


def photo(subject: str, number: int, *, even: bool = True) -> bytes:
    """A JPEG of about 10 kB; `even` work looks well made. It carries a place in its EXIF, as phones do."""
    chance = random.Random(f"{subject}/{number}")
    image = Image.new("RGB", (_SIZE[0] * _WIDE, _SIZE[1] * _WIDE))
    draw = ImageDraw.Draw(image)
    _SUBJECTS[subject](draw, chance, even=even)
    draw.line((60, 680, 60 + 40 * 5, 680), fill="#f5f5f0", width=6)  # the inspector's scale
    small = image.resize(_SIZE, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    exif = Image.Exif()
    exif[0x010E] = f"{subject} {number}"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 27.0, 54.0), 3: "E", 4: (9.0, 11.0, 24.0)})
    out = io.BytesIO()
    small.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()
