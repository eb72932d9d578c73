"""Change what the record says of an item: the new fields stand beside the old ones, which are never taken away."""

from __future__ import annotations

import gzip
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.domain.batches import Amendment, Item
from ledger.domain.components import is_part
from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid
from ledger.domain.fields import FIELDS, canonical_value, field_names, field_of
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.records import field_salt, record_hash
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.services.components_index import index_amendment
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import batch_secret
from ledger.services.views_of_chain import Listed, find_listed
from ledger.services.write_manifest import MANIFESTS, manifest_hash

MOST = 100
"""Later descriptions of one item."""
_INFO = b"touchmark/amendment/1"


def amend(
    ledger: Ledger,
    caller: Caller,
    gtin: str,
    serial: str,
    fields: Mapping[str, Any],
    private_fields: Sequence[str] | None = None,
) -> Queued:
    """Keep the new description, sign the amendment with the kept key, and queue it.

    `fields` is the whole new record. Raises Invalid naming every field that is wrong, Forbidden for another
    brand's item, Conflict where the record says so already or its batch is not registered.
    """
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, gtin, serial, fields, private_fields))


def queue_amendment(
    ledger: Ledger, tx: Tx, caller: Caller, gtin: str, serial: str, fields: Mapping[str, Any]
) -> Queued:
    """The same in a transaction that keeps more: for what two people have decided."""
    caller.need(Scope.SIGN)
    return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, gtin, serial, fields, None))


def current_fields(tx: Tx, item: Item) -> dict[str, Any]:
    """What an item's record says now: as it was registered, or as the chain has it amended last."""
    later = accepted_amendments(tx, item.item)
    return dict(later[-1].fields if later else item.fields)


def draft_amendment(
    ledger: Ledger,
    caller: Caller,
    gtin: str,
    serial: str,
    fields: Mapping[str, Any],
    private_fields: Sequence[str] | None = None,
) -> Draft:
    """Keep the new description and draft the amendment, for a brand that signs with its own key."""
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        return _draft(ledger, tx, caller, gtin, serial, fields, private_fields)


def amendment_secret(secret: bytes, item: int, place: int) -> bytes:
    """The secret that salts an item's amended fields (`place` counts from 0): never the batch's own, or an old
    value and a new one of a field would be salted alike."""
    return hmac.digest(secret, _INFO + item.to_bytes(32, "big") + place.to_bytes(4, "big"), "sha256")


def accepted_amendments(tx: Tx, item: int) -> list[Amendment]:
    """An item's later descriptions that the chain has, in its order; the last one is what the record says now."""
    kept = {one.record_hash: one for one in tx.batches.amendments(item)}
    if not kept:
        return []
    told = tx.chain.item_events_named(item, ("ItemAmended",))
    return [kept[event.args["recordHash"]] for event in told if event.args["recordHash"] in kept]


def _draft(
    ledger: Ledger,
    tx: Tx,
    caller: Caller,
    gtin: str,
    serial: str,
    fields: Mapping[str, Any],
    private_fields: Sequence[str] | None,
) -> Draft:
    caller.need_role(Role.BRAND)
    subject = find_listed(tx, gtin, serial)
    if subject.batch.organisation != caller.organisation.id:
        raise Forbidden(said("This item is another brand’s. Only its own brand can change its description."))
    if subject.batch.number is None:
        raise Conflict(
            said("This item’s batch is not registered yet. Register it first; then its record can be changed.")
        )
    private = list(subject.batch.private_fields) if private_fields is None else list(private_fields)
    canonical = _canonical(fields, private)
    private += [name for name in canonical if is_part(name)]
    earlier = accepted_amendments(tx, subject.item.item)
    if canonical == (earlier[-1].fields if earlier else subject.item.fields):
        raise Conflict(said("The record says exactly this already. There is nothing to change."))
    kept = tx.batches.amendments(subject.item.item)
    new = _made(ledger, caller, subject, len(kept), canonical, private)
    again = [
        one
        for one in kept
        if one not in earlier and (one.fields, one.private_fields) == (canonical, new.private_fields)
    ]
    if again:
        new = again[0]
    elif len(kept) >= MOST:
        raise Conflict(said("An item’s description can be changed %(most)s times, and this one’s has been.", most=MOST))
    else:
        tx.batches.add_amendment(new)
        index_amendment(ledger, tx, subject.batch.brand, new)
    values = {"item": new.item, "recordHash": new.record_hash, "manifestHash": new.manifest_hash}
    return draft_in(ledger, tx, Kind.AMEND_ITEM, values, caller)


def _canonical(fields: Mapping[str, Any], private: Sequence[str]) -> dict[str, Any]:
    faults, found = [], {}
    for name, value in fields.items():
        if field_of(name) is None:
            faults.append(
                Fault(
                    f"fields.{name[:40]}",
                    said("is not a field of a record."),
                    said("There are %(names)s.", names=field_names()),
                )
            )
            continue
        try:
            found[name] = canonical_value(name, value)
        except Invalid as wrong:
            faults.append(Fault(f"fields.{name}", wrong.detail))
    faults += [
        Fault(f"fields.{field.name}", said("is missing."), said("An amendment is the whole new record."))
        for field in FIELDS.values()
        if field.required and field.name not in fields
    ]
    faults += [
        Fault("private_fields", said("“%(name)s” is not a field of a record.", name=name[:40]))
        for name in private
        if field_of(name) is None
    ]
    if faults:
        raise Invalid(said("The description cannot be changed: %(faults)s", faults=faults[0]), faults=faults)
    return {name: found[name] for name in [*FIELDS, *sorted(found.keys() - FIELDS.keys())] if name in found}


def _made(
    ledger: Ledger, caller: Caller, subject: Listed, place: int, fields: dict[str, Any], private: Sequence[str]
) -> Amendment:
    item = subject.item
    secret = amendment_secret(batch_secret(ledger, subject.batch), item.item, place)
    salts = {name: field_salt(secret, item.item, name) for name in fields}
    hashed = record_hash(fields, salts)
    shown = {name: value for name, value in fields.items() if name not in private}
    public = _packed({"version": 1, "record": hashed.hex(), "fields": shown})
    whole = {"version": 1, "gtin": item.gtin, "serial": item.serial, "place": place, "fields": fields}
    sealed = ledger.vault.seal(_packed(whole | {"private_fields": sorted(set(private))}), "manifest")
    files = ledger.files.add(MANIFESTS, public), ledger.files.add(MANIFESTS, sealed)
    return Amendment(
        item=item.item,
        place=place,
        organisation=caller.organisation.id,
        record_hash=hashed,
        manifest_hash=manifest_hash(ledger, *files),
        public_file=files[0],
        private_file=files[1],
        fields=fields,
        private_fields=sorted(set(private)),
        created_at=ledger.now(),
    )


def _packed(content: Mapping[str, Any]) -> bytes:
    return gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)
