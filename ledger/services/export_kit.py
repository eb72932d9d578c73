"""The exit kit: everything from which a stranger can check items, and a successor carry on, when we are gone.

What is public goes in as it is, what is sealed stays sealed and only goes where asked for, what names a person never
goes. The list of all files is signed with the key that signs checkpoints. Written in one pass; nothing in memory grows
with the number of items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.errors import Conflict
from ledger.domain.said import said
from ledger.domain.statements import Domain
from ledger.files.kit_sums import SIGNATURE, SUMS, write_sums
from ledger.files.kit_writer import KitTarget
from ledger.proof.exit_kit import KIT_FORMAT, kit_digest, write_signature
from ledger.proof.shapes import json_schema
from ledger.proof.trust import Checkpoint, Trust, read_checkpoint
from ledger.services.exits_port import Archive
from ledger.services.export_kit_chain import add_chain
from ledger.services.export_kit_parts import Kit, Progress, Sources
from ledger.services.export_kit_private import add_private
from ledger.services.export_kit_public import add_public
from ledger.services.export_kit_readme import readme
from ledger.services.ports import Ledger
from ledger.services.publish_trust import CHECKPOINT_KEY, checkpoint, trust_list
from ledger.services.views_of_chain import final_height

TRUST: Final = "touchmark.json"
ABOUT: Final = "kit.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """What a kit holds: bytes, bytes by part, how many of what, and as of which block."""

    size: int
    files: int
    sizes: Mapping[str, int]
    counts: Mapping[str, int]
    block: int


def export_kit(
    ledger: Ledger,
    target: KitTarget,
    archive: Archive,
    sources: Sources,
    *,
    private: bool = False,
    dry: bool = False,
    on_progress: Progress | None = None,
) -> Exported:
    """Write a kit as of the newest final block.

    `private` adds what only a successor with the passphrase can open. `dry` keeps nothing here either: otherwise the
    newest blocks are noted, so that the kit's checkpoint vouches for them. Raises Conflict before anything is final,
    Unavailable where the node does not give what has to be in the kit.
    """
    with ledger.store.read() as tx:
        domain, upto, keystore = ledger.domain(tx), final_height(tx), tx.meta.get(CHECKPOINT_KEY)
        tip = tx.chain.tip()
    if upto < 0 or keystore is None:
        raise Conflict(said("Nothing is final on this ledger yet. Start it, wait a minute, and export again."))
    if sources.save is not None:
        # What is final on a local chain is what is saved: here, in the very save that goes along.
        upto = sources.save.block if tip is not None and tip.number >= sources.save.block else upto
        if upto > sources.save.block:
            raise Conflict(said("The local chain was saved again meanwhile. Export once more."))
    newest = archive.header(upto)
    blocks = [newest] + ([archive.header(sources.save.block)] if sources.save and sources.save.block > upto else [])
    if not dry:
        with ledger.store.write() as tx:
            for block in blocks:
                tx.proven_blocks.note(block.number, block.hash, ledger.now())
    kit = Kit(target, on_progress)
    counts = add_chain(kit, ledger, archive, sources, upto) | add_public(kit, ledger, upto)
    counts["checkpoints"] = _add_checkpoints(kit, ledger)
    kit.add_bytes(TRUST, trust_list(ledger))
    _add_program(kit, sources)
    if private:
        counts |= add_private(kit, ledger, sources)
    made = ledger.now()
    about = {
        "format": KIT_FORMAT,
        "made": made,
        "chainId": domain.chain_id,
        "contract": domain.contract.lower(),
        "rewritableBy": ledger.rewritable_by,
        "block": {"number": upto, "hash": "0x" + newest.hash.hex()},
        "save": None if sources.save is None else {"block": sources.save.block, "generation": sources.save.generation},
        "private": private,
        "publicUrl": ledger.public_url,
        "program": sources.version,
        "database": sources.revision,
        "counts": counts,
    }
    kit.add_json(ABOUT, about)
    text = readme(about, _signer(ledger, keystore), verifier="verify" in kit.sizes)
    kit.add_bytes("README.md", text.encode())
    _seal(kit, ledger, domain, keystore, made)
    return Exported(kit.size, len(kit.sums), dict(kit.sizes), counts, upto)


def _add_checkpoints(kit: Kit, ledger: Ledger) -> int:
    """Every block that passports were made at, in as many signed lists as it takes."""
    after, count = -1, 0
    while True:
        try:
            raw = checkpoint(ledger, after)
        except Conflict:
            return count
        count += 1
        kit.add_bytes(f"checkpoints/{count:06}.json", raw)
        after = read_checkpoint(raw).blocks[-1].number


def _add_program(kit: Kit, sources: Sources) -> None:
    for name, schema in (
        ("passport", json_schema()),
        ("trust", _schema(Trust)),
        ("checkpoint", _schema(Checkpoint)),
    ):
        kit.add_json(f"schemas/{name}.schema.json", schema)
    for name, path in (*sources.documents, *sources.program):
        kit.add_file(name, path)
    kit.add_bytes("program/pyproject.toml", sources.project)


def _schema(shape: type[Trust | Checkpoint]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:touchmark:{shape.__name__.lower()}:1",
        **shape.model_json_schema(mode="validation"),
    }


def _seal(kit: Kit, ledger: Ledger, domain: Domain, keystore: dict[str, Any], made: int) -> None:
    sums = write_sums(kit.sums)
    kit.target.add(SUMS, [sums])
    digest = kit_digest(domain.chain_id, domain.contract, made, hashlib.sha256(sums).digest(), ledger.keccak)
    signature = ledger.signing.sign(ledger.vault.open_key(keystore), digest)
    named = write_signature(domain.chain_id, domain.contract.lower(), made, hashlib.sha256(sums).digest(), signature)
    kit.target.add(SIGNATURE, [named])


def _signer(ledger: Ledger, keystore: dict[str, Any]) -> str:
    return ledger.signing.address_of(ledger.vault.open_key(keystore))
