"""The owners' side of the story: claims, handovers, reports; each signed where the owner's key is."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api import Api
from owners import Owner, owner, sign
from plot import BRAND, CLAIMS

from ledger.domain.claim_codes import claim_private_key

QUARTER: Final = 90 * 86_400
"""Seconds that an offer may stay open at most."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the story."""

    part: str
    gtin: str
    serial: str
    page: str
    path: str

    @property
    def named(self) -> dict[str, str]:
        """The item as requests name it."""
        return {"gtin": self.gtin, "serial": self.serial}


class Lives:
    """What owners do; it remembers who owns what at present."""

    def __init__(self, api: Api, seed: bytes, cast: Mapping[str, Item], codes: Mapping[str, str]) -> None:
        self._api = api
        self._seed = seed
        self._cast = cast
        self._codes = codes
        self.owner_of: dict[str, Owner] = {}

    def code_of(self, part: str) -> str:
        """The code on an item's card."""
        return self._codes[self._cast[part].serial]

    def claim_all(self) -> None:
        """Everybody claims what they bought, most of them at the till, where the shop's key brings the statement."""
        for place, (part, name) in enumerate(CLAIMS.items()):
            self.claim(part, name, self.code_of(part), BRAND if place % 3 else None)

    def claim(self, part: str, name: str, code: str, by: str | None = None) -> None:
        """Claim with the card's code, which never leaves the phone: the key made from it signs."""
        item, new = self._cast[part], self.person(part, name)

        def make() -> dict[str, Any]:
            draft = self._api.draft(item.path + "/claims/draft", {"new_owner": new.address}, by)
            half = bytes.fromhex(draft["activation_half"][2:])
            key = claim_private_key(code, half, int(draft["item"]))
            signatures = signed(draft["draft"], {"claim_key": key, "new_owner": new.key})
            return {"new_owner": new.address, "signatures": signatures}

        self._api.say(f"claim-{part}", item.path + "/claims", make, by)
        self.owner_of[part] = new

    def person(self, part: str, name: str) -> Owner:
        """A person's key for one item."""
        return owner(self._seed, name, part)

    def offer(self, part: str, recipient: str, code: str | None = None) -> dict[str, Any]:
        """Offer to an address, for as long as an offer may last; with six digits, if `code` is given."""
        item, giver = self._cast[part], self.owner_of[part]

        def make() -> dict[str, Any]:
            wanted = {"recipient": recipient, "expiry": int(time.time()) + QUARTER - 3600}
            draft = self._api.draft(item.path + "/offers/draft", wanted)
            [signature] = signed(draft, {"owner": giver.key})
            return {"values": draft["values"], "signature": signature, "code": code}

        found: dict[str, Any] = self._api.post(f"offer-{part}", "/v1/offers", make)
        return found

    def accept(self, part: str, name: str, offer: str, link_key: bytes | None = None, code: str | None = None) -> None:
        """The other side of a handover: the new owner signs, and where the offer names a link, its key too."""
        new = self.person(part, name)

        def make() -> dict[str, Any]:
            draft = self._api.draft(f"/v1/offers/{offer}/acceptance/draft", {"new_owner": new.address, "code": code})
            keys = {"new_owner": new.key, "link_key": link_key}
            signatures = signed({"signatures": draft["signatures"][1:]}, keys)
            return {"new_owner": new.address, "head": draft["values"]["head"], "signatures": signatures, "code": code}

        self._api.say(f"accept-{part}", f"/v1/offers/{offer}/acceptance", make)
        self.owner_of[part] = new

    def cancel(self, part: str) -> None:
        """Take an offer back."""
        path, key = self._cast[part].path, self.owner_of[part].key
        draft = functools.partial(self._api.draft, path + "/cancellations/draft")
        self._api.say(f"cancel-{part}", "/v1/statements", lambda: submission(draft({}), {"owner": key}))

    def report(self, step: str, part: str, what: str, **words: str) -> None:
        """Report lost, stolen or found, with what the police said."""
        item = self._cast[part]

        def make() -> dict[str, Any]:
            draft = self._api.draft(item.path + "/reports/draft", {"report": what, **words})
            return submission(draft, {"owner": self.owner_of[part].key})

        self._api.say(step, "/v1/statements", make)

    def retire(self, part: str, **words: str) -> None:
        """Destroyed at the owner's wish: the brand drafts, the owner signs, the brand's key is put beside it."""
        item = self._cast[part]

        def make() -> dict[str, Any]:
            draft = self._api.draft(item.path + "/retire", {"draft": True, **words}, BRAND)
            mine = [one for one in draft["signatures"] if one["who"] == "owner"]
            [signature] = signed({"signatures": mine}, {"owner": self.owner_of[part].key})
            return {"values": draft["values"], "owner_signature": signature}

        self._api.say(f"retire-{part}", item.path + "/retire", make, BRAND)


def signed(draft: Mapping[str, Any], keys: Mapping[str, bytes | None]) -> list[str]:
    """A draft's signatures, in its order, each by the key that plays the part."""
    made = []
    for needed in draft["signatures"]:
        key = keys[needed["who"]]
        assert key is not None, f"nobody here signs as {needed['who']}"
        made.append(sign(key, needed["typed_data"]))
    return made


def submission(draft: Mapping[str, Any], keys: Mapping[str, bytes | None]) -> dict[str, Any]:
    """A drafted statement with its signatures, as it is submitted."""
    return {"kind": draft["kind"], "values": draft["values"], "signatures": signed(draft, keys)}
