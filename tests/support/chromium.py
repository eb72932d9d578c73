"""The browser of the tests: Debian's Chromium. Without it they fail and say how to install it; none is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM: Final = Path("/usr/bin/chromium")
AXE: Final = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

if not CHROMIUM.exists():
    raise RuntimeError("These tests open pages in a browser. Install it with: apt-get install chromium")
if not AXE.exists():
    raise RuntimeError("These tests ask axe-core about the pages. Install it with: npm ci")

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, closed at the end."""
    # Not with this file: whoever only reads its paths need not have a browser driven.
    from playwright.sync_api import expect, sync_playwright

    # A page on a busy machine may take longer than the driver's own five seconds.
    expect.set_options(timeout=30_000)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield started
        finally:
            started.close()
