"""Photos kept byte for byte: only where they tell nothing but their picture."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from ledger.domain.errors import Invalid, TooLarge
from ledger.files.bare_photos import check_bare


def jpeg(size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30, "restart_marker_blocks": 4}])
def test_a_bare_photo_is_taken_as_it_is(options: dict[str, Any]) -> None:
    assert check_bare(jpeg(**options)) == "image/jpeg"


def test_a_photo_that_tells_a_place_is_refused() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (45.0, 27.0, 0.0)
    exif[0x010F] = "A maker"
    with pytest.raises(Invalid, match="where or when"):
        check_bare(jpeg(exif=exif))


def test_a_comment_and_a_makers_segment_are_refused() -> None:
    with pytest.raises(Invalid):
        check_bare(jpeg(comment=b"at home"))
    whole = jpeg()
    for marker in (0xE1, 0xE5, 0xED, 0xFE):
        with pytest.raises(Invalid):
            check_bare(whole[:2] + bytes((0xFF, marker, 0, 6)) + b"here" + whole[2:])


def test_something_hidden_behind_the_end_is_refused() -> None:
    with pytest.raises(Invalid):
        check_bare(jpeg() + b"GPS 45.46 N")


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"GIF89a", b"\xff\xd8\xff\xe0\x00\x01"])
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        check_bare(content)


def test_a_photo_cut_short_is_refused() -> None:
    with pytest.raises(Invalid):
        check_bare(jpeg()[:-400])


def test_more_than_sixty_megapixels_are_told_from_the_header_alone() -> None:
    whole = bytearray(jpeg())
    frame = whole.index(b"\xff\xc0")
    whole[frame + 5 : frame + 9] = (9_000).to_bytes(2) + (9_000).to_bytes(2)
    with pytest.raises(TooLarge, match="60 megapixels"):
        check_bare(bytes(whole))


def test_a_png_is_not_taken_as_it_is() -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    with pytest.raises(Invalid):
        check_bare(out.getvalue())
