"""Errands by which somebody becomes an owner: a claim, the end of a recovery, an accepted handover.

The new owner's key is a passkey under a fresh blind, so that two items of one person share no address,
or a browser extension's account. What links the address to the person is kept in the same
transaction as the statement: neither stands without the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.errors import Conflict, Unknown
from ledger.domain.outbox import Queued
from ledger.domain.people import Errand, ErrandState, Holding, Person
from ledger.domain.said import said
from ledger.domain.signers import only_the_chain_can_tell
from ledger.domain.statements import Kind, make
from ledger.services.claim_item import draft_claim, submit_claim
from ledger.services.errand_identity import join_block, new_passkey, person_of
from ledger.services.errands import (
    Visit,
    begin,
    item_block,
    key_blocks,
    message,
    signatures_of,
    unb64,
    unhex,
    unreadable,
)
from ledger.services.ports import Ledger, Tx
from ledger.services.replace_claim import draft_recovery
from ledger.services.submit_statement import Also, submit_statement
from ledger.services.views_of_chain import find_listed, listed

SOMEBODY: Final = "0x" + "0" * 39 + "1"
"""Stands for the new owner until the signing page knows them."""


def begin_claim(ledger: Ledger, visit: Visit, gtin: str, serial: str) -> Errand:
    """Claim an item with the card's code. Raises what `draft_claim` raises."""
    return _begin_with_card(ledger, visit, gtin, serial, "claim")


def begin_recovery_end(ledger: Ledger, visit: Visit, gtin: str, serial: str) -> Errand:
    """Take over an item once a recovery's notice has run out, with the new card's code."""
    return _begin_with_card(ledger, visit, gtin, serial, "recover")


def _begin_with_card(ledger: Ledger, visit: Visit, gtin: str, serial: str, act: str) -> Errand:
    made = (draft_claim if act == "claim" else draft_recovery)(ledger, gtin, serial, SOMEBODY)
    values = {name: value for name, value in made.draft.statement.values.items() if name != "newOwner"}
    kind = Kind.CLAIM if act == "claim" else Kind.COMPLETE_RECOVERY
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        join = join_block(ledger, tx, visit)
        request = {
            "act": act,
            "item": item_block(tx, subject),
            "messages": [message("Claim" if act == "claim" else "CompleteRecovery", values)],
            "keys": key_blocks(tx, visit.person),
            "person": join["person"],
            "join": join["join"],
            "claim": {"half": "0x" + made.activation_half.hex(), "address": made.draft.needed[0].address},
        }
        keep = {
            **join["keep"],
            "gtin": gtin,
            "serial": serial,
            "item": str(subject.item.item),
            "kind": int(kind),
            "values": request["messages"][0]["values"],
            "to": f"/my/items/{subject.item.item:064x}?new=1",
        }
        return begin(ledger, tx, visit, act, request, keep)


def finish_claim(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Queue the claim, and note whose the item will be."""
    owner = new_owner_of(answer)
    by_claim_key, by_owner = _two(signatures_of(answer))
    keep = errand.keep
    also = becoming(ledger, errand, answer)
    submit_claim(ledger, keep["gtin"], keep["serial"], owner, by_claim_key, by_owner, also)
    return result_of(errand)


def finish_recovery_end(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Queue the end of a recovery, and note whose the item will be."""
    signatures = list(_two(signatures_of(answer)))
    values = {**errand.keep["values"], "newOwner": new_owner_of(answer)}
    statement = make(Kind.COMPLETE_RECOVERY, values)
    submit_statement(ledger, statement, signatures, also=becoming(ledger, errand, answer))
    return result_of(errand)


def new_owner_of(answer: Mapping[str, Any]) -> str:
    """The address that the signing page made for the new owner. Raises Conflict where the answer has none."""
    values = answer.get("values")
    found = values.get("newOwner") if isinstance(values, Mapping) else None
    return "0x" + unhex(found, 20).hex()


def result_of(errand: Errand) -> dict[str, Any]:
    """Where the new owner goes, and who they are."""
    return {"to": errand.keep["to"], "person": errand.keep["person"]}


def becoming(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> Also:
    """What is kept beside the statement: the person, their new passkey, and that this address is theirs."""
    owner, key = new_owner_of(answer), answer.get("key")
    if not isinstance(key, Mapping):
        raise unreadable()

    def keep(tx: Tx, _queued: Queued) -> None:
        tx.people.add_holding(_holding(ledger, tx, errand, answer, key, owner))
        tx.errands.settle(errand.id, ErrandState.DONE, result_of(errand))

    return keep


def _holding(
    ledger: Ledger, tx: Tx, errand: Errand, answer: Mapping[str, Any], key: Mapping[str, Any], owner: str
) -> Holding:
    person = person_of(ledger, tx, errand)
    item, now = int(errand.keep["item"]), ledger.now()
    if "wallet" in key:
        _need_nobodys(tx, answer, person, item, owner)
        return Holding(person.id, item, owner, now)
    if answer.get("created") is not None:
        passkey = new_passkey(ledger, tx, errand, answer["created"], person)
    else:
        found = tx.people.by_credential(unb64(key.get("credential")))
        if found is None or found.person != person.id:
            raise Unknown(said("This passkey is not one of your account. Sign in with it, and begin again."))
        passkey = found
    blind = unhex(key.get("blind"), 32)
    if ledger.signing.passkey_address(passkey.x, passkey.y, blind) != owner:
        raise Conflict(said("The new owner’s address is not made of this passkey. Nothing was sent. Begin again."))
    return Holding(person.id, item, owner, now, passkey.id, blind)


def _need_nobodys(tx: Tx, answer: Mapping[str, Any], person: Person, item: int, owner: str) -> None:
    # A signature that only the chain can judge may be nonsense: by it nobody takes an address that others have here.
    if not any(map(only_the_chain_can_tell, signatures_of(answer))):
        return
    known, subject = tx.people.holding(item, owner), listed(tx, item)
    if (known is not None and known.person != person.id) or (subject.claimed and subject.holder == owner):
        raise Conflict(said("This account of an extension is in use here already. Choose another one."))


def _two(signatures: list[bytes]) -> tuple[bytes, bytes]:
    if len(signatures) != 2:
        raise unreadable()
    return signatures[0], signatures[1]
