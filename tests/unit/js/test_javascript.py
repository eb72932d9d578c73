"""The pages' own JavaScript, in Node: one test a file, and the vendored libraries as node_modules gives them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NODE = Path(sys.executable).parent / "node"
FILES = sorted(path.name for path in HERE.glob("*.test.mjs"))


def test_there_are_files_to_run() -> None:
    assert FILES


@pytest.mark.parametrize("name", FILES)
def test_every_rule_of_the_file_holds(name: str) -> None:
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=spec", HERE / name], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_vendored_libraries_are_what_node_modules_gives() -> None:
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [ROOT / "scripts" / "browser", "check"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env=os.environ | {"PATH": path},
    )
    assert done.returncode == 0, done.stderr
