"""Brands choose what they share; members read what is shared with them, and ask about offenders.

An identifier of an offender passes through once. What stays is an HMAC under a key of the vault, handed to nobody: a
member asks about one identifier and is told yes or no, `QUESTIONS_A_DAY` times a day, and every question is counted in
the desk's log. So a list of all telephone numbers can be tried neither at home nor here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.desk.cases import State
from ledger.domain.desk.sellers import DAY
from ledger.domain.desk.signals import FEWEST_CASES, MEMBERS, QUESTIONS_A_DAY, Kind, Policy, same
from ledger.domain.errors import Conflict, Fault, Invalid, TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.sellers import MARKS
from ledger.services.desk.signals_port import Entry, Offender
from ledger.services.desk.signals_share import members, share_in
from ledger.services.ports import Ledger, Tx

MOST_OFFENDERS: Final = 10_000
_SLACK: Final = 300


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of a feed with what it speaks of: the item while it stands, the brand where it lets itself be named."""

    entry: Entry
    item: Item | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Matched:
    """Whether an identifier is an offender's, of which brands that are named, and how many questions are left today."""

    match: bool
    sources: tuple[str, ...]
    left: int


def policies_of(ledger: Ledger, caller: Caller) -> list[tuple[Policy, tuple[str, ...] | None]]:
    """What the caller's brand shares, each with the short names of its members (None: all). Raises Forbidden."""
    caller.need(Scope.READ)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        return [_with_names(tx, one) for one in tx.signals.policies(caller.organisation.id)]


def share(
    ledger: Ledger, caller: Caller, kind: Kind, *, to: Sequence[str] | None, named: bool, since: int
) -> tuple[Policy, tuple[str, ...] | None]:
    """Share a kind of signal with members (short names; None: all), of facts from a moment on (seconds).

    In place of what was shared of the kind before: who is no member of it any more is told so at once. Raises Invalid
    for somebody who is no member, Forbidden for all but brands.
    """
    _may_choose(caller)
    now, own = ledger.now(), caller.organisation
    if since > now + _SLACK:
        raise Invalid(said("Signals can be shared from a moment that has come. Leave “since” out to share all."))
    with ledger.store.write() as tx:
        known = {one.slug: one.id for one in members(tx)}
        wrong = [slug for slug in to or () if slug not in known or slug == own.slug]
        if wrong or (to is not None and not to):
            faults = [
                Fault(f"to[{place}]", said("is no other brand or platform here."))
                for place, slug in enumerate(to or ())
                if slug in wrong
            ]
            raise Invalid(
                said("Nothing was changed: name other brands or platforms, or share with all."), faults=faults
            )
        chosen = None if to is None else tuple(sorted({known[slug] for slug in to}))
        policy = Policy(own.id, kind, chosen, named, since, now)
        tx.signals.set_policy(policy)
        body = {"kind": kind.value, "to": None if chosen is None else list(chosen), "named": named, "since": since}
        tx.desk_log.append("signals.policy_set", own.id, own.id, body, now)
        share_in(ledger, tx)
        return _with_names(tx, policy)


def unshare(ledger: Ledger, caller: Caller, kind: Kind) -> None:
    """Share a kind no more: members are told that it was withdrawn, its codes are shown to nobody. Raises Unknown."""
    _may_choose(caller)
    own = caller.organisation.id
    with ledger.store.write() as tx:
        if not tx.signals.end_policy(own, kind):
            raise Unknown(said("You do not share signals of that kind."))
        tx.desk_log.append("signals.policy_ended", own, own, {"kind": kind.value}, ledger.now())
        share_in(ledger, tx)


def feed(ledger: Ledger, caller: Caller, after: int, limit: int) -> list[Told]:
    """The caller's own feed beyond a number. Raises Forbidden for all but members."""
    _may_read(caller)
    with ledger.store.read() as tx:
        entries = tx.signals.feed(caller.organisation.id, after, limit)
        policies = {(one.organisation, one.kind): one for one in tx.signals.policies()}
        told = []
        for entry in entries:
            policy = policies.get((entry.organisation, entry.kind))
            reaching = policy is not None and policy.reaches(caller.organisation.id)
            shown = entry if reaching else replace(entry, item=None)
            item = None if shown.item is None else tx.batches.item(shown.item)
            told.append(Told(shown, item, _source(tx, policy) if reaching else None))
        return told


