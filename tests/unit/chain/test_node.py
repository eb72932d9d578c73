"""Transactions as they are signed and priced anew, without a node."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_account import Account

from ledger.chain.node import Node
from ledger.chain.rpc import Rpc
from ledger.chain.sending import chain_id_of, transaction_hash

KEY = b"\x07" * 32
GWEI = 10**9


@pytest.fixture(scope="module")
def node() -> Node:
    return Node(Rpc("http://127.0.0.1:1"), 123_456, "0x" + "5a" * 20)


def fields(raw: bytes) -> list[Any]:
    return list(rlp.decode(raw[1:]))


def number(value: bytes) -> int:
    return int.from_bytes(value, "big")


@pytest.mark.parametrize("to", [None, "", "0x" + "a5" * 20])
@pytest.mark.parametrize("nonce", [0, 7, 2**40])
def test_a_transaction_is_the_one_that_eth_account_signs(node: Node, to: str | None, nonce: int) -> None:
    fee = (20 * GWEI, GWEI)
    hash, raw = node.sign_transaction(KEY, nonce=nonce, data=b"data" * 400, gas=90_000, fee=fee, to=to)
    named = {None: {"to": b"\x5a" * 20}, "": {}}.get(to, {"to": b"\xa5" * 20})
    priced = {"maxFeePerGas": fee[0], "maxPriorityFeePerGas": fee[1], "gas": 90_000, "value": 0, "nonce": nonce}
    theirs = Account.sign_transaction({"type": 2, "chainId": 123_456, "data": b"data" * 400, **priced, **named}, KEY)
    assert (hash, raw) == (bytes(theirs.hash), bytes(theirs.raw_transaction))


def test_a_transaction_is_signed_for_its_chain_and_named_by_its_hash(node: Node) -> None:
    hash, raw = node.sign_transaction(KEY, nonce=7, data=b"data", gas=90_000, fee=(20 * GWEI, GWEI))
    assert raw[0] == 2
    assert chain_id_of(raw) == 123_456
    assert hash == transaction_hash(raw)
    _, nonce, tip, most, gas, to, value, data, *_ = fields(raw)
    assert [number(each) for each in (nonce, tip, most, gas, value)] == [7, GWEI, 20 * GWEI, 90_000, 0]
    assert (to, data) == (b"\x5a" * 20, b"data")


@pytest.mark.parametrize("fee", [(2 * GWEI, GWEI), (GWEI, GWEI), (9, 1), (100 * GWEI, 0)])
def test_a_replacement_says_the_same_under_the_same_nonce_and_both_prices_rise_by_a_tenth(
    node: Node, fee: tuple[int, int]
) -> None:
    _, raw = node.sign_transaction(KEY, nonce=7, data=b"data", gas=90_000, fee=fee)
    price = fee[0] * 9 // 8 + 1
    _, again = node.reprice(KEY, raw, (price, fee[1]))
    before, after = fields(raw), fields(again)
    assert [before[place] for place in (0, 1, 4, 5, 6, 7)] == [after[place] for place in (0, 1, 4, 5, 6, 7)]
    assert number(after[3]) * 10 >= number(before[3]) * 11
    assert number(after[2]) * 10 >= number(before[2]) * 11
    assert number(after[2]) <= number(after[3])
