"""The whole ledger as a newcomer meets it: started with one command, told the demo story, broken, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from eth_account import Account

from tests.e2e.running import PATIENCE, STORY, Running, wait_until
from tests.support.chromium import chromium

LASTING: Final = {
    "held", "unclaimed", "in_transfer", "not_on_sale_yet", "recalled", "reported_lost", "disputed",
    "reported_stolen", "revoked", "counterfeit_found", "retired", "unknown", "product_only", "bad_code",
}  # fmt: skip

pytestmark = pytest.mark.e2e


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A ledger that has been told the story."""
    running = Running(tmp_path_factory.mktemp("told") / "data", "--port", str(free_port()), "--story", str(STORY))
    try:
        running.start()
        yield running
    finally:
        running.end()


def seen(running: Running, address: str) -> str:
    verdict: str = running.get(address).json()["verdict"]
    return verdict


def as_told(running: Running) -> dict[str, str]:
    """Every address of the story with the verdict that it ought to have."""
    return {one["address"]: one["verdict"] for one in running.demo()["items"].values()}


def as_seen(running: Running) -> dict[str, str]:
    return {address: seen(running, address) for address in as_told(running)}


def test_every_lasting_verdict_has_a_code_to_open(told: Running) -> None:
    verdicts = told.demo()["verdicts"]
    assert set(verdicts) == LASTING
    assert {key: seen(told, address) for key, address in verdicts.items()} == {key: key for key in LASTING}


def test_every_item_of_the_story_ends_as_it_was_told(told: Running) -> None:
    assert as_seen(told) == as_told(told)


def test_the_answers_rest_on_a_final_block(told: Running) -> None:
    for address in as_told(told):
        assert told.get(address).json()["as_of"]["final"] is True, address


def test_five_hundred_items_and_thirty_inspections_of_all_four_results(told: Running) -> None:
    demo = told.demo()
    assert sum(batch["items"] for batch in demo["batches"].values()) == 500
    counts = demo["inspections"]
    assert sum(counts.values()) == 30
    assert set(counts) == {"consistent", "not_genuine", "inconclusive", "not_supported"}
    assert min(counts.values()) > 0


def test_the_file_with_mistakes_is_answered_row_by_row_and_nothing_of_it_is_kept(told: Running) -> None:
    mistakes = told.demo()["mistakes"]
    assert (mistakes["ready"], mistakes["faulty"]) == (3, 17)
    columns = {fault["column"] for fault in mistakes["faults"]}
    assert {"gtin", "serial", "made_on", "made_in", "model_ref", "weight_g"} <= columns
    assert all(fault["what"] and fault["mend"] for fault in mistakes["faults"])


def test_what_holds_keys_is_readable_by_its_owner_only(told: Running) -> None:
    kept = [path for path in told.folder.rglob("demo*") if path.is_file()]
    assert {path.name for path in kept} >= {"demo.json", "demo.txt"}
    assert {oct(path.stat().st_mode & 0o777) for path in kept} == {"0o600"}


def test_the_first_screen_says_the_verdict_in_a_browser(told: Running) -> None:
    verdicts = told.demo()["verdicts"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 640})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for key, words in (("held", "Matches Maison Exemple"), ("reported_stolen", "Reported stolen")):
            answer = page.goto(verdicts[key])
            assert answer is not None
            assert answer.status == 200
            assert words in page.locator("h1, h2").first.inner_text() + page.locator("body").inner_text()[:600]
        assert all(url.startswith((told.address, "data:")) for url in asked)


@pytest.mark.parametrize("part", ["worker", "web", "node"])
def test_a_killed_part_comes_back_with_everything_and_goes_on_working(told: Running, part: str) -> None:
    expected = as_told(told)
    victim = told.part(part)
    gone = [victim, *(one for one in told.family() if one.parent == victim.pid)]
    os.kill(victim.pid, signal.SIGKILL)
    wait_until(lambda: not any(one.runs() for one in gone), f"the {part} is gone")
    wait_until(lambda: _answers(told), f"everything answers again without the {part} that was killed")
    assert as_seen(told) == expected
    _report(told, "lost", "reported_lost")
    _report(told, "found", "held")
    assert as_seen(told) == expected


