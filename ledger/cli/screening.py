"""Rule packs at the command line: what is in force, what another would have decided, and putting one in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.screening.packs import read_pack
from ledger.services.desk.screen_packs import add_pack, all_packs
from ledger.services.desk.screen_replay import replay as replay_decisions


@group()
def screen() -> None:
    """Screening of listings: its rules, and what they decided."""


@screen.command()
@pass_cli
def packs(cli: Cli) -> dict[str, Any]:
    """The rule packs, newest first; the first line is in force."""
    with cli.ledger.store.read() as tx:
        found = sorted(all_packs(tx).values(), key=lambda one: -one.version)
    rows = [(str(one.version), one.made, one.about[:60]) for one in found]
    cli.screen.table(("VERSION", "MADE", "ABOUT"), rows, "There is no rule pack.")
    return {"packs": [{"version": one.version, "made": one.made, "about": one.about} for one in found]}


@screen.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_cli
def add(cli: Cli, file: Path) -> dict[str, Any]:
    """Put a new rule pack in force, for what is screened from now on."""
    pack = add_pack(cli.ledger, file.read_text(encoding="utf-8"))
    cli.screen.say(f"Rule pack {pack.version} is in force.")
    return {"version": pack.version}


@screen.command()
@click.option("--pack", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Compare with this pack.")
@click.option("--most", type=click.IntRange(1, 10_000_000), default=1_000_000, help="Decisions at most, oldest first.")
@pass_cli
def replay(cli: Cli, pack: Path | None, most: int) -> dict[str, Any]:
    """Make kept decisions again, and tell what another pack would have decided. Changes nothing."""
    other = None if pack is None else read_pack(pack.read_text(encoding="utf-8"))
    found = replay_decisions(cli.ledger, other, most=most)
    cli.screen.say(f"{found.decisions:,} decisions, {found.same:,} the same bit for bit.")
    for id in found.differ[:20]:
        cli.screen.say(f"{id} is not what its rules make of its facts.")
    if other is not None:
        cli.screen.say(f"With pack {other.version}: {found.milder:,} milder, {found.graver:,} graver.")
        rows = [(before, after, f"{count:,}") for (before, after), count in found.changes.most_common()]
        cli.screen.table(("DECIDED", "WOULD BE", "LISTINGS"), rows, "Nothing would change.")
        if found.cannot_tell:
            cli.screen.hint(f"Of {found.cannot_tell:,} it cannot be told whole: this was not looked for then.")
    return {
        "decisions": found.decisions,
        "same": found.same,
        "differ": found.differ,
        "without_pack": found.without_pack,
        "milder": found.milder,
        "graver": found.graver,
        "cannot_tell": found.cannot_tell,
        "changes": [
            {"before": before, "after": after, "count": count} for (before, after), count in found.changes.items()
        ],
    }
