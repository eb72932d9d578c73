"""The browser of the tests: Debian's Chromium. Without it they fail and say how to install it; none is skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CHROMIUM: Final = Path("/usr/bin/chromium")
AXE: Final = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

if not CHROMIUM.exists():
    raise RuntimeError("These tests open pages in a browser. Install it with: apt-get install chromium")
if not AXE.exists():
    raise RuntimeError("These tests ask axe-core about the pages. Install it with: npm ci")
