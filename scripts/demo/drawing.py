"""How the demo's pictures are drawn: twice as large as they are shown, with soft shadows and quiet gradients."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDE: Final = 1920
"""Dots of a side while drawing; made half as large in the end, so that edges are smooth."""
Point = tuple[float, float]


def gradient(top: str, bottom: str) -> Image.Image:
    """A ground of two colours, from top to bottom."""
    strip = Image.linear_gradient("L").resize((1, WIDE)).resize((WIDE, WIDE))
    return Image.composite(Image.new("RGB", (WIDE, WIDE), bottom), Image.new("RGB", (WIDE, WIDE), top), strip)


def mixed(one: str, other: str, share: float) -> str:
    """A colour with a share of another in it."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def mask(points: list[Point]) -> Image.Image:
    """The inside of a polygon."""
    shape = Image.new("L", (WIDE, WIDE), 0)
    ImageDraw.Draw(shape).polygon(points, fill=255)
    return shape


def rounded(points: list[Point], radius: int) -> list[Point]:
    """A polygon with its corners cut to short curves."""
    rounded: list[Point] = []
    for before, (x, y), after in zip(points[-1:] + points[:-1], points, points[1:] + points[:1], strict=True):
        ends = []
        for ox, oy in (before, after):
            share = min(0.5, radius / max(1.0, math.hypot(ox - x, oy - y)))
            ends.append((x + (ox - x) * share, y + (oy - y) * share))
        rounded += curve(ends[0], (x, y), (x, y), ends[1], 8)
    return rounded


def curve(a: Point, b: Point, c: Point, d: Point, steps: int = 60) -> list[Point]:
    """Points of a cubic Bézier curve."""
    found = []
    for step in range(steps + 1):
        t = step / steps
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        found.append(
            (
                sum(weight * point[0] for weight, point in zip(weights, (a, b, c, d), strict=True)),
                sum(weight * point[1] for weight, point in zip(weights, (a, b, c, d), strict=True)),
            )
        )
    return found


def filled(image: Image.Image, points: list[Point], top: str, bottom: str) -> None:
    """A polygon in two colours, from top to bottom."""
    image.paste(gradient(top, bottom), mask=mask(points))


def shadow(image: Image.Image, box: tuple[int, int, int, int], strength: float) -> None:
    """A soft shadow on the ground, in a box."""
    small = Image.new("L", (WIDE // 8, WIDE // 8), 0)
    ImageDraw.Draw(small).ellipse([side / 8 for side in box], fill=round(255 * strength))
    image.paste("#20201f", mask=small.filter(ImageFilter.GaussianBlur(14)).resize((WIDE, WIDE)))


def shadow_of(image: Image.Image, points: list[Point], blur: float) -> None:
    """The shadow that a polygon throws on what lies below."""
    shadow_of_mask(image, mask(points), blur)


def shadow_of_mask(image: Image.Image, shape: Image.Image, blur: float) -> None:
    """The same for any shape."""
    small = shape.resize((WIDE // 8, WIDE // 8)).filter(ImageFilter.GaussianBlur(max(1.0, blur / 5)))
    fallen = ImageChops.offset(small.resize((WIDE, WIDE)), 0, round(blur * 0.7))
    image.paste("#0c0c0d", mask=fallen.point(lambda value: value * 0.38))


def stitches(image: Image.Image, path: list[Point], colour: str, step: float, width: int = 7) -> None:
    """Stitches along a path, each a little more than half of `step` long."""
    draw = ImageDraw.Draw(image)
    left = 0.0
    for (ax, ay), (bx, by) in pairwise(path):
        length = math.hypot(bx - ax, by - ay)
        if length == 0:
            continue
        dx, dy = (bx - ax) / length, (by - ay) / length
        while left < length:
            x, y = ax + dx * left, ay + dy * left
            draw.line((x, y, x + dx * step * 0.58, y + dy * step * 0.58), fill=colour, width=width)
            left += step
        left -= length


def arc_band(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], start: int, end: int, width: int, colour: str
) -> None:
    """A handle: a part of an ellipse's edge."""
    draw.arc(box, start, end, fill=colour, width=width)


def disc(image: Image.Image, radius: int, top: str, bottom: str, blur: float) -> None:
    """A disc in the middle, with its shadow."""
    shape = Image.new("L", image.size, 0)
    ImageDraw.Draw(shape).ellipse((960 - radius, 960 - radius, 960 + radius, 960 + radius), fill=255)
    if blur:
        shadow_of_mask(image, shape, blur)
    image.paste(gradient(top, bottom), mask=shape)


def hand(draw: ImageDraw.ImageDraw, angle: float, start: float, end: float, width: int, colour: str) -> None:
    """A line from the middle at an angle, as on a dial."""
    sine, cosine = math.sin(angle), -math.cos(angle)
    draw.line(
        (960 + sine * start, 960 + cosine * start, 960 + sine * end, 960 + cosine * end), fill=colour, width=width
    )
