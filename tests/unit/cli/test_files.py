"""Files that commands write, and the owner's key among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.chain.signing import address_of
from ledger.cli import owner_file
from ledger.cli.jobs import lines_of
from ledger.cli.owner_file import make_owner_file, open_owner_file
from ledger.cli.writing import whole_file
from ledger.domain.errors import Conflict, Forbidden, Invalid, Unavailable
from ledger.files.pairs import read_pairs
from ledger.settings import Settings


def _break_off(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        raise ValueError("the printer is on fire")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with pytest.raises(ValueError, match="fire"):
        _break_off(path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"earlier")
    with pytest.raises(ValueError, match="fire"):
        _break_off(path)
    assert path.read_bytes() == b"earlier"


def test_a_secret_file_is_its_users_alone(tmp_path: Path) -> None:
    with whole_file(tmp_path / "secret", secret=True) as file:
        file.write(b"x")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_file_that_must_not_be_replaced_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"mine")
    with pytest.raises(Conflict, match="is there already"), whole_file(tmp_path / "key", replace=False) as file:
        file.write(b"other")
    assert (tmp_path / "key").read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"), whole_file(tmp_path / "no" / "out"):
        pass


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(owner_file.PASSPHRASE, "four words of mine")
    return Settings(data=tmp_path / "data")


def test_an_owners_key_opens_with_its_passphrase_alone(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "owner.json"
    address = make_owner_file(path, settings)
    assert address_of(open_owner_file(path)) == address
    assert path.stat().st_mode & 0o777 == 0o600
    assert "four words" not in path.read_text()
    monkeypatch.setenv(owner_file.PASSPHRASE, "another")
    with pytest.raises(Forbidden, match="does not open"):
        open_owner_file(path)


def test_an_owners_key_never_lies_in_the_ledger(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "files").mkdir()
    with pytest.raises(Forbidden, match="does not belong"):
        make_owner_file(settings.data / "files" / ".." / "owner.json", settings)
    assert not (settings.data / "owner.json").exists()


def test_a_short_passphrase_is_refused(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(owner_file.PASSPHRASE, "short")
    with pytest.raises(Invalid, match="8 characters"):
        make_owner_file(tmp_path / "owner.json", settings)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"crypto": {}}), "x" * 100_000])
def test_another_file_is_not_taken_for_a_key(settings: Settings, tmp_path: Path, content: str) -> None:
    path = tmp_path / "other"
    path.write_text(content)
    with pytest.raises((Invalid, Forbidden)):
        open_owner_file(path)


def test_rows_are_counted_for_the_progress_bar(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("gtin\n1\n2\n3\n")
    (tmp_path / "book.xlsx").write_bytes(b"PK\3\4")
    assert lines_of(tmp_path / "rows.csv") == 4
    assert lines_of(tmp_path / "book.xlsx") is None
    assert lines_of(tmp_path / "gone.csv") is None


def test_items_are_read_from_any_common_csv() -> None:
    def read(content: bytes) -> list[tuple[str, str]]:
        return [(one.gtin, one.serial) for one in read_pairs(content)]

    wanted = [("09521234543213", "=A1"), ("09521234543213", "B")]
    saved_by_excel = "\ufeffSerial;x;GTIN\r\n'=A1;;09521234543213\r\n\r\nB;;09521234543213\r\n"
    assert read(saved_by_excel.encode()) == wanted
    assert [one.where for one in read_pairs(saved_by_excel.encode())] == ["row 2", "row 4"]
    assert read(b"gtin,serial\n09521234543213,'=A1\n09521234543213,B\n") == wanted
    assert read(b"code\nhttps://a.example/01/09521234543213/21/B\n") == wanted[1:]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"gtin\n1\n", "gtin and serial"),
        (b"", "gtin and serial"),
        (b"gtin,serial\n1\n", "Row 2 has too few cells"),
        (b"\xff\xfe", "UTF-8"),
        (b'gtin,serial\n"1"x,2\n', "not a CSV"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        list(read_pairs(content))
