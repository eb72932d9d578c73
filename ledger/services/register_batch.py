"""From confirmed rows to one registration: records, claim codes, leaves, tree, manifest; cards; then the statement.

1. `prepare` makes serials, codes and commitments for every ready row and keeps them; nothing is public yet.
2. The claim cards are downloaded, and the download confirmed by its SHA-256: only then the codes are destroyed.
3. The registration is signed and queued. Where the operator does not keep the brand's key, it is drafted.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from ledger.domain.batches import Batch, Item
from ledger.domain.claim_codes import HALF_BYTES, claim_private_key, make_code
from ledger.domain.errors import Conflict, Invalid, LedgerError, Unavailable, Unknown
from ledger.domain.fields import FIELDS, jcs
from ledger.domain.identity import digital_link, item_id, path, path_hash
from ledger.domain.imports import Import
from ledger.domain.merkle import Tree, leaf
from ledger.domain.organisations import Caller, Scope
from ledger.domain.outbox import Queued
from ledger.domain.records import RecordHasher
from ledger.domain.serials import make_serial
from ledger.domain.statements import Kind, Statement
from ledger.files.claim_cards import MAX_CARDS, ClaimCard, write_claim_cards
from ledger.files.exports import write_csv
from ledger.files.item_rows import Ready
from ledger.files.sealed import read_sealed, write_sealed
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.import_items import import_of_batch, outcomes
from ledger.services.kept_keys import queue_signed
from ledger.services.open_item import TREES
from ledger.services.ports import Ledger, Tx
from ledger.services.submit_statement import queue
from ledger.services.views_of_chain import directory

CARDS, MANIFESTS = "cards", "manifests"
_CHUNK = 2_000
_HALF_INFO = b"touchmark/activation/1"

Progress = Callable[[int], None]


def activation_half(secret: bytes, item: int) -> bytes:
    """The half of the claim key that is released when the item goes on sale; 16 bytes, from the batch's secret."""
    return hmac.digest(secret, _HALF_INFO + item.to_bytes(32, "big"), "sha256")[:HALF_BYTES]


def prepare(ledger: Ledger, batch_id: str, on_progress: Progress | None = None) -> Batch:
    """Make everything the batch needs, from the import's file. Cut short, it starts again from nothing.

    Raises Unavailable where another worker has begun the same batch since, or is at some of the same items.
    """
    secret = ledger.random(32)
    sealed = ledger.vault.seal(secret, f"batch/{batch_id}")
    with ledger.store.write() as tx:
        batch = tx.batches.get(batch_id)
        if batch is None:
            raise Unknown("There is no such batch.")
        if batch.ready:
            return batch
        tx.batches.drop_items(batch_id)
        # Who began last goes on: the secret kept here is theirs.
        tx.batches.change(batch_id, secret=sealed)
        source = import_of_batch(tx, batch)
    try:
        return _prepare(ledger, batch, source, secret, sealed, on_progress)
    except Unavailable:
        raise
    except LedgerError:
        # What is left of it would stand in the way of the next file with the same items.
        with ledger.store.write() as tx:
            _expect_ours(tx, batch_id, sealed)
            tx.batches.drop_items(batch_id)
        raise


def _expect_ours(tx: Tx, batch_id: str, sealed: bytes) -> None:
    now = tx.batches.get(batch_id)
    if now is None or now.ready or now.secret != sealed:
        raise Unavailable("Another worker is making this batch ready.")


def _prepare(
    ledger: Ledger, batch: Batch, source: Import, secret: bytes, sealed: bytes, on_progress: Progress | None
) -> Batch:
    batch_id = batch.id
    maker = _Maker(ledger, batch, secret, sealed)
    with outcomes(ledger, source) as rows:
        ready = (row for row in rows if isinstance(row, Ready))
        with ledger.files.writing(CARDS, batch.id) as cards:
            write_sealed(cards, ledger.vault, f"cards/{batch.id}", maker.codes(ready, on_progress))
    if not maker.leaves:
        raise Conflict("All rows of this file have been registered meanwhile; there is nothing left to do.")
    tree = Tree(maker.leaves, ledger.keccak)
    with ledger.files.writing(TREES, batch.id) as file:
        file.write(tree.nodes)
    public, private = _write_manifests(ledger, batch, secret, sealed, len(maker.leaves), on_progress)
    with ledger.store.write() as tx:
        _expect_ours(tx, batch_id, sealed)
        tx.batches.change(
            batch_id,
            ready=True,
            count=len(maker.leaves),
            root=tree.root,
            manifest_hash=manifest_hash(ledger, public, private),
            public_file=public,
            private_file=private,
            cards_file=batch.id,
        )
        if batch.on_sale_at_once:
            _activate_all(tx, batch, ledger.now())
        made = tx.batches.get(batch_id)
        assert made is not None
        return made


