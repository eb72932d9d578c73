"""Every table seen through one open transaction, by concern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_type_hints

from sqlalchemy import Connection

from ledger.storage.asks import Asks
from ledger.storage.audits import Audits
from ledger.storage.batches import Batches
from ledger.storage.chain_facts import ChainFacts
from ledger.storage.components import Components
from ledger.storage.credentials import Credentials
from ledger.storage.desk_cases import Cases
from ledger.storage.desk_designs import Designs
from ledger.storage.desk_listings import Listings
from ledger.storage.desk_log import DeskLog
from ledger.storage.desk_look_ups import LookUps
from ledger.storage.desk_orders import Orders
from ledger.storage.desk_rights import Rights
from ledger.storage.desk_sellers import Clues, Sellers
from ledger.storage.desk_signals import Signals
from ledger.storage.desk_stolen import Stolen
from ledger.storage.desk_watches import Watches
from ledger.storage.epcis import Epcis
from ledger.storage.errands import Errands
from ledger.storage.exits import Exits
from ledger.storage.imports import Imports
from ledger.storage.joining import Joining, Shop
from ledger.storage.lines import Lines
from ledger.storage.mails import Mails
from ledger.storage.many import Many
from ledger.storage.meta import Meta
from ledger.storage.organisations import Organisations
from ledger.storage.outbox import Outbox
from ledger.storage.papers import Papers
from ledger.storage.people import People
from ledger.storage.proposals import Proposals
from ledger.storage.proven_blocks import ProvenBlocks
from ledger.storage.scans import Scans
from ledger.storage.sheets import Sheets
from ledger.storage.stock import Stock
from ledger.storage.tags import Tags
from ledger.storage.watching import Watching
from ledger.storage.webhooks import Webhooks


class Tables:
    """The repositories over one connection, each made when it is first asked for: most transactions need few."""

    connection: Connection
    organisations: Organisations
    imports: Imports
    batches: Batches
    outbox: Outbox
    chain: ChainFacts
    papers: Papers
    meta: Meta
    many: Many
    audits: Audits
    people: People
    epcis: Epcis
    errands: Errands
    asks: Asks
    credentials: Credentials
    lines: Lines
    mails: Mails
    scans: Scans
    sheets: Sheets
    watching: Watching
    webhooks: Webhooks
    joining: Joining
    proposals: Proposals
    proven_blocks: ProvenBlocks
    exits: Exits
    shop: Shop
    stock: Stock
    components: Components
    tags: Tags
    sellers: Sellers
    clues: Clues
    desk_log: DeskLog
    cases: Cases
    watches: Watches
    signals: Signals
    stolen: Stolen
    rights: Rights
    orders: Orders
    look_ups: LookUps
    designs: Designs
    listings: Listings

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # Not for the type checker, which then finds out who asks for what there is not.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kind = _KINDS.get(name)
            if kind is None:
                raise AttributeError(name)
            found = self.__dict__[name] = kind(self.connection)
            return found


_KINDS: Final = {name: kind for name, kind in get_type_hints(Tables).items() if name != "connection"}
