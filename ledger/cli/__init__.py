"""`touchmark`: the ledger at the command line.

Each command lies in a file of its group and is loaded when it is called, so that `--help` and typing errors
answer at once. What holds for every command (options, exit codes, JSON) is in `base`.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

import click

from ledger.cli.base import Group

_COMMANDS: Final[dict[str, str]] = {
    "serve": "run",
    "worker": "run",
    "migrate": "run",
    "deploy": "run",
    "doctor": "doctor",
    "org": "org",
    "member": "members",
    "operator": "members",
    "key": "key",
    "signing-key": "signing_key",
    "import": "imports",
    "batch": "batch",
    "cards": "cards",
    "labels": "labels",
    "tag": "tag",
    "activate": "activate",
    "show": "show",
    "inspect": "records",
    "service": "records",
    "withdraw": "records",
    "correct": "records",
    "component": "component",
    "owner-key": "owner_key",
    "claim": "claim",
    "handover": "handover",
    "offers": "handover",
    "report": "report",
    "mark": "mark",
    "retire": "custody",
    "replace-code": "custody",
    "recover": "custody",
    "contest": "custody",
    "statements": "statements",
    "epcis": "epcis",
    "case-file": "case_file",
    "passport": "passport",
    "verify": "passport",
    "trust": "passport",
    "checkpoint": "passport",
    "webhook": "webhook",
    "screen": "screening",
    "credential": "credential",
    "audit": "audit",
    "transparency": "transparency",
    "reindex": "reindex",
    "backup": "backup",
    "restore": "backup",
    "design": "design",
    "right": "right",
    "export": "export",
    "check-kit": "export",
    "kit-passport": "export",
    "import-kit": "export",
}
"""Each command's module, in the order in which the help lists them."""

_HELP: Final = """The Touchmark ledger at the command line.

A first walk: `touchmark serve` in one terminal; in another `touchmark org add`, `touchmark import`,
`touchmark cards`, `touchmark labels`, `touchmark activate`, `touchmark show`.
"""

_EPILOG: Final = """\b
Exit codes:
  0  done
  1  refused: the sentence says why, nothing was half-done
  2  the command line was not understood
  3  cannot tell, or something needed does not answer: try again

\b
Environment: every TOUCHMARK_… variable of the README counts here too
  TOUCHMARK_DATA      the ledger's folder (as --data)
  TOUCHMARK_NODE_URL  the node; a running `touchmark serve` is found without it
  NO_COLOR            set to anything: no colours

\b
Completion of commands in bash (zsh and fish alike):
  eval "$(_TOUCHMARK_COMPLETE=bash_source touchmark)"
"""


class _Lazy(Group):
    """Finds each command in its module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module: Any = importlib.import_module(f"ledger.cli.{_COMMANDS[cmd_name]}")
        # The one name of ours that Python has taken.
        command: click.Command = getattr(module, {"import": "import_"}.get(cmd_name, cmd_name.replace("-", "_")))
        return command


root = _Lazy("touchmark", help=_HELP, epilog=_EPILOG)


def main() -> None:
    """The `touchmark` program. Ends the process with one of the documented exit codes."""
    root.main(prog_name="touchmark")
