"""Screening: words, whole listings and pictures beside their targets; evasions that are caught, with false alarms.

Titles have about sixty characters, one in ten names a mark. The whole screen is measured in two processes over one
SQLite database, without HTTP and photos, all names being marks of the vault: a fifth of the listings have an item's
code, each has four sentences.
"""

from __future__ import annotations

import io
import json
import math
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from PIL import Image

from ledger.domain.desk.rights import Right, RightKind, RightState
from ledger.domain.organisations import Role
from ledger.screening.images import FEWEST_ALIKE, alike, points_of
from ledger.screening.marks import Marks
from ledger.screening.matches import KnownMark
from ledger.screening.written import How
from ledger.services.organisations import add_organisation
from scripts.benchmarks.drawn_photos import CHANGES, as_jpeg, drawn
from scripts.benchmarks.evasions import KINDS, clean_titles, in_a_title, names
from scripts.benchmarks.figures import ROOT, Figure, Plan, median_seconds, seconds
from scripts.benchmarks.house import House, house

TITLES_A_SECOND: Final = 100_000
LISTINGS_A_SECOND: Final = 2_000
A_DAY: Final = 10_000_000_000
_BRANDED: Final = 10
_AS_IT_IS: Final = frozenset({How.EXACT, How.WORD})


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    known = names()
    marks = Marks(KnownMark(id, text, None) for id, texts in known.items() for text in texts)
    plan.say(f"reading titles for {len(marks.known):,} names …")
    yield from _words(plan, marks, known)
    plan.say("writing names so that they are not found …")
    yield from _evasions(plan, marks, known)
    plan.say("comparing pictures …")
    yield from _pictures(plan)
    with house(plan.folder) as opened:
        yield from _whole(plan, opened)


