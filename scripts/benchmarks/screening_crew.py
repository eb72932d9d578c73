"""One process of a crew that screens listings: `DATA COUNT SEED`, prints that it is ready, begins when it is sent a
line, and prints when it began, ended, and how many."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from ledger.bootstrap import build
from ledger.domain.desk.listings import MOST_LISTINGS, Condition, Listing, ListingStatus, Price, Seller
from ledger.services.desk.screen_listings import screen_listings
from ledger.services.organisations import operator_as
from ledger.settings import Settings
from scripts.benchmarks.evasions import clean_titles, in_a_title, names

CODED, BRANDED = 0.2, 0.1
"""Shares of listings with an item's code, and with a mark in their title."""


def listings(count: int, seed: int, codes: list[str]) -> list[Listing]:
    """Listings of two hundred sellers, as platforms send them, without photos."""
    chance = random.Random(seed)
    marks = [texts[0] for texts in names().values()]
    found = []
    for number, title in enumerate(clean_titles(count, seed)):
        coded, branded = chance.random() < CODED, chance.random() < BRANDED
        ref = f"{seed}-{number}"
        found.append(
            Listing(
                ref=ref,
                url=f"https://bazar.example/l/{ref}",
                title=in_a_title(chance.choice(marks), chance) if branded else title,
                text=". ".join(clean_titles(4, seed * 1_000_003 + number)),
                language="en",
                territory="FR",
                price=Price(chance.randrange(1_000, 500_000), "EUR"),
                seller=Seller(f"s{chance.randrange(200)}", "2024-01-31"),
                codes=(chance.choice(codes),) if coded else (),
                photos=(),
                condition=Condition.USED,
                status=ListingStatus.LIVE,
            )
        )
    return found


def main() -> None:
    """Wait until all are ready, then screen."""
    data, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    ledger = build(Settings(data=data))
    platform = operator_as(ledger, "bazar")
    codes = json.loads((data / "bench-codes.json").read_text())
    sent = listings(count, seed, codes)
    screen_listings(ledger, platform, listings(5, seed + 1_000, codes))
    print("ready", flush=True)
    sys.stdin.readline()
    began, worked = time.time(), time.process_time()
    for at in range(0, count, MOST_LISTINGS):
        screen_listings(ledger, platform, sent[at : at + MOST_LISTINGS])
    print(json.dumps({"began": began, "ended": time.time(), "count": count, "worked": time.process_time() - worked}))


if __name__ == "__main__":
    main()
