"""Propose an act that needs two people: a recall, a withdrawal, a retirement, a change of descriptions.

1. `preview` says how far it reaches; nothing is kept.
2. `propose` keeps it and writes to the colleagues who may approve.
3. Another member approves with their passkey (`propose_decide`); a program's proposal takes two of them.
4. For 15 minutes either can take it back. Only then the worker signs (`propose_carry_out`), and tells the owners
   once it is final (`propose_tell`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.fields import canonical_value, field_of
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.people import StaffRole
from ledger.domain.said import said
from ledger.domain.two_people import Act, Proposal, checked_words
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_find import Chosen, Reach, find_reach
from ledger.services.send_mail import queue_mail

DECIDERS: Final = frozenset({StaffRole.ADMIN, StaffRole.OPERATIONS})
"""Who may propose and approve."""
_MOST_LETTERS: Final = 20
_MOST_FIELDS: Final = 5


def preview(
    ledger: Ledger,
    caller: Caller,
    act: Act,
    chosen: Chosen,
    words: Mapping[str, Mapping[str, str]],
    fields: Mapping[str, Any] | None = None,
) -> Reach:
    """How far the act would reach; checks all that `propose` checks, and keeps nothing."""
    checked_words(words, act)
    checked_fields(act, fields or {})
    with ledger.store.read() as tx:
        need_decider(tx, caller)
        return find_reach(tx, caller, act, chosen)


def propose(
    ledger: Ledger,
    caller: Caller,
    act: Act,
    chosen: Chosen,
    words: Mapping[str, Mapping[str, str]],
    fields: Mapping[str, Any] | None = None,
) -> Proposal:
    """Keep a proposal. Raises Invalid, Conflict, Forbidden, TooLarge; then nothing is kept."""
    kept, changes, now = checked_words(words, act), checked_fields(act, fields or {}), ledger.now()
    with ledger.store.write() as tx:
        need_decider(tx, caller)
        reach = find_reach(tx, caller, act, chosen)
        new = Proposal(
            id=ledger.new_id("prop"),
            organisation=caller.organisation.id,
            act=act,
            words=kept,
            fields=changes,
            scope=str(reach.scope)[:300],
            items=reach.items,
            owners=reach.owners,
            proposed_at=now,
            proposed_by=caller.person,
            subjects=len(reach.subjects),
        )
        tx.proposals.add(new, reach.subjects)
        _write_to_deciders(ledger, tx, caller, new)
        return new


def need_decider(tx: Tx, caller: Caller) -> None:
    """Raises Forbidden for whoever may neither propose nor approve, Conflict where we do not keep the brand's key."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND)
    if caller.person is None and not tx.shop.two_people_always(caller.organisation.id):
        raise Forbidden(said("This takes two people, so sign in as yourself, with your passkey, not with a key."))
    if caller.person is not None and not caller.roles & DECIDERS:
        raise Forbidden(said("Only admins and operations propose and approve this. Ask one of them."))
    if not caller.organisation.keeps_key:
        raise Conflict(
            said("Your signing key is not kept here, so nobody could sign this later. Sign it with your own program.")
        )


def need_no_second(tx: Tx, caller: Caller) -> None:
    """Raises Conflict where this organisation's programs, too, only propose what takes two people.

    A brand that signs with a key of its own answers for that itself: what it has signed, the ledger takes.
    """
    if caller.organisation.role is Role.BRAND and tx.shop.two_people_always(caller.organisation.id):
        raise Conflict(
            said(
                "%(name)s has two people decide this. Propose it; two members approve it under “Approvals”.",
                name=caller.organisation.name,
            )
        )


def proposals_of(ledger: Ledger, caller: Caller, before: str | None, limit: int) -> list[Proposal]:
    """The organisation's proposals, newest first, older than the cursor."""
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        return tx.proposals.page(caller.organisation.id, before, limit)


def own_proposal(tx: Tx, caller: Caller, id: str) -> Proposal:
    """One of the organisation's proposals. Raises Unknown for none, and for another's."""
    caller.need(Scope.READ)
    found = tx.proposals.get(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("There is no such proposal of your organisation."))
    return found


def checked_fields(act: Act, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What an amendment changes, as records have it. Raises Invalid for other acts' fields, none, or wrong ones."""
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    if act is not Act.AMEND:
        if given:
            raise Invalid(said("Only a change of descriptions changes fields."))
        return {}
    if not 1 <= len(given) <= _MOST_FIELDS:
        raise Invalid(said("Say what to change: one to five fields, each with its new value."))
    unknown = [name for name in given if field_of(name) is None]
    if unknown:
        raise Invalid(said("“%(name)s” is not a field of a record.", name=unknown[0][:40]))
    return {name: canonical_value(name, value) for name, value in given.items()}


def _write_to_deciders(ledger: Ledger, tx: Tx, caller: Caller, new: Proposal) -> None:
    """Letters to the colleagues who may approve, as far as they have given an address."""
    for part in tx.people.members(caller.organisation.id)[:_MOST_LETTERS]:
        known = tx.people.get(part.person)
        if part.person == caller.person or not part.roles & DECIDERS or known is None or known.email is None:
            continue
        text = (
            f"Something that needs two people waits for you at {caller.organisation.name}.\n\n"
            f"It is about {new.items:,} items. Look at it, then approve it or leave it:\n\n"
            f"{ledger.public_url}/console/approvals/{new.id}\n"
        )
        queue_mail(ledger, tx, known.email, "Something waits for your approval", text)
