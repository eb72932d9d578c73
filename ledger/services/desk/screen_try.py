"""A trial of the screening: what would be decided of a listing, without keeping it, its photos or the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO, Final

from ledger.domain.desk.listings import MOST_PHOTOS, Listing
from ledger.domain.errors import Invalid
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.services.desk.screen_listings import Screened, screen_listings
from ledger.services.desk.screen_photos import look_at_photo
from ledger.services.ports import Ledger

TRIAL: Final = "a trial"
"""The name of a listing that is tried: none that is sent has a space in its name, so it is nobody's."""


def try_listing(ledger: Ledger, caller: Caller, listing: Listing, photos: Sequence[BinaryIO]) -> Screened:
    """Decide a listing as if it were sent now. Photos are compared with the very same ones that are here already.

    Raises what `screen_listings` and `send_photo` raise.
    """
    if len(photos) > MOST_PHOTOS:
        raise Invalid(said("A listing has %(most)s photos at most.", most=MOST_PHOTOS))
    looked = [look_at_photo(ledger, caller, one) for one in photos]
    tried = {one.sha256: one for one in looked}
    [answer] = screen_listings(ledger, caller, [replace(listing, ref=TRIAL, photos=tuple(tried))], tried=tried)
    return answer
