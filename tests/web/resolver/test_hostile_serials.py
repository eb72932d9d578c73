"""Serials with every character of GS1 set 82 come through addresses, servers and compressed links as they are."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from ledger.domain.characters import GS1_82
from ledger.domain.identity import path
from tests.support.epc_tag import tagged
from tests.web.resolver.conftest import HOSTILE, PLACES
from tests.web.stage import GTIN, Stage

JSON = {"Accept": "application/json"}
LINKSET = {"Accept": "application/linkset+json"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("character", sorted(GS1_82))
def test_every_character_in_every_place_is_answered_as_it_is(client: FlaskClient, character: str, place: str) -> None:
    serial = place.format(character)
    answer = client.get(path(GTIN, serial), headers=JSON)
    assert (answer.status_code, answer.json["serial"]) == (200, serial)
    linkset = client.get(path(GTIN, serial), headers=LINKSET)
    assert json.loads(linkset.data)["linkset"][0]["anchor"].endswith(path(GTIN, serial))


@pytest.mark.parametrize("serial", ["//", "%2F", "%252F", "a/b", "21", "a&b"])
def test_a_link_leads_back_to_the_same_serial(client: FlaskClient, serial: str) -> None:
    there = client.get(path(GTIN, serial) + "?linkType=gs1:pip")
    back = client.get(there.headers["Location"].removeprefix("http://localhost:8000"))
    assert back.headers["Location"] == path(GTIN, serial)


@pytest.mark.parametrize("serial", ["PLAIN", "//", "%2F", "a?b=c", "x%y", "x/y"])
def test_a_compressed_link_is_answered_as_what_it_stands_for(client: FlaskClient, serial: str) -> None:
    answer = client.get("/" + tagged(serial), headers=JSON)
    assert (answer.status_code, answer.json["serial"]) == (200, serial)
    same = f'<http://localhost:8000{path(GTIN, serial)}>; rel="owl:sameAs"; title="Uncompressed"'
    assert same in answer.headers.getlist("Link")
    linkset = client.get(f"/{tagged(serial)}?linkType=linkset")
    assert json.loads(linkset.data) == json.loads(client.get(path(GTIN, serial), headers=LINKSET).data)
    assert client.get(f"/{tagged(serial)}?linkType=gs1:pip&x=1").headers["Location"].endswith("?linkType=gs1:pip&x=1")


def test_a_compressed_link_that_is_damaged_or_of_something_else_says_so(client: FlaskClient) -> None:
    damaged = client.get("/" + tagged("PLAIN", "09521234543214"), headers=JSON)
    assert damaged.status_code == 400
    assert "check digit" in json.loads(damaged.data)["detail"]
    assert client.get("/eh3174257bf7194e4000001a85", headers=JSON).status_code == 404
    assert client.get("/eh" + "3" * 600).status_code == 400
    assert client.get("/example-of-nothing").status_code == 404
    assert client.get("/eh" + tagged("PLAIN")[2:].replace("f", "%66")).headers["Location"] == path(GTIN, "PLAIN")


@pytest.fixture(scope="module")
def gunicorn(stage: Stage) -> Iterator[int]:
    """The port of the server that runs in production, over the stage's data."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "web:create_app()"]
    environment = {
        **os.environ,
        "TOUCHMARK_DATA": str(stage.settings.data),
        "TOUCHMARK_NODE_URL": stage.settings.node_url,
    }
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 60
            while True:
                assert running.poll() is None
                assert time.monotonic() < deadline
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            running.terminate()
            running.wait(20)


def test_they_come_through_the_server_of_production_too(gunicorn: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gunicorn, timeout=30)
    for serial in (*sorted(GS1_82 - {"."}), *HOSTILE):
        connection.request("GET", path(GTIN, serial), headers=JSON)
        assert json.loads(connection.getresponse().read())["serial"] == serial
    connection.request("GET", path(GTIN, "a/b") + "?linkType=linkset")
    answer = connection.getresponse()
    assert json.loads(answer.read())["linkset"][0]["anchor"].endswith("/21/a%2Fb")
    connection.request("HEAD", path(GTIN, "%2F"))
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    assert "/21/%252F?linkType=linkset>" in (answer.headers["Link"] or "")
    connection.request("GET", "/" + tagged("a/b"), headers=JSON)
    assert json.loads(connection.getresponse().read())["serial"] == "a/b"
    connection.close()
