"""What the operator looks at: how far behind everything is, what waits, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.organisations import Caller
from ledger.services.follow_chain import HALTED, NODE_SEEN
from ledger.services.join_council import need_council
from ledger.services.ports import Ledger
from ledger.services.safe_mode import Safe, is_safe
from ledger.services.views_of_chain import final_height

BACKED_UP: Final = "backed_up_at"
"""When a backup was last reported, among the installation's facts."""
UNUSED: Final = 180 * 86_400
"""Seconds after which a key that nobody used should be ended."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers and moments (seconds since 1970); None where there is nothing of the kind."""

    now: int
    halted: str | None
    worker_until: float | None
    node_seen: int | None
    tip: int | None
    tip_time: int | None
    final: int
    statements: int
    oldest_statement: int | None
    webhooks: int
    oldest_webhook: int | None
    webhooks_failing: int
    mails: int
    oldest_mail: int | None
    mails_failed: int
    applications: int
    unused_keys: int
    backed_up_at: int | None
    safe: Safe | None


def figures(ledger: Ledger, caller: Caller) -> Figures:
    """Everything at once, from one snapshot. Raises Forbidden for everybody but the operator."""
    need_council(caller)
    now = ledger.now()
    with ledger.store.read() as tx:
        tip, lease = tx.chain.tip(), tx.meta.get("lease")
        statements, oldest_statement = tx.outbox.waiting()
        webhooks, oldest_webhook, failing, _shut = tx.webhooks.health()
        mails, oldest_mail = tx.mails.waiting()
        keys = [
            one
            for organisation in tx.organisations.all()
            for one in tx.organisations.api_keys(organisation.id)
            if one.revoked_at is None
        ]
        uses = tx.shop.key_uses([one.id for one in keys])
        return Figures(
            now=now,
            halted=tx.meta.get(HALTED),
            worker_until=lease["until"] if lease else None,
            node_seen=tx.meta.get(NODE_SEEN),
            tip=tip.number if tip else None,
            tip_time=tip.time if tip else None,
            final=final_height(tx),
            statements=statements,
            oldest_statement=oldest_statement,
            webhooks=webhooks,
            oldest_webhook=oldest_webhook,
            webhooks_failing=failing,
            mails=mails,
            oldest_mail=oldest_mail,
            mails_failed=tx.mails.failed_since(now - _DAY),
            applications=len(tx.joining.open_ones()),
            unused_keys=sum(now - uses.get(one.id, one.created_at) > UNUSED for one in keys),
            backed_up_at=tx.meta.get(BACKED_UP),
            safe=is_safe(tx),
        )


def note_backup(ledger: Ledger) -> int:
    """Note that a backup was made just now; when that was."""
    now = ledger.now()
    with ledger.store.write() as tx:
        tx.meta.set(BACKED_UP, now)
    return now
