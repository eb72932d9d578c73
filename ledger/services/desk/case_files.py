"""Files of cases: photos and documents that its parties alone can read, kept by their SHA-256.

A file is sent first and then named in a notice, an answer or an appeal of the same sender. What nothing names within
`SENT_KEPT` is deleted (`case_turn`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from ledger.domain.errors import TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.cases_port import CaseFile
from ledger.services.desk.rights_files import SHELF, kept_document
from ledger.services.ports import Ledger, Tx

_A_DAY: Final = 500
"""Files of one sender."""


def keep_case_file(ledger: Ledger, caller: Caller, file: BinaryIO) -> CaseFile:
    """Keep a PDF, JPEG or PNG for a notice or an answer. Raises Invalid, TooLarge, Forbidden."""
    if Scope.NOTICE not in caller.scopes:
        caller.need(Scope.DECIDE)
    caller.need_role(Role.BRAND, Role.AGENT, Role.PLATFORM)
    return _keep(ledger, caller.organisation.id, caller.organisation.id, file)


def keep_seller_file(ledger: Ledger, case: str, file: BinaryIO) -> CaseFile:
    """The same for a seller who has the case's link."""
    return _keep(ledger, case, "", file)


def claim_files(tx: Tx, caller: Caller, subject: str, names: Sequence[str], now: int) -> list[str]:
    """Note files that the caller's organisation sent before as those of a case or a notice. Raises Unknown."""
    for name in dict.fromkeys(names):
        one = tx.cases.file(caller.organisation.id, name)
        if one is None:
            raise Unknown(said("There is no file of yours with that SHA-256. Send the file first, then name it."))
        tx.cases.add_file(CaseFile(subject, name, one.media_type, one.size, one.organisation, now))
    return list(dict.fromkeys(names))


def read_case_file(ledger: Ledger, subject: str, sha256: str) -> tuple[CaseFile, bytes]:
    """A file of a case or a notice, for whom the caller has let in. Raises Unknown."""
    with ledger.store.read() as tx:
        found = tx.cases.file(subject, sha256)
    if found is None or not ledger.files.has(SHELF, sha256):
        raise Unknown(said("There is no such file in this case."))
    return found, ledger.files.read(SHELF, sha256)


def _keep(ledger: Ledger, subject: str, organisation: str, file: BinaryIO) -> CaseFile:
    with ledger.store.read() as tx:
        if tx.cases.files_since(subject, ledger.now() - 86_400) >= _A_DAY:
            raise TooMany(said("%(n)d files were sent in 24 hours. Send more tomorrow.", n=_A_DAY), retry_after=3_600)
    one = kept_document(ledger, file)
    made = CaseFile(subject, one.sha256, one.media_type, len(one.content), organisation, ledger.now())
    with ledger.store.write() as tx:
        one.keep(ledger)
        tx.cases.add_file(made)
    return made
