"""Serials of parts at the command line: compared, replaced, their history, and who asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.sent import report_sent, wait_option
from ledger.domain.components import Seen
from ledger.services import components_check, components_history, components_replace
from ledger.services.record_inspection import record


@group()
def component() -> None:
    """Parts of an item that have serials of their own. No answer holds a serial."""


_ITEM = (
    click.argument("gtin"),
    click.argument("serial"),
    click.option("--org", required=True, help="Who asks or records, by short name."),
)


def _item(function: Any) -> Any:
    for option in reversed(_ITEM):
        function = option(function)
    return function


@component.command()
@_item
@click.option("--seen", "seen", multiple=True, required=True, metavar="PART=SERIAL", help="May be repeated.")
@pass_cli
def check(cli: Cli, gtin: str, serial: str, org: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """Compare serials read on parts with what is recorded. With --seen PART (no serial) it is asked for, unseen."""
    caller = cli.acting_for(org)
    found = components_check.check_parts(cli.ledger, caller, gtin, serial, [_seen(cli, one) for one in seen])
    for one in found.answers:
        cli.screen.say(f"{one.part}: {one.found.value.replace('_', ' ')}{_by(one.on, one.by)}")
    cli.screen.hint(f"{found.left} more questions about this item today.")
    return {
        "gtin": found.gtin,
        "serial": found.serial,
        "parts": [
            {"part": one.part, "found": one.found.value, "how": one.how, "on": _moment(one.on), "by": one.by or None}
            for one in found.answers
        ],
        "left": found.left,
    }


@component.command()
@_item
@click.option("--part", required=True, help="Such as movement, or the brand's own name.")
@click.option("--new-serial", default="", help="Of the new part; kept sealed. Leave it out where it has none.")
@click.option("--text", default="", help="The report in words; it stays here, its fingerprint goes on record.")
@wait_option
@pass_cli
def replace(cli: Cli, gtin: str, serial: str, org: str, part: str, new_serial: str, text: str, wait: bool) -> Any:
    """Record a service that put in a new part."""
    caller = cli.acting_for(org)
    report = {"text": text} if text else {}
    finding = components_replace.replacement(cli.ledger, caller, gtin, serial, Seen(part, new_serial), report)
    queued = record(cli.ledger, caller, finding)
    return report_sent(cli, queued, wait=wait, number=queued.statement.nonce)


@component.command()
@_item
@pass_cli
def history(cli: Cli, gtin: str, serial: str, org: str) -> dict[str, Any]:
    """Which part was in the item in which time, without serials."""
    found = components_history.part_history(cli.ledger, cli.acting_for(org), gtin, serial)
    rows = [(one.part, _day(one.since), _day(one.until), one.source.value, one.by) for one in found.fits]
    cli.screen.table(("PART", "SINCE", "UNTIL", "BY", ""), rows)
    return {
        "gtin": found.gtin,
        "serial": found.serial,
        "parts": [
            {"part": one.part, "since": _moment(one.since), "until": _moment(one.until), "source": one.source.value,
             "by": one.by, "serial_kept": one.mark is not None, "ended": one.ended, "ended_by": one.ended_by or None}
            for one in found.fits
        ],
    }  # fmt: skip


@component.command()
@_item
@pass_cli
def questions(cli: Cli, gtin: str, serial: str, org: str) -> list[dict[str, Any]]:
    """Who asked about the parts of one of the brand's items, and what they were told; the newest 200."""
    found = components_check.questions_of(cli.ledger, cli.acting_for(org), gtin, serial, None, 200)
    rows = [(_day(one.at), name, one.part, one.found) for one, name in found]
    cli.screen.table(("DAY (UTC)", "WHO", "PART", "TOLD"), rows)
    return [{"at": _moment(one.at), "by": name, "part": one.part, "found": one.found} for one, name in found]


def _seen(cli: Cli, text: str) -> Seen:
    part, given, serial = text.partition("=")
    if given:
        return Seen(part, serial)
    if cli.screen.json:
        raise click.UsageError("With --json nobody can be asked: write --seen PART=SERIAL.")
    return Seen(part, click.prompt(f"Serial on the {part}", hide_input=True, err=True))


def _by(on: int | None, by: str) -> str:
    return "" if on is None else f" ({by}, {_day(on)})"


def _day(seconds: int | None) -> str:
    moment = _moment(seconds)
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
