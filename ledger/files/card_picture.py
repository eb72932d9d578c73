"""The picture of an origin card: what to check and where, and nothing that could be out of date tomorrow.

A picture travels without its page, so it carries no verdict: whoever sees it scans the code and reads today's record.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from ledger.files.qr import png, symbol

SIZE: Final = (1200, 630)
"""Dots; what messengers and social networks show of a link (Open Graph)."""
_PAPER, _INK, _SOFT = (250, 249, 246), (28, 27, 25), (96, 92, 86)
_MARGIN: Final = 72
_WIDEST: Final = 640


def card_picture(name: str, details: str, serial_tail: str, address: str) -> bytes:
    """A PNG with the item's name, the end of its serial, and a code that leads to `address`.

    The type that it is set in has Latin letters only: of a name in another script the code alone speaks.
    """
    image = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    lines = [(_drawn(name), 56, _INK), (_drawn(details), 32, _SOFT), (f"No. …{serial_tail}", 40, _INK)]
    top = 150
    for text, size, colour in lines:
        if text:
            font = _fitting(draw, text, size)
            draw.text((_MARGIN, top), text, font=font, fill=colour)
            top += int(size * 1.6)
    small = ImageFont.load_default(26)
    draw.text((_MARGIN, 470), "Scan the code to read what the record shows today.", font=small, fill=_SOFT)
    draw.text((_MARGIN, 510), "Anybody can copy this picture: it proves nothing by itself.", font=small, fill=_SOFT)
    with Image.open(io.BytesIO(png(symbol(address), 8))) as code:
        side = 400
        # Whole dots only, or readers stumble: a module is made larger by a whole number of times.
        times = max(1, side // code.width)
        square = code.convert("RGB").resize((code.width * times, code.height * times), Image.Resampling.NEAREST)
        image.paste(square, (SIZE[0] - square.width - 48, (SIZE[1] - square.height) // 2))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(text: str) -> str:
    """What of a text can be drawn; nothing of one that would lose letters."""
    told = " ".join(text.split())[:80]
    return told if all(ord(one) < 0x180 for one in told) else ""


def _fitting(draw: ImageDraw.ImageDraw, text: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    while size > 20 and draw.textlength(text, font=ImageFont.load_default(size)) > _WIDEST:
        size -= 4
    return ImageFont.load_default(size)
