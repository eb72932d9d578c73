"""Cases as each side may see them: the platform its own, whoever notified theirs, a rights-holder what its agents did.

An agent reads what it sent while the rights-holder's authorisation lasts, and not a day longer.

What was alleged, by whom and on which right is for everybody concerned; the e-mail address of whoever sent the notice
for nobody but its sender and the platform. Of the seller there is the platform's own name for them, for the platform.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.domain.desk.cases import Case
from ledger.domain.desk.reasons import statement_of_reasons
from ledger.domain.desk.rights import Right
from ledger.domain.desk.strikes import Measure, Strike, measure
from ledger.domain.errors import Forbidden, Unknown
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.case_counter import case_behind
from ledger.services.desk.case_listing import listing_names
from ledger.services.desk.case_write import entries_of, load, seller_secret
from ledger.services.desk.cases_port import CaseFile, Kept, Notice, Wanted
from ledger.services.desk.notices_rights import need_agent, speaks
from ledger.services.desk.rights import today
from ledger.services.ports import Ledger, Tx

_READERS = (Scope.READ, Scope.CHECK, Scope.SCREEN, Scope.DECIDE, Scope.NOTICE)
_READ_FIRST = ("explanation", "name", "relation", "email")
_PRIVATE = frozenset({"email", "counter_name"})
_PLATFORMS_OWN = frozenset({"seller", "by", "reviewer", "beside"})
"""Fields of entries: the seller, who decided, and the case of another seller's listing."""
MOST_SHOWN = 1_000


class Eye(StrEnum):
    """Who looks at a case."""

    PLATFORM = "platform"
    NOTIFIER = "notifier"
    HOLDER = "holder"
    SELLER = "seller"


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a case, as its history lists it."""

    number: int
    at: int
    kind: str
    by: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A case with everything beside it that this eye may see."""

    eye: Eye
    kept: Kept
    case: Case
    platform: Organisation
    notifier: Organisation
    holder: Organisation
    right: Right | None
    texts: tuple[tuple[str, str], ...]
    """What was written, as (kind, text), oldest first; what was forgotten in the meantime is left out."""
    text_names: tuple[tuple[str, str], ...]
    """Of each of these the name in the log, and the salt that makes the name (`case_write.text_name`)."""
    files: tuple[CaseFile, ...]
    history: tuple[Happened, ...]
    seller_link: str | None
    """The address that a platform passes on to its seller."""
    held_by_another: bool
    """Whether another case keeps the listing down."""


def see_case(ledger: Ledger, caller: Caller, id: str) -> Seen:
    """A case of one's own. Raises Unknown for everybody else's, Forbidden for an agent no more."""
    need_reader(caller)
    with ledger.store.read() as tx:
        kept, case = load(tx, id)
        eye = _eye(kept, caller)
        if eye is None:
            raise Unknown(said("There is no such case among those that you can see."))
        if eye is Eye.NOTIFIER:
            need_agent(tx, kept, today(ledger))
        return _seen(ledger, tx, eye, kept, case)


def see_by_link(ledger: Ledger, secret: str) -> Seen:
    """A seller's case, by the link. Raises Unknown."""
    kept, _ = case_behind(ledger, secret)
    with ledger.store.read() as tx:
        kept, case = load(tx, kept.id)
        return _seen(ledger, tx, Eye.SELLER, kept, case)


def list_cases(ledger: Ledger, caller: Caller, wanted: Wanted, before: str | None, limit: int) -> list[Kept]:
    """One's own cases, newest first. `wanted` says which; whose they are is said by who asks."""
    need_reader(caller)
    own, role = caller.organisation.id, caller.organisation.role
    with ledger.store.read() as tx:
        if role is Role.PLATFORM:
            names = tuple(name for one in wanted.listings for name in listing_names(tx, own, one))
            return tx.cases.page(replace(wanted, platform=own, listings=names), before, limit)
        if role is Role.BRAND:
            return tx.cases.page(replace(wanted, holder=own), before, limit)
        if role is Role.AGENT:
            return _of_agent(tx, replace(wanted, notifier=own), before, limit, today(ledger))
    raise Forbidden(said("Cases are seen by platforms, brands and their agents."))


def _of_agent(tx: Tx, wanted: Wanted, before: str | None, limit: int, day: date) -> list[Kept]:
    """Those of an agent's cases in which it may still speak."""
    given = tx.rights.authorisations(agent=wanted.notifier)
    wanted = replace(wanted, holders=tuple(sorted({one.owner for one in given if one.in_force(day)})))
    found: list[Kept] = []
    open_: dict[tuple[Any, ...], bool] = {}
    while len(found) < limit:
        some = tx.cases.page(wanted, before, MOST_SHOWN)
        for one in some:
            under = (one.holder, one.right_id, one.territories)
            if under not in open_:
                open_[under] = speaks(tx, one, day)
            found += [one] if open_[under] else []
        if len(some) < MOST_SHOWN:
            break
        before = some[-1].id
    return found[:limit]


def queue_of(ledger: Ledger, caller: Caller, limit: int = MOST_SHOWN) -> list[Kept]:
    """What waits for a platform's reviewers, the nearest due time first."""
    caller.need(Scope.DECIDE)
    caller.need_role(Role.PLATFORM)
    with ledger.store.read() as tx:
        return tx.cases.queue(caller.organisation.id, limit)


