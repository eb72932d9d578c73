"""Look whether an applicant's domain shows our token: asked for on a page, done by the worker, which has the time."""

from __future__ import annotations

import structlog

from ledger.domain.joining import Proof, proven_by_did, proven_by_txt
from ledger.domain.said import said
from ledger.services.joining_port import DomainReader, Looked
from ledger.services.ports import Ledger

log = structlog.get_logger("joining")


def look_at_next_domain(ledger: Ledger, reader: DomainReader) -> bool:
    """Look at the domain that waits longest; False where none does. What was seen counts for that domain only."""
    with ledger.store.read() as tx:
        wanted = tx.joining.to_look_at(ledger.now())
    if wanted is None:
        return False
    looked = reader.look(wanted.domain)
    proof = None
    if proven_by_txt(wanted.token, looked.txt):
        proof = Proof.DNS
    elif proven_by_did(wanted.token, wanted.domain, looked.did):
        proof = Proof.DID
    log.info("domain.looked", application=wanted.id, proof=proof)
    now = ledger.now()
    with ledger.store.write() as tx:
        again = tx.joining.get(wanted.id)
        if again is None or (again.domain, again.token) != (wanted.domain, wanted.token):
            return True
        if proof is not None:
            tx.joining.change(
                wanted.id, domain_looked_at=now + 1, domain_proof=proof, domain_proven_at=now, domain_problem=None
            )
        else:
            tx.joining.change(wanted.id, domain_looked_at=now + 1, domain_problem=_why(looked))
    return True


def _why(looked: Looked) -> str:
    if looked.txt_problem and looked.did_problem:
        return said("Neither could be read. %(txt)s %(did)s", txt=looked.txt_problem, did=looked.did_problem)
    if looked.txt:
        return said("There are TXT records, but not ours yet. Changes can take an hour to be seen everywhere.")
    return said("Our token is not there yet. Changes can take an hour to be seen everywhere.")
