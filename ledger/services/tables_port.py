"""What the use cases ask of the tables of organisations, imports, batches and the outbox; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from ledger.domain.batches import Amendment, Batch, Item, MadeItem
from ledger.domain.imports import Import, Job, RowFault
from ledger.domain.organisations import ApiKey, Organisation
from ledger.domain.outbox import OperatorAct, Queued, SentTransaction, Signed


class Organisations(Protocol):
    """Reads and writes of organisations and their keys."""

    def add(self, organisation: Organisation, keystore: dict[str, Any] | None, owned: Iterable[str]) -> None:
        """Keep a new organisation, its encrypted signing key if the operator holds it, and its prefixes."""
        ...

    def get(self, name: str) -> Organisation | None:
        """By id or slug."""
        ...

    def by_party(self, party: int) -> Organisation | None:
        """By number on the chain."""
        ...

    def all(self) -> list[Organisation]:
        """Every organisation, by name."""
        ...

    def set_party(self, id: str, party: int | None) -> None:
        """Note the number the chain gave it."""
        ...

    def lock(self, id: str) -> None:
        """Hold the organisation's row until the transaction ends, so that numbers are given out one at a time."""
        ...

    def keystore(self, id: str) -> dict[str, Any] | None:
        """The encrypted signing key (Web3 Secret Storage), if the operator keeps it."""
        ...

    def prefixes(self, id: str) -> list[str]:
        """The GS1 company prefixes it holds."""
        ...

    def prefix_holder(self, gtin: str) -> Organisation | None:
        """Who holds the longest prefix of a GTIN-14 (after its indicator digit)."""
        ...

    def prefix_holders(self, gtins: Collection[str]) -> dict[str, Organisation | None]:
        """The same of many, by GTIN."""
        ...

    def prefixes_within(self, prefix: str) -> list[Organisation]:
        """Who holds a longer prefix that begins with this one (at most 10)."""
        ...

    def add_api_key(self, key: ApiKey, hash: bytes) -> None:
        """Keep a key's hash; the secret itself is never stored."""
        ...

    def api_key(self, hash: bytes) -> ApiKey | None:
        """The key in force with this hash."""
        ...

    def api_key_in_force(self, id: str) -> ApiKey | None:
        """The key of this id, unless it was ended."""
        ...

    def api_keys(self, organisation: str) -> list[ApiKey]:
        """All keys of an organisation, newest first."""
        ...

    def revoke_api_key(self, organisation: str, id: str, at: int) -> bool:
        """End a key; False where the organisation has no such key in force."""
        ...


class Imports(Protocol):
    """Reads and writes of imports and jobs."""

    def add(self, new: Import) -> None:
        """Keep a new import."""
        ...

    def get(self, id: str) -> Import | None:
        """By id."""
        ...

    def by_file(self, organisation: str, sha256: str) -> Import | None:
        """The organisation's import of exactly these bytes."""
        ...

    def of_batch(self, batch_id: str) -> list[Import]:
        """The imports that a batch was made from."""
        ...

    def page(self, organisation: str, before: str | None, limit: int) -> list[Import]:
        """Newest first, older than the cursor."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of an import."""
        ...

    def replace_faults(self, id: str, faults: Sequence[RowFault]) -> None:
        """Keep what the newest dry run found, instead of an earlier one's findings."""
        ...

    def faults(self, id: str, after: int, limit: int) -> list[tuple[int, RowFault]]:
        """Faults in file order with their positions, from beyond the cursor."""
        ...

    def add_job(self, job: Job) -> None:
        """Queue a job; one that exists for the same subject is queued again from the start."""
        ...

    def job(self, kind: str, subject: str) -> Job | None:
        """The job of a kind on a subject."""
        ...

    def job_waits(self, abandoned_before: int) -> bool:
        """Whether there is a job to take."""
        ...

    def take_job(self, now: int, abandoned_before: int) -> Job | None:
        """The oldest job that waits, or that its worker has left without a beat since `abandoned_before`."""
        ...

    def take_job_of(self, kind: str, subject: str, now: int, abandoned_before: int) -> Job | None:
        """The job on one subject, if it waits or was left without a beat since `abandoned_before`."""
        ...

    def change_job(self, id: str, **values: Any) -> None:
        """Set columns of a job."""
        ...


