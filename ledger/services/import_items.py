"""A brand's file: kept, checked row by row, and turned into a batch only when a person says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ledger.domain.batches import Batch
from ledger.domain.components import is_part
from ledger.domain.errors import Conflict, Forbidden, Invalid, LedgerError, Unavailable, Unknown
from ledger.domain.fields import FIELDS, field_names, field_of
from ledger.domain.gtins import Gtin, gtin_matches_prefix
from ledger.domain.imports import Import, ImportState, Job, RowFault
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.files.exports import write_faulty_rows
from ledger.files.item_rows import Faulty, Known, Outcome, Ready, check_rows
from ledger.files.sheets import read_rows
from ledger.services.ports import Ledger, Tx

UPLOADS = "uploads"
MOST_FAULTS = 10_000
"""Faults that are kept; beyond these the file is better sent back whole."""
CHECK, PREPARE = "check", "prepare"

Progress = Callable[[int], None]


def upload(ledger: Ledger, caller: Caller, filename: str, stream: BinaryIO) -> Import:
    """Keep a file and queue its dry run; the same bytes again give the first import again.

    Raises TooLarge beyond the operator's limit, Forbidden where the caller is no brand.
    """
    _may_import(caller)
    sha256, size = ledger.files.take(UPLOADS, stream, ledger.limits.upload_bytes)
    if size == 0:
        raise Invalid(said("The file is empty. Put a header line and at least one item in it."))
    with ledger.store.write() as tx:
        known = tx.imports.by_file(caller.organisation.id, sha256)
        if known is not None:
            return known
        new = Import(
            id=ledger.new_id("imp"),
            organisation=caller.organisation.id,
            filename=_tidy_name(filename),
            sha256=sha256,
            size=size,
            state=ImportState.CHECKING,
            created_at=ledger.now(),
        )
        tx.imports.add(new)
        _queue_job(ledger, tx, new.organisation, CHECK, new.id, 0)
        return new


def check_again(ledger: Ledger, caller: Caller, id: str) -> Import:
    """Queue another dry run of a file that is not confirmed: the ledger may have changed since the last."""
    _may_import(caller)
    with ledger.store.write() as tx:
        found = own_import(tx, caller, id)
        if found.state in (ImportState.CHECKED, ImportState.UNREADABLE):
            tx.imports.change(id, state=ImportState.CHECKING.value)
            _queue_job(ledger, tx, found.organisation, CHECK, id, 0)
        checking = tx.imports.get(id)
        assert checking is not None
        return checking


def own_import(tx: Tx, caller: Caller, id: str) -> Import:
    """One of the caller's imports. Raises Unknown for none, and for somebody else's."""
    found = tx.imports.get(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("You have no import of that name. List your imports to find the right one."))
    return found


def check_import(ledger: Ledger, id: str, on_progress: Progress | None = None) -> Import:
    """The dry run: read every row, keep what is wrong, change nothing else. May be run again at any time."""
    with ledger.store.read() as tx:
        found = tx.imports.get(id)
        if found is None:
            raise Unknown(said("There is no such import."))
    if found.state is ImportState.CONFIRMED:
        return found
    faults: list[RowFault] = []
    counts = {Ready: 0, Known: 0, Faulty: 0}
    problem = None
    first: Ready | None = None
    try:
        with outcomes(ledger, found) as rows:
            for done, outcome in enumerate(rows, start=1):
                counts[type(outcome)] += 1
                if first is None and isinstance(outcome, Ready):
                    first = outcome
                if isinstance(outcome, Faulty) and len(faults) < MOST_FAULTS:
                    faults.extend(outcome.faults)
                if on_progress and done % 500 == 0:
                    on_progress(done)
        if not any(counts.values()):
            problem = "The file has a header line but no items under it."
    except Unavailable:
        # That says nothing about the file: the job is begun again.
        raise
    except LedgerError as error:
        problem = error.detail
    with ledger.store.write() as tx:
        tx.imports.replace_faults(id, faults[:MOST_FAULTS])
        tx.imports.change(
            id,
            state=(ImportState.UNREADABLE if problem else ImportState.CHECKED).value,
            ready=counts[Ready],
            known=counts[Known],
            faulty=counts[Faulty],
            problem=problem,
            # Kept so that a person sees what the public would see of it, without the file being read again.
            options={"first": {"gtin": first.gtin, "serial": first.serial, "fields": first.fields}} if first else {},
        )
        checked = tx.imports.get(id)
        assert checked is not None
        return checked


@contextmanager
def outcomes(ledger: Ledger, found: Import) -> Iterator[Iterator[Outcome]]:
    """The rows of an import's file, each checked against the ledger as it is now."""
    with ledger.store.read() as tx:
        prefixes = tx.organisations.prefixes(found.organisation)

    def existing(pairs: list[tuple[Gtin, str]]) -> set[tuple[Gtin, str]]:
        with ledger.store.read() as tx:
            known = tx.batches.existing(pairs, found.organisation)
        return {pair for pair in pairs if pair in known}

    def allowed(gtin: Gtin) -> bool:
        return any(gtin_matches_prefix(gtin, prefix) for prefix in prefixes)

    today = datetime.fromtimestamp(ledger.now(), UTC).date()
    with ledger.files.path(UPLOADS, found.sha256).open("rb") as stream:
        rows = read_rows(stream, found.filename)
        yield check_rows(rows, existing=existing, gtin_allowed=allowed, today=today)


