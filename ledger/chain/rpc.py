"""JSON-RPC over HTTP: one session to one node, every answer bounded in time and size.

Two things are told apart and never mixed:

- `Unavailable`: the node is down, slow, or says something that cannot be read. Nothing is known.
- `RpcRefused`: the node understood and said no (JSON-RPC 2.0 section 5.1, "Error object").

Addresses of nodes often carry a key in their path, so messages name scheme, host and port only.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

import httpx
from pydantic_core import from_json, to_json

from ledger.chain import recursion as _recursion  # noqa: F401  nested nonsense must not kill the process
from ledger.domain.errors import Invalid, LedgerError, Unavailable

MAX_RESPONSE: Final = 128 * 2**20
"""Bytes of one answer: 200,000 events are about 112 MB."""
MAX_BATCH: Final = 200
"""Calls in one HTTP request."""
MAX_BODY: Final = 2**20
"""Bytes of one batched request; Anvil takes 2 MB."""

Call = tuple[str, Sequence[Any]]


class RpcRefused(LedgerError):
    """The node understood the question and said no; `rpc_code`, `message` and `data` are its own words."""

    code: ClassVar[str] = "node-refused"
    title: ClassVar[str] = "The node refused"

    def __init__(self, rpc_code: int, message: str, data: str | None = None) -> None:
        super().__init__(f"The node refused ({rpc_code}): {message}")
        self.rpc_code = rpc_code
        self.message = message
        self.data = data


class WrongChain(Unavailable):
    """A node answers, but for another chain than the one this ledger is on."""

    code = "wrong-chain"
    title = "This node is on another chain"


class AnswerTooLarge(Unavailable):
    """The node began an answer of more bytes than are taken at once: ask for less."""


class Rpc:
    """A session to the node at `url`; `timeout` seconds bound a whole answer, not one read of it.

    Safe to share between threads. Raises Invalid for an address that is not http or https.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise Invalid("The node's address is not a URL; write http://host:port.") from error
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise Invalid("The node's address must begin with http:// or https:// and name a host.")
        self.url = url
        self.timeout = timeout
        self.name = f"{parsed.scheme}://{parsed.host}" + (f":{parsed.port}" if parsed.port else "")
        # A proxy set for the outside world must not see, or lose, what goes to this machine.
        self._session = httpx.Client(trust_env=not _is_loopback(parsed.host), follow_redirects=False)

    def __enter__(self) -> Rpc:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session; calls made afterwards raise Unavailable."""
        self._session.close()

    def call(self, method: str, *params: Any, timeout: float | None = None, max_bytes: int = MAX_RESPONSE) -> Any:
        """The result of one call. Raises RpcRefused or Unavailable."""
        answer = self._post(_encode(0, method, params), timeout or self.timeout, max_bytes)
        if not isinstance(answer, dict):
            raise self._garbage(f"to {method} it gave no object")
        result = self._unpack(answer)
        if isinstance(result, RpcRefused):
            raise result
        return result

    def batch(self, calls: Sequence[Call], *, timeout: float | None = None) -> list[Any]:
        """The results in the order of `calls`; a refused call's place holds its RpcRefused.

        Sent in requests of at most MAX_BATCH calls and MAX_BODY bytes, one after the other; `timeout`
        bounds each. Raises Unavailable, after which some of the requests may have taken effect.
        """
        results: list[Any] = []
        for chunk in _chunks(calls):
            answers = self._post(b"[" + b",".join(chunk) + b"]", timeout or self.timeout, MAX_RESPONSE)
            results += self._in_order(answers, len(chunk))
        return results

    def chain_id(self) -> int:
        """The chain id the node says it is on (EIP-695)."""
        return quantity(self.call("eth_chainId"), "a chain id")

    def expect_chain(self, chain_id: int) -> None:
        """Raises WrongChain unless the node is on `chain_id`."""
        found = self.chain_id()
        if found != chain_id:
            raise WrongChain(
                f"The node at {self.name} is on chain {found}, but this ledger is on chain {chain_id}. "
                "Check the node's address."
            )

    def _in_order(self, answers: Any, count: int) -> list[Any]:
        if not isinstance(answers, list):
            # A node that refuses batches as a whole answers with one error object.
            if isinstance(answers, dict) and isinstance(refused := self._unpack(answers), RpcRefused):
                raise refused
            raise self._garbage("to several calls it gave no list")
        numbered = [answer for answer in answers if isinstance(answer, dict) and type(answer.get("id")) is int]
        by_id = {answer["id"]: answer for answer in numbered}
        if len(answers) != count or by_id.keys() != set(range(count)):
            raise self._garbage(f"{len(answers)} answers do not fit {count} calls")
        return [self._unpack(by_id[number]) for number in range(count)]

    def _unpack(self, answer: dict[str, Any]) -> Any:
        error = answer.get("error")
        if error is None:
            if "result" not in answer:
                raise self._garbage("neither a result nor an error")
            return answer["result"]
        if not isinstance(error, dict) or not isinstance(error.get("code"), int):
            raise self._garbage("an error without a code")
        data = error.get("data")
        return RpcRefused(error["code"], str(error.get("message", ""))[:500], data if isinstance(data, str) else None)

    def _post(self, body: bytes, timeout: float, max_bytes: int) -> Any:
        raw = self._read(body, timeout, max_bytes)
        try:
            return from_json(raw)
        except ValueError as error:
            raise self._garbage("what it sent is not JSON") from error

    def _read(self, body: bytes, timeout: float, max_bytes: int) -> bytes:
        here = f"The node at {self.name}"
        deadline = time.monotonic() + timeout
        parts: list[bytes] = []
        size = 0
        try:
            with self._session.stream(
                "POST",
                self.url,
                content=body,
                headers={"Content-Type": "application/json"},
                timeout=timeout,
            ) as response:
                if response.status_code != 200:
                    raise Unavailable(f"{here} answered with HTTP {response.status_code}.")
                late = False
                for part in response.iter_bytes():
                    # Each read has its own timeout, so a node that drips would never reach one. What comes first after
                    # the deadline is taken: it may be all there is, and it was this machine that stood still.
                    if late:
                        raise Unavailable(f"{here} took longer than {timeout:g} s to answer.")
                    size += len(part)
                    if size > max_bytes:
                        raise AnswerTooLarge(f"{here} sent more than {max_bytes} bytes at once.")
                    parts.append(part)
                    late = time.monotonic() > deadline
        except httpx.TimeoutException as error:
            raise Unavailable(f"{here} took longer than {timeout:g} s to answer.") from error
        # RuntimeError is how httpx speaks of a session that was closed.
        except (httpx.HTTPError, httpx.StreamError, RuntimeError) as error:
            raise Unavailable(f"{here} cannot be reached: {type(error).__name__}.") from error
        return b"".join(parts)

    def _garbage(self, what: str) -> Unavailable:
        return Unavailable(f"The node at {self.name} cannot be understood: {what}.")


def quantity(value: Any, what: str) -> int:
    """A JSON-RPC quantity (`0x` and hex digits) as a number. Raises Unavailable naming `what`."""
    if isinstance(value, str) and value.startswith("0x") and len(value) <= 66:
        try:
            return int(value, 16)
        except ValueError:
            pass
    raise Unavailable(f"The node did not give {what} where it should have.")


def hex_bytes(value: Any, what: str, size: int | None = None) -> bytes:
    """JSON-RPC data (`0x` and pairs of hex digits) as bytes, `size` of them if given. Raises Unavailable."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            found = bytes.fromhex(value[2:])
        except ValueError:
            found = None
        if found is not None and size in (None, len(found)):
            return found
    raise Unavailable(f"The node did not give {what} where it should have.")


def _encode(number: int, method: str, params: Sequence[Any]) -> bytes:
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
    return to_json(message)


def _chunks(calls: Sequence[Call]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for method, params in calls:
        encoded = _encode(len(chunk), method, params)
        if chunk and (len(chunk) == MAX_BATCH or size + len(encoded) > MAX_BODY):
            yield chunk
            chunk, size = [], 0
            encoded = _encode(0, method, params)
        chunk.append(encoded)
        size += len(encoded) + 1
    if chunk:
        yield chunk


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
