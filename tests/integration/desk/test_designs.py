"""A design is dated, its certificate checked with nothing but the files, and then with a node."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.domain.errors import Conflict, Unknown
from ledger.services.desk.designs import (
    certificate_file,
    certificate_pdf,
    date_design,
    design_certificate,
    designs_of,
)
from tests.support.world import World


def test_a_certificate_is_made_once_final_and_checked_without_us(world: World, tmp_path: Path) -> None:
    maison, files = world.caller("maison"), [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for one in files:
        one.write_bytes(one.name.encode())
    from ledger.cli.design import _sha256

    dated = date_design(world.ledger, maison, "Lune", [(one.name, _sha256(one).hex()) for one in files])
    with pytest.raises(Conflict, match="not final yet"):
        design_certificate(world.ledger, maison, dated.id)
    world.settle()
    document = design_certificate(world.ledger, maison, dated.id)
    with pytest.raises(Unknown):
        design_certificate(world.ledger, world.caller("rival"), dated.id)
    assert [one.id for one in designs_of(world.ledger, maison)] == [dated.id]
    assert certificate_pdf(document).startswith(b"%PDF-")

    file = tmp_path / "certificate.json"
    file.write_bytes(certificate_file(document))

    def verify(*names: str) -> int:
        return CliRunner().invoke(root, ["design", "verify", *names]).exit_code

    node = str(world.settings.node_url)
    copies = [str(one) for one in files]
    assert verify(str(file), *copies) == 3
    assert verify("--rpc", node, str(file), *copies) == 0
    files[1].write_bytes(b"changed")
    assert verify("--rpc", node, str(file), *copies) == 2
    other = json.loads(file.read_bytes())
    other["block"]["time"] += 1
    file.write_text(json.dumps(other))
    assert verify("--rpc", node, str(file), copies[0]) == 2
    with world.ledger.store.read() as tx:
        [entry] = tx.desk_log.entries(0, 10, subject=dated.id)
    assert entry.kind == "design.anchored"
