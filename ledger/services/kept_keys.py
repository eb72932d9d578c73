"""Sign with keys that the operator keeps: brands', authenticators' and the council's, never owners'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.errors import Forbidden
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.signers import Who
from ledger.domain.statements import Kind, MarkKind
from ledger.domain.two_people import act_of
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.inspect_settings import refuse_kept_key
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_act import need_no_second
from ledger.services.submit_statement import queue

COUNCIL_SECOND = "council_second_key"
"""Where the council's second kept key lies among the installation's facts."""


def sign_and_submit(ledger: Ledger, caller: Caller, kind: Kind, given: Mapping[str, Any]) -> Queued:
    """Draft, sign with the organisation's kept key, and queue, in one call.

    Raises Forbidden where the operator does not keep the key, or somebody else has to sign too.
    """
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        if kind is Kind.RETIRE or (kind is Kind.MARK and _takes_two(given.get("kind"))):
            need_no_second(tx, caller)
        # One at a time for an organisation, so that no two statements are drafted with one nonce.
        tx.organisations.lock(caller.organisation.id)
        draft = draft_in(ledger, tx, kind, given, caller)
        return queue_signed(ledger, tx, caller, draft)


def _takes_two(kind: Any) -> bool:
    """Whether a mark is one that two people may have to decide about; a wrong one is refused later, by its own rule."""
    return str(kind).isdigit() and int(kind) in set(MarkKind) and act_of(MarkKind(int(kind))) is not None


def queue_signed(
    ledger: Ledger, tx: Tx, caller: Caller, draft: Draft, others: Mapping[Who, bytes] | None = None
) -> Queued:
    """Sign a draft with the kept key and queue it; `others` are the signatures of the other parts."""
    if draft.statement.kind is Kind.RECORD:
        refuse_kept_key(tx, caller.organisation)
    given = others or {}
    if any(needed.who is not Who.PARTY and needed.who not in given for needed in draft.needed):
        raise Forbidden(
            said(
                "The owner has to sign this too, and owners’ keys are never kept here. Draft the "
                "statement, have both sign it, and submit it with the signatures."
            )
        )
    parts = [needed for needed in draft.needed if needed.who is Who.PARTY]
    made = [
        ledger.signing.sign(key, needed.digest)
        for key, needed in zip(signing_keys(ledger, tx, caller), parts, strict=False)
    ]
    # The contract takes the parties' signatures first (domain.signers).
    signatures = made + [given[needed.who] for needed in draft.needed if needed.who is not Who.PARTY]
    return queue(
        ledger,
        tx,
        draft.statement,
        signatures,
        organisation=caller.organisation.id,
        operator_signed=True,
    )


def signing_keys(ledger: Ledger, tx: Tx, caller: Caller) -> list[bytes]:
    """The organisation's kept private keys, in signing order. Raises Forbidden where there is none."""
    keystore = tx.organisations.keystore(caller.organisation.id)
    if keystore is None:
        raise Forbidden(
            said(
                "The signing key of %(name)s is not kept here. Draft the statement, sign it with your "
                "own key, and submit it.",
                name=caller.organisation.name,
            )
        )
    keys = [ledger.vault.open_key(keystore)]
    if caller.organisation.role is Role.COUNCIL:
        second = tx.meta.get(COUNCIL_SECOND)
        if second is not None:
            keys.append(ledger.vault.open_key(second))
    return keys
