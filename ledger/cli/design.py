"""Designs: files dated by their hashes, and certificates checked with the files alone."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any, Final

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.domain.errors import Invalid, Unavailable
from ledger.domain.said import said

_MOST: Final = 4 * 2**30
"""Bytes of one file that is hashed."""
_MARKS: Final = {"holds": "✓", "contradicts": "✗", "cannot tell": "?"}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group()
def design() -> None:
    """Designs: files dated by their hashes, which stay with their owner."""


@design.command()
@click.option("--as", "organisation", required=True, metavar="ORG", help="The brand, by short name.")
@click.option("--name", required=True, help="What the design is called.")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE…")
@pass_cli
def anchor(cli: Cli, organisation: str, name: str, files: tuple[Path, ...]) -> dict[str, Any]:
    """Date files: only their hashes go into the ledger."""
    from ledger.services.desk.designs import date_design

    hashed = [(one.name, _sha256(one).hex()) for one in files]
    made = date_design(cli.ledger, cli.acting_for(organisation), name, hashed)
    cli.screen.say(f"{len(files)} files wait to be dated as {made.id}.")
    cli.screen.hint(f"Once it is final: `touchmark design certificate --as {organisation} {made.id} -o FILE`.")
    return {"id": made.id, "statement": made.statement}


@design.command()
@click.option("--as", "organisation", required=True, metavar="ORG", help="The brand, by short name.")
@click.option("--output", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to.")
@click.argument("id")
@pass_cli
def certificate(cli: Cli, organisation: str, output: Path, id: str) -> dict[str, Any]:
    """Write the certificate of what was dated: JSON, or a page to print where the file's name ends in .pdf."""
    from ledger.services.desk.designs import certificate_file, certificate_pdf, design_certificate

    document = design_certificate(cli.ledger, cli.acting_for(organisation), id)
    pdf = output.suffix.lower() == ".pdf"
    output.write_bytes(certificate_pdf(document) if pdf else certificate_file(document))
    cli.screen.say(str(output))
    return {"file": str(output)}


@design.command()
@click.option("--rpc", metavar="URL", help="A node of your choice, to ask whether the block holds it.")
@click.argument("certificate", type=_FILE)
@click.argument("files", nargs=-1, type=_FILE, metavar="FILE…")
@pass_cli
def verify(cli: Cli, rpc: str | None, certificate: Path, files: tuple[Path, ...]) -> dict[str, Any] | None:
    """Check a certificate against files. Needs no ledger, and asks nobody but the node of --rpc.

    \b
    Exit codes: 0 holds; 2 contradicts; 3 cannot tell, as without --rpc: the date is then the ledger's word.
    """
    from ledger.chain import signing
    from ledger.chain.anchors import anchors_at
    from ledger.chain.rpc import Rpc
    from ledger.domain.desk.designs import SAYS, Found, check
    from ledger.proof.canonical import read_json
    from ledger.proof.report import Contradicts

    if certificate.stat().st_size > 2**20:
        raise Invalid(said("A certificate has 1 MB at most. Choose the JSON file."))
    try:
        document = read_json(certificate.read_bytes())
    except Contradicts as wrong:
        raise Invalid(said("This is no certificate: %(why)s", why=str(wrong))) from None
    named = {str(one): _sha256(one) for one in files}
    if rpc is None:
        steps = check(document, named, signing.keccak, signing.signer_of)
    else:
        with Rpc(rpc) as node:
            steps = check(
                document, named, signing.keccak, signing.signer_of, lambda number: anchors_at(node, document, number)
            )
    found = [one.found for one in steps]
    for one in steps:
        cli.screen.say(f"{_MARKS[one.found]} {one.name:<10} {one.words}")
    if Found.CONTRADICTS not in found:
        cli.screen.hint(SAYS)
    code = 2 if Found.CONTRADICTS in found else 3 if Found.CANNOT_TELL in found else 0
    if cli.screen.json:
        steps_out = [{"step": one.name, "found": one.found.value, "words": one.words} for one in steps]
        cli.screen.document({"steps": steps_out, "says": SAYS})
    sys.exit(code)


def _sha256(file: Path) -> bytes:
    if file.stat().st_size > _MOST:
        raise Invalid(said("%(name)s has more than 4 GB.", name=file.name))
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read.") from error
