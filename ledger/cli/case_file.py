"""Case files, checked without a ledger."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.domain.errors import LedgerError, Unavailable


@group()
def case_file() -> None:
    """Case files: what a court can be handed."""


@case_file.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--trust", "trust_file", type=click.Path(dir_okay=False, path_type=Path), help="The ledgers you trust.")
@pass_cli
def verify(cli: Cli, file: Path, trust_file: Path | None) -> None:
    """Check a case file: every hash, every seal, every entry and link. Needs no ledger and asks nobody.

    \b
    Exit codes: 0 holds; 2 something was changed; 3 cannot tell, or sealed by nobody of your trust list.
    """
    from ledger.chain import signing
    from ledger.files.case_zip import check_case_file
    from ledger.proof.trust import read_trust

    try:
        trusted = None if trust_file is None else read_trust(_read(trust_file))
        raw = _read(file)
    except LedgerError as refusal:
        _end(cli, 3, [refusal.detail], None)
    try:
        found = check_case_file(raw, signing.signer_of)
    except LedgerError as refusal:
        _end(cli, 2, [refusal.detail], None)
    if found.faults:
        _end(cli, 2, list(found.faults), found.signer)
    cli.screen.say(
        f"✓ Case {found.manifest['case']}: {found.entries} entries, {found.whole} of them sealed again here."
    )
    signers = {one.checkpointSigner for one in trusted.ledgers} if trusted is not None else set()
    known = (found.signer or "").lower() in {one.lower() for one in signers if one}
    if not known:
        _end(
            cli, 3, ["The file agrees with itself; nobody of your trust list is shown to have sealed it."], found.signer
        )
    _end(cli, 0, ["It was sealed by a ledger that you trust."], found.signer)


def _end(cli: Cli, code: int, said: list[str], signer: str | None) -> None:
    if cli.screen.json:
        cli.screen.document({"exit": code, "said": said, "signer": signer})
    for one in said:
        (cli.screen.say if code == 0 else cli.screen.complain)(one)
    sys.exit(code)


def _read(file: Path) -> bytes:
    from ledger.files.case_zip import MOST_BYTES

    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {os.strerror(error.errno or 0)}.") from error
