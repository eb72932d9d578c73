"""What the use cases ask of the tables of listings, their photos, decisions and rule packs; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.desk.listings import AuthorisedSeller, Decided, Kept
from ledger.services.desk.listings_find_port import ListingSearch


@dataclass(frozen=True, slots=True)
class Shop:
    """What is known of a seller: live listings, those put up lately, and when the first that is kept was."""

    live: int = 0
    lately: int = 0
    first_at: int | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was sent. `codes` is what its QR codes say; `state` is waiting, done or failed."""

    sha256: str
    platform: str
    width: int
    height: int
    codes: tuple[str, ...]
    state: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """Three words that somebody is to show beside an item. `state`: waiting, answered, accepted or refused.

    `bound` is the hash of the seller and the photos that stood in the listing when it was decided.
    """

    id: str
    listing: str
    words: str
    created_at: int
    expires_at: int
    photo: str | None = None
    answered_at: int | None = None
    state: str = "waiting"
    decided_at: int | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A live listing that names the same thing; of a photo, with when the photo came into it."""

    id: str
    platform: str
    seller: str
    since: int = 0


@dataclass(frozen=True, slots=True)
class Priced:
    """What a seller asks for a model."""

    platform: str
    seller: str
    amount: int


class Listings(ListingSearch, Protocol):
    """Reads and writes; everything that speaks of many listings is one question of the database, or a few."""

    def by_refs(self, platform: str, refs: Collection[str]) -> dict[str, Kept]:
        """A platform's listings by the platform's names."""
        ...

    def by_addresses(self, platform: str, addresses: Collection[str]) -> dict[str, Kept]:
        """By the name of an address (`address_name`) the one listing that has it, where no two can be meant."""
        ...

    def several(self, ids: Collection[str]) -> dict[str, Kept]:
        """Listings by id."""
        ...

    def page(self, platform: str, after: str | None, limit: int, *, decision: str | None = None) -> list[Kept]:
        """A platform's listings, newest first, from beyond an id."""
        ...

    def under(
        self, codes: Collection[bytes], sellers: Collection[tuple[str, str]], after: str, limit: int
    ) -> list[Kept]:
        """Live listings that name one of these codes, or of one of these sellers, as (platform, its ref), by their
        ids from beyond one."""
        ...

    def shops(self, platform: str, sellers: Collection[str], since: int) -> dict[str, Shop]:
        """What is known of sellers; lately is from `since` on."""
        ...

    def same_code(self, codes: Collection[bytes]) -> dict[bytes, list[Beside]]:
        """The live listings (at most 50 of each) that name these codes."""
        ...

    def same_photo(self, photos: Collection[str]) -> dict[str, list[Beside]]:
        """The live listings (at most 50 of each, those first that showed it first) that show these photos."""
        ...

    def prices(self, wanted: Collection[tuple[str, str]], most: int) -> dict[tuple[str, str], list[Priced]]:
        """By (GTIN, currency): of each seller the newest live listing that is allowed, at most `most`, newest first."""
        ...

    def authorised(self, platform: str, sellers: Collection[str], day: str) -> dict[str, set[str]]:
        """By seller: the brands that let them use their marks that day."""
        ...

    def keep(
        self,
        kept: Sequence[Kept],
        known: Collection[str],
        codes: Sequence[tuple[str, bytes]],
        photos: Sequence[tuple[str, str, int]],
        decided: Sequence[Decided],
    ) -> None:
        """Keep listings, new ones or (`known` ids) as they are now, with all their codes, photos and decisions.

        A photo comes with when it came into the listing.
        """
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set fields of a listing, by their names in `Kept`."""
        ...

    def decide(self, decided: Decided) -> None:
        """Keep a decision, and have its listing bear it."""
        ...

    def decision(self, id: str) -> Decided | None:
        """By id."""
        ...

    def decisions(self, platform: str | None, after: str | None, limit: int) -> list[Decided]:
        """Decisions of a platform, or of all, oldest first, from beyond an id."""
        ...

    def photos_of(self, listings: Collection[str]) -> dict[str, dict[str, int]]:
        """The photos of listings, by listing, each with when it came into the listing."""
        ...

    def add_photo(self, photo: Photo) -> None:
        """Keep what is known of a photo; again changes nothing."""
        ...

    def photos(self, names: Collection[str]) -> dict[str, Photo]:
        """Those of these photos that are known."""
        ...

    def next_look(self) -> Kept | None:
        """The live listing whose photos have waited longest to be compared."""
        ...

    def catalogue_to_look_at(self, limit: int) -> list[str]:
        """Photos that brands show in their catalogues and that were not looked at yet."""
        ...

    def looked_at(self, sha256: str, state: str, points: Sequence[int]) -> None:
        """Keep what a look at a photo found: its telling points, 64 bits each."""
        ...

    def earlier(self, points: Sequence[int], mine: Beside | None, but: str, limit: int) -> list[str]:
        """Photos that share bands with these points, those that share most first, of what tells something of a listing:
        what live listings of others, or all, showed earlier than mine, and what catalogues show."""
        ...

    def later(self, points: Sequence[int], mine: Beside | None, but: str, limit: int) -> list[str]:
        """Likewise what live listings of others, or all, showed later than mine, where it was compared already."""
        ...

    def call_looks(self, photos: Collection[str], mine: Beside | None, now: int) -> None:
        """Have live listings of others, or all, compared again that showed one of these photos later than mine."""
        ...

    def uncalled(self, listing: str) -> list[str]:
        """Photos of a listing for which nobody was called yet who showed a like one later."""
        ...

    def called(self, listing: str, now: int) -> None:
        """Note that they were called."""
        ...

    def in_catalogue(self, photos: Collection[str]) -> set[str]:
        """Those that a brand shows in its catalogue."""
        ...

    def used(self, photo: str) -> bool:
        """Whether a photo stands in a listing, live or ended, or answered a challenge."""
        ...

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep a challenge."""
        ...

    def challenges(self, listings: Collection[str]) -> dict[str, Challenge]:
        """The newest challenge of each of these listings."""
        ...

    def decided_challenges(self, listings: Collection[str]) -> dict[str, Challenge]:
        """The challenge of each of these listings that was decided last, where one was."""
        ...

    def change_challenge(self, id: str, **values: Any) -> None:
        """Set fields of a challenge."""
        ...

    def authorise(self, new: AuthorisedSeller) -> None:
        """Keep a brand's word for a seller."""
        ...

    def authorisations(self, brand: str, after: str | None, limit: int) -> list[AuthorisedSeller]:
        """A brand's words for sellers, newest first, from beyond an id."""
        ...

    def authorisation(self, brand: str, id: str) -> AuthorisedSeller | None:
        """A brand's word by id."""
        ...

    def authorised_count(self, brand: str, day: str) -> int:
        """How many of a brand's words hold that day."""
        ...

    def end_authorisation(self, brand: str, id: str, at: int) -> bool:
        """Take it back; whether there was one."""
        ...

    def packs(self) -> Mapping[int, str]:
        """Rule packs by version, without the product's own."""
        ...

    def newest_pack(self) -> tuple[int, str] | None:
        """The newest of them."""
        ...

    def add_pack(self, version: int, body: str, now: int) -> None:
        """Keep a rule pack."""
        ...

    def brand_lines(self) -> list[tuple[str, str, str]]:
        """Every line that is not retired: GTIN, organisation and name."""
        ...

    def count_lines(self) -> int:
        """How many those are."""
        ...

    def forget(self, before: int, limit: int) -> list[str]:
        """Forget listings that ended before then; returns the photos that nothing shows any more."""
        ...
