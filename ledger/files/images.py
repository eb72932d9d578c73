"""Pictures: taken for what their bytes are, bounded before they are unpacked, written anew without what they tell.

One pipeline for photos of the catalogue and for evidence. The size comes from the header, before a single dot is
decoded; then the dots alone go into a new image, so that EXIF (the place where a photo was taken), comments and
colour profiles stay behind. Colours are turned into sRGB first where a profile says what they were.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from PIL import Image, ImageCms, ImageOps

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said

MOST_PIXELS: Final = 60_000_000
IMAGES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_NARROWEST: Final = 320
"""Dots of the shorter side of a photo of the catalogue: with fewer nobody can compare anything."""
_LONGEST: Final = 3
"""How many times as long as wide such a photo may be."""
_QUALITY: Final = 82

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Renditions:
    """A photo in several widths, as WebP by width; `width` and `height` are those of the largest."""

    width: int
    height: int
    files: Mapping[int, bytes]


def clean(content: bytes, elsewise: str = "") -> tuple[str, bytes]:
    """The picture's media type and its dots alone, in the same format.

    Raises TooLarge beyond 60 megapixels, Invalid for what is no JPEG, PNG or WebP or is damaged; `elsewise` is the
    sentence for that, where more than pictures would be taken.
    """

    def written_anew(image: Image.Image) -> tuple[str, bytes]:
        kind = str(image.format)
        upright = ImageOps.exif_transpose(image)
        if kind == "JPEG":
            upright = upright.convert("RGB")
        elif upright.mode == "P":
            upright = upright.convert("RGBA")
        bare = Image.new(upright.mode, upright.size)
        bare.paste(upright)
        out = io.BytesIO()
        bare.save(out, kind, quality=90)
        return IMAGES[kind], out.getvalue()

    return _opened(content, written_anew, elsewise)


def renditions(content: bytes, widths: Iterable[int]) -> Renditions:
    """A photo for the catalogue, upright and in sRGB, in each of `widths` (dots) or as wide as it is.

    Raises TooLarge and Invalid as `clean` does; Invalid also for a PDF under another name, and for a photo that is
    too small or too long to compare a thing with.
    """
    if content.lstrip()[:5] == b"%PDF-":
        raise Invalid(said("This is a PDF, whatever its name says. Save the picture in it as JPEG, PNG or WebP."))
    wanted = sorted(set(widths))

    def made(image: Image.Image) -> Renditions:
        narrow, wide = sorted(image.size)
        if narrow < _NARROWEST:
            raise Invalid(
                said(
                    "This photo is %(width)s by %(height)s dots. It needs %(least)s on its shorter side.",
                    width=image.width,
                    height=image.height,
                    least=_NARROWEST,
                )
            )
        if wide > _LONGEST * narrow:
            raise Invalid(said("This photo is more than three times as long as wide. Cut it to what should be seen."))
        # A JPEG can be unpacked at half, a quarter or an eighth of its size at a fraction of the work.
        image.draft("RGB", (2 * wanted[-1], 2 * wanted[-1]))
        largest = _plain(_in_srgb(ImageOps.exif_transpose(image)))
        files = {}
        for width in reversed(wanted):
            if largest.width > width:
                size = (width, max(1, round(largest.height * width / largest.width)))
                largest = largest.resize(size, Image.Resampling.LANCZOS)
            files[width] = _webp(largest)
            if width == wanted[-1]:
                whole = largest.size
        return Renditions(*whole, files)

    return _opened(content, made)


def small_png(content: bytes, side: int) -> bytes:
    """A PNG of at most `side` dots a side, of a picture that was cleaned before."""
    with Image.open(io.BytesIO(content), formats=tuple(IMAGES)) as image:
        image.draft("RGB", (side * 2, side * 2))
        image.thumbnail((side, side))
        out = io.BytesIO()
        image.convert("RGB").save(out, "PNG")
        return out.getvalue()


def _opened(content: bytes, use: Callable[[Image.Image], T], elsewise: str = "") -> T:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=tuple(IMAGES)) as image:
                # The size is known from the header, before a single dot is decoded.
                if image.width * image.height > MOST_PIXELS:
                    raise _too_many_dots()
                return use(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_dots() from None
    except (TooLarge, Invalid):
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder trips over, the file is not what it seems
        raise Invalid(
            elsewise
            or said(
                "This is not a JPEG, PNG or WebP photo, whatever its name says, or it is damaged. "
                "Save it in one of these forms and send it again."
            )
        ) from None


def _too_many_dots() -> TooLarge:
    return TooLarge(said("This photo has more than 60 megapixels. Make it smaller."))


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours as they were meant; a profile that cannot be read is left aside."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image
    return made or image


def _plain(image: Image.Image) -> Image.Image:
    """As RGB; what was transparent lies on white, as in a catalogue."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    if image.mode.startswith("I;16"):
        # Pillow would cut 16 bits at 255 instead of scaling them.
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _webp(image: Image.Image) -> bytes:
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
