"""Dated designs: a certificate that files existed at a block's time, and how it is checked. A date, not an authorship.

1. Each file has a salt of 32 random bytes and a leaf: keccak256(keccak256(tag ‖ salt ‖ SHA-256 of the file)). The salt
   keeps the files that are not shown from being guessed; the tag keeps the leaf from being any other tree's.
2. The leaves make the tree of `ledger.domain.merkle`, and its root is what the brand's Anchor statement dates.
3. The certificate holds each file's salt, hash and way to the root, the statement with its signature, and the block
   that the ledger says it stands in. Whoever leaves files out of it still has a certificate of the others.
4. With the certificate and the files alone, steps `files` and `statement` can be told. That the block holds the
   statement, a node tells (step `block`); without one that rests on the ledger's word, and is said so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ledger.domain.errors import BadSignature, Fault, Invalid
from ledger.domain.merkle import Tree, verify
from ledger.domain.said import said
from ledger.domain.statements import Domain, Keccak, Kind, make, statement_hash, to_json

FORMAT: Final = "touchmark/design-certificate/1"
MOST_FILES: Final = 20
SAYS: Final = "These files existed at the time of the block. It is a claim of date, not of authorship."
_TAG: Final = b"touchmark/design-file/1"

SignerOf = Callable[[bytes, bytes], str | None]


@dataclass(frozen=True, slots=True)
class DesignFile:
    """A file by its SHA-256 (32 bytes), with its salt (32 bytes) and the name that its owner gave it."""

    name: str
    sha256: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class Anchored:
    """The statement that dates a root: signatures, its signer, and the block it stands in."""

    party: int
    nonce: int
    signature: bytes
    signer: str
    block: int
    block_hash: bytes
    time: int


def check_files(files: Sequence[tuple[str, str]]) -> None:
    """Raises Invalid naming every faulty file, as (name, SHA-256 as hexadecimal)."""
    faults = []
    if not 1 <= len(files) <= MOST_FILES:
        faults.append(Fault("files", said("are not 1 to 20."), said("Date the rest with another certificate.")))
    hashes = [sha256 for _, sha256 in files]
    for place, (name, sha256) in enumerate(files):
        if not 1 <= len(name) <= 200 or not name.isprintable():
            faults.append(Fault(f"files[{place}].name", said("must have 1 to 200 printable characters.")))
        if hashes.index(sha256) != place:
            faults.append(Fault(f"files[{place}]", said("is the same as one before it."), said("Leave it out.")))
    if faults:
        raise Invalid(said("The design cannot be dated: %(fault)s", fault=faults[0]), faults=faults)


def leaf_of(salt: bytes, sha256: bytes, keccak: Keccak) -> bytes:
    """A file's leaf, from 32 and 32 bytes."""
    return keccak(keccak(keccak(_TAG) + salt + sha256))


def tree_of(files: Sequence[DesignFile], keccak: Keccak) -> Tree:
    """The tree over files, in their order."""
    return Tree([leaf_of(one.salt, one.sha256, keccak) for one in files], keccak)


def certificate(
    name: str, brand: Mapping[str, Any], files: Sequence[DesignFile], anchored: Anchored, domain: Domain, keccak: Keccak
) -> dict[str, Any]:
    """The certificate as JSON."""
    tree = tree_of(files, keccak)
    statement = make(Kind.ANCHOR, {"party": anchored.party, "hash": tree.root, "nonce": anchored.nonce})
    return {
        "format": FORMAT,
        "says": SAYS,
        "name": name,
        "brand": dict(brand),
        "files": [
            {
                "name": one.name,
                "sha256": one.sha256.hex(),
                "salt": "0x" + one.salt.hex(),
                "way": ["0x" + node.hex() for node in tree.proof(leaf_of(one.salt, one.sha256, keccak))],
            }
            for one in files
        ],
        "statement": {
            "kind": "Anchor",
            "values": to_json(statement.values),
            "hash": "0x" + statement_hash(statement, keccak).hex(),
            "signature": "0x" + anchored.signature.hex(),
            "signer": anchored.signer,
        },
        "ledger": {"chainId": domain.chain_id, "contract": domain.contract},
        "block": {"number": anchored.block, "hash": "0x" + anchored.block_hash.hex(), "time": anchored.time},
    }


