"""Photos and documents: taken for what their bytes are, without what they tell of their maker."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from ledger.domain.errors import Invalid, TooLarge
from ledger.services.store_evidence import _clean

GPS, MAKE, ORIENTATION, COMMENT = 0x8825, 0x010F, 0x0112, 0x9286


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    image = Image.new(mode, size, 120 if mode in ("L", "P") else None)
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def with_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE] = "SecretCamera"
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)}
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_a_photo_was_taken_stays_behind(kind: str) -> None:
    dirty = picture(kind, exif=with_exif())
    assert b"SecretCamera" in dirty
    media_type, clean = _clean(dirty)
    assert media_type == f"image/{kind.lower()}"
    assert b"SecretCamera" not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert dict(image.getexif()) == {}
        assert image.size == (40, 30)


def test_comments_text_and_profiles_stay_behind() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "SecretName")
    profile = b"SecretProfile" + bytes(200)
    for dirty in (
        picture("JPEG", comment=b"SecretName", icc_profile=profile),
        picture("PNG", pnginfo=info, icc_profile=profile),
        picture("WEBP", icc_profile=profile),
    ):
        assert b"Secret" not in _clean(dirty)[1]


def test_a_photo_is_turned_upright_before_its_orientation_is_forgotten() -> None:
    _, clean = _clean(picture("JPEG", exif=with_exif(orientation=6)))
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (30, 40)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "1"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "RGBA"),
     ("PNG", "I;16"), ("WEBP", "RGBA")],
)  # fmt: skip
def test_every_kind_of_dots_is_taken(kind: str, mode: str) -> None:
    media_type, clean = _clean(picture(kind, mode))
    with Image.open(io.BytesIO(clean)) as image:
        image.load()
        assert image.size == (40, 30)
    assert media_type == f"image/{kind.lower()}"


def test_a_transparent_palette_stays_transparent() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0)
    with Image.open(io.BytesIO(_clean(out.getvalue())[1])) as clean:
        assert clean.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
        assert clean.convert("RGBA").getpixel((1, 0)) == (0, 255, 0, 255)


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


@pytest.mark.parametrize("size", [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (8_000, 7_501)])
def test_a_picture_that_would_unpack_to_too_much_is_refused_by_its_header(size: tuple[int, int]) -> None:
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    dots = chunk(b"IDAT", zlib.compress(bytes(1_000)))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + dots + chunk(b"IEND", b"")
    with pytest.raises((TooLarge, Invalid)):
        _clean(bomb)
    if size[0] == 50_000:
        with pytest.raises(TooLarge, match="60 megapixels"):
            _clean(bomb)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a" + bytes(100),
        b"BM" + bytes(100),
        b"II*\x00" + bytes(100),
        b"\xff\xd8\xff\xe0" + b"<html>" * 20,
        b"\x89PNG\r\n\x1a\n<script>",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"MZ" + bytes(100),
        b" %PDF-1.7",
    ],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(Invalid, match="not a JPEG"):
        _clean(content)


def test_a_gif_or_a_tiff_is_refused_though_the_library_could_read_it() -> None:
    for kind in ("GIF", "TIFF", "BMP", "ICO"):
        with pytest.raises(Invalid):
            _clean(picture(kind))


def test_what_follows_a_picture_stays_behind() -> None:
    _, clean = _clean(picture("PNG") + b"<script>alert(1)</script>")
    assert b"<script>" not in clean


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_photo_is_refused_or_cleaned_but_never_crashes(kind: str) -> None:
    rng = random.Random(7)
    whole = picture(kind, size=(60, 60), exif=with_exif())
    for _ in range(150):
        bent = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            bent[rng.randrange(len(bent))] = rng.randrange(256)
        content = bytes(bent[: rng.randint(8, len(bent))]) if rng.random() < 0.4 else bytes(bent)
        try:
            _, clean = _clean(content)
        except (Invalid, TooLarge):
            continue
        with Image.open(io.BytesIO(clean)) as image:
            image.load()


# Documents

PLAIN = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"


def packed(objects: bytes, description: bytes = b"/Type/ObjStm") -> bytes:
    body = zlib.compress(objects)
    return PLAIN + b"\n7 0 obj<<" + description + b"/Filter/FlateDecode>>stream\n" + body + b"\nendstream endobj"


def test_a_plain_document_is_taken_as_it_is() -> None:
    assert _clean(PLAIN) == ("application/pdf", PLAIN)
    text = packed(b"<</Type/Page/Annots[]>>")
    assert _clean(text)[1] == text


@pytest.mark.parametrize(
    "name",
    [b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/OpenAction", b"/RichMedia", b"/SubmitForm"],
)
def test_a_document_that_acts_or_carries_another_is_refused(name: bytes) -> None:
    escaped = b"/" + b"#%02x" % name[1] + name[2:]
    for acting in (b"<<" + name + b" 3 0 R>>", b"<<" + escaped + b"(app.alert(1))>>", b"[" + name + b"]"):
        with pytest.raises(Invalid, match="plain PDF"):
            _clean(PLAIN + acting)
        with pytest.raises(Invalid, match="plain PDF"):
            _clean(packed(b"3 0 " + acting))
        with pytest.raises(Invalid, match="plain PDF"):
            _clean(packed(acting, b"/Type/#4fbjStm"))


def test_a_document_that_cannot_be_looked_through_is_refused() -> None:
    with pytest.raises(Invalid, match="plain PDF"):
        _clean(PLAIN + b"<</Encrypt 5 0 R>>")
    with pytest.raises(Invalid, match="plain PDF"):
        _clean(PLAIN + b"\n7 0 obj<</Type/ObjStm>>stream\nnot packed as it says\nendstream")
    with pytest.raises(Invalid, match="plain PDF"):
        _clean(packed(bytes(70 * 1024 * 1024)))


def test_the_bytes_of_a_photo_in_a_document_are_no_script() -> None:
    noise = random.Random(1).randbytes(2_000_000).replace(b"stream", b"str3am")
    document = PLAIN + b"\n7 0 obj<</Subtype/Image>>stream\n" + noise + b"/JS /AA \nendstream"
    assert _clean(document)[0] == "application/pdf"
