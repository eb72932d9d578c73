"""What a credential would say now, gathered in one snapshot: also to see whether an earlier one still says what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.credential_context import vocabulary
from ledger.domain.credential_subjects import (
    REPEATS,
    REPEATS_BY_LEDGER,
    OnChain,
    Thing,
    as_of_block,
    inspection_hold,
    inspection_subject,
    passport_facts,
    passport_hold,
)
from ledger.domain.credentials import CONTEXT_PATH, LEDGER, UNTP, YEAR, CredentialKind, Hold, Issuer, fingerprint_of
from ledger.domain.desk import badges
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.gtins import Gtin
from ledger.domain.identity import digital_link
from ledger.domain.inspections import InspectionFacts
from ledger.domain.lines import Photo
from ledger.domain.said import said
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import RecordKind
from ledger.domain.untp import TYPES, Maker, Picture, product
from ledger.services.credential_keys import issuer_for, ledger_issuer, organisation_issuer
from ledger.services.gather_facts import FactReader
from ledger.services.open_item import registration_event
from ledger.services.ports import Ledger, Tx
from ledger.services.read_records import as_inspection
from ledger.services.scanned import Recorded, Scan
from ledger.services.views_of_chain import Listed, moment

ENGLISH: Final = "en"
"""The language of what programs read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A credential without its name, its place and its dates. `facts` are those whose change ends it."""

    kind: CredentialKind
    issuer: Issuer
    types: tuple[str, ...]
    contexts: tuple[str, ...]
    facts: Mapping[str, Any]
    hold: Hold
    subject: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict)
    party: int | None = None
    statement: bytes | None = None
    """Of an inspection, the statement that it repeats; of a badge, the name of its listing."""
    lasts: int = YEAR
    """Seconds that it is good for."""

    @property
    def fingerprint(self) -> bytes:
        """The same as long as issuer and facts are."""
        return fingerprint_of(self.kind.value, self.issuer.did, dict(self.facts))


@dataclass(frozen=True, slots=True)
class BadgeFor:
    """The listing that a badge is for, who asked for it, and the 32 bytes that name both."""

    listing: str
    asked_by: str
    name: bytes


class Drafter:
    """Drafts the credentials of one item. Nothing is drafted before the item's registration is final."""

    def __init__(self, ledger: Ledger, tx: Tx, subject: Listed) -> None:
        self.ledger = ledger
        self.tx = tx
        self.subject = subject
        self.now = datetime.fromtimestamp(ledger.now(), UTC)
        self.reader = FactReader(ledger, tx, subject, self.now)
        self.scan: Scan = self.reader.scan(looks_different=False, alone=False)
        item = subject.item
        self.thing = Thing(digital_link(ledger.public_url, Gtin(item.gtin), item.serial), item.gtin, item.serial)
        self.brand = tx.organisations.by_party(subject.batch.brand)
        self.own = ledger.public_url + CONTEXT_PATH

    def draft(self, kind: CredentialKind, statement: bytes | None = None) -> Draft:
        """The draft. Raises Conflict while something is not final or not said, Unknown for another item's statement."""
        if self.scan.facts.final is None:
            raise Conflict(said("The registration of this item is not final yet. Ask again in a few minutes."))
        if kind is CredentialKind.PASSPORT:
            return self._passport()
        if kind is CredentialKind.UNTP:
            return self._untp()
        if kind is CredentialKind.BADGE:
            # What it says of its listing is in its own text; what can end it is the same for every listing.
            return self.badge(BadgeFor("", "", statement or b""))
        return self._inspection(statement or b"")

    def inspections(self) -> list[tuple[ChainEvent, Recorded]]:
        """The item's final inspections and corrections with the events that hold them, oldest first."""
        told = self.tx.chain.item_events_named(self.subject.item.item, ("Recorded",))
        places = {(event.args["party"], event.args["nonce"]): event for event in told}
        kinds = (RecordKind.INSPECTION, RecordKind.CORRECTION)
        found = []
        for one in self.scan.records:
            event = places.get((one.party, one.nonce))
            if one.final and one.kind in kinds and one.facts is not None and event is not None:
                found.append((event, one))
        return found

    def badge(self, wanted: BadgeFor) -> Draft:
        """A badge's draft. Raises Conflict while nobody can tell the verdict: then it neither holds nor ends."""
        standing = self.scan.standing
        if standing.key in (Key.UNAVAILABLE, Key.PENDING):
            raise Conflict(said("This cannot be told right now. Ask again in a minute."))
        return Draft(
            CredentialKind.BADGE,
            ledger_issuer(self.ledger),
            badges.TYPES,
            (self.own, self.ledger.public_url + badges.CONTEXT_PATH),
            badges.badge_facts(self.thing, self.scan.facts, standing),
            badges.badge_hold(standing, self.ledger.now()),
            badges.badge_subject(self.thing, standing, wanted.listing, wanted.asked_by),
            {"description": badges.NOTE},
            statement=wanted.name,
            lasts=badges.LASTS,
        )

    def _passport(self) -> Draft:
        scan, item = self.scan, self.subject.item.item
        name, domain = (self.brand.name, self.brand.domain) if self.brand else ("", None)
        facts = passport_facts(
            self.thing, item, name, domain, scan.public_fields or {}, amended=scan.amended, facts=scan.facts
        )
        seen = {"asOf": as_of_block(scan.standing.as_of)} if scan.standing.as_of else {}
        issuer = issuer_for(self.ledger, self.tx, self.brand)
        return Draft(
            CredentialKind.PASSPORT,
            issuer,
            ("VerifiableCredential", "ItemPassportCredential"),
            (self.own,),
            facts,
            passport_hold(scan.facts, scan.standing, self.now),
            {**facts, **seen},
            self._repeats(issuer, registration_event(self.tx, self.subject.batch.number)),
            self.subject.batch.brand,
        )

    def _untp(self) -> Draft:
        fields = self.scan.public_fields or {}
        if not fields.get("made_in"):
            raise Conflict(
                said(
                    "The brand does not say where this item was made. A product passport of the United Nations "
                    "needs that, and nothing is made up here."
                )
            )
        assert self.brand is not None  # a final registration has a brand
        issuer = issuer_for(self.ledger, self.tx, self.brand)
        did = organisation_issuer(self.ledger, self.brand).did
        line = self.tx.lines.get(self.subject.item.gtin)
        line = line if line is not None and line.organisation == self.brand.id else None
        photo = line.photos[0] if line is not None and line.photos else None
        facts = product(
            self.thing.link,
            self.thing.gtin,
            self.thing.serial,
            fields,
            Maker(did, self.brand.name, f"https://{self.brand.domain}" if self.brand.domain else None),
            vocabulary=vocabulary(self.ledger.public_url),
            description=line.said(ENGLISH)[0].description if line else "",
            care=line.said(ENGLISH)[0].care if line else "",
            picture=self._picture(photo) if photo else None,
        )
        hold = passport_hold(self.scan.facts, self.scan.standing, self.now)
        name = f"{self.brand.name}: {facts['name']}"
        more = {"name": name, "issuing": {"type": ["CredentialIssuer"]}}
        return Draft(CredentialKind.UNTP, issuer, TYPES, (UNTP,), facts, hold, facts, more, self.subject.batch.brand)

    def _picture(self, photo: Photo) -> Picture:
        url = f"{self.ledger.public_url}/photos/{photo.sha256}/960"
        return Picture(url, photo.caption(ENGLISH) or "The product", "image/webp")

    def _inspection(self, statement: bytes) -> Draft:
        for event, one in self.inspections():
            if event.statement == statement:
                return self._of_record(event, one, statement, one.facts)
        raise Unknown(said("There is no final inspection of this item with that statement. Check both."))

    def _of_record(self, event: ChainEvent, one: Recorded, statement: bytes, opinion: InspectionFacts | None) -> Draft:
        assert opinion is not None
        party = self.tx.organisations.by_party(one.party)
        issuer = issuer_for(self.ledger, self.tx, party, records=True)
        facts = inspection_subject(self.thing, opinion, one.by, one.on, one.recorded_at, person_signed=one.by_person)
        return Draft(
            CredentialKind.INSPECTION,
            issuer,
            ("VerifiableCredential", "InspectionCredential"),
            (self.own,),
            facts,
            inspection_hold(as_inspection(one, self.reader.parties)),
            facts,
            self._repeats(issuer, event),
            one.party,
            statement,
        )

    def _repeats(self, issuer: Issuer, event: ChainEvent | None) -> dict[str, Any]:
        """Which statement on the chain a credential repeats, so that nobody takes one signature for the other."""
        if event is None or event.statement is None:
            return {}
        queued = self.tx.outbox.by_hash(event.statement)
        found = OnChain(
            "0x" + event.statement.hex(),
            event.args["signer"],
            self.scan.chain_id or 0,
            self.scan.contract or "",
            event.block,
            moment(event.time),
            queued is not None and queued.operator_signed,
        )
        words = REPEATS_BY_LEDGER if issuer.key == LEDGER else REPEATS
        return {"description": words, "evidence": [found.evidence()]}
