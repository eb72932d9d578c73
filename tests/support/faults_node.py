"""A node that cannot be trusted: late, forgetful, lying about its head or its chain, refusing the n-th call.

It stands before a true node and forwards to it, call by call; what it does to each is drawn from a seed.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx

REQUEST_FAULTS: Final = ("drop", "late", "refuse", "http 500")
"""What may befall a whole request: forwarded and never answered (one that changes something), answered too late, or
not taken at all."""
LIES: Final = ("older head", "newer head", "other hash above", "other chain", "error")
"""What may be said instead of the truth, about one call."""
LATE: Final = 0.5


class UntrustworthyNode:
    """Forwards to `target`; `odds` gives the chance of each fault or lie, `hook` may answer a call itself."""

    def __init__(self, target: str, seed: object = 0) -> None:
        self._chance = random.Random(repr(seed))
        self._lock = threading.Lock()
        self._target = httpx.Client(base_url=target, timeout=30, trust_env=False)
        self.odds: dict[str, float] = {}
        self.hook: Callable[[int, dict[str, Any]], dict[str, Any] | None] = lambda count, call: None
        self.calls = 0
        self.done = Counter[str]()
        """How often each fault and each lie has happened."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._target.close()

    def _draw(self, names: tuple[str, ...]) -> str | None:
        with self._lock:
            for name in names:
                if self._chance.random() < self.odds.get(name, 0):
                    self.done[name] += 1
                    return name
        return None

    def _number(self, below: int) -> int:
        with self._lock:
            return self._chance.randrange(below)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fault = node._draw(REQUEST_FAULTS if _changes(sent) else REQUEST_FAULTS[1:])
                if fault == "refuse":
                    self.close_connection = True
                    return
                if fault == "http 500":
                    self._send(500, b"")
                    return
                answer = node._answer(sent)
                if fault == "drop":
                    # It was forwarded, and took effect; nobody hears of it.
                    self.close_connection = True
                    return
                if fault == "late":
                    time.sleep(LATE)
                self._send(200, json.dumps(answer).encode())

            def _send(self, status: int, body: bytes) -> None:
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: the tests say what happened."""

        return Handler

    def _answer(self, sent: Any) -> Any:
        return [self._one(each) for each in sent] if isinstance(sent, list) else self._one(sent)

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.calls += 1
            count = self.calls
        answered = self.hook(count, call)
        if answered is not None:
            return {"jsonrpc": "2.0", "id": call["id"], **answered}
        lie = self._draw(LIES)
        if lie == "error":
            return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": "not now"}}
        if lie == "other chain" and call["method"] == "eth_chainId":
            return {"jsonrpc": "2.0", "id": call["id"], "result": "0x1"}
        found: dict[str, Any] = self._forward(call)
        if call["method"] == "eth_getBlockByNumber" and lie is not None:
            return self._lie_about_a_block(lie, call, found)
        return found

    def _forward(self, call: dict[str, Any]) -> Any:
        return self._target.post("", json=call).json()

    def _lie_about_a_block(self, lie: str, call: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        wanted, *_ = call["params"]
        tip = int(self._forward({**call, "method": "eth_blockNumber", "params": []})["result"], 16)
        older = max(0, tip - 1 - self._number(3))
        if lie == "older head":
            if wanted == "latest":
                return self._forward({**call, "params": [hex(older), False]})
            if wanted.startswith("0x") and int(wanted, 16) > older:
                return {**found, "result": None}
        elif lie == "newer head" and (wanted == "latest" or wanted == hex(tip + 1)):
            # A block that nobody mined, on top of the true one.
            on = self._forward({**call, "params": ["latest", False]})["result"]
            return {**found, "result": on | {"number": hex(tip + 1), "hash": self._hash(), "parentHash": on["hash"]}}
        elif lie == "other hash above" and found.get("result") and int(found["result"]["number"], 16) == tip:
            return {**found, "result": found["result"] | {"hash": self._hash()}}
        return found

    def _hash(self) -> str:
        with self._lock:
            return "0x" + self._chance.randbytes(32).hex()


def _changes(sent: Any) -> bool:
    calls = sent if isinstance(sent, list) else [sent]
    return any(each["method"] in ("eth_sendRawTransaction", "evm_mine") for each in calls)


@contextmanager
def untrustworthy(target: str, seed: object = 0) -> Iterator[UntrustworthyNode]:
    """Such a node before the one at `target`."""
    node = UntrustworthyNode(target, seed)
    try:
        yield node
    finally:
        node.close()
