"""Audit: later descriptions, reports and offers are what their hashes say; blocks of passports are the node's."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

from ledger.domain.errors import LedgerError
from ledger.domain.records import field_salt, record_hash
from ledger.domain.statements import Kind, make, struct_hash, to_json
from ledger.services.amend_item import amendment_secret
from ledger.services.audit_findings import Findings, pages
from ledger.services.audits_port import Row, sorted_json
from ledger.services.checking import Checked, cannot_tell, many
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.read_batch import batch_secret
from ledger.services.views_of_chain import final_height, listed
from ledger.services.write_manifest import MANIFESTS, manifest_hash

_MEND: Final = "Put the database and the files back from one backup."
_UNREADABLE: Final = (LedgerError, LookupError, ValueError, TypeError, OSError, EOFError)


def amendments_are_their_manifests(ledger: Ledger) -> Checked:
    """Every later description hashes to its record, its files say the same, and none is left out."""
    found = Findings("later descriptions are what was hashed", _MEND)
    looked, before = 0, (b"", -1)
    for page in pages(ledger, "amendments", ("item", "place")):
        with ledger.store.read() as tx:
            for row in page:
                name = f"amendment {row['place']} of item {row['item'].hex()}"
                if row["place"] != (before[1] + 1 if row["item"] == before[0] else 0):
                    found.note(f"an amendment before {name} is missing")
                before = row["item"], row["place"]
                looked += 1
                try:
                    found.note_all(f"{name} is different in {column}" for column in _amended(ledger, tx, row))
                except _UNREADABLE as problem:
                    found.note(f"{name}: {problem}")
    return found.line(f"{many(looked, 'description')}, with their files.")


def _amended(ledger: Ledger, tx: Tx, row: Row) -> list[str]:
    """The columns that are not what the sealed file and the batch's secret make of them."""
    kept = next(one for one in tx.batches.amendments(int.from_bytes(row["item"], "big")) if one.place == row["place"])
    subject = listed(tx, kept.item)
    sealed = ledger.files.read(MANIFESTS, kept.private_file)
    said: dict[str, Any] = json.loads(gzip.decompress(ledger.vault.open(sealed, "manifest")))
    secret = amendment_secret(batch_secret(ledger, subject.batch), kept.item, kept.place)
    fields: dict[str, Any] = said["fields"]
    record = record_hash(fields, {name: field_salt(secret, kept.item, name) for name in fields})
    public = _public_name(record, fields, said["private_fields"])
    wanted = {
        "item": (said["gtin"], said["serial"]) == (subject.item.gtin, subject.item.serial),
        "place": said["place"] == kept.place,
        "organisation": row["organisation"] == subject.batch.organisation,
        "record_hash": row["record_hash"] == record,
        "manifest_hash": row["manifest_hash"] == manifest_hash(ledger, public, kept.private_file),
        "public_file": row["public_file"] == public,
        "private_file": hashlib.sha256(sealed).hexdigest() == row["private_file"],
        "fields": row["fields"] == sorted_json(fields),
        "private_fields": row["private_fields"] == sorted_json(said["private_fields"]),
    }
    return [column for column, well in wanted.items() if not well]


def _public_name(record: bytes, fields: Mapping[str, Any], private: list[str]) -> str:
    """The SHA-256 of the public half, made again from the private one."""
    shown = {name: value for name, value in fields.items() if name not in private}
    content = {"version": 1, "record": record.hex(), "fields": shown}
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)
    return hashlib.sha256(packed).hexdigest()


def papers_are_what_was_hashed(ledger: Ledger) -> Checked:
    """Reports and references lead to their commitments, the evidence they cite is known, offers hash to their names."""
    found = Findings("reports and offers are what was hashed", _MEND)
    looked = 0
    for page in pages(ledger, "reports", ("commitment",)):
        with ledger.store.read() as tx:
            for row in page:
                looked += 1
                name = f"report 0x{row['commitment'].hex()}"
                try:
                    body = json.loads(row["body"])
                    if ledger.keccak(row["salt"] + rfc8785.dumps(body)) != row["commitment"]:
                        found.note(f"{name} is not what was hashed")
                    cited = body.get("evidence", ())
                    found.note_all(
                        f"{name} cites evidence {sha256}, which has no row"
                        for sha256 in cited
                        if tx.papers.evidence(sha256) is None
                    )
                except (ValueError, TypeError, AttributeError):
                    found.note(f"{name} cannot be read")
    for page in pages(ledger, "offers", ("id",)):
        looked += len(page)
        found.note_all(f"offer {row['id']} is not what was signed" for row in page if not _offer_fits(ledger, row))
    return found.line(f"{many(looked, 'text')} and signed offers.")


def _offer_fits(ledger: Ledger, row: Row) -> bool:
    try:
        offer = make(Kind.OFFER, json.loads(row["values"]))
    except (LedgerError, ValueError, TypeError):
        return False
    if sorted_json(to_json(offer.values)) != row["values"]:
        return False
    return (
        struct_hash(Kind.OFFER, offer.values, ledger.keccak) == row["hash"]
        and int(offer.values["item"]).to_bytes(32, "big") == row["item"]
        and offer.values["expiry"] == row["expires_at"]
        and _signed(ledger, row)
    )


def _signed(ledger: Ledger, row: Row) -> bool:
    """Whether the signature is somebody's at all: whose it has to be depends on when it was made."""
    with ledger.store.read() as tx:
        digest = ledger.domain(tx).digest(row["hash"], ledger.keccak)
    try:
        ledger.signing.signer_of(digest, bytes.fromhex(row["signature"][2:]))
    except (LedgerError, ValueError):
        return False
    return True


def proven_blocks_are_the_nodes(ledger: Ledger, chain: Chain | None) -> Checked:
    """Blocks that passports were made at are final, and the node's."""
    found = Findings("blocks of passports are the node’s", _MEND)
    if chain is None:
        return cannot_tell(found.name, "No node answers, so they were not compared.")
    looked = 0
    try:
        for page in pages(ledger, "proven_blocks", ("number",)):
            with ledger.store.read() as tx:
                final = final_height(tx)
            for row in page:
                looked += 1
                theirs = chain.block(row["number"]) if row["number"] <= final else None
                if theirs is None or theirs.hash != row["hash"]:
                    found.note(f"block {row['number']}, which a passport was made at, is not the node’s")
    except LedgerError as away:
        if found.any:
            return found.line("")
        return cannot_tell(found.name, f"The node stopped answering: {away.detail}")
    return found.line(f"{many(looked, 'block')}.")
