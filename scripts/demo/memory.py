"""What the story remembers between two tellings, so that nothing is done twice: DATA/demo.json.

1. A step that is done is not done again: its outcome is kept under its name.
2. A step that sends something keeps what it is about to send first. Cut short, it sends the very same bytes
   with the same idempotency key, and the server gives its first answer again.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from private_files import write_private


class Memory:
    """The file, read once and written whole after each step; readable by its owner only, for it holds keys."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        fresh = {"run": secrets.token_hex(8), "seed": secrets.token_hex(32), "done": {}, "sending": {}}
        self._kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else fresh
        self._save()

    @property
    def seed(self) -> bytes:
        """The secret from which the demo owners' keys are made."""
        return bytes.fromhex(self._kept["seed"])

    def key_of(self, step: str) -> str:
        """The idempotency key of a step of this story, on this ledger."""
        return f"demo-{self._kept['run']}-{step}"

    def known(self, step: str) -> Any:
        """The outcome of a step that is done, else None."""
        return self._kept["done"].get(step)

    def once(self, step: str, act: Callable[[], Any]) -> Any:
        """The outcome of `act`, which runs unless it ran before. It must return something JSON can carry."""
        if step not in self._kept["done"]:
            outcome = act()
            with self._lock:
                self._kept["done"][step] = outcome
                self._kept["sending"].pop(step, None)
                self._save()
        return self._kept["done"][step]

    def sending(self, step: str, make: Callable[[], Any]) -> Any:
        """What a step is about to send: made once, and the same from then on until the step is done."""
        with self._lock:
            known = self._kept["sending"].get(step)
        if known is None:
            known = make()
            with self._lock:
                self._kept["sending"][step] = known
                self._save()
        return known

    def publish(self, **shown: Any) -> None:
        """Put what people look for at the head of the file."""
        with self._lock:
            inside = {name: self._kept[name] for name in ("run", "seed", "done", "sending")}
            self._kept = {**shown, **inside}
            self._save()

    def _save(self) -> None:
        write_private(self._path, json.dumps(self._kept, indent=1, ensure_ascii=False).encode())