class Batches(Protocol):
    """Reads and writes of batches and items. Items of a batch that is not ready are not seen by readers."""

    def add(self, batch: Batch) -> None:
        """Keep a new batch."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a batch."""
        ...

    def get(self, id: str) -> Batch | None:
        """By id."""
        ...

    def by_number(self, number: int) -> Batch | None:
        """By number on the chain."""
        ...

    def page(self, organisation: str, before: str | None, limit: int) -> list[Batch]:
        """Newest first, older than the cursor."""
        ...

    def by_public_file(self, sha256: str) -> Batch | None:
        """By the name of its public manifest."""
        ...

    def highest_number(self, brand: int) -> int:
        """The highest number allotted to a brand's batches, 0 where none is."""
        ...

    def insert_made(self, batch_id: str, first: int, made: Sequence[MadeItem]) -> None:
        """Items of a batch in order, the first of them at position `first`; their fields are JSON already."""
        ...

    def drop_items(self, batch_id: str) -> None:
        """Forget the items of a batch whose making was cut short."""
        ...

    def item(self, item: int) -> Item | None:
        """By item id."""
        ...

    def find(self, gtin: str, serial: str) -> list[Item]:
        """Every listing of a GTIN and serial; more than one only where brands quarrel over a GTIN."""
        ...

    def find_serial(self, serial: str) -> list[Item]:
        """Items with exactly this serial, of any GTIN (at most 10)."""
        ...

    def find_serials(self, serials: Iterable[str]) -> dict[str, list[Item]]:
        """The same of many, by serial; without those that no item has."""
        ...

    def items_named(self, items_: Iterable[int]) -> dict[int, Item]:
        """Items by id; without those that are none."""
        ...

    def existing(self, pairs: Iterable[tuple[str, str]], organisation: str) -> set[tuple[str, str]]:
        """Which (gtin, serial) pairs the organisation has listed already."""
        ...

    def items_page(self, batch_id: str, after: int, limit: int) -> list[Item]:
        """A batch's items in order, from beyond a position."""
        ...

    def own_items(
        self, organisation: str, *, batch_id: str | None = None, starts: str = "", after: str = "", limit: int = 50
    ) -> list[Item]:
        """An organisation's items by serial, those that begin so and come after the cursor (serial and item)."""
        ...

    def on_sale(self, wanted: Sequence[int]) -> dict[int, int]:
        """Of some items (at most a page), those that are on sale, and since when."""
        ...

    def totals(self, organisation: str) -> tuple[int, int, int]:
        """How many batches an organisation has, how many items in those that are ready, how many on sale."""
        ...

    def activate(self, names: Sequence[bytes], organisation: str, at: int) -> int:
        """Put items on sale; those that were already are left as they are. Returns how many are new."""
        ...

    def activate_batch(self, batch_id: str, organisation: str, at: int) -> None:
        """Put every item of a batch on sale; those that were already are left as they are."""
        ...

    def on_sale_at(self, item: int) -> int | None:
        """When an item was put on sale, None while it was not."""
        ...

    def newest_on_sale(self) -> Item | None:
        """The item put on sale last."""
        ...

    def add_amendment(self, new: Amendment) -> None:
        """Keep a later description of an item."""
        ...

    def amendments(self, item: int) -> list[Amendment]:
        """An item's later descriptions, oldest first, whether or not the chain has them (at most 100)."""
        ...

    def amendments_of(self, batch_id: str) -> list[Amendment]:
        """Every later description of a batch's items."""
        ...


