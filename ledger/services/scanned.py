"""What a scan answers with: the facts, the verdict over them, and what the page lists beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from ledger.domain.epcis_told import Shown as Told
from ledger.domain.inspections import Authenticity, InspectionFacts
from ledger.domain.lines import Line
from ledger.domain.standing import Standing
from ledger.domain.standing_facts import Facts, Undone
from ledger.domain.statements import RecordKind
from ledger.services.views_of_chain import Listed

NEWEST: Final = 20
"""As many records as an answer lists unless more are asked for."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One inspection or service, as the page lists it."""

    kind: RecordKind
    by: str
    on: date
    recorded_at: datetime
    final: bool
    facts: InspectionFacts | None
    code: int
    nonce: int
    about: int
    report: Mapping[str, Any] | None
    evidence: Sequence[str]
    operator_signed: bool
    undone: Undone
    party: int = 0
    signer: str | None = None
    """The key that signed it."""
    by_person: bool = False
    """Whether a person signed it with a passkey of their own, as far as we know."""
    inspector: str = ""
    """The name that this person shows, empty where they show none."""
    place: str = ""
    part: str = ""
    """The part that a service replaced, empty where it names none."""
    slug: str = ""
    """What the organisation's public page is called, empty for one that has none."""
    statement: bytes | None = None
    """The hash of the statement that says it."""
    accepted: bool = False
    """Whether it stands in a block."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, with its block."""

    at: datetime
    name: str
    args: Mapping[str, Any]
    block: int
    final: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an answer on its page, and what no answer rests on."""

    line: Line | None
    """The catalogue's entry of the model, without the brand's own note."""
    told: tuple[Told, ...]
    """What others have told of the item by capture, oldest first."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The answer to a scan."""

    facts: Facts
    standing: Standing
    gtin: str | None = None
    serial: str | None = None
    subject: Listed | None = None
    public_fields: Mapping[str, Any] | None = None
    """What the record shows to everyone, as last amended."""
    amended: bool = False
    """Whether the brand has changed the description of the item or of its batch."""
    earlier_fields: tuple[Mapping[str, Any], ...] = ()
    """What it showed before, oldest first."""
    parts: tuple[str, ...] = ()
    """The parts whose serials the record holds: their names alone are anybody's to know."""
    timeline: tuple[TimelineEntry, ...] = ()
    records: tuple[Recorded, ...] = ()
    left_out: int = 0
    """How many older services are not among the records, where only the newest were asked for."""
    newest: int | None = None
    """How many records are to be listed at least; None for all of them."""
    head: str | None = None
    contract: str | None = None
    chain_id: int | None = None
    tag_answers: Mapping[bytes, int] = field(default_factory=dict)
    """When the item's tag answered at handovers, in seconds since 1970, by their offers' hashes."""
    beside: Beside | None = None
    """None where it was not asked for: of many at once, of a model, of a code without an item."""
    on_sale_at: datetime | None = None
    """When the brand put it on sale; None where it was not, or where only its first owner shows that it was."""

    @property
    def listed(self) -> tuple[Recorded, ...]:
        """The records to list: of very many the newest, and every one that says "not genuine"."""
        first = 0 if self.newest is None else max(0, len(self.records) - self.newest)
        older = (one for one in self.records[:first] if one.facts is not None)
        grave = (one for one in older if one.facts and one.facts.authenticity is Authenticity.NOT_GENUINE)
        return (*grave, *self.records[first:])
