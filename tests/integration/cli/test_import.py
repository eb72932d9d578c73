"""Importing at the command line: shown, asked for, never half-done, and never twice."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ledger.cli import jobs
from ledger.services.import_items import CHECK, upload
from ledger.services.organisations import operator_as
from ledger.worker import take_job_of
from tests.integration.cli.conftest import GTIN, Shell, Story

HEAD = "gtin;serial;model_ref;colour\n"


def _good(shell: Shell, name: str, count: int = 3) -> str:
    """A file of its own: the same bytes would be the same import."""
    return shell.file(name, HEAD + f"{GTIN};;{name};black\n" * count)


def test_a_dry_run_shows_every_fault_and_registers_nothing(shell: Shell, story: Story) -> None:
    file = shell.file("mixed.csv", HEAD + f"{GTIN};;Sac;red\n09521234543214;;Sac;red\n{GTIN};;;blue\n")
    bad = shell.folder / "bad.csv"
    before = shell.json("batch", "list", "--org", "maison")
    found = shell.json("import", file, "--org", "maison", "--dry-run", "--bad-rows", str(bad))
    assert (found["ready"], found["faulty"], found["known"]) == (1, 2, 0)
    assert [(one["row"], one["column"]) for one in found["faults"]] == [(3, "gtin"), (4, "model_ref")]
    assert shell.json("batch", "list", "--org", "maison") == before
    with bad.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2
    assert all(row["error"] for row in rows)


def test_people_see_counts_and_faults_before_they_are_asked(shell: Shell, story: Story) -> None:
    file = shell.file("asked.csv", HEAD + f"{GTIN};;Asked;red\nnonsense;;Sac;red\n")
    answer = shell.run("import", file, "--org", "maison", input="n\n", code=1)
    assert "1 ready · 1 need fixing · 0 already registered" in answer.stdout
    assert "nonsense" in answer.stdout
    assert "Prepare 1 items" in answer.stderr
    assert "Nothing was prepared" in answer.stderr
    assert shell.run("import", file, "--org", "maison", input="y\n").stdout.count("Batch bat_") == 1


def test_where_nobody_can_be_asked_yes_is_needed(shell: Shell, story: Story) -> None:
    file = _good(shell, "silent.csv")
    assert "--yes" in shell.json("import", file, "--org", "maison", code=2)["error"]["detail"]
    assert "--yes" in shell.run("import", file, "--org", "maison", input="", code=2).stderr


def test_the_same_file_again_gives_the_same_batch(shell: Shell, story: Story) -> None:
    file = _good(shell, "again.csv")
    first = shell.json("import", file, "--org", "maison", "--yes")["batch"]
    again = shell.json("import", file, "--org", "maison", "--yes")
    assert again["batch"] == first
    assert again["state"] == "confirmed"


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(shell: Shell, story: Story) -> None:
    file = shell.file("page.csv", "<html><table><tr><td>gtin</td></tr></table></html>")
    refused = shell.json("import", file, "--org", "maison", "--yes", code=1)
    assert "is a web page" in refused["error"]["detail"]


def test_a_file_without_a_ready_row_makes_no_batch(shell: Shell, story: Story) -> None:
    file = shell.file("none.csv", HEAD + "nonsense;;Sac;red\n")
    assert "No row" in shell.json("import", file, "--org", "maison", "--yes", code=1)["error"]["detail"]


def test_an_import_stopped_halfway_goes_on_where_it_was_left(
    shell: Shell, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _good(shell, "stopped.csv", 2000)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, shell.without_worker():  # or the worker may check the file first
        patch.setattr("ledger.worker.check_import", interrupted)
        outcome = shell.run("import", file, "--org", "maison", "--yes", code=130)
    assert "Stopped before the end" in outcome.stderr
    done = shell.json("import", file, "--org", "maison", "--yes")
    assert done["batch"]["count"] == 2000


def test_a_check_that_another_process_is_at_is_waited_for_and_not_done_twice(
    shell: Shell, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is held as a worker would hold it; `see_through` only looks, until it is done."""
    path = Path(_good(shell, "held.csv"))
    with path.open("rb") as stream:
        held = upload(shell.ledger, operator_as(shell.ledger, "maison"), path.name, stream)
    while take_job_of(shell.ledger, CHECK, held.id) is None:
        with shell.ledger.store.read() as tx:
            job = tx.imports.job(CHECK, held.id)
        if job is not None and job.state == "done":  # the worker was faster: have it looked at again
            with shell.ledger.store.write() as tx:
                tx.imports.change_job(job.id, state="waiting")
    looks = []

    def finish(_: float) -> None:
        looks.append(1)
        if len(looks) == 2:
            with shell.ledger.store.write() as tx:
                done = tx.imports.job(CHECK, held.id)
                assert done is not None
                tx.imports.change_job(done.id, state="done", done=3)

    monkeypatch.setattr(jobs, "sleep", finish)
    from ledger.cli.base import Cli

    cli = Cli()
    cli.data = str(shell.settings.data)
    assert jobs.see_through(cli, CHECK, held.id, "Checking").done == 3
    assert len(looks) == 2