def manifest_hash(ledger: Ledger, public: str, private: str) -> bytes:
    """keccak256 of the two files' SHA-256: one name on the chain for both."""
    return ledger.keccak(bytes.fromhex(public) + bytes.fromhex(private))


class _Maker:
    """Makes items from rows, chunk by chunk, and gathers what the tree and the cards need."""

    def __init__(self, ledger: Ledger, batch: Batch, secret: bytes, sealed: bytes) -> None:
        self._ledger = ledger
        self._batch = batch
        self._secret = secret
        self._sealed = sealed
        self._hasher = RecordHasher(secret, FIELDS)
        self.leaves: list[bytes] = []

    def codes(self, rows: Iterator[Ready], on_progress: Progress | None) -> Iterator[list[str]]:
        """Keep the items; yield (gtin, serial, code) of each for the cards."""
        while chunk := list(islice(rows, _CHUNK)):
            named = self._name(chunk)
            made, codes = [], []
            for row, serial in named:
                code = make_code(self._ledger.random)
                made.append(self._item(row, serial, code))
                codes.append([row.gtin, serial, code])
            try:
                with self._ledger.store.write() as tx:
                    _expect_ours(tx, self._batch.id, self._sealed)
                    tx.batches.insert_items(made)
            except Conflict as taken:
                raise Unavailable("Some of these items are just being made ready from another file.") from taken
            yield from codes
            if on_progress:
                on_progress(len(self.leaves))

    def _name(self, chunk: list[Ready]) -> list[tuple[Ready, str]]:
        """Give a serial to rows that left it to us, one that nobody has."""
        named = [(row, row.serial or make_serial(self._ledger.random)) for row in chunk]
        made = [(row.gtin, serial) for row, serial in named if not row.serial]
        with self._ledger.store.read() as tx:
            taken = tx.batches.existing(made, self._batch.organisation) if made else set()
        # 55 random bits: a second draw is as good as sure to be free.
        return [
            (row, make_serial(self._ledger.random) if (row.gtin, serial) in taken else serial)
            for row, serial in named
        ]

    def _item(self, row: Ready, serial: str, code: str) -> dict[str, Any]:
        ledger = self._ledger
        hashed = path_hash(path(row.gtin, serial), ledger.keccak)
        item = item_id(self._batch.brand, hashed, ledger.keccak)
        record = self._hasher.record_hash(
            item, [jcs(row.fields[name]) if name in row.fields else None for name in self._hasher.names]
        )
        key = claim_private_key(code, activation_half(self._secret, item), item)
        claim_address = ledger.signing.address_of(key)
        self.leaves.append(leaf(hashed, record, bytes.fromhex(claim_address[2:]), ledger.keccak))
        return {
            "item": item.to_bytes(32, "big"),
            "batch_id": self._batch.id,
            "position": len(self.leaves) - 1,
            "gtin": row.gtin,
            "serial": serial,
            "record_hash": record,
            "claim_address": claim_address,
            "fields": row.fields,
        }


