"""The transparency report at the command line, from the log as it was at any entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli


@command()
@click.argument("period", required=False)
@click.option("--platform", help="Short name of one platform; all without it.")
@click.option(
    "--upto", type=click.IntRange(min=1), help="Number of the log's entry to end at: asks an old report again."
)
@click.option("--csv", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV here as well.")
@pass_cli
def transparency(
    cli: Cli, period: str | None, platform: str | None, upto: int | None, target: Path | None
) -> dict[str, Any]:
    """The transparency report of a PERIOD: 2026, 2026-H1, 2026-Q3 or 2026-11; this month without one."""
    from ledger.services.desk.transparency import month_of
    from ledger.services.desk.transparency import transparency as report_of

    ledger = cli.ledger
    report = report_of(ledger, period or month_of(ledger.now()), platform, upto)
    rows = [
        (
            one.section,
            one.key,
            "–" if one.numerator is None else f"{one.numerator:,}",
            "" if one.denominator is None else f"{one.denominator:,}",
            "" if one.percent is None else f"{one.percent} %",
        )
        for one in report.figures
        if one.numerator or one.denominator
    ]
    cli.screen.table(("SECTION", "FIGURE", "NUMBER", "OF", "SHARE"), rows)
    cli.screen.hint(f"Made from {report.entries:,} entries of the log, up to {report.head.hex()}.")
    if target is not None:
        target.write_text(report.as_csv(), encoding="utf-8", newline="")
        cli.screen.say(f"Written to {target}.")
    return report.as_json()
