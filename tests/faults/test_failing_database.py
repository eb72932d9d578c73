"""The database fails on the n-th statement of everything that is done with it: for every n, nothing is left half done.

Each act is tried with a failure, then again as a person or a program would: it succeeds, and has happened once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.imports import ImportState
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.services import hand_out_cards, import_items
from ledger.services.import_items import own_import
from ledger.services.read_batch import own_batch
from ledger.worker import run_jobs_once
from tests.support.faults_after import audit, expect_files_and_batches, statements
from tests.support.faults_database import FailingDatabase, Moment, failing
from tests.support.faults_table import LONG, SEED, figure
from tests.support.faults_truth import unsupported_ticks
from tests.support.world import GTIN, World, person

STEP = 1 if LONG else 53
MOMENTS: tuple[Moment, ...] = ("before", "after") if LONG else ("after",)
MOST = 2_000
ABANDONED = 61


class Act:
    """Something done with the database, step by step; each step is repeated until it is done."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        self.told = 0
        self.ready()

    def ready(self) -> None:
        """What is looked up while the database is still well."""

    def steps(self) -> Iterator[Callable[[], object]]:
        raise NotImplementedError

    def run(self) -> None:
        """Fails where a step ends in anything but its end or “try again”, or does not come to its end."""
        for step in self.steps():
            for _ in range(6):
                try:
                    step()
                except (Unavailable, Conflict) as again:
                    self.told += 1
                    last = again
                    # A job whose worker could not even say that it gave up is taken for abandoned.
                    self.world.clock.ahead += ABANDONED
                else:
                    break
            else:
                raise AssertionError(f"not done in six tries: {last}")


class Registers(Act):
    """A file of three items, from the upload to the queued registration."""

    def ready(self) -> None:
        self.caller = self.world.caller("maison")

    def steps(self) -> Iterator[Callable[[], object]]:
        ledger, caller = self.world.ledger, self.caller
        text = "gtin;serial;model_ref\n" + f"{GTIN};;Sac n{self.number}\n" * 3
        made: dict[str, str] = {}

        def upload() -> None:
            made["import"] = import_items.upload(ledger, caller, "a.csv", io.BytesIO(text.encode())).id

        def check() -> None:
            run_jobs_once(ledger)
            with ledger.store.read() as tx:
                found = own_import(tx, caller, made["import"])
            if found.state is ImportState.CHECKING:
                raise Unavailable("It is still being checked.")
            assert (found.state, found.ready) == (ImportState.CHECKED, 3), found

        def confirm() -> None:
            made["batch"] = import_items.confirm(ledger, caller, made["import"], on_sale_at_once=True).id

        def prepare() -> None:
            run_jobs_once(ledger)
            with ledger.store.read() as tx:
                job = tx.imports.job(import_items.PREPARE, made["batch"])
                if not own_batch(tx, caller, made["batch"]).ready:
                    assert job is not None
                    assert job.state != "failed", job.problem
                    raise Unavailable("It is still being made ready.")

        def cards() -> None:
            out = io.BytesIO()
            sha256 = hand_out_cards.write_cards(ledger, caller, made["batch"], "csv", out)
            assert out.getvalue().count(b"\n") == 4
            made["sha256"] = sha256

        def register() -> None:
            hand_out_cards.confirm_cards(ledger, caller, made["batch"], made["sha256"])

        yield from (upload, check, confirm, prepare, cards, register)


class Claims(Act):
    """A claim of one item."""

    def ready(self) -> None:
        self.card = self.world.cards()[self.number % 12]

    def steps(self) -> Iterator[Callable[[], object]]:
        card, owner = self.card, person("ada")

        def claim() -> None:
            queued = statements_of(self.world, card.item)
            if not queued:
                self.world.claim(card, owner)

        yield claim


class Turns(Act):
    """A turn of the worker with something to send."""

    def steps(self) -> Iterator[Callable[[], object]]:
        world = self.world
        queued = []

        def say() -> None:
            queued.append(world.say("maison", Kind.ANCHOR, hash=self.number.to_bytes(32, "big")))

        def bring() -> None:
            loop = ChainLoop(world.ledger, world.loop.side)
            for _ in range(3):
                loop.turn()
            state = world.progress(queued[0]).state
            if state is not State.FINAL:
                raise Unavailable(f"It is {state.value}.")

        yield from (say, bring)


def statements_of(world: World, item: int) -> list[object]:
    with world.ledger.store.read() as tx:
        return list(tx.outbox.of_item(item))


def every_failure(world: World, database: FailingDatabase, act: type[Act], moment: Moment) -> int:
    """The act with a failure at 1, at 2, and so on, until there are no more statements; how many failed."""
    failed, at = 0, 1 + SEED % STEP
    while at < MOST:
        database.fail(0)
        one = act(world, 1_000 * len(moment) + at)
        database.fail(at, moment)
        one.run()
        reached = database.failed
        database.fail(0)
        if not reached:
            break
        assert one.told or moment == "after" or act is not Registers, "a failure that nobody heard of"
        failed += 1
        at += STEP
    assert failed
    return failed


@pytest.mark.parametrize("moment", MOMENTS)
def test_for_every_n_the_nth_statement_fails_and_nothing_is_half_done(world: World, moment: Moment) -> None:
    before = set(statements(world))
    counts = {}
    with failing(world.ledger.store.engine) as database:  # type: ignore[attr-defined]
        for act in (Registers, Turns):
            counts[act.__name__.lower()] = every_failure(world, database, act, moment)
        claims = 0
        for number, _ in enumerate(world.cards()):
            database.fail(0)
            claim = Claims(world, number)
            database.fail(1 + number * (3 if LONG else 7), moment)
            claim.run()
            claims += database.failed
        database.fail(0)
        assert claims
    world.settle()
    expect_files_and_batches(world)
    kept = statements(world)
    assert len(set(kept.values())) == len(kept)
    with world.ledger.store.read() as tx:
        queued = [one for id in kept.keys() - before if (one := tx.outbox.get(id)) is not None]
    for one in queued:
        world.expect(one, State.FINAL)
    audit(world)
    _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, world.cards())
    assert not wrong, wrong
    dialect = world.ledger.store.engine.dialect.name  # type: ignore[attr-defined]
    figure(
        "the database fails on the n-th statement",
        f"{dialect}, commits fail {moment} they take effect: every failure healed, 0 half done",
        faults=sum(counts.values()) + claims,
    )


def test_a_database_that_fails_says_nothing_about_the_file_that_is_checked_meanwhile(world: World) -> None:
    ledger, caller = world.ledger, world.caller("maison")
    with failing(ledger.store.engine) as database:  # type: ignore[attr-defined]
        for at in range(1, 60):
            text = f"gtin;serial;model_ref\n{GTIN};;Sac {at}\n"
            sent = import_items.upload(ledger, caller, "a.csv", io.BytesIO(text.encode()))
            database.fail(at)
            with suppress(Unavailable):
                run_jobs_once(ledger)
            failed = database.failed
            database.fail(0)
            with ledger.store.read() as tx:
                assert own_import(tx, caller, sent.id).state is not ImportState.UNREADABLE
            if not failed:
                break
            world.clock.ahead += ABANDONED
            run_jobs_once(ledger)
            with ledger.store.read() as tx:
                assert own_import(tx, caller, sent.id).state is ImportState.CHECKED
    assert 5 < at < 59