class Outbox(Protocol):
    """Reads and writes of what waits to be on the chain, and of what we did about it."""

    def add(self, queued: Queued) -> None:
        """Keep a signed statement."""
        ...

    def get(self, id: str) -> Queued | None:
        """By id."""
        ...

    def by_hash(self, hash: bytes) -> Queued | None:
        """By struct hash."""
        ...

    def signed(self, hash: bytes) -> Signed | None:
        """How the statement of that struct hash was signed, where we keep it."""
        ...

    def page(self, organisation: str, before: str | None, limit: int) -> list[Queued]:
        """An organisation's statements, newest first, older than the cursor."""
        ...

    def of_item(self, item: int, limit: int = 50) -> list[Queued]:
        """An item's statements that are vouched for and not settled, oldest first."""
        ...

    def of_batch(self, batch: int) -> list[Queued]:
        """A batch's own statements that are vouched for and not settled, oldest first."""
        ...

    def unsettled(self, now: int, limit: int) -> list[Queued]:
        """Statements that may have something left to be done: those never looked at first, each kind oldest first.

        What a block of ours has accepted is not among them: nothing is to be done there while that block stands.
        """
        ...

    def settle_accepted(self, final: int) -> None:
        """Mark all that was accepted at or below the final height as needing nothing more."""
        ...

    def waiting(self) -> tuple[int, int | None]:
        """How many statements are not settled, and when the oldest of them came."""
        ...

    def more_wait(self, than: int) -> bool:
        """Whether more statements than that are not settled."""
        ...

    def settle(self, ids: Sequence[str], *, settled: bool = True) -> None:
        """Mark statements as needing nothing more (final, or refused for good), or needing it again."""
        ...

    def look_again(self, ids: Sequence[str], at: int) -> None:
        """Leave statements alone until `at`."""
        ...

    def accepted_due(self, now: int) -> bool:
        """Whether any that a block of ours has accepted is among those that are looked at now."""
        ...

    def leave_accepted(self, now: int, until: int) -> None:
        """Leave alone until then what a block of ours has accepted: nothing is to be done there while it stands."""
        ...

    def wake(self) -> None:
        """Look at once at all that was left alone: blocks that had accepted some of it are gone."""
        ...

    def postpone(self, id: str, tries: int, next_try_at: int) -> None:
        """Note a try that came to nothing, and when the next is due."""
        ...

    def nonce_promised(self, party: int, nonce: int) -> bool:
        """Whether a statement that is known to be the party's was taken with this nonce before."""
        ...

    def sign_anew(self, id: str, signatures: Sequence[bytes], signer: str | None, tries: int) -> None:
        """Put other signatures under a statement that was tried `tries` times, and send it at once."""
        ...

    def highest_nonce(self, party: int) -> int:
        """The highest nonce in a statement of the outbox that is known to be the party's, -1 where there is none."""
        ...

    def add_act(self, act: OperatorAct) -> None:
        """Keep an act of the contract's owner."""
        ...

    def open_acts(self) -> list[OperatorAct]:
        """Acts not yet known to be final, oldest first."""
        ...

    def settle_act(self, id: str) -> None:
        """Mark an act as needing nothing more."""
        ...

    def add_transaction(self, sent: SentTransaction, carried: Sequence[str]) -> None:
        """Keep a signed transaction and what it carries, before it is broadcast."""
        ...

    def transactions_from(self, sender: str, nonce: int) -> list[SentTransaction]:
        """A sender's transactions from a nonce up, replacements last."""
        ...

    def highest_sent(self, sender: str) -> int | None:
        """The highest nonce among a sender's kept transactions."""
        ...

    def transactions_of_act(self, act: str) -> list[SentTransaction]:
        """Every attempt at an operator's act."""
        ...

    def carried_by(self, transaction: bytes) -> list[str]:
        """The statements a transaction carries, in order."""
        ...

    def carriers_of(self, ids: Sequence[str]) -> dict[str, list[tuple[SentTransaction, int]]]:
        """For each statement, the transactions that carried it with its place in them, newest nonce last."""
        ...
