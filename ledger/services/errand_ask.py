"""Errands of the live answer: an owner proves that they have an item, or entrusts somebody with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.answers import answer_digest
from ledger.domain.asks import LONGEST_TRUST, Ask, AskState, Entrustment
from ledger.domain.errors import BadSignature, Conflict, Forbidden, Unknown
from ledger.domain.organisations import Organisation, Role
from ledger.domain.people import Errand, ErrandState, Membership, StaffRole
from ledger.domain.said import said
from ledger.services.ask_owner import trusted_now
from ledger.services.errands import (
    Visit,
    begin,
    item_block,
    key_blocks,
    message,
    need_owner,
    owner_keys,
    signatures_of,
)
from ledger.services.ports import Ledger, Tx
from ledger.services.staff_keys import staff_key
from ledger.services.views_of_chain import Listed, listed


def check_answerer(ledger: Ledger, visit: Visit, ask: Ask) -> None:
    """Raises Forbidden, saying why, where it is not the visitor's to answer."""
    with ledger.store.read() as tx:
        _who_answers(ledger, tx, visit, listed(tx, ask.item))


def begin_proof(ledger: Ledger, visit: Visit, ask: Ask, photo: str | None = None) -> Errand:
    """Answer a question as the owner, or for them. Raises Forbidden, saying why, where it is not theirs to answer.

    `photo` is the name of a picture that was chosen for this answer.
    """
    with ledger.store.write() as tx:
        subject = listed(tx, ask.item)
        signer, keys, by = _who_answers(ledger, tx, visit, subject)
        values = {
            "item": ask.item,
            "words": ask.words,
            "challenge": "0x" + ask.challenge.hex(),
            "expiry": ask.expires_at,
        }
        request = {
            "act": "prove",
            "item": item_block(tx, subject),
            "messages": [message("Possession", values)],
            "signer": signer,
            "keys": keys,
        }
        keep = {
            "ask": ask.id,
            "values": values | {"item": str(ask.item)},
            "signer": signer,
            "by": by,
            "photo": photo,
            "known": by is not None or tx.people.holding(subject.item.item, subject.holder) is not None,
        }
        return begin(ledger, tx, visit, "prove", request, keep, minutes=15)


def _who_answers(ledger: Ledger, tx: Tx, visit: Visit, subject: Listed) -> tuple[str, list[dict[str, Any]], str | None]:
    person = visit.person
    for part in tx.people.memberships(person.id) if person else ():
        if _answers_for(ledger, tx, part, subject):
            key = staff_key(ledger, tx, part.organisation, visit.known)
            return key.address, key_blocks(tx, person, key.blind, key.passkey), part.organisation
    holding = tx.people.holding(subject.item.item, subject.holder)
    if holding is None or (person is not None and holding.person == person.id):
        return subject.holder, owner_keys(tx, visit, subject), None
    if person is not None and tx.people.holdings_of(person.id, subject.item.item):
        raise Forbidden(
            said("You were its owner once, but it was handed over since. Only the present owner can answer.")
        )
    raise Forbidden(said("Only the registered owner can answer. Ask them, or have it handed over to you first."))


def _answers_for(ledger: Ledger, tx: Tx, part: Membership | None, subject: Listed) -> bool:
    """Whether a member may answer for the owner now: who does more than look, for an organisation that is trusted."""
    if part is None or not part.roles - {StaffRole.VIEWER}:
        return False
    return trusted_now(tx, subject, part.organisation, ledger.now())