def _answers(running: Running) -> bool:
    try:
        return running.get("/readyz").status_code == 200 and len({one.pid for one in running.family()}) >= 4
    except httpx.TransportError:
        return False


def _report(running: Running, what: str, verdict: str) -> None:
    """The owner of a watch reports it with their own key, and the chain takes it for good."""
    address = running.demo()["items"]["found_again"]["address"]
    key = next(one["private_key"] for one in running.demo()["owners"] if one["item"] == address)
    path = address.replace(running.address, "").replace("/01/", "/v1/items/").replace("/21/", "/")
    draft = running.post(f"{path}/reports/draft", {"report": what})
    [needed] = draft["signatures"]
    signature = "0x" + bytes(Account.sign_typed_data(key, full_message=needed["typed_data"]).signature).hex()
    sent = {"kind": draft["kind"], "values": draft["values"], "signatures": [signature]}
    id = running.post("/v1/statements", sent)["id"]
    wait_until(lambda: running.get(f"/v1/statements/{id}").json()["state"] == "final", f"“{what}” is final")
    assert seen(running, address) == verdict


def test_ctrl_c_ends_every_process_and_the_next_start_takes_seconds_and_has_it_all(told: Running) -> None:
    expected, address = as_told(told), told.address
    family = told.family()
    assert len(family) >= 4
    assert told.interrupt() == 0
    assert [one.arguments for one in family if one.runs()] == []
    assert told.start() < 30
    assert told.address == address
    assert {one: seen(told, one) for one in expected} == expected
    assert "the brand joins" not in told.said()


def test_told_again_the_story_does_nothing_twice(told: Running) -> None:
    before: dict[str, Any] = {address: told.get(address).json()["entries"] for address in as_told(told)}
    told_again(told)
    assert {address: told.get(address).json()["entries"] for address in before} == before


def test_a_telling_that_was_cut_short_before_it_could_remember_the_operators_steps_goes_on(told: Running) -> None:
    file = told.folder / "demo.json"
    memory = json.loads(file.read_text())
    operators = [step for step in memory["done"] if step.startswith(("join-", "key-", "council-accredits-"))]
    assert len(operators) >= 7
    for step in operators:
        del memory["done"][step]
    file.write_text(json.dumps(memory))
    told_again(told)


def test_a_telling_that_is_cut_short_again_and_again_ends_like_one_that_was_not(told: Running, tmp_path: Path) -> None:
    running = Running(tmp_path / "data", "--port", str(free_port()), "--empty")
    try:
        running.start()
        for seconds in (1.5, 6, 2.5, 4):
            process = telling(running)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        told_again(running)
        assert as_seen(running) == as_told(running)
        assert what_was_recorded(running) == what_was_recorded(told)
    finally:
        running.end()


def what_was_recorded(running: Running) -> dict[str, list[tuple[str, str]]]:
    """Each part's entries, without what differs between two ledgers."""
    found = {}
    for part, one in running.demo()["items"].items():
        entries = running.get(one["address"]).json()["entries"]
        found[part] = sorted((entry["kind"], entry["by"]) for entry in entries)
    return found


def telling(running: Running) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")},
        "TOUCHMARK_ADDRESS": running.address,
        "TOUCHMARK_DATA": str(running.folder),
    }
    return subprocess.Popen(
        [sys.executable, str(STORY)], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def told_again(running: Running) -> None:
    process = telling(running)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said


def test_empty_means_empty(tmp_path: Path) -> None:
    running = Running(tmp_path / "data", "--port", str(free_port()), "--empty", "--story", str(STORY))
    try:
        running.start()
        assert not (running.folder / "demo.json").exists()
        assert seen(running, "/01/09521234543213/21/7K3M9QX2TP4W") == "unknown"
    finally:
        running.end()
