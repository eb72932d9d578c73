"""Photos are compared after the decision, one listing at a time, by the worker: that takes far longer than words.

1. The listing that has waited longest; its photos' points are found and kept, as those of the brands' catalogues are.
2. Photos that share points with them, and that others showed earlier, are the candidates; each is compared, with no
   transaction open.
3. Where a photo shows the same picture as one of another seller's live listing, which showed it *earlier*, or of a
   catalogue, the listing's facts say so, and the rule pack in force decides anew. A decision that changes is kept,
   logged (`screen.changed`) and told by webhook (`listing.decision_changed`).
4. Listings of others that show the same picture *later* and were compared already are called to be compared again,
   once for each photo that comes into a listing, or back with it: they were compared before it was there, or before its
   points were known. So what is found does not depend on the order of the work. A few are called in each turn,
   before those are compared: else they would be called again, and so without end.

Cut short anywhere it begins again: what was not noted waits still. Two workers at once find the same, and one notes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ledger.domain.desk.listings import Decided, Kept, canonical
from ledger.domain.errors import Unknown
from ledger.domain.lines import WIDTHS
from ledger.domain.webhooks import EventType
from ledger.screening.decide import decide
from ledger.services.desk.listings_port import Beside, Photo
from ledger.services.desk.screen_facts import is_earlier
from ledger.services.desk.screen_listings import Screened, log_decisions
from ledger.services.desk.screen_packs import pack_in_force
from ledger.services.desk.screen_photos import SHELF
from ledger.services.line_photos import read_photo
from ledger.services.ports import Ledger, Tx
from ledger.services.queue_message import queue_message

if TYPE_CHECKING:
    from ledger.screening.images import Points

MOST_CANDIDATES: Final = 12
"""Photos that are compared with one photo."""
_LOOKED: Final = "photos"


def look_at_next(ledger: Ledger) -> bool:
    """Compare the photos of the next listing; False where none waits. A catalogue's photo comes first, one a turn."""
    with ledger.store.read() as tx:
        kept, catalogue = tx.listings.next_look(), tx.listings.catalogue_to_look_at(1)
        names: dict[str, int] = {} if kept is None else tx.listings.photos_of({kept.id}).get(kept.id, {})
        photos = tx.listings.photos(names)
        uncalled = set() if kept is None else set(tx.listings.uncalled(kept.id))
    for name in catalogue:
        if not _know_catalogue(ledger, Photo(name, "", 0, 0, (), "waiting", ledger.now())):
            return True
    if kept is None:
        return bool(catalogue)
    for photo in photos.values():
        if photo.state == "waiting":
            _know(ledger, photo)
    same: dict[str, int] = {}
    later: dict[str, list[str]] = {}
    for name, since in names.items():
        mine = _mine(kept, since)
        for other in _same_pictures(ledger, name, mine):
            same[other] = max(same.get(other, 0), since)
        if name in uncalled:
            later[name] = _later(ledger, name, mine)
    _note(ledger, kept, names, same, later)
    return True


def _mine(kept: Kept, since: int) -> Beside:
    return Beside(kept.id, kept.platform, kept.seller, since)


def _know(ledger: Ledger, photo: Photo, state: str = "done") -> None:
    """Find a photo's points and keep them; one that cannot be read has none."""
    try:
        telling = _points(ledger, photo.sha256, mirrored=False).telling()
    except (Unknown, OSError, ValueError):
        telling, state = [], "failed"
    with ledger.store.write() as tx:
        tx.listings.add_photo(photo)
        tx.listings.looked_at(photo.sha256, state, telling)


def _know_catalogue(ledger: Ledger, photo: Photo) -> bool:
    """The same for a catalogue's photo, which waits until all were called who show it: some in each turn, for the
    worker has more to do. Whether all were; each that is called waits itself, and so is not met again."""
    _know(ledger, photo, "waiting")
    found = _later(ledger, photo.sha256, None)
    with ledger.store.write() as tx:
        tx.listings.call_looks([photo.sha256, *found], None, ledger.now())
    if found:
        return False
    _know(ledger, photo)
    return True


def _later(ledger: Ledger, photo: str, mine: Beside | None) -> list[str]:
    return list(dict.fromkeys(_same_pictures(ledger, photo, mine, later=True)))


def _same_pictures(ledger: Ledger, photo: str, mine: Beside | None, *, later: bool = False) -> Iterable[str]:
    """Photos that show the same picture as this one, or its mirror image: those that others showed earlier, and those
    of catalogues; or those that they, or all, showed `later` and that were compared already."""
    from ledger.screening.images import FEWEST_ALIKE, alike

    for mirrored in (False, True):
        try:
            shown = _points(ledger, photo, mirrored=mirrored)
        except (Unknown, OSError, ValueError):
            return
        with ledger.store.read() as tx:
            find = tx.listings.later if later else tx.listings.earlier
            near = find(shown.telling(), mine, photo, MOST_CANDIDATES)
        for name in near:
            try:
                if alike(shown, _points(ledger, name, mirrored=False)) >= FEWEST_ALIKE:
                    yield name
            except (Unknown, OSError, ValueError):
                continue


def _note(
    ledger: Ledger,
    kept: Kept,
    names: Mapping[str, int],
    same: Mapping[str, int],
    later: Mapping[str, Collection[str]],
) -> None:
    """`names` are the listing's photos with when each came into it; `same` are those that show the same picture as one
    of them, with when that one came into the listing; `later` who showed the same picture later, to be called."""
    now = ledger.now()
    with ledger.store.write() as tx:
        before = tx.listings.several({kept.id}).get(kept.id)
        last = None if before is None else tx.listings.decision(before.decision_id)
        if before is None or last is None or kept.look_due is None or before.look_due != kept.look_due:
            # Sent anew, called again, ended or forgotten meanwhile.
            return
        for name, found in later.items():
            tx.listings.call_looks({name, *found}, _mine(kept, names[name]), now)
        if any(len(found) >= MOST_CANDIDATES for found in later.values()):
            # There may be more: those that were called wait now, so the next look meets others. It comes before theirs,
            # and its time is another one than before, even where the clock stands or goes back.
            tx.listings.change(kept.id, look_due=min(kept.look_due, now) - 1)
            return
        tx.listings.called(kept.id, now)
        shown = tx.listings.in_catalogue({*names, *same})
        facts = json.loads(last.facts)
        facts |= {
            "at": now,
            "looked": sorted({*facts["looked"], _LOOKED}),
            "photos": facts["photos"]
            | {"same": _earlier(tx, kept, names), "alike": _earlier(tx, kept, same), "catalogue": len(shown)},
        }
        tx.listings.change(kept.id, look_due=None)
        decide_anew(ledger, tx, before, facts, "photos")


def _earlier(tx: Tx, kept: Kept, photos: Mapping[str, int]) -> int:
    """How many live listings of others showed one of these photos before the time beside it."""
    mine = Beside(kept.id, kept.platform, kept.seller)
    shown = tx.listings.same_photo(photos)
    placed = ((one, replace(mine, since=photos[name])) for name, beside in shown.items() for one in beside)
    return len({one.id for one, place in placed if is_earlier(one, place)})


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
    # Forty megabytes of OpenCV: only for a worker that is shown photos.
    from ledger.screening.images import points_of

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
