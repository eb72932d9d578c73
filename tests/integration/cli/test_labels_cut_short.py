"""`touchmark labels --zpl` stopped halfway: the same command goes on, another one does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.cli.writing import growing_file
from ledger.domain.errors import Unavailable
from ledger.files import zpl
from tests.integration.cli.conftest import Shell, Story

ROLL = ("--zpl", "--format", "roll-50x25")


def test_labels_that_were_cut_short_go_on_to_the_same_file(
    shell: Shell, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = shell.folder / "whole.zpl", shell.folder / "cut.zpl"
    shell.run("labels", story.batch, "--out", str(whole), *ROLL)
    drawn: list[str] = []
    draw = zpl._label

    def stopped(label: Any, *given: Any) -> str:
        if len(drawn) == 4:
            raise KeyboardInterrupt
        drawn.append(label.serial)
        return draw(label, *given)

    with monkeypatch.context() as patched:
        patched.setattr(zpl, "_label", stopped)
        shell.run("labels", story.batch, "--out", str(cut), *ROLL, code=130)
    assert not cut.exists()
    (partial,) = shell.folder.glob(".cut.zpl.*.part")
    assert partial.stat().st_size
    shell.run("labels", story.batch, "--out", str(cut), *ROLL, "--range", "2-3")
    assert cut.read_bytes().count(b"^XZ") == 2, "other labels are begun anew"
    monkeypatch.setattr(zpl, "_label", lambda label, *given: drawn.append(label.serial) or draw(label, *given))
    shell.run("labels", story.batch, "--out", str(cut), *ROLL)
    assert cut.read_bytes() == whole.read_bytes()
    assert len(drawn) == len(set(drawn)), "no label was drawn twice"
    assert not list(shell.folder.glob(".cut.zpl.*"))


def test_labels_that_are_refused_leave_nothing(shell: Shell, story: Story) -> None:
    refused = shell.json("labels", story.batch, "--out", str(shell.folder / "no.zpl"), *ROLL, "--range", "900-", code=1)
    assert "no labels" in refused["error"]["detail"]
    assert not list(shell.folder.glob("*no.zpl*"))
    assert not list(shell.folder.glob(".no.zpl*"))


def test_what_was_cut_short_is_never_somebody_elses_file_behind_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"precious")
    (tmp_path / ".a.zpl.job.part").symlink_to(elsewhere)
    with pytest.raises(Unavailable), growing_file(tmp_path / "a.zpl", "job") as file:
        file.truncate()
    assert elsewhere.read_bytes() == b"precious"
