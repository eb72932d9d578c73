"""The encodings that are written out by hand are those of eth-abi."""

from __future__ import annotations

import random

from eth_abi.abi import encode

from ledger.chain.bundles import bundle_bytes, opening_bytes
from ledger.chain.calls import ContractCodec
from ledger.chain.node import artifact
from ledger.domain.openings import Opening

_OPENING = "((uint56,bytes32,uint32,bytes32,address,uint40),bytes32,bytes32,address,bytes32[])"
CHANCE = random.Random(7)


def opening(levels: int) -> Opening:
    some = CHANCE.randbytes
    return Opening(
        batch=CHANCE.getrandbits(56),
        root=some(32),
        count=CHANCE.getrandbits(32),
        manifest_hash=some(32),
        signer="0x" + some(20).hex(),
        time=CHANCE.getrandbits(40),
        path_hash=some(32),
        record_hash=some(32),
        claim_address="0x" + some(20).hex(),
        proof=[some(32) for _ in range(levels)],
    )


def test_an_opening_is_encoded_as_eth_abi_does() -> None:
    for levels in (0, 1, 18):
        o = opening(levels)
        registration = (o.batch, o.root, o.count, o.manifest_hash, o.signer, o.time)
        wanted = encode([_OPENING], [(registration, o.path_hash, o.record_hash, o.claim_address, o.proof)])
        assert opening_bytes(o) == wanted


def test_a_bundle_is_encoded_as_eth_abi_does() -> None:
    codec = ContractCodec(artifact("Touchmark")["abi"])
    for count in (0, 1, 3, 40):
        calls = [
            (
                CHANCE.randrange(20),
                CHANCE.randbytes(CHANCE.choice([0, 31, 32, 288])),
                CHANCE.choice([b"", opening_bytes(opening(5))]),
                [CHANCE.randbytes(CHANCE.choice([65, 1, 700])) for _ in range(CHANCE.randrange(4))],
            )
            for _ in range(count)
        ]
        wanted = codec.encode("bundle", calls)
        assert wanted[4:] == bundle_bytes(calls)
