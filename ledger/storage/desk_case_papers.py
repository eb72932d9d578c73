"""What people wrote and sent to notices and cases, kept beside the log and forgotten in time."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from ledger.services.desk.cases_port import CaseFile
from ledger.storage.tables_cases import case_files, case_texts, cases, notices
from ledger.storage.tables_joining import trade_marks
from ledger.storage.tables_rights import rights
from ledger.storage.tables_signals import test_purchases

_SALT: Final = "salt"
"""The kind, and the name, of the row that holds a subject's salt among its texts."""


class CasePapers:
    """Reads and writes of texts and files."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_text(self, subject: str, kind: str, sha256: str, text: str, at: int) -> None:
        """Keep what somebody wrote; the same again changes nothing."""
        if not self._db.execute(select(case_texts.c.kind).where(_named(case_texts, subject, sha256))).first():
            values = {"subject": subject, "sha256": sha256, "kind": kind, "text": text, "created_at": at}
            self._db.execute(insert(case_texts).values(**values))

    def texts(self, subject: str) -> dict[str, tuple[str, str]]:
        """What was written of a notice or a case, as (kind, text) by SHA-256; what was forgotten is not there."""
        written = and_(case_texts.c.subject == subject, case_texts.c.kind != _SALT)
        query = select(case_texts).where(written).order_by(case_texts.c.created_at).limit(100)
        return {row.sha256: (row.kind, row.text) for row in self._db.execute(query)}

    def salt(self, subject: str) -> str | None:
        """What the texts of a notice or a case are named with; forgotten with them."""
        kept = and_(case_texts.c.subject == subject, case_texts.c.kind == _SALT)
        return self._db.scalar(select(case_texts.c.text).where(kept))

    def add_salt(self, subject: str, salt: str, at: int) -> None:
        """Keep it beside the texts, once."""
        values = {"subject": subject, "sha256": _SALT, "kind": _SALT, "text": salt, "created_at": at}
        self._db.execute(insert(case_texts).values(**values))

    def add_file(self, file: CaseFile) -> None:
        """Note a file; one that was only sent and is sent again waits anew, else the same again changes nothing."""
        same = _named(case_files, file.subject, file.sha256)
        if not self._db.execute(select(case_files.c.size).where(same)).first():
            self._db.execute(insert(case_files).values(**asdict(file)))
        elif file.subject == file.organisation:
            self._db.execute(update(case_files).where(same).values(created_at=file.created_at))

    def file(self, subject: str, sha256: str) -> CaseFile | None:
        """One file of a case, a notice or an organisation."""
        row = self._db.execute(select(case_files).where(_named(case_files, subject, sha256))).first()
        return None if row is None else CaseFile(**row._mapping)

    def files_since(self, subject: str, since: int) -> int:
        """How many files were noted of a case, a notice or an organisation since then."""
        lately = and_(case_files.c.subject == subject, case_files.c.created_at > since)
        return int(self._db.scalar(select(func.count()).select_from(case_files).where(lately)) or 0)

    def files(self, subject: str) -> list[CaseFile]:
        """The files of a notice or a case."""
        query = select(case_files).where(case_files.c.subject == subject).order_by(case_files.c.created_at).limit(100)
        return [CaseFile(**row._mapping) for row in self._db.execute(query)]

    def forget_texts(self, closed_before: int, limit: int) -> int:
        """Forget what was written in cases that closed before then, and of notices none of whose cases is younger."""
        long_over = _long_over(case_texts.c.subject, closed_before)
        found = list(self._db.execute(select(case_texts.c.subject, case_texts.c.sha256).where(long_over).limit(limit)))
        for row in found:
            self._db.execute(delete(case_texts).where(_named(case_texts, row.subject, row.sha256)))
        return len(found)

    def files_over(self, closed_before: int, limit: int) -> list[str]:
        """The SHA-256 of files of such cases and notices."""
        long_over = _long_over(case_files.c.subject, closed_before)
        return list(self._db.scalars(select(case_files.c.sha256).where(long_over).distinct().limit(limit)))

    def forget_file(self, name: str, closed_before: int) -> bool:
        """Forget that they had a file; whether nothing names it any more."""
        return self._forget(name, _long_over(case_files.c.subject, closed_before), closed_before)

    def sent_over(self, before: int, limit: int) -> list[str]:
        """The SHA-256 of files that were sent before then and that nothing has named."""
        return list(self._db.scalars(select(case_files.c.sha256).where(_sent_over(before)).distinct().limit(limit)))

    def forget_sent(self, name: str, before: int) -> bool:
        """Forget that such a file was sent; whether nothing names it any more."""
        return self._forget(name, _sent_over(before), before)

    def _forget(self, name: str, over: Any, before: int) -> bool:
        """Forget a file where `over` holds; False where it does nowhere (any more), or something else names it."""
        found = list(self._db.scalars(select(case_files.c.subject).where(case_files.c.sha256 == name, over)))
        for subject in found:
            self._db.execute(delete(case_files).where(_named(case_files, subject, name)))
        return bool(found) and self._unnamed(name, before)

    def _unnamed(self, name: str, before: int) -> bool:
        """Whether nothing that is kept has the file; that it was once sent is then forgotten as well."""
        sent = and_(case_files.c.subject == case_files.c.organisation, case_files.c.created_at < before)
        others = (
            select(case_files.c.sha256).where(case_files.c.sha256 == name, ~sent),
            select(rights.c.file).where(rights.c.file == name),
            select(trade_marks.c.file).where(trade_marks.c.file == name),
            select(test_purchases.c.id).where(test_purchases.c.body.contains(name)),
        )
        if any(self._db.execute(one.limit(1)).first() for one in others):
            return False
        self._db.execute(delete(case_files).where(case_files.c.sha256 == name))
        return True


def _sent_over(before: int) -> Any:
    """Whether a file was sent before then, and its sender has named it nowhere, nor anybody in a case."""
    other = case_files.alias()
    of_case = exists().where(other.c.sha256 == case_files.c.sha256, other.c.subject != other.c.organisation)
    bought = exists().where(
        test_purchases.c.organisation == case_files.c.organisation,
        test_purchases.c.body.contains(case_files.c.sha256),
    )
    sent = and_(case_files.c.subject == case_files.c.organisation, case_files.c.created_at < before)
    return and_(sent, ~of_case, ~bought)


def _long_over(subject: Any, closed_before: int) -> Any:
    """Whether a case closed before then, or a notice none of whose cases is younger."""
    over = exists().where(cases.c.id == subject, cases.c.closed_at < closed_before)
    younger = or_(cases.c.closed_at.is_(None), cases.c.closed_at >= closed_before)
    sent = exists().where(notices.c.id == subject, notices.c.created_at < closed_before)
    return or_(over, and_(sent, ~exists().where(cases.c.notice == subject, younger)))


def _named(table: Any, subject: str, sha256: str) -> Any:
    return and_(table.c.subject == subject, table.c.sha256 == sha256)
