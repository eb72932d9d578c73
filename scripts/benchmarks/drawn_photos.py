"""Photos that are drawn, and what people do to photos of others before they use them. Everything comes from a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

_SIZES: Final = ((900, 1200), (1200, 900), (1000, 1000), (1080, 1350))
_SCREENS: Final = ((1080, 2340), (1170, 2532), (750, 1334))


def drawn(seed: int) -> Image.Image:
    """A thing before a ground, with grain: unlike any other seed's."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    width, height = chance.choice(_SIZES)
    across, down = np.linspace(0, 1, width)[None, :, None], np.linspace(0, 1, height)[:, None, None]
    ground = across * noise.uniform(20, 120, 3) + down * noise.uniform(20, 120, 3) + noise.uniform(30, 100, 3)
    weave = Image.fromarray(noise.normal(128, 18, (height // 8, width // 8)).clip(0, 255).astype("uint8"))
    ground = ground + (np.asarray(weave.resize((width, height)), np.float32) - 128)[:, :, None]
    image = Image.fromarray(ground.clip(0, 255).astype("uint8"))
    draw = ImageDraw.Draw(image)
    x, y = width * chance.uniform(0.4, 0.6), height * chance.uniform(0.45, 0.6)
    w, h = width * chance.uniform(0.25, 0.38), height * chance.uniform(0.18, 0.3)
    colour = _colour(chance)
    draw.rounded_rectangle((x - w, y - h, x + w, y + h), radius=chance.randint(5, 80), fill=colour)
    box = (x - w * 0.6, y - h - h * chance.uniform(0.5, 1.2), x + w * 0.6, y - h * 0.4)
    draw.arc(box, 180, 360, fill=_colour(chance), width=chance.randint(8, 26))
    for _ in range(chance.randint(8, 60)):
        left, top, side = x + w * chance.uniform(-0.9, 0.9), y + h * chance.uniform(-0.9, 0.9), chance.randint(4, 30)
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape((left, top, left + side, top + side * chance.uniform(0.4, 1.6) + 1), fill=_colour(chance))
    for _ in range(chance.randint(2, 8)):
        ends = [chance.uniform(0, side) for side in (width, height, width, height)]
        draw.line(ends, fill=_colour(chance), width=chance.randint(1, 9))
    grain = np.asarray(image, np.float32) + noise.normal(0, 5, (height, width, 3))
    return Image.fromarray(grain.clip(0, 255).astype("uint8")).filter(ImageFilter.GaussianBlur(1))


def as_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """The bytes of a JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def screenshot(image: Image.Image, chance: random.Random) -> bytes:
    """As a phone shows it: bars, lines of text and buttons around it, some of it over it, its edges cut."""
    wide, high = chance.choice(_SCREENS)
    dark = chance.random() < 0.4
    ground, ink = ((18,) * 3, (230,) * 3) if dark else ((250,) * 3, (30,) * 3)
    screen = Image.new("RGB", (wide, high), ground)
    draw = ImageDraw.Draw(screen)
    cut = chance.uniform(0, 0.1)
    image = image.crop((int(image.width * cut), int(image.height * cut), image.width, image.height))
    width = wide if chance.random() < 0.6 else int(wide * chance.uniform(0.75, 0.95))
    image = image.resize((width, image.height * width // image.width))
    top = chance.randint(60, 240)
    image = image.crop((0, 0, width, min(image.height, high - top - 200)))
    screen.paste(image, ((wide - width) // 2, top))
    for left in (30, 120, wide - 200, wide - 120, wide - 60):
        draw.rectangle((left, 18, left + 40, 36), fill=ink)
    line = top + image.height + 30
    while line < high - 150:
        left, end = 30, wide * chance.uniform(0.5, 0.95)
        while left < end:
            long = chance.randint(20, 120)
            draw.rectangle((left, line, left + long, line + 22), fill=ink)
            left += long + 14
        line += chance.randint(36, 70)
    draw.rounded_rectangle((30, high - 130, wide - 30, high - 30), 20, fill=(200, 30, 60))
    for number in range(3):
        draw.ellipse((wide - 90 * number - 110, top + 20, wide - 90 * number - 50, top + 80), fill=(255, 255, 255))
    return as_jpeg(screen, chance.randint(60, 90))


def _cut(image: Image.Image, chance: random.Random) -> bytes:
    part = chance.uniform(0.6, 0.85)
    left, top = (chance.uniform(0, 1 - part) for _ in range(2))
    box = (left * image.width, top * image.height, (left + part) * image.width, (top + part) * image.height)
    return as_jpeg(image.crop((int(box[0]), int(box[1]), int(box[2]), int(box[3]))), 75)


def _framed(image: Image.Image, chance: random.Random) -> bytes:
    edge = chance.randint(20, 150)
    frame = Image.new("RGB", (image.width + 2 * edge, image.height + 2 * edge), _colour(chance))
    frame.paste(image, (edge, edge))
    return as_jpeg(frame, 80)


def _brightened(image: Image.Image, chance: random.Random) -> bytes:
    light = ImageEnhance.Brightness(image).enhance(chance.uniform(0.65, 1.4))
    return as_jpeg(ImageEnhance.Contrast(light).enhance(chance.uniform(0.8, 1.3)), 80)


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


CHANGES: Final[Mapping[str, Callable[[Image.Image, random.Random], bytes]]] = {
    "phone screenshot": screenshot,
    "cut": _cut,
    "framed": _framed,
    "a third the size, JPEG 50": lambda image, _: as_jpeg(image.resize((image.width // 3, image.height // 3)), 50),
    "brighter or darker": _brightened,
    "turned up to 6 degrees": lambda image, chance: as_jpeg(image.rotate(chance.uniform(-6, 6)), 85),
    "mirrored": lambda image, _: as_jpeg(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85),
}
"""What is done to a photo."""
