"""Webhooks posted to the internet, where whoever answers may mean harm.

1. The address is looked at again, as when it was added: settings may have changed since.
2. Its name is resolved by us; one address that is not public, and none is used.
3. The connection goes to the address that was looked at, with the name for the certificate and the Host header only:
   a second answer of the name servers is never asked for.
4. Nothing is followed: a redirect is an answer like any other.
5. All of it together takes at most ten seconds, and of the answer a kilobyte is read.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

import httpx
from dns import asyncresolver
from dns.exception import DNSException

from ledger.domain.errors import Invalid
from ledger.domain.web_addresses import Ip, as_ip, check_url, is_own, refused_addresses
from ledger.domain.webhooks import EXCERPT, Problem
from ledger.services.webhooks_port import Reply

SECONDS: Final = 10.0
_CONNECT: Final = 4.0
_RESOLVE: Final = 4.0
_MOST_TRIED: Final = 3
"""Addresses of a name that are tried."""
_USER_AGENT: Final = "Touchmark-Webhooks/1"
Resolve = Callable[[str], Awaitable[Sequence[Ip]]]


class _Stopped(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(slots=True)
class _Heard:
    """What has come of the answer so far: kept also where the time is over in the middle of it."""

    status: int | None = None
    body: bytearray = field(default_factory=bytearray)


async def resolved(name: str) -> Sequence[Ip]:
    """The addresses of a name; this machine's own where it is called so (RFC 6761, 6.3). Raises DNSException."""
    if is_own(name):
        return [ip_address("127.0.0.1"), ip_address("::1")]
    resolver = asyncresolver.Resolver()
    answers = await resolver.resolve_name(name, lifetime=_RESOLVE)
    return [ip_address(one) for one in answers.addresses()]


class HttpCourier:
    """Posts by HTTPS. `private` allows this machine and its network."""

    def __init__(
        self,
        *,
        private: bool = False,
        seconds: float = SECONDS,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._private = private
        self._seconds = seconds
        self._resolve = resolve
        self._trust = trust or httpx.create_ssl_context(trust_env=False)

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """One try. Whatever goes wrong is in the reply."""
        began, heard = time.monotonic(), _Heard()
        problem: Problem | None = None
        try:
            asyncio.run(self._in_time(url, headers, body.encode(), heard))
        except _Stopped as stopped:
            problem = stopped.problem
        except (TimeoutError, httpx.TimeoutException):
            problem = Problem.TIMEOUT
        except httpx.ProtocolError:
            problem = Problem.NO_SENSE
        except httpx.TransportError:
            problem = Problem.NO_CONNECTION
        # A status that was heard counts, whatever became of the rest of the answer.
        text = bytes(heard.body[:EXCERPT]).decode("utf-8", "replace").replace("\0", "�")
        took = int((time.monotonic() - began) * 1000)
        return Reply(heard.status, None if heard.status is not None else problem, text, took)

    async def _in_time(self, url: str, headers: Mapping[str, str], body: bytes, heard: _Heard) -> None:
        async with asyncio.timeout(self._seconds):
            addresses = await self._checked(url)
            async with httpx.AsyncClient(
                verify=self._trust, trust_env=False, timeout=httpx.Timeout(self._seconds, connect=_CONNECT)
            ) as client:
                for last, address in enumerate(addresses, start=1 - len(addresses)):
                    try:
                        await _exchange(client, url, address, headers, body, heard)
                        return
                    except (httpx.ConnectError, httpx.ConnectTimeout) as away:
                        if _untrusted(away):
                            raise _Stopped(Problem.NO_TRUST) from None
                        if not last:
                            raise
                        continue

    async def _checked(self, url: str) -> Sequence[Ip]:
        try:
            host = httpx.URL(check_url(url, private=self._private)).host
        except Invalid:
            raise _Stopped(Problem.FORBIDDEN_ADDRESS) from None
        literal = as_ip(host)
        try:
            found = [literal] if literal is not None else list(await self._resolve(host))
        except DNSException:
            raise _Stopped(Problem.NO_ADDRESS) from None
        if not self._private and refused_addresses(found):
            raise _Stopped(Problem.FORBIDDEN_ADDRESS)
        if not found:
            raise _Stopped(Problem.NO_ADDRESS)
        return sorted(found, key=lambda one: one.version)[:_MOST_TRIED]


async def _exchange(
    client: httpx.AsyncClient, url: str, address: Ip, headers: Mapping[str, str], body: bytes, heard: _Heard
) -> None:
    named = httpx.URL(url)
    own = {"host": named.netloc.decode(), "user-agent": _USER_AGENT, "accept-encoding": "identity", "accept": "*/*"}
    async with client.stream(
        "POST",
        named.copy_with(host=str(address)),
        headers={**headers, **own},
        content=body,
        extensions={"sni_hostname": named.host},
    ) as response:
        heard.status = response.status_code
        async for piece in response.aiter_raw():
            heard.body += piece[:EXCERPT]
            if len(heard.body) >= EXCERPT:
                return


def _untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
