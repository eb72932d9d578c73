"""What is kept of parts: found as a plain model finds it, made again from the manifests, and readable by nobody."""

from __future__ import annotations

import gzip
import json
import logging
import random
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary, delete, select

from ledger.cli import root
from ledger.domain.components import Seen, meant
from ledger.domain.errors import Conflict, Forbidden
from ledger.domain.records import field_leaf, jcs
from ledger.domain.statements import MarkKind
from ledger.services import components_check
from ledger.services.amend_item import amend
from ledger.services.components_check import check_parts
from ledger.services.components_seal import open_part
from ledger.services.restore_batches import restore_batches
from ledger.storage.engine import Store
from ledger.storage.tables import metadata
from ledger.storage.tables_components import new_parts, part_marks, part_questions
from tests.integration.components.conftest import Watches
from tests.web.stage import GTIN

_KINDS = ("case", "movement", "buckle")


@pytest.fixture(autouse=True)
def _many_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components_check, "AN_ITEM", 100_000)
    monkeypatch.setattr(components_check, "A_DAY", 1_000_000)


def _dump(watches: Watches) -> list[tuple[object, ...]]:
    store = watches.stage.ledger.store
    assert isinstance(store, Store)
    with store.read() as tx:
        query = select(part_marks).order_by(*part_marks.primary_key)
        return [tuple(row) for row in tx.connection.execute(query)]


class Model:
    """A ledger that keeps serials in plain: which is in which item now, and which were."""

    def __init__(self) -> None:
        self.now: dict[tuple[str, str], str] = {}
        self.were: dict[tuple[str, str], set[str]] = {}
        self.stolen: set[str] = set()

    def put(self, watch: str, kind: str, serial: str) -> None:
        old = self.now.get((watch, kind))
        if old is not None:
            self.were.setdefault((watch, kind), set()).add(old)
        self.now[watch, kind] = serial

    def found(self, watch: str, kind: str, serial: str) -> str:
        elsewhere = {other for (other, part), one in self.now.items() if (part, one) == (kind, serial)} - {watch}
        if elsewhere & self.stolen:
            return "stolen"
        if self.now.get((watch, kind)) == serial:
            return "match"
        if serial in self.were.get((watch, kind), ()):
            return "replaced"
        return "foreign" if elsewhere or (watch, kind) in self.now else "not_recorded"


@pytest.mark.parametrize("seed", [1, 2])
def test_the_look_up_finds_what_a_plain_model_finds_over_random_histories(watches: Watches, seed: int) -> None:
    chance, model = random.Random(seed), Model()
    pool = [f"R{seed}-{number}" for number in range(8)]
    items = [dict(zip(chance.sample(_KINDS, 2), chance.sample(pool, 2), strict=True)) for _ in range(3)]
    names = watches.add(*items)
    for name, one in zip(names, items, strict=True):
        for kind, serial in one.items():
            model.put(name, kind, serial)
    for _ in range(10):
        name, kind, serial = chance.choice(names), chance.choice(_KINDS), chance.choice(pool)
        match chance.choice(["fit", "fit", "fit", "steal", "find"]):
            case "fit":
                refused = model.found(name, kind, serial) in ("stolen", "match")
                try:
                    watches.fit(name, kind, serial)
                except Conflict:
                    assert refused
                else:
                    assert not refused
                    model.put(name, kind, serial)
            case "steal" if name not in model.stolen:
                watches.mark(name, MarkKind.THEFT)
                model.stolen.add(name)
            case "find" if name in model.stolen:
                watches.mark(name, MarkKind.SETTLE_THEFT)
                model.stolen.discard(name)
        wanted = {
            (one, part, typed): model.found(one, part, typed) for one in names for part in _KINDS for typed in pool
        }
        assert dict(_all_found(watches, names, pool)) == wanted


def _all_found(watches: Watches, names: list[str], pool: list[str]) -> Iterator[tuple[tuple[str, str, str], str]]:
    ledger, inspector = watches.stage.ledger, watches.stage.inspector
    for name in names:
        for kind in _KINDS:
            answers = check_parts(ledger, inspector, GTIN, name, [Seen(kind, typed) for typed in pool]).answers
            for typed, answer in zip(pool, answers, strict=True):
                yield (name, kind, typed), answer.found.value