def test_private_columns_are_the_ones_named(shell: Shell, story: Story) -> None:
    file = _good(shell, "private.csv")
    refused = shell.json("import", file, "--org", "maison", "--yes", "--private", "colour,nothing", code=1)
    assert "nothing" in refused["error"]["detail"]
    batch = shell.json("import", file, "--org", "maison", "--yes", "--private", "colour", "--on-sale")["batch"]
    shown = shell.json("batch", "show", batch["id"])
    assert shown["private_fields"] == ["colour"]
    assert shown["on_sale_at_once"] is True
    assert shown["state"] == "waiting for cards"


def test_only_a_brand_imports(shell: Shell, story: Story) -> None:
    refused = shell.json("import", _good(shell, "lux.csv"), "--org", "luxcheck", "--yes", code=1)
    assert refused["error"]["code"] == "forbidden"


def test_cards_are_secret_and_kept_until_their_file_is_confirmed(shell: Shell, story: Story) -> None:
    batch = shell.json("import", _good(shell, "cards.csv"), "--org", "maison", "--yes")["batch"]["id"]
    out = shell.folder / "cards.pdf"
    shell.run("cards", batch, "--out", str(out))
    assert out.stat().st_mode & 0o077 == 0
    assert out.read_bytes().startswith(b"%PDF")
    # Another file under the name is no proof that the cards are in safe hands: they are written once more.
    out.write_bytes(b"something else")
    asked = shell.run("cards", batch, "--out", str(out), "--confirm", input="n\n", code=1)
    assert "Nothing was destroyed" in asked.stderr
    assert out.read_bytes().startswith(b"%PDF")
    done = shell.json("cards", batch, "--out", str(out), "--confirm", "--yes", "--wait")
    assert done["statement"]["state"] == "final"
    assert shell.json("cards", batch, "--out", str(out), "--confirm", "--yes")["number"] == done["number"]
    gone = shell.json("cards", batch, "--out", str(shell.folder / "more.pdf"), code=1)
    assert "the codes destroyed" in gone["error"]["detail"]
    assert not (shell.folder / "more.pdf").exists()


def test_items_are_put_on_sale_all_or_none(shell: Shell, story: Story) -> None:
    serial = story.items[0]["serial"]
    wrong = shell.file("sale.csv", f"gtin,serial\n{GTIN},{serial}\n{GTIN},NOTHERE\n")
    refused = shell.json("activate", wrong, "--org", "maison", code=1)
    assert [one["where"] for one in refused["error"]["faults"]] == ["row 3"]
    right = shell.file("sale2.csv", f"gtin,serial\n{GTIN},{serial}\n")
    assert shell.json("activate", right, "--org", "maison") == {"activated": 0, "already": 1}
    assert shell.json("activate", GTIN, "--org", "maison", code=3)["error"]["code"] == "unavailable"
