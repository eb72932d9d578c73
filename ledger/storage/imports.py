"""Imported files, their faults, and the jobs that work on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from ledger.domain.imports import Import, ImportState, Job, RowFault
from ledger.storage.tables import import_faults, imports, jobs


class Imports:
    """Reads and writes of imports and jobs."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, new: Import) -> None:
        """Keep a new import."""
        self._db.execute(
            insert(imports).values(
                id=new.id,
                organisation=new.organisation,
                filename=new.filename,
                sha256=new.sha256,
                size=new.size,
                state=new.state.value,
                ready=new.ready,
                faulty=new.faulty,
                known=new.known,
                problem=new.problem,
                batch_id=new.batch_id,
                options=dict(new.options),
                created_at=new.created_at,
            )
        )

    def get(self, id: str) -> Import | None:
        """By id."""
        row = self._db.execute(select(imports).where(imports.c.id == id)).first()
        return None if row is None else _import(row)

    def by_file(self, organisation: str, sha256: str) -> Import | None:
        """The organisation's import of exactly these bytes."""
        row = self._db.execute(
            select(imports).where(imports.c.organisation == organisation, imports.c.sha256 == sha256)
        ).first()
        return None if row is None else _import(row)

    def of_batch(self, batch_id: str) -> list[Import]:
        """The imports that a batch was made from."""
        query = select(imports).where(imports.c.batch_id == batch_id).order_by(imports.c.id)
        return [_import(row) for row in self._db.execute(query)]

    def page(self, organisation: str, before: str | None, limit: int) -> list[Import]:
        """Newest first, older than the cursor."""
        query = select(imports).where(imports.c.organisation == organisation).order_by(imports.c.id.desc())
        if before:
            query = query.where(imports.c.id < before)
        return [_import(row) for row in self._db.execute(query.limit(limit))]

    def change(self, id: str, **values: Any) -> None:
        """Set columns of an import."""
        self._db.execute(update(imports).where(imports.c.id == id).values(**values))

    def replace_faults(self, id: str, faults: Sequence[RowFault]) -> None:
        """Keep what the newest dry run found, instead of an earlier one's findings."""
        self._db.execute(delete(import_faults).where(import_faults.c.import_id == id))
        rows = [
            {
                "import_id": id,
                "position": position,
                "row": fault.row,
                "column": fault.column,
                "value": fault.value,
                "what": fault.what,
                "mend": fault.mend,
            }
            for position, fault in enumerate(faults)
        ]
        if rows:
            self._db.execute(insert(import_faults), rows)

    def faults(self, id: str, after: int, limit: int) -> list[tuple[int, RowFault]]:
        """Faults in file order with their positions, from beyond the cursor."""
        query = (
            select(import_faults)
            .where(import_faults.c.import_id == id, import_faults.c.position > after)
            .order_by(import_faults.c.position)
            .limit(limit)
        )
        return [
            (row.position, RowFault(row.row, row.column, row.value, row.what, row.mend))
            for row in self._db.execute(query)
        ]

    def add_job(self, job: Job) -> None:
        """Queue a job; one that exists for the same subject is queued again from the start."""
        self._db.execute(delete(jobs).where(jobs.c.kind == job.kind, jobs.c.subject == job.subject))
        self._db.execute(
            insert(jobs).values(
                id=job.id,
                organisation=job.organisation,
                kind=job.kind,
                subject=job.subject,
                state=job.state,
                done=job.done,
                total=job.total,
                created_at=job.created_at,
            )
        )

    def job(self, kind: str, subject: str) -> Job | None:
        """The job of a kind on a subject."""
        row = self._db.execute(select(jobs).where(jobs.c.kind == kind, jobs.c.subject == subject)).first()
        return None if row is None else _job(row)

    def job_waits(self, abandoned_before: int) -> bool:
        """Whether there is a job to take."""
        return self._db.execute(select(jobs.c.id).where(_free(abandoned_before)).limit(1)).first() is not None

    def take_job(self, now: int, abandoned_before: int) -> Job | None:
        """The oldest job that waits, or that its worker has left without a beat since `abandoned_before`."""
        query = select(jobs).where(_free(abandoned_before)).order_by(jobs.c.id).limit(1)
        row = self._db.execute(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        self._db.execute(
            update(jobs).where(jobs.c.id == row.id).values(state="running", started_at=now, beat_at=now, done=0)
        )
        return self.job(row.kind, row.subject)

    def take_job_of(self, kind: str, subject: str, now: int, abandoned_before: int) -> Job | None:
        """The job on one subject, if it waits or was left without a beat since `abandoned_before`."""
        taken = self._db.execute(
            update(jobs)
            .where(jobs.c.kind == kind, jobs.c.subject == subject, _free(abandoned_before))
            .values(state="running", started_at=now, beat_at=now, done=0)
        )
        return self.job(kind, subject) if taken.rowcount else None

    def change_job(self, id: str, **values: Any) -> None:
        """Set columns of a job."""
        self._db.execute(update(jobs).where(jobs.c.id == id).values(**values))


def _free(abandoned_before: int) -> ColumnElement[bool]:
    return (jobs.c.state == "waiting") | ((jobs.c.state == "running") & (jobs.c.beat_at < abandoned_before))


def _import(row: Row[Any]) -> Import:
    return Import(
        id=row.id,
        organisation=row.organisation,
        filename=row.filename,
        sha256=row.sha256,
        size=row.size,
        state=ImportState(row.state),
        created_at=row.created_at,
        ready=row.ready,
        faulty=row.faulty,
        known=row.known,
        problem=row.problem,
        batch_id=row.batch_id,
        options=row.options,
    )


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        organisation=row.organisation,
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        done=row.done,
        total=row.total,
        created_at=row.created_at,
        started_at=row.started_at,
        beat_at=row.beat_at,
        problem=row.problem,
    )
