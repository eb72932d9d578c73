"""A case file made: everything of a case that this side may see, sealed, signed, and what is missing named in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.desk.case_file import gaps, shown_entry
from ledger.domain.desk_log import Entry
from ledger.domain.errors import Conflict, LedgerError
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.domain.webhooks import iso
from ledger.files.case_pdf import write_case_pdf
from ledger.files.case_zip import as_json, write_case_file
from ledger.services.desk.case_file_purchases import purchases_of
from ledger.services.desk.case_write import entries_of
from ledger.services.desk.cases_read import Eye, Seen, see_case
from ledger.services.make_passport import make_passport
from ledger.services.ports import Ledger, Tx
from ledger.services.publish_trust import CHECKPOINT_KEY
from ledger.services.views_of_chain import final_height

INSPECTED: Final = "Inspected"
_MOST_EVENTS: Final = 200
_MOST_NAMED: Final = 1_000


def make_case_file(ledger: Ledger, caller: Caller, id: str) -> bytes:
    """The file of a case as a ZIP archive. Raises Unknown for somebody else's, Conflict before the ledger has a key."""
    seen = see_case(ledger, caller, id)
    kept = seen.kept
    passport = _passport(ledger, kept.gtin, kept.serial)
    with ledger.store.read() as tx:
        keystore = tx.meta.get(CHECKPOINT_KEY)
        if keystore is None:
            raise Conflict(said("The ledger has no key to seal case files with yet. Make a passport first."))
        purchases = {} if seen.eye is Eye.PLATFORM else purchases_of(tx, id)
        entries = [*_entries(tx, seen), *_bought(tx, list(purchases))]
        events = _events(tx, kept.item)
    entries.sort(key=lambda one: int(one["number"]))
    kept_texts = {name for name, _ in seen.text_names}
    missing = _named(entries, "texts") - kept_texts
    lacking = gaps(
        list(purchases.values()),
        item_named=kept.item is not None,
        passport=passport is not None,
        inspected_at=[one["at"] for one in events if one["name"] == INSPECTED],
        photos_kept={one.sha256 for one in seen.files},
        texts_missing=len(missing),
        withheld=sum(not one["whole"] for one in entries),
    )
    made_at = ledger.now()
    case = _case(seen) | {
        "made_at": iso(made_at),
        "entries": entries,
        "test_purchases": {name: asdict(one) for name, one in purchases.items()},
        "gaps": [{"word": word, "says": says} for word, says in lacking],
    }
    graph = _graph(seen, entries, events, list(purchases))
    evidence = [{"sha256": one.sha256, "media_type": one.media_type, "size": one.size} for one in seen.files]
    parts = [
        ("case.json", as_json(case)),
        ("evidence.json", as_json({"files": evidence})),
        ("item.json", as_json({"gtin": kept.gtin, "serial": kept.serial, "events": events})),
        ("graph.json", as_json(graph)),
        *([] if passport is None else [("passport.json", passport)]),
        ("case.pdf", write_case_pdf(case, evidence, events, f"{ledger.public_url}/v1/cases/{id}/file")),
    ]
    key = ledger.vault.open_key(keystore)
    about = {"case": id, "made_at": iso(made_at), "made_for": seen.eye.value}
    return write_case_file(about, parts, lambda digest: ledger.signing.sign(key, digest))


def _passport(ledger: Ledger, gtin: str | None, serial: str | None) -> bytes | None:
    """The item's passport with what anybody may see; None where it cannot be made now, which the file then says."""
    if gtin is None or serial is None:
        return None
    try:
        return make_passport(ledger, gtin, serial)
    except LedgerError:
        return None


def _entries(tx: Tx, seen: Seen) -> list[dict[str, Any]]:
    """The case's entries; whole for the platform, else whole where this side sees every field of it."""
    visible = {one.number: one.body for one in seen.history}
    found = []
    for entry in entries_of(tx, seen.kept.id):
        body = visible.get(entry.number, {})
        found.append(shown_entry(entry, None if body == json.loads(entry.body) else body))
    return found


