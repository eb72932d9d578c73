"""The signing page's host: its own files with its own headers, and nothing of the site; and the other way round."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from werkzeug.test import Client

from ledger.domain.errors import Invalid
from ledger.domain.statements import Domain
from ledger.settings import Settings, read_settings
from tests.vectors.sign import DOMAIN
from web.sign_host import FOLDER, HASHES, published_hashes, sign_host

SIGN = {"Host": "sign.localhost:8000"}


def client(domain: Domain | None = DOMAIN, **settings: Any) -> Client:
    def site(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"the site"]

    return Client(sign_host(site, Settings(**settings), lambda: domain))


@pytest.mark.parametrize("host", ["sign.localhost:8000", "SIGN.localhost", "sign.localhost.:8000"])
def test_the_page_answers_on_its_own_host(host: str) -> None:
    answer = client().get("/", headers={"Host": host})
    assert answer.status_code == 200
    assert b"main.js" in answer.data


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "sign.localhost.evil.example", "evil.example", "sign.localhost@evil.example", "[", "[::1]:1"],
)
def test_every_other_host_is_the_sites(host: str) -> None:
    for path in ("/", "/main.js", "/config.js", HASHES):
        assert client().get(path, headers={"Host": host}).data == b"the site"


@pytest.mark.parametrize("path", ["/console", "/static/style.css", "/../safety.py", "/words/", "/%2e%2e/safety.py"])
def test_nothing_of_the_site_answers_there(path: str) -> None:
    answer = client().get(path, headers=SIGN)
    assert answer.status_code == 404
    assert answer.data == b"There is only the signing page here.\n"


@pytest.mark.parametrize("path", ["/", "/main.js", "/style.css", "/mark.svg", "/config.js", HASHES, "/missing"])
def test_every_answer_carries_the_strict_headers(path: str) -> None:
    headers = client().get(path, headers=SIGN).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; "
        "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
    )
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


def test_only_reading_is_possible() -> None:
    assert client().post("/", headers=SIGN).status_code == 405
    assert client().head("/", headers=SIGN).status_code == 200


def test_the_configuration_names_the_site_the_contract_and_the_host_of_the_passkeys() -> None:
    answer = client(public_url="https://v.maison.example/id").get(
        "/config.js", headers={"Host": "sign.v.maison.example"}
    )
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    assert json.loads(text.removeprefix("export default ").rstrip().rstrip(";")) == {
        "origins": ["https://v.maison.example/id"],
        "domain": {
            "name": "Touchmark",
            "version": "1",
            "chainId": DOMAIN.chain_id,
            "verifyingContract": DOMAIN.contract,
        },
        "rpId": "sign.v.maison.example",
        "rpName": "Touchmark",
    }


def test_before_the_contract_is_deployed_the_configuration_has_none() -> None:
    assert '"domain": null' in client(None).get("/config.js", headers=SIGN).get_data(as_text=True)


def test_the_published_hashes_are_those_of_the_files_that_are_served() -> None:
    published = client().get(HASHES, headers=SIGN).get_json()
    assert published == published_hashes()
    on_disk = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert set(published["files"]) == on_disk
    lines = ""
    for path, sha256 in sorted(published["files"].items()):
        served = client().get(f"/{path}", headers=SIGN).data
        assert hashlib.sha256(served).hexdigest() == sha256, path
        lines += f"{sha256}  {path}\n"
    assert hashlib.sha256(lines.encode()).hexdigest() == published["all"]


def test_a_file_that_did_not_change_is_not_sent_again() -> None:
    first = client().get("/main.js", headers=SIGN)
    again = client().get("/main.js", headers=SIGN | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "Content-Security-Policy" in again.headers


def test_no_file_asks_for_anything_of_another_host() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".js", ".css", ".html") and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text, path
            assert "https://" not in text, path


@pytest.mark.parametrize(
    ("public", "sign"),
    [
        ("http://localhost:8000", "http://sign.localhost:8000"),
        ("https://v.maison.example", "https://sign.v.maison.example"),
        ("https://v.maison.example:8443/id", "https://sign.v.maison.example:8443"),
        ("http://127.0.0.1:81", "http://sign.localhost:81"),
        ("http://[::1]:81", "http://sign.localhost:81"),
    ],
)
def test_the_page_is_at_sign_before_the_public_host_where_nothing_is_set(public: str, sign: str) -> None:
    assert Settings(public_url=public).sign_origin == sign


@pytest.mark.parametrize(
    ("sign", "sentence"),
    [
        ("ftp://sign.example", "must be http:// or https:// and a host"),
        ("https://sign.example/page", "without a path"),
        ("https://v.maison.example", "needs a host of its own"),
        ("https://maison.example/", "needs a host of its own"),
    ],
)
def test_a_host_whose_passkeys_the_site_could_use_itself_is_refused(sign: str, sentence: str) -> None:
    with pytest.raises(Invalid, match="TOUCHMARK_SIGN_URL") as refused:
        read_settings(public_url="https://v.maison.example", sign_url=sign)
    assert sentence in refused.value.detail
