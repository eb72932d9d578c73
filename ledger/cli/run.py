"""Running the ledger: everything on one machine, or the worker alone, and what comes before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.errors import Invalid
from ledger.services.send_terms import OWNER as _OWNER
from ledger.services.send_terms import RELAYER as _RELAYER


@command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the pages; by default 8000 or the next free one.")
@click.option("--empty", is_flag=True, help="Tell no story, whatever --story says.")
@click.option("--public-url", help="Address that printed codes lead to. Changing it later strands printed codes.")
@click.option(
    "--story", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A program that fills a new ledger; it runs once for a data folder.",
)  # fmt: skip
@pass_cli
def serve(cli: Cli, port: int | None, empty: bool, public_url: str | None, story: Path | None) -> Any:
    """Start everything on this machine: local chain, contracts, worker and pages. Ctrl-C stops it all."""
    from ledger import serve as server
    from ledger.settings import read_settings

    settings = cli.settings if public_url is None else read_settings(data=cli.data, public_url=public_url)
    raise click.exceptions.Exit(server.run(settings, port=port, story=None if empty else story, say=cli.screen.say))


@command()
@pass_cli
def worker(cli: Cli) -> None:
    """Follow the chain and send what is queued, until stopped. Several may run; one is active."""
    from ledger.logs import configure
    from ledger.worker import main

    cli.ledger  # noqa: B018 - refuses in a sentence where there is no ledger
    configure()
    main(cli.settings)


@command()
@pass_cli
def migrate(cli: Cli) -> dict[str, Any]:
    """Bring the database to this program's form; begins one where there is none."""
    from ledger.bootstrap import migrate as upgrade
    from ledger.storage.migrate import newest

    upgrade(cli.settings)
    cli.screen.say(f"The database is of the newest form ({newest()}).")
    return {"revision": newest()}


@command()
@click.option("--addresses", is_flag=True, help="Only show the addresses that have to hold some of the chain's coin.")
@pass_cli
def deploy(cli: Cli, addresses: bool) -> dict[str, Any]:
    """Put the contract on the chain of TOUCHMARK_NODE_URL, once; repeating it changes nothing.

    For a node that is not local: `touchmark serve` does this by itself for its own. There two addresses pay:
    see them with --addresses, fund them, then deploy.
    """
    from ledger.bootstrap import deploy_once, operator_addresses

    paying = operator_addresses(cli.ledger)
    if addresses:
        cli.screen.facts({"deploys": paying[_OWNER], "sends": paying[_RELAYER]})
        return {"deploys": paying[_OWNER], "sends": paying[_RELAYER]}
    if cli.settings.node_url is None:
        raise Invalid("Name the node: set TOUCHMARK_NODE_URL to its JSON-RPC address.")
    contract = deploy_once(cli.ledger, cli.settings, local=False)
    with cli.ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
    cli.screen.say(f"The contract is at {contract} on chain {deployed['chain_id']}.")
    return {"contract": contract, "chain_id": deployed["chain_id"], "block": deployed["block"]}
