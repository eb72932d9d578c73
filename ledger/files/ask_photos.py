"""A photo that an owner sends with their answer: made bare and small, and looked through for codes.

What is kept is a fresh JPEG of the dots alone. The codes are read from the photo as it came, since a small one may no
longer hold them; at two sizes, because a sharp photo is read best when it is not too large.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import zxingcpp
from PIL import Image

from ledger.files.images import clean

MEDIA_TYPE: Final = "image/jpeg"
_SIDE: Final = 1600
_READ_AT: Final = (1600, 4000)
"""Dots of the longer side at which codes are looked for, until some are found."""
_MOST: Final = 16
_QUALITY: Final = 84


@dataclass(frozen=True, slots=True)
class AskPhoto:
    """The picture as JPEG, at most 1,600 dots a side, and what the codes in the photo say."""

    picture: bytes
    codes: tuple[str, ...]


def read_photo(content: bytes) -> AskPhoto:
    """A photo ready to be shown. Raises TooLarge beyond 60 megapixels, Invalid for what is no photo."""
    _, bare = clean(content)
    with warnings.catch_warnings():
        # `clean` has counted the dots; Pillow's own bound is lower.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(bare)) as image:
            whole = image.convert("RGB")
    return AskPhoto(_small(whole), _codes(whole))


def _small(image: Image.Image) -> bytes:
    small, out = image.copy(), io.BytesIO()
    small.thumbnail((_SIDE, _SIDE))
    small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _codes(image: Image.Image) -> tuple[str, ...]:
    grey = image.convert("L")
    for side in _READ_AT:
        view = grey.copy()
        view.thumbnail((side, side))
        found = zxingcpp.read_barcodes(view, text_mode=zxingcpp.TextMode.Plain)
        texts = tuple(dict.fromkeys(str(one.text) for one in found if one.text))
        if texts:
            return texts[:_MOST]
        if max(grey.size) <= side:
            break
    return ()
