"""Parts that fail at a named moment, as a process that is killed there would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """The process is gone: nothing after this moment happens, and nobody may catch it as an error."""


class Breaking:
    """Something that dies, once, `before` or `after` one of its methods."""

    def __init__(self, whole: Any, method: str, *, after: bool) -> None:
        self._whole = whole
        self._method = method
        self._after = after
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        return self._breaking(found) if name == self._method and not self.broken else found

    def _breaking(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def die(*given: Any, **named: Any) -> Any:
            self.broken = True
            if self._after:
                act(*given, **named)
            raise Killed

        return die


class Interrupted:
    """Something that lets others do something `between`, once, just before one of its methods."""

    def __init__(self, whole: Any, method: str, between: Callable[[], object]) -> None:
        self._whole = whole
        self._method = method
        self._between: Callable[[], object] | None = between

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._between is not None:
            between, self._between = self._between, None
            between()
        return getattr(self._whole, name)
