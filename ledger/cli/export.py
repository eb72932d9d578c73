"""Leaving: a kit from which strangers can check and a successor can carry on, its check, and its way back in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.errors import Conflict


@command()
@click.argument("target", metavar="FOLDER | FILE.tar", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would go in and how large it would be; write nothing.")
@click.option("--with-private", is_flag=True, help="Add what only a successor with the passphrase can open.")
@pass_cli
def export(cli: Cli, target: Path | None, dry_run: bool, with_private: bool) -> dict[str, Any]:
    """Write everything that is needed to check and carry on this ledger without its operator.

    There whole or not at all; an earlier kit is never written over. Nothing that names a person goes in.
    """
    from ledger.chain.archive import NodeArchive
    from ledger.cli.export_sources import kit_sources
    from ledger.files.kit_writer import Nowhere, writing_kit
    from ledger.services.export_kit import export_kit

    if target is None and not dry_run:
        raise click.UsageError("Name the folder or the .tar to write, or add --dry-run.")
    with cli.connected() as side:
        archive, local = NodeArchive(side.node.client), side.miner is not None
        with kit_sources(cli.settings, local=local, private=with_private) as sources:
            if target is None or dry_run:
                with cli.screen.progress("Measuring", None) as bar:
                    made = export_kit(
                        cli.ledger, Nowhere(), archive, sources, private=with_private, dry=True, on_progress=bar
                    )
            else:
                with writing_kit(target) as kit, cli.screen.progress("Exporting", None) as bar:
                    made = export_kit(cli.ledger, kit, archive, sources, private=with_private, on_progress=bar)
    cli.screen.say(f"{'Would be' if dry_run else target}: {made.files:,} files, {made.size:,} bytes")
    cli.screen.facts({part: f"{size:,} bytes" for part, size in sorted(made.sizes.items())})
    cli.screen.facts({name: f"{count:,}" for name, count in made.counts.items()})
    if not dry_run:
        cli.screen.hint("Its README.md tells a stranger what to do with it. Keep copies where we do not.")
    if with_private:
        cli.screen.hint("The passphrase is not in it. Hand it over apart: TOUCHMARK_PASSPHRASE, or secrets/passphrase.")
    return {
        "target": None if dry_run else str(target),
        "block": made.block,
        "files": made.files,
        "bytes": made.size,
        "parts": dict(made.sizes),
        "counts": dict(made.counts),
    }


@command()
@click.argument("kit", type=click.Path(exists=True, path_type=Path))
@click.option("--trust", "trust_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@pass_cli
def check_kit(cli: Cli, kit: Path, trust_file: Path | None) -> dict[str, Any]:
    """Check every file of a kit and the signature over it. Needs no ledger and asks nobody.

    With --trust FILE the operator's key comes from your own list; else the kit can only agree with itself.
    """
    from ledger.files.kit_reader import opened_kit
    from ledger.services.open_kit import check_kit as check

    with opened_kit(kit) as opened, cli.screen.progress("Checking", None) as bar:
        found = check(opened, None if trust_file is None else trust_file.read_bytes(), _tools(), bar)
    cli.screen.say(f"{kit}: {found.files:,} files, each as it was when the kit was made.")
    cli.screen.say(f"Signed by {found.signer} for contract {found.contract} on chain {found.chain_id}.")
    if trust_file is None:
        cli.screen.hint(
            "You gave no trust list, so that key is the kit's own word: compare it with one you know, or add --trust."
        )
    return {
        "files": found.files,
        "signer": found.signer,
        "contract": found.contract,
        "chain_id": found.chain_id,
        "trusted": trust_file is not None,
        "block": found.about["block"],
        "private": found.about["private"],
    }


@command()
@click.argument("kit", type=click.Path(exists=True, path_type=Path))
@click.argument("gtin")
@click.argument("serial")
@click.option("--trust", "trust_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--rpc", metavar="URL", help="A node of the chain; by default the kit’s own save is started.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to.")
@pass_cli
def kit_passport(
    cli: Cli, kit: Path, gtin: str, serial: str, trust_file: Path | None, rpc: str | None, output: Path
) -> dict[str, Any]:
    """The proof file of an item that was ever claimed or inspected, from a kit alone. Its fields stay withheld.

    Needs no ledger. GTIN and serial stand on the item; a kit lists none.
    """
    from ledger.cli.import_kit import kit_node
    from ledger.cli.writing import whole_file
    from ledger.files.kit_reader import opened_kit
    from ledger.services.open_kit import check_kit as check
    from ledger.services.open_kit_passport import passport_from_kit

    with opened_kit(kit) as opened:
        with cli.screen.progress("Checking", None) as bar:
            found = check(opened, None if trust_file is None else trust_file.read_bytes(), _tools(), bar)
        with kit_node(opened, found, rpc) as prover:
            made = passport_from_kit(opened, found, _tools(), prover, gtin, serial)
    with whole_file(output) as file:
        file.write(made)
    cli.screen.say(f"{output}, {len(made):,} bytes")
    cli.screen.hint("Check it with `touchmark verify`, and a checkpoint of the kit.")
    return {"file": str(output), "bytes": len(made)}


@command()
@click.argument("kit", type=click.Path(exists=True, path_type=Path))
@click.option("--trust", "trust_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@pass_cli
def import_kit(cli: Cli, kit: Path, trust_file: Path | None) -> dict[str, Any]:
    """Make a ledger out of a kit with its sealed part: into --data, a folder that is not there yet.

    TOUCHMARK_PASSPHRASE has to be the old installation's. Every file is checked first; every batch is compared with
    its registration. Cut short, nothing is left.
    """
    from ledger.cli.import_kit import restore
    from ledger.files.kit_reader import opened_kit
    from ledger.services.open_kit import check_kit as check

    if cli.settings.data.exists() and any(cli.settings.data.iterdir()):
        raise Conflict(f"{cli.settings.data} is not empty. Name a new folder with --data; nothing was changed.")
    with opened_kit(kit) as opened:
        with cli.screen.progress("Checking", None) as bar:
            found = check(opened, None if trust_file is None else trust_file.read_bytes(), _tools(), bar)
        done: Mapping[str, Any] = restore(cli, opened, found)
    cli.screen.say(f"{done['items']:,} items of {done['batches']:,} batches; {done['events']:,} events.")
    cli.screen.hint("Start it with `touchmark serve`, with the same passphrase and data folder.")
    return dict(done)


def _tools() -> Any:
    from ledger.chain import signing
    from ledger.proof.verify import Tools

    return Tools(signing.keccak, signing.signer_of)
