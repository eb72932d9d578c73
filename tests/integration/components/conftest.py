"""A brand whose watches have parts with serials, an inspector, a repairer, and a real chain, on both databases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from ledger.domain.components import Seen
from ledger.domain.components_history import Answer
from ledger.domain.organisations import Caller, Role
from ledger.domain.statements import Kind, MarkKind
from ledger.services.components_check import check_parts
from ledger.services.components_replace import replacement
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.record_inspection import record, withdrawal
from tests.web.stage import GTIN, Stage, on_each_database


@dataclass(slots=True)
class Watches:
    """The stage, and the few things that are done to watches on it."""

    stage: Stage
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def name(self) -> str:
        """A serial that no item has yet."""
        return f"WATCH-{next(self._numbers)}"

    def add(self, *watches: Mapping[str, str]) -> list[str]:
        """Watches on the chain, with serials of their parts by name; their serials."""
        names = [self.name() for _ in watches]
        rows = [
            {"serial": name, **{f"part.{part}": serial for part, serial in one.items()}}
            for name, one in zip(names, watches, strict=True)
        ]
        self.stage.register(rows)
        return names

    def caller(self, slug: str) -> Caller:
        return operator_as(self.stage.ledger, slug)

    def ask(self, watch: str, part: str, serial: str, slug: str = "luxcheck") -> Answer:
        return check_parts(self.stage.ledger, self.caller(slug), GTIN, watch, [Seen(part, serial)]).answers[0]

    def found(self, watch: str, part: str, serial: str, slug: str = "luxcheck") -> str:
        return self.ask(watch, part, serial, slug).found.value

    def fit(self, watch: str, part: str, serial: str, slug: str = "atelier") -> int:
        """A service that puts in a part, on the chain; its number."""
        ledger, caller = self.stage.ledger, self.caller(slug)
        finding = replacement(ledger, caller, GTIN, watch, Seen(part, serial), {"basis": "Worn out."})
        queued = record(ledger, caller, finding)
        self.stage.follow()
        nonce = queued.statement.nonce
        assert nonce is not None
        return nonce

    def take_back(self, watch: str, number: int, why: object, slug: str = "atelier") -> None:
        record(self.stage.ledger, self.caller(slug), withdrawal(GTIN, watch, number, why, {}))  # type: ignore[arg-type]
        self.stage.follow()

    def mark(self, watch: str, kind: MarkKind, *, follow: bool = True) -> None:
        with self.stage.ledger.store.read() as tx:
            item = tx.batches.find(GTIN, watch)[0].item
        sign_and_submit(self.stage.ledger, self.stage.brand, Kind.MARK, {"kind": int(kind), "subject": item})
        if follow:
            self.stage.follow()

    def retire(self, watch: str) -> None:
        sign_and_submit(self.stage.ledger, self.stage.brand, Kind.RETIRE, {"gtin": GTIN, "serial": watch})
        self.stage.follow()


def with_repairer(stage: Stage) -> Watches:
    """A stage with an accredited repairer, and a brand that has nothing to do with it."""
    add_organisation(stage.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
    add_organisation(stage.ledger, slug="stranger", name="Stranger", role=Role.REPAIRER, domain="stranger.example")
    add_organisation(
        stage.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952999"]
    )
    stage.follow()
    party = operator_as(stage.ledger, "atelier").organisation.party
    sign_and_submit(stage.ledger, stage.brand, Kind.ACCREDIT, {"party": party})
    stage.follow()
    return Watches(stage)


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def watches(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watches]:
    with on_each_database(request, tmp_path_factory.mktemp("parts")) as stage:
        yield with_repairer(stage)


def rows(names: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a file for items without parts."""
    return [{"serial": name} for name in names]
