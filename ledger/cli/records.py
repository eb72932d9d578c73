"""What authenticators, repairers and brands record of an item, signed with the key that is kept here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.sent import report_sent, wait_option
from ledger.domain.errors import Unavailable
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Remark, Service, WithdrawalReason
from ledger.domain.organisations import Caller
from ledger.services import record_inspection as records
from ledger.services.record_inspection import Finding
from ledger.services.store_evidence import store_evidence

_F = TypeVar("_F", bound=Callable[..., Any])


def _words(kind: Any) -> list[str]:
    return [one.name.lower().replace("_", "-") for one in kind]


def _value(kind: Any, word: str) -> Any:
    return kind[word.upper().replace("-", "_")]


def _options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    def apply(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return apply


_item = _options(
    click.argument("gtin"),
    click.argument("serial"),
    click.option("--org", required=True, help="Who records it, by short name."),
)
_report = _options(
    click.option("--text", default="", help="The report in words; it stays here, its fingerprint goes on record."),
    click.option(
        "--photo", "photos", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A photo (JPEG, PNG, WebP) or PDF; may be repeated.",
    ),
)  # fmt: skip
_facts = _options(
    click.option("--result", required=True, type=click.Choice(_words(Authenticity)), help="Authenticity alone."),
    click.option("--method", required=True, type=click.Choice(_words(Method)), help="How the item was seen."),
    click.option("--condition", type=click.Choice(list("ABCDE")), help="Apart from authenticity; A is as new."),
    click.option("--persons", type=click.IntRange(1, 255), default=1, show_default=True, help="How many looked."),
    click.option("--points", type=click.IntRange(0, 255), default=0, help="How many points were checked."),
    click.option("--remark", "remarks", multiple=True, type=click.Choice(_words(Remark)), help="May be repeated."),
)


@command()
@_item
@_facts
@_report
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Day on which it was seen; by default today.")
@wait_option
@pass_cli
def inspect(cli: Cli, gtin: str, serial: str, org: str, date: datetime | None, wait: bool, **given: Any) -> Any:
    """Record an inspection of GTIN SERIAL."""
    caller = cli.acting_for(org)
    report, evidence = _kept(cli, caller, given)
    more = {} if date is None else {"date": int(date.replace(tzinfo=UTC).timestamp())}
    return _send(cli, caller, records.inspection(gtin, serial, _packed(given), report, evidence, **more), wait)


@command()
@_item
@click.option("--what", required=True, type=click.Choice(_words(Service)), help="What was done.")
@_report
@wait_option
@pass_cli
def service(cli: Cli, gtin: str, serial: str, org: str, what: str, wait: bool, **given: Any) -> Any:
    """Record a service of GTIN SERIAL: a repair, a part replaced, care."""
    caller = cli.acting_for(org)
    report, evidence = _kept(cli, caller, given)
    return _send(cli, caller, records.service(gtin, serial, _value(Service, what), report, evidence), wait)


@command()
@_item
@click.option("--about", required=True, type=click.IntRange(0), help="The record's number, as `show --json` has it.")
@click.option("--why", required=True, type=click.Choice(_words(WithdrawalReason)))
@click.option("--text", default="", help="In words.")
@wait_option
@pass_cli
def withdraw(cli: Cli, gtin: str, serial: str, org: str, about: int, why: str, text: str, wait: bool) -> Any:
    """Take back a record of one's own; the old one stays visible, marked as withdrawn."""
    caller = cli.acting_for(org)
    reason = _value(WithdrawalReason, why)
    return _send(cli, caller, records.withdrawal(gtin, serial, about, reason, _text(text)), wait)


@command()
@_item
@click.option("--about", required=True, type=click.IntRange(0), help="The record's number, as `show --json` has it.")
@_facts
@_report
@wait_option
@pass_cli
def correct(cli: Cli, gtin: str, serial: str, org: str, about: int, wait: bool, **given: Any) -> Any:
    """Correct an inspection of one's own; the old one stays visible, marked as corrected."""
    caller = cli.acting_for(org)
    report, evidence = _kept(cli, caller, given)
    return _send(cli, caller, records.correction(gtin, serial, about, _packed(given), report, evidence), wait)


def _packed(given: dict[str, Any]) -> InspectionFacts:
    remarks = Remark(0)
    for word in given["remarks"]:
        remarks |= _value(Remark, word)
    return InspectionFacts(
        authenticity=_value(Authenticity, given["result"]),
        method=_value(Method, given["method"]),
        persons=given["persons"],
        condition=given["condition"],
        remarks=remarks,
        points=given["points"],
    )


def _kept(cli: Cli, caller: Caller, given: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    evidence = []
    for photo in given["photos"]:
        try:
            with photo.open("rb") as stream:
                evidence.append(store_evidence(cli.ledger, caller, stream).sha256)
        except OSError as error:
            raise Unavailable(f"{photo} cannot be read ({error.strerror}).") from error
    return _text(given["text"]), evidence


def _text(text: str) -> dict[str, str]:
    return {"text": text} if text else {}


def _send(cli: Cli, caller: Caller, finding: Finding, wait: bool) -> dict[str, Any]:
    queued = records.record(cli.ledger, caller, finding)
    nonce = queued.statement.nonce
    cli.screen.hint(f"Its number is {nonce}: `touchmark withdraw … --about {nonce}` takes it back.")
    return report_sent(cli, queued, wait=wait, number=nonce, evidence=list(finding.evidence))
