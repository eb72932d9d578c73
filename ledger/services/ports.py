"""What the use cases need of the world, handed to them as one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeVar

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.errors import Unavailable
from ledger.domain.ids import Rising, new_id
from ledger.domain.openings import Opening
from ledger.domain.statements import Domain, Keccak
from ledger.services.asks_port import Asks
from ledger.services.audits_port import Audits
from ledger.services.components_port import Components
from ledger.services.credentials_port import Credentials
from ledger.services.desk.cases_port import Cases
from ledger.services.desk.designs_port import Designs
from ledger.services.desk.listings_port import Listings
from ledger.services.desk.look_ups_port import LookUps
from ledger.services.desk.orders_port import Orders
from ledger.services.desk.rights_port import Rights
from ledger.services.desk.sellers_port import Clues, Sellers
from ledger.services.desk.signals_port import Signals
from ledger.services.desk.stolen_port import Stolen
from ledger.services.desk.watches_port import Watches
from ledger.services.desk_log_port import DeskLog
from ledger.services.epcis_port import Epcis
from ledger.services.exits_port import Exits
from ledger.services.facts_port import ChainFacts, Meta, Papers
from ledger.services.joining_port import Joining, Shop
from ledger.services.lines_port import Lines
from ledger.services.mails_port import Mails
from ledger.services.many_port import Many
from ledger.services.people_port import Errands, People
from ledger.services.proofs_port import ProvenBlocks, Prover
from ledger.services.proposals_port import Proposals
from ledger.services.scans_port import Scans
from ledger.services.sheets_port import Sheets
from ledger.services.stock_port import Stock
from ledger.services.tables_port import Batches, Imports, Organisations, Outbox
from ledger.services.tags_port import Tags
from ledger.services.watching_port import Watching
from ledger.services.webhooks_port import Webhooks

T = TypeVar("T")


class Tx(Protocol):
    """One open database transaction, and the tables seen through it by concern."""

    @property
    def organisations(self) -> Organisations: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def batches(self) -> Batches: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def chain(self) -> ChainFacts: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def meta(self) -> Meta: ...
    @property
    def many(self) -> Many: ...
    @property
    def audits(self) -> Audits: ...
    @property
    def people(self) -> People: ...
    @property
    def epcis(self) -> Epcis: ...
    @property
    def errands(self) -> Errands: ...
    @property
    def asks(self) -> Asks: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def lines(self) -> Lines: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def scans(self) -> Scans: ...
    @property
    def sheets(self) -> Sheets: ...
    @property
    def watching(self) -> Watching: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def joining(self) -> Joining: ...
    @property
    def proposals(self) -> Proposals: ...
    @property
    def proven_blocks(self) -> ProvenBlocks: ...
    @property
    def exits(self) -> Exits: ...
    @property
    def shop(self) -> Shop: ...
    @property
    def stock(self) -> Stock: ...
    @property
    def components(self) -> Components: ...
    @property
    def tags(self) -> Tags: ...
    @property
    def sellers(self) -> Sellers: ...
    @property
    def clues(self) -> Clues: ...
    @property
    def desk_log(self) -> DeskLog: ...
    @property
    def listings(self) -> Listings: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def watches(self) -> Watches: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def stolen(self) -> Stolen: ...
    @property
    def rights(self) -> Rights: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def look_ups(self) -> LookUps: ...
    @property
    def designs(self) -> Designs: ...

    def gathered(self, pairs: Sequence[tuple[str, str]], now: int) -> Tx:
        """The same snapshot to read from, with everything about these items, as (gtin, serial), read at once."""
        ...

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """What `make` makes of what is no single item's; a gathered snapshot keeps it while nothing of that changes."""
        ...


class Store(Protocol):
    """The database."""

    def close(self) -> None:
        """Let the connections go."""
        ...

    def stamp(self) -> tuple[int, int, int | None]:
        """Two numbers that are as before while nothing was written that an answer to a scan could rest on.

        The first of what many items share, the second of single items; and when a node was last heard from.
        """
        ...

    def read(self) -> AbstractContextManager[Tx]:
        """A snapshot to read from."""
        ...

    def write(self) -> AbstractContextManager[Tx]:
        """All or nothing."""
        ...

    def commits(self) -> int:
        """How many changes the present thread has kept so far, or may have kept without hearing of it."""
        ...


