"""Work over several processes: in order, never far ahead, and none of them outlives whom it helps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.errors import Unavailable
from ledger.files.crew import in_order
from tests.support import crew_work

PROGRAM = """
import sys, time
from ledger.files.crew import in_order
from tests.support import crew_work
if __name__ == "__main__":
    for _, process in in_order(crew_work.process, iter(range(10**9)), 2):
        print(process, flush=True)
        time.sleep(0.2)
"""


def test_results_come_in_the_order_of_the_things() -> None:
    assert list(in_order(crew_work.slow_square, [5, 4, 3, 2, 1, 0], 2)) == [(n, n * n) for n in (5, 4, 3, 2, 1, 0)]


def test_at_most_two_things_a_process_are_taken_ahead() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    made = in_order(crew_work.slow_square, things(), 2)
    next(made)
    assert len(taken) <= 4
    made.close()


def test_what_a_process_was_given_first_is_there_for_all_its_work() -> None:
    assert [made for _, made in in_order(crew_work.told, [1, 2], 2, crew_work.begin, ("word",))] == ["word", "word"]


def test_a_fault_in_the_work_is_raised_where_its_result_is_taken() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(crew_work.divided, [1, 0], 1))


def test_a_process_that_is_killed_makes_the_work_unavailable() -> None:
    with pytest.raises(Unavailable, match="begun again"):
        list(in_order(crew_work.killed, [1], 1))


def test_the_processes_load_nothing_of_the_program_they_help() -> None:
    ((_, names),) = in_order(crew_work.main_names, [1], 1)
    assert "pytest" not in names


def test_no_process_outlives_a_program_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    program = subprocess.Popen([sys.executable, str(file)], stdout=subprocess.PIPE, env=environment, cwd=root)
    assert program.stdout is not None
    helpers = {int(program.stdout.readline()) for _ in range(4)}
    program.send_signal(signal.SIGKILL)
    program.wait(30)
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{one}/task").exists() for one in helpers) and time.monotonic() < deadline:
        time.sleep(0.05)
    program.stdout.close()
    assert not [one for one in helpers if Path(f"/proc/{one}/task").exists()]
