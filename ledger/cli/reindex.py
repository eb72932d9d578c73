"""Making the copy of the chain again."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.errors import LedgerError


@command()
@click.option("--from-manifests", is_flag=True, help="Make the rows of batches and items again too.")
@click.option(
    "--accept-other-chain", is_flag=True, help="The node's chain is the right one, though it contradicts ours."
)
@click.option("--yes", is_flag=True, help="With --accept-other-chain: do not ask.")
@pass_cli
def reindex(cli: Cli, from_manifests: bool, accept_other_chain: bool, yes: bool) -> dict[str, Any]:
    """Throw the copy of the chain away and make it again from the node, to the same rows.

    Pages answer from the old copy until the new one is whole. The worker may run meanwhile.
    """
    from ledger.services.reindex import reindex as rebuild
    from ledger.services.restore_batches import restore_batches

    if accept_other_chain and not yes:
        cli.confirm("What was final here and is not on this chain is given up. Go on?", "Nothing was changed.")
    with cli.connected() as side:
        tip = side.node.tip().number
        final = saved_height(cli) if side.miner is not None else side.node.final_height()
        with cli.screen.progress("Reading the chain", tip) as bar:
            done = rebuild(cli.ledger, side.node, final, accept_other_chain=accept_other_chain, on_progress=bar)
    cli.screen.say(f"{done.events:,} events up to block {done.tip}; final up to block {done.final}.")
    document: dict[str, Any] = {"blocks": done.blocks, "events": done.events, "tip": done.tip, "final": done.final}
    if from_manifests:
        with cli.screen.progress("Reading the manifests", None) as bar:
            restored = restore_batches(cli.ledger, bar)
        cli.screen.say(f"{restored.items:,} items of {restored.batches} batches from their manifests.")
        document |= {"batches": restored.batches, "items": restored.items}
    return document


def saved_height(cli: Cli) -> int | None:
    """Up to which block the local chain is on the disk: the newest whole save says."""
    from ledger.bootstrap import LOCAL_SAVES
    from ledger.chain.saves import newest_whole

    try:
        saved = newest_whole(cli.settings.data.joinpath(*LOCAL_SAVES))
    except LedgerError:
        return None
    return None if saved is None else saved.block_number
