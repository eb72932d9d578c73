"""Labels: every code drawn, painted and read again on all cores, beside what `qrcode` does by itself."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from typing import Any

import qrcode

from ledger.domain.gtins import check_gtin
from ledger.domain.identity import label_uri
from ledger.domain.serials import make_serial
from ledger.files.labels import Label, label_format
from ledger.files.zpl import write_zpl
from scripts.benchmarks.figures import Figure, Plan, median_seconds, seconds
from scripts.benchmarks.house import GTIN

_HOST = "https://v.example.com"
_RIVALS = 200


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    count, cores = plan.size(5_000, 200_000), len(os.sched_getaffinity(0))
    plan.say(f"writing {count:,} labels, each code read again …")
    form = label_format("roll-50x25")
    with (plan.folder / "labels.zpl").open("wb") as target:
        took, written = seconds(lambda: write_zpl(target, _labels(count), form, 300, processes=cores))
    texts = [label.uri for label in _labels(_RIVALS)]
    rival = _RIVALS / median_seconds(lambda: [_rival(text) for text in texts], 3)
    rate = written / took
    yield Figure(
        f"{count:,} codes as a print file (ZPL), all read back", rate, "/s", f"qrcode, default mask × {cores} cores",
        rival * cores, rate / (rival * cores), at_least=2,
    )  # fmt: skip
    yield Figure("… bytes a label", (plan.folder / "labels.zpl").stat().st_size / count, "B")


def _labels(count: int) -> Iterator[Label]:
    gtin = check_gtin(GTIN)
    for _ in range(count):
        serial = make_serial(secrets.token_bytes)
        yield Label(gtin, serial, label_uri(_HOST, gtin, serial))


def _rival(text: str) -> Any:
    """What the library does when nothing is said: it tries all eight masks."""
    code: qrcode.QRCode[Any] = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    return code.get_matrix()
