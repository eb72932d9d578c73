"""Errands of a present owner: a report, the end of offers and recoveries, an offer; and accepting one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.errors import Conflict, Forbidden, Unknown
from ledger.domain.outbox import Queued
from ledger.domain.papers import StoredOffer
from ledger.domain.people import Errand, ErrandState, Holding
from ledger.domain.said import said
from ledger.domain.statements import Kind, OwnerReportKind, make
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.errand_identity import join_block
from ledger.services.errand_own import SOMEBODY, becoming, new_owner_of, result_of
from ledger.services.errands import (
    Visit,
    begin,
    item_block,
    key_blocks,
    message,
    owner_keys,
    signatures_of,
    unhex,
    unreadable,
)
from ledger.services.escrow import keep_acceptance
from ledger.services.hand_over import draft_acceptance, draft_offer, release_offer, submit_acceptance, submit_offer
from ledger.services.ports import Ledger, Tx
from ledger.services.report_status import draft_report
from ledger.services.submit_statement import submit_statement
from ledger.services.tag_handover import ask_for_tap, has_tag, note_tap
from ledger.services.views_of_chain import listed


def begin_report(
    ledger: Ledger, visit: Visit, item: int, kind: OwnerReportKind, words: Mapping[str, str | None]
) -> Errand:
    """Report an item lost, stolen or found, as its owner. Raises Conflict, Forbidden, Invalid."""
    with ledger.store.read() as tx:
        subject = listed(tx, item)
        owner_keys(tx, visit, subject)
    draft = draft_report(ledger, subject.item.gtin, subject.item.serial, kind, words)
    return _begin_own(ledger, visit, item, draft)


def begin_cancel(ledger: Ledger, visit: Visit, item: int) -> Errand:
    """End every open offer of an item, and an open recovery, as its owner."""
    with ledger.store.read() as tx:
        owner_keys(tx, visit, listed(tx, item))
        draft = draft_in(ledger, tx, Kind.CANCEL, {"item": item})
    return _begin_own(ledger, visit, item, draft)


def _begin_own(ledger: Ledger, visit: Visit, item: int, draft: Draft) -> Errand:
    kind, values = draft.statement.kind, draft.statement.values
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        told = message(draft.needed[0].typed["primaryType"], values)
        request = {
            "act": "sign",
            "item": item_block(tx, subject),
            "messages": [told],
            "signer": subject.holder,
            "keys": owner_keys(tx, visit, subject),
            "words": words_of(tx, values.get("ref")),
        }
        keep = {"kind": int(kind), "values": told["values"], "to": f"/my/items/{item:064x}"}
        return begin(ledger, tx, visit, "statement", request, keep)


def finish_statement(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Queue what was signed."""
    statement = make(Kind(errand.keep["kind"]), errand.keep["values"], errand.keep.get("offer"))
    result: dict[str, Any] = {"to": errand.keep["to"]}

    def settle(tx: Tx, queued: Queued) -> None:
        tx.errands.settle(errand.id, ErrandState.DONE, result | {"statement": queued.id})

    queued = submit_statement(
        ledger, statement, signatures_of(answer), organisation=errand.keep.get("organisation"), also=settle
    )
    return result | {"statement": queued.id}


def begin_offer(
    ledger: Ledger,
    visit: Visit,
    item: int,
    *,
    days: int = 7,
    words: Mapping[str, str | None] | None = None,
    platform: str | None = None,
    recipient: str | None = None,
    move: Mapping[str, str] | None = None,
    tap: bool = False,
) -> Errand:
    """Hand an item over by a link, which the signing page makes, or to an address of the owner's own.

    `platform` (an organisation's id) holds the acceptance back until it releases it; with `tap` the item's tag has
    to answer to whoever accepts.
    """
    if not 1 <= days <= 90:
        raise Conflict(said("An offer lasts from one day to ninety."))
    with ledger.store.read() as tx:
        subject = listed(tx, item)
        owner_keys(tx, visit, subject)
        if tap and not has_tag(tx, item):
            raise Conflict(said("This item has no tag that could answer. Hand it over without."))
    expiry = ledger.now() + days * 86_400
    draft = draft_offer(ledger, subject.item.gtin, subject.item.serial, recipient or SOMEBODY, expiry, words)
    values = {name: value for name, value in draft.statement.values.items() if recipient or name != "recipient"}
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        told = message("Offer", values)
        request = {
            "act": "offer",
            "item": item_block(tx, subject),
            "messages": [told],
            "signer": subject.holder,
            "keys": owner_keys(tx, visit, subject),
            "words": words_of(tx, values.get("ref")),
        }
        keep = {"values": told["values"], "item": f"{item:064x}", "platform": platform, "move": dict(move or {})}
        if tap:
            keep["tap"] = True
        return begin(ledger, tx, visit, "offer", request, keep)


