"""Every form of signature, against the vectors that the contract is checked with, and bent in every way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_keys.datatypes import PrivateKey

from ledger.chain import signing
from ledger.domain.errors import BadSignature
from ledger.domain.signers import only_the_chain_can_tell

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "contracts" / "vectors" / "eip712.json").read_bytes()
)["signatures"]
DIGEST = bytes.fromhex(VECTORS["digest"][2:])
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.parametrize("form", ["ordinary", "passkey", "backup"])
def test_a_signature_of_each_form_is_by_whom_the_contract_says(form: str) -> None:
    vector = VECTORS[form]
    signature = bytes.fromhex(vector["signature"][2:])
    assert signing.signer_of(DIGEST, signature) == vector["address"].lower()
    assert not only_the_chain_can_tell(signature)


def test_a_signature_over_another_message_is_not_theirs() -> None:
    ordinary = VECTORS["ordinary"]
    found = signing.signer_of(b"\x01" * 32, bytes.fromhex(ordinary["signature"][2:]))
    assert found != ordinary["address"].lower()
    for form in ("passkey", "backup"):
        with pytest.raises(BadSignature):
            signing.signer_of(b"\x01" * 32, bytes.fromhex(VECTORS[form]["signature"][2:]))


@pytest.mark.parametrize("form", ["passkey", "backup"])
def test_a_passkeys_signature_with_any_byte_of_its_key_changed_is_nobodys(form: str) -> None:
    signature = bytes.fromhex(VECTORS[form]["signature"][2:])
    for place in range(1, 65, 7):
        bent = bytearray(signature)
        bent[place] ^= 1
        try:
            found = signing.signer_of(DIGEST, bytes(bent))
        except BadSignature:
            continue
        assert found != VECTORS[form]["address"].lower()


def test_a_passkeys_answer_cut_off_anywhere_is_refused() -> None:
    signature = bytes.fromhex(VECTORS["passkey"]["signature"][2:])
    for length in range(0, len(signature) - 1, 11):
        if length == 65:
            continue
        with pytest.raises(BadSignature):
            signing.signer_of(DIGEST, signature[:length])


def test_our_signatures_are_those_of_eth_account() -> None:
    key = b"\x07" * 32
    made = signing.sign(key, DIGEST)
    assert signing.address_of(key) == Account.from_key(key).address.lower()
    assert signing.signer_of(DIGEST, made) == signing.address_of(key)
    theirs = PrivateKey(key).sign_msg_hash(DIGEST)
    assert made[:64] == theirs.to_bytes()[:64]
    assert made[64] in (27, 28)


def test_the_other_half_of_s_is_refused() -> None:
    made = signing.sign(b"\x07" * 32, DIGEST)
    high = (N - int.from_bytes(made[32:64], "big")).to_bytes(32, "big")
    with pytest.raises(BadSignature, match="upper half"):
        signing.signer_of(DIGEST, made[:32] + high + bytes([55 - made[64]]))


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_only_27_and_28_are_recovery_bytes(v: int) -> None:
    with pytest.raises(BadSignature):
        signing.signer_of(DIGEST, signing.sign(b"\x07" * 32, DIGEST)[:64] + bytes([v]))


def test_other_lengths_and_forms_are_refused() -> None:
    for signature in (b"", b"\x01", b"\x01" * 21, b"\x02" * 97, b"\x03" * 97, b"\x04" * 200, bytes(64)):
        with pytest.raises(BadSignature):
            signing.signer_of(DIGEST, signature)


def test_a_wallets_signature_names_the_wallet_and_proves_nothing() -> None:
    signature = b"\x01" + b"\x11" * 20 + b"whatever"
    assert signing.signer_of(DIGEST, signature) is None
    assert signing.claimed_wallet(signature) == "0x" + "11" * 20
    assert only_the_chain_can_tell(signature)
    assert not only_the_chain_can_tell(b"\x01" * 65), "65 bytes are always an ordinary key's"
