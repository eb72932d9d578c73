"""Curves as SVG, written by hand. Each bears the word “synthetic”: nothing in them was measured in the world. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_WIDE, _HIGH = 640, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 50, 130
_COLOURS: Final = ("#1f5fa8", "#b4401f", "#2f7d46", "#6b4a9c")
_DASHES: Final = ("", "8 4", "2 4", "12 4 2 4")
Points = Sequence[tuple[float, float | None]]


def curve(title: str, along: str, series: Mapping[str, Points]) -> str:
    """Lines over one parameter, in percent from 0 to 100; a point that cannot be told is left out."""
    values = sorted({x for points in series.values() for x, _ in points})
    first, last = values[0], values[-1]

    def at(x: float, y: float) -> tuple[float, float]:
        across = 0.5 if last == first else (x - first) / (last - first)
        wide, high = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _BOTTOM
        return round(_LEFT + across * wide, 1), round(_HIGH - _BOTTOM - y / 100 * high, 1)

    parts = [_text(_LEFT, 24, title, size=16)]
    for y in range(0, 101, 25):
        (x1, level), (x2, _) = at(first, y), at(last, y)
        parts.append(f'<line x1="{x1}" y1="{level}" x2="{x2}" y2="{level}" stroke="#ccc"/>')
        parts.append(_text(_LEFT - 8, level + 4, f"{y} %", anchor="end"))
    for x in values:
        parts.append(_text(at(x, 0)[0], _HIGH - _BOTTOM + 18, f"{x:g}", anchor="middle"))
    parts.append(_text(_LEFT + (_WIDE - _LEFT - _RIGHT) / 2, _HIGH - _BOTTOM + 36, along, anchor="middle"))
    for number, (name, points) in enumerate(series.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        for part in _unbroken(points):
            line = " ".join(f"{x},{y}" for x, y in (at(*one) for one in part))
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" '
                         f'stroke-dasharray="{dash}"/>')  # fmt: skip
        places = [at(x, y) for x, y in points if y is not None]
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places]
        left, low = _LEFT, _HIGH - 70 + number * 18
        parts.append(f'<line x1="{left}" y1="{low - 4}" x2="{left + 26}" y2="{low - 4}" stroke="{colour}" '
                     f'stroke-width="2" stroke-dasharray="{dash}"/>')  # fmt: skip
        parts.append(_text(left + 32, low, name))
    return _picture(title, parts)


def _unbroken(points: Points) -> list[list[tuple[float, float]]]:
    """The points that can be told, parted where one between them cannot: no line goes over what nobody knows."""
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            parts.append([])
        else:
            parts[-1].append((x, y))
    return [one for one in parts if len(one) > 1]


def bars(title: str, rows: Sequence[tuple[str, float | None, str]]) -> str:
    """A bar for each row, in percent, with the words that tell its counts."""
    step, left = 20, 220
    high = _TOP + step * len(rows) + 20
    parts = [_text(16, 24, title, size=16)]
    for number, (name, value, words) in enumerate(rows):
        y = _TOP + number * step
        parts.append(_text(left - 8, y + 13, name, anchor="end"))
        wide = 0 if value is None else round((_WIDE - left - 160) * value / 100, 1)
        parts.append(f'<rect x="{left}" y="{y + 2}" width="{wide}" height="{step - 6}" fill="{_COLOURS[0]}"/>')
        parts.append(_text(left + wide + 6, y + 13, words))
    return _picture(title, parts, high)


def _picture(title: str, parts: Sequence[str], high: float = _HIGH) -> str:
    stamp = (
        f'<text x="{_WIDE / 2}" y="{high / 2}" font-size="64" fill="#000" fill-opacity="0.07" text-anchor="middle" '
        f'transform="rotate(-20 {_WIDE / 2} {high / 2})">synthetic</text>'
        + _text(_WIDE - 12, 24, "synthetic data", anchor="end", size=13)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" font-family="sans-serif" role="img">'
        f"<title>{escape(title)} (synthetic data)</title>"
        f'<rect width="{_WIDE}" height="{high}" fill="#fff"/>{stamp}{"".join(parts)}</svg>\n'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'
