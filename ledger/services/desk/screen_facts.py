"""The facts of listings, read for all of a request in a few questions; a decision rests on them and on nothing else.

Their shape, in JSON with whole numbers only (`form` 2):

- `at`, `platform`, `listing` (our id), `input` (SHA-256 of what was sent), `territory`, `condition`, `language`;
- `looked`: what was looked for: `text`, `typing`, `codes`, and `photos` once the pictures were compared;
- `left_out`, where there was no room for all marks: how many were not looked for;
- `marks_version`, and `marks`: each mark that the words name: `mark` (id), `name`, `owner`, `model`, `how`, `in` (title
  or text), `use`, and `entitled`: "code", "owner", "authorised" or "";
- `codes`: each code: `code` (keyed hash), `serial` (its last four characters), `gtin`, `from` (given, text, photo),
  `verdict`, `advice` (where the listing is offered: orders of courts elsewhere hold nothing; everywhere without a
  territory), `brand`, `claimed`, `proof` (good, fails, none), and live listings with it: `here`, of other sellers of
  the platform, and `elsewhere`;
- `seller`: `ref` (keyed hash), `age_days`, `live`, `burst` (put up within 24 hours), `authorised` (brands),
  `held` (orders in force where it is offered);
- `price`: `state` (none, too_few, compared), `n` (other sellers of the model that are allowed), `median`, `percent`;
- `photos`: `n`, `same` and `alike` (listings of other sellers that showed it earlier), `catalogue`;
- `challenge`: none, accepted (for this seller and these photos) or refused, as it was decided last.
"""

from __future__ import annotations

import hashlib
import hmac
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from ledger.domain.desk.listings import Listing, canonical
from ledger.domain.desk.orders import Order, holding
from ledger.screening.decide import FINE
from ledger.screening.marks import Marks
from ledger.screening.matches import Match
from ledger.screening.phrases import Use, use_of
from ledger.services.desk.checks_proof import Proof, asks_of, proven
from ledger.services.desk.listings_port import Beside, Challenge, Priced, Shop
from ledger.services.desk.screen_marks import Looked
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan

FORM: Final = 2
FEWEST_PRICES: Final = 5
"""With fewer sellers of a model there is nothing to compare a price with."""
MOST_PRICES: Final = 101
DAY: Final = 86_400
BORDER: Final = 60
"""Characters on each side of where a title ends and the text begins."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a listing, where it was found, and what the ledger shows of it."""

    source: str
    scan: Scan
    name: bytes | None
    """Its keyed hash; None where it names no item."""
    brand: str | None
    """The organisation whose code it is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A listing on its way through a screening."""

    id: str
    listing: Listing
    found: Sequence[tuple[str, str, Match]]
    """Marks with where (title or text) and in which text they stand."""
    codes: Sequence[Coded] = ()
    photos: Mapping[str, int] = field(default_factory=dict)
    """Each photo with when it came into the listing."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the listings of one request."""

    platform: str
    now: int
    same_code: Mapping[bytes, Sequence[Beside]] = field(default_factory=dict)
    same_photo: Mapping[str, Sequence[Beside]] = field(default_factory=dict)
    shops: Mapping[str, Shop] = field(default_factory=dict)
    put_up: Mapping[str, int] = field(default_factory=dict)
    """By seller: new listings of this very request."""
    prices: Mapping[tuple[str, str], Sequence[Priced]] = field(default_factory=dict)
    authorised: Mapping[str, set[str]] = field(default_factory=dict)
    catalogue: set[str] = field(default_factory=set)
    held: Mapping[str, Sequence[Order]] = field(default_factory=dict)
    """By seller: the orders that hold them anywhere."""
    challenges: Mapping[str, Challenge] = field(default_factory=dict)
    """By listing: the one that was decided last."""
    proven: Collection[tuple[str, str, int]] = frozenset()
    """Which seller has proved to have which item, by which proof."""


