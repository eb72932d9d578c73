"""What is computed of items in pieces is what each rule says of one item, however many processes compute it."""

from __future__ import annotations

import gzip
import io
import json
from hashlib import sha256
from typing import Any

from ledger.chain.addresses import address_of, keccak
from ledger.domain.claim_codes import activation_half, claim_private_key
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import leaf
from ledger.domain.records import field_salt, record_hash
from ledger.files.packed import GzipRuns
from ledger.files.sealed import Sealer, read_sealed
from ledger.keeping.vault import Vault
from ledger.services.make_pieces import Piece, PieceMaker, Recipe, Row, Wanted, pieces
from ledger.services.prepare_batch import together_for
from ledger.services.read_batch import PAGE

GTIN = check_gtin("09521234543213")
SECRET = sha256(b"a batch").digest()
RECIPE = Recipe(7, SECRET, frozenset({"private_note"}), keccak, address_of)
VAULT = Vault("passphrase", b"s" * 16)
FIELDS: list[dict[str, Any]] = [
    {"model_ref": "Sac 1", "materials": ["calf leather", "brass"], "warranty_months": 24},
    {"model_ref": 'naïve "été" 物主\\', "private_note": "two\nlines", "part.case": "C-1"},
    {"model_ref": "24", "warranty_months": 24, "materials": ["24"]},
]
SERIALS = ["3J9GCRGNG1X6", 'a"b/c%d', "1"]


def wanted(count: int = 3) -> Wanted:
    rows: list[Row] = [(GTIN, f"{SERIALS[n % 3]}{n // 3 or ''}", FIELDS[n % 3]) for n in range(count)]
    secrets = b"".join(sha256(b"%d" % n).digest()[:10] for n in range(count))
    return Wanted.of(rows, secrets, frozenset())


def leaves(piece: Piece) -> list[bytes]:
    return [piece.leaves[at : at + 32] for at in range(0, len(piece.leaves), 32)]


def lines(packed: bytes) -> list[Any]:
    out = io.BytesIO()
    sealer = Sealer(out, VAULT, "x")
    sealer.add(packed)
    sealer.close()
    return list(read_sealed(io.BytesIO(out.getvalue()), VAULT, "x"))


def test_each_item_is_what_the_rules_say_of_it_alone() -> None:
    asked = wanted()
    piece = PieceMaker(RECIPE).make(asked)
    cards = lines(piece.cards)
    assert piece.count == len(piece.made) == 3
    for (_, serial, fields), made, found, card in zip(asked.rows, piece.made, leaves(piece), cards, strict=True):
        hashed = path_hash(path(GTIN, serial), keccak)
        item = item_id(7, hashed, keccak)
        record = record_hash(fields, {name: field_salt(SECRET, item, name) for name in fields})
        address = address_of(claim_private_key(card[2], activation_half(SECRET, item), item))
        assert made[:5] == (item.to_bytes(32, "big"), GTIN, serial, record, address)
        assert json.loads(made[5]) == fields
        assert found == leaf(hashed, record, bytes.fromhex(address[2:]), keccak)
        assert card[:2] == [GTIN, serial]
    assert piece.parts == {"part.case"}


def test_the_public_lines_show_no_serial_and_no_private_field_and_the_sealed_ones_all() -> None:
    asked = wanted()
    piece = PieceMaker(RECIPE).make(asked)
    out = io.BytesIO()
    runs = GzipRuns(out)
    runs.add(piece.public)
    runs.close()
    shown = [json.loads(line) for line in gzip.decompress(out.getvalue()).splitlines()]
    hidden = {"private_note", "part.case"}
    assert [one["fields"] for one in shown] == [
        {name: value for name, value in fields.items() if name not in hidden} for fields in FIELDS
    ]
    assert [one["leaf"] for one in shown] == [one.hex() for one in leaves(piece)]
    assert [one["record"] for one in shown] == [record.hex() for _, _, _, record, _, _ in piece.made]
    assert lines(piece.private) == [
        [GTIN, serial, address, json.loads(fields)] for _, _, serial, _, address, fields in piece.made
    ]
    assert [json.loads(one[5]) for one in piece.made] == FIELDS


def test_two_processes_make_the_same_pieces_as_one() -> None:
    asked = [wanted(count) for count in (3, 1, 7, 2)]

    def made(processes: int) -> list[tuple[Wanted, Piece]]:
        return list(pieces(RECIPE, iter(asked), processes))

    assert made(2) == made(1)
    assert [one for one, _ in made(2)] == asked


def test_the_larger_a_batch_the_more_of_it_is_kept_in_one_transaction_up_to_a_bound() -> None:
    sizes = [1, 100_000, 200_000, 600_000, 1_000_000, 5_000_000]
    assert [together_for(size) * PAGE for size in sizes] == [10_000, 10_000, 12_000, 40_000, 50_000, 50_000]
