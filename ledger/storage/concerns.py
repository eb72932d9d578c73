"""Every table seen through one open transaction, by concern."""

from __future__ import annotations

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
    """The repositories over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.organisations = Organisations(connection)
        self.imports = Imports(connection)
        self.batches = Batches(connection)
        self.outbox = Outbox(connection)
        self.chain = ChainFacts(connection)
        self.papers = Papers(connection)
        self.meta = Meta(connection)
        self.many = Many(connection)
        self.audits = Audits(connection)
        self.people = People(connection)
        self.epcis = Epcis(connection)
        self.errands = Errands(connection)
        self.asks = Asks(connection)
        self.credentials = Credentials(connection)
        self.lines = Lines(connection)
        self.mails = Mails(connection)
        self.scans = Scans(connection)
        self.sheets = Sheets(connection)
        self.watching = Watching(connection)
        self.webhooks = Webhooks(connection)
        self.joining = Joining(connection)
        self.proposals = Proposals(connection)
        self.proven_blocks = ProvenBlocks(connection)
        self.exits = Exits(connection)
        self.shop = Shop(connection)
        self.stock = Stock(connection)
        self.components = Components(connection)
        self.tags = Tags(connection)
        self.sellers = Sellers(connection)
        self.clues = Clues(connection)
        self.desk_log = DeskLog(connection)
        self.cases = Cases(connection)
        self.watches = Watches(connection)
        self.signals = Signals(connection)
        self.stolen = Stolen(connection)
        self.rights = Rights(connection)
        self.orders = Orders(connection)
        self.look_ups = LookUps(connection)
        self.designs = Designs(connection)
        self.listings = Listings(connection)