def _words(plan: Plan, marks: Marks, known: dict[str, list[str]]) -> Iterator[Figure]:
    chance = random.Random(5)
    texts = [text for one in known.values() for text in one]
    titles = clean_titles(plan.size(20_000, 100_000))
    some = [in_a_title(chance.choice(texts), chance) if n % _BRANDED == 0 else one for n, one in enumerate(titles)]
    for name, sent, errors in (
        ("titles read on one core: exact and disguised, one in ten with a mark", some, False),
        ("the same, titles without marks", titles, False),
        ("typing errors too, apart", some[: len(some) // 5], True),
    ):

        def work(sent: list[str] = sent, errors: bool = errors) -> None:
            for one in sent:
                marks.find(one, errors=errors)

        rate = len(sent) / median_seconds(work, plan.rounds)
        if errors:
            yield Figure(name, rate, "titles/s")
        else:
            yield Figure(name, rate, "titles/s", "target", TITLES_A_SECOND, rate / TITLES_A_SECOND, at_least=1)


def _evasions(plan: Plan, marks: Marks, known: dict[str, list[str]]) -> Iterator[Figure]:
    clean = clean_titles(plan.size(5_000, 20_000), seed=23)
    found = [[marks.find(one, errors=errors) for one in clean] for errors in (False, True)]
    # An ordinary word that is somebody's mark, as it is written, is no evasion found wrongly: it is told apart.
    wrong = [100 * sum(any(hit.how not in _AS_IT_IS for hit in one) for one in titles) / len(clean) for titles in found]
    exact = sum(any(hit.how is How.EXACT for hit in one) for one in found[0])
    word = sum(any(hit.how is How.WORD for hit in one) for one in found[0])
    name = "ordinary titles with a word that is somebody's mark, taken for the mark"
    yield Figure(name, 100 * exact / len(clean), "%", "told as a word", 100 * word / len(clean))
    beside = f"of {len(clean):,} clean titles named wrongly"
    for kind, write in KINDS.items():
        chance, tried, caught, with_errors = random.Random(3), 0, 0, 0
        for id, texts in known.items():
            written = write(texts[0], chance) if len(texts[0]) >= 3 or kind in ("exact", "pinyin") else None
            if written is None or (written == texts[0] and kind != "exact"):
                continue
            title = in_a_title(written, chance)
            tried += 1
            caught += any(one.mark.id == id for one in marks.find(title))
            with_errors += any(one.mark.id == id for one in marks.find(title, errors=True))
        if tried:
            yield Figure(f"{kind}: caught of {tried:,}", 100 * caught / tried, "%", beside, wrong[0])
            if with_errors != caught:
                name = f"{kind}: with typing errors"
                yield Figure(name, 100 * with_errors / tried, "%", beside, wrong[1])


def _pictures(plan: Plan) -> Iterator[Figure]:
    count = plan.size(12, 40)
    pictures = [drawn(seed) for seed in range(count)]
    sent = [as_jpeg(one) for one in pictures]
    took, points = seconds(lambda: [points_of(one) for one in sent])
    compared = median_seconds(lambda: [alike(points[0], one) for one in points[1:]], plan.rounds) / (count - 1)
    opened = median_seconds(lambda: [Image.open(io.BytesIO(one)).convert("L") for one in sent], plan.rounds) / count
    yield Figure("a photo's points, on one core", 1_000 * took / count, "ms", "opening the photo alone", 1_000 * opened)
    yield Figure("two photos compared", 1_000 * compared, "ms")
    for name, change in CHANGES.items():
        changed = [
            points_of(change(one, random.Random(number)), mirrored=name == "mirrored")
            for number, one in enumerate(pictures)
        ]
        caught = sum(alike(one, mine) >= FEWEST_ALIKE for one, mine in zip(changed, points, strict=True))
        pairs = [(one, other) for n, one in enumerate(changed) for m, other in enumerate(points) if n != m]
        pairs += list(combinations(changed, 2))
        wrong = 100 * sum(alike(*pair) >= FEWEST_ALIKE for pair in pairs) / len(pairs)
        share = 100 * caught / count
        beside = f"of {len(pairs):,} other pairs taken for one (≤ 1)"
        wanted = "phone screenshot" in name
        yield Figure(
            f"drawn photos, {name}: known again of {count}",
            share,
            "%",
            beside,
            wrong,
            share / 90 if wanted else None,
            at_least=1 if wanted else None,
        )


def _whole(plan: Plan, opened: House) -> Iterator[Figure]:
    plan.say("a ledger with items …")
    batch = opened.register(plan.size(500, 5_000))
    add_organisation(opened.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    opened.settle()
    with opened.ledger.store.write() as tx:
        for number, texts in enumerate(names().values()):
            for place, text in enumerate(texts):
                tx.rights.add(_right(f"rgt_{number}_{place}", opened.brand.organisation.id, text))
    with opened.ledger.store.read() as tx:
        items = tx.batches.items_page(batch.id, -1, 500)
    codes = [f"https://v.example.com/01/{one.gtin}/21/{one.serial}" for one in items]
    (plan.folder / "bench-codes.json").write_text(json.dumps(codes))
    rates, worked = {}, {}
    for processes in (1, 2):
        plan.say(f"whole listings, {processes} processes …")
        with opened.attended():
            runs = [_crew(plan, processes, plan.size(3_000, 10_000), seed) for seed in range(plan.rounds)]
        rates[processes] = statistics.median(rate for rate, _ in runs)
        worked[processes] = statistics.median(rate for _, rate in runs)
    rate = rates[2]
    yield Figure(
        "whole listings, two processes, no photos, no HTTP",
        rate,
        "listings/s",
        "target",
        LISTINGS_A_SECOND,
        rate / LISTINGS_A_SECOND,
        at_least=1,
    )
    yield Figure("the same, one process", rates[1], "listings/s", "two processes", rate)
    yield Figure("the same, for a second of processor time", worked[2], "listings/s", "one process", worked[1])
    yield Figure(
        "such machines for ten billion listings a day",
        math.ceil(A_DAY / 86_400 / rate),
        "machines",
        "listings/s that this takes",
        A_DAY / 86_400,
    )


def _right(id: str, owner: str, name: str) -> Right:
    return Right(id, owner, RightKind.MARK, name, id, "EM", (), ("WO",), None, None, RightState.STATED, 0, 0)


def _crew(plan: Plan, processes: int, count: int, seed: int) -> tuple[float, float]:
    """Listings a second by so many processes at once, from the first's beginning to the last's end; and for a second
    of processor time, which says what a machine with nothing else to do would reach on a core."""
    crew = [
        subprocess.Popen(
            [sys.executable, "-m", "scripts.benchmarks.screening_crew", str(plan.folder), str(count),
             str(seed * 100 + number * 10 + processes)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(processes)
    ]  # fmt: skip
    for one in crew:
        assert one.stdout is not None
        while (line := one.stdout.readline()) != "ready\n":
            assert line, "A process of the crew ended before it began."
    for one in crew:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0].splitlines()[-1]) for one in crew]
    took = max(one["ended"] for one in told) - min(one["began"] for one in told)
    return sum(one["count"] for one in told) / took, sum(one["count"] / one["worked"] for one in told) / processes
