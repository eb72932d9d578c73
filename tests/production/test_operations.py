"""What the operator is told is true: settings, commands and variables exist, and no secret stands in a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from gunicorn.config import KNOWN_SETTINGS

from ledger import web_server
from ledger.cli import root
from ledger.settings import SECRETS, Settings, read_settings

ROOT: Final = Path(__file__).resolve().parents[2]
OPERATIONS: Final = (ROOT / "OPERATIONS.md").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
FIELDS: Final = Settings.model_fields
_WORDS: Final = {
    "data": "`data`",
    "trust_country_header": "`false`",
    "allow_private_webhooks": "`false`",
}
"""Defaults that are written otherwise than Python writes them."""


def rows() -> dict[str, list[str]]:
    """The table of settings: each variable's cells."""
    found = {}
    for line in OPERATIONS.splitlines():
        if match := re.match(r"\| `TOUCHMARK_([A-Z_]+)` \|", line):
            found[match[1].lower()] = [cell.strip() for cell in line.strip("|").split("|")]
    return found


def test_every_setting_is_told_and_none_that_is_not() -> None:
    assert rows().keys() == FIELDS.keys()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_default_that_is_told_is_the_one(name: str) -> None:
    default, told = FIELDS[name].default, rows()[name][2]
    if default is None or name == "countries":
        assert not told.startswith("`") or told.startswith("`sign.`")
    else:
        assert told == _WORDS.get(name, f"`{default}`")


def test_secrets_are_called_secret() -> None:
    for name, cells in rows().items():
        assert ("secret" in cells[3]) == ("SecretStr" in str(FIELDS[name].annotation) or name == "database_url")


def test_the_readme_names_no_setting_that_is_not() -> None:
    named = re.findall(r"`TOUCHMARK_([A-Z_]+)`", (ROOT / "README.md").read_text() + OPERATIONS)
    assert {one.lower() for one in named} <= FIELDS.keys()


def test_every_command_that_is_told_exists() -> None:
    commands = set(root.list_commands(None))  # type: ignore[arg-type] # it looks at nothing
    told = set(re.findall(r"touchmark ([a-z][a-z-]*)", OPERATIONS)) - {"runs"}
    assert told
    assert told <= commands


def test_every_figure_that_is_told_is_given() -> None:
    from web import metrics

    source = Path(metrics.__file__).read_text()
    for name in set(re.findall(r"\btouchmark_([a-z_]+)", OPERATIONS)) - {"requests_total"}:
        bare = name.removesuffix("_total")
        assert f'"touchmark_{bare}"' in source or f'"{bare}"' in source, name


def test_what_the_server_is_set_to_is_known_to_it() -> None:
    known = {setting.name for setting in KNOWN_SETTINGS}
    ours = {name for name in vars(web_server) if name.islower() and not name.startswith("_")}
    assert ours - {"annotations", "configure", "gunicorn", "os", "tempfile", "time"} <= known


def test_secrets_come_from_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "touchmark_passphrase").write_text("from a file\n")
    monkeypatch.setattr("ledger.settings.SECRETS", tmp_path)
    found = read_settings().passphrase
    assert found is not None
    assert found.get_secret_value() == "from a file"
    monkeypatch.setenv("TOUCHMARK_PASSPHRASE", "from the environment")
    found = read_settings().passphrase
    assert found is not None
    assert found.get_secret_value() == "from the environment"


# compose.yaml


def ours() -> dict[str, dict[str, Any]]:
    return {name: one for name, one in SERVICES.items() if one["image"].startswith("touchmark:")}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_part_can_write_to_itself_or_become_more(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert "no-new-privileges:true" in one["security_opt"]
    assert "privileged" not in one
    if name in ours():
        assert one["cap_drop"] == ["ALL"]
    if one["restart"] != "no":
        assert one["healthcheck"]["test"]


def test_two_web_processes_and_two_workers() -> None:
    assert int(SERVICES["web"]["environment"]["WEB_CONCURRENCY"]) >= 2
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


def test_what_is_named_is_there() -> None:
    for name, one in SERVICES.items():
        assert set(one.get("depends_on", {})) <= SERVICES.keys()
        assert set(one.get("secrets", [])) <= COMPOSE["secrets"].keys()
        for volume in one.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        command = one.get("command", [])
        if command[:1] == ["touchmark"]:
            assert command[1] in root.list_commands(None), name  # type: ignore[arg-type] # it looks at nothing
        for variable in one.get("environment", {}):
            if variable.startswith("TOUCHMARK_"):
                assert variable.removeprefix("TOUCHMARK_").lower() in FIELDS
    for secret in COMPOSE["secrets"]:
        if secret.startswith("touchmark_"):
            assert secret.removeprefix("touchmark_") in FIELDS
    assert str(SECRETS) == "/run/secrets"
    assert "config python:ledger.web_server" in " ".join(_command()).replace("--", "")
    node = SERVICES["node"]["command"][0]
    assert (ROOT / node).exists() or "amd64" in node
    for option in SERVICES["node"]["command"][1:]:
        assert option.startswith("--")


def _command() -> list[str]:
    [line] = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")]
    found: list[str] = yaml.safe_load(line.removeprefix("CMD "))
    return found


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    wanted = [name for line in re.findall(r"^COPY (.*)$", text, re.MULTILINE) for name in line.split()[:-1]]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(wanted) == let_in
    assert all((ROOT / name).exists() for name in wanted)
    assert "--require-hashes" in text
    assert re.search(r"^USER touchmark$", text, re.MULTILINE)


def test_no_secret_stands_in_a_file() -> None:
    secret = re.compile("PASSWORD|PASSPHRASE|TOKEN|SECRET|SMTP_URL|DATABASE_URL")
    for one in SERVICES.values():
        given = [name for name in one.get("environment", {}) if secret.search(name) and not name.endswith("_FILE")]
        assert given == []
    assert all(set(one) == {"file"} for one in COMPOSE["secrets"].values())
    for name in ("compose.yaml", "Dockerfile"):
        text = (ROOT / name).read_text()
        assert not re.search(r"://[^\s/]+:[^\s/]+@", text)
        assert not re.search(r"^(ENV|ARG).*(PASS|TOKEN|SECRET)", text, re.MULTILINE)
