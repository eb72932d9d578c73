"""Case files: each side's own, sealed so that no changed byte goes unseen, and honest about what they lack."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.chain import signing
from ledger.cli import root
from ledger.domain.desk_log import sealed
from ledger.domain.errors import LedgerError
from ledger.files.case_zip import check_case_file
from tests.web.api.asking import Asking
from tests.web.api.desk_asking import line, notice, stolen_items
from tests.web.stage import Stage


@pytest.fixture(scope="module")
def case(stage: Stage, brand: Asking, anyone: Asking) -> str:
    """A case against a listing of Bazar with a stolen item, and a test purchase that lacks some things."""
    [item] = stolen_items(stage, brand, anyone, 1)
    made = brand.post("/v1/notices", notice(line(item, "file-1")), 201)
    id = str(brand.get(f"/v1/cases?notice={made['id']}")["items"][0]["id"])
    told = {
        "bought_at": "2026-01-02T10:00:00Z",
        "bought_by": "Test Buyers Ltd",
        "received_at": "2026-01-04T10:00:00Z",
        "sealed_at": "2026-01-07T10:00:00Z",
        "sealed_by": "Notary Bianchi",
        "seal": "A-1701",
        "photos": ["ab" * 32],
    }
    brand.post(f"/v1/cases/{id}/test-purchases", told, 201)
    return id


def file_of(asking: Asking, case: str) -> bytes:
    response = asking.ask("GET", f"/v1/cases/{case}/file")
    assert response.status_code == 200, response.get_data(as_text=True)
    return bytes(response.data)


def part(raw: bytes, name: str) -> Any:
    return json.loads(zipfile.ZipFile(io.BytesIO(raw)).read(name))


def test_a_case_file_holds_offline_and_every_entry_is_found_in_the_log(stage: Stage, brand: Asking, case: str) -> None:
    raw = file_of(brand, case)
    found = check_case_file(raw, signing.signer_of)
    assert found.faults == ()
    entries = part(raw, "case.json")["entries"]
    assert {"case.received", "case.decided", "custody.test_purchase"} <= {one["kind"] for one in entries}
    with stage.ledger.store.read() as tx:
        for one in entries:
            [real] = tx.desk_log.entries(one["number"] - 1, 1)
            assert (real.hash.hex(), real.previous.hex()) == (one["hash"], one["previous"])
            assert sealed(*(getattr(real, name) for name in real.__slots__[:7])).hash == real.hash
    graph = part(raw, "graph.json")
    assert any(one["to"].startswith("purchase:") for one in graph["edges"])
    assert zipfile.ZipFile(io.BytesIO(raw)).read("case.pdf").startswith(b"%PDF-")
    assert part(raw, "passport.json")["format"]


def test_what_custody_lacks_is_listed(brand: Asking, case: str) -> None:
    told = {one["word"] for one in part(file_of(brand, case), "case.json")["gaps"]}
    assert {"sealed_late", "photos_elsewhere", "not_inspected"} <= told
    assert not {"no_test_purchase", "not_sealed", "not_received", "no_passport"} & told


def test_any_changed_byte_is_found(brand: Asking, case: str) -> None:
    raw = file_of(brand, case)
    drawn = Random(7)
    places = {0, 30, len(raw) - 1, *(drawn.randrange(len(raw)) for _ in range(150))}
    for place in places:
        changed = bytearray(raw)
        changed[place] ^= 1 << drawn.randrange(8)
        try:
            assert check_case_file(bytes(changed), signing.signer_of).faults, place
        except LedgerError:
            continue
    for more in (raw + b"\0", raw[:-1], b"\0" + raw, b""):
        try:
            assert check_case_file(more, signing.signer_of).faults
        except LedgerError:
            continue


def test_each_side_sees_its_own_and_strangers_nothing(
    brand: Asking, platform: Asking, rival: Asking, case: str
) -> None:
    platforms = file_of(platform, case)
    assert check_case_file(platforms, signing.signer_of).faults == ()
    assert b"Test Buyers Ltd" not in platforms
    assert all(one["whole"] for one in part(platforms, "case.json")["entries"])
    assert "seller" not in part(file_of(brand, case), "case.json")
    assert rival.ask("GET", f"/v1/cases/{case}/file").status_code == 404
    purchase = {"bought_at": "2026-01-02T10:00:00Z", "bought_by": "X"}
    rival.post(f"/v1/cases/{case}/test-purchases", purchase, 404)
    platform.post(f"/v1/cases/{case}/test-purchases", purchase, 409)
    brand.post(f"/v1/cases/{case}/test-purchases", purchase | {"received_at": "2026-01-01T10:00:00Z"}, 422)
    brand.post(f"/v1/cases/{case}/test-purchases", purchase | {"bought_at": "2126-01-01T10:00:00Z"}, 422)


def test_the_command_checks_a_file_without_a_ledger(
    stage: Stage, brand: Asking, anyone: Asking, case: str, tmp_path: Path
) -> None:
    file, trust = tmp_path / "case.zip", tmp_path / "trust.json"
    file.write_bytes(file_of(brand, case))
    trust.write_bytes(anyone.ask("GET", "/.well-known/touchmark.json").data)
    runner = CliRunner()
    held = runner.invoke(root, ["case-file", "verify", str(file), "--trust", str(trust)])
    assert held.exit_code == 0, held.output
    assert "sealed by a ledger that you trust" in held.output
    assert runner.invoke(root, ["case-file", "verify", str(file)]).exit_code == 3
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    assert runner.invoke(root, ["case-file", "verify", str(file), "--trust", str(trust)]).exit_code == 2


def test_a_purchase_stands_in_the_log_by_its_hash_alone(stage: Stage, case: str) -> None:
    with stage.ledger.store.read() as tx:
        entries = tx.desk_log.entries(0, 10_000, kinds={"custody.test_purchase"})
        [(id, body)] = tx.signals.purchases(case)
    [entry] = [one for one in entries if one.subject == id]
    assert json.loads(entry.body) == {"case": case, "sha256": hashlib.sha256(body.encode()).hexdigest()}
