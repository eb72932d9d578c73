"""Random people doing random things to a few items: most of it allowed, much of it not."""

from __future__ import annotations

import random
from collections.abc import Callable

from ledger.domain.errors import LedgerError
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service, WithdrawalReason
from ledger.domain.outbox import Queued
from ledger.domain.statements import BATCH_MARKS, Kind, MarkKind, OwnerReportKind
from ledger.services import hand_over
from ledger.services import record_inspection as records
from tests.support.world import Card, Person, World, person

PEOPLE = [person(name) for name in ("ada", "ben", "cem")]


class RoughPlay:
    """Draws acts from a seed; what the ledger refuses with a sentence is part of the play."""

    def __init__(self, world: World, seed: int, cards: list[Card]) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.cards = cards
        self.queued: list[Queued] = []
        self.refused = 0
        self._offers: list[str] = []
        self._records: list[int] = []

    def act(self) -> None:
        """One act, allowed or refused."""
        acts: list[Callable[[Card, Person], Queued | None]] = [
            self._claim, self._claim, self._report, self._cancel, self._offer, self._offer, self._accept, self._accept,
            self._mark, self._mark, self._inspect, self._inspect, self._service, self._undo, self._replace,
            self._amend, self._batch_mark,
        ]  # fmt: skip
        chosen = self.random.choice(acts)
        try:
            queued = chosen(self.random.choice(self.cards), self.random.choice(PEOPLE))
        except LedgerError:
            self.refused += 1
            return
        if queued is not None:
            self.queued.append(queued)

    def _claim(self, card: Card, who: Person) -> Queued:
        return self.world.claim(card, who)

    def _report(self, card: Card, who: Person) -> Queued:
        return self.world.own(who, Kind.OWNER_REPORT, card, kind=int(self.random.choice(list(OwnerReportKind))))

    def _cancel(self, card: Card, who: Person) -> Queued:
        return self.world.own(who, Kind.CANCEL, card)

    def _offer(self, card: Card, who: Person) -> None:
        self._offers.append(self.world.offer(card, who, self.random.choice(PEOPLE).address))

    def _accept(self, _: Card, who: Person) -> Queued | None:
        if not self._offers:
            return None
        offer = self.random.choice(self._offers)
        stored = hand_over.release_offer(self.world.ledger, offer)
        buyer = next((one for one in PEOPLE if one.address == stored.values["recipient"]), who)
        return self.world.accept(offer, buyer)

    def _mark(self, card: Card, _: Person) -> Queued:
        kind = self.random.choice([one for one in MarkKind if one not in BATCH_MARKS])
        slug = self.random.choice(["maison", "maison", "council", "rival"])
        return self.world.say(slug, Kind.MARK, subject=card.item, kind=int(kind))

    def _batch_mark(self, _: Card, __: Person) -> Queued:
        kind = self.random.choice(sorted(BATCH_MARKS))
        return self.world.say("maison", Kind.MARK, subject=self.world.party("maison") << 32 | 1, kind=int(kind))

    def _inspect(self, card: Card, _: Person) -> Queued:
        facts = InspectionFacts(self.random.choice(list(Authenticity)), Method.IN_HAND, self.random.randint(1, 3))
        who = self.world.caller(self.random.choice(["luxcheck", "luxcheck", "atelier"]))
        queued = records.record(self.world.ledger, who, records.inspection(card.gtin, card.serial, facts, {}))
        self._records.append(queued.statement.nonce or 0)
        return queued

    def _service(self, card: Card, _: Person) -> Queued:
        done = records.service(card.gtin, card.serial, self.random.choice(list(Service)), {})
        return records.record(self.world.ledger, self.world.caller("maison"), done)

    def _undo(self, card: Card, _: Person) -> Queued | None:
        if not self._records:
            return None
        about = self.random.choice(self._records)
        undone = records.withdrawal(card.gtin, card.serial, about, WithdrawalReason.MISTAKE, {})
        return records.record(self.world.ledger, self.world.caller("luxcheck"), undone)

    def _replace(self, card: Card, _: Person) -> Queued:
        slug = self.random.choice(["maison", "council"])
        new = person(f"card {self.random.random()}").address
        return self.world.say(slug, Kind.REPLACE_CLAIM, item=card.item, claimAddress=new)

    def _amend(self, card: Card, _: Person) -> Queued:
        root = self.random.randbytes(32)
        return self.world.say("maison", Kind.AMEND_ITEM, item=card.item, recordHash=root, manifestHash=root)
