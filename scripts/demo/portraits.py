"""The house's photos for its catalogue, drawn: a bag, a watch and a scarf, whole and close, in each colourway.

Flat and quiet, as on a plate of a printed catalogue; the same bytes at every telling.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drawing import (
    WIDE,
    Point,
    arc_band,
    curve,
    disc,
    filled,
    gradient,
    hand,
    mask,
    mixed,
    rounded,
    shadow,
    shadow_of,
    shadow_of_mask,
    stitches,
)
from PIL import Image, ImageDraw

_SIDE: Final = 960


@dataclass(frozen=True, slots=True)
class Hues:
    """The colours of one colourway: the ground, the thing, its darker and lighter side, its metal or its edge."""

    ground: tuple[str, str]
    body: str
    dark: str
    light: str
    metal: str


HUES: Final = {
    "black": Hues(("#e9e6e1", "#cfcac3"), "#26272a", "#151618", "#43464b", "#c2a15e"),
    "chestnut": Hues(("#ece7df", "#d5ccbf"), "#7a4528", "#552d18", "#9a6340", "#c9a865"),
    "ivory": Hues(("#dcdfe0", "#bfc5c8"), "#ece4d3", "#cfc4ad", "#f8f3e8", "#b9975a"),
    "white dial": Hues(("#e4e6e8", "#c3c8cc"), "#f6f5f1", "#b9bec4", "#ffffff", "#2b4a74"),
    "blue dial": Hues(("#dfe2e6", "#bcc3cc"), "#223a5e", "#9aa2ab", "#e9edf1", "#e6ddc6"),
    "coral / sand": Hues(("#efece6", "#d9d4ca"), "#d9735b", "#b95742", "#f0dcc0", "#8c3f30"),
    "ink / foam": Hues(("#eceeee", "#cfd5d6"), "#26415c", "#182c42", "#dfeae7", "#6f97a4"),
    "moss, gold": Hues(("#eeece3", "#d6d2c1"), "#5a6a3c", "#3f4c29", "#e3cd8d", "#a8842f"),
}


def portrait(subject: str, colour: str, view: str) -> bytes:
    """A JPEG of 960 by 960 dots; `view` is whole or close."""
    hues = HUES[colour]
    image = gradient(hues.ground[0], hues.ground[1])
    _VIEWS[subject, view](image, hues)
    out = io.BytesIO()
    image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).save(out, "JPEG", quality=88)
    return out.getvalue()


# --- Bags -------------------------------------------------------------------------------------------------


def _bag(image: Image.Image, hues: Hues) -> None:
    shadow(image, (330, 1420, 1590, 1640), 0.34)
    draw = ImageDraw.Draw(image)
    arc_band(draw, (620, 330, 1300, 1120), 180, 360, 44, hues.dark)
    arc_band(draw, (628, 334, 1292, 1120), 180, 360, 16, hues.light)
    body = [(420, 830), (1500, 830), (1620, 1440), (1570, 1540), (350, 1540), (300, 1440)]
    filled(image, rounded(body, 46), hues.body, hues.dark)
    flap = [(420, 810), (1500, 810), *curve((1500, 810), (1530, 1290), (390, 1290), (420, 810))]
    shadow_of(image, rounded(flap, 10), 16)
    filled(image, rounded(flap, 10), hues.light, hues.body)
    stitches(image, curve((1462, 830), (1490, 1254), (430, 1254), (458, 830)), hues.metal, 30)
    stitches(image, [(352, 1500), (1568, 1500)], hues.metal, 30)
    for x in (640, 1280):
        draw.rounded_rectangle((x - 42, 770, x + 42, 850), 14, fill=hues.metal)
        draw.rounded_rectangle((x - 24, 788, x + 24, 832), 8, fill=hues.dark)
    _moon(image, (960, 1160), 74, hues)


def _clasp(image: Image.Image, hues: Hues) -> None:
    filled(image, [(0, 0), (WIDE, 0), (WIDE, WIDE), (0, WIDE)], hues.body, hues.dark)
    flap = [(-200, -10), (2120, -10), *curve((2120, 300), (1980, 1500), (-60, 1500), (-200, 300))]
    shadow_of(image, flap, 40)
    filled(image, flap, hues.light, hues.body)
    edge = curve((2040, 260), (1900, 1370), (20, 1370), (-120, 260))
    stitches(image, edge, hues.metal, 92, 17)
    _moon(image, (960, 900), 250, hues)


def _moon(image: Image.Image, centre: Point, radius: float, hues: Hues) -> None:
    """The clasp: a plate of brass with a crescent pressed into it."""
    x, y = centre
    plate = Image.new("L", image.size, 0)
    ImageDraw.Draw(plate).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    shadow_of_mask(image, plate, radius / 6)
    image.paste(gradient(mixed(hues.metal, "#ffffff", 0.35), mixed(hues.metal, "#000000", 0.12)), mask=plate)
    inner = radius * 0.62
    crescent = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(crescent)
    draw.ellipse((x - inner, y - inner, x + inner, y + inner), fill=255)
    shift = inner * 0.45
    draw.ellipse((x - inner + shift, y - inner - shift / 3, x + inner + shift, y + inner - shift / 3), fill=0)
    image.paste(mixed(hues.metal, "#000000", 0.45), mask=crescent)


# --- Watches ----------------------------------------------------------------------------------------------


def _watch(image: Image.Image, hues: Hues) -> None:
    strap = "#3a2a22" if hues.metal.startswith("#2b") else "#1c2433"
    shadow(image, (560, 300, 1480, 1760), 0.3)
    for top, bottom in ((60, 620), (1300, 1860)):
        far = 40 if top < 600 else 0
        near = 40 - far
        filled(
            image,
            [(740 + far, top), (1180 - far, top), (1180 - near, bottom), (740 + near, bottom)],
            mixed(strap, "#ffffff", 0.1),
            strap,
        )
        for side in (772, 1148):
            stitches(image, [(side, top + 20), (side, bottom - 20)], mixed(strap, "#ffffff", 0.45), 26)
    disc(image, 520, "#dfe3e6", "#8f979e", 26)
    disc(image, 470, "#aab1b8", "#e6e9ec", 0)
    disc(image, 442, mixed(hues.body, "#ffffff", 0.12), mixed(hues.body, "#000000", 0.14), 0)
    draw = ImageDraw.Draw(image)
    ink = "#2b3038" if hues.body == "#f6f5f1" else "#eceae2"
    for hour in range(60):
        angle = math.radians(hour * 6)
        long = 372 if hour % 5 == 0 else 408
        hand(draw, angle, long, 424, 11 if hour % 5 == 0 else 4, ink)
    draw.rounded_rectangle((1478, 920, 1546, 1000), 14, fill="#9aa2aa")
    hand(draw, math.radians(305), -60, 250, 24, hues.metal)
    hand(draw, math.radians(54), -70, 372, 16, hues.metal)
    draw.ellipse((934, 934, 986, 986), fill=hues.metal)
    draw.arc((820, 1090, 1100, 1370), 200, 340, fill=ink, width=6)
    draw.ellipse((940, 1100, 980, 1140), fill=hues.metal)


def _case_back(image: Image.Image, hues: Hues) -> None:
    disc(image, 860, "#e3e6e9", "#9098a0", 40)
    disc(image, 770, "#a3abb2", "#dadee2", 0)
    disc(image, 735, "#cfd4d8", "#b4bbc1", 0)
    draw = ImageDraw.Draw(image)
    for place in range(6):
        angle = math.radians(30 + place * 60)
        x, y = 960 + 815 * math.sin(angle), 960 - 815 * math.cos(angle)
        draw.ellipse((x - 30, y - 30, x + 30, y + 30), fill="#858d95")
        draw.line((x - 18, y - 10, x + 18, y + 10), fill="#5f676f", width=9)
    # A moon over waves, engraved by hand: no two lines quite alike.
    engraved = mixed("#6b737b", hues.metal, 0.25)
    draw.ellipse((760, 520, 1160, 920), outline=engraved, width=9)
    draw.ellipse((850, 500, 1230, 880), fill="#c9ced3")
    for wave in range(5):
        points = [
            (520 + step * 22, 1130 + wave * 66 + 20 * math.sin(step / 2.3 + wave * 1.1) + wave % 2)
            for step in range(41)
        ]
        draw.line(points, fill=engraved, width=8, joint="curve")


# --- Scarves ----------------------------------------------------------------------------------------------


def _scarf(image: Image.Image, hues: Hues) -> None:
    box = (230, 230, 1690, 1690)
    shadow(image, (250, 290, 1720, 1740), 0.26)
    square = Image.new("L", image.size, 0)
    ImageDraw.Draw(square).rounded_rectangle(box, 12, fill=255)
    image.paste(_tide(hues, 300), mask=square)
    draw = ImageDraw.Draw(image)
    draw.rectangle((box[0] + 70, box[1] + 70, box[2] - 70, box[3] - 70), outline=hues.light, width=10)
    draw.rectangle(box, outline=hues.metal, width=22)
    for x in (box[0] + 120, box[2] - 120):
        for y in (box[1] + 120, box[3] - 120):
            draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=hues.metal)


def _hem(image: Image.Image, hues: Hues) -> None:
    cloth = [(-10, -10), (1600, -10), (1500, 1460), (-10, 1600)]
    shadow_of(image, cloth, 40)
    image.paste(_tide(hues, 760), mask=mask(cloth))
    draw = ImageDraw.Draw(image)
    for line in ([(1600, -10), (1500, 1460)], [(1500, 1460), (-10, 1600)]):
        draw.line(line, fill=mixed(hues.metal, "#000000", 0.2), width=118)
        draw.line(line, fill=hues.metal, width=96)
        draw.line([(x - 14, y - 14) for x, y in line], fill=mixed(hues.metal, "#ffffff", 0.25), width=26)
    # Rolled by hand: the stitches sit at uneven gaps.
    (ax, ay), (bx, by) = (-10.0, 1600.0), (1500.0, 1460.0)
    place, number = 0.02, 0
    while place < 0.98:
        x, y = ax + (bx - ax) * place, ay + (by - ay) * place
        draw.line((x, y - 34, x + 16, y + 26), fill=hues.light, width=9)
        number += 1
        place += 0.052 + 0.012 * math.sin(number * 2.4)


def _tide(hues: Hues, step: int) -> Image.Image:
    """The print: tides drawn to a shore, in three colours."""
    cloth = gradient(hues.body, hues.dark)
    draw = ImageDraw.Draw(cloth)
    for number, base in enumerate(range(step, WIDE + step, step // 2)):
        points: list[Point] = [
            (x, base + step * 0.22 * math.sin(x / (step * 0.9) + number * 1.3) - x * 0.12)
            for x in range(-40, WIDE + 80, 24)
        ]
        draw.line(points, fill=hues.light if number % 2 else hues.metal, width=max(8, step // 22), joint="curve")
        if number % 3 == 0:
            draw.line(
                [(x, y + step * 0.14) for x, y in points], fill=hues.light, width=max(4, step // 60), joint="curve"
            )
    moon = step * 0.62
    draw.ellipse((WIDE * 0.6 - moon, WIDE * 0.33 - moon, WIDE * 0.6 + moon, WIDE * 0.33 + moon), fill=hues.light)
    return cloth


_VIEWS: Final[dict[tuple[str, str], Callable[[Image.Image, Hues], None]]] = {
    ("bag", "whole"): _bag,
    ("bag", "close"): _clasp,
    ("watch", "whole"): _watch,
    ("watch", "close"): _case_back,
    ("scarf", "whole"): _scarf,
    ("scarf", "close"): _hem,
}