def begin_move(ledger: Ledger, visit: Visit, item: int, passkey: str) -> Errand:
    """Move an item to another passkey of its owner's: a handover from themselves to themselves.

    The old passkey (or its paper backup) signs the offer, the new one accepts it. Raises Unknown, Conflict.
    """
    person, blind = visit.known, ledger.random(32)
    with ledger.store.read() as tx:
        subject = listed(tx, item)
        owner_keys(tx, visit, subject)
        target = next((one for one in tx.people.passkeys(person.id) if one.id == passkey), None)
        held = tx.people.holding(item, subject.holder)
    if target is None:
        raise Unknown(said("There is no such passkey in your account."))
    if held is not None and held.passkey == passkey:
        raise Conflict(said("This passkey holds the item already. Choose another."))
    address = ledger.signing.passkey_address(target.x, target.y, blind)
    move = {"passkey": passkey, "blind": blind.hex(), "address": address}
    return begin_offer(ledger, visit, item, recipient=address, move=move)


def finish_offer(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the offer; the link's secret stays in the browser, which shows it."""
    values, code = dict(errand.keep["values"]), answer.get("code")
    if "recipient" not in values:
        given = answer.get("values")
        values["recipient"] = "0x" + unhex(given.get("recipient") if isinstance(given, Mapping) else None, 20).hex()
        if not isinstance(code, str):
            raise unreadable()
    else:
        code = None
    [signature] = signatures_of(answer)[:1]

    def settle(tx: Tx, offer: StoredOffer) -> None:
        if errand.keep["platform"]:
            tx.asks.hold_in_escrow(offer.id, errand.keep["platform"], ledger.now())
        if errand.keep.get("tap"):
            ask_for_tap(tx, offer)
        move = errand.keep["move"]
        if move and errand.person is not None:
            blind = bytes.fromhex(move["blind"])
            holding = Holding(errand.person, offer.item, move["address"], ledger.now(), move["passkey"], blind)
            tx.people.add_holding(holding)
        tx.errands.settle(errand.id, ErrandState.DONE, _offered(errand, offer.id))

    return _offered(errand, submit_offer(ledger, values, signature, code, settle).id)


def _offered(errand: Errand, offer: str) -> dict[str, Any]:
    if errand.keep["move"]:
        return {"to": f"/my/items/{errand.keep['item']}/move/{offer}", "offer": offer}
    return {"to": f"/my/items/{errand.keep['item']}/handover/{offer}", "offer": offer}


def begin_accept(ledger: Ledger, visit: Visit, id: str, code: str | None) -> Errand:
    """Accept an offer, for the item's record as it stands now. Raises what `release_offer` raises, and Conflict."""
    offer = release_offer(ledger, id, code)
    draft = draft_acceptance(ledger, id, SOMEBODY, code)
    head = draft.statement.values["head"]
    with ledger.store.write() as tx:
        subject = listed(tx, offer.item)
        note_tap(tx, offer, visit.session.id, ledger.now())
        join = join_block(ledger, tx, visit)
        head_text = "0x" + head.hex() if isinstance(head, bytes) else str(head)
        request: dict[str, Any] = {
            "act": "accept",
            "item": item_block(tx, subject),
            "messages": [{"type": "Offer", "values": offer.values}, {"type": "Accept", "values": {"head": head_text}}],
            "keys": _keys_to_accept(tx, visit, offer),
            "person": join["person"],
            "join": join["join"],
            "words": words_of(tx, unhex(offer.values.get("ref", "0x" + "0" * 64), 32)),
        }
        if code is not None:
            # The link's secret is in the visitor's browser only, which adds it.
            request["link"] = {"code": code}
        keep = {
            **join["keep"],
            "offer": id,
            "code": code,
            "head": head_text,
            "item": str(offer.item),
            "to": f"/my/items/{offer.item:064x}?new=1",
        }
        return begin(ledger, tx, visit, "accept", request, keep)


def _keys_to_accept(tx: Tx, visit: Visit, offer: StoredOffer) -> list[dict[str, Any]]:
    """A person's passkeys; where the offer is to one of their own addresses, the passkey behind that one."""
    own = tx.people.holding(offer.item, str(offer.values["recipient"]))
    if own is None:
        return key_blocks(tx, visit.person)
    if visit.person is None or own.person != visit.person.id:
        raise Forbidden(said("This handover is to one of its owner’s own passkeys. Sign in as the owner."))
    return key_blocks(tx, visit.person, own.blind, own.passkey)


def finish_accept(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Queue the handover; where a platform holds the money, keep it signed until that platform releases it."""
    keep, owner, signatures = errand.keep, new_owner_of(answer), signatures_of(answer)
    also = becoming(ledger, errand, answer)
    with ledger.store.read() as tx:
        escrow = tx.asks.escrow(keep["offer"])
    if escrow is not None and escrow.released_at is None:
        keep_acceptance(ledger, keep["offer"], owner, keep["head"], signatures, keep["code"], keep["person"], also)
    else:
        submit_acceptance(ledger, keep["offer"], owner, keep["head"], signatures, keep["code"], also)
    return result_of(errand)


def words_of(tx: Tx, reference: Any) -> dict[str, Any]:
    """The words behind a reference, so that the signing page can check and show them."""
    report = tx.papers.report(reference) if isinstance(reference, bytes) and any(reference) else None
    if report is None:
        return {}
    return {"0x" + report.commitment.hex(): {"salt": "0x" + report.salt.hex(), "body": report.body}}
