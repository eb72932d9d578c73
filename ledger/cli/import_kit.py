"""The way back in: a data folder, a database and a running chain out of a kit; and its chain alone."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.cli.base import Cli
from ledger.domain.errors import Conflict, Invalid, Unavailable
from ledger.files.kit_reader import OpenKit
from ledger.services.open_kit import CheckedKit

if TYPE_CHECKING:
    from ledger.chain.proofs import NodeProver
    from ledger.settings import Settings


def restore(cli: Cli, kit: OpenKit, found: CheckedKit) -> dict[str, Any]:
    """Make the ledger beside its place and put it there when it is whole; otherwise leave nothing of it."""
    from ledger.services.open_kit_restore import place_secrets
    from ledger.storage.migrate import current

    settings = cli.settings
    if settings.passphrase is None:
        raise Invalid("Set TOUCHMARK_PASSPHRASE to the old installation’s passphrase: the kit’s sealed part needs it.")
    _expect_same_form(found)
    beside = settings.data.with_name(f".{settings.data.name}.{secrets.token_hex(4)}")
    staged = settings.model_copy(update={"data": beside})
    try:
        place_secrets(kit, beside / "secrets")
        if current(staged.store_url) is not None:
            raise Conflict("There are tables in this database already. Nothing was changed. Name an empty one.")
        done = _in_new_database(cli, kit, found, staged)
        if settings.data.exists():
            settings.data.rmdir()
        beside.rename(settings.data)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return done


def _in_new_database(cli: Cli, kit: OpenKit, found: CheckedKit, settings: Settings) -> dict[str, Any]:
    from ledger.bootstrap import build, migrate
    from ledger.storage.migrate import downgrade

    ledger = build(settings)  # opens the vault: the wrong passphrase ends here
    migrate(settings)
    try:
        return _fill(cli, kit, found, settings, ledger)
    except BaseException:
        ledger.store.close()
        downgrade(settings.store_url, "base")
        raise
    finally:
        ledger.store.close()


@contextmanager
def kit_node(kit: OpenKit, found: CheckedKit, url: str | None) -> Iterator[NodeProver]:
    """A node of the kit's chain that can show state: the one at `url`, else one started from the kit's own save.

    Raises Invalid where there is neither, WrongChain or Unavailable where the node is not of that chain.
    """
    from ledger.chain.local_node import LocalNode
    from ledger.chain.node import Node
    from ledger.chain.proofs import NodeProver
    from ledger.chain.rpc import Rpc
    from ledger.services.open_kit_restore import place_save

    save = found.about["save"]
    with ExitStack() as stack:
        if url is None:
            if save is None:
                raise Invalid("This kit’s chain is not in it: name one of its nodes with --rpc.")
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            place_save(kit, folder / "node" / "saves", save["generation"])
            url = stack.enter_context(LocalNode(folder)).url
        rpc = stack.enter_context(Rpc(url))
        node = Node(rpc, found.chain_id, found.contract)
        node.check()
        yield NodeProver(node.client)


def _expect_same_form(found: CheckedKit) -> None:
    from ledger.storage.migrate import newest

    if found.about.get("database") != newest():
        raise Invalid(
            f"This kit’s tables are of another form ({found.about.get('database')}) than this program’s ({newest()}). "
            "Use the program that is in the kit, then `touchmark migrate` with this one."
        )


def _fill(cli: Cli, kit: OpenKit, found: CheckedKit, settings: Settings, ledger: Any) -> dict[str, Any]:
    from ledger.chain.local_node import LocalNode
    from ledger.services.open_kit_restore import place_files, place_save, put_rows

    put_rows(kit, ledger)
    place_files(kit, ledger)
    save = found.about["save"]
    if save is None:
        if settings.node_url is None:
            raise Invalid("Set TOUCHMARK_NODE_URL to a node of this ledger’s chain: its items are compared with it.")
        return _rebuild(cli, kit, found, settings, ledger, None)
    place_save(kit, settings.data / "node" / "saves", save["generation"])
    with LocalNode(settings.data) as node:
        at = settings.model_copy(update={"node_url": node.url})
        return _rebuild(cli, kit, found, at, ledger, save["block"])


def _rebuild(
    cli: Cli, kit: OpenKit, found: CheckedKit, settings: Settings, ledger: Any, final: int | None
) -> dict[str, Any]:
    """The copy of the chain from the node, the items from their manifests."""
    from ledger.bootstrap import connect
    from ledger.services.open_kit_restore import put_late_rows
    from ledger.services.reindex import reindex
    from ledger.services.restore_batches import restore_batches

    with closing(connect(ledger, settings)) as side:
        side.node.check()
        block = side.node.block(found.about["block"]["number"])
        if block is None or "0x" + block.hash.hex() != found.about["block"]["hash"]:
            raise Unavailable("The node does not have the block that this kit was made at. Name another one.")
        with cli.screen.progress("Reading the chain", side.node.tip().number) as bar:
            read = reindex(ledger, side.node, side.node.final_height() if final is None else final, on_progress=bar)
    with cli.screen.progress("Reading the manifests", None) as bar:
        restored = restore_batches(ledger, bar)
    put_late_rows(kit, ledger)
    return {
        "blocks": read.blocks,
        "events": read.events,
        "final": read.final,
        "batches": restored.batches,
        "items": restored.items,
        "data": str(cli.settings.data),
    }
