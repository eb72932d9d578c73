"""Runs one of the judges in this folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent / "node"


def ask(judge: str, question: object) -> Any:
    """What `judge` answers to `question`. Raises CalledProcessError with its complaint if it cannot."""
    done = subprocess.run(
        [NODE, HERE / f"{judge}.mjs"],
        input=json.dumps(question),
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    return json.loads(done.stdout)
