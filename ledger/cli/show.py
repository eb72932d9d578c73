"""What the ledger shows of a code: the same verdict, in the same words, as the page that a scan opens."""

from __future__ import annotations

from typing import Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.codes import BareSerial, Exact, ProductOnly, parse_code
from ledger.domain.errors import Invalid
from ledger.services.scan_item import scan_bad_code, scan_item, scan_product
from ledger.services.scanned import Scan

_MARKS: Final = {"check": "✓", "cross": "✗", "hourglass": "…", "question": "?", "dash": "–"}
_COLOURS: Final = {"green": "green", "teal": "cyan", "blue": "blue", "amber": "yellow", "red": "red", "grey": ""}
_TOLD: Final = {
    "BatchRegistered": "registered",
    "Claimed": "claimed by its first owner",
    "HandedOver": "handed over",
    "Recorded": "a record was added",
    "OwnerReported": "its owner reported on it",
    "Marked": "marked by the brand or the council",
    "BatchMarked": "its batch was marked",
    "ClaimReplaced": "claim card replaced",
    "RecoveryOpened": "somebody asked for it back",
    "RecoveryEnded": "its owner ended that",
    "RecoveryCompleted": "given back after public notice",
    "ItemAmended": "description changed",
    "BatchAmended": "its batch was amended",
    "Retired": "taken out of circulation",
    "Contested": "found to be registered twice",
    "Cancelled": "open offers ended",
}
"""The contract's events in a few words; JSON has their own names."""


@command()
@click.argument("code", nargs=-1, required=True, metavar="CODE | GTIN SERIAL")
@pass_cli
def show(cli: Cli, code: tuple[str, ...]) -> dict[str, Any]:
    """The verdict on a code (a link, a typed code, a serial) or on GTIN SERIAL, with what it rests on.

    The exit code says only whether the question could be answered, never how: a stolen item is an answer.
    """
    scan = _scan(cli, " ".join(code))
    got, screen = scan.standing, cli.screen
    screen.say(f"{_MARKS.get(got.icon, '•')}  {got.headline}", style=f"bold {_COLOURS[got.colour]}")
    for sentence in (*got.sentences, got.next_step):
        screen.say(f"   {sentence}")
    for line in got.lines:
        screen.say(f" · {line.headline}. {line.words}".replace("..", "."))
    if scan.subject is not None:
        _facts(cli, scan)
    return _view(scan)


def _scan(cli: Cli, text: str) -> Scan:
    ledger = cli.ledger

    def known(serial: str) -> bool:
        with ledger.store.read() as tx:
            return bool(tx.batches.find_serial(serial))

    try:
        meant = parse_code(text, known)
    except Invalid as problem:
        return scan_bad_code(ledger, problem.detail)
    match meant:
        case Exact(gtin, serial):
            return scan_item(ledger, gtin, serial)
        case ProductOnly(gtin):
            return scan_product(ledger, gtin)
        case BareSerial(candidates):
            return _of_serial(cli, candidates)


def _of_serial(cli: Cli, candidates: tuple[str, ...]) -> Scan:
    for serial in candidates:
        with cli.ledger.store.read() as tx:
            found = tx.batches.find_serial(serial)
        if len({item.gtin for item in found}) > 1:
            raise Invalid(
                f"{len(found)} products have an item with the serial {serial}. Give the GTIN too.",
            )
        if found:
            return scan_item(cli.ledger, found[0].gtin, serial)
    return scan_bad_code(cli.ledger, "No item here has this serial. Give the GTIN too, or compare it once more.")


def _facts(cli: Cli, scan: Scan) -> None:
    screen, facts, as_of = cli.screen, scan.facts, scan.facts.as_of
    screen.say()
    screen.facts(
        {
            "item": f"{scan.gtin} {scan.serial}",
            "brand": facts.brand.name if facts.brand else None,
            **{name.replace("_", " "): value for name, value in (scan.public_fields or {}).items()},
            "as of block": None if as_of is None else f"{as_of.block} ({as_of.time:%Y-%m-%d %H:%M} UTC)",
            "head": scan.head,
        }
    )
    if scan.timeline:
        screen.say()
        final = {True: "final", False: "not final yet"}
        rows = [
            (f"{one.at:%Y-%m-%d %H:%M}", _TOLD.get(one.name, one.name), one.block, final[one.final])
            for one in scan.timeline
        ]
        screen.table(("WHEN (UTC)", "WHAT", "BLOCK", ""), rows)


def _view(scan: Scan) -> dict[str, Any]:
    got, facts = scan.standing, scan.facts
    return {
        "gtin": scan.gtin,
        "serial": scan.serial,
        "verdict": got.key.value,
        "tick": got.tick,
        "headline": got.headline,
        "sentences": list(got.sentences),
        "next_step": got.next_step,
        "lines": [{"key": str(one.key), "headline": one.headline, "words": one.words} for one in got.lines],
        "advice": got.advice.value,
        "brand": None if facts.brand is None else {"name": facts.brand.name, "domain": facts.brand.domain},
        "fields": dict(scan.public_fields or {}),
        "head": scan.head,
        "contract": scan.contract,
        "chain_id": scan.chain_id,
        "as_of": None if facts.as_of is None else
        {"block": facts.as_of.block, "time": facts.as_of.time, "final": facts.as_of.final},
        "timeline": [{"at": e.at, "event": e.name, "block": e.block, "final": e.final} for e in scan.timeline],
        "records": [
            {
                "kind": one.kind.name.lower(), "by": one.by, "on": one.on, "nonce": one.nonce, "final": one.final,
                "result": one.facts.authenticity.name.lower() if one.facts else None,
                "condition": one.facts.condition if one.facts else None,
                "undone": one.undone.value, "operator_signed": one.operator_signed,
            }
            for one in scan.records
        ],
    }  # fmt: skip
