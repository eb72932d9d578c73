"""Receivers of webhooks on this machine, on bare sockets: they answer whatever they are told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Got:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    line: str = ""


@dataclass(slots=True)
class Receiver:
    """Answers with `answer`, whatever it is, and keeps what came."""

    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    port: int = 0
    then: Callable[[socket.socket], None] | None = None
    """What to do with the connection after the answer, instead of closing it."""


def status(code: int, body: str = "", *headers: str) -> bytes:
    """A whole answer."""
    lines = "".join(f"{one}\r\n" for one in headers)
    return f"HTTP/1.1 {code} X\r\nContent-Length: {len(body.encode())}\r\n{lines}\r\n{body}".encode()


@contextmanager
def receiving(wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Receiver]:
    """A receiver at work, each connection in a thread of its own."""
    receiver = Receiver()
    open_now: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver.port = server.getsockname()[1]
        receiver.url = f"http://127.0.0.1:{receiver.port}/hooks"

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    receiver.connections += 1
                    open_now.append(connection)
                    threads.append(threading.Thread(target=serve, args=(connection,)))
                    threads[-1].start()

        def serve(connection: socket.socket) -> None:
            with suppress(OSError, ValueError):
                speaking = wrap(connection) if wrap else connection
                with speaking:
                    receiver.got.append(_read(speaking))
                    speaking.sendall(receiver.answer)
                    if receiver.then is not None:
                        receiver.then(speaking)
            connection.close()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield receiver
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            accepting.join(10)
            for connection in open_now:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            for thread in threads:
                thread.join(10)


def _read(connection: socket.socket) -> Got:
    connection.settimeout(20)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ValueError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Got(headers, body, line)
