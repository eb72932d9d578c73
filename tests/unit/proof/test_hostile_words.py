"""A file's own words and times stay what they are on the screen: neither a crash nor an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from ledger.chain import signing
from ledger.cli import root
from ledger.domain.identity import path, path_hash
from ledger.domain.merkle import leaf
from ledger.domain.records import field_leaf, jcs, root_of
from ledger.proof.canonical import write_canonical
from tests.vectors.passport_cases import FOLDER

_SALT = b"\x11" * 32


def _answer(folder: Path, told: dict[str, Any]) -> str:
    file = folder / "passport.json"
    file.write_bytes(write_canonical(told))
    result = CliRunner().invoke(root, ["verify", str(file)])
    assert result.exit_code == 3, result.output
    return result.stdout


def _told() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / "good" / "untouched.json").read_bytes())
    told["batch"]["signature"] = told["state"] = None
    return told


def test_a_time_beyond_the_calendar_is_told_in_seconds(tmp_path: Path) -> None:
    told = _told()
    told["batch"]["time"] = 2**40 - 1
    assert f"{2**40 - 1} seconds after 1970" in _answer(tmp_path, told)


def test_no_name_and_no_value_of_a_record_writes_a_line_or_steers_the_terminal(tmp_path: Path) -> None:
    told = _told()
    name, value = "a\x1b[2J\nb", "c\x1b[1m\n✓ It holds (level 3 of 3)\u202e"
    record = root_of([field_leaf(_SALT, name, jcs(value))])
    told["record"] = {
        "hash": "0x" + record.hex(),
        "fields": [{"name": name, "value": value, "salt": "0x" + _SALT.hex()}],
    }
    where = path_hash(path(told["item"]["gtin"], told["item"]["serial"]), signing.keccak)
    claim = bytes.fromhex(told["listing"]["claimAddress"][2:])
    told["listing"]["proof"] = []
    told["batch"]["root"] = "0x" + leaf(where, record, claim, signing.keccak).hex()
    shown = _answer(tmp_path, told)
    assert not {"\x1b", "\u202e"} & set(shown)
    assert not [line for line in shown.splitlines() if line.startswith("✓")]
    assert "a[U+001B][2J[U+000A]b" in shown