def see_notice(ledger: Ledger, caller: Caller, id: str) -> tuple[Notice, list[Kept]]:
    """A notice of one's own, or for oneself, with its cases. Raises Unknown, Forbidden for an agent no more."""
    caller.need(Scope.NOTICE)
    with ledger.store.read() as tx:
        found = tx.cases.notice(id)
        if found is None or caller.organisation.id not in (found.organisation, found.holder):
            raise Unknown(said("There is no such notice among yours."))
        cases = sorted(tx.cases.page(Wanted(notice=id), None, 300), key=lambda one: one.place)
        if caller.organisation.id == found.organisation:
            for one in cases[:1]:
                need_agent(tx, one, today(ledger))
        return found, cases


def reasons_for(ledger: Ledger, caller: Caller, id: str) -> dict[str, Any]:
    """The statement of reasons of a case. Raises Unknown, Conflict where nothing was taken down."""
    seen = see_case(ledger, caller, id)
    return statement_of_reasons(seen.case, right_words(seen.right))


def strikes_of(ledger: Ledger, caller: Caller, seller: str) -> tuple[list[Strike], Measure]:
    """A seller's strikes at the caller's platform, and what is advised now."""
    need_reader(caller)
    caller.need_role(Role.PLATFORM)
    with ledger.store.read() as tx:
        found = tx.cases.strikes(caller.organisation.id, seller)
    return found, measure(found, ledger.now())


def right_words(right: Right | None) -> str | None:
    """A right as a statement of reasons names it: kind, number and office, none of it personal."""
    if right is None:
        return None
    numbered = f" {right.number}, {right.office}" if right.number else ""
    return f"{right.kind.value.capitalize()} “{right.name}”{numbered}"


def need_reader(caller: Caller) -> None:
    """Raises Forbidden for a key that may not read cases."""
    if not caller.scopes & set(_READERS):
        caller.need(Scope.READ)


def _eye(kept: Kept, caller: Caller) -> Eye | None:
    own = caller.organisation.id
    if kept.platform == own:
        return Eye.PLATFORM
    if kept.notifier == own:
        return Eye.NOTIFIER
    return Eye.HOLDER if kept.holder == own else None


def _seen(ledger: Ledger, tx: Tx, eye: Eye, kept: Kept, case: Case) -> Seen:
    platform, notifier, holder = (tx.organisations.get(id) for id in (kept.platform, kept.notifier, kept.holder))
    assert platform is not None
    assert notifier is not None
    assert holder is not None
    right = None if kept.right_id is None else tx.rights.get(kept.right_id)
    written = [
        (kind, text, name, tx.cases.salt(subject) or "")
        for subject in (kept.notice, kept.id)
        for name, (kind, text) in tx.cases.texts(subject).items()
    ]
    hidden = _PRIVATE if eye in (Eye.SELLER, Eye.HOLDER) else frozenset()
    if eye is Eye.NOTIFIER:
        hidden = frozenset({"counter_name"})
    # Those of one moment stand in the order in which they are read.
    written.sort(key=lambda one: _READ_FIRST.index(one[0]) if one[0] in _READ_FIRST else 9)
    shown = [one for one in written if one[0] not in hidden]
    unseen = {name for kind, _, name, _ in written if kind in hidden}
    files = (*tx.cases.files(kept.notice), *tx.cases.files(kept.id))
    link = f"{ledger.public_url}/answer/{seller_secret(ledger, kept.id)}" if eye is Eye.PLATFORM else None
    return Seen(
        eye=eye,
        kept=kept,
        case=case,
        platform=platform,
        notifier=notifier,
        holder=holder,
        right=right,
        texts=tuple((kind, text) for kind, text, _, _ in shown),
        text_names=tuple((name, salt) for _, _, name, salt in shown),
        files=files,
        history=_history(tx, kept, eye, unseen),
        seller_link=link,
        held_by_another=tx.cases.held_down(kept.platform, listing_names(tx, kept.platform, kept.listing), kept.id),
    )


def _history(tx: Tx, kept: Kept, eye: Eye, unseen: Collection[str]) -> tuple[Happened, ...]:
    known = {kept.platform: "platform", kept.notifier: "notifier", "": "ledger"}
    told = []
    for entry in entries_of(tx, kept.id):
        body = json.loads(entry.body)
        match body.get("texts"):
            case dict() as named:
                body["texts"] = {kind: name for kind, name in named.items() if name not in unseen}
            case list() as named:
                body["texts"] = [name for name in named if name not in unseen]
        if eye is not Eye.PLATFORM:
            body = {name: value for name, value in body.items() if name not in _PLATFORMS_OWN}
        told.append(Happened(entry.number, entry.at, entry.kind, known.get(entry.organisation, "holder"), body))
    return tuple(told)


def names_of(ledger: Ledger, found: Sequence[Kept]) -> dict[str, str]:
    """The names of everybody in a list of cases, by id."""
    with ledger.store.read() as tx:
        ids = {id for one in found for id in (one.platform, one.notifier, one.holder)}
        return {id: one.name for id in sorted(ids) if (one := tx.organisations.get(id)) is not None}
