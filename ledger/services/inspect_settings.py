"""How an inspector's desk is set: who signs, what the public card names, and its own checklists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger.domain.checklists import Checklist, read_checklist, standard
from ledger.domain.errors import Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx
from ledger.services.sheets_port import Desk

_MOST_LISTS = 50


def refuse_kept_key(tx: Tx, organisation: Organisation) -> None:
    """Raises Forbidden where an organisation has decided that only its people sign its records.

    With that, an inspection that nobody made cannot be signed here, by whoever runs this server or a stolen API key.
    """
    if tx.sheets.desk(organisation.id).people_only:
        raise Forbidden(
            said(
                "Only people sign inspections and services of %(name)s, each with a passkey. Sign in as one of them, "
                "or draft the statement and sign it with a key of yours.",
                name=organisation.name,
            )
        )


def desk_of(ledger: Ledger, caller: Caller) -> tuple[Desk, str]:
    """How the caller's desk is set, and the name that the caller shows, empty where none."""
    with ledger.store.read() as tx:
        name = tx.sheets.shown_name(caller.organisation.id, caller.person) if caller.person else ""
        return tx.sheets.desk(caller.organisation.id), name


def set_people_only(ledger: Ledger, caller: Caller, *, people_only: bool) -> None:
    """Decide whether the key that the operator keeps may still sign records. Raises Forbidden without “keys”."""
    caller.need(Scope.KEYS)
    with ledger.store.write() as tx:
        desk = tx.sheets.desk(caller.organisation.id)
        tx.sheets.set_desk(caller.organisation.id, replace(desk, people_only=people_only))


def set_place(ledger: Ledger, caller: Caller, place: str) -> None:
    """Name the place that the public card shows. Raises Invalid."""
    caller.need(Scope.KEYS)
    checked = _line(place)
    with ledger.store.write() as tx:
        desk = tx.sheets.desk(caller.organisation.id)
        tx.sheets.set_desk(caller.organisation.id, replace(desk, place=checked))


def show_name(ledger: Ledger, caller: Caller, name: str) -> None:
    """Show a name on the cards of one's own inspections, or with an empty one none, earlier cards included."""
    caller.need(Scope.SIGN)
    if caller.person is None:
        raise Forbidden(said("A name belongs to a person. Sign in with your passkey first."))
    checked = _line(name)
    with ledger.store.write() as tx:
        tx.sheets.show_name(caller.organisation.id, caller.person, checked)


def own_checklists(ledger: Ledger, caller: Caller) -> list[Checklist]:
    """The caller's own lists."""
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        return tx.sheets.checklists(caller.organisation.id)


def keep_checklist(ledger: Ledger, caller: Caller, id: str, given: dict[str, Any]) -> Checklist:
    """Keep an own list; over a known one it becomes the next version. Raises Invalid that names every fault."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.AUTHENTICATOR, Role.BRAND)
    with ledger.store.write() as tx:
        known = {one.id: one.version for one in tx.sheets.checklists(caller.organisation.id)}
        if id not in known and len(known) >= _MOST_LISTS:
            raise Invalid(said("An organisation has at most %(most)s checklists. Remove one first.", most=_MOST_LISTS))
        version = known.get(id, 0) + 1
        made = read_checklist({**given, "id": id, "version": version}, caller.organisation.id)
        tx.sheets.keep_checklist(caller.organisation.id, made, ledger.now())
        return made


def drop_checklist(ledger: Ledger, caller: Caller, id: str) -> None:
    """Offer an own list no more. Raises Unknown."""
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        if not tx.sheets.drop_checklist(caller.organisation.id, id):
            raise Unknown(said("You have no such checklist."))


def offered(tx: Tx, caller: Caller, brand: str | None = None) -> dict[str, Checklist]:
    """The lists that a sheet may be filled in with, by name: the brand's, the caller's own, the standard ones."""
    found: dict[str, Checklist] = {}
    for owner in dict.fromkeys((brand, caller.organisation.id)):
        if owner is not None:
            found |= {f"{owner}/{one.id}": one for one in tx.sheets.checklists(owner)}
    return found | {one.id: one for one in standard()}


def _line(text: str) -> str:
    tidy = text.strip()
    if len(tidy) > 80 or not tidy.isprintable():
        raise Invalid(said("Use at most 80 characters, on one line."))
    return tidy
