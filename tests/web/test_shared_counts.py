"""Limits over several processes: together they let through what one would, in any sixty seconds."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from web.shared_counts import WINDOW, SharedCounts

BURST = """
import sys, time_machine
from pathlib import Path
from web.shared_counts import SharedCounts
with time_machine.travel(1_000_000, tick=False):
    counts = SharedCounts(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(counts.spend("noisy", 500)[0] for _ in range(400)))
"""


def counts(folder: Path) -> SharedCounts:
    return SharedCounts(folder / "limits")


def test_a_burst_over_several_processes_and_threads_gets_the_limit_and_not_one_more(tmp_path: Path) -> None:
    address = str(tmp_path / "limits")
    line = [sys.executable, "-c", BURST, address]
    running = [subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    ours, taken = counts(tmp_path), []
    with time_machine.travel(1_000_000, tick=False):
        threads = [
            threading.Thread(target=lambda: taken.extend(ours.spend("noisy", 500)[0] for _ in range(50)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for one in running:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [int(one.communicate(timeout=120)[0]) for one in running]
        for thread in threads:
            thread.join()
    assert sum(told) + sum(taken) == 500


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 4)), max_size=60), st.integers(1, 12))
def test_no_sixty_seconds_ever_hold_more_than_the_limit(asked: list[tuple[float, int]], limit: int) -> None:
    taken: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(1_000_000, tick=False) as clock:
        ours = counts(Path(folder))
        now = 1_000_000.0
        for gap, amount in asked:
            now += gap
            clock.move_to(now)
            held = sum(many for at, many in taken if at > now - WINDOW - 1)
            if ours.spend("x", limit, amount)[0]:
                taken.append((now, amount))
            else:
                # It is never refused for what is more than a second over its minute.
                assert held + amount > limit
            _, many, begun = ours.spend("x", limit, 0)
            assert many <= limit
            assert now - WINDOW <= begun <= now + 1
    for at, _ in taken:
        assert sum(many for other, many in taken if at <= other < at + WINDOW) <= limit


def test_callers_do_not_use_up_each_others_turns(tmp_path: Path) -> None:
    ours = counts(tmp_path)
    assert [ours.spend(f"caller {n}", 1)[0] for n in range(2_000)].count(True) == 2_000
    assert not ours.spend("caller 1999", 1)[0]
    assert ours.spend("caller 2000", 1)[0]


def test_more_callers_than_there_is_room_for_never_stop_anybody(tmp_path: Path) -> None:
    ours = counts(tmp_path)
    assert all(ours.spend(f"caller {n}", 1)[0] for n in range(18_000))


def test_a_clock_that_is_put_back_gives_no_new_turns(tmp_path: Path) -> None:
    ours = counts(tmp_path)
    with time_machine.travel(1_000_000, tick=False) as clock:
        assert ours.spend("x", 1)[0]
        clock.move_to(996_400)
        assert not ours.spend("x", 1)[0]
        clock.move_to(1_000_062)
        assert ours.spend("x", 1)[0]


def test_a_process_that_stops_with_the_table_holds_up_those_who_count_and_no_other_thread(tmp_path: Path) -> None:
    ours = counts(tmp_path)
    stopped = os.open(tmp_path / "limits", os.O_RDWR)
    fcntl.flock(stopped, fcntl.LOCK_EX)
    counted = threading.Event()

    def count() -> None:
        ours.spend("ada", 10, 3)
        counted.set()

    counting = threading.Thread(target=count)
    counting.start()
    # That this line is reached at all shows that the interpreter is free.
    assert not counted.wait(0.2)
    os.close(stopped)
    assert counted.wait(60)
    counting.join()
    assert ours.spend("ada", 10, 0)[1] == 3
