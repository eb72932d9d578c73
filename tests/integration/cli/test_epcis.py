"""`touchmark epcis`: the same events of an item, of its batch and of a period, which the standard's judges accept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.cli.conftest import Shell, Story
from tests.support.epcis_reference import reference_hashes
from tests.support.gs1_schemas import faults_of


def _written(shell: Shell, *line: str, name: str = "events.json") -> list[dict[str, Any]]:
    """The events of the document that a command writes."""
    out = shell.folder / name
    told = shell.json("epcis", *line, "--out", str(out))
    document = json.loads(out.read_text())
    assert faults_of(document) == []
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    assert reference_hashes(document) == [one["eventID"] for one in events]
    assert told["events"] == len(events)
    return events


def test_item_batch_and_period_tell_the_same(shell: Shell, story: Story) -> None:
    item = story.items[0]
    shell.run("inspect", item["gtin"], item["serial"], "--org", "luxcheck", "--result", "consistent", "--method",
              "in-hand", "--wait")  # fmt: skip
    alone = _written(shell, item["gtin"], item["serial"])
    assert [one["bizStep"] for one in alone] == ["commissioning", "inspecting"]
    with shell.ledger.store.read() as tx:
        batch = tx.batches.find(item["gtin"], item["serial"])[0].batch_id
    whole = _written(shell, batch)
    period = _written(shell, "--org", "maison")
    assert {one["eventID"] for one in alone} < {one["eventID"] for one in whole} == {one["eventID"] for one in period}
    assert [one["bizStep"] for one in _written(shell, "--org", "luxcheck")] == ["inspecting"]
    assert _written(shell, "--org", "maison", "--to", "2020-01-01T00:00+00:00") == []
    lines = shell.folder / "events.ndjson"
    shell.run("epcis", batch, "--ndjson", "--out", str(lines))
    assert [json.loads(line)["eventID"] for line in lines.read_text().splitlines()] == [one["eventID"] for one in whole]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("--org", "nobody"), 1),
        (("09521234543213", "NOSUCHSERIAL"), 1),
        ((), 2),
        (("a", "b", "c"), 2),
        (("--org", "maison", "--from", "yesterday"), 1),
        (("09521234543213", "X", "--from", "2020-01-01T00:00+00:00"), 2),
    ],
)
def test_what_cannot_be_told_leaves_no_file(shell: Shell, story: Story, line: tuple[str, ...], code: int) -> None:
    out = shell.folder / "none.json"
    shell.run("epcis", *line, "--out", str(out), code=code)
    assert not out.exists()