def finish_proof(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Check the owner's signature over the buyer's words, and let the buyer's page know."""
    keep, selling = errand.keep, not answer.get("not_selling")
    with ledger.store.write() as tx:
        ask = tx.asks.ask(keep["ask"])
        if ask is None:
            raise Unknown(said("There is no such question. Ask the buyer to send the link again."))
        subject, now = listed(tx, ask.item), ledger.now()
        result: dict[str, Any] = {"to": "/answered" if selling else "/answered?not_selling=1"}
        if ask.expires_at <= now:
            raise Conflict(said("This question is older than 15 minutes, so it is over. The buyer can ask again."))
        if keep["by"] is None and keep["signer"] != subject.holder:
            raise Conflict(
                said("The item has changed hands meanwhile, so this answer tells nothing. Nothing was sent.")
            )
        if keep["by"] is not None:
            part = tx.people.membership(errand.person or "", keep["by"])
            if not _answers_for(ledger, tx, part, subject):
                raise Forbidden(
                    said("Only the registered owner can answer. Ask them, or have it handed over to you first.")
                )
        if selling:
            digest = answer_digest("Possession", keep["values"], ledger.domain(tx), ledger.keccak)
            [signature] = signatures_of(answer)[:1]
            if ledger.signing.signer_of(digest, signature) != keep["signer"]:
                raise BadSignature(said("This was not signed with the owner’s key. Nothing was sent. Try again."))
        elif errand.person is None or not keep["known"]:
            raise Forbidden(said("Sign in as the owner to say that you are not selling it."))
        state = AskState.CONFIRMED if selling else AskState.NOT_SELLING
        signer, photo = (keep["signer"], keep.get("photo")) if selling else (None, None)
        if not tx.asks.answer(ask.id, state, now, signer, keep["by"], photo):
            raise Conflict(said("This question was answered already. A link works once; the buyer can ask again."))
        tx.errands.settle(errand.id, ErrandState.DONE, result)
        # By a consignee it says where the consignee is, not the owner.
        return result | ({"confirmed": ask.item} if selling and keep["by"] is None else {})


def begin_entrust(ledger: Ledger, visit: Visit, item: int, organisation: str, days: int) -> Errand:
    """Entrust a platform or a shop with the answer for some days, at most ninety. Raises Invalid, Forbidden."""
    if not 1 <= days <= LONGEST_TRUST // 86_400:
        raise Conflict(said("Entrust it for one day to ninety."))
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        trusted = consignee(tx, organisation)
        values = {
            "item": item,
            "consignee": name_of(trusted),
            "until": ledger.now() + days * 86_400,
            "nonce": "0x" + ledger.random(32).hex(),
        }
        request = {
            "act": "sign",
            "item": item_block(tx, subject),
            "messages": [message("Entrust", values)],
            "signer": subject.holder,
            "keys": owner_keys(tx, visit, subject),
        }
        keep = {
            "values": values | {"item": str(item)},
            "organisation": trusted.id,
            "signer": subject.holder,
            "to": f"/my/items/{item:064x}",
        }
        return begin(ledger, tx, visit, "entrust", request, keep)


def finish_entrust(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the entrustment with its signature, by which anyone can check it."""
    keep, [signature] = errand.keep, signatures_of(answer)[:1]
    with ledger.store.write() as tx:
        values, item = keep["values"], int(keep["values"]["item"])
        digest = answer_digest("Entrust", values, ledger.domain(tx), ledger.keccak)
        holder = listed(tx, item).holder
        if ledger.signing.signer_of(digest, signature) != holder or keep["signer"] != holder:
            raise BadSignature(said("This was not signed with the owner’s key. Nothing was sent. Try again."))
        result = {"to": keep["to"]}
        if tx.errands.settle(errand.id, ErrandState.DONE, result):
            nonce = bytes.fromhex(values["nonce"][2:])
            id, until = ledger.new_id("ent"), int(values["until"])
            signed = "0x" + signature.hex()
            tx.asks.add_entrustment(
                Entrustment(id, item, holder, keep["organisation"], until, nonce, signed, ledger.now())
            )
        return result


def end_entrustment(ledger: Ledger, visit: Visit, item: int, id: str) -> None:
    """Take an entrustment back at once; it needs no signature, since it only makes the owner's word rarer."""
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        need_owner(tx, visit, subject)
        if not any(one.id == id for one in tx.asks.entrustments(item)) or not tx.asks.end_entrustment(id, ledger.now()):
            raise Unknown(said("That was taken back already."))


def consignee(tx: Tx, organisation: str) -> Organisation:
    """An organisation that can be entrusted: any but the council. Raises Unknown."""
    found = tx.organisations.get(organisation)
    if found is None or found.role is Role.COUNCIL:
        raise Unknown(said("There is no such shop or platform here."))
    return found


def name_of(organisation: Organisation) -> str:
    """How the signing page names an organisation: by the name people know and the domain that is its own."""
    return f"{organisation.name} ({organisation.domain})"
