"""“Prove that you have it”: a buyer's question to the owner of an item, answered once and for that buyer only.

What an answer shows: that the owner's key said yes to these words, for this question, at this time. What it does
not show: that this very item will be in the parcel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LASTS: Final = 15 * 60
"""Seconds that a question may be answered, and that an answer counts."""
MOST_AN_HOUR: Final = 10
"""Questions about one item in an hour: enough for several buyers, too few to wear an owner out."""
LONGEST_TRUST: Final = 90 * 86_400
"""Seconds that somebody can be entrusted with the answer at a time."""

_WORDS: Final = """
amber anchor apple april arrow autumn badge baker balloon bamboo banjo basil beach bell berry bicycle bird blossom
boat bottle branch bread breeze bridge brush bucket butter button cabin cactus camel candle canoe canyon captain
caravan carpet castle cedar cello chalk cherry chestnut chimney cinema circle clay clock cloud clover coast cobalt
coffee comet compass copper coral cotton cousin crane crayon cricket crown crystal cup daisy dance desert diamond
dolphin donkey door dragon drum dune eagle earth echo elbow elephant ember engine falcon feather fern festival
fiddle field finch flag flame flute forest fountain fox garden garlic gate ginger glacier globe glove goat golden
granite grape guitar hammer harbor harvest hazel hedge helmet heron hill honey horizon horse iceberg iris island
ivory jacket jasmine jewel jungle kettle kite kitten ladder lake lamp lantern lark laurel lemon library lighthouse
lily linen lion lobster lotus magnet mango maple marble market meadow melon meteor mint mirror monkey moon moss
mountain museum mustard needle nest north ocean olive onion opera orange orbit orchard otter owl paddle palace panda
panther paper parrot peach pearl pebble pencil pepper piano picnic pigeon pillow pine planet plum pocket poem pond
poppy puzzle quartz quilt rabbit radio rain raven ribbon river robin rocket rose ruby saddle saffron sail salmon
sand sapphire scarf shadow shell silver sketch sky sleigh snow spark sparrow spring squirrel star stone storm stream
sugar summer sun swan table tango teapot temple thistle thunder tiger timber toast tomato torch tower trail train
tulip tunnel turtle umbrella valley vanilla velvet violet violin wagon walnut water whale wheat willow window winter
wizard wolf yellow zebra
"""
WORDS: Final = tuple(_WORDS.split())
"""Short words that sound unlike each other, the same in every language: both sides compare them letter by letter."""


class AskState(StrEnum):
    """What became of a question. Silence is told by the time."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    NOT_SELLING = "not_selling"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: about an item, by one session, to whoever opens its link and can sign as its owner.

    `challenge` (32 bytes) and `words` are what the answer signs. `by` names the consignee that answered for the
    owner, None for the owner themselves; `signer` is the key that answered. `photo` names the picture that came with
    the answer, until that is over.
    """

    id: str
    item: int
    session: bytes
    words: str
    challenge: bytes
    link: bytes
    created_at: int
    expires_at: int
    state: AskState = AskState.WAITING
    answered_at: int | None = None
    signer: str | None = None
    by: str | None = None
    photo: str | None = None

    def counts(self, now: int, holder: str) -> bool:
        """Whether the answer still tells something: fresh, and by or for whoever holds the item now."""
        fresh = self.answered_at is not None and 0 <= now - self.answered_at < LASTS
        return self.state is AskState.CONFIRMED and fresh and (self.by is not None or self.signer == holder)


@dataclass(frozen=True, slots=True)
class Entrustment:
    """An owner's signed word that an organisation may answer for them, until a time or until they take it back.

    Good only while `owner` (an address) holds the item.
    """

    id: str
    item: int
    owner: str
    organisation: str
    until: int
    nonce: bytes
    signature: str
    created_at: int
    ended_at: int | None = None

    def holds(self, now: int, holder: str) -> bool:
        """Whether the organisation may answer now."""
        return self.ended_at is None and now < self.until and self.owner == holder


@dataclass(frozen=True, slots=True)
class Escrow:
    """An offer whose acceptance waits until a platform, which holds the money, releases it."""

    offer: str
    organisation: str
    created_at: int
    accepted: dict[str, object] | None = None
    accepted_at: int | None = None
    released_at: int | None = None
    refused_at: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody who scanned an item wrote: to its owner (`organisation` is None), or to its brand."""

    id: str
    item: int
    kind: str
    organisation: str | None
    text: str
    contact: str | None
    created_at: int
    read_at: int | None = None


def make_words(random: Callable[[int], bytes]) -> str:
    """Three words and four digits, such as `amber · violin · north 4821`, from 8 random bytes."""
    raw = random(8)
    words = [WORDS[int.from_bytes(raw[place : place + 2], "big") % len(WORDS)] for place in (0, 2, 4)]
    return f"{' · '.join(words)} {int.from_bytes(raw[6:8], 'big') % 10_000:04d}"
