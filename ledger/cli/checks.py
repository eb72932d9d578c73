"""How doctor and audit show their lines, and their exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import click

from ledger.cli.base import CANNOT_TELL, REFUSED, Cli
from ledger.services.checking import Checked, Found, worst

_MARKS: Final = {Found.OK: "✓", Found.ATTENTION: "!", Found.CANNOT_TELL: "?"}
_STYLES: Final = {Found.OK: "green", Found.ATTENTION: "red", Found.CANNOT_TELL: "yellow"}
_WORDS: Final = {Found.OK: "ok", Found.ATTENTION: "attention", Found.CANNOT_TELL: "cannot tell"}
_CODES: Final = {Found.OK: 0, Found.ATTENTION: REFUSED, Found.CANNOT_TELL: CANNOT_TELL}


def show_checks(cli: Cli, lines: Iterable[Checked]) -> dict[str, Any]:
    """Print each line as it comes. Ends the run with 0 where all is well, 1 for attention, 3 for cannot tell."""
    seen = []
    for line in lines:
        seen.append(line)
        cli.screen.say(
            f"{_MARKS[line.found]} {_WORDS[line.found]:<11}  {line.name}: {line.words}", style=_STYLES[line.found]
        )
        if line.mend and not cli.screen.quiet:
            cli.screen.say(f"               {line.mend}")
    outcome = worst(seen)
    document = {
        "outcome": outcome.value,
        "checks": [{"name": one.name, "found": one.found.value, "words": one.words, "mend": one.mend} for one in seen],
    }
    if outcome is not Found.OK:
        if cli.screen.json:
            cli.screen.document(document)
        raise click.exceptions.Exit(_CODES[outcome])
    return document
