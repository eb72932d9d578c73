"""What is kept beside the chain: reports, evidence, offers, counted tries, remembered answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger.domain.papers import Evidence, Remembered, Report, StoredOffer
from ledger.storage.ready import Among
from ledger.storage.tables import attempts, evidence, idempotency, offers, reports

ONLY_THE_CHAIN_CAN_TELL: Final = (func.length(offers.c.signature) != 2 + 2 * 65) & offers.c.signature.startswith("0x01")
"""As `domain.signers` has it: anybody can write such an offer, so they must not take the room of the true ones."""


_REPORTS: Final = Among(select(reports), reports.c.commitment)


class Papers:
    """Reads and writes of everything that is not derived and is not an organisation's."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_report(self, report: Report) -> None:
        """Keep a report; the same one again changes nothing."""
        if self.report(report.commitment) is None:
            self._db.execute(insert(reports).values(**{name: getattr(report, name) for name in Report.__slots__}))

    def report(self, commitment: bytes) -> Report | None:
        """By the salted hash."""
        row = self._db.execute(select(reports).where(reports.c.commitment == commitment)).first()
        return None if row is None else Report(**row._mapping)

    def reports(self, commitments: Collection[bytes]) -> list[Report]:
        """Those among some hundreds of salted hashes that we keep."""
        return [Report(**row._asdict()) for row in _REPORTS.all(self._db, commitments)]

    def add_evidence(self, new: Evidence) -> None:
        """Note a stored file; the same bytes again change nothing."""
        if self.evidence(new.sha256) is None:
            self._db.execute(insert(evidence).values(**{name: getattr(new, name) for name in Evidence.__slots__}))

    def evidence(self, sha256: str) -> Evidence | None:
        """By SHA-256."""
        row = self._db.execute(select(evidence).where(evidence.c.sha256 == sha256)).first()
        return None if row is None else Evidence(**row._mapping)

    def add_offer(self, offer: StoredOffer) -> None:
        """Keep a signed offer."""
        values = {name: getattr(offer, name) for name in StoredOffer.__slots__}
        self._db.execute(insert(offers).values(**values | {"item": offer.item.to_bytes(32, "big")}))

    def offer(self, id: str) -> StoredOffer | None:
        """By id."""
        row = self._db.execute(select(offers).where(offers.c.id == id)).first()
        return None if row is None else offer_of(row._mapping)

    def offer_by_hash(self, hash: bytes) -> StoredOffer | None:
        """By struct hash."""
        row = self._db.execute(select(offers).where(offers.c.hash == hash)).first()
        return None if row is None else offer_of(row._mapping)

    def open_offers(self, item: int, now: int) -> list[StoredOffer]:
        """Offers of an item that have not expired, newest first, those that may be anybody's last (at most 20)."""
        query = (
            select(offers)
            .where(offers.c.item == item.to_bytes(32, "big"), offers.c.expires_at > now)
            .order_by(ONLY_THE_CHAIN_CAN_TELL, offers.c.id.desc())
            .limit(20)
        )
        return [offer_of(row._mapping) for row in self._db.execute(query)]

    def drop_offer(self, id: str) -> None:
        """Forget an offer."""
        self._db.execute(delete(offers).where(offers.c.id == id))

    def change_offer(self, id: str, **values: Any) -> None:
        """Set columns of an offer."""
        self._db.execute(update(offers).where(offers.c.id == id).values(**values))

    def tries(self, subject: str) -> tuple[int, int]:
        """How many tries were counted for a subject, and since when."""
        row = self._db.execute(select(attempts.c.count, attempts.c.since).where(attempts.c.subject == subject)).first()
        return (0, 0) if row is None else (row[0], row[1])

    def set_tries(self, subject: str, count: int, since: int) -> None:
        """Keep a count of tries; 0 forgets it."""
        self._db.execute(delete(attempts).where(attempts.c.subject == subject))
        if count:
            self._db.execute(insert(attempts).values(subject=subject, count=count, since=since))

    def remembered(self, organisation: str, key: str) -> Remembered | None:
        """The answer kept under an idempotency key."""
        row = self._db.execute(
            select(idempotency).where(idempotency.c.organisation == organisation, idempotency.c.key == key)
        ).first()
        if row is None:
            return None
        return Remembered(row.fingerprint, row.status, row.body, row.headers, row.created_at)

    def remember(self, organisation: str, key: str, fingerprint: bytes, at: int) -> None:
        """Note that a request under this key is at work."""
        self._db.execute(
            insert(idempotency).values(organisation=organisation, key=key, fingerprint=fingerprint, created_at=at)
        )

    def answer(self, organisation: str, key: str, status: int, body: str, headers: dict[str, str]) -> None:
        """Keep the answer for whoever asks again."""
        self._db.execute(
            update(idempotency)
            .where(idempotency.c.organisation == organisation, idempotency.c.key == key)
            .values(status=status, body=body, headers=headers)
        )

    def forget(self, organisation: str, key: str) -> None:
        """Free an idempotency key whose request kept nothing."""
        self._db.execute(
            delete(idempotency).where(idempotency.c.organisation == organisation, idempotency.c.key == key)
        )

    def forget_before(self, at: int) -> None:
        """Free idempotency keys older than `at`."""
        self._db.execute(delete(idempotency).where(idempotency.c.created_at < at))


def offer_of(row: Any) -> StoredOffer:
    """A row of `offers`."""
    return StoredOffer(**dict(row) | {"item": int.from_bytes(row["item"], "big")})
