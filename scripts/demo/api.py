"""The HTTP API as the story uses it: one client for every organisation and for owners without a key.

Every request that changes something carries an Idempotency-Key made from its step's name, and waits are bounded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import httpx
from memory import Memory

PATIENCE: Final = 120
"""Seconds that anything is waited for."""
_POLL: Final = 0.15
_TRIES: Final = 30
_GONE_ON: Final = frozenset({"accepted", "final"})
_PASSING: Final = frozenset({409, 429, 502, 503})
"""Refusals that ask to be tried again: at work, too many, cannot tell right now."""


Body = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
"""What is sent; a function where it is made from what the ledger says at that time."""


class StoryStopped(Exception):
    """The ledger said something that the story does not expect; the words say what and where."""


class Api:
    """Requests to one running ledger."""

    def __init__(self, address: str, memory: Memory) -> None:
        self.address = address
        self._memory = memory
        self._keys: dict[str, str] = {}
        self._http = httpx.Client(base_url=address, timeout=30, headers={"Accept": "application/json"})
        self._under_way: dict[str, tuple[str, str | None]] = {}

    def know(self, organisation: str, key: str) -> None:
        """Speak for an organisation with its key from now on."""
        self._keys[organisation] = key

    def key_of(self, organisation: str) -> str:
        """The key that speaks for an organisation."""
        return self._keys[organisation]

    def verdict(self, address: str) -> str:
        """What the ledger says of a code, asked where it listens; an answer with 404 has a verdict too."""
        found: str = self._http.get(httpx.URL(address).raw_path.decode()).json().get("verdict", "")
        return found

    def get(self, path: str, by: str | None = None) -> Any:
        """What a GET answers."""
        return self._ask("GET", path, by).json()

    def fetch(self, path: str, by: str) -> bytes:
        """A file that is made on demand."""
        return self._ask("POST", path, by, headers={"Accept": "*/*"}).content

    def draft(self, path: str, body: Mapping[str, Any], by: str | None = None) -> Any:
        """A message to sign: asking for it changes nothing."""
        return self._ask("POST", path, by, json=body).json()

    def post(self, step: str, path: str, body: Body, by: str | None = None) -> Any:
        """Send a body, or what a function makes of it at that time, once for ever; what the first answer was."""

        def act() -> Any:
            sent = self._memory.sending(step, body) if callable(body) else body
            return self._ask("POST", path, by, json=sent, headers=self._once(step)).json()

        return self._memory.once(step, act)

    def put(self, step: str, path: str, body: Mapping[str, Any], by: str) -> Any:
        """Say how a thing is, once; what the first answer was. Said twice, it would be the same."""
        return self._memory.once(step, lambda: self._ask("PUT", path, by, json=body).json())

    def send_file(self, step: str, path: str, content: bytes, media_type: str, by: str) -> Any:
        """Send a file as it is; the same bytes again are the same file to the server, so no key is needed."""

        def act() -> Any:
            return self._ask("POST", path, by, content=content, headers={"Content-Type": media_type}).json()

        return self._memory.once(step, act)

    def say(self, step: str, path: str, body: Body, by: str | None = None) -> Any:
        """Send a statement, and note that it has to be waited for."""
        found = self.post(step, path, body, by)
        self._under_way[found["id"]] = step, by
        return found

    def settle(self, *, final: bool = False) -> None:
        """Wait until the chain has accepted all that was said since the last time; or until all of it is final."""
        wanted = {"final"} if final else _GONE_ON
        for id, (step, by) in list(self._under_way.items()):
            self.until(f"“{step}” in the ledger", self._is, id, step, by, wanted)
            del self._under_way[id]

    def _is(self, id: str, step: str, by: str | None, wanted: Collection[str]) -> bool:
        now = self.get(f"/v1/statements/{id}", by)
        if now["state"] == "refused":
            raise StoryStopped(f"The ledger refused “{step}”: {now['reason']}.")
        return now["state"] in wanted

    def until(self, what: str, look: Callable[..., Any], *given: Any) -> Any:
        """What `look(*given)` gives, as soon as it gives something."""
        deadline = time.monotonic() + PATIENCE
        while not (found := look(*given)):
            if time.monotonic() > deadline:
                raise StoryStopped(f"{what}: not within {PATIENCE} seconds.")
            time.sleep(_POLL)
        return found

    def pages(self, path: str, by: str) -> Iterable[dict[str, Any]]:
        """Every entry of a list, page by page (RFC 8288, rel=next)."""
        following: str | None = path
        while following is not None:
            answer = self._ask("GET", following, by)
            yield from answer.json()["items"]
            following = answer.links.get("next", {}).get("url")

    def _once(self, step: str) -> dict[str, str]:
        return {"Idempotency-Key": f'"{self._memory.key_of(step)}"'}

    def _ask(self, method: str, path: str, by: str | None, **request: Any) -> httpx.Response:
        headers = dict(request.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {self._keys[by]}"
        for attempt in range(_TRIES):
            try:
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                if attempt == _TRIES - 1:
                    raise StoryStopped(f"The server does not answer at {self.address}: {error}.") from error
                time.sleep(0.5)
                continue
            if answer.status_code not in _PASSING or attempt == _TRIES - 1:
                break
            time.sleep(min(10.0, float(answer.headers.get("Retry-After", 0.3))))
        if not answer.is_success:
            raise StoryStopped(f"{method} {path} as {by or 'anyone'}: {answer.status_code}: {answer.text[:600]}")
        return answer