def test_the_marks_are_made_again_from_the_manifests(watches: Watches) -> None:
    (one,) = watches.add({"case": "K-100", "buckle": "K-101"})
    said = {"model_ref": "Sac Lune 25", "part.case": "K-102"}
    amend(watches.stage.ledger, watches.stage.brand, GTIN, one, said)
    watches.stage.follow()
    watches.fit(one, "movement", "K-103")
    before, store = _dump(watches), watches.stage.ledger.store
    assert isinstance(store, Store)
    with store.write() as tx:
        tx.connection.execute(delete(part_marks))
    assert watches.found(one, "case", "K-102") == "not_recorded"
    restore_batches(watches.stage.ledger)
    assert _dump(watches) == before
    assert watches.found(one, "case", "K-102") == "match"
    assert watches.found(one, "case", "K-100") == "replaced"
    assert watches.found(one, "movement", "K-103") == "match"


def test_no_table_and_no_log_holds_a_serial_that_somebody_fitted_or_typed(
    watches: Watches, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (one,) = watches.add({"strap": "REGISTERED-9"})
    watches.fit(one, "strap", "FITTED-777")
    watches.found(one, "strap", "TYPED-555")
    store = watches.stage.ledger.store
    assert isinstance(store, Store)
    secrets = [word.encode() for plain in ("FITTED-777", "TYPED-555") for word in (plain, meant(plain))]
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.connection.execute(select(table)):
                for value in row:
                    kept = (
                        bytes(value)
                        if isinstance(value, bytes | memoryview)
                        else json.dumps(value, default=str).encode()
                    )
                    assert not any(secret in kept for secret in secrets), table.name
        for table in (part_marks, new_parts, part_questions):
            for row in tx.connection.execute(select(table)):
                assert not any(b"REGISTERED-9" in str(value).encode() for value in row)
    assert not any(secret.decode() in caplog.text for secret in secrets)
    assert isinstance(new_parts.c.sealed.type, LargeBinary)


def test_the_public_manifest_names_no_part(watches: Watches) -> None:
    (one,) = watches.add({"case": "MANIFEST-1"})
    ledger = watches.stage.ledger
    with ledger.store.read() as tx:
        batch = tx.batches.get(tx.batches.find(GTIN, one)[0].batch_id)
    assert batch is not None
    assert batch.public_file is not None
    assert batch.private_fields.count("part.case") == 1
    text = gzip.decompress(ledger.files.read("manifests", batch.public_file))
    assert b"MANIFEST-1" not in text
    assert b"part." not in text


def test_whoever_recorded_a_part_and_the_brand_can_prove_its_serial(watches: Watches) -> None:
    (one,) = watches.add({"case": "P-100"})
    watches.fit(one, "case", "P-101")
    ledger = watches.stage.ledger
    with ledger.store.read() as tx:
        item = tx.batches.find(GTIN, one)[0].item
        (kept,) = tx.components.new_parts(item)
        report = tx.papers.report(kept.report)
    assert report is not None
    assert report.body["sealed"] == "0x" + kept.commitment.hex()
    for slug in ("maison", "atelier"):
        opened = open_part(ledger, watches.caller(slug), GTIN, one, kept.report)
        assert opened is not None
        assert opened.serial == "P-101"
        assert field_leaf(opened.salt, "part.case", jcs(opened.serial)) == kept.commitment
    with pytest.raises(Forbidden):
        open_part(ledger, watches.caller("luxcheck"), GTIN, one, kept.report)


def test_the_command_line_compares_replaces_and_tells(watches: Watches) -> None:
    (one,) = watches.add({"case": "CLI-100"})
    settings = watches.stage.settings
    environment = {"TOUCHMARK_NODE_URL": settings.node_url, "TOUCHMARK_DATABASE_URL": settings.database_url}

    def run(*line: str) -> object:
        ran = CliRunner(env=environment).invoke(root, ["--data", str(settings.data), "component", *line, "--json"])
        assert ran.exit_code == 0, ran.output
        assert "CLI-10" not in ran.output
        return json.loads(ran.stdout)

    run("replace", GTIN, one, "--org", "atelier", "--part", "case", "--new-serial", "CLI-101")
    watches.stage.follow()
    told = run("check", GTIN, one, "--org", "luxcheck", "--seen", "case=CLI-100", "--seen", "case=cli101")
    assert [part["found"] for part in told["parts"]] == ["replaced", "match"]  # type: ignore[index]
    fits = run("history", GTIN, one, "--org", "maison")["parts"]  # type: ignore[index]
    assert [fit["source"] for fit in fits] == ["registered", "service"]
    asked = run("questions", GTIN, one, "--org", "maison")
    assert {question["by"] for question in asked} == {"Atelier", "Lux Check"}  # type: ignore[attr-defined]
