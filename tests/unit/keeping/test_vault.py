"""Secrets at rest: what is sealed opens for its purpose and passphrase only."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from ledger.chain import signing
from ledger.domain.errors import Unavailable
from ledger.keeping.vault import Vault, open_vault


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault("correct horse", b"s" * 16)


def test_what_is_sealed_opens_for_the_same_purpose_only(vault: Vault) -> None:
    sealed = vault.seal(b"secret", "batch/1")
    assert b"secret" not in sealed
    assert vault.open(sealed, "batch/1") == b"secret"
    with pytest.raises(Unavailable, match="passphrase"):
        vault.open(sealed, "batch/2")
    assert vault.seal(b"secret", "batch/1") != sealed


def test_another_passphrase_or_salt_opens_nothing(vault: Vault) -> None:
    sealed = vault.seal(b"secret", "x")
    _, keystore = vault.new_key()
    for other in (Vault("wrong horse", b"s" * 16), Vault("correct horse", b"t" * 16)):
        with pytest.raises(Unavailable):
            other.open(sealed, "x")
        with pytest.raises(Unavailable):
            other.open_key(keystore)
        assert other.derive("x") != vault.derive("x")


@pytest.mark.parametrize("change", [0, 11, 12, -1])
def test_a_changed_byte_is_noticed(vault: Vault, change: int) -> None:
    sealed = bytearray(vault.seal(b"secret", "x"))
    sealed[change] ^= 1
    with pytest.raises(Unavailable):
        vault.open(bytes(sealed), "x")


def test_a_sealed_secret_that_lost_its_end_is_unavailable(vault: Vault) -> None:
    sealed = vault.seal(b"secret", "x")
    for length in range(len(sealed)):
        with pytest.raises(Unavailable):
            vault.open(sealed[:length], "x")


def test_a_new_key_comes_back_and_signs_for_its_address(vault: Vault) -> None:
    address, keystore = vault.new_key()
    assert signing.address_of(vault.open_key(keystore)) == address
    assert vault.open_key(keystore) == vault.open_key(dict(keystore))
    assert vault.new_key()[0] != address


@pytest.mark.parametrize("keystore", [{}, {"crypto": {}}, {"crypto": {"mac": "", "ciphertext": ""}}, {"crypto": None}])
def test_a_damaged_keystore_is_unavailable(vault: Vault, keystore: dict[str, object]) -> None:
    with pytest.raises(Unavailable):
        vault.open_key(keystore)


def test_a_first_start_makes_a_passphrase_that_only_its_user_reads(tmp_path: Path) -> None:
    first = open_vault(tmp_path, None)
    folder = tmp_path / "secrets"
    assert {path.name for path in folder.iterdir()} == {"passphrase", "salt", "probe"}
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len((folder / "passphrase").read_bytes()) == 64
    assert open_vault(tmp_path, None).derive("x") == first.derive("x")


def test_a_wrong_passphrase_is_told_at_the_start(tmp_path: Path) -> None:
    open_vault(tmp_path, "right")
    with pytest.raises(Unavailable, match="TOUCHMARK_PASSPHRASE"):
        open_vault(tmp_path, "wrong")
    open_vault(tmp_path, "right")


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    derived: list[bytes] = []

    def start() -> None:
        derived.append(open_vault(tmp_path, None).derive("x"))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(derived) == 6
    assert len(set(derived)) == 1


def test_a_start_that_was_cut_short_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(os, "link", cut)
    with pytest.raises(OSError, match="power cut"):
        open_vault(tmp_path, None)
    monkeypatch.undo()
    assert list((tmp_path / "secrets").iterdir()) == []
    open_vault(tmp_path, None)
