"""Good passports: every kind of act in an item's life, made by the ledger on a chain of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.custody import RECOVERY_NOTICE
from ledger.domain.inspections import Service, WithdrawalReason
from ledger.domain.outbox import Queued, State
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import claim_item, hand_over
from ledger.services.amend_item import amend
from ledger.services.make_passport import make_passport
from ledger.services.record_inspection import correction, inspection, record, service, withdrawal
from tests.integration.story.test_custody_story import ADA, BEN, complete, recover
from tests.integration.story.test_party_story import FAKE, GOOD
from tests.integration.story.test_passkey_story import ADA as ADAS_PHONE
from tests.integration.story.test_passkey_story import BACKUP
from tests.integration.story.test_passkey_story import BEN as BENS_PHONE
from tests.support.world import Card, World, person

SAYS_YES = "0x7f1626ba7e" + "00" * 28 + "5f5260205ff3"
"""Code that answers `isValidSignature` with its selector, whatever it is asked (ERC-1271)."""
WALLET = "0x" + "5a" * 20


class Stories:
    """Plays them on one world, and keeps the passports by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cards = iter(world.cards())
        self.made: dict[str, bytes] = {}

    def play(self) -> dict[str, bytes]:
        """Every story, each of another item."""
        self._keep("untouched", next(self.cards))
        self._one_field()
        self._owners()
        self._passkeys()
        self._inspected()
        self._marked()
        self._recovered()
        self._retired()
        self._amended()
        self._wallet()
        self._card_replaced()
        self._batch_recalled()
        return self.made

    def _one_field(self) -> None:
        self._keep("one_field_shown", next(self.cards), ["colour"])

    def _owners(self) -> None:
        world, card, link = self.world, next(self.cards), person("link")
        self._final(world.claim(card, ADA))
        self._keep("claimed", card)
        offer = world.offer(card, ADA, BEN.address)
        self._final(world.accept(offer, BEN))
        offer = world.offer(card, BEN, link.address, code="271828")
        self._final(world.accept(offer, ADA, code="271828", link=link))
        self._final(world.own(ADA, Kind.CANCEL, card))
        self._keep("handed_over", card)
        self._final(world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.LOST)))
        self._final(world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.FOUND)))
        self._final(world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN)))
        self._keep("stolen", card)

    def _passkeys(self) -> None:
        world, card = self.world, next(self.cards)
        self._final(self._claimed(card, ADAS_PHONE.address, ADAS_PHONE.sign))
        drafted = hand_over.draft_offer(world.ledger, card.gtin, card.serial, BENS_PHONE.address)
        by_backup = ADAS_PHONE.by_backup(BACKUP, drafted.needed[0].digest)
        offer = hand_over.submit_offer(world.ledger, drafted.statement.values, by_backup)
        taking = hand_over.draft_acceptance(world.ledger, offer.id, BENS_PHONE.address)
        head = "0x" + bytes(taking.statement.values["head"]).hex()  # type: ignore[arg-type]
        signature = BENS_PHONE.sign(taking.needed[1].digest)
        self._final(hand_over.submit_acceptance(world.ledger, offer.id, BENS_PHONE.address, head, [signature]))
        self._keep("passkeys", card)

    def _inspected(self) -> None:
        world, card = self.world, next(self.cards)
        who, where = world.caller("luxcheck"), (card.gtin, card.serial)
        first = record(world.ledger, who, inspection(*where, FAKE, {"basis": "font"}))
        number = first.statement.nonce
        assert number is not None
        self._final(first)
        self._final(record(world.ledger, who, correction(*where, number, GOOD, {"basis": "again"})))
        self._final(record(world.ledger, who, withdrawal(*where, number, WithdrawalReason.MISTAKE, {"basis": "no"})))
        self._final(record(world.ledger, world.caller("maison"), service(*where, Service.REPAIR, {"what": "strap"})))
        self._keep("inspected", card)

    def _marked(self) -> None:
        world, card = self.world, next(self.cards)
        for slug, kind in (
            ("maison", MarkKind.THEFT),
            ("council", MarkKind.DISPUTE),
            ("maison", MarkKind.RECALL),
            ("maison", MarkKind.VOID),
            ("maison", MarkKind.LIFT_VOID),
        ):
            self._final(world.say(slug, Kind.MARK, subject=card.item, kind=int(kind)))
        self._keep("marked", card)

    def _recovered(self) -> None:
        world, card = self.world, next(self.cards)
        self._final(world.claim(card, ADA))
        self._final(recover(world, card))
        self._keep("recovery_open", card)
        self._final(world.own(ADA, Kind.CANCEL, card))
        self._keep("recovery_ended_by_owner", card)
        self._final(recover(world, card, "council"))
        world.travel(RECOVERY_NOTICE + 60)
        world.settle()
        self._final(complete(world, card))
        self._keep("recovered", card)

    def _retired(self) -> None:
        card = next(self.cards)
        self._final(self.world.say("maison", Kind.RETIRE, item=card.item))
        self._keep("retired", card)

    def _amended(self) -> None:
        world, card = self.world, next(self.cards)
        fields = {"model_ref": "Sac \u00e0 main \U0001f45c", "colour": "noir", "private_note": "for the archive"}
        amend(world.ledger, world.caller("maison"), card.gtin, card.serial, fields, ["private_note"])
        self._keep("amended", card)

    def _wallet(self) -> None:
        world, card = self.world, next(self.cards)
        world.rpc.call("anvil_setCode", WALLET, SAYS_YES)
        yes = b"\1" + bytes.fromhex(WALLET[2:]) + bytes(65)
        self._final(self._claimed(card, WALLET, lambda _digest: yes))
        self._keep("contract_wallet", card)

    def _card_replaced(self) -> None:
        world, card = self.world, next(self.cards)
        new = person("new card").address
        self._final(world.say("maison", Kind.REPLACE_CLAIM, item=card.item, claimAddress=new))
        self._keep("card_replaced", card)

    def _batch_recalled(self) -> None:
        world, card = self.world, next(self.cards)
        number = world.party("maison") << 32 | 1
        self._final(world.say("maison", Kind.MARK, subject=number, kind=int(MarkKind.RECALL_BATCH)))
        self._keep("batch_recalled", card)

    def _claimed(self, card: Card, owner: str, sign: Callable[[bytes], bytes]) -> Queued:
        ledger = self.world.ledger
        drafted = claim_item.draft_claim(ledger, card.gtin, card.serial, owner)
        by_card, by_owner = (needed.digest for needed in drafted.draft.needed)
        key = claim_private_key(card.code, drafted.activation_half, drafted.item)
        signatures: list[Any] = [signing.sign(key, by_card), sign(by_owner)]
        return claim_item.submit_claim(ledger, card.gtin, card.serial, owner, *signatures)

    def _final(self, *queued: Queued) -> None:
        self.world.settle()
        for one in queued:
            self.world.expect(one, State.FINAL)

    def _keep(self, name: str, card: Card, show: list[str] | None = None) -> None:
        self.world.settle()
        self.made[name] = make_passport(self.world.ledger, card.gtin, card.serial, show)
