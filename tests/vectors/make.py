"""Writes the test vectors beside this file: what two programs must agree on, to the byte.

    python -m tests.vectors.make [FOLDER]

Everything in them follows from fixed seeds, so that writing them again gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sha3
from eth_keys import keys

from ledger.domain import claim_codes, crockford, identity, merkle, records, serials
from tests.vectors import sign

HERE = Path(__file__).parent
TREE_SIZES = (1, 2, 3, 5, 8, 100, 1000)


def keccak(data: bytes) -> bytes:
    """Keccak-256, 32 bytes."""
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def seeded(seed: str) -> Callable[[int], bytes]:
    """A source of bytes that is always the same for the same seed."""

    def stream() -> Iterator[int]:
        counter = 0
        while True:
            yield from hashlib.sha256(f"{seed}/{counter}".encode()).digest()
            counter += 1

    source = stream()
    return lambda length: bytes(next(source) for _ in range(length))


def crockford_vectors() -> dict[str, Any]:
    """Bytes and characters, check characters, and what is made of typed text."""
    random = seeded("crockford")
    samples = [b"", b"\0", b"\xff" * 10, *(random(length) for length in range(1, 17))]
    typed = (
        "7k3m 9x2p-tp4w",
        "o0Oo iIlL 11",
        " 7K3M\u20119X2P\u00a0TP4W ",
        "\uff27\uff11\uff4f",
        "u-U",
        "é\u3000a",
    )
    return {
        "alphabet": crockford.ALPHABET,
        "encoded": [
            {"bytes": sample.hex(), "text": text, "check": crockford.check_character(text)}
            for sample in samples
            for text in (crockford.encode(sample),)
        ],
        "tidied": [{"typed": text, "tidied": crockford.tidy(text)} for text in typed],
        "serials": [serials.make_serial(random) for _ in range(20)],
    }


def identity_vectors() -> dict[str, Any]:
    """GTINs of every length, and items with their paths, hashes, numbers and links."""
    gtins = (
        "95201238",
        "952012345672",
        "9520123456788",
        "09520123456788",
        "19520123456785",
        "9 520123 456788",
    )
    ours = serials.make_serial(seeded("identity"))
    items = (
        (1, ours, "https://v.example.com"),
        (2, ours, "https://v.example.com"),
        (16_777_215, ours, "https://example.com/id/"),
        (1, "A", "https://v.example.com"),
        (1, "lower-case_19.5", "https://v.example.com"),
        (1, "AB/12 (3)".replace(" ", "+"), "https://v.example.com:8443"),
        (7, "!\"%&'()*+,-./:;<=>?_", "https://v.example.com"),
    )
    gtin = identity.check_gtin("09520123456788")
    return {
        "gtins": [{"typed": typed, "gtin": identity.check_gtin(typed)} for typed in gtins],
        "items": [
            {
                "brand": brand,
                "gtin": gtin,
                "serial": serial,
                "path": path,
                "pathHash": path_hash.hex(),
                "itemId": f"{identity.item_id(brand, path_hash, keccak):064x}",
                "resolver": base,
                "link": identity.digital_link(base, gtin, serial),
                "label": identity.label_uri(base, gtin, serial),
            }
            for brand, serial, base in items
            for path in (identity.path(gtin, serials.check_serial(serial)),)
            for path_hash in (identity.path_hash(path, keccak),)
        ],
    }


def record_vectors() -> dict[str, Any]:
    """Records of one to fourteen fields: canonical values, salts, leaves, roots and every proof."""
    random = seeded("records")
    secret = random(32)
    told: dict[str, object] = {
        "model_ref": " Sac Lune 25 ",
        "colour": "cafe\u0301 \u20ac \U0001f45c",
        "size": '25 "petit" \\ /',
        "made_on": "2026-03-31",
        "made_in": "fr",
        "batch": "L-2026/07",
        "materials": "calfskin; brass ; silk",
        "weight_g": "412.50",
        "destination_market": "JP",
        "warranty_months": "24",
        "nfc_uid": "04:a2:3b:1c:5d:6e:80",
        "photo_url": "https://maison.example/lune.jpg?w=800",
        "brand_serial": "ML 001234",
        "private_note": "first line\nsecond\tline".replace("\t", " "),
    }
    canonical = {name: records.canonical_value(name, value) for name, value in told.items()}
    cases = []
    for size in (1, 2, 3, 5, 8, len(canonical)):
        item_id = int.from_bytes(random(32), "big")
        fields = dict(list(canonical.items())[:size])
        salts = {name: records.field_salt(secret, item_id, name) for name in fields}
        cases.append(
            {
                "itemId": f"{item_id:064x}",
                "recordHash": records.record_hash(fields, salts).hex(),
                "fields": [
                    {
                        "name": name,
                        "value": fields[name],
                        "jcs": records.jcs(fields[name]).decode(),
                        "salt": salts[name].hex(),
                        "leaf": records.field_leaf(salts[name], name, records.jcs(fields[name])).hex(),
                        "index": proof.index,
                        "proof": [node.hex() for node in proof.path],
                    }
                    for name in sorted(fields)
                    for proof in (records.field_proof(fields, salts, name),)
                ],
            }
        )
    return {"batchSecret": secret.hex(), "records": cases}


def tree_leaf(size: int, index: int) -> tuple[bytes, bytes, bytes]:
    """Path hash, record hash and claim address of one leaf in the tree of `size` leaves."""

    def part(name: str) -> bytes:
        return hashlib.sha256(f"merkle/{size}/{index}/{name}".encode()).digest()

    return part("path"), part("record"), part("claim")[:20]


def merkle_vectors() -> dict[str, Any]:
    """Trees of several sizes: roots and proofs (every one up to eight leaves, a few above)."""
    trees = []
    for size in TREE_SIZES:
        leaves = [merkle.leaf(*tree_leaf(size, index), keccak) for index in range(size)]
        tree = merkle.Tree(leaves, keccak)
        shown = range(size) if size <= 8 else (0, 1, size // 2, size - 1)
        trees.append(
            {
                "size": size,
                "root": tree.root.hex(),
                "proofs": [
                    {
                        "index": index,
                        "leaf": leaves[index].hex(),
                        "proof": [node.hex() for node in tree.proof(leaves[index])],
                    }
                    for index in shown
                ],
            }
        )
    return {
        "values": "sha256('merkle/{size}/{index}/path'), with record, with claim (its first 20 bytes)",
        "trees": trees,
    }


def claim_vectors() -> dict[str, Any]:
    """Claim codes with activation half and item: the key, and the address that the leaf holds."""
    random = seeded("claims")
    cases = []
    for _ in range(8):
        code, half, item_id = claim_codes.make_code(random), random(16), int.from_bytes(random(32), "big")
        key = claim_codes.claim_private_key(code, half, item_id)
        cases.append(
            {
                "code": code,
                "codeBytes": crockford.decode(code[:-1]).hex(),
                "activationHalf": half.hex(),
                "itemId": f"{item_id:064x}",
                "privateKey": key.hex(),
                "address": keys.PrivateKey(key).public_key.to_canonical_address().hex(),
            }
        )
    return {"info": "touchmark/claim/1", "claims": cases}


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "claim_codes.json": claim_vectors,
    "crockford.json": crockford_vectors,
    "identity.json": identity_vectors,
    "merkle.json": merkle_vectors,
    "records.json": record_vectors,
    "sign.json": sign.sign_vectors,
}


def write_all(folder: Path) -> None:
    """Writes every file of vectors into `folder`."""
    for name, vectors in VECTORS.items():
        text = json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
