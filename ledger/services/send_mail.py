"""Letters: promised in the caller's transaction, carried later by the worker.

1. `queue_mail` keeps the letter, sealed, in the transaction that made it necessary: both are kept, or neither.
2. `send_next_mail` notes the try and when the next one is due, and commits that; only then it hands the letter over.
   Whoever dies in between has sent it late, or once more under the same Message-ID; it is never lost.
3. Once it was taken, or never will be, what was in it is deleted; id, times and outcome stay for a month.
"""

from __future__ import annotations

from typing import Final

import structlog

from ledger.domain.errors import Unavailable
from ledger.domain.mails import TRIES, KeptMail, Mail, Outcome, gap_after, mail
from ledger.domain.said import said
from ledger.services.mails_port import Never, NotNow, Postman
from ledger.services.ports import Ledger, Tx

log = structlog.get_logger("mail")

_PURPOSE: Final = "mail"
HELD: Final = 180
"""Seconds that a letter is in one hand: longer than any exchange with a server, so that no other takes it meanwhile."""
KEPT_FOR: Final = 30 * 86_400
"""Seconds that the outcome of a letter is kept."""


def queue_mail(ledger: Ledger, tx: Tx, to: str, subject: str, text: str) -> str:
    """Promise a letter in the caller's open write transaction; returns its id. Raises Invalid, and then keeps nothing.

    `to` is one address, `subject` one line, `text` plain with line ends `\\n`.
    """
    letter = mail(to, subject, text)
    now = ledger.now()
    new = KeptMail(
        id=ledger.new_id("mail"),
        sealed=ledger.vault.seal(letter.to_bytes(), _PURPOSE),
        created_at=now,
        tries=0,
        next_try_at=now,
        outcome=Outcome.WAITING,
    )
    tx.mails.add(new)
    return new.id


def send_next_mail(ledger: Ledger, postman: Postman) -> bool:
    """Try the letter that is due longest; False where none is. Raises Unavailable where the database is away."""
    now = ledger.now()
    with ledger.store.read() as tx:
        if tx.mails.due(now) is None:
            return False
    with ledger.store.write() as tx:
        kept = tx.mails.due(now)
        if kept is None:
            return False
        tries = kept.tries + 1
        gap = gap_after(tries)
        if tries > TRIES:
            # Whoever made the last try did not live to note what became of it.
            tx.mails.done(kept.id, Outcome.GIVEN_UP, now, kept.reply)
            return True
        tx.mails.postpone(kept.id, tries, now + max(gap or 0, HELD))
    try:
        outcome = postman.carry(kept.id, _opened(ledger, kept), kept.created_at)
    except Never as never:
        _done(ledger, kept.id, Outcome.REFUSED, never.reply)
    except NotNow as away:
        if gap is None:
            _done(ledger, kept.id, Outcome.GIVEN_UP, away.reply)
        else:
            log.warning("mail.postponed", id=kept.id, tries=tries, reply=away.reply, again_in=gap)
            with ledger.store.write() as tx:
                tx.mails.postpone(kept.id, tries, ledger.now() + gap)
                tx.mails.note_reply(kept.id, away.reply)
    else:
        _done(ledger, kept.id, outcome, None)
    return True


def forget_old_mails(ledger: Ledger) -> None:
    """Forget the outcomes that nobody asks for any more."""
    with ledger.store.write() as tx:
        tx.mails.forget_before(ledger.now() - KEPT_FOR)


def _opened(ledger: Ledger, kept: KeptMail) -> Mail:
    if kept.sealed is None:
        raise Unavailable(said("The letter %(id)s waits, but there is nothing in it.", id=kept.id))
    return Mail.from_bytes(ledger.vault.open(kept.sealed, _PURPOSE))


def _done(ledger: Ledger, id: str, outcome: Outcome, reply: int | None) -> None:
    log.info("mail.done", id=id, outcome=str(outcome), reply=reply)
    with ledger.store.write() as tx:
        tx.mails.done(id, outcome, ledger.now(), reply)
