"""What listings are screened for, told to everybody: each detector in a sentence, each change, no threshold."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, render_template

from ledger.domain.desk.screening_words import ABOUT
from ledger.screening.packs import KEYS, Pack
from ledger.services.desk.screen_packs import all_packs
from ledger.services.ports import Ledger

bp = Blueprint("rules", __name__)


@bp.get("/rules")
def rules() -> str:
    """The detectors in force, and what changed from pack to pack."""
    ledger: Ledger = current_app.extensions["ledger"]
    with ledger.store.read() as tx:
        packs = all_packs(tx)
    newest_first = sorted(packs.values(), key=lambda one: -one.version)
    newest = newest_first[0]
    return render_template(
        "rules.html",
        packs=[(one, _changed(packs, one)) for one in newest_first],
        detectors=[ABOUT[key] for key in KEYS if newest.detectors[key].on],
        off=[ABOUT[key] for key in KEYS if not newest.detectors[key].on],
    )


def _changed(packs: Mapping[int, Pack], one: Pack) -> list[tuple[str, str]]:
    """What changed from the pack before: “on”, “off” or “weighed”, and the detector."""
    before = max((version for version in packs if version < one.version), default=None)
    if before is None:
        return []
    old = packs[before].detectors
    changes: list[tuple[str, str]] = []
    for key in KEYS:
        now, then = one.detectors[key], old[key]
        if now != then:
            what = "weighed" if now.on == then.on else "on" if now.on else "off"
            changes.append((what, ABOUT[key]))
    return changes
