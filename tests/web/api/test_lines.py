"""The catalogue over the API: each brand its own models, photos that are photos, and nothing half-done."""

from __future__ import annotations

import io
import secrets
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from ledger.domain.gtins import check_digit
from ledger.domain.lines import MOST_PHOTOS
from ledger.services.keep_line import PHOTOS
from tests.web.api.asking import Asking
from tests.web.stage import Stage


def new_gtin() -> str:
    """A GTIN of the first brand that no other test has."""
    digits = f"0952123{secrets.randbelow(10**6):06}"
    return digits + check_digit(digits)


def photo(shade: int = 90, size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, secrets.randbelow(256), secrets.randbelow(256))).save(out, "JPEG")
    return out.getvalue()


def put(asking: Asking, gtin: str, body: Any, status: int = 200) -> Any:
    return asking._json(asking.ask("PUT", f"/v1/lines/{gtin}", json=body), status)


def send(asking: Asking, gtin: str, content: bytes, status: int = 201, query: str = "") -> Any:
    sent = asking.ask("POST", f"/v1/lines/{gtin}/photos{query}", data=content, content_type="image/jpeg")
    return asking._json(sent, status)


@pytest.fixture
def line(brand: Asking) -> str:
    gtin = new_gtin()
    put(brand, gtin, {"name": "Sac Lune 25", "words": {"en": {"looks": ["Nine stitches to the inch"]}}, "note": "ours"})
    return gtin


def test_a_line_is_kept_whole_and_read_back(brand: Asking, line: str) -> None:
    put(brand, line, {"name": "Sac Lune 26", "words": {"fr": {"care": "Chiffon doux."}}, "retired": True})
    found = brand.get(f"/v1/lines/{line}")
    assert (found["name"], found["retired"], found["note"], found["version"]) == ("Sac Lune 26", True, "", 2)
    assert list(found["words"]) == ["fr"]
    assert line in [one["gtin"] for one in brand.get("/v1/lines?limit=200")["items"]]


def test_nobody_overwrites_what_they_have_not_seen(brand: Asking, line: str) -> None:
    put(brand, line, {"name": "Second", "version": 1})
    put(brand, line, {"name": "Lost", "version": 1}, 409)
    put(brand, line, {"name": "Lost", "version": 0}, 409)
    assert brand.get(f"/v1/lines/{line}")["name"] == "Second"


def test_a_gtin_of_another_brand_or_of_nobody_cannot_be_described(brand: Asking, rival: Asking, line: str) -> None:
    assert "952199" in put(rival, line, {"name": "Mine now"}, 403)["detail"]
    put(brand, "04006381333931", {"name": "Nobody's"}, 403)
    rival.get(f"/v1/lines/{line}", 404)
    send(rival, line, photo(), 403)
    for method, path in (("DELETE", "a" * 64), ("POST", "a" * 64 + "/restore")):
        assert rival.ask(method, f"/v1/lines/{line}/photos/{path}").status_code == 403


def test_who_is_no_brand_has_no_catalogue(inspector: Asking, line: str) -> None:
    put(inspector, line, {"name": "X"}, 403)
    inspector.get("/v1/lines", 403)


def test_a_wrong_check_digit_is_refused(brand: Asking) -> None:
    assert "check digit" in put(brand, "09521234543214", {"name": "X"}, 422)["detail"]


def test_a_photo_is_shown_from_our_host_for_ever_in_three_widths(brand: Asking, anyone: Asking, line: str) -> None:
    kept = send(brand, line, photo(), query="?caption=From%20the%20front&colourway=noir")
    assert (kept["captions"], kept["colourway"]) == ({"en": "From the front"}, "noir")
    for width in (96, 320, 960):
        shown = anyone.ask("GET", f"/photos/{kept['sha256']}/{width}")
        assert (shown.status_code, shown.mimetype) == (200, "image/webp")
        assert "immutable" in shown.headers["Cache-Control"]
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert Image.open(io.BytesIO(shown.data)).width == min(width, 640)
    for path in (f"{kept['sha256']}/97", f"{'0' * 64}/96", "../../etc/passwd/96"):
        assert anyone.ask("GET", f"/photos/{path}").status_code == 404


def test_the_same_photo_is_kept_once(brand: Asking, line: str) -> None:
    content = photo()
    first = send(brand, line, content)
    assert send(brand, line, content) == first
    assert len(brand.get(f"/v1/lines/{line}")["photos"]) == 1


def test_photos_are_put_in_order_and_described(brand: Asking, line: str) -> None:
    names = [send(brand, line, photo(shade))["sha256"] for shade in (10, 100, 200)]
    found = brand._json(
        brand.ask("PUT", f"/v1/lines/{line}/photos", json={"order": [names[2], names[0], names[1]]}), 200
    )
    assert [one["sha256"] for one in found["photos"]] == [names[2], names[0], names[1]]
    for wrong in (names[:2], [*names, names[0]], ["0" * 64, *names[:2]]):
        assert brand.ask("PUT", f"/v1/lines/{line}/photos", json={"order": wrong}).status_code == 422
    told = {"captions": {"fr": "De dos"}, "colourway": "ivoire"}
    assert brand.ask("PUT", f"/v1/lines/{line}/photos/{names[0]}", json=told).status_code == 200
    assert brand.get(f"/v1/lines/{line}")["photos"][1]["captions"] == {"fr": "De dos"}


def test_a_removed_photo_comes_back_where_it_was_for_a_day(
    stage: Stage, brand: Asking, anyone: Asking, line: str
) -> None:
    names = [send(brand, line, photo(shade))["sha256"] for shade in (10, 100)]
    at = f"/v1/lines/{line}/photos/{names[0]}"
    assert brand.ask("DELETE", at).status_code == 200
    assert brand.ask("DELETE", at).status_code == 404
    assert anyone.ask("GET", f"/photos/{names[0]}/96").status_code == 404
    brand.post(at + "/restore")
    assert [one["sha256"] for one in brand.get(f"/v1/lines/{line}")["photos"]] == names
    assert anyone.ask("GET", f"/photos/{names[0]}/96").status_code == 200
    brand.ask("DELETE", at)
    with stage.ledger.store.write() as tx:
        gone = tx.lines.photo(line, names[0])
        assert gone is not None
        tx.lines.keep_photo(line, replace(gone, removed_at=stage.ledger.now() - 2 * 24 * 3600))
    send(brand, line, photo(222))
    brand.post(at + "/restore", status=404)
    assert not stage.ledger.files.has(PHOTOS, f"{names[0]}.96")


def test_a_line_has_a_dozen_photos_at_most(brand: Asking, line: str) -> None:
    for _ in range(MOST_PHOTOS):
        send(brand, line, photo())
    assert "Remove one first" in send(brand, line, photo(), 409)["detail"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"%PDF-1.7", 422, "This is a PDF"),
        (b"<html>", 422, "not a JPEG"),
        (photo(size=(100, 100)), 422, "It needs 320"),
        (bytes(16 * 1024 * 1024), 413, "larger"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    brand: Asking, line: str, content: bytes, status: int, said: str
) -> None:
    refused = brand.ask("POST", f"/v1/lines/{line}/photos", data=content, content_type="image/jpeg")
    assert refused.status_code == status
    assert said in refused.get_json(force=True)["detail"]
    assert brand.get(f"/v1/lines/{line}")["photos"] == []


def test_a_line_that_is_not_there_takes_no_photo(brand: Asking) -> None:
    send(brand, new_gtin(), photo(), 404)
