"""Anything may happen in any order, and no verdict shows a tick that the last final block does not support.

In the gate a few short runs, the same each time. TOUCHMARK_LONG=1 runs many, on both databases, others each time;
`--hypothesis-seed` repeats one.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.chain import anvil
from tests.model.machine import KEPT_STATES, LedgerMachine
from tests.support.postgres import Postgres
from tests.support.world import World, copied_world

LONG = os.environ.get("TOUCHMARK_LONG") == "1"
RUNS = int(os.environ.get("TOUCHMARK_RUNS", "60" if LONG else "3"))
STEPS = 60 if LONG else 20


@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if LONG else ["sqlite"])
def test_no_tick_without_support_whatever_happens(
    database: str,
    sources: Callable[[str], tuple[Path, str | None]],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anvil, "KEPT_STATES", KEPT_STATES)
    folder, template = sources(database)
    count = itertools.count()

    @contextmanager
    def make_world() -> Iterator[World]:
        data = tmp_path / f"world{next(count)}"
        if template is None:
            with copied_world(folder, data, None) as world:
                yield world
            return
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create(template)
        try:
            with copied_world(folder, data, server.url(name)) as world:
                yield world
        finally:
            server.drop(name)

    class Machine(LedgerMachine):
        pass

    Machine.make_world = staticmethod(make_world)
    Machine.steps = Counter()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            database=None,
            # A run takes seconds: it is shown as it was found.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    print(f"{database}: {sum(Machine.steps.values()):,} steps: {dict(Machine.steps.most_common())}")
    assert Machine.steps["audits"] == Machine.steps["runs"]
