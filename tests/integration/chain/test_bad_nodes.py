"""A node that is down, slow, or talks nonsense is *unavailable*, in time, and never reads as an answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from ledger.chain.client import ChainClient
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import AnswerTooLarge, Rpc, RpcRefused
from ledger.domain.errors import Invalid, Unavailable

ROOT = Path(__file__).parents[3]

Answer = Callable[[BaseHTTPRequestHandler, object], None]


@contextmanager
def a_node_that(answer: Answer) -> Iterator[str]:
    """A server on 127.0.0.1 that treats every request as `answer` says; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer(self, asked)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(content: bytes | str | dict[str, object], status: int = 200) -> Answer:
    body = json.dumps(content).encode() if isinstance(content, dict) else content
    body = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler, _: object) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def is_stopped(pid: int) -> bool:
    """Whether every thread is: the signal takes a moment to reach the one that would answer."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(each.read_text().rpartition(")")[2].split()[0] == "T" for each in threads)


def test_a_stopped_node_is_unavailable_within_the_timeout(node: LocalNode) -> None:
    assert node.pid is not None
    with Rpc(node.url, timeout=0.5) as rpc:
        assert rpc.chain_id() == node.chain_id
        os.kill(node.pid, signal.SIGSTOP)
        try:
            for _ in range(200):
                if is_stopped(node.pid):
                    break
                time.sleep(0.01)
            with pytest.raises(Unavailable, match=r"took longer than 0\.5 s"):
                rpc.chain_id()
            assert is_stopped(node.pid)
        finally:
            os.kill(node.pid, signal.SIGCONT)
        assert rpc.chain_id() == node.chain_id


def test_a_node_that_is_down_is_unavailable_at_once(node: LocalNode) -> None:
    with Rpc(node.url) as rpc:
        rpc.chain_id()
        node.stop()
        with pytest.raises(Unavailable, match="cannot be reached"):
            rpc.chain_id()


def test_a_session_goes_on_with_a_node_that_came_back(node: LocalNode) -> None:
    with Rpc(node.url) as rpc:
        rpc.chain_id()
        node.stop()
        node.start()
        assert rpc.chain_id() == node.chain_id


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"id":0,"jsonrpc":"2.0"}',
        b'{"id":0,"error":"no"}',
        b'{"id":0,"error":{"message":"no"}}',
        b'{"id":0,"result":',
        b"[" * 100_000,
        b'{"id":0,"result":7}',
        b'{"id":0,"result":"7"}',
        b'{"id":0,"result":"0x"}',
        b'{"id":0,"result":"0xzz"}',
        b'{"id":0,"result":null}',
        b'{"id":0,"result":[]}',
    ],
)
def test_nonsense_is_unavailable(content: bytes) -> None:
    with a_node_that(says(content)) as url, Rpc(url) as rpc, pytest.raises(Unavailable):
        rpc.chain_id()


def test_nested_nonsense_does_not_kill_the_process_whatever_was_imported_before() -> None:
    """With py-ecc's recursion limit of 100,000 the JSON parser overruns the stack."""
    parse = "\ntry: json.loads('[' * 100_000)\nexcept RecursionError: print('alive')"
    for order in ("eth_account, ledger.chain.rpc, json", "ledger.chain.rpc, eth_account, json"):
        script = "import " + order + parse
        ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (0, "alive\n")


@pytest.mark.parametrize("status", [204, 301, 401, 404, 413, 429, 500, 503])
def test_any_http_status_but_200_is_unavailable(status: int) -> None:
    good = says({"jsonrpc": "2.0", "id": 0, "result": "0x1"}, status)
    with a_node_that(good) as url, Rpc(url) as rpc, pytest.raises(Unavailable):
        rpc.chain_id()


def test_a_refusal_is_told_apart_and_keeps_code_words_and_data() -> None:
    refusal = {
        "jsonrpc": "2.0",
        "id": 0,
        "error": {"code": 3, "message": "execution reverted", "data": "0x08"},
    }
    with a_node_that(says(refusal)) as url, Rpc(url) as rpc, pytest.raises(RpcRefused) as refused:
        rpc.call("eth_call")
    assert (refused.value.rpc_code, refused.value.message, refused.value.data) == (
        3,
        "execution reverted",
        "0x08",
    )
    assert not isinstance(refused.value, Unavailable)


