"""Photos for a world without cameras: scattered shapes, the same for the same name; and one cut as a thief would."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

_SIDE = 480


def photo(name: str) -> bytes:
    """A picture with many corners, as JPEG."""
    draws = random.Random(f"photo/{name}")
    picture = Image.new("RGB", (_SIDE, _SIDE), _colour(draws))
    pen = ImageDraw.Draw(picture)
    for _ in range(160):
        x, y = draws.randrange(_SIDE), draws.randrange(_SIDE)
        w, h = draws.randrange(10, 90), draws.randrange(10, 90)
        shape = draws.choice((pen.rectangle, pen.ellipse))
        shape((x, y, x + w, y + h), fill=_colour(draws))
    return _jpeg(picture.filter(ImageFilter.GaussianBlur(0.6)))


def cut(content: bytes, name: str) -> bytes:
    """The same picture with its edges cut off, made smaller: a screenshot of it."""
    draws = random.Random(f"cut/{name}")
    picture = Image.open(io.BytesIO(content))
    left, top = draws.randrange(15, 60), draws.randrange(15, 60)
    right, bottom = _SIDE - draws.randrange(15, 60), _SIDE - draws.randrange(15, 60)
    return _jpeg(picture.crop((left, top, right, bottom)).resize((380, 390)))


def _colour(draws: random.Random) -> tuple[int, int, int]:
    return draws.randrange(256), draws.randrange(256), draws.randrange(256)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