def code_name(ledger: Ledger, gtin: str, serial: str) -> bytes:
    """A code as two listings are compared by it: a keyed hash, which tells nobody else anything."""
    return hmac.digest(ledger.vault.derive("listing codes"), f"{gtin}\0{serial}".encode(), hashlib.sha256)


def seller_name(ledger: Ledger, platform: str, ref: str) -> str:
    """A seller as facts and the log name them."""
    key = ledger.vault.derive("listing sellers")
    return hmac.digest(key, f"{platform}\0{ref}".encode(), hashlib.sha256).hex()[:32]


def marks_in(marks: Marks, listing: Listing) -> list[tuple[str, str, Match]]:
    """The marks that a listing names and that are in force where it is offered. Typing errors count in titles alone:
    in long texts they are mostly other words. A mark that begins at the title's end and goes on in the text counts."""
    where = listing.territory
    title = marks.find(listing.title, errors=True, where=where)
    found = [("title", listing.title, one) for one in title]
    if listing.text:
        before = listing.title[-BORDER:]
        border = f"{before}\n{listing.text[:BORDER]}"
        across = marks.find(border, where=where)
        found += [("title", border, one) for one in across if one.start < len(before) < one.end]
        found += [("text", listing.text, one) for one in marks.find(listing.text, where=where)]
    return found


def proofs_in(ledger: Ledger, tx: Tx, platform: str, drafts: Sequence[Draft], now: int) -> set[tuple[str, str, int]]:
    """What sellers have proved of the items that they list: (seller, proof, item), each looked at once."""
    told = {
        (Proof(platform, one.listing.seller.ref, one.listing.seller.proof), code.scan.subject.item.item)
        for one in drafts
        if one.listing.seller.proof is not None
        for code in one.codes
        if code.scan.subject is not None
    }
    asks = asks_of(tx, [proof for proof, _ in told])
    good = ((proof, item) for proof, item in told if proven(ledger, tx, proof, item, now, asks) is not None)
    return {(proof.seller, proof.id, item) for proof, item in good}


def facts_of(ledger: Ledger, draft: Draft, around: Around, looked: Looked) -> dict[str, Any]:
    """The facts of one listing."""
    listing = draft.listing
    codes = [_code(draft, one, around) for one in draft.codes]
    left_out = {"left_out": looked.left_out} if looked.left_out else {}
    return left_out | {
        "form": FORM,
        "at": around.now,
        "platform": around.platform,
        "listing": draft.id,
        "input": listing.digest(),
        "territory": listing.territory,
        "condition": listing.condition.value,
        "language": listing.language,
        "looked": ["codes", "text", "typing"] if listing.photos else ["codes", "photos", "text", "typing"],
        "marks_version": looked.marks.version,
        "marks": _marks(draft, codes, around.authorised.get(listing.seller.ref, set())),
        "codes": codes,
        "seller": _seller(ledger, draft, around),
        "price": _price(draft, codes, around),
        "photos": {
            "n": len(listing.photos),
            "same": _earlier(draft, around),
            "alike": 0,
            "catalogue": sum(name in around.catalogue for name in listing.photos),
        },
        "challenge": _challenge(draft.listing, around.challenges.get(draft.id)),
    }


def _marks(draft: Draft, codes: Sequence[Mapping[str, Any]], authorised: set[str]) -> list[dict[str, Any]]:
    fine = {one["brand"] for one in codes if one["verdict"] in FINE}
    owners = {one["brand"] for one in codes if one["proof"] == "good"}
    named = {match.mark.owner for _, _, match in draft.found if match.mark.model is None}
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for where, text, match in draft.found:
        mark = match.mark
        if mark.model is not None and mark.owner not in named | fine:
            # The name of a model alone is an ordinary word.
            continue
        by = mark.owner
        entitled = "owner" if by in owners else "code" if by in fine else "authorised" if by in authorised else ""
        # The same word of the same brand, as its name and as its mark, is told once.
        told.setdefault(
            (where, mark.owner or mark.id, mark.model, match.how, match.start),
            {
                "mark": mark.id,
                "name": mark.name,
                "owner": mark.owner,
                "model": mark.model,
                "how": match.how.value,
                "in": where,
                "use": (Use.PLAIN if mark.model else use_of(text, match.start, match.end)).value,
                "entitled": "" if by is None else entitled,
            },
        )
    return list(told.values())


