"""What holds for every command: help, exit codes, one JSON document, and a screen that nobody else steers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from ledger.chain.rpc import RpcRefused, WrongChain
from ledger.chain.saves import StateLost
from ledger.cli import base, root
from ledger.cli.screen import clean
from ledger.domain.errors import (
    BadSignature,
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    LedgerError,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unknown,
)

Name = tuple[str, ...]


def _commands(group: click.Group = root, before: Name = ()) -> Iterator[tuple[Name, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*before, name))


EVERY = list(_commands())
NAMES = [" ".join(name) for name, _ in EVERY]


def _run(*line: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(root, line)


@pytest.mark.parametrize(("name", "command"), EVERY, ids=NAMES)
def test_every_command_says_what_it_does_in_a_sentence(name: tuple[str, ...], command: click.Command) -> None:
    asked = _run(*name, "--help")
    assert asked.exit_code == 0
    assert command.help
    assert re.search(r"[.:]\s", command.help + "\n")
    assert command.name == name[-1]


@pytest.mark.parametrize(("name", "command"), EVERY, ids=NAMES)
def test_the_shared_options_may_stand_behind_every_command(name: tuple[str, ...], command: click.Command) -> None:
    assert {"--data", "--json", "--quiet"} <= {option for param in command.params for option in param.opts}


def test_the_help_names_every_exit_code() -> None:
    text = _run("--help").stdout
    for code, words in ((0, "done"), (1, "refused"), (2, "not understood"), (3, "cannot tell")):
        assert re.search(rf"^\s+{code}\s+{words}|^\s+{code}\s.*{words}", text, re.MULTILINE)
    assert "NO_COLOR" in text
    assert "_TOUCHMARK_COMPLETE" in text


REFUSED = [Invalid, BadSignature, Unknown, Unauthenticated, Forbidden, Conflict, TooLarge]
CANNOT = [Unavailable, WrongChain, StateLost]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        *((kind("Why."), 1) for kind in REFUSED),
        (TooMany("Why.", retry_after=60), 1),
        *((kind("Why."), 3) for kind in CANNOT),
        (RpcRefused(-32000, "no"), 3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, LedgerError) else str(value),
)
def test_a_refusal_is_one_and_not_knowing_is_three(error: LedgerError, code: int) -> None:
    assert base.exit_code(error) == code


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`touchmark migrate` raises what it is told to."""

    def arrange(error: BaseException) -> None:
        def fail(_: object) -> None:
            raise error

        monkeypatch.setattr("ledger.bootstrap.migrate", fail)

    return arrange


FAULTS = [Fault("row 2", "is empty.", "Fill it."), Fault("row 5", "is empty.", "Fill it.")]


def test_a_refusal_goes_to_standard_error_with_its_faults(raising: Any) -> None:
    raising(Invalid("Two rows are wrong.", faults=FAULTS))
    outcome = _run("migrate")
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "Two rows are wrong." in outcome.stderr
    assert "row 5: is empty. Fill it." in outcome.stderr


def test_a_refusal_with_json_is_one_document(raising: Any) -> None:
    raising(Invalid("Two rows are wrong.", faults=FAULTS))
    outcome = _run("migrate", "--json")
    error = json.loads(outcome.stdout)["error"]
    assert (outcome.exit_code, outcome.stderr) == (1, "")
    assert error["code"] == "invalid"
    assert error["faults"][1] == {"where": "row 5", "what": "is empty.", "mend": "Fill it."}


def test_how_long_to_wait_is_in_the_document(raising: Any) -> None:
    raising(TooMany("Wait.", retry_after=60))
    assert json.loads(_run("--json", "migrate").stdout)["error"]["retry_after"] == 60


def test_ctrl_c_is_no_refusal(raising: Any) -> None:
    raising(KeyboardInterrupt())
    outcome = _run("migrate")
    assert outcome.exit_code == 130
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("line", [["nonsense"], ["org", "nonsense"], ["org", "add"], ["org", "list", "--nonsense"], []])
def test_a_line_that_is_not_understood_is_two(line: list[str]) -> None:
    outcome = _run(*line)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr
    if line:
        assert json.loads(_run(*line, "--json").stdout)["error"]["code"] == "usage"


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    outcome = _run("--json", "org", "list", TOUCHMARK_PUBLIC_URL="ftp://x", TOUCHMARK_DATA=str(tmp_path))
    assert outcome.exit_code == 1
    assert "TOUCHMARK_PUBLIC_URL" in outcome.stdout


def test_a_folder_without_a_ledger_is_not_made_into_one(tmp_path: Path) -> None:
    outcome = _run("org", "list", "--data", str(tmp_path / "typo"))
    assert outcome.exit_code == 3
    assert not (tmp_path / "typo").exists()


def test_an_empty_database_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "touchmark.db").touch()
    outcome = _run("org", "list", "--data", str(tmp_path))
    assert outcome.exit_code == 3
    assert "touchmark migrate" in outcome.stderr
    assert _run("migrate", "--data", str(tmp_path)).exit_code == 0
    assert _run("org", "list", "--data", str(tmp_path)).exit_code == 0


def test_no_color_is_honoured(raising: Any) -> None:
    raising(Conflict("Why."))
    plain = _run("migrate", NO_COLOR="1", FORCE_COLOR="1").stderr
    assert "\x1b[31m" not in plain
    coloured = _run("migrate", FORCE_COLOR="1", TERM="xterm-256color").stderr
    assert "\x1b[31m" in coloured


def test_other_peoples_words_cannot_steer_the_terminal(raising: Any) -> None:
    raising(Invalid("\x1b]0;owned\x07\x1b[2J‮ [red]plain[/red]"))
    said = _run("migrate").stderr
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "‮" not in said
    assert "[red]plain[/red]" in said


def test_what_can_be_printed_is_left_as_it_is() -> None:
    assert clean("Maison d’Été 北京") == "Maison d’Été 北京"
    assert clean("a\tb\nc") == "a[U+0009]b\nc"
