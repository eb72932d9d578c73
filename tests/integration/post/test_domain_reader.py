"""Domains are looked at through a name server and a site of the test's own: what cannot be read is never a no."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import dns.message
import dns.rcode
import dns.rrset
import pytest

from ledger.domain.joining import did_document, proven_by_did, proven_by_txt, txt_value
from ledger.domain.web_addresses import Ip
from ledger.outward.domain_reader import PublicDomainReader

TOKEN = "ab" * 16
DOMAIN = "maison.example"


@contextmanager
def name_server(records: Sequence[str] | None) -> Iterator[str]:
    """A name server that has these TXT records, or knows no such domain."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, channel = self.request
            asked = dns.message.from_wire(data)
            answer = dns.message.make_response(asked)
            if records is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif records:
                quoted = [json.dumps(one) for one in records]
                answer.answer.append(dns.rrset.from_text(asked.question[0].name, 60, "IN", "TXT", *quoted))
            channel.sendto(answer.to_wire(), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1#{server.server_address[1]}"
        server.shutdown()
        thread.join()


@contextmanager
def site(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A site that answers every request so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def private(_name: str) -> Sequence[Ip]:
    return [ip_address("10.0.0.1")]


def test_a_txt_record_is_read() -> None:
    with name_server(["v=spf1 -all", txt_value(TOKEN)]) as server:
        looked = PublicDomainReader(server, resolve=private).look(DOMAIN)
    assert proven_by_txt(TOKEN, looked.txt)
    assert looked.txt_problem is None


def test_a_domain_that_nobody_knows_is_said_so() -> None:
    with name_server(None) as server:
        looked = PublicDomainReader(server, resolve=private).look(DOMAIN)
    assert looked.txt == []
    assert "no such domain" in (looked.txt_problem or "")


def test_no_records_is_no_problem_of_reading() -> None:
    with name_server([]) as server:
        assert PublicDomainReader(server, resolve=private).look(DOMAIN).txt_problem is None


def test_a_did_file_is_read() -> None:
    body = json.dumps(did_document(TOKEN, DOMAIN)).encode()
    with name_server([]) as server, site(200, body) as where:
        looked = PublicDomainReader(server, site=where).look(DOMAIN)
    assert proven_by_did(TOKEN, DOMAIN, looked.did)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b"{}"), (302, b"{}"), (200, b"{" * 70_000), (200, b"[" * 50_000), (200, b"\xff not json")],
)
def test_what_is_no_did_file_proves_nothing_and_says_so(status: int, body: bytes) -> None:
    with name_server([]) as server, site(status, body, Location="http://127.0.0.1:1/") as where:
        looked = PublicDomainReader(server, site=where).look(DOMAIN)
    assert looked.did is None
    assert looked.did_problem


def test_a_domain_that_leads_into_a_private_network_is_not_fetched() -> None:
    with name_server([]) as server:
        looked = PublicDomainReader(server, resolve=private).look(DOMAIN)
    assert looked.did is None