def _write_manifests(
    ledger: Ledger, batch: Batch, secret: bytes, sealed: bytes, count: int, on_progress: Progress | None
) -> tuple[str, str]:
    """Write the public and the private manifest; returns their SHA-256s, which are their names."""
    private_names = set(batch.private_fields)
    head = {"version": 1, "brand": batch.brand, "count": count}
    with (
        ledger.files.writing(MANIFESTS, f"{batch.id}.public") as file,
        gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed,
    ):
        packed.write(json.dumps(head).encode() + b"\n")
        for item in _telling(all_items(ledger, batch.id), count, on_progress):
            shown = {name: value for name, value in item.fields.items() if name not in private_names}
            line = {"record": item.record_hash.hex(), "claim": item.claim_address, "fields": shown}
            packed.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    whole = head | {
        "name": batch.name,
        "secret": secret.hex(),
        "sealed": sealed.hex(),
        "private_fields": list(batch.private_fields),
        "on_sale_at_once": batch.on_sale_at_once,
        "created_at": batch.created_at,
        "organisation": batch.organisation,
        "id": batch.id,
    }
    with ledger.files.writing(MANIFESTS, f"{batch.id}.private") as file:
        items = _telling(all_items(ledger, batch.id), count, on_progress)
        rows = ([i.gtin, i.serial, i.claim_address, i.fields] for i in items)
        write_sealed(file, ledger.vault, "manifest", _chain(whole, rows))
    return tuple(_named_by_content(ledger, f"{batch.id}.{kind}") for kind in ("public", "private"))  # type: ignore[return-value]


def _telling(items: Iterator[Item], count: int, on_progress: Progress | None) -> Iterator[Item]:
    """The same items, with a sign of life every now and then: a job without one is given to somebody else."""
    for place, item in enumerate(items):
        if on_progress and place % _CHUNK == 0:
            on_progress(count)
        yield item


def all_items(ledger: Ledger, batch_id: str) -> Iterator[Item]:
    """A batch's items in order, read page by page."""
    after = -1
    while True:
        with ledger.store.read() as tx:
            page = tx.batches.items_page(batch_id, after, _CHUNK)
        if not page:
            return
        yield from page
        after = page[-1].position


