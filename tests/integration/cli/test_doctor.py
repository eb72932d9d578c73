"""The doctor: content with a ledger that is well, and naming each thing that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.chain.local_node import LARGEST_SAVE
from ledger.domain.mails import KeptMail, Outcome
from ledger.services.doctor import of_local_node
from tests.integration.cli.conftest import Shell

NOBODY_LISTENS = {"TOUCHMARK_NODE_URL": "http://127.0.0.1:9"}


def _found(shell: Shell, code: int = 0, **environment: str) -> dict[str, Any]:
    return {one["name"]: one for one in shell.json("doctor", code=code, **environment)["checks"]}


def _set(shell: Shell, key: str, value: object) -> Any:
    with shell.ledger.store.write() as tx:
        before = tx.meta.get(key)
        tx.meta.set(key, value)
    return before


def _deployed(shell: Shell) -> Any:
    """What is known of the deployment, which is never taken away: the worker runs and needs it."""
    with shell.ledger.store.read() as tx:
        return tx.meta.get("deployment")


def test_a_ledger_that_is_well_is_found_well(shell: Shell) -> None:
    found = _found(shell)
    assert list(found) == [
        "database", "secrets", "disk", "countries", "kept keys", "node", "contract", "clock", "following", "finality",
        "worker", "outbox", "webhooks", "letters", "local chain",
    ]  # fmt: skip
    assert {one["found"] for one in found.values()} == {"ok"}
    assert "All 4 open" in found["kept keys"]["words"]


def test_a_node_that_is_away_is_cannot_tell_and_never_wrong(shell: Shell) -> None:
    found = _found(shell, code=3, **NOBODY_LISTENS)
    assert found["node"]["found"] == "cannot_tell"
    assert "touchmark serve" in found["node"]["mend"]
    assert "attention" not in {one["found"] for one in found.values()}


def test_a_table_of_countries_that_is_missing_is_said_and_stops_nothing(shell: Shell, tmp_path: Path) -> None:
    found = _found(shell, code=1, TOUCHMARK_COUNTRIES=str(tmp_path / "none.mmdb"))
    assert found["countries"]["found"] == "attention"
    assert "TOUCHMARK_COUNTRIES" in found["countries"]["mend"]
    assert {one["found"] for name, one in found.items() if name != "countries"} == {"ok"}


def test_a_node_of_another_chain_is_not_taken_for_ours(shell: Shell) -> None:
    deployed = _deployed(shell)
    try:
        _set(shell, "deployment", {**deployed, "chain_id": 1})
        found = _found(shell, code=3)
    finally:
        _set(shell, "deployment", deployed)
    assert found["node"]["found"] == "cannot_tell"
    assert "chain 1" in found["node"]["words"]


def test_another_program_at_the_contracts_place_needs_attention(shell: Shell) -> None:
    deployed = _deployed(shell)
    try:
        _set(shell, "deployment", {**deployed, "code_hash": "00" * 32})
        other = _found(shell, code=1)
        _set(shell, "deployment", {**deployed, "contract": "0x" + "11" * 20})
        none = _found(shell, code=1)
    finally:
        _set(shell, "deployment", deployed)
    assert "another program" in other["contract"]["words"]
    assert "no contract" in none["contract"]["words"]


def test_secrets_that_others_can_read_need_attention(shell: Shell) -> None:
    salt = shell.settings.data / "secrets" / "salt"
    salt.chmod(0o644)
    try:
        found = _found(shell, code=1)["secrets"]
    finally:
        salt.chmod(0o600)
    assert str(salt) in found["words"]
    assert found["mend"].startswith("chmod")


def test_a_halted_worker_needs_attention(shell: Shell) -> None:
    # The one that runs would see that the node is the right one, and go on.
    with shell.without_worker():
        with shell.ledger.store.write() as tx:
            tx.meta.set("halted", "Block 3 was final here.")
        found = _found(shell, code=1)["worker"]
        with shell.ledger.store.write() as tx:
            tx.meta.remove("halted")
    assert "Block 3 was final here." in found["words"]


def test_a_webhook_that_fails_needs_attention(shell: Shell) -> None:
    shell.run("org", "add", "--slug", "hooked", "--name", "Hooked", "--role", "brand", "--domain", "hooked.example")
    made = shell.json("webhook", "add", "https://hooks.example/", "--org", "hooked")
    with shell.ledger.store.write() as tx:
        tx.webhooks.note_failure(made["id"], shell.ledger.now())
    try:
        found = _found(shell, code=1)["webhooks"]
    finally:
        shell.run("webhook", "remove", made["id"], "--org", "hooked")
    assert "1 webhook failing" in found["words"]
    assert "webhook list" in found["mend"]
    assert _found(shell)["webhooks"]["found"] == "ok"


def test_a_letter_that_waits_too_long_needs_attention(shell: Shell) -> None:
    with shell.ledger.store.write() as tx:
        sealed = shell.ledger.vault.seal(b"{}", "other")
        tx.mails.add(KeptMail("mail_1", sealed, shell.ledger.now() - 3_600, 3, 2**40, Outcome.WAITING))
    try:
        found = _found(shell, code=1)["letters"]
    finally:
        with shell.ledger.store.write() as tx:
            tx.mails.done("mail_1", Outcome.SENT, 0)
            tx.mails.forget_before(1)
    assert "the oldest for 60 minutes" in found["words"]
    assert "TOUCHMARK_SMTP_URL" in found["mend"]


def test_another_passphrase_opens_nothing(shell: Shell) -> None:
    found = _found(shell, code=1, TOUCHMARK_PASSPHRASE="another one")
    assert "TOUCHMARK_PASSPHRASE" in found["passphrase"]["words"]


def test_a_folder_without_a_ledger_is_said_and_left_alone(shell: Shell, tmp_path: Path) -> None:
    found = {one["name"]: one for one in shell.json("doctor", "--data", str(tmp_path / "no"), code=3)["checks"]}
    assert found["database"]["found"] == "cannot_tell"
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("command", ["doctor", "audit"])
def test_people_read_the_same_lines(shell: Shell, command: str) -> None:
    lines = shell.run(command).stdout.splitlines()
    assert all(line.startswith("✓ ok") for line in lines)
    assert len(lines) == len(shell.json(command)["checks"])


@pytest.mark.parametrize(("share", "said"), [(0.69, None), (0.71, "is due soon"), (1.0, "A real node is due:")])
def test_a_local_chain_that_outgrows_its_memory_is_told_of_before_its_saves_fail(
    shell: Shell, share: float, said: str | None
) -> None:
    (found,) = of_local_node(shell.ledger, int(share * LARGEST_SAVE) + 1, LARGEST_SAVE)
    assert (found.found, said is None) in {("ok", True), ("attention", False)}
    assert said is None or said in found.mend
