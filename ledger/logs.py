"""Logs as lines of JSON that name no item, no person and no secret: what a process did, in words of the program alone.

1. Our own events (structlog) keep their fields; texts among them are searched for what looks like an address or a key.
2. Of everybody else's records the pattern is kept, and of its arguments the numbers alone.
3. Of an exception its kind and the places it went through are kept, never its message: that quotes what was sent.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from ledger.domain.said import Said

_ROOT: Final = str(Path(__file__).resolve().parents[1]) + "/"
_FRAMES: Final = 40
_CAUSES: Final = 5
_LONGEST: Final = 600
_HIDDEN: Final = re.compile(
    r"[^\s@<>\"']+@[^\s@<>\"']+"  # an address of e-mail, or a password in a URL
    r"|\btm_\w+"  # an API key
    r"|/01/\S*"  # a GS1 Digital Link (GS1 Digital Link Standard: URI Syntax, 4)
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # IPv4
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){2,7}[0-9a-fA-F:]*"  # IPv6
)
_OURS: Final = frozenset({"at", "exception", "level", "logger", "method", "request_id", "route"})
"""Fields that hold nothing of anybody's."""
_WARNING: Final = re.compile(r"^(.*?:\d+: \w+):", re.DOTALL)
_MALFORMED: Final = "Invalid request"
_Exception = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(stream: TextIO | None = None) -> None:
    """Have this process write all its logs to `stream` (by default standard error), one JSON object a line."""
    target = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _name_logger,
            _stamp,
            _told_exception,
            _hide,
            _as_json,
        ],
        logger_factory=lambda name="touchmark": _Lines(name, target),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    for name in ("gunicorn.error", "gunicorn.access"):
        theirs = logging.getLogger(name)
        theirs.handlers[:] = []
        theirs.propagate = name == "gunicorn.error"
    log = structlog.get_logger("process")
    sys.excepthook = lambda *info: log.error("process.broken", exc_info=info)
    threading.excepthook = lambda told: log.error("thread.broken", exc_info=_raised(told.exc_value))


class _Lines(structlog.WriteLogger):
    """Writes lines, and knows whose they are."""

    def __init__(self, name: str, file: TextIO) -> None:
        super().__init__(file)
        self.name = name


class Plain(logging.Formatter):
    """A record of a library as one line of JSON: its pattern, without what was filled in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        event: dict[str, Any] = {
            "event": _pattern(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "at": _moment(record.created),
            **structlog.contextvars.get_contextvars(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            event["exception"] = _chain(record.exc_info[1])
        return _JSON.encode(_hide(None, "", event))


def _pattern(record: logging.LogRecord) -> str:
    text = str(record.msg)
    if record.name == "py.warnings":
        # The message of a warning quotes what was wrong; its place and kind do not.
        found = _WARNING.match(str(record.args[0]) if isinstance(record.args, tuple) and record.args else text)
        return found[1].removeprefix(_ROOT) if found else "a warning"
    if record.name == "gunicorn.error" and text.startswith(_MALFORMED):
        # Filled in already: it quotes the line or the header that could not be read.
        return _MALFORMED
    args = record.args if isinstance(record.args, tuple) else ()
    if args and all(type(one) in (int, float) for one in args):
        try:
            return text % args
        except (TypeError, ValueError):
            return text
    return text


def _as_json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return _JSON.encode(event)


def _name_logger(logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.setdefault("logger", getattr(logger, "name", "touchmark"))
    return event


def _stamp(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = _moment(time.time())
    return event


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"


def _told_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = _chain(error)
    return event


def _chain(error: BaseException) -> list[dict[str, Any]]:
    """What was raised, then what led to it: kinds and places, no messages."""
    told: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(told) < _CAUSES:
        frames = traceback.extract_tb(one.__traceback__)[-_FRAMES:]
        places = [f"{frame.filename.removeprefix(_ROOT)}:{frame.lineno} {frame.name}" for frame in frames]
        told.append({"kind": f"{type(one).__module__}.{type(one).__qualname__}", "places": places})
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return told


def _hide(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if name not in _OURS:
            event[name] = _hidden(value)
    return event


def _hidden(value: Any) -> Any:
    if isinstance(value, Said):
        return value.pattern
    if isinstance(value, str):
        return _HIDDEN.sub("…", value[:_LONGEST])
    if isinstance(value, Mapping):
        return {str(name): _hidden(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _kind(value)


def _kind(value: object) -> str:
    """Of a value that is neither text nor number, its kind: what it prints is not known to us."""
    return f"<{type(value).__name__}>"


_JSON: Final = json.JSONEncoder(ensure_ascii=False, default=_kind)


def _raised(error: BaseException | None) -> _Exception | None:
    return None if error is None else (type(error), error, error.__traceback__)