def _code(draft: Draft, one: Coded, around: Around) -> dict[str, Any]:
    scan, seller = one.scan, draft.listing.seller
    subject = scan.subject
    proof = "none"
    if seller.proof is not None and subject is not None:
        proof = "good" if (seller.ref, seller.proof, subject.item.item) in around.proven else "fails"
    others = [] if one.name is None else [each for each in around.same_code.get(one.name, ()) if each.id != draft.id]
    return {
        "code": None if one.name is None else one.name.hex()[:32],
        "serial": f"…{scan.serial[-4:]}" if scan.serial else "…",
        "gtin": scan.gtin,
        "from": one.source,
        "verdict": scan.standing.key.value,
        "advice": scan.standing.advice.value,
        "brand": one.brand,
        "claimed": subject is not None and subject.claimed,
        "proof": proof,
        "here": sum(each.platform == around.platform and each.seller != seller.ref for each in others),
        "elsewhere": sum(each.platform != around.platform for each in others),
    }


def _seller(ledger: Ledger, draft: Draft, around: Around) -> dict[str, Any]:
    seller = draft.listing.seller
    shop = around.shops.get(seller.ref, Shop())
    new = around.put_up.get(seller.ref, 0)
    today = datetime.fromtimestamp(around.now, UTC).date()
    return {
        "ref": seller_name(ledger, around.platform, seller.ref),
        "age_days": None if seller.since is None else max(0, (today - date.fromisoformat(seller.since)).days),
        "live": shop.live + new,
        "burst": shop.lately + new,
        "authorised": sorted(around.authorised.get(seller.ref, ())),
        "held": [one.id for one in holding(around.held.get(seller.ref, ()), around.now, draft.listing.territory)],
    }


def _price(draft: Draft, codes: Sequence[Mapping[str, Any]], around: Around) -> dict[str, Any]:
    price = draft.listing.price
    gtin = next((one["gtin"] for one in codes if one["gtin"]), None)
    if price is None or gtin is None:
        return {"state": "none", "n": 0}
    mine = (around.platform, draft.listing.seller.ref)
    asked = around.prices.get((gtin, price.currency), ())
    others = [one.amount for one in asked if (one.platform, one.seller) != mine]
    if len(others) < FEWEST_PRICES:
        return {"state": "too_few", "n": len(others)}
    median = int(statistics.median_low(others))
    return {"state": "compared", "n": len(others), "median": median, "percent": price.amount * 100 // max(1, median)}


def _earlier(draft: Draft, around: Around) -> int:
    """How many listings of others showed a photo of this one earlier: whoever was first took it from nobody here."""
    mine = Beside(draft.id, around.platform, draft.listing.seller.ref)
    return len(
        {
            one.id
            for name in draft.listing.photos
            for one in around.same_photo.get(name, ())
            if is_earlier(one, replace(mine, since=draft.photos[name]))
        }
    )


def is_earlier(one: Beside, mine: Beside) -> bool:
    """Whether another seller's listing showed a picture before mine did; an old listing may show a new photo."""
    others = (one.platform, one.seller) != (mine.platform, mine.seller)
    return others and (one.since, one.id) < (mine.since, mine.id)


def shown_by(seller: str, photos: Iterable[str]) -> str:
    """What an accepted challenge is bound to, as one hash: whose listing it was, and with which photos."""
    return hashlib.sha256(canonical([seller, sorted(set(photos))]).encode()).hexdigest()


def _challenge(listing: Listing, decided: Challenge | None) -> str:
    """What was decided last; an acceptance says nothing of another seller or of photos that came or went since."""
    if decided is None or decided.state not in ("accepted", "refused"):
        return "none"
    same = decided.bound == shown_by(listing.seller.ref, listing.photos)
    return decided.state if same or decided.state == "refused" else "none"
