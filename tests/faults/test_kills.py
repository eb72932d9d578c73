"""`kill -9` at random moments, of every process: what was acknowledged is there once, and nothing is half there.

A round: people and programs at work over HTTP, a kill at a moment drawn from the seed, everything started again,
and the checks of tests/support/faults_after.py. Five rounds in the gate; a hundred, with files of 10,000 items, in the
long run (TOUCHMARK_LONG=1, or `scripts/faults`).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.faults_after import expect_whole, statements
from tests.support.faults_client import Client, Journal, NoAnswer, Refused
from tests.support.faults_load import FileJourney, MixedLoad
from tests.support.faults_rig import VICTIMS, Rig, running, wait_until
from tests.support.faults_table import LONG, SEED, figure, rounds
from tests.support.faults_truth import unsupported_ticks
from tests.support.world import Card, World

ROUNDS = rounds(gate=5, long=100)
IN_ONE_WORLD = 5
MANY, FEW = (10_000, 1_000) if LONG else (300, 100)
FRESH = 60
ROW = "worker/server kill -9"


class Round:
    """One round: `number` and the seed decide who is killed, during what, and when."""

    def __init__(self, rig: Rig, number: int, journal: Journal, fresh: list[Card]) -> None:
        self.rig = rig
        self.name = f"{SEED}.{number}"
        self.chance = random.Random(self.name)
        # Every part is killed equally often, during each kind of work.
        self.victim = VICTIMS[number % len(VICTIMS)]
        self.with_file = number // len(VICTIMS) % 2 == number % 2
        self.journal = journal
        self.fresh = fresh
        self.mended = 0.0

    def play(self) -> str:
        """Work, kill, start again; what was done, in words."""
        world, chance = self.rig.world, self.chance
        load = MixedLoad(self.rig, self.journal, self.name, self.fresh, world.cards()[:6])
        file: FileJourney | None = None
        if self.with_file:
            file = FileJourney(self.rig, self.journal, self.name, MANY if chance.random() < 0.5 else FEW)
            file.start()
            load.start()
            phase = chance.choice(FileJourney.PHASES)
            wait_until(lambda: file.reached(phase), f"the file reaches “{phase}”")
            delay = chance.random() * (1.5 if phase in ("checking", "preparing", "registering") else 0.1)
        else:
            load.start()
            phase, delay = "mixed load", 0.2 + chance.random() * 1.5
        time.sleep(delay)
        self.rig.kill(self.victim, chance.choice)
        self._look()
        time.sleep(chance.random() * 0.3)
        self.rig.mend()
        self.mended = time.monotonic()
        self.rig.let_time_pass()
        time.sleep(chance.random() * 0.5)
        load.finish()
        if file is not None:
            file.finish()
        self._ask_again()
        return f"{self.victim} killed {delay:.2f} s into “{phase}”"

    def _look(self) -> None:
        """Also now, with parts dead: no tick without support."""
        _, wrong = unsupported_ticks(self.rig.world.ledger, self.rig.world.loop.side.node, self.rig.world.cards()[:4])
        assert not wrong, wrong

    def _ask_again(self) -> None:
        """Half of what got no answer is sent once more under its own key: done once, or told why not."""
        client = Client(self.rig.address, self.rig.keys, self.journal, f"{self.name}-again")
        for entry in self.journal.unknown():
            if self.chance.random() < 0.5:
                for _ in range(5):
                    # A connection that was idle may just be closed by the server: the key makes asking again safe.
                    with suppress(NoAnswer, Refused):
                        client.send(entry)
                        break
                    if entry.status is not None:
                        break
                assert entry.status is not None
                assert entry.status < 500, f"{entry.path} is answered with {entry.status} though everything is well"
        client.close()


@pytest.mark.parametrize("first", range(0, ROUNDS, IN_ONE_WORLD))
def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(
    worlds: Callable[[str], World], tmp_path: Path, first: int
) -> None:
    database = "postgresql" if first // IN_ONE_WORLD % 2 else "sqlite"
    world = worlds(database)
    journal = Journal(tmp_path / "journal")
    before = set(statements(world))
    _, rows = world.register("maison", ["09521234543213;;Fresh;black"] * FRESH, on_sale_at_once=True)
    world.settle()
    world.clock.ahead = 0
    before |= set(statements(world))
    fresh = [Card(row["gtin"], row["serial"], row["claim_code"], 0) for row in rows]
    waited, found = [], Counter[str]()
    with running(world) as rig:
        for number in range(first, min(first + IN_ONE_WORLD, ROUNDS)):
            one = Round(rig, number, journal, fresh)
            said = one.play()
            rig.converge()
            waited.append(time.monotonic() - one.mended)
            found = expect_whole(world, journal, before, world.cards())
            print(f"round {number}: {said}; at rest after {waited[-1]:.1f} s; {dict(found)}")
        for name in ("worker", "web"):
            assert "Traceback" not in rig.log(name), rig.log(name)[-3000:]
        figure(
            ROW,
            f"{database}: 0 lost, 0 twice, 0 half; at rest again after at most {max(waited):.1f} s",
            kills=rig.kills,
            acknowledged=found["acknowledged"],
            unanswered=found["unknown"],
        )
