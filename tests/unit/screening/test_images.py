"""A picture is known again after what people do to it, and two pictures are never taken for one.

The set is drawn (`scripts/benchmarks/drawn_photos.py`): no drawn thing has all that a photo has, so these shares say
what happens to pictures like these. The gate takes a sample; `TOUCHMARK_LONG=1` takes more.
"""

from __future__ import annotations

import io
import itertools
import os
import random

import pytest
from PIL import Image

from ledger.screening.images import FEWEST_ALIKE, Points, alike, points_of
from scripts.benchmarks.drawn_photos import CHANGES, as_jpeg, drawn

COUNT = 60 if os.environ.get("TOUCHMARK_LONG") == "1" else 6
PHOTOS = [drawn(seed) for seed in range(COUNT)]


@pytest.fixture(scope="module")
def known() -> list[Points]:
    return [points_of(as_jpeg(one)) for one in PHOTOS]


@pytest.mark.parametrize("change", CHANGES)
def test_nine_in_ten_are_known_again_and_at_most_one_in_a_hundred_wrongly(change: str, known: list[Points]) -> None:
    changed = [
        points_of(CHANGES[change](one, random.Random(number)), mirrored=change == "mirrored")
        for number, one in enumerate(PHOTOS)
    ]
    caught = sum(alike(one, mine) >= FEWEST_ALIKE for one, mine in zip(changed, known, strict=True))
    assert caught >= 0.9 * COUNT, f"{caught} of {COUNT}"
    pairs = [(one, other) for n, one in enumerate(changed) for m, other in enumerate(known) if n != m]
    # Two screenshots share their bars and letters, whatever they show.
    pairs += list(itertools.combinations(changed, 2))
    wrong = sum(alike(*pair) >= FEWEST_ALIKE for pair in pairs)
    assert wrong <= len(pairs) // 100, f"{wrong} of {len(pairs)}"


def test_a_photo_is_found_again_by_its_telling_points(known: list[Points]) -> None:
    screen = points_of(CHANGES["phone screenshot"](PHOTOS[0], random.Random(0))).telling()

    def shared(telling: list[int]) -> int:
        return sum((one ^ other) >> 16 * band & 0xFFFF == 0 for one in screen for other in telling for band in range(4))

    counts = [shared(one.telling()) for one in known]
    assert counts[0] == max(counts) >= 2


@pytest.mark.parametrize(
    "picture", [Image.new("RGB", (400, 400), "white"), Image.new("RGB", (1, 1)), Image.new("L", (9, 900))]
)
def test_a_picture_of_nothing_is_like_no_other(picture: Image.Image, known: list[Points]) -> None:
    out = io.BytesIO()
    picture.save(out, "PNG")
    empty = points_of(out.getvalue())
    assert empty.telling() == []
    assert alike(empty, known[0]) == alike(empty, empty) == 0


def test_what_is_no_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be looked at"):
        points_of(b"no photo")