def _bought(tx: Tx, ids: Sequence[str]) -> list[dict[str, Any]]:
    found: list[Entry] = [one for id in ids for one in tx.desk_log.entries(0, 1, subject=id)]
    return [shown_entry(one) for one in found]


def _events(tx: Tx, item: int | None) -> list[dict[str, Any]]:
    """What the record says of the item up to the final block: what happened, when, and where it stands; no people."""
    if item is None:
        return []
    final = final_height(tx)
    return [_event(one) for one in tx.chain.item_events(item, _MOST_EVENTS) if one.block <= final]


def _event(one: ChainEvent) -> dict[str, Any]:
    return {
        "id": f"{one.block}-{one.log_index}",
        "name": one.name,
        "at": one.time,
        "transaction": "0x" + one.transaction.hex(),
    }


def _case(seen: Seen) -> dict[str, Any]:
    kept, case = seen.kept, seen.case
    return {
        "id": kept.id,
        "notice": kept.notice,
        "platform": seen.platform.slug,
        "listing": kept.listing,
        "url": kept.url,
        "notifier": seen.notifier.name,
        "holder": seen.holder.name,
        "gtin": kept.gtin,
        "serial": kept.serial,
        "reason": kept.reason,
        "rules": kept.rules,
        "territories": list(kept.territories),
        "state": case.state.value,
        "outcome": None if case.outcome is None else case.outcome.value,
        "opened_at": iso(kept.opened_at),
        "facts": list(case.facts),
        "made_for": seen.eye.value,
        "texts": [
            {"kind": kind, "text": text, "name": name, "salt": salt}
            for (kind, text), (name, salt) in zip(seen.texts, seen.text_names, strict=True)
        ],
    } | ({"seller": case.seller} if seen.eye is Eye.PLATFORM else {})


def _graph(
    seen: Seen, entries: Sequence[dict[str, Any]], events: Sequence[dict[str, Any]], purchases: Sequence[str]
) -> dict[str, Any]:
    """Codes, listings, sellers, inspections and purchases, each link with the entry or the event that it rests on."""
    kept = seen.kept
    case, listing = f"case:{kept.id}", f"listing:{seen.platform.slug}/{kept.listing}"
    received = next((one["number"] for one in entries if one["kind"] == "case.received"), None)
    edges: list[dict[str, Any]] = [{"from": case, "to": listing, "says": "is against", "entry": received}]
    nodes = {case, listing}
    if kept.item is not None:
        item = f"item:{kept.gtin}/{kept.serial}"
        edges.append({"from": listing, "to": item, "says": "shows the code of", "entry": received})
        nodes.add(item)
        for one in events:
            name = f"event:{one['id']}"
            edges.append({"from": item, "to": name, "says": one["name"], "event": one["id"]})
            nodes.add(name)
    if seen.eye is Eye.PLATFORM and seen.case.seller is not None:
        named = next((one["number"] for one in entries if one["kind"] == "case.seller"), received)
        edges.append({"from": f"seller:{seen.case.seller}", "to": listing, "says": "offers", "entry": named})
        nodes.add(f"seller:{seen.case.seller}")
    for one in entries:
        if one["kind"] == "custody.test_purchase" and one["subject"] in purchases:
            bought = f"purchase:{one['subject']}"
            edges.append({"from": listing, "to": bought, "says": "was bought from", "entry": one["number"]})
            nodes.add(bought)
    return {"nodes": sorted(nodes), "edges": edges}


def _named(entries: Sequence[dict[str, Any]], field: str) -> set[str]:
    """Names of texts that entries name."""
    found: set[str] = set()
    for one in entries:
        body = json.loads(one["body"]) if one["whole"] else one["body"]
        value = body.get(field)
        if isinstance(value, list):
            found |= {str(name) for name in value[:_MOST_NAMED]}
    return found
