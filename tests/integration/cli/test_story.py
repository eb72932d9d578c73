"""The first walk through the ledger, by the command line alone."""

from __future__ import annotations

from pathlib import Path

from tests.integration.cli.conftest import GTIN, Shell, Story

_INSPECT = ("--org", "luxcheck", "--result", "consistent", "--method", "in-hand", "--text", "stitching")


def test_an_item_goes_from_a_file_to_an_owner(shell: Shell, story: Story) -> None:
    item = story.items[0]
    name = (item["gtin"], item["serial"])
    assert shell.json("show", *name)["verdict"] == "unclaimed"

    recorded = shell.json("inspect", *name, *_INSPECT, "--wait")
    assert recorded["state"] == "final"

    key = str(shell.folder / "owner.json")
    owner = shell.json("owner-key", "new", key, TOUCHMARK_OWNER_PASSPHRASE="four words of mine")["address"]
    claimed = shell.json(
        "claim", *name, "--owner-key", key, "--wait",
        TOUCHMARK_OWNER_PASSPHRASE="four words of mine", TOUCHMARK_CLAIM_CODE=item["claim_code"],
    )  # fmt: skip
    assert claimed["state"] == "final"
    assert claimed["owner"] == owner

    seen = shell.json("show", item["serial"])
    assert seen["verdict"] == "held"
    assert [one["event"] for one in seen["timeline"]] == ["BatchRegistered", "Recorded", "Claimed"]


def test_the_labels_of_a_range_are_written_in_each_kind(shell: Shell, story: Story) -> None:
    sheet, roll, table = (shell.folder / name for name in ("l.pdf", "l.zpl", "l.csv"))
    assert shell.json("labels", story.batch, "--out", str(sheet), "--range", "2-4")["labels"] == 3
    assert sheet.read_bytes().startswith(b"%PDF")
    shell.run("labels", story.batch, "--out", str(roll), "--zpl", "--format", "roll-50x25", "--range", "10-")
    assert roll.read_text().count("^XZ") == 1
    shell.run("labels", story.batch, "--out", str(table), "--csv", "--range", "3")
    assert story.items[2]["serial"] in table.read_text(encoding="utf-8-sig")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_one_items_code_comes_as_a_picture(shell: Shell, story: Story) -> None:
    picture = shell.folder / "code.png"
    shell.run("labels", GTIN, story.items[1]["serial"], "--out", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    refused = shell.json("labels", GTIN, story.items[1]["serial"], "--out", str(shell.folder / "code.gif"), code=1)
    assert "SVG or PNG" in refused["error"]["detail"]
    assert not Path(shell.folder / "code.gif").exists()