def test_a_node_that_drips_is_cut_off() -> None:
    to_the_end: list[bool] = []

    def drip(handler: BaseHTTPRequestHandler, _: object) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _again in range(1_200):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
        to_the_end.append(True)

    with a_node_that(drip) as url, Rpc(url, timeout=0.3) as rpc:
        with pytest.raises(Unavailable, match="longer than"):
            rpc.chain_id()
        assert not to_the_end


def test_a_whole_answer_counts_though_this_machine_slept_before_it_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 3_600.0])
    monkeypatch.setattr("ledger.chain.rpc.time", SimpleNamespace(monotonic=lambda: next(moments)))
    with a_node_that(says({"jsonrpc": "2.0", "id": 0, "result": "0x7a69"})) as url, Rpc(url, timeout=0.3) as rpc:
        assert rpc.chain_id() == 31337
    assert next(moments, None) is None


def test_an_endless_answer_is_cut_off() -> None:
    def endless(handler: BaseHTTPRequestHandler, _: object) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65536)

    with a_node_that(endless) as url, Rpc(url) as rpc, pytest.raises(AnswerTooLarge):
        rpc.call("eth_getLogs", max_bytes=2**20)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b'[{"id":0,"result":"0x1"}]',
        b'[{"id":0,"result":"0x1"},{"id":0,"result":"0x1"}]',
        b'[{"id":0,"result":"0x1"},{"id":2,"result":"0x1"}]',
        b'[{"id":0,"result":"0x1"},{"id":[],"result":"0x1"}]',
        b'[{"id":0,"result":"0x1"},{"id":true,"result":"0x1"}]',
        b'[{"id":0,"result":"0x1"},7]',
        b'[{"id":0,"result":"0x1"},{"id":1}]',
    ],
)
def test_a_batch_answered_short_twice_or_wrongly_is_unavailable(content: bytes) -> None:
    with a_node_that(says(content)) as url, Rpc(url) as rpc, pytest.raises(Unavailable):
        rpc.batch([("eth_chainId", []), ("eth_chainId", [])])


def test_a_batch_answered_out_of_order_is_put_in_order() -> None:
    with a_node_that(says(b'[{"id":1,"result":"b"},{"id":0,"result":"a"}]')) as url, Rpc(url) as rpc:
        assert rpc.batch([("x", []), ("y", [])]) == ["a", "b"]


def test_the_key_in_a_nodes_address_is_in_no_message() -> None:
    with a_node_that(says(b"garbage")) as url, Rpc(url + "/v3/secret?key=secret") as rpc:
        with pytest.raises(Unavailable) as error:
            rpc.chain_id()
        assert "secret" not in error.value.detail
        assert rpc.name in error.value.detail


@pytest.mark.parametrize("url", ["", "node:8545", "file:///etc/passwd", "ws://127.0.0.1", "http://", "http://[::"])
def test_an_address_that_is_none_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(Invalid, match="address"):
        Rpc(url)


def test_an_empty_list_for_a_block_the_node_does_not_have_is_not_taken_for_no_events() -> None:
    def forgetful(handler: BaseHTTPRequestHandler, asked: object) -> None:
        assert isinstance(asked, dict)
        result: object = [] if asked["method"] == "eth_getLogs" else None
        says({"id": 0, "result": result})(handler, asked)

    with a_node_that(forgetful) as url, Rpc(url) as rpc, pytest.raises(RpcRefused, match="unknown block"):
        ChainClient(rpc, "0x" + "11" * 20, []).logs_of(b"\x01" * 32)


def test_a_node_that_names_no_newest_block_is_unavailable() -> None:
    with a_node_that(says({"id": 0, "result": None})) as url, Rpc(url) as rpc:
        client = ChainClient(rpc, "0x" + "11" * 20, [])
        with pytest.raises(Unavailable):
            client.head()
        assert client.finalized_height() is None
