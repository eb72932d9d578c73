"""Tell owners who have given an address, once what concerns their item is final: never before, and once."""

from __future__ import annotations

from typing import Final

from ledger.domain.errors import Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.outbox import State
from ledger.domain.two_people import TOLD, Act, Proposal, Subject
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.proposals_port import Holder
from ledger.services.send_mail import queue_mail
from ledger.services.views_of_chain import listed

_AT_ONCE: Final = 25
_MOST_PROPOSALS: Final = 20
_SUBJECTS: Final = {
    Act.RECALL: "{brand} has recalled an item of yours",
    Act.LIFT_RECALL: "{brand} has ended the recall of an item of yours",
    Act.VOID: "{brand} has withdrawn an item of yours",
    Act.LIFT_VOID: "{brand} has taken back the withdrawal of an item of yours",
}


def tell_next(ledger: Ledger) -> bool:
    """Write to the owners of what has become final; False where nothing new has."""
    with ledger.store.read() as tx:
        waiting = tx.proposals.untold(_MOST_PROPOSALS)
    told = [_tell(ledger, one) for one in waiting]
    return any(told)


def _tell(ledger: Ledger, proposal: Proposal) -> bool:
    with ledger.store.read() as tx:
        subjects = tx.proposals.untold_subjects(proposal.id, _AT_ONCE)
        settled = [] if proposal.act not in TOLD else [one for one in subjects if _settled(ledger, tx, one)]
    if not subjects or proposal.act not in TOLD:
        with ledger.store.write() as tx:
            tx.proposals.change(proposal.id, told_at=ledger.now())
        return True
    for subject in settled:
        with ledger.store.write() as tx:
            if subject.position not in {one.position for one in tx.proposals.untold_subjects(proposal.id, _AT_ONCE)}:
                continue
            if _final(ledger, tx, subject):
                batches, items = [subject.batch] if subject.batch else [], [subject.item] if subject.item else []
                for holder in tx.proposals.holders(batches=batches, items=items):
                    _write(ledger, tx, proposal, holder)
            tx.proposals.change_subject(proposal.id, subject.position, told_at=ledger.now())
    return bool(settled)


def _settled(ledger: Ledger, tx: Tx, subject: Subject) -> bool:
    """Final, or refused, or gone: nothing more will come of it."""
    queued = tx.outbox.get(subject.statement or "")
    return queued is None or progress_of(ledger, tx, [queued])[queued.id].state in (State.FINAL, State.REFUSED)


def _final(ledger: Ledger, tx: Tx, subject: Subject) -> bool:
    queued = tx.outbox.get(subject.statement or "")
    return queued is not None and progress_of(ledger, tx, [queued])[queued.id].state is State.FINAL


def _write(ledger: Ledger, tx: Tx, proposal: Proposal, holder: Holder) -> None:
    brand = tx.organisations.get(proposal.organisation)
    item = listed(tx, holder.item).item
    words = proposal.words.get(holder.language) or proposal.words.get("en") or next(iter(proposal.words.values()), {})
    name = brand.name if brand else ""
    text = _SUBJECTS[proposal.act].format(brand=name) + f": No. …{item.serial[-4:]}.\n\n"
    text += "".join(f"{words[part]}\n\n" for part in ("reason", "advice") if part in words)
    text += f"What the record shows now:\n\n{digital_link(ledger.public_url, check_gtin(item.gtin), item.serial)}\n"
    try:
        queue_mail(ledger, tx, holder.email, _SUBJECTS[proposal.act].format(brand=name)[:200], text)
    except Invalid:
        # An address that no letter can go to any more keeps nobody else from being told.
        return
