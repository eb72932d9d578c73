"""Tags that cannot be copied: the sealed file for whoever writes them, opened there, and the answer that comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.batch import brand_of_batch
from ledger.cli.screen import when
from ledger.cli.writing import whole_file
from ledger.domain.errors import Unavailable
from ledger.domain.sun_messages import Mode
from ledger.files import encoder_file
from ledger.services import tag_encode as service

_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file's first line is the passphrase; without it, you are asked.",
)


@group()
def tag() -> None:
    """Tags that cannot be copied (NXP NTAG 424 DNA)."""


@tag.command()
@click.argument("batch")
@click.option("--org", help="The brand, by short name; by default whose batch it is.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the file goes.")
@click.option("--mode", type=click.Choice([one.value for one in Mode]), default="aes", show_default=True)
@click.option("--sealed", is_flag=True, help="The tags have a tamper loop (TagTamper).")
@click.option("--again", is_flag=True, help="Also for tags not in service yet; an earlier file is void then.")
@_passphrase
@pass_cli
def make(
    cli: Cli,
    batch: str,
    org: str | None,
    out: Path,
    mode: str,
    sealed: bool,
    again: bool,
    passphrase_file: Path | None,
) -> dict[str, Any]:
    """Make the sealed file with the addresses and keys of BATCH's tags; it is not kept here."""
    caller = brand_of_batch(cli, batch, org)
    passphrase = _read_passphrase(cli, passphrase_file, new=True)
    with whole_file(out, secret=True, replace=False) as target:
        run = service.make_tags(
            cli.ledger, caller, batch, passphrase, target, mode=Mode(mode), sealed=sealed, again=again
        )
    cli.screen.say(f"{run.count:,} tags are in {out} (SHA-256 {run.sha256}).")
    cli.screen.hint("Tell whoever writes the tags the passphrase by another way; `touchmark tag open` opens the file.")
    return {"run": run.id, "batch": batch, "tags": run.count, "file": str(out), "sha256": run.sha256}


@tag.command(name="open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the opened file goes."
)
@_passphrase
@pass_cli
def open_(cli: Cli, file: Path, out: Path, passphrase_file: Path | None) -> dict[str, Any]:
    """Open a sealed FILE where the tags are written: plain JSON, with keys. Delete it afterwards."""
    found = encoder_file.open_file(_read(file), _read_passphrase(cli, passphrase_file))
    with whole_file(out, secret=True, replace=False) as target:
        target.write(json.dumps({"tags": found}, indent=1, ensure_ascii=False).encode() + b"\n")
    cli.screen.say(f"{len(found):,} tags are in {out}.")
    cli.screen.hint("Whoever has this file can make such tags: delete it once they are written.")
    return {"tags": len(found), "file": str(out)}


@tag.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--org", required=True, help="The brand, by short name.")
@pass_cli
def encoded(cli: Cli, file: Path, org: str) -> dict[str, Any]:
    """Take the encoder's answer, FILE: a CSV with gtin, serial and uid. Then the tags are in service."""
    count = service.bring_into_service(cli.ledger, cli.acting_for(org), _read(file))
    cli.screen.say(f"{count:,} tags are in service.")
    return {"tags": count}


@tag.command(name="list")
@click.option("--org", required=True, help="The brand, by short name.")
@click.option("--batch", help="Only those of one batch.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", help="Go on after this tag of an earlier list.")
@pass_cli
def list_(cli: Cli, org: str, batch: str | None, limit: int, before: str | None) -> dict[str, Any]:
    """A brand's tags, newest first."""
    found = [_view(one) for one in service.list_tags(cli.ledger, cli.acting_for(org), before, limit, batch)]
    rows = [
        (one["id"], one["gtin"], one["serial"], one["uid"] or "", one["state"], when(one["tapped_at"])) for one in found
    ]
    cli.screen.table(
        ("ID", "GTIN", "SERIAL", "UID", "STATE", "LAST TAP"), rows, "There are no tags yet: `touchmark tag make`."
    )
    return {"tags": found}


@tag.command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--org", required=True, help="The brand, by short name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_cli
def end(cli: Cli, gtin: str, serial: str, org: str, yes: bool) -> dict[str, Any]:
    """Take an item's tag out of service for good: it was lost, or came off."""
    caller = cli.acting_for(org)
    if not yes:
        cli.confirm(f"End the tag of {serial} for good?", "The tag stays in service. Nothing was changed.")
    service.end_tag(cli.ledger, caller, gtin, serial)
    cli.screen.say("The tag speaks no more. `touchmark tag make` gives the item another.")
    return {"gtin": gtin, "serial": serial, "state": "ended"}


@tag.command(name="new-key")
@click.option("--org", required=True, help="The brand, by short name.")
@pass_cli
def new_key(cli: Cli, org: str) -> dict[str, Any]:
    """Make a new master key for the tags to come; those out there keep theirs."""
    version = service.new_master(cli.ledger, cli.acting_for(org))
    cli.screen.say(f"Tags are made from master key number {version} from now on.")
    return {"version": version}


def _view(one: service.TagView) -> dict[str, Any]:
    found = one.tag
    return {
        "id": found.id,
        "gtin": one.gtin,
        "serial": one.serial,
        "uid": None if found.uid is None else found.uid.hex().upper(),
        "state": found.state.value,
        "mode": found.mode.value,
        "sealed": found.sealed,
        "generation": found.generation,
        "key_version": found.version,
        "counter": None if found.counter < 0 else found.counter,
        "tapped_at": found.tapped_at,
        "opened_at": found.opened_at,
    }


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(64 * 1024 * 1024)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read ({error.strerror}).") from error


def _read_passphrase(cli: Cli, file: Path | None, *, new: bool = False) -> str:
    if file is not None:
        return _read(file)[:1_000].decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    if cli.screen.json:
        raise click.UsageError("With --json nobody can be asked: add --passphrase-file.")
    try:
        found: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    except click.Abort:
        raise click.UsageError("Nobody can be asked here: add --passphrase-file.") from None
    return found
