"""A client of the ledger's API that keeps its own journal of what was acknowledged, outside the ledger."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx


class NoAnswer(Exception):
    """The connection broke: whether it took effect is not known."""


class Refused(Exception):
    """The ledger said no; `status` and its sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status


@dataclass(slots=True)
class Entry:
    """One request that is meant to change something, and what was answered: None while nothing was."""

    who: str
    path: str
    body: Any
    key: str
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def statement(self) -> str | None:
        """The statement that was acknowledged."""
        return self.answer.get("id") if self.status == 202 else None


class Journal:
    """Every entry, each written to a file before it is sent and again when it is answered."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.entries: list[Entry] = []

    def begin(self, entry: Entry) -> None:
        """It is about to be sent."""
        with self._lock:
            self.entries.append(entry)
            self._write(entry)

    def end(self, entry: Entry) -> None:
        """It was answered."""
        with self._lock:
            self._write(entry)

    def _write(self, entry: Entry) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(asdict(entry)) + "\n")

    def acknowledged(self) -> list[Entry]:
        """Those that got a 2xx."""
        return [one for one in self.entries if one.status is not None and one.status < 300]

    def unknown(self) -> list[Entry]:
        """Those that got no answer, or one that says that something broke."""
        return [one for one in self.entries if one.status is None or one.status >= 500]


class Client:
    """One caller over HTTP. Not for two threads at once."""

    def __init__(self, address: str, keys: dict[str, str], journal: Journal, name: str) -> None:
        self._keys = keys
        self._journal = journal
        self._name = name
        self._count = 0
        self._http = httpx.Client(base_url=address, timeout=20, trust_env=False)

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def get(self, who: str, path: str) -> Any:
        """What is there. Raises NoAnswer, Refused."""
        return self._ask("GET", who, path).json()

    def raw(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer as it came. Raises NoAnswer, Refused."""
        return self._ask(method, who, path, **more)

    def draft(self, who: str, path: str, body: Any) -> Any:
        """A draft, which promises nothing. Raises NoAnswer, Refused."""
        return self._ask("POST", who, path, json=body).json()

    def say(self, who: str, path: str, body: Any) -> dict[str, Any]:
        """Something that changes the ledger, journalled. Raises NoAnswer, Refused."""
        self._count += 1
        entry = Entry(who, path, body, f"{self._name}-{self._count}")
        self._journal.begin(entry)
        return self.send(entry)

    def send(self, entry: Entry) -> dict[str, Any]:
        """The same request, perhaps once more, under its key. Raises NoAnswer, Refused."""
        headers = {"Idempotency-Key": f'"{entry.key}"'}
        try:
            response = self._ask("POST", entry.who, entry.path, json=entry.body, headers=headers)
        except Refused as refused:
            entry.status = refused.status
            self._journal.end(entry)
            raise
        entry.status = response.status_code
        entry.answer = response.json()
        self._journal.end(entry)
        return entry.answer

    def _ask(self, method: str, who: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._keys[who]}", **more.pop("headers", {})}
        try:
            response = self._http.request(method, path, headers=headers, **more)
        except httpx.HTTPError as broken:
            raise NoAnswer(f"{method} {path}: {type(broken).__name__}") from broken
        if not response.is_success:
            raise Refused(response.status_code, response.text[:400])
        return response
