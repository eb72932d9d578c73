"""A small load: some connections that ask one after the other, in a process of its own. Times in seconds."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence

CONNECTIONS = 8
_APART = 0.02
"""Seconds from one connection to the next. Of several that come in the same instant one process often takes all, and
the others stand idle: the same load then measures one core or two, as it happens.
"""


async def _ask(
    place: int, host: str, port: int, requests: Iterator[bytes], until: float, took: list[float]
) -> list[str]:
    await asyncio.sleep(place * _APART)
    reader, writer = await asyncio.open_connection(host, port)
    wrong: list[str] = []
    while time.perf_counter() < until:
        asked = next(requests, None)
        if asked is None:
            break
        began = time.perf_counter()
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        took.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200"):
            wrong.append(head.split(b"\r\n", 1)[0].decode())
        if b"connection: close" in lower:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()
    return wrong


async def _load(
    host: str, port: int, paths: Sequence[str], accept: str, duration: float, *, once: bool, anew: bool
) -> dict[str, float | list[str]]:
    def request(path: str, more: str = "") -> bytes:
        head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: {accept}{more}\r\n"
        return f"{head}Connection: keep-alive\r\n\r\n".encode()

    requests = [request(path) for path in paths]
    took: list[float] = []
    began = time.perf_counter()
    # All connections take from one list: where no address may come twice, none does.
    given = iter(requests) if once else itertools.cycle(requests)
    if anew:
        # A type that nobody else takes: what was kept of one answer is given to nobody who asks otherwise.
        mark = f"{time.time_ns():x}"
        given = (request(path, f", x/{mark}{n};q=0.1") for n, path in enumerate(itertools.cycle(paths)))
    asking = [_ask(place, host, port, given, began + duration, took) for place in range(CONNECTIONS)]
    wrong = [one for some in await asyncio.gather(*asking) for one in some]
    spent = time.perf_counter() - began
    took.sort()
    return {
        "rate": len(took) / spent,
        "wrong": wrong[:5],
        **{f"p{share}": took[min(len(took) - 1, len(took) * share // 100)] for share in (50, 95, 99)},
    }


if __name__ == "__main__":
    given = json.loads(sys.stdin.read())
    print(json.dumps(asyncio.run(_load(**given))))
