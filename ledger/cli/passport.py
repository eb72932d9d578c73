"""Proof files: made from a ledger, checked without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledger.cli.base import Cli, Command, command, pass_cli
from ledger.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from ledger.proof.report import Report
    from ledger.proof.verify import Ask, Tools

_MARKS: Final = {"holds": "✓", "contradicts": "✗", "cannot tell": "?", "not asked": "–"}
_COLOURS: Final = {"holds": "green", "contradicts": "red", "cannot tell": "yellow", "not asked": "dim"}
_ANSWERS: Final = {
    "holds": "It holds",
    "contradicts": "It does not hold: the file contradicts what it must agree with",
    "cannot tell": "That cannot be told",
}
_LEVELS: Final = (
    "",
    "the file agrees with itself; nothing beyond that was shown.",
    "the file agrees with itself and with the contract’s state in the block it names.",
    "the file agrees with itself, with the contract’s state, and the block is the chain’s.",
)
_NEVER: Final = (
    "No file proves that the thing in your hand is this item: a code can be copied. Ask the owner for a live answer, "
    "or have it inspected."
)


@command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--show", "shown", metavar="NAMES", help="The fields that are shown, with commas; all others withheld.")
@click.option("--as", "organisation", metavar="ORG", help="The brand, to show what it keeps private.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else the screen.")
@pass_cli
def passport(
    cli: Cli, gtin: str, serial: str, shown: str | None, organisation: str | None, output: Path | None
) -> dict[str, Any] | None:
    """The proof file of an item, as of the newest final block."""
    from ledger.services.make_passport import make_passport

    caller = None if organisation is None else cli.acting_for(organisation)
    names = None if shown is None else [name.strip() for name in shown.split(",") if name.strip()]
    made = make_passport(cli.ledger, gtin, serial, names, caller)
    return _give(cli, made, output, "Check it with `touchmark verify`, on any machine.")


@command()
@click.option("--after", type=int, default=-1, help="Only blocks above this height.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else the screen.")
@pass_cli
def checkpoint(cli: Cli, after: int, output: Path | None) -> dict[str, Any] | None:
    """The signed list of the blocks that passports were made at. Publish it where others keep copies."""
    from ledger.services.publish_trust import checkpoint as made

    return _give(cli, made(cli.ledger, after), output, "Readers give it to `touchmark verify --checkpoint`.")


@command()
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else the screen.")
@pass_cli
def trust(cli: Cli, output: Path | None) -> dict[str, Any] | None:
    """This ledger’s own trust list: its chain, contract, code and parties, as readers of passports need them."""
    from ledger.services.publish_trust import trust_list

    return _give(cli, trust_list(cli.ledger), output, "Readers give it to `touchmark verify --trust`.")


class _Verify(Command):
    usage_exit = 64
    """EX_USAGE of sysexits.h: 2 means that a file contradicts."""


@click.command(cls=_Verify)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--trust", "trust_file", metavar="FILE", envvar="TOUCHMARK_TRUST", help="The contracts you trust.")
@click.option("--rpc", metavar="URL", help="A node of your choice, to ask whether the chain has the block.")
@click.option("--checkpoint", "checkpoint_file", metavar="FILE", help="A signed list of blocks, instead of a node.")
@pass_cli
def verify(
    cli: Cli, files: tuple[str, ...], trust_file: str | None, rpc: str | None, checkpoint_file: str | None
) -> None:
    """Check passports, step by step. Needs no ledger, and asks nobody but the node of --rpc.

    \b
    Exit codes: 0 holds; 2 contradicts, the step named; 3 cannot tell, or a contract you did not say you trust;
    64 the command line was not understood. Of several files the worst counts.
    """
    from ledger.chain import signing
    from ledger.proof.trust import read_trust
    from ledger.proof.verify import Tools
    from ledger.proof.verify import verify as check

    if rpc and checkpoint_file:
        raise click.UsageError("Give --rpc or --checkpoint, not both: each answers alone.")
    tools, codes, reports = Tools(signing.keccak, signing.signer_of), [0], []
    try:
        trusted = None if trust_file is None else read_trust(_read(trust_file))
        with _asking(rpc, checkpoint_file, tools) as ask:
            for file in files:
                report = check(_read(file), trusted, tools, ask)
                codes.append(report.exit_code)
                reports.append({"file": file, **report.as_json()})
                _show(cli, file, report, alone=len(files) == 1)
    except (Invalid, Unavailable) as refusal:
        # What cannot be read says nothing about any passport.
        if cli.screen.json:
            cli.screen.document({"error": {"code": refusal.code, "title": refusal.title, "detail": refusal.detail}})
        else:
            cli.screen.complain(refusal.detail)
        sys.exit(3)
    if cli.screen.json:
        cli.screen.document(reports[0] if len(files) == 1 else {"reports": reports})
    sys.exit(2 if 2 in codes else max(codes))


@contextmanager
def _asking(rpc: str | None, checkpoint_file: str | None, tools: Tools) -> Iterator[Ask | None]:
    if rpc is not None:
        from ledger.chain.rpc import Rpc
        from ledger.chain.witness import NodeWitness

        with Rpc(rpc) as node:
            yield lambda ledger: NodeWitness(node, ledger)
    elif checkpoint_file is not None:
        from ledger.proof.listed import CheckpointWitness
        from ledger.proof.trust import read_checkpoint

        listed = read_checkpoint(_read(checkpoint_file))
        yield lambda ledger: CheckpointWitness(listed, ledger, tools.keccak, tools.signer_of)
    else:
        yield None


def _read(file: str) -> bytes:
    """At most one byte more than any file here may have: the check itself says that it is too large."""
    from ledger.proof.canonical import MOST_BYTES

    try:
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {os.strerror(error.errno or 0)}.") from error


def _show(cli: Cli, file: str, report: Report, *, alone: bool) -> None:
    screen, outcome = cli.screen, report.outcome.value
    if not alone:
        screen.say(f"{_MARKS[outcome]} {file}", style=_COLOURS[outcome])
    for one in report.steps:
        if alone or one.outcome.value in ("contradicts", "cannot tell"):
            screen.say(
                f"{one.number:>2} {_MARKS[one.outcome.value]} {one.step.value:<12} {_line(one.said)}",
                style=_COLOURS[one.outcome.value] if one.outcome.value != "holds" else None,
            )
            if one.expected or one.found:
                screen.say(f"     expected {_line(one.expected)}")
                screen.say(f"     found    {_line(one.found)}")
    if not alone:
        return
    for note in report.notes:
        screen.say(f" · {note}", style="yellow")
    level = f" (level {report.level} of 3): {_LEVELS[report.level]}" if report.level else "."
    screen.say(f"{_MARKS[outcome]} {_ANSWERS[outcome]}{level}", style=f"bold {_COLOURS[outcome]}")
    if report.facts is not None and outcome != "contradicts":
        _facts(cli, report.facts)
        screen.hint(_NEVER)


def _facts(cli: Cli, facts: dict[str, Any]) -> None:
    brand = facts["brand"]
    owner = f"{facts['holder']}, owner number {facts['owners']}" if facts["claimed"] else "nobody yet"
    cli.screen.facts(
        {
            "item": f"GTIN {facts['gtin']}, serial {facts['serial']}",
            "brand": f"{brand['name'] or 'not in the trust list'} (number {brand['number']})",
            "registered": _moment(facts["registeredAt"]),
            "as of": "not shown" if facts["asOf"] is None else _moment(facts["asOf"]),
            "owner": owner,
            "marked": ", ".join(one.replace("_", " ") for one in (*facts["flags"], *facts["batchFlags"])) or "nothing",
            **{_line(f"record: {name}"): _line(_plain(value)) for name, value in facts["record"].items()},
            "withheld": f"{facts['withheld']} fields",
        }
    )


def _line(text: str) -> str:
    """Words of a file keep to their line, or they could write an answer of their own below it."""
    return text.replace("\n", "[U+000A]")


def _plain(value: Any) -> str:
    """A field's value as people write it: a list by commas."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        # The file's times have 40 bits, the calendar ends with the year 9999.
        return f"{seconds} seconds after 1970-01-01 00:00:00 UTC"


def _give(cli: Cli, made: bytes, output: Path | None, hint: str) -> dict[str, Any] | None:
    if output is None:
        # The bytes are the file: nothing is added to them, with --json neither.
        sys.stdout.buffer.write(made)
        sys.stdout.flush()
        return None
    try:
        output.write_bytes(made)
    except OSError as error:
        raise Unavailable(f"{output} cannot be written: {os.strerror(error.errno or 0)}.") from error
    cli.screen.say(f"{output}, {len(made):,} bytes")
    cli.screen.hint(hint)
    return {"file": str(output), "bytes": len(made)}
