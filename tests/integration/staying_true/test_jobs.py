"""Long work beside the requests: two workers never mix one batch, and one bad file ends no other's work."""

from __future__ import annotations

import io
import shutil

import pytest

from ledger.domain.batches import Batch
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.imports import Job
from ledger.domain.merkle import verify
from ledger.services import import_items
from ledger.services.import_items import PREPARE
from ledger.services.open_item import leaf_of, proof_of
from ledger.services.prepare_batch import prepare
from ledger.services.restore_batches import restore_batches
from ledger.services.views_of_chain import listed
from ledger.storage.engine import Store
from ledger.worker import run_jobs_once, work_off
from tests.support.world import World

LINES = [f"09521234543213;OWN{number:05};Sac {number}" for number in range(5)]


def confirmed(world: World, lines: list[str], name: str = "a.csv") -> Batch:
    caller = world.caller("maison")
    text = "gtin;serial;model_ref\n" + "\n".join(lines) + "\n"
    sent = import_items.upload(world.ledger, caller, name, io.BytesIO(text.encode()))
    import_items.check_import(world.ledger, sent.id)
    return import_items.confirm(world.ledger, caller, sent.id)


def expect_whole(world: World, batch_id: str) -> None:
    """Every listed item is proven by the batch's root, and its card opens what is listed."""
    with world.ledger.store.read() as tx:
        batch = tx.batches.get(batch_id)
        items = tx.batches.items_page(batch_id, -1, 100)
        assert batch is not None
        assert batch.ready
        assert len(items) == batch.count == 5
        for item in items:
            subject = listed(tx, item.item)
            leaf = leaf_of(world.ledger, subject)
            assert verify(batch.root or b"", leaf, proof_of(world.ledger, subject), world.ledger.keccak)


def test_items_stand_in_the_order_of_their_rows_whatever_their_serials(world: World) -> None:
    batch = prepare(world.ledger, confirmed(world, LINES[::-1]).id)
    with world.ledger.store.read() as tx:
        told = [(item.position, item.serial) for item in tx.batches.items_page(batch.id, -1, 100)]
    assert told == [(place, f"OWN{4 - place:05}") for place in range(5)]
    expect_whole(world, batch.id)


def test_what_was_on_sale_before_its_batch_stays_so_since_then(world: World) -> None:
    batch = prepare(world.ledger, confirmed(world, LINES).id)
    with world.ledger.store.write() as tx:
        names = [item.item for item in tx.batches.items_page(batch.id, -1, 100)]
        tx.batches.activate([names[2].to_bytes(32, "big")], batch.organisation, 1_000)
        tx.batches.activate_batch(batch.id, batch.organisation, 2_000)
    with world.ledger.store.read() as tx:
        assert [tx.batches.on_sale_at(item) for item in names] == [2_000, 2_000, 1_000, 2_000, 2_000]


def test_a_batch_begun_by_two_workers_is_the_last_ones_and_whole(world: World) -> None:
    batch = confirmed(world, LINES)
    begun: list[int] = []

    def meanwhile(_: int) -> None:
        if not begun:
            begun.append(1)
            prepare(world.ledger, batch.id)

    with pytest.raises(Unavailable, match="Another worker"):
        prepare(world.ledger, batch.id, meanwhile)
    expect_whole(world, batch.id)
    assert prepare(world.ledger, batch.id).ready
    expect_whole(world, batch.id)


def test_two_files_with_the_same_items_become_one_listing(world: World) -> None:
    first, second = confirmed(world, LINES), confirmed(world, [*LINES, "09521234543213;OWN00099;Sac 99"], "b.csv")
    tried: list[int] = []

    def meanwhile(_: int) -> None:
        if not tried:
            tried.append(1)
            with pytest.raises(Unavailable, match="another file"):
                prepare(world.ledger, second.id)

    prepare(world.ledger, first.id, meanwhile)
    expect_whole(world, first.id)
    assert prepare(world.ledger, second.id).count == 1, "what the first has is not listed again"


