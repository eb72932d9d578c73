"""A backup taken while people write, and the house that is made of it: rehearsed whole, on both databases."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from ledger.chain.local_node import LocalNode
from ledger.cli import root
from ledger.domain.errors import Invalid
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.outbox import Queued, State
from ledger.keeping.backups import unpack
from ledger.services import import_items
from ledger.services import record_inspection as records
from ledger.settings import Settings
from ledger.storage.tables import events, imports, meta
from tests.support.postgres import Postgres
from tests.support.world import Card, World, person


def run(settings: Settings, *line: str, code: int = 0) -> Any:
    """A command's JSON document."""
    environment = {
        "TOUCHMARK_DATA": str(settings.data),
        "TOUCHMARK_NODE_URL": settings.node_url,
        "TOUCHMARK_DATABASE_URL": settings.database_url,
        "TOUCHMARK_FINALITY_DEPTH": None,
    }
    outcome = CliRunner(env=environment).invoke(root, ["--json", *line], catch_exceptions=False)
    assert outcome.exit_code == code, outcome.output
    return json.loads(outcome.stdout)


@pytest.fixture
def elsewhere(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Where a new house may be made: no folder yet, and an empty database."""
    if database == "sqlite":
        yield Settings(data=tmp_path / "elsewhere")
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield Settings(data=tmp_path / "elsewhere", database_url=server.url(name))
    server.drop(name)


@contextmanager
def opened(settings: Settings) -> Iterator[World]:
    """The restored house, with the chain of its folder."""
    with LocalNode(settings.data) as node:
        world = World(settings.model_copy(update={"node_url": node.url}), node)
        try:
            yield world
        finally:
            world.close()


def inspect(world: World, card: Card) -> Queued:
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 1)
    return records.record(world.ledger, world.caller("luxcheck"), records.inspection(card.gtin, card.serial, facts, {}))


def upload(world: World, number: int) -> str:
    text = f"gtin;serial;model_ref\n09521234543213;;Sac {number}\n"
    return import_items.upload(world.ledger, world.caller("maison"), "a.csv", io.BytesIO(text.encode())).id


def events_of(world: World) -> dict[str, int]:
    """How many events of each name our copy of the chain has."""
    found: dict[str, int] = {}
    with world.ledger.store.read() as tx:
        for name in tx.connection.scalars(select(events.c.name)):  # type: ignore[attr-defined]
            found[name] = found.get(name, 0) + 1
    return found


def test_what_was_acknowledged_before_a_backup_is_in_it_though_writing_goes_on(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    cards = world.cards()
    before = [world.claim(cards[0], person("ada")), inspect(world, cards[1])]
    files = [upload(world, 0)]
    world.settle()
    before.append(inspect(world, cards[2]))  # queued, and not sent
    stop, since, trouble = threading.Event(), [], []

    def write_on() -> None:
        try:
            while not stop.is_set():
                since.append(inspect(world, cards[3]))
                upload(world, len(since))
                world.loop.turn()
        except BaseException as error:
            trouble.append(error)
            raise

    writing = threading.Thread(target=write_on)
    writing.start()
    try:
        while not since and not trouble:
            stop.wait(0.01)
        told = run(world.settings, "backup", str(tmp_path / "b.tar"))
        begun = len(since)
        while len(since) == begun and not trouble:
            stop.wait(0.01)
    finally:
        stop.set()
        writing.join(60)
    assert not trouble
    assert told["final"] <= told["save"]
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600

    run(elsewhere, "restore", str(tmp_path / "b.tar"))
    with opened(elsewhere) as restored:
        with restored.ledger.store.read() as tx:
            kept = list(tx.connection.scalars(select(imports.c.sha256)))  # type: ignore[attr-defined]
            noted = set(tx.connection.scalars(select(meta.c.key)))  # type: ignore[attr-defined]
            assert tx.imports.get(files[0]) is not None
        assert "lease" not in noted
        assert kept
        assert all(restored.ledger.files.has("uploads", name) for name in kept)
        restored.settle()
        for queued in before:
            restored.expect(queued, State.FINAL)
        assert "Refused" not in events_of(restored)
        assert run(restored.settings, "audit")["outcome"] == "ok"
        # And life goes on.
        again = inspect(restored, cards[5])
        restored.settle()
        restored.expect(again, State.FINAL)


def test_what_the_chain_accepted_since_is_found_on_it_and_sent_no_second_time(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    cards = world.cards()
    waiting = [world.claim(cards[0], person("ada")), inspect(world, cards[0])]
    run(world.settings, "backup", str(tmp_path / "b.tar"))
    world.settle()
    later = [world.claim(cards[1], person("ben")), inspect(world, cards[1])]
    world.settle()
    counted = events_of(world)

    run(elsewhere, "restore", str(tmp_path / "b.tar"))
    # The chain outlives the database, as one of others does.
    shutil.rmtree(elsewhere.data / "node" / "saves")
    shutil.copytree(world.settings.data / "node" / "saves", elsewhere.data / "node" / "saves")
    with opened(elsewhere) as restored:
        restored.settle()
        assert events_of(restored) == counted
        with restored.ledger.store.read() as tx:
            sent = tx.outbox.carriers_of([queued.id for queued in waiting])
            assert not sent
            # What was said since is on the chain; that it was said here is forgotten.
            assert all(tx.outbox.get(queued.id) is None for queued in later)
            state = tx.chain.state(cards[1].item)
            assert state is not None
            assert state.holder == person("ben").address
        for queued in waiting:
            restored.expect(queued, State.FINAL)
        # A new statement takes a number that nobody has used, though the database has forgotten some.
        again = inspect(restored, cards[2])
        restored.settle()
        restored.expect(again, State.FINAL)
        assert run(restored.settings, "audit")["outcome"] == "ok"


def test_a_backup_of_the_passphrase_apart_opens_with_it_alone(sqlite_world: World, tmp_path: Path) -> None:
    world, elsewhere = sqlite_world, Settings(data=tmp_path / "elsewhere")
    told = run(world.settings, "backup", str(tmp_path / "b.tar"), "--without-passphrase")
    assert not told["passphrase"]
    assert b"secrets/passphrase" not in (tmp_path / "b.tar").read_bytes()
    refused = run(elsewhere, "restore", str(tmp_path / "b.tar"), code=1)
    assert "TOUCHMARK_PASSPHRASE" in refused["error"]["detail"]
    wrong = CliRunner(env={"TOUCHMARK_DATA": str(elsewhere.data), "TOUCHMARK_PASSPHRASE": "not it"})
    assert wrong.invoke(root, ["restore", str(tmp_path / "b.tar")]).exit_code == 3
    assert not elsewhere.data.exists()
    passphrase = (world.settings.data / "secrets" / "passphrase").read_text()
    right = CliRunner(env={"TOUCHMARK_DATA": str(elsewhere.data), "TOUCHMARK_PASSPHRASE": passphrase})
    assert right.invoke(root, ["restore", str(tmp_path / "b.tar")]).exit_code == 0
    # Nobody else looks into it, whatever the files in it allow.
    assert stat.S_IMODE(elsewhere.data.stat().st_mode) == 0o700


def test_nothing_is_written_over(sqlite_world: World, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    target.write_bytes(b"precious")
    assert run(sqlite_world.settings, "backup", str(target), code=1)["error"]["code"] == "conflict"
    assert target.read_bytes() == b"precious"
    run(sqlite_world.settings, "backup", str(tmp_path / "c.tar"))
    before = sorted(path.name for path in sqlite_world.settings.data.rglob("*"))
    run(sqlite_world.settings, "restore", str(tmp_path / "c.tar"), code=1)
    assert sorted(path.name for path in sqlite_world.settings.data.rglob("*")) == before


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _changed(raw: bytes) -> bytes:
    at = raw.index(b"SQLite format 3") + 5_000
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _outside(raw: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(raw)) as old, tarfile.open(fileobj=out, mode="w") as new:
        new.addfile(tarfile.TarInfo("files/../../escaped"), io.BytesIO())
        for member in old:
            new.addfile(member, old.extractfile(member))
    return out.getvalue()


def _linked(raw: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(raw)) as old, tarfile.open(fileobj=out, mode="w") as new:
        link = tarfile.TarInfo("files/away")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        new.addfile(link)
        for member in old:
            new.addfile(member, old.extractfile(member))
    return out.getvalue()


def _holed(raw: bytes) -> bytes:
    """A file of a gigabyte of nothing, in one block (GNU tar's old form for files with holes)."""
    member = tarfile.TarInfo("files/uploads/ab/abholed")
    member.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"%011o\0" % 2**30
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + raw


def test_a_file_with_holes_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    (tmp_path / "bad.tar").write_bytes(_holed(b""))
    with pytest.raises(Invalid, match="no part of a backup"):
        unpack(tmp_path / "bad.tar", tmp_path / "new")


@pytest.mark.parametrize("harm", [_cut, _changed, _outside, _linked])
def test_a_backup_that_is_not_what_was_written_is_refused_and_leaves_nothing(
    sqlite_world: World, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    run(sqlite_world.settings, "backup", str(tmp_path / "b.tar"))
    (tmp_path / "bad.tar").write_bytes(harm((tmp_path / "b.tar").read_bytes()))
    place = tmp_path / "new" / "house"
    refused = run(Settings(data=place), "restore", str(tmp_path / "bad.tar"), code=1)
    assert "bad.tar" in refused["error"]["detail"]
    assert list(place.parent.iterdir()) == []
    assert not list(tmp_path.rglob("escaped"))
