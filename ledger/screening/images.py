"""Whether two photos show the same picture, whatever was done to one: cut, framed, shrunk, brightened, photographed
off a phone's screen with its bars, turned a little, mirrored.

1. What surrounds a picture on a screen is taken off (`_picture`): rows and columns of the colour of its edge.
2. Telling points are found and described (ORB, `opencv`), spread over the picture; letters and drawn signs of a
   screen are left out, for they have two colours and a picture has many.
3. A photo is looked for by some of its points, 64 bits each; those that share bands of them are *candidates*.
4. A candidate is the same picture only where enough points lie alike: moved, turned and scaled together (RANSAC). Two
   photos of the same thing, taken twice, are not the same picture.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

SIDE: Final = 640
"""Dots of the longer side at which points are looked for."""
MOST_POINTS: Final = 300
TELLING: Final = 100
"""Points by which a photo is found again."""
FEWEST_ALIKE: Final = 5
"""Parts of the picture, each a sixteenth of its longer side, whose points have to lie alike. Points that agree by
chance lie in one corner, so unlike pictures have had two such parts at most, and like ones eight and more."""
_FEWEST_POINTS: Final = 8
_PART: Final = SIDE // 16
_CELLS: Final = 8
_TWO_COLOURS: Final = 0.72
_SMALL: Final = 200
_LEAST_SIDE: Final = 32
_BITS: Final = np.random.default_rng(5).permutation(256)[:64]
"""Of a description's 256 bits those that stand for it; always the same."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Points:
    """Where a picture's points lie, and their descriptions of 32 bytes each."""

    places: Array
    described: Array

    def telling(self) -> list[int]:
        """64 bits of each of the strongest points, without repetition."""
        if not len(self.described):
            return []
        bits = np.unpackbits(self.described[:TELLING], axis=1)[:, _BITS]
        packed = np.packbits(bits, axis=1)
        return list(dict.fromkeys(int.from_bytes(row.tobytes(), "big") for row in packed))


def points_of(content: bytes, *, mirrored: bool = False) -> Points:
    """The points of a photo that was cleaned before (`files.images`); `mirrored` as in a mirror. Raises ValueError."""
    try:
        return _points_of(content, mirrored=mirrored)
    except Exception as error:
        # Whatever a decoder trips over, this is not a photo that anything can be told of.
        raise ValueError("This photo cannot be looked at.") from error


def _points_of(content: bytes, *, mirrored: bool) -> Points:
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        whole = image.convert("RGB")
    if mirrored:
        whole = whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if min(whole.size) < _LEAST_SIDE:
        return _NOTHING
    grey = np.asarray(_picture(whole).convert("L"))
    scale = SIDE / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # One made anew: a detector may not be shared by threads.
    found, described = cv2.ORB.create(nfeatures=1500, fastThreshold=12).detectAndCompute(grey, None)
    if described is None or not len(found):
        return _NOTHING
    chosen = _spread(found, grey)
    places = np.array([found[at].pt for at in chosen], np.float32).reshape(-1, 2)
    return Points(places, described[chosen])


def alike(one: Points, other: Points) -> int:
    """In how many parts two photos' points lie alike; from `FEWEST_ALIKE` on it is the same picture."""
    if min(len(one.places), len(other.places)) < _FEWEST_POINTS:
        return 0
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(one.described, other.described, k=2)
    near = [
        pair[0]
        for pair in pairs
        if len(pair) == 2 and pair[0].distance < 64 and pair[0].distance < 0.8 * pair[1].distance
    ]
    if len(near) < _FEWEST_POINTS:
        return 0
    here = one.places[[pair.queryIdx for pair in near]]
    there = other.places[[pair.trainIdx for pair in near]]
    cv2.setRNGSeed(5)
    moved, fits = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=4, maxIters=1_000, confidence=0.995)
    if moved is None or not 0.15 < float(np.hypot(moved[0, 0], moved[1, 0])) < 6:
        return 0
    same = fits.ravel() > 0
    return 0 if np.count_nonzero(same) < _FEWEST_POINTS else min(_parts(here[same]), _parts(there[same]))


def _parts(places: Array) -> int:
    return len({(int(x) // _PART, int(y) // _PART) for x, y in places})


_NOTHING: Final = Points(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))


def _spread(found: Any, grey: Array) -> list[int]:
    """The strongest points that lie in a picture and not in letters, a few from each part of it."""
    height, width = grey.shape
    shades = grey >> 3
    taken: dict[tuple[int, int], int] = {}
    chosen: list[int] = []
    for at in sorted(range(len(found)), key=lambda at: -found[at].response):
        x, y = (int(part) for part in found[at].pt)
        around = max(8, int(found[at].size / 2))
        patch = shades[max(0, y - around) : y + around + 1, max(0, x - around) : x + around + 1]
        counted = np.bincount(patch.ravel(), minlength=32)
        cell = (x * _CELLS // width, y * _CELLS // height)
        if np.sort(counted)[-2:].sum() > _TWO_COLOURS * patch.size or taken.get(cell, 0) >= MOST_POINTS // 20:
            continue
        taken[cell] = taken.get(cell, 0) + 1
        chosen.append(at)
        if len(chosen) >= MOST_POINTS:
            break
    return chosen


def _picture(image: Image.Image) -> Image.Image:
    """The picture without the screen or frame around it; the whole where there is none."""
    scale = max(image.size) / _SMALL
    size = (max(1, int(image.width / scale)), max(1, int(image.height / scale)))
    small = np.asarray(image.resize(size, Image.Resampling.NEAREST)).astype(np.int32) >> 3
    colours, counts = np.unique(small[:, :, 0] << 10 | small[:, :, 1] << 5 | small[:, :, 2], return_counts=True)
    ground = int(colours[counts.argmax()])
    near = np.abs(small - np.array([ground >> 10, ground >> 5 & 31, ground & 31])).max(2) <= 1
    if min(float(near[:2].mean()), float(near[-2:].mean())) < 0.5:
        return image
    top, bottom = _longest(near.mean(1) < 0.42)
    if bottom - top < _SMALL // 10:
        return image
    columns = np.flatnonzero(near[top:bottom].mean(0) < 0.8)
    if len(columns) < _SMALL // 10:
        return image
    left, right = int(columns[0]), int(columns[-1]) + 1
    box = (left * scale, top * scale, min(image.width, right * scale), min(image.height, bottom * scale))
    return image.crop((int(box[0]), int(box[1]), int(box[2]), int(box[3])))


def _longest(rows: Array) -> tuple[int, int]:
    """The longest stretch of true rows, gaps of two left aside."""
    best, start, last = (0, 0), -1, -1
    for at in np.flatnonzero(rows):
        row = int(at)
        if start < 0 or row - last > 3:
            start = row
        last = row
        if last + 1 - start > best[1] - best[0]:
            best = (start, last + 1)
    return best
