"""Is everything well?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.checks import show_checks
from ledger.domain.errors import LedgerError
from ledger.services.checking import Checked, attention, cannot_tell, ok


@command()
@pass_cli
def doctor(cli: Cli) -> dict[str, Any]:
    """Check everything the ledger depends on, and say how to mend what is not well. Changes nothing.

    Exit code 0: all well; 1: something needs attention; 3: something could not be looked into.
    """
    return show_checks(cli, _lines(cli))


def _lines(cli: Cli) -> Iterator[Checked]:
    database = _database(cli)
    yield database
    if database.found != "ok":
        yield cannot_tell("everything else", "Needs the database.")
        return
    from ledger.services.doctor import of_folder, of_keys, of_local_node, of_worker
    from ledger.services.doctor_post import of_post

    try:
        ledger = cli.ledger
    except LedgerError as locked:
        yield attention("passphrase", locked.detail)
        return
    yield from of_folder(cli.settings.data)
    yield _countries(cli)
    yield from of_keys(ledger)
    yield from _chain(cli)
    yield from of_worker(ledger)
    yield from of_post(ledger)
    with ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
    if deployed is not None and deployed["local"]:
        from ledger.chain.local_node import LARGEST_SAVE

        yield from of_local_node(ledger, _saved_bytes(cli), LARGEST_SAVE)


def _database(cli: Cli) -> Checked:
    from ledger.cli.presence import expect_ledger
    from ledger.storage.migrate import current, newest

    try:
        expect_ledger(cli.settings)
    except LedgerError as problem:
        try:
            reachable = cli.settings.database_url is not None and current(cli.settings.store_url) != newest()
        except LedgerError:
            reachable = False
        return (attention if reachable else cannot_tell)("database", problem.detail)
    return ok("database", f"It answers, and is of the newest form ({newest()}).")


def _countries(cli: Cli) -> Checked:
    from ledger.keeping.countries import Countries

    table = Countries(cli.settings.countries)
    made_on = table.made_on()
    table.close()
    if made_on is None:
        # Looks are still counted, and compared by their number; only journeys are not seen.
        mend = "Install the Node packages (npm ci), or set TOUCHMARK_COUNTRIES to an MMDB file of countries."
        return attention("countries", f"{table.problem} Looks have no country.", mend)
    return ok("countries", f"The table of addresses is of {datetime.fromtimestamp(made_on, UTC):%d %B %Y}.")


def _chain(cli: Cli) -> Iterator[Checked]:
    from ledger.services.doctor import no_node, of_chain

    with ExitStack() as stack:
        try:
            side = stack.enter_context(cli.connected())
        except LedgerError as away:
            yield from no_node(away.detail)
            return
        yield from of_chain(cli.ledger, side.node, side.node.client)


def _saved_bytes(cli: Cli) -> int:
    from ledger.bootstrap import LOCAL_SAVES

    saves = cli.settings.data.joinpath(*LOCAL_SAVES)
    return max((path.stat().st_size for path in saves.glob("save-*.json")), default=0)
