"""What a domain shows to everybody: its TXT records and its did.json, where whoever answers may mean harm.

1. The name servers are asked for five seconds at most; of the records, the first hundred count.
2. did.json is fetched by HTTPS from the domain itself: its addresses are resolved by us, one that is not public and
   none is used, and the connection goes to the address that was looked at.
3. No redirect is followed, 64 KB are read at most, all of it in five seconds.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from dns import asyncresolver, rdatatype
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from ledger.domain.said import said
from ledger.domain.web_addresses import Ip, refused_addresses
from ledger.outward.courier import resolved
from ledger.services.joining_port import Looked

SECONDS: Final = 5.0
_LARGEST: Final = 64 * 1024
_MOST_RECORDS: Final = 100
PLACE: Final = "/.well-known/did.json"
Resolve = Callable[[str], Awaitable[Sequence[Ip]]]


class PublicDomainReader:
    """Asks the system's name servers, or the one that is named as `address` or `address#port`."""

    def __init__(self, name_server: str | None = None, *, resolve: Resolve = resolved, site: str | None = None) -> None:
        """`site` (an origin) stands in for every domain's own, so that tests need no internet."""
        self._name_server = name_server
        self._resolve = resolve
        self._site = site

    def look(self, domain: str) -> Looked:
        """Both proofs at once; what cannot be read is said, and is never taken for a no."""
        return asyncio.run(self._look(domain))

    async def _look(self, domain: str) -> Looked:
        (txt, txt_problem), (did, did_problem) = await asyncio.gather(self._txt(domain), self._did(domain))
        return Looked(txt, did, txt_problem, did_problem)

    async def _txt(self, domain: str) -> tuple[list[str], str | None]:
        resolver = asyncresolver.Resolver(configure=self._name_server is None)
        if self._name_server is not None:
            address, _, port = self._name_server.partition("#")
            resolver.nameservers, resolver.port = [address], int(port or 53)
        try:
            found = await resolver.resolve(f"{domain}.", rdatatype.TXT, lifetime=SECONDS)
        except NoAnswer:
            return [], None
        except NXDOMAIN:
            return [], said("The name servers know no such domain.")
        except (DNSException, OSError):
            return [], said("The name servers did not answer.")
        texts = [b"".join(record.strings) for record in list(found)[:_MOST_RECORDS]]
        return [text.decode("utf-8", "replace") for text in texts], None

    async def _did(self, domain: str) -> tuple[Any, str | None]:
        try:
            async with asyncio.timeout(SECONDS):
                content = await self._fetched(domain)
        except (TimeoutError, httpx.HTTPError, DNSException, OSError):
            return None, said("The site did not answer.")
        if content is None:
            return None, said("The site has no such file.")
        try:
            return json.loads(content), None
        except (ValueError, RecursionError):
            return None, said("The file on the site is not JSON.")

    async def _fetched(self, domain: str) -> bytes | None:
        url = httpx.URL(f"{self._site or f'https://{domain}'}{PLACE}")
        addresses = [] if self._site else list(await self._resolve(domain))
        if self._site is None and (not addresses or refused_addresses(addresses)):
            return None
        place = url if self._site else url.copy_with(host=str(sorted(addresses, key=lambda one: one.version)[0]))
        host = urlsplit(str(url)).netloc
        async with (
            httpx.AsyncClient(trust_env=False, timeout=SECONDS, follow_redirects=False) as client,
            client.stream(
                "GET",
                place,
                headers={"host": host, "user-agent": "Touchmark-Domain-Proof/1", "accept-encoding": "identity"},
                extensions={} if self._site else {"sni_hostname": domain},
            ) as response,
        ):
            if response.status_code != 200:
                return None
            content = b""
            async for piece in response.aiter_raw(8_192):
                content += piece
                if len(content) > _LARGEST:
                    return None
            return content
