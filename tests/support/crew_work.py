"""What the tests of a crew have done in other processes."""

from __future__ import annotations

import os
import signal
import sys
import time

_given: list[str] = []


def slow_square(number: int) -> int:
    time.sleep(number / 100)
    return number * number


def begin(word: str) -> None:
    _given[:] = [word]


def told(_: int) -> str:
    return _given[0]


def divided(number: int) -> float:
    return 1 / number


def killed(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main_names(_: int) -> list[str]:
    return sorted(sys.modules)


def process(_: int) -> int:
    return os.getpid()
