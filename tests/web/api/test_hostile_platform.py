"""A platform that means no good: photos that are none, lines that are none, and another platform's listings."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from typing import Any, Final

import pytest
from flask import Flask
from PIL import Image

from ledger.domain.organisations import Role
from ledger.services.desk.screen_look import look_at_next
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking, registered
from tests.web.api.test_listings import listing, screened, sent_photo
from tests.web.api.test_listings import photo as drawn
from tests.web.stage import Stage


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in ((b"IHDR", head), *chunks, (b"IEND", b"")))


def saved(image: Image.Image, form: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


NOISE: Final = Image.effect_noise((120, 120), 60).convert("RGB")
TURNED: Final = {"save_all": True, "append_images": [NOISE.rotate(90)] * 3}
DOTS: Final = (b"IDAT", zlib.compress(b"\0" * 310))
ZEROS: Final = zlib.compress(bytes(20_000_000))
JPEG: Final = saved(NOISE, "JPEG")
PHOTOS: Final[dict[str, tuple[bytes, int]]] = {
    "dimensions that nobody has room for": (png(60_000, 60_000, (b"IDAT", zlib.compress(b"\0" * 1_000))), 413),
    "a WebP that says the same": (b"RIFF\x1e\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0" + b"\xff" * 6, 413),
    "far more dots than its size": (png(100, 100, (b"IDAT", ZEROS)), 201),
    "a text that unfolds to megabytes": (png(10, 10, (b"iTXt", b"a\0\1\0\0\0" + ZEROS), DOTS), 422),
    "a profile that unfolds to megabytes": (png(10, 10, (b"iCCP", b"a\0\0" + ZEROS), DOTS), 422),
    "one dot wide": (saved(Image.new("L", (1, 60_000)), "PNG"), 201),
    "one dot high": (saved(Image.new("RGB", (60_000, 1)), "JPEG"), 201),
    "one dot": (saved(Image.new("RGB", (1, 1)), "PNG"), 201),
    "inks": (saved(NOISE.convert("CMYK"), "JPEG"), 201),
    "sixteen bits": (saved(NOISE.convert("L").convert("I;16"), "PNG"), 201),
    "a palette": (saved(NOISE.convert("P"), "PNG", transparency=3), 201),
    "a moving PNG": (saved(NOISE, "PNG", **TURNED), 201),
    "a moving WebP": (saved(NOISE, "WEBP", **TURNED), 201),
    "a moving GIF": (saved(NOISE, "GIF", **TURNED), 422),
    "drawn lines with a script": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 422),
    "a page behind a photo": (JPEG + b"<script>alert(1)</script>", 201),
    "an archive behind a photo": (JPEG + b"PK\x03\x04" + bytes(300), 201),
    "a document before a photo": (b"%PDF-1.4\n" + JPEG, 422),
    "half a photo": (JPEG[: len(JPEG) // 2], 422),
    "nothing": (b"", 422),
}


@pytest.mark.parametrize("what", PHOTOS)
def test_a_photo_is_written_anew_or_refused_in_a_sentence(stage: Stage, platform: Asking, what: str) -> None:
    content, status = PHOTOS[what]
    response = platform.ask("POST", "/v1/listings/photos", data=content, content_type="image/png")
    told = response.get_json(force=True)
    assert response.status_code == status, told
    if status != 201:
        assert re.search(r"[a-z]\. [A-Z].*\.$", told["detail"]), told
        return
    kept = stage.ledger.files.read("listing-photos", told["sha256"])
    assert not any(word in kept for word in (b"<script", b"PK\x03\x04"))
    with Image.open(io.BytesIO(kept)) as image:
        assert getattr(image, "n_frames", 1) == 1
    screened(platform, listing(photos=[told["sha256"]]))
    while look_at_next(stage.ledger):
        pass


GARBAGE: Final = (
    *(b"\xff\xfe\x00\x00", b"[" * 5_000, b'{"a":' * 3_000, b"null", b"\x00", b'{"code": NaN}', b'{"gtin": 1e400}'),
    *(b'{"gtin": ' + b"9" * 5_000 + b', "serial": "x"}', b'{"code": "\xed\xa0\x80"}', b'{"code": "\\ud800"}'),
    *(b'{"code": "a"} {"code": "b"}', b'{"\\ud800": 1, "code": "a"}', b'{"code": "\\u0000"}', b'{"code": true}'),
)


def test_garbage_between_lines_is_answered_in_its_place(platform: Asking) -> None:
    lines = [one for bad in GARBAGE for one in (bad, b'{"code": "7K3M9QX2TP4W"}')] * 20
    asked = {"data": b"\n".join(lines), "headers": {"Content-Type": "application/x-ndjson"}}
    found = [json.loads(one) for one in platform.ask("POST", "/v1/checks", **asked).data.splitlines()]
    assert [one["line"] for one in found] == list(range(1, len(lines) + 1))
    assert [one["verdict"] == "bad_line" for one in found] == [True, False] * (len(lines) // 2)


def test_a_platform_reads_and_changes_nothing_of_another(
    stage: Stage, app: Flask, platform: Asking, brand: Asking
) -> None:
    add_organisation(stage.ledger, slug="flohmarkt", name="Flohmarkt", role=Role.PLATFORM, domain="flohmarkt.example")
    other = Asking(app, stage.key("flohmarkt"))
    [item] = registered(stage, brand, 1)
    one = listing(codes=[item["page"]], photos=[sent_photo(platform, drawn(71))], seller={"ref": "s-quiet"})
    [answer] = screened(platform, one)
    watch = platform.post("/v1/watches", {"items": [{"code": item["page"], "ref": "mine"}]}, 201)["items"][0]["id"]
    facts = {"kind": "trader", "country": "FR", "since": "2020-01-31", "registered": True, "facts": {}}
    platform.ask("PUT", "/v1/sellers/s-quiet", json=facts)
    challenge = f"/v1/listings/{one['ref']}/challenge"
    platform.post(challenge, status=201)
    tries: list[tuple[str, str, Any]] = [
        *(("GET", f"/v1/listings/{name}", None) for name in (one["ref"], answer["id"])),
        ("DELETE", f"/v1/listings/{one['ref']}", None),
        ("GET", challenge, None),
        ("POST", challenge, {}),
        ("POST", f"{challenge}/photo", {"photo": one["photos"][0]}),
        ("POST", f"{challenge}/decision", {"accepted": True}),
        ("DELETE", f"/v1/watches/{watch}", None),
        ("GET", "/v1/sellers/s-quiet", None),
        ("DELETE", "/v1/sellers/s-quiet", None),
    ]
    for method, path, body in tries:
        response = other.ask(method, path, **({} if body is None else {"json": body}))
        assert response.status_code == 404, (method, path, response.get_data(as_text=True))
    for path in ("/v1/listings", "/v1/watches", "/v1/sellers", "/v1/held-sellers"):
        assert other.get(path)["items"] == []
        brand.ask("GET", path)
    assert other.post("/v1/listings/replay", {})["decisions"] == 0
    brand.get("/v1/listings", 403)
    # That somebody else lists the same item is told, and nothing of who or where.
    [told] = screened(other, listing(codes=[item["page"]], photos=one["photos"]))
    assert not any(word in json.dumps(told) for word in (one["ref"], answer["id"], "s-quiet", "bazar"))
    assert platform.get(f"/v1/listings/{one['ref']}")["status"] == "live"
    assert platform.get(challenge)["state"] == "waiting"
    assert platform.get("/v1/sellers/s-quiet")["ref"] == "s-quiet"
