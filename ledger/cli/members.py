"""Members, safe mode and backups at the command line: what an operator does without the pages."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.domain.people import StaffRole
from ledger.services import operator_view, safe_mode
from ledger.services.members import invite


@group()
def member() -> None:
    """Members of organisations: people who sign in with a passkey."""


@member.command(name="invite")
@click.option("--org", required=True, help="Into which organisation, by short name (“council” for the operator’s own).")
@click.option("--name", required=True, help="How colleagues name them.")
@click.option("--email", default="", help="Where the link goes, too; without it, hand the link over yourself.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in StaffRole]),
    help="What they may do; may be repeated.",
)  # fmt: skip
@pass_cli
def invite_(cli: Cli, org: str, name: str, email: str, roles: tuple[str, ...]) -> dict[str, Any]:
    """Invite somebody; the link is shown this once and lasts a week."""
    invited, link = invite(cli.ledger, cli.acting_for(org), email, name, [StaffRole(role) for role in roles])
    cli.screen.say(link, style="bold")
    cli.screen.hint("Whoever opens this link first and has a passkey is in. Give it to them alone.")
    return {"id": invited.id, "link": link}


@group()
def operator() -> None:
    """Safe mode, and the note that a backup was made."""


@operator.command(name="safe-mode")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--why", default="", help="Whoever comes next reads it; needed to switch it on.")
@pass_cli
def safe_mode_(cli: Cli, state: str, why: str) -> dict[str, Any]:
    """Take nothing new while codes can still be checked; or take everything again."""
    if state == "off":
        safe_mode.end_safe_mode(cli.ledger)
        cli.screen.say("Everything is taken again.")
        return {"safe_mode": False}
    safe = safe_mode.begin_safe_mode(cli.ledger, "the command line", why)
    cli.screen.say("Nothing new is taken from now on; codes can be checked.")
    return {"safe_mode": True, "since": safe.since, "why": safe.why}


@operator.command(name="backed-up")
@pass_cli
def backed_up(cli: Cli) -> dict[str, Any]:
    """Note that a backup was made just now; for the end of a backup's own script."""
    at = operator_view.note_backup(cli.ledger)
    cli.screen.say("Noted.")
    return {"backed_up_at": at}
