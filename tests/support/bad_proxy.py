"""A man in the middle of a node and its ledger, who can refuse, hang, drip, cut off, or talk nonsense."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

MODES = ("refuse", "hang", "drip", "cut", "garbage", "html", "wrong_json", "huge_number")
_ANSWERS = {
    "garbage": b"\x00\xff" * 400,
    "html": b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>hi</html>",
    "wrong_json": b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"result":{}}',
    "huge_number": b'HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n{"jsonrpc":"2.0","id":0,"result":"0xg"}',
}


class BadProxy:
    """Forwards to a node while `mode` is empty; otherwise misbehaves as the mode says."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.mode = ""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._closed = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def misbehave(self, mode: str) -> None:
        """From now on, also for connections that are open."""
        self.mode = mode
        self._hang_up()

    def close(self) -> None:
        """End everything."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            mode = self.mode
            if mode == "refuse":
                return
            if not mode:
                self._forward(client)
                return
            client.recv(1 << 16)
            if mode == "hang":
                self._closed.wait(30)
            elif mode == "cut":
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
            elif mode == "drip":
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                for _ in range(200):
                    client.sendall(b" ")
                    time.sleep(0.05)
            else:
                client.sendall(_ANSWERS[mode])

    def _forward(self, client: socket.socket) -> None:
        with socket.create_connection(self._target) as node:
            self._open.append(node)
            back = threading.Thread(target=_pump, args=(node, client), daemon=True)
            back.start()
            _pump(client, node)
            back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def bad_proxy(target: str) -> Iterator[BadProxy]:
    """A proxy before the node at `target`."""
    proxy = BadProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