def add_offender(
    ledger: Ledger, caller: Caller, identifiers: Sequence[tuple[str, str]], cases: Sequence[str]
) -> Offender:
    """Keep identifiers (kind, value) of somebody whose listings were taken down for good, at least twice.

    `cases` are the brand's own, closed and upheld. Raises Invalid, Conflict beyond 10,000, Forbidden.
    """
    _may_choose(caller)
    now, own = ledger.now(), caller.organisation.id
    key = ledger.vault.derive("consortium offenders")
    _check(identifiers)
    marks = {_mark(key, kind, value) for kind, value in identifiers}
    with ledger.store.write() as tx:
        if tx.signals.count_offenders(own) >= MOST_OFFENDERS:
            raise Conflict(said("Ten thousand offenders of yours are kept here, which is the most."))
        upheld = [id for id in dict.fromkeys(cases) if _upheld(tx, id, own)]
        if len(upheld) < FEWEST_CASES or len(upheld) < len(set(cases)):
            raise Invalid(
                said("Nobody is an offender for a suspicion. Name two cases of yours at least, closed and upheld.")
            )
        sellers = {_seller(tx, id) for id in upheld}
        if len(sellers) != 1 or None in sellers:
            raise Invalid(said("These cases are not all of one and the same seller of one platform."))
        id = ledger.new_id("ofd")
        tx.signals.add_offender(own, id, marks, now)
        body = {"identifiers": len(marks), "cases": sorted(upheld)}
        tx.desk_log.append("signals.offender_kept", own, id, body, now)
        share_in(ledger, tx)
    return Offender(id, len(marks), now)


def offenders_of(ledger: Ledger, caller: Caller, before: str | None, limit: int) -> list[Offender]:
    """The brand's own, newest first. Raises Forbidden."""
    _may_choose(caller)
    with ledger.store.read() as tx:
        return tx.signals.offenders(caller.organisation.id, before, limit)


def drop_offender(ledger: Ledger, caller: Caller, id: str) -> None:
    """Forget one. Raises Unknown."""
    _may_choose(caller)
    own = caller.organisation.id
    with ledger.store.write() as tx:
        if not tx.signals.drop_offender(own, id):
            raise Unknown(said("There is no such offender among yours."))
        tx.desk_log.append("signals.offender_dropped", own, id, {}, ledger.now())


def ask(ledger: Ledger, caller: Caller, kind: str, value: str) -> Matched:
    """Whether an identifier is that of an offender of a brand that shares with the caller.

    Raises TooMany beyond `QUESTIONS_A_DAY`, Invalid, Forbidden.
    """
    _may_read(caller)
    _check([(kind, value)])
    now, own = ledger.now(), caller.organisation.id
    mark = _mark(ledger.vault.derive("consortium offenders"), kind, value)
    with ledger.store.write() as tx:
        count = tx.signals.question(own, now // DAY)
        if count > QUESTIONS_A_DAY:
            raise TooMany(
                said("That was the last question about offenders for today. Ask again after midnight UTC."),
                retry_after=DAY - now % DAY,
            )
        policies = {
            one.organisation: one
            for one in tx.signals.policies()
            if one.kind is Kind.REPEAT_OFFENDER and one.reaches(own)
        }
        found = {
            organisation
            for organisation, at in tx.signals.of_mark(mark)
            if organisation in policies and at >= policies[organisation].since
        }
        sources = {_source(tx, policies[one]) for one in found} - {None}
        body = {"kind": kind, "match": bool(found)}
        tx.desk_log.append("signals.asked", own, own, body, now)
    return Matched(bool(found), tuple(sorted(one for one in sources if one)), QUESTIONS_A_DAY - count)


def _source(tx: Tx, policy: Policy | None) -> str | None:
    if policy is None or not policy.named:
        return None
    found = tx.organisations.get(policy.organisation)
    return None if found is None else found.slug


def _with_names(tx: Tx, policy: Policy) -> tuple[Policy, tuple[str, ...] | None]:
    if policy.members is None:
        return policy, None
    found = (tx.organisations.get(id) for id in policy.members)
    return policy, tuple(sorted(one.slug for one in found if one is not None))


def _upheld(tx: Tx, id: str, own: str) -> bool:
    kept = tx.cases.get(id)
    mine = kept is not None and own in (kept.notifier, kept.holder)
    return kept is not None and mine and kept.state == State.CLOSED.value and kept.outcome == "upheld"


def _seller(tx: Tx, id: str) -> tuple[str, str] | None:
    kept = tx.cases.get(id)
    return None if kept is None or kept.seller is None else (kept.platform, kept.seller)


def _mark(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}\0{same(kind, value)}".encode("utf-8", "replace"), hashlib.sha256)


def _check(identifiers: Sequence[tuple[str, str]]) -> None:
    faults = []
    for place, (kind, value) in enumerate(identifiers):
        if kind not in MARKS:
            faults.append(Fault(f"identifiers[{place}].kind", said("is none of the kinds that are known here.")))
        elif not 4 <= len(same(kind, value)) <= 200:
            faults.append(Fault(f"identifiers[{place}].value", said("must have 4 to 200 characters.")))
    if faults:
        raise Invalid(said("Nothing was compared: %(fault)s", fault=faults[0]), faults=faults)


def _may_choose(caller: Caller) -> None:
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)


def _may_read(caller: Caller) -> None:
    caller.need(Scope.CHECK)
    caller.need_role(*MEMBERS)
