"""What the story leaves behind for people to open: DATA/demo.json (with what it remembers) and DATA/demo.txt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lives import Item
from owners import Owner
from plot import ANSWER, INSPECTIONS, ROGUE, VERDICTS
from private_files import write_private

_NEVER_MADE: Final = "7K3M9QX2TP4W"


def items(cast: Mapping[str, Item]) -> dict[str, dict[str, str]]:
    """Every part that has a verdict of its own in the plot, with its address."""
    return {part: {"address": cast[part].page, "verdict": verdict} for part, verdict in VERDICTS.items()}


def verdicts(cast: Mapping[str, Item]) -> dict[str, str]:
    """One address for every lasting verdict, those without an item last."""
    bag = cast["held"].gtin
    base = cast["held"].page.partition("/01/")[0]
    wrong = bag[:-1] + str((int(bag[-1]) + 3) % 10)
    return {
        **{part: one["address"] for part, one in items(cast).items() if part == one["verdict"]},
        "unknown": f"{base}/01/{bag}/21/{_NEVER_MADE}",
        "product_only": f"{base}/01/{bag}",
        "bad_code": f"{base}/01/{wrong}/21/{_NEVER_MADE}",
    }


def inspections() -> dict[str, int]:
    """How many inspections came to each result."""
    return dict(Counter(one.authenticity for one in (*INSPECTIONS, ANSWER, ROGUE)))


def owners(owner_of: Mapping[str, Owner], cast: Mapping[str, Item]) -> list[dict[str, str]]:
    """Who owns what at the end, with the keys: for a demo only."""
    return [
        {"name": one.name, "item": cast[part].page, "address": one.address, "private_key": "0x" + one.key.hex()}
        for part, one in owner_of.items()
    ]


def write_text(file: Path, shown: Mapping[str, Any]) -> None:
    """The same for reading, in a file that only its owner can open."""
    lines = ["The demo story", "", "One address for every verdict:", *table(shown["verdicts"]), ""]
    led = [(part, one) for part, one in shown["items"].items() if part not in shown["verdicts"]]
    lines += ["What else happened:", *(f"  {part:17} {one['verdict']:10} {one['address']}" for part, one in led), ""]
    lines += ["Organisations, with API keys for /v1 and /console:"]
    lines += [f"  {one['name']:24} {one['api_key']}" for one in shown["organisations"].values()]
    claim = shown["to_claim"]
    lines += ["", "An item that waits for its first owner, and the code of its card:"]
    lines += [f"  {claim['address']}  {claim['code']}", "", "Owners (keys for this demo only):"]
    lines += [f"  {one['name']:8} {one['item']}  {one['private_key']}" for one in shown["owners"]]
    write_private(file, ("\n".join(lines) + "\n").encode())


def table(addresses: Mapping[str, str]) -> list[str]:
    """Verdict and address, line by line."""
    return [f"  {verdict:17} {address}" for verdict, address in addresses.items()]
