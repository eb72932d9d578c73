"""What the public reads of an inspector: their track record, and who lets them speak."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ledger.domain.errors import Unknown
from ledger.domain.inspections import Authenticity
from ledger.domain.organisations import Organisation, Role
from ledger.domain.parties import COUNCIL
from ledger.domain.said import said
from ledger.domain.statements import RecordKind
from ledger.domain.track_record import Track, track_record
from ledger.services.ports import Ledger
from ledger.services.sheets_port import Desk
from ledger.services.views_of_chain import block_time, directory, final_height


@dataclass(frozen=True, slots=True)
class Inspector:
    """An inspector's public page. `results` counts final inspections by answer; `accreditors` are names."""

    organisation: Organisation
    desk: Desk
    track: Track
    results: dict[Authenticity, int]
    accreditors: tuple[str, ...]
    by_council: bool


def track_of(ledger: Ledger, party: int) -> Track:
    """A party's track record as of the final block."""
    with ledger.store.read() as tx:
        return track_record(tx.sheets.entries_of(party, final_height(tx)), party)


def inspector_of(ledger: Ledger, slug: str) -> Inspector:
    """An inspector by the name in their page's address. Raises Unknown."""
    with ledger.store.read() as tx:
        found = tx.organisations.get(slug)
        if found is None or found.slug != slug or found.role is not Role.AUTHENTICATOR or found.party is None:
            raise Unknown(said("There is no inspector of that name here. Check the address."))
        entries = tx.sheets.entries_of(found.party, final_height(tx))
        parties, now = directory(tx), block_time(ledger, tx)
        brands = [
            one.name
            for number in parties.parties
            if number != COUNCIL
            and parties.accredited(number, found.party, now)
            and (one := tx.organisations.by_party(number)) is not None
        ]
        results = Counter(
            one.facts.authenticity
            for one in entries
            if one.party == found.party and one.kind is RecordKind.INSPECTION and one.facts is not None
        )
        return Inspector(
            found,
            tx.sheets.desk(found.id),
            track_record(entries, found.party),
            dict(results),
            tuple(sorted(brands)),
            parties.accredited(COUNCIL, found.party, now),
        )