def _chain(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _named_by_content(ledger: Ledger, name: str) -> str:
    with ledger.files.path(MANIFESTS, name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    source, target = ledger.files.path(MANIFESTS, name), ledger.files.path(MANIFESTS, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    return digest


def own_batch(tx: Tx, caller: Caller, id: str) -> Batch:
    """One of the caller's batches. Raises Unknown for none, and for somebody else's."""
    found = tx.batches.get(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown("You have no batch of that name. List your batches to find the right one.")
    return found


def write_cards(ledger: Ledger, caller: Caller, id: str, kind: str, target: BinaryIO) -> str:
    """Write the claim cards (“pdf” or “csv”) and note the file's SHA-256, which `confirm_cards` asks for.

    May be repeated until the download is confirmed. Raises Conflict afterwards: the codes are gone.
    """
    caller.need(Scope.CARDS)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
    if not batch.ready:
        raise Conflict("This batch is still being made ready. Its cards can be downloaded in a moment.")
    if batch.cards_done_at is not None:
        raise Conflict(
            "The cards of this batch were downloaded and confirmed, and the codes destroyed. A lost card is replaced "
            "item by item: “replace claim code”."
        )
    if not ledger.files.has(CARDS, batch.id):
        raise Conflict("The codes of this batch were destroyed already. Confirm once more that you have the cards.")
    digest = _Digest(target)
    with ledger.files.path(CARDS, batch.id).open("rb") as sealed:
        rows = read_sealed(sealed, ledger.vault, f"cards/{batch.id}")
        cards = (
            ClaimCard(gtin, serial, code, f"{digital_link(ledger.public_url, gtin, serial)}#{code}")
            for gtin, serial, code in rows
        )
        if kind == "csv":
            lines = ([c.gtin, c.serial, c.code, c.claim_url] for c in cards)
            write_csv(digest, ("gtin", "serial", "claim_code", "claim_url"), lines)  # type: ignore[arg-type]
        elif kind == "pdf" and batch.count <= MAX_CARDS:
            write_claim_cards(digest, cards)  # type: ignore[arg-type]
        elif kind == "pdf":
            raise Invalid(f"One PDF holds at most {MAX_CARDS:,} cards; this batch has more. Take the CSV instead.")
        else:
            raise Invalid("Claim cards come as “pdf” or “csv”.")
    with ledger.store.write() as tx:
        tx.batches.change(id, cards_sha256=digest.hexdigest())
    return digest.hexdigest()


def confirm_cards(ledger: Ledger, caller: Caller, id: str, sha256: str) -> Batch:
    """The file is in safe hands: destroy the codes, and register where the operator keeps the brand's key.

    Raises Conflict where `sha256` is not that of the last download; repeating it changes nothing.
    """
    caller.need(Scope.CARDS)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
        _check_prefixes(tx, caller)
    if batch.cards_done_at is None:
        if batch.cards_sha256 is None:
            raise Conflict("The claim cards of this batch have not been downloaded yet. Download them first.")
        if sha256.lower() != batch.cards_sha256:
            raise Conflict(
                "That is not the SHA-256 of the cards that were downloaded last. Compare the file you have, or "
                "download it again; nothing was destroyed."
            )
        # First the codes, then the promise: a crash in between leaves a batch that is confirmed once more.
        ledger.files.remove(CARDS, batch.id)
        with ledger.store.write() as tx:
            tx.batches.change(id, cards_done_at=ledger.now(), cards_file=None)
    return register(ledger, caller, id)


def _check_prefixes(tx: Tx, caller: Caller) -> None:
    """Readers accept a GTIN from who held its prefix when the batch was registered: so first the prefix."""
    parties = directory(tx)
    for prefix in tx.organisations.prefixes(caller.organisation.id):
        if parties.holder(prefix) != caller.organisation.party:
            raise Conflict(
                f"The GS1 prefix {prefix} is not yet recorded as {caller.organisation.name}’s, and items registered "
                "before that would not count. Try again in a minute; nothing was destroyed."
            )


def register(ledger: Ledger, caller: Caller, id: str) -> Batch:
    """Sign and queue the registration with the kept key; for a brand with its own key, nothing yet."""
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        batch = own_batch(tx, caller, id)
        if batch.number is None and caller.organisation.keeps_key:
            draft = _draft(ledger, tx, caller, batch)
            queued = queue_signed(ledger, tx, caller, draft)
            note_registration(tx, batch, int(draft.statement.values["batch"]), queued.id)
        changed = tx.batches.get(id)
        assert changed is not None
        return changed


def draft_registration(ledger: Ledger, caller: Caller, id: str) -> Draft:
    """The registration for a brand that signs with its own key."""
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
        if batch.cards_done_at is None:
            raise Conflict("Download the claim cards and confirm that you have them; then the batch can be registered.")
        return _draft(ledger, tx, caller, batch)


def submit_registration(
    ledger: Ledger, caller: Caller, id: str, statement: Statement, signatures: Sequence[bytes]
) -> Queued:
    """Queue the registration that a brand signed with its own key; the same again gives the first row.

    Raises Invalid where it is not this batch's registration, Conflict where its cards are not confirmed, its
    number is not the next one, or another registration of it is under way.
    """
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        batch = own_batch(tx, caller, id)
        draft = _draft(ledger, tx, caller, batch) if batch.cards_done_at is not None else None
        if draft is None:
            raise Conflict("Download the claim cards and confirm that you have them; then the batch can be registered.")
        wrong = [name for name, value in draft.statement.values.items() if statement.values[name] != value]
        if "batch" in wrong:
            raise Conflict("Another batch has taken this number meanwhile. Draft the registration again and sign that.")
        if wrong:
            raise Invalid(f"This is not the registration of this batch: {', '.join(wrong)} differ. Draft it again.")
        queued = queue(ledger, tx, statement, signatures, organisation=caller.organisation.id)
        note_registration(tx, batch, int(statement.values["batch"]), queued.id)
        return queued


def note_registration(tx: Tx, batch: Batch, number: int, statement: str) -> None:
    """Tie a batch to its number and its statement."""
    tx.batches.change(batch.id, number=number, statement=statement)


def _draft(ledger: Ledger, tx: Tx, caller: Caller, batch: Batch) -> Draft:
    values = {"root": batch.root, "count": batch.count, "manifestHash": batch.manifest_hash}
    if batch.number is not None:
        values["batch"] = batch.number
    return draft_in(ledger, tx, Kind.REGISTER_BATCH, values, caller)


def _activate_all(tx: Tx, batch: Batch, at: int) -> None:
    after = -1
    while page := tx.batches.items_page(batch.id, after, _CHUNK):
        tx.batches.activate([item.item.to_bytes(32, "big") for item in page], batch.organisation, at)
        after = page[-1].position


class _Digest:
    """A file that hashes what passes through."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._target.write(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def batch_secret(ledger: Ledger, batch: Batch) -> bytes:
    """The batch's secret, from which its salts and activation halves come."""
    assert batch.secret is not None
    return ledger.vault.open(batch.secret, f"batch/{batch.id}")

