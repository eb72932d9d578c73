"""Files are there whole or not at all, under the name of their content."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from ledger.domain.errors import TooLarge, Unavailable, Unknown
from ledger.keeping.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_hash_once(files: Files, tmp_path: Path) -> None:
    name = files.add("evidence", b"photo")
    assert name == hashlib.sha256(b"photo").hexdigest()
    assert files.add("evidence", b"photo") == name
    assert files.read("evidence", name) == b"photo"
    assert len(everything(tmp_path)) == 1


def test_a_stream_is_kept_under_its_hash_with_its_size(files: Files, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    name, size = files.take("uploads", io.BytesIO(content), 3_000_000)
    assert (name, size) == (hashlib.sha256(content).hexdigest(), 3_000_000)
    assert files.read("uploads", name) == content
    assert len(everything(tmp_path)) == 1


def test_a_stream_that_is_too_long_leaves_nothing(files: Files, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="1 MB"):
        files.take("uploads", io.BytesIO(bytes((1 << 20) + 1)), 1 << 20)
    assert everything(tmp_path) == []


def test_a_stream_that_breaks_off_leaves_nothing(files: Files, tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(Unavailable):
        files.take("uploads", Breaking(), 100)
    assert everything(tmp_path) == []


def test_cut_short_between_write_and_rename_the_old_file_stands(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with files.writing("trees", "bat_1") as file:
        file.write(b"old")

    def cut(*_: object) -> None:
        raise OSError(5, "power cut")

    for point in ("fsync", "rename"):
        with monkeypatch.context() as patched:
            patched.setattr(*(os, "fsync", cut) if point == "fsync" else (Path, "replace", cut))  # type: ignore[misc]
            with pytest.raises(Unavailable, match="power cut"), files.writing("trees", "bat_1") as file:
                file.write(b"new")
        assert files.read("trees", "bat_1") == b"old"
        assert len(everything(tmp_path)) == 1


def test_a_writer_that_fails_leaves_the_old_file(files: Files, tmp_path: Path) -> None:
    with files.writing("trees", "bat_1") as file:
        file.write(b"old")
    with pytest.raises(ZeroDivisionError), files.writing("trees", "bat_1") as file:
        write_and_fail(file)
    assert files.read("trees", "bat_1") == b"old"
    assert len(everything(tmp_path)) == 1


def write_and_fail(file: BinaryIO) -> None:
    file.write(b"new")
    raise ZeroDivisionError


def test_the_folders_name_is_on_the_disk_before_the_file_counts(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    name = files.add("evidence", b"photo")
    shelf = tmp_path / "evidence"
    assert {str(tmp_path), str(shelf), str(shelf / name[:2])} <= set(synced)


def test_a_removed_file_is_overwritten_and_gone(files: Files, tmp_path: Path) -> None:
    name = files.add("cards", b"codes" * 500_000)
    path = files.path("cards", name)
    os.link(path, tmp_path / "seen")
    files.remove("cards", name)
    assert not files.has("cards", name)
    assert (tmp_path / "seen").read_bytes() == bytes(2_500_000)
    files.remove("cards", name)
    with pytest.raises(Unknown):
        files.read("cards", name)


@pytest.mark.parametrize("dies_at", ["fsync", "unlink"])
def test_a_file_is_whole_or_gone_where_its_remover_dies_and_the_rest_is_swept(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    name = files.add("cases", b"letter")
    calls = iter(range(100))

    def die(*_: object, **__: object) -> None:
        # The folder is synced first: the new name of what is to be destroyed.
        if dies_at == "unlink" or next(calls) > 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(*(os, "fsync", die) if dies_at == "fsync" else (Path, "unlink", die))  # type: ignore[misc]
        with pytest.raises(KeyboardInterrupt):
            files.remove("cases", name)
    assert not files.has("cases", name)
    assert files.names("cases") == []
    (left,) = everything(tmp_path)
    assert files.sweep(left.stat().st_mtime) == 0, "somebody may still be at work on it"
    assert files.sweep(left.stat().st_mtime + 1) == 1
    assert everything(tmp_path) == []


def test_a_sweep_leaves_what_is_kept(files: Files, tmp_path: Path) -> None:
    files.add("cases", b"letter")
    assert files.sweep(2**40) == 0
    assert len(everything(tmp_path)) == 1


@pytest.mark.parametrize("name", ["../passphrase", "..", "a/b", "a\\b", "", ".", "a\0b", "~root", "a b", "-rf"])
def test_a_name_that_leads_elsewhere_is_unknown(files: Files, name: str) -> None:
    with pytest.raises(Unknown):
        files.path("uploads", name)