def test_a_file_whose_items_are_all_listed_meanwhile_leaves_nothing_behind(world: World) -> None:
    first, second = confirmed(world, LINES), confirmed(world, LINES[::-1], "b.csv")
    prepare(world.ledger, first.id)
    with pytest.raises(Conflict, match="registered meanwhile"):
        prepare(world.ledger, second.id)
    with world.ledger.store.read() as tx:
        assert tx.batches.items_page(second.id, -1, 10) == []
    expect_whole(world, first.id)


def test_a_job_that_breaks_is_told_and_the_next_is_done(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    caller = world.caller("maison")
    broken = import_items.upload(world.ledger, caller, "broken.csv", io.BytesIO(b"gtin;serial;model_ref\n1;2;3\n"))
    good = import_items.upload(world.ledger, caller, "good.csv", io.BytesIO(b"gtin;serial;model_ref\n4;5;6\n"))

    def trip(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr("ledger.worker.check_import", trip)
        assert run_jobs_once(world.ledger)
    with world.ledger.store.read() as tx:
        job = tx.imports.job("check", broken.id)
    assert job is not None
    assert job.state == "failed"
    assert "on our side" in (job.problem or "")
    assert run_jobs_once(world.ledger)
    with world.ledger.store.read() as tx:
        assert tx.imports.job("check", good.id).state == "done"  # type: ignore[union-attr]
    assert not run_jobs_once(world.ledger)


def test_a_job_that_waits_for_something_is_not_hurried(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    batch = confirmed(world, LINES)
    assert run_jobs_once(world.ledger), "the check that was done by hand already"

    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("ledger.worker.prepare", full)
        assert not run_jobs_once(world.ledger)
    assert run_jobs_once(world.ledger)
    expect_whole(world, batch.id)


def test_a_worker_that_comes_back_too_late_does_not_undo_what_another_did(sqlite_world: World) -> None:
    world = sqlite_world
    batch = confirmed(world, LINES)
    with world.ledger.store.write() as tx:
        late = tx.imports.take_job_of(PREPARE, batch.id, world.ledger.now(), 0)
    assert isinstance(late, Job)
    world.clock.ahead += 120
    with world.ledger.store.write() as tx:
        job = tx.imports.take_job_of(PREPARE, batch.id, world.ledger.now(), world.ledger.now() - 60)
    assert job is not None
    assert work_off(world.ledger, job)
    shutil.rmtree(world.settings.data / "files" / "uploads")
    work_off(world.ledger, late)
    with world.ledger.store.read() as tx:
        assert tx.imports.job(PREPARE, batch.id).state == "done"  # type: ignore[union-attr]
    expect_whole(world, batch.id)


def test_a_database_that_is_away_is_unavailable_and_says_so() -> None:
    store = Store("postgresql://touchmark@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="database"), store.read():
        raise AssertionError("nothing to read from")


def test_a_serial_of_our_making_that_is_taken_is_made_anew(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    bare = [line.replace(f"OWN{number:05}", "") for number, line in enumerate(LINES)]
    first, second = confirmed(world, bare), confirmed(world, bare[::-1], "b.csv")
    drawn = [["0" * 11 + str(n) for n in range(5)] for _ in range(2)] + [[f"NEW{n:09}" for n in range(5)]]
    monkeypatch.setattr("ledger.services.prepare_batch.make_serials", lambda _, count: drawn.pop(0)[:count])
    prepare(world.ledger, first.id)
    prepare(world.ledger, second.id)
    expect_whole(world, first.id)
    expect_whole(world, second.id)
    with world.ledger.store.read() as tx:
        assert [item.serial for item in tx.batches.items_page(second.id, -1, 10)] == [f"NEW{n:09}" for n in range(5)]


def test_a_batch_made_by_several_processes_is_whole_and_is_restored_from_its_manifests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.services.prepare_batch._WORTH_A_PROCESS", 1)
    monkeypatch.setattr("ledger.services.prepare_batch.PAGE", 2)
    batch = confirmed(world, LINES)
    prepare(world.ledger, batch.id)
    expect_whole(world, batch.id)
    with world.ledger.store.read() as tx:
        made = tx.batches.items_page(batch.id, -1, 100)
    restore_batches(world.ledger)
    with world.ledger.store.read() as tx:
        assert tx.batches.items_page(batch.id, -1, 100) == made
    expect_whole(world, batch.id)
