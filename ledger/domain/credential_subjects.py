"""What each of our credentials says, from facts that were gathered elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ledger.domain.credentials import Hold, instant
from ledger.domain.custody import TIMED, BatchFlag, Flag
from ledger.domain.inspections import InspectionFacts, Remark
from ledger.domain.standing import Standing
from ledger.domain.standing_facts import AsOf, Custody, Facts, Inspection, Registration, Undone
from ledger.domain.standing_headlines import Key

REPEATS: Final = (
    "The statement named under “evidence” was signed by its own party and is on the chain. This credential repeats it, "
    "signed with a key that the operator of the ledger keeps for the issuer."
)
REPEATS_BY_LEDGER: Final = (
    "The statement named under “evidence” was signed by its own party and is on the chain. This credential repeats it "
    "and is signed by the ledger, because that party lets nobody else sign for it."
)
RECEIPT_NOTE: Final = "What the ledger answered at that moment. Look again before you pay: the record may have changed."
_DOUBTS: Final = frozenset(
    {
        Key.COUNTERFEIT_FOUND,
        Key.REVOKED,
        Key.REPORTED_STOLEN,
        Key.DISPUTED,
        Key.REPORTED_LOST,
        Key.RECALLED,
        Key.RETIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Thing:
    """The item that a credential is about; `link` is its GS1 Digital Link here."""

    link: str
    gtin: str
    serial: str

    def subject(self, **more: Any) -> dict[str, Any]:
        """The beginning of every `credentialSubject`."""
        return {"id": self.link, "type": "RegisteredItem", "gtin": self.gtin, "serialNumber": self.serial, **more}


@dataclass(frozen=True, slots=True)
class OnChain:
    """The statement that a credential repeats: 0x text, and where it stands."""

    statement: str
    signer: str
    chain_id: int
    contract: str
    block: int
    recorded_at: datetime
    operator_signed: bool

    def evidence(self) -> dict[str, Any]:
        """It, as a member of `evidence` (VCDM 2.0, 5.6)."""
        return {
            "type": ["OnChainStatement"],
            "statement": self.statement,
            "signer": self.signer,
            "chainId": self.chain_id,
            "contract": self.contract,
            "block": self.block,
            "recordedAt": instant(self.recorded_at),
            "operatorSigned": self.operator_signed,
        }


def passport_facts(
    thing: Thing, item: int, brand: str, domain: str | None, fields: Mapping[str, Any], *, amended: bool, facts: Facts
) -> dict[str, Any]:
    """What a passport says that does not change from block to block: a new owner or a new description ends it."""
    made_by: dict[str, Any] = {"name": brand} | ({"url": f"https://{domain}"} if domain else {})
    registered = facts.registration.recorded_at if facts.registration else None
    final = facts.final or Custody()
    subject = thing.subject(
        itemId=f"0x{item:064x}", brand=made_by, record=dict(fields), amended=amended, hasOwner=final.claimed
    )
    if registered is not None:
        subject["registeredAt"] = instant(registered)
    if final.owner_since is not None:
        subject["ownerSince"] = instant(final.owner_since)
    return subject


def passport_hold(facts: Facts, standing: Standing, now: datetime) -> Hold:
    """Whether a brand's passport still counts: withdrawn or ended for good, in doubt, or waiting for blocks."""
    final = facts.final or Custody()
    ended = any(one.flag in (Flag.VOID, Flag.RETIRED) for one in final.raised) or BatchFlag.VOID in final.batch
    doubts = {standing.key, *(one.key for one in standing.lines)} & _DOUBTS
    ends = [one.until for one in facts.latest.raised if one.flag in TIMED and one.until and one.until > now]
    return Hold(
        over=ended or _by_thief(facts.registration) or facts.opened_from_later_batch or not facts.gtin_in_prefixes,
        doubtful=bool(doubts),
        unsettled=facts.final != facts.latest,
        look_again_at=int(min(ends).timestamp()) + 1 if ends else None,
    )


def _by_thief(signed: Registration | None) -> bool:
    if signed is None or signed.key_compromised_since is None:
        return False
    return signed.recorded_at is None or signed.recorded_at >= signed.key_compromised_since


def inspection_subject(
    thing: Thing, facts: InspectionFacts, by: str, on: date, recorded_at: datetime, *, person_signed: bool
) -> dict[str, Any]:
    """What an inspection says."""
    said: dict[str, Any] = {
        "type": "Inspection",
        "authenticity": facts.authenticity.name.lower(),
        "method": facts.method.name.lower(),
        "persons": facts.persons,
        "points": facts.points,
        "remarks": [one.name.lower() for one in Remark if one in facts.remarks and one.name],
        "inspectedOn": on.isoformat(),
        "inspectedBy": {"name": by},
        "recordedAt": instant(recorded_at),
        "personSigned": person_signed,
    }
    if facts.condition:
        said["condition"] = facts.condition
    return thing.subject(inspection=said)


def inspection_hold(one: Inspection) -> Hold:
    """Whether an inspection still counts: a final withdrawal or correction ends it, one under way puts it in doubt."""
    since = one.key_compromised_since
    stolen = since is not None and one.recorded_at >= since
    waiting = one.undone is Undone.WAITING
    return Hold(over=stolen or one.undone is Undone.FINAL, doubtful=waiting, unsettled=waiting)


def receipt_subject(thing: Thing, standing: Standing) -> dict[str, Any]:
    """What the ledger answered, with what it cannot know."""
    answer: dict[str, Any] = {
        "type": "LedgerAnswer",
        "verdict": standing.key.value,
        "tick": standing.tick,
        "headline": str(standing.headline),
        "sentences": _plain(standing.sentences),
        "nextStep": str(standing.next_step),
        "advice": standing.advice.value,
        "alsoTrue": _plain(one.headline for one in standing.lines),
        "cannotKnow": _plain(standing.cannot_know),
    }
    if standing.as_of is not None:
        answer["asOf"] = as_of_block(standing.as_of)
    return thing.subject(answer=answer)


def as_of_block(as_of: AsOf) -> dict[str, Any]:
    """The block that an answer rests on."""
    return {"type": "LedgerBlock", "block": as_of.block, "time": instant(as_of.time), "final": as_of.final}


def _plain(sentences: Iterable[str]) -> list[str]:
    return [str(one) for one in sentences]
