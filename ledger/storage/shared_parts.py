"""The repositories whose answers many items share, each asked for once: see `shared`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.domain.batches import Batch
from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.lines import Line
from ledger.domain.organisations import Organisation
from ledger.services.sheets_port import Desk
from ledger.storage.batches import Batches
from ledger.storage.chain_facts import ChainFacts
from ledger.storage.lines import Lines
from ledger.storage.meta import OF_ITEMS, OFTEN, Meta
from ledger.storage.organisations import Organisations
from ledger.storage.shared import Kept, Known, Once
from ledger.storage.sheets import Sheets


class SharedLines(Lines):
    """Lines by GTIN."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection)
        self._once = Once("lines", kept)

    def gather(self, gtins: Iterable[str]) -> None:
        """Read many at once."""
        self._once.fill(gtins, self.several)

    def get(self, gtin: str) -> Line | None:
        return self._once.get(gtin, lambda: super(SharedLines, self).get(gtin))


class SharedBatches(Batches):
    """Batches by id and number."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection)
        self._once = Once("batches", kept)

    def get(self, id: str) -> Batch | None:
        return self._once.get(id, lambda: super(SharedBatches, self).get(id))

    def by_number(self, number: int) -> Batch | None:
        return self._once.get(number, lambda: super(SharedBatches, self).by_number(number))


class SharedChain(ChainFacts):
    """Blocks, and the events that speak of no single item."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection)
        self._once = Once("chain", kept)

    def batch_events(self, batch: int) -> list[ChainEvent]:
        return self._once.get(("batch", batch), lambda: super(SharedChain, self).batch_events(batch))

    def events_named(self, names: Sequence[str]) -> list[ChainEvent]:
        return self._once.get(("named", *names), lambda: super(SharedChain, self).events_named(names))

    def tip(self) -> Block | None:
        return self._once.get("tip", super().tip)

    def block(self, number: int) -> Block | None:
        return self._once.get(("block", number), lambda: super(SharedChain, self).block(number))


class SharedOrganisations(Organisations):
    """Organisations by what names them."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection)
        self._once = Once("organisations", kept)

    def get(self, name: str) -> Organisation | None:
        return self._once.get(("name", name), lambda: super(SharedOrganisations, self).get(name))

    def by_party(self, party: int) -> Organisation | None:
        return self._once.get(("party", party), lambda: super(SharedOrganisations, self).by_party(party))

    def gather(self, gtins: Iterable[str]) -> None:
        """Read who holds the prefixes of many GTINs at once."""
        self._once.fill([("gtin", gtin) for gtin in gtins], self._holders)

    def _holders(self, named: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Organisation | None]:
        found = self.prefix_holders([gtin for _, gtin in named])
        return {("gtin", gtin): holder for gtin, holder in found.items()}

    def prefix_holder(self, gtin: str) -> Organisation | None:
        return self._once.get(("gtin", gtin), lambda: super(SharedOrganisations, self).prefix_holder(gtin))


class SharedSheets(Sheets):
    """How desks are set."""

    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection)
        self._once = Once("desks", kept)

    def desk(self, organisation: str) -> Desk:
        return self._once.get(organisation, lambda: super(SharedSheets, self).desk(organisation))


class SharedMeta(Meta):
    """Facts of the installation; those that move with the clock are of each snapshot, and one came with its stamp."""

    def __init__(self, connection: Connection, known: Known) -> None:
        super().__init__(connection)
        seen = _ABSENT if known.node_seen is None else known.node_seen
        self._shared, self._now = Once("meta", known.kept), Once("meta", {("meta", "node_seen"): seen})

    def get(self, key: str, default: Any = None) -> Any:
        once = self._now if key in OFTEN or key.startswith(OF_ITEMS) else self._shared
        found = once.get(key, lambda: super(SharedMeta, self).get(key, _ABSENT))
        return default if found is _ABSENT else found


_ABSENT = object()