class Found(StrEnum):
    """What a step came to."""

    HOLDS = "holds"
    CONTRADICTS = "contradicts"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the check: what was looked at and what was found, in words."""

    name: str
    found: Found
    words: str


Block = Callable[[int], tuple[bytes, int, Collection[tuple[bytes, bytes]]] | None]
"""What a node has at a height: the block's hash and time, and (statement, hash) of each Anchored event in it."""


def check(
    document: Any, files: Mapping[str, bytes], keccak: Keccak, signer_of: SignerOf, block: Block | None = None
) -> list[Step]:
    """Check a certificate against files, as SHA-256 (32 bytes) by the names that the reader has for them.

    Total over any parsed JSON. `block` asks a node of the reader's choice; it may raise Unavailable.
    """
    try:
        return [_files(document, files, keccak), _statement(document, keccak, signer_of), _block(document, block)]
    except (KeyError, TypeError, ValueError, AttributeError, Invalid, RecursionError):
        return [Step("file", Found.CONTRADICTS, "This is no certificate of a design.")]


def _files(document: Any, files: Mapping[str, bytes], keccak: Keccak) -> Step:
    if document["format"] != FORMAT or len(document["files"]) > MOST_FILES:
        raise ValueError("another format")
    root = _bytes(document["statement"]["values"]["hash"])
    listed = set()
    for one in document["files"]:
        sha256 = bytes.fromhex(one["sha256"])
        leaf = leaf_of(_bytes(one["salt"]), sha256, keccak)
        if not verify(root, leaf, [_bytes(node) for node in one["way"]], keccak):
            return Step("files", Found.CONTRADICTS, f"{one['name']}: its way does not lead to what was dated.")
        listed.add(sha256)
    strange = [name for name, sha256 in files.items() if sha256 not in listed]
    if strange:
        return Step("files", Found.CONTRADICTS, f"{strange[0]} is none of the files that were dated.")
    if not files:
        return Step("files", Found.CANNOT_TELL, "No file was given to compare with.")
    shown = len(set(files.values()))
    return Step("files", Found.HOLDS, f"{shown} of the {len(listed)} files that were dated are these, bit for bit.")


def _statement(document: Any, keccak: Keccak, signer_of: SignerOf) -> Step:
    told = document["statement"]
    statement = make(Kind.ANCHOR, told["values"])
    hash = statement_hash(statement, keccak)
    if hash != _bytes(told["hash"]):
        return Step("statement", Found.CONTRADICTS, "The statement is not the one that its hash names.")
    domain = Domain(int(document["ledger"]["chainId"]), str(document["ledger"]["contract"]))
    _address(domain.contract)
    try:
        signer = signer_of(domain.digest(hash, keccak), _bytes(told["signature"], None))
    except BadSignature:
        return Step("statement", Found.CONTRADICTS, "The statement's signature is nobody's.")
    if signer is None:
        return Step("statement", Found.CANNOT_TELL, "Only the chain can tell whose signature this is.")
    if signer != _address(told["signer"]):
        return Step("statement", Found.CONTRADICTS, "The statement was signed by another key than it names.")
    return Step("statement", Found.HOLDS, f"Party {statement.party} signed it with the key {signer}.")


def _block(document: Any, block: Block | None) -> Step:
    told = document["block"]
    number, time = int(told["number"]), int(told["time"])
    if block is None:
        words = f"That block {number} holds it is the ledger's word; a node can tell."
        return Step("block", Found.CANNOT_TELL, words)
    found = block(number)
    if found is None or found[:2] != (_bytes(told["hash"]), time):
        return Step("block", Found.CONTRADICTS, f"The node's block {number} is another one.")
    wanted = (_bytes(document["statement"]["hash"]), _bytes(document["statement"]["values"]["hash"]))
    if wanted not in found[2]:
        return Step("block", Found.CONTRADICTS, f"Block {number} does not hold the statement.")
    return Step("block", Found.HOLDS, f"The node's block {number} holds it.")


def _bytes(text: str, size: int | None = 32) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(text)
    found = bytes.fromhex(text[2:])
    if size is not None and len(found) != size:
        raise ValueError(text)
    return found


def _address(text: str) -> str:
    _bytes(text, 20)
    return text.lower()
