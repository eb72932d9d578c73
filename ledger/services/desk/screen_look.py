"""Photos are compared after the decision, one listing at a time, by the worker: that takes far longer than words.

1. The listing that has waited longest; its photos' points are found and kept, as those of the brands' catalogues are.
2. Photos that share points with them are the candidates; each is compared, with no transaction open.
3. Where a photo shows the same picture as one of another seller's live listing, which showed it *earlier*, or of a
   catalogue, the listing's facts say so, and the rule pack in force decides anew. A decision that changes is kept,
   logged (`screen.changed`) and told by webhook (`listing.decision_changed`).

Cut short anywhere it begins again: what was not noted waits still. Two workers at once find the same, and one notes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ledger.domain.desk.listings import Decided, Kept, canonical
from ledger.domain.errors import Unknown
from ledger.domain.lines import WIDTHS
from ledger.domain.webhooks import EventType
from ledger.screening.decide import decide
from ledger.screening.images import FEWEST_ALIKE, Points, alike, points_of
from ledger.services.desk.listings_port import Beside, Photo
from ledger.services.desk.screen_facts import is_earlier
from ledger.services.desk.screen_listings import Screened, log_decisions
from ledger.services.desk.screen_packs import pack_in_force
from ledger.services.desk.screen_photos import SHELF
from ledger.services.line_photos import read_photo
from ledger.services.ports import Ledger, Tx
from ledger.services.queue_message import queue_message

MOST_CANDIDATES: Final = 12
"""Photos that are compared with one photo."""
_CATALOGUE_AT_ONCE: Final = 5
_LOOKED: Final = "photos"


def look_at_next(ledger: Ledger) -> bool:
    """Compare the photos of the next listing; False where none waits."""
    with ledger.store.read() as tx:
        kept, catalogue = tx.listings.next_look(), tx.listings.catalogue_to_look_at(_CATALOGUE_AT_ONCE)
        names: dict[str, int] = {} if kept is None else tx.listings.photos_of({kept.id}).get(kept.id, {})
        photos = tx.listings.photos(names)
    for name in catalogue:
        _know(ledger, Photo(name, "", 0, 0, (), "waiting", ledger.now()))
    if kept is None:
        return bool(catalogue)
    for photo in photos.values():
        if photo.state == "waiting":
            _know(ledger, photo)
    same: dict[str, int] = {}
    for photo in photos.values():
        for name in _same_pictures(ledger, photo):
            same[name] = max(same.get(name, 0), names[photo.sha256])
    _note(ledger, kept, names, same)
    return True


def _know(ledger: Ledger, photo: Photo) -> None:
    """Find a photo's points and keep them; one that cannot be read has none."""
    try:
        telling = _points(ledger, photo.sha256, mirrored=False).telling()
        state = "done"
    except (Unknown, OSError, ValueError):
        telling, state = [], "failed"
    with ledger.store.write() as tx:
        tx.listings.add_photo(photo)
        tx.listings.looked_at(photo.sha256, state, telling)


def _same_pictures(ledger: Ledger, photo: Photo) -> Iterable[str]:
    """Other photos that show the same picture as this one, or its mirror image."""
    for mirrored in (False, True):
        try:
            mine = _points(ledger, photo.sha256, mirrored=mirrored)
        except (Unknown, OSError, ValueError):
            return
        with ledger.store.read() as tx:
            near = tx.listings.candidates(mine.telling(), photo.sha256, MOST_CANDIDATES)
        for name in near:
            try:
                if alike(mine, _points(ledger, name, mirrored=False)) >= FEWEST_ALIKE:
                    yield name
            except (Unknown, OSError, ValueError):
                continue


def _note(ledger: Ledger, kept: Kept, names: Iterable[str], same: Mapping[str, int]) -> None:
    """`same` are the photos that show the same picture as one of the listing's, with when that came into it."""
    now = ledger.now()
    with ledger.store.write() as tx:
        before = tx.listings.several({kept.id}).get(kept.id)
        last = None if before is None else tx.listings.decision(before.decision_id)
        if before is None or last is None or before.look_due != kept.look_due:
            # Sent anew, ended or forgotten meanwhile.
            return
        others = {
            one.id
            for name, beside in tx.listings.same_photo(same).items()
            for one in beside
            if is_earlier(one, Beside(kept.id, kept.platform, kept.seller, same[name]))
        }
        shown = tx.listings.in_catalogue({*names, *same})
        facts = json.loads(last.facts)
        facts |= {
            "at": now,
            "looked": sorted({*facts["looked"], _LOOKED}),
            "photos": facts["photos"] | {"alike": len(others), "catalogue": len(shown)},
        }
        tx.listings.change(kept.id, look_due=None)
        decide_anew(ledger, tx, before, facts, "photos")


def decide_anew(ledger: Ledger, tx: Tx, before: Kept, facts: dict[str, Any], cause: str) -> Screened:
    """Decide a listing by new facts, keep and log that, and tell its platform where the decision is another one."""
    now = ledger.now()
    pack = pack_in_force(tx)
    one = Screened(before.ref, before.id, ledger.new_id("lsd"), decide(pack, facts), pack.version, facts)
    new = one.outcome.decision.value
    told = (new, pack.version, canonical(facts), one.outcome.told())
    tx.listings.decide(Decided(one.decision_id, before.id, before.platform, now, cause, *told))
    kind = "screen.changed"
    log_decisions(tx, before.platform, pack, facts["marks_version"], [one], {before.ref: before}, now, kind)
    if new != before.decision:
        data = {
            "ref": before.ref,
            "before": before.decision,
            "after": new,
            "decision_id": one.decision_id,
            "reasons": sorted({reason.key for reason in one.outcome.reasons}),
        }
        type = EventType.LISTING_DECISION_CHANGED
        queue_message(ledger, tx, before.platform, type, data, source=f"listing:{one.decision_id}")
    return one


def _points(ledger: Ledger, name: str, *, mirrored: bool) -> Points:
    """A photo's points, kept for a while: its name says what its bytes are. Raises Unknown where it is gone."""
    known = _known.get((name, mirrored))
    if known is None:
        kept = ledger.files.has(SHELF, name)
        content = ledger.files.read(SHELF, name) if kept else read_photo(ledger, name, WIDTHS[-1])
        known = points_of(content, mirrored=mirrored)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[name, mirrored] = known
    return known


_MOST_KNOWN: Final = 1_000
_known: dict[tuple[str, bool], Points] = {}
