"""Reads many codes under each mask and prints the table of tests/data/qr_masks.md."""

from __future__ import annotations

import collections
import random
import sys

import qrcode
import zxingcpp
from PIL import Image, ImageFilter
from qrcode import util
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

from ledger.domain.crockford import ALPHABET


def texts(count: int, chance: random.Random) -> list[tuple[str, int]]:
    """Links and error correction levels."""

    def some(length: int) -> str:
        return "".join(chance.choice(ALPHABET) for _ in range(length))

    made = []
    for number in range(count):
        gtin = f"0952{chance.randrange(10**10):010d}"
        capitals = f"HTTPS://V.EXAMPLE.COM/01/{gtin}/21/{some(12)}"
        ordinary = f"https://verify.maison-exemple.com/01/{gtin}/21/{some(12).lower()}{some(chance.randrange(8))}"
        level = (ERROR_CORRECT_M, ERROR_CORRECT_Q)[number // 2 % 2]
        made.append((capitals if number % 2 else ordinary, level))
    return made


def worn(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The symbol (one pixel a module) as a bad camera sees it."""
    modules, side = picture.width, int(picture.width * chance.uniform(2.6, 3.6))
    turned = picture.resize((modules * 6, modules * 6), Image.Resampling.NEAREST).rotate(
        chance.uniform(-20, 20), Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    seen = turned.resize((side, side), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1.0)))
    return Image.blend(seen, Image.effect_noise(seen.size, 50), 0.08)


def main(count: int) -> None:
    """One line a mask."""
    links = texts(count, random.Random(99))
    for mask in range(8):
        chance = random.Random(3)
        false: collections.Counter[str] = collections.Counter()
        unread = unread_worn = penalty = 0
        for number, (text, level) in enumerate(links):
            maker = qrcode.QRCode(error_correction=level, border=4, mask_pattern=mask)
            maker.add_data(text, optimize=0)
            rows = maker.get_matrix()
            if number < 300:
                penalty += util.lost_point(maker.modules)
            picture = Image.frombytes(
                "L", (len(rows), len(rows)), b"".join(bytes(255 * (not dark) for dark in row) for row in rows)
            )
            side = len(rows) * (1 + number % 4)
            clean = zxingcpp.read_barcodes(picture.resize((side, side), Image.Resampling.NEAREST))
            unread += not any(found.text == text for found in clean)
            false.update(str(found.format) for found in clean if found.text != text)
            unread_worn += not any(found.text == text for found in zxingcpp.read_barcodes(worn(picture, chance)))
        print(mask, dict(false), unread, unread_worn, penalty // min(count, 300), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
