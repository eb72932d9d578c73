"""What the operator publishes so that passports can be checked without it: its contract, its parties, its checkpoints.

The reader takes this once, and keeps it; from then on nothing of ours has to be reached.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from ledger.domain.errors import Conflict
from ledger.domain.parties import COUNCIL
from ledger.domain.said import said
from ledger.proof.canonical import write_canonical
from ledger.proof.trust import (
    CHECKPOINT_FORMAT,
    MOST_BLOCKS,
    TRUST_FORMAT,
    Trust,
    TrustedLedger,
    TrustedParty,
    checkpoint_digest,
)
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import directory

CHECKPOINT_KEY: Final = "checkpoint_key"
"""The kept key that signs lists of blocks."""


def trusted_ledger(ledger: Ledger, tx: Tx) -> TrustedLedger:
    """This ledger as a trust list names it. Raises Unavailable before the contract is deployed."""
    domain = ledger.domain(tx)
    keystore = tx.meta.get(CHECKPOINT_KEY)
    return TrustedLedger(
        name=f"The ledger at {urlsplit(ledger.public_url).netloc}",
        chainId=domain.chain_id,
        contract=domain.contract.lower(),
        codeHash="0x" + tx.meta.get("deployment")["code_hash"],
        rewritableBy=ledger.rewritable_by,
        checkpointSigner=None if keystore is None else ledger.signing.address_of(ledger.vault.open_key(keystore)),
        parties=[
            TrustedParty(number=number, name=_name(tx, number), brand=party.brand)
            for number, party in sorted(directory(tx).parties.items())
        ],
    )


def trust_list(ledger: Ledger) -> bytes:
    """The operator's own trust list, canonical JSON: `/.well-known/touchmark.json`."""
    with ledger.store.read() as tx:
        ours = trusted_ledger(ledger, tx)
    return write_canonical(Trust(format=TRUST_FORMAT, ledgers=[ours]).model_dump(exclude_none=True))


def checkpoint(ledger: Ledger, after: int = -1) -> bytes:
    """A signed list of the blocks above a height that passports were made at, canonical JSON.

    At most some ten thousand at once: ask again from the last one. Raises Conflict where there is none.
    """
    with ledger.store.read() as tx:
        domain, keystore = ledger.domain(tx), tx.meta.get(CHECKPOINT_KEY)
        listed = tx.proven_blocks.page(after, MOST_BLOCKS)
    if not listed or keystore is None:
        raise Conflict(said("There is no block to vouch for yet. Make a passport first."))
    blocks: list[dict[str, Any]] = [{"number": number, "hash": "0x" + hash.hex()} for number, hash in listed]
    made, contract = ledger.now(), domain.contract.lower()
    digest = checkpoint_digest(domain.chain_id, contract, made, blocks, ledger.keccak)
    signature = ledger.signing.sign(ledger.vault.open_key(keystore), digest)
    return write_canonical(
        {
            "format": CHECKPOINT_FORMAT,
            "chainId": domain.chain_id,
            "contract": contract,
            "made": made,
            "blocks": blocks,
            "signature": "0x" + signature.hex(),
        }
    )


def _name(tx: Tx, number: int) -> str:
    found = tx.organisations.by_party(number)
    if found is not None:
        return found.name
    return "The council" if number == COUNCIL else f"Party {number}"
