"""Files of cases: photos and documents that its parties alone can read, kept by their SHA-256.

A file is sent first and then named in a notice, an answer or an appeal of the same sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from ledger.domain.desk.standing import FEW
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.cases_port import CaseFile
from ledger.services.desk.rights_files import SHELF, kept_document
from ledger.services.ports import Ledger, Tx

MOST_FILES: Final = FEW
"""That one act may name."""


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
    sent = {one.sha256: one for one in tx.cases.files(caller.organisation.id)}
    for name in dict.fromkeys(names):
        if name not in sent:
            raise Unknown(said("There is no file of yours with that SHA-256. Send the file first, then name it."))
        one = sent[name]
        tx.cases.add_file(CaseFile(subject, name, one.media_type, one.size, one.organisation, now))
    return list(dict.fromkeys(names))


def read_case_file(ledger: Ledger, subject: str, sha256: str) -> tuple[CaseFile, bytes]:
    """A file of a case or a notice, for whom the caller has let in. Raises Unknown."""
    with ledger.store.read() as tx:
        found = next((one for one in tx.cases.files(subject) if one.sha256 == sha256), None)
    if found is None or not ledger.files.has(SHELF, sha256):
        raise Unknown(said("There is no such file in this case."))
    return found, ledger.files.read(SHELF, sha256)


def _keep(ledger: Ledger, subject: str, organisation: str, file: BinaryIO) -> CaseFile:
    sha256, media_type = kept_document(ledger, file)
    size = ledger.files.path(SHELF, sha256).stat().st_size
    made = CaseFile(subject, sha256, media_type, size, organisation, ledger.now())
    with ledger.store.write() as tx:
        tx.cases.add_file(made)
    return made
