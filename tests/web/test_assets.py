"""Files kept for ever under their content's name, and text sent compressed to whom it may be."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, Response, session, url_for

from web import assets

SHEET = Path(assets.__file__).parent / "static" / "style.css"
ASKS = {"Accept-Encoding": "br, gzip"}


@pytest.fixture
def app() -> Flask:
    app = Flask("web")
    app.secret_key = "for this test"
    assets.register(app)

    @app.get("/page")
    def page() -> str:
        return "<p>nothing that is secret</p>" * 200

    @app.get("/own")
    def own() -> str:
        session["csrf"] = "secret"
        return "<p>a page with a token</p>" * 200

    @app.get("/short")
    def short() -> str:
        return "<p>short</p>"

    @app.get("/data")
    def data() -> Response:
        return Response(bytes(5_000), mimetype="image/webp")

    @app.get("/where")
    def where() -> str:
        return url_for("static", filename="style.css") + " " + url_for("static", filename="none.css")

    return app


def test_the_address_of_a_file_names_its_content_and_is_kept_for_ever(app: Flask) -> None:
    client = app.test_client()
    named, bare = client.get("/where", buffered=True).text.split()
    assert re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{12}", named)
    assert bare == "/static/none.css"
    assert "immutable" in client.get(named, buffered=True).headers["Cache-Control"]
    for other in ("/static/style.css", "/static/style.css?v=000000000000"):
        assert "immutable" not in client.get(other, buffered=True).headers.get("Cache-Control", "")


def test_text_is_sent_compressed_to_whoever_takes_that(app: Flask) -> None:
    client = app.test_client()
    for path, plain in (("/page", client.get("/page", buffered=True).data), ("/static/style.css", SHEET.read_bytes())):
        packed = client.get(path, headers=ASKS, buffered=True)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert gzip.decompress(packed.data) == plain
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain) / 3
        assert "Content-Encoding" not in client.get(path, buffered=True).headers
        assert (
            "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}, buffered=True).headers
        )


def test_a_page_with_somebodys_secret_is_sent_as_it_is(app: Flask) -> None:
    client = app.test_client()
    assert "Content-Encoding" not in client.get("/own", headers=ASKS, buffered=True).headers
    # From now on the visitor has a session, on every page.
    assert "Content-Encoding" not in client.get("/page", headers=ASKS, buffered=True).headers
    assert "Content-Encoding" in client.get("/static/style.css", headers=ASKS, buffered=True).headers


def test_what_is_short_or_no_text_is_sent_as_it_is(app: Flask) -> None:
    for path in ("/short", "/data"):
        assert "Content-Encoding" not in app.test_client().get(path, headers=ASKS, buffered=True).headers


def test_what_is_kept_already_is_not_sent_again(app: Flask) -> None:
    client = app.test_client()
    first = client.get("/static/style.css", headers=ASKS, buffered=True)
    again = client.get("/static/style.css", headers=ASKS | {"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")
