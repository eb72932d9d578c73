"""Posting to receivers that mean harm: bounded in time and size, and never to where nothing may be sent."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dns.resolver import NXDOMAIN

from ledger.domain.web_addresses import Ip
from ledger.domain.webhooks import EXCERPT, Problem
from ledger.outward.courier import HttpCourier
from tests.integration.post.receivers import Receiver, receiving, status

HEADERS = {"content-type": "application/json", "webhook-id": "msg_1"}
PATIENCE = 1.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def courier() -> HttpCourier:
    return HttpCourier(private=True, seconds=PATIENCE)


def answering(*addresses: str) -> object:
    async def resolve(_name: str) -> Sequence[Ip]:
        return [ip_address(one) for one in addresses]

    return resolve


def test_a_message_arrives_as_it_is(receiver: Receiver, courier: HttpCourier) -> None:
    reply = courier.post(receiver.url, HEADERS, '{"é":1}')
    assert (reply.status, reply.problem, reply.response) == (200, None, "ok")
    [got] = receiver.got
    assert got.line == "POST /hooks HTTP/1.1"
    assert got.body == '{"é":1}'.encode()
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["user-agent"].startswith("Touchmark-Webhooks/")
    assert "cookie" not in got.headers


def test_one_that_never_answers_is_left_after_the_time(receiver: Receiver, courier: HttpCourier) -> None:
    left, at_the_end = threading.Event(), []
    receiver.answer, receiver.then = b"", lambda _: at_the_end.append(left.wait(60))
    reply = courier.post(receiver.url, HEADERS, "{}")
    left.set()
    assert (reply.status, reply.problem) == (None, Problem.TIMEOUT)
    assert at_the_end in ([], [True]), "it was left while it still held its answer back"


def test_one_that_drips_is_left_after_the_time_too(receiver: Receiver, courier: HttpCourier) -> None:
    to_the_end: list[bool] = []

    def drip(connection: socket.socket) -> None:
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.1)
        to_the_end.append(True)

    receiver.answer, receiver.then = b"HTTP/1.1 200 OK\r\nX-Long: ", drip
    assert courier.post(receiver.url, HEADERS, "{}").problem is Problem.TIMEOUT
    assert not to_the_end


def test_an_endless_body_is_cut_and_its_status_counts(receiver: Receiver, courier: HttpCourier) -> None:
    to_the_end: list[bool] = []

    def pour(connection: socket.socket) -> None:
        for _ in range(2_000):
            connection.sendall(b"y" * 65_536)
        to_the_end.append(True)

    receiver.answer, receiver.then = b"HTTP/1.1 200 OK\r\n\r\n", pour
    reply = courier.post(receiver.url, HEADERS, "{}")
    assert (reply.status, reply.response) == (200, "y" * EXCERPT)
    assert not to_the_end


def test_a_body_that_never_ends_does_not_undo_its_status(receiver: Receiver, courier: HttpCourier) -> None:
    receiver.answer = b"HTTP/1.1 204 OK\r\nContent-Length: 10\r\n\r\n"
    receiver.then = lambda _: time.sleep(PATIENCE + 1)
    assert courier.post(receiver.url, HEADERS, "{}").status == 204
    receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    reply = courier.post(receiver.url, HEADERS, "{}")
    assert (reply.status, reply.response) == (200, "half")


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver, courier: HttpCourier) -> None:
    with receiving() as inside:
        receiver.answer = status(307, "", f"Location: http://127.0.0.1:{inside.port}/secret")
        assert courier.post(receiver.url, HEADERS, "{}").status == 307
        assert inside.connections == 0


@pytest.mark.parametrize("url", ["https://127.0.0.1:{}/", "http://127.0.0.1:{}/", "https://localhost:{}/"])
def test_nothing_goes_to_this_machine_unless_that_is_allowed(receiver: Receiver, url: str) -> None:
    reply = HttpCourier(seconds=PATIENCE).post(url.format(receiver.port), HEADERS, "{}")
    assert reply.problem is Problem.FORBIDDEN_ADDRESS
    assert receiver.connections == 0


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_public_name_that_leads_inside_is_refused(receiver: Receiver, found: list[str]) -> None:
    courier = HttpCourier(seconds=PATIENCE, resolve=answering(*found))  # type: ignore[arg-type]
    reply = courier.post(f"https://hooks.example:{receiver.port}/", HEADERS, "{}")
    assert reply.problem is Problem.FORBIDDEN_ADDRESS
    assert receiver.connections == 0


def test_a_name_that_changes_its_answer_gains_nothing(receiver: Receiver) -> None:
    asked: list[str] = []

    async def rebinding(name: str) -> Sequence[Ip]:
        asked.append(name)
        return [ip_address("127.0.0.9" if len(asked) == 1 else "127.0.0.1")]

    courier = HttpCourier(private=True, seconds=PATIENCE, resolve=rebinding)
    assert courier.post(f"http://a.localhost:{receiver.port}/", HEADERS, "{}").problem is Problem.NO_CONNECTION
    assert asked == ["a.localhost"]
    assert receiver.connections == 0


def test_a_name_that_nobody_knows_is_said_so() -> None:
    async def unknown(_name: str) -> Sequence[Ip]:
        raise NXDOMAIN

    reply = HttpCourier(resolve=unknown).post("https://nowhere.example/", HEADERS, "{}")
    assert reply.problem is Problem.NO_ADDRESS


def test_name_servers_that_hang_are_left_after_the_time() -> None:
    async def hanging(_name: str) -> Sequence[Ip]:
        await asyncio.sleep(30)
        return []

    assert (
        HttpCourier(seconds=0.2, resolve=hanging).post("https://h.example/", HEADERS, "{}").problem is Problem.TIMEOUT
    )


def test_nobody_listening_is_said_so(courier: HttpCourier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert courier.post(f"http://127.0.0.1:{port}/", HEADERS, "{}").problem is Problem.NO_CONNECTION


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\0" * 300, b"HTTP/1.1 999999 OK\r\n\r\n", b""])
def test_an_answer_that_is_not_http_is_said_so(receiver: Receiver, courier: HttpCourier, answer: bytes) -> None:
    receiver.answer = answer
    assert courier.post(receiver.url, HEADERS, "{}").problem in (Problem.NO_SENSE, Problem.NO_CONNECTION)


def test_what_is_kept_of_an_answer_can_be_kept(receiver: Receiver, courier: HttpCourier) -> None:
    receiver.answer = b"HTTP/1.1 500 X\r\nContent-Length: 6\r\n\r\na\0\xff\xfeb\x1b"
    assert courier.post(receiver.url, HEADERS, "{}").response == "a\ufffd\ufffd\ufffdb\x1b"


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_certificate_is_the_names_although_the_connection_goes_to_its_address(tmp_path: Path) -> None:
    file = certificate(tmp_path, "hooks.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    asked_for: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    trust = ssl.create_default_context(cafile=str(file))
    at_home = answering("127.0.0.1")
    with receiving(lambda plain: serving.wrap_socket(plain, server_side=True)) as receiver:
        url = f"https://hooks.example:{receiver.port}/in?x=1"
        good = HttpCourier(private=True, resolve=at_home, trust=trust)  # type: ignore[arg-type]
        assert good.post(url, HEADERS, "{}").status == 200
        assert asked_for == ["hooks.example"]
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
        assert receiver.got[0].line == "POST /in?x=1 HTTP/1.1"
        other = good.post(url.replace("hooks.", "other."), HEADERS, "{}")
        strict = HttpCourier(private=True, resolve=at_home).post(url, HEADERS, "{}")  # type: ignore[arg-type]
        assert other.problem is strict.problem is Problem.NO_TRUST
        assert len(receiver.got) == 1


def test_the_next_address_of_a_name_is_tried_where_the_first_is_away(receiver: Receiver) -> None:
    courier = HttpCourier(private=True, resolve=answering("127.0.0.9", "127.0.0.1"))  # type: ignore[arg-type]
    assert courier.post(f"http://a.localhost:{receiver.port}/", HEADERS, "{}").status == 200


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, courier: HttpCourier, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert courier.post(receiver.url, HEADERS, "{}").status == 200
        assert proxy.connections == 0