class Files(Protocol):
    """Files by name on shelves."""

    def path(self, shelf: str, name: str) -> Path: ...
    def read(self, shelf: str, name: str) -> bytes: ...
    def has(self, shelf: str, name: str) -> bool: ...
    def names(self, shelf: str) -> list[str]: ...
    def add(self, shelf: str, content: bytes) -> str: ...
    def take(self, shelf: str, stream: BinaryIO, limit: int) -> tuple[str, int]: ...
    def writing(self, shelf: str, name: str) -> AbstractContextManager[BinaryIO]: ...
    def rename(self, shelf: str, name: str, new: str) -> None: ...
    def remove(self, shelf: str, name: str) -> None: ...
    def sweep(self, before: float) -> int: ...


class Vault(Protocol):
    """Secrets at rest."""

    def derive(self, purpose: str) -> bytes: ...
    def seal(self, plain: bytes, purpose: str) -> bytes: ...
    def open(self, sealed: bytes, purpose: str) -> bytes: ...
    def new_key(self) -> tuple[str, dict[str, Any]]: ...
    def open_key(self, keystore: dict[str, Any]) -> bytes: ...


class Signing(Protocol):
    """Elliptic curves."""

    def sign(self, private_key: bytes, digest: bytes) -> bytes: ...
    def signer_of(self, digest: bytes, signature: bytes) -> str | None: ...
    def claimed_wallet(self, signature: bytes) -> str | None: ...
    def address_of(self, private_key: bytes) -> str: ...
    def passkey_address(self, x: bytes, y: bytes, blind: bytes) -> str: ...


class Chain(Protocol):
    """A node. Every method that asks it raises Unavailable where it does not answer."""

    def check(self) -> None: ...
    def tip(self) -> Block: ...
    def block(self, number: int) -> Block | None: ...
    def events_of(self, block: Block) -> list[ChainEvent]: ...
    def history(self, first: int, last: int) -> Iterator[tuple[list[Block], list[ChainEvent]]]: ...
    def final_height(self) -> int | None: ...
    def nonce(self, address: str, at: Block | None) -> int: ...
    def fee(self) -> tuple[int, int]: ...
    def send(self, raws: Sequence[bytes], *, ask: bool = True) -> list[bool]: ...

    def sign_transaction(
        self, key: bytes, *, nonce: int, data: bytes, gas: int, fee: tuple[int, int]
    ) -> tuple[bytes, bytes]: ...
    def reprice(self, key: bytes, raw: bytes, fee: tuple[int, int]) -> tuple[bytes, bytes]: ...
    def bundle_data(self, calls: Sequence[tuple[int, bytes, bytes, Sequence[bytes]]]) -> bytes: ...
    def call_data(self, function: str, args: Sequence[Any]) -> bytes: ...


@contextmanager
def _no_prover() -> Iterator[Prover]:
    raise Unavailable("No node is configured that could show the state of the chain.")
    yield


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that an operator may set."""

    upload_bytes: int = 256 * 1024 * 1024
    evidence_bytes: int = 15 * 1024 * 1024
    private_webhooks: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything a use case may touch. Built once, by `bootstrap`."""

    store: Store
    files: Files
    vault: Vault
    signing: Signing
    keccak: Keccak
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    explain: Callable[[bytes], tuple[str, str]]
    """Names the error in a Refused event's reason, and puts it in words."""
    encode_opening: Callable[[Opening], bytes]
    public_url: str
    limits: Limits = Limits()
    rewritable_by: Literal["operator", "validators", "public"] = "operator"
    """Who could rewrite the chain: said in every answer that rests on it."""
    prover: Callable[[], AbstractContextManager[Prover]] = _no_prover
    """Opens a node that can show state, for passports. Raises Unavailable where there is none."""
    sign_url: str = "http://sign.localhost:8000"
    """Origin of the signing page; its host is the passkeys' relying party (WebAuthn Level 3, 5.1.2)."""
    rising: Rising = field(default_factory=Rising)

    def now(self) -> int:
        """Whole seconds since 1970."""
        return int(self.clock())

    def new_id(self, prefix: str) -> str:
        """A fresh name that sorts after the ones before it."""
        return new_id(prefix, self.rising.at(self.clock()), self.random)

    def domain(self, tx: Tx) -> Domain:
        """The contract that signatures are for. Raises Unavailable before it is deployed."""
        deployed = tx.meta.get("deployment")
        if deployed is None:
            raise Unavailable("The ledger's contract is not deployed yet. Start the worker, then try again.")
        return Domain(deployed["chain_id"], deployed["contract"])
