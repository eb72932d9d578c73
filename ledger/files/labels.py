"""What a label shows, and the sizes that labels come in."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from ledger.domain.characters import shown
from ledger.domain.errors import Unknown
from ledger.domain.said import said

GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Label:
    """One item's label: `uri` is the exact text of its code (see `ledger.domain.identity.label_uri`)."""

    gtin: str
    serial: str
    uri: str


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A kind of label; all lengths in millimetres, places measured from the top left corner of the page.

    A roll has one label a page, and `dpi` names the printers it is made for.
    """

    id: str
    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    first: tuple[float, float]
    pitch: tuple[float, float]
    dpi: tuple[int, ...]
    level: str

    @property
    def per_page(self) -> int:
        """Labels on a full page."""
        return self.columns * self.rows

    def places(self) -> Iterator[tuple[float, float]]:
        """Top left corners of a page's labels, row by row."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.first[0] + column * self.pitch[0], self.first[1] + row * self.pitch[1]


@functools.cache
def label_formats() -> Mapping[str, LabelFormat]:
    """All formats by id, from the data file beside this one."""
    text = resources.files(__package__).joinpath("label_formats.json").read_text(encoding="utf-8")
    formats: dict[str, LabelFormat] = {}
    for entry in json.loads(text)["formats"]:
        width, height = entry["label"]
        formats[entry["id"]] = LabelFormat(
            id=entry["id"],
            name=entry["name"],
            page=tuple(entry.get("page", (width, height))),
            label=(width, height),
            columns=entry.get("columns", 1),
            rows=entry.get("rows", 1),
            first=tuple(entry.get("first", (0, 0))),
            pitch=tuple(entry.get("pitch", (width, height))),
            dpi=tuple(entry.get("dpi", ())),
            level=entry.get("level", "M"),
        )
    return formats


def label_format(id: str) -> LabelFormat:
    """The format of this id. Raises Unknown that lists those there are."""
    try:
        return label_formats()[id]
    except KeyError:
        raise Unknown(
            said(
                "There is no label format %(id)s; there are %(names)s.", id=shown(id), names=", ".join(label_formats())
            )
        ) from None


def grouped(serial: str) -> str:
    """The serial as people read it: groups of four, a space between."""
    return " ".join(serial[start : start + GROUP] for start in range(0, len(serial), GROUP))
