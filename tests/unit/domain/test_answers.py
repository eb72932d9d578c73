"""Messages for the site and not for the contract, against eth-account's EIP-712."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data

from ledger.chain.signing import keccak
from ledger.domain import answers, statements
from ledger.domain.errors import Invalid

DOMAIN = statements.Domain(31337, "0x5fbdb2315678afecb367f032d93f642f64180aa3")
VALUES: dict[str, dict[str, Any]] = {
    "SignIn": {"origin": "http://localhost:8000", "challenge": "0x" + "11" * 32, "expiry": 1_900_000_000},
    "Join": {"origin": "https://v.example", "name": "Ana 张", "challenge": "0x" + "22" * 32, "expiry": 1},
    "Possession": {"item": str(2**256 - 1), "words": "amber · violin", "challenge": "0x" + "33" * 32, "expiry": 5},
    "Entrust": {"item": 7, "consignee": "", "until": 2**40 - 1, "nonce": "0x" + "44" * 32},
    "EndEntrust": {"entrustment": "0x" + "55" * 32},
}


def judged(kind: str, values: dict[str, Any]) -> bytes:
    message = {
        name: int(values[name]) if kind.startswith("uint") else values[name] for name, kind in answers.fields(kind)
    }
    types = {kind: [{"name": name, "type": solidity} for name, solidity in answers.fields(kind)]}
    data = {"name": "Touchmark", "version": "1", "chainId": 31337, "verifyingContract": DOMAIN.contract}
    return bytes(_hash_eip191_message(encode_typed_data(data, types, message)))


def test_every_kind_has_an_example_here() -> None:
    assert set(VALUES) == answers.ANSWERS


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_a_digest_is_the_one_eth_account_computes(kind: str) -> None:
    assert answers.answer_digest(kind, VALUES[kind], DOMAIN, keccak) == judged(kind, VALUES[kind])


def test_no_kind_has_the_name_of_a_statement_so_that_the_contract_takes_none() -> None:
    assert not answers.ANSWERS & set(statements.KIND_BY_NAME)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"expiry": -1}, "expiry"),
        ({"expiry": 2**40}, "expiry"),
        ({"origin": "x" * 501}, "origin"),
        ({"origin": "\ud800"}, "origin"),
        ({"origin": 5}, "origin"),
        ({"challenge": "0x11"}, "challenge"),
        ({"more": 1}, "more"),
    ],
)
def test_a_field_that_is_wrong_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid, match=f"SignIn cannot be read: {named}: "):
        answers.answer_hash("SignIn", VALUES["SignIn"] | change, keccak)


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(Invalid, match="entrustment: is missing"):
        answers.answer_hash("EndEntrust", {}, keccak)


def test_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid, match="no message of the kind “Claim”"):
        answers.answer_hash("Claim", {"item": 1}, keccak)
