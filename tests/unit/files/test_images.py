"""Photos of the catalogue: judged by their bytes, small enough to unpack, in widths that fit a page."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.lines import WIDTHS
from ledger.files.images import renditions

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def picture(kind: str, size: tuple[int, int] = (1600, 1200), mode: str = "RGB", fill: Any = 90, **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, fill).save(out, kind, **more)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_comes_in_every_width_as_webp_without_where_it_was_taken(kind: str) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[GPS] = "SecretCamera", {1: "N", 2: (48.0, 51.0, 24.0)}
    made = renditions(picture(kind, exif=exif), WIDTHS)
    assert set(made.files) == {96, 320, 960}
    assert (made.width, made.height) == (960, 720)
    for width, content in made.files.items():
        image = opened(content)
        assert (image.format, image.size) == ("WEBP", (width, width * 3 // 4))
        assert b"SecretCamera" not in content
        assert dict(image.getexif()) == {}


def test_a_photo_is_never_blown_up() -> None:
    made = renditions(picture("PNG", (500, 400)), WIDTHS)
    assert (made.width, made.height) == (500, 400)
    assert opened(made.files[960]).size == (500, 400)
    assert opened(made.files[320]).size == (320, 256)


def test_the_same_photo_gives_the_same_bytes() -> None:
    content = picture("JPEG")
    assert renditions(content, WIDTHS) == renditions(content, WIDTHS)


def test_a_photo_that_was_held_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    made = renditions(picture("JPEG", (1200, 800), exif=exif), WIDTHS)
    assert (made.width, made.height) == (800, 1200)


def test_what_is_transparent_lies_on_white() -> None:
    made = renditions(picture("PNG", (400, 400), "RGBA", (0, 0, 0, 0)), WIDTHS)
    assert opened(made.files[96]).getpixel((40, 40)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    made = renditions(picture("PNG", (400, 400), "I;16", 32_768), WIDTHS)
    red, _, _ = opened(made.files[96]).getpixel((40, 40))  # type: ignore[misc]
    assert abs(red - 128) <= 2


def test_colours_stay_what_their_profile_says_they_are() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = renditions(picture("JPEG", fill=(200, 40, 40), icc_profile=lab), WIDTHS)
    red, green, _ = opened(made.files[96]).getpixel((40, 40))  # type: ignore[misc]
    assert abs(red - 200) < 6
    assert abs(green - 40) < 6
    assert b"ICCP" not in made.files[96]
    renditions(picture("JPEG", icc_profile=b"no profile at all" * 20), WIDTHS)


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


@pytest.mark.parametrize("size", [(50_000, 50_000), (8_000, 7_501)])
def test_a_photo_of_more_than_60_megapixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    dots = chunk(b"IDAT", zlib.compress(bytes(1_000)))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + dots + chunk(b"IEND", b"")
    with pytest.raises(TooLarge, match="more than 60 megapixels"):
        renditions(bomb, WIDTHS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n1 0 obj", "This is a PDF, whatever its name says"),
        (b"\n%PDF-1.4", "This is a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG or WebP photo"),
        (b"", "not a JPEG"),
        (b"GIF89a" + bytes(100), "not a JPEG"),
        (picture("JPEG")[:900], "damaged"),
        (picture("PNG", (319, 900)), "This photo is 319 by 900 dots. It needs 320"),
        (picture("PNG", (320, 961)), "more than three times as long as wide"),
    ],
)
def test_what_is_no_photo_to_compare_with_is_refused_with_its_own_sentence(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        renditions(content, WIDTHS)