def confirm(
    ledger: Ledger,
    caller: Caller,
    id: str,
    *,
    name: str | None = None,
    on_sale_at_once: bool = False,
    private_fields: list[str] | None = None,
) -> Batch:
    """Make a batch of the rows that are ready; confirming twice gives the first batch again.

    `private_fields` replaces the columns' defaults. Raises Conflict while the file is not checked or where
    nothing is ready, Invalid for a column there is none of.
    """
    _may_import(caller)
    private = _private(private_fields)
    with ledger.store.write() as tx:
        found = own_import(tx, caller, id)
        if found.batch_id is not None:
            batch = tx.batches.get(found.batch_id)
            assert batch is not None
            return batch
        if found.state is not ImportState.CHECKED:
            raise Conflict(found.problem or "The file is still being checked. Wait for the dry run to end.")
        if found.ready == 0:
            raise Conflict(
                said("No row of this file is ready to be registered. Mend the rows listed and send it again.")
            )
        batch = Batch(
            id=ledger.new_id("bat"),
            organisation=caller.organisation.id,
            brand=_party(caller),
            name=(name or found.filename)[:200],
            count=found.ready,
            on_sale_at_once=on_sale_at_once,
            ready=False,
            private_fields=private,
            created_at=ledger.now(),
        )
        tx.batches.add(batch)
        tx.imports.change(id, batch_id=batch.id, state=ImportState.CONFIRMED.value)
        _queue_job(ledger, tx, batch.organisation, PREPARE, batch.id, found.ready)
        return batch


def write_bad_rows(ledger: Ledger, caller: Caller, id: str, target: BinaryIO) -> None:
    """Only the rows that need mending, with a column that says what is wrong: mend it and send it back."""
    with ledger.store.read() as tx:
        found = own_import(tx, caller, id)
    with outcomes(ledger, found) as rows:
        write_faulty_rows(target, (row for row in rows if isinstance(row, Faulty)))


def import_of_batch(tx: Tx, batch: Batch) -> Import:
    """The import that a batch was made from."""
    for found in tx.imports.of_batch(batch.id):
        return found
    raise Unknown(said("The file this batch was made from is not kept here."))


def _queue_job(ledger: Ledger, tx: Tx, organisation: str, kind: str, subject: str, total: int) -> None:
    tx.imports.add_job(Job(ledger.new_id("job"), organisation, kind, subject, "waiting", 0, total, ledger.now()))


def _may_import(caller: Caller) -> None:
    caller.need(Scope.IMPORT)
    caller.need_role(Role.BRAND)
    _party(caller)


def _party(caller: Caller) -> int:
    if caller.organisation.party is None:
        raise Forbidden(
            said(
                "%(name)s is not in the ledger yet; wait until its addition is accepted.", name=caller.organisation.name
            )
        )
    return caller.organisation.party


def _private(chosen: list[str] | None) -> list[str]:
    if chosen is None:
        return [field.name for field in FIELDS.values() if field.private and not is_part(field.name)]
    foreign = [name for name in chosen if field_of(name) is None]
    if foreign:
        raise Invalid(
            said(
                "There is no column “%(foreign)s”. The columns are: %(names)s.",
                foreign=foreign[0][:40],
                names=field_names(),
            )
        )
    return sorted(set(chosen))


def _tidy_name(filename: str) -> str:
    bare = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in bare if character.isprintable())[-120:] or "file"


def job_view(tx: Tx, kind: str, subject: str, now: int) -> dict[str, Any] | None:
    """How far a job is: done, total, rows a second, and seconds left where that can be told."""
    job = tx.imports.job(kind, subject)
    if job is None:
        return None
    spent = max(1, (job.beat_at or now) - (job.started_at or now))
    rate = job.done / spent if job.done else None
    left = (job.total - job.done) / rate if rate and job.total > job.done else None
    return {
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "per_second": None if rate is None else round(rate),
        "seconds_left": None if left is None else round(left),
        "problem": job.problem,
    }
