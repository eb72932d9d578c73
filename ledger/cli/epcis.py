"""What the chain tells, as EPCIS 2.0 events for the systems of a trade: of an item, of a batch, of a period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.writing import whole_file
from ledger.domain.errors import Invalid

if TYPE_CHECKING:
    from ledger.services.epcis_export import EpcisEvent

_PAGE: Final = 500


@command()
@click.argument("what", nargs=-1, metavar="[BATCH | GTIN SERIAL]")
@click.option("--org", help="Whose period, or whose batch, by short name.")
@click.option("--from", "since", help="Recorded then or later, as 2026-01-31T12:00+00:00.")
@click.option("--to", "until", help="Recorded before then.")
@click.option("--ndjson", is_flag=True, help="One event a line instead of one document.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the events go.")
@pass_cli
def epcis(
    cli: Cli, what: tuple[str, ...], org: str | None, since: str | None, until: str | None, ndjson: bool, out: Path
) -> dict[str, Any]:
    """EPCIS events of one item (GTIN SERIAL), of a whole BATCH, or of a period of an organisation (--org).

    Only what is final is told. Each event's id is its hash as GS1's Core Business Vocabulary 2.0 has it.
    """
    from ledger.files.epcis_text import document_text, event_lines

    if what and (since or until):
        raise click.UsageError("A period is an organisation's: give --org alone with --from and --to.")
    events = _Counted(_events(cli, what, org, _times(since, until)))
    with whole_file(out) as file:
        for text in event_lines(events) if ndjson else document_text(events, cli.ledger.now()):
            file.write(text.encode())
    cli.screen.say(f"Events in {out}: {events.count:,}.")
    return {"file": str(out), "events": events.count}


class _Counted:
    """Events, counted as they are read."""

    def __init__(self, events: Iterator[EpcisEvent]) -> None:
        self._events = events
        self.count = 0

    def __iter__(self) -> Iterator[EpcisEvent]:
        for event in self._events:
            self.count += 1
            yield event


def _events(cli: Cli, what: tuple[str, ...], org: str | None, times: tuple[int, int]) -> Iterator[EpcisEvent]:
    from ledger.cli.batch import brand_of_batch
    from ledger.services.epcis_export import batch_events

    if len(what) == 2:
        return _of_item(cli, *what)
    if len(what) == 1:
        return batch_events(cli.ledger, brand_of_batch(cli, what[0], org), what[0])
    if what or org is None:
        raise click.UsageError("Name one batch, one item as GTIN SERIAL, or an organisation with --org.")
    return _of_period(cli, org, times)


def _of_item(cli: Cli, gtin: str, serial: str) -> Iterator[EpcisEvent]:
    from ledger.services.epcis_export import item_page

    events, following = item_page(cli.ledger, gtin, serial, None, _PAGE)
    yield from events
    while following is not None:
        events, following = item_page(cli.ledger, gtin, serial, following, _PAGE)
        yield from events


def _of_period(cli: Cli, org: str, times: tuple[int, int]) -> Iterator[EpcisEvent]:
    from ledger.services.epcis_export import period_page

    caller, cursor = cli.acting_for(org), None
    while True:
        page = period_page(cli.ledger, caller, times, cursor, _PAGE)
        yield from page.events
        if page.next is None:
            return
        cursor = page.next


def _times(since: str | None, until: str | None) -> tuple[int, int]:
    from ledger.services.epcis_export import FOREVER

    return (
        FOREVER[0] if since is None else _moment(since),
        FOREVER[1] if until is None else _moment(until),
    )


def _moment(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("Write the time as 2026-01-31T12:00+00:00, with its distance from UTC.")
    return int(found.timestamp())
