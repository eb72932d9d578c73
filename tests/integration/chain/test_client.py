"""Reading the ledger's own contract on a real node, at a named block."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account

from ledger.chain.calls import ContractRefused
from ledger.chain.client import ChainClient
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc, RpcRefused
from ledger.chain.sending import keccak, transaction_hash
from ledger.domain.errors import Invalid, Unavailable
from tests.integration.chain.small_contract import STORED, Sender

NOBODY = "0x" + "0b" * 20


@pytest.fixture
def node(lent_node: LocalNode) -> LocalNode:
    return lent_node


@pytest.fixture
def council() -> list[str]:
    return [Account.create().address.lower() for _ in range(2)]


@pytest.fixture
def ledger(rpc: Rpc, sender: Sender, touchmark: dict[str, Any], council: list[str]) -> ChainClient:
    from eth_abi.abi import encode

    owner = sender.account.address
    arguments = encode(["address"] * 4, [owner, *council, NOBODY])
    address = sender.deploy(bytes.fromhex(touchmark["bytecode"].removeprefix("0x")) + arguments)
    return ChainClient(rpc, address, touchmark["abi"])


def add_party(ledger: ChainClient, sender: Sender, key: str) -> bytes:
    raw = sender.sign(ledger.address, ledger.encode_call("addParty", True, key), gas=1_000_000)
    sender.mined(raw)
    return raw


def test_a_call_answers_at_the_block_it_names(ledger: ChainClient, sender: Sender) -> None:
    before = ledger.head()
    add_party(ledger, sender, NOBODY)
    after = ledger.head()
    assert ledger.call("keyOf", 1, NOBODY)[0] == after.time
    for block in (before.number, before.hash):
        assert ledger.call("keyOf", 1, NOBODY, block=block)[0] == 0
    assert ledger.call("keyOf", 1, NOBODY, block=after.hash)[0] == after.time


def test_the_domain_of_the_contract_is_read_with_its_chain(ledger: ChainClient, sender: Sender) -> None:
    _, name, version, chain_id, address, *_ = ledger.call("eip712Domain")
    assert (name, version, chain_id, address) == ("Touchmark", "1", sender.chain_id, ledger.address)


def test_a_refusal_of_the_contract_carries_its_name_and_arguments(ledger: ChainClient) -> None:
    with pytest.raises(ContractRefused) as refused:
        ledger.call("ownerOf", 7)
    assert refused.value.error is not None
    assert refused.value.error.name == "ERC721NonexistentToken"
    assert refused.value.error.args == {"tokenId": 7}
    assert "ERC721NonexistentToken(tokenId=7)" in refused.value.detail


def test_a_call_as_somebody_is_judged_as_theirs(ledger: ChainClient, sender: Sender) -> None:
    assert ledger.call("addParty", True, NOBODY, sender=sender.account.address) == 1
    with pytest.raises(ContractRefused):
        ledger.call("addParty", True, NOBODY, sender=NOBODY)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("noSuchFunction", ()),
        ("ownerOf", ()),
        ("ownerOf", ("x",)),
        ("ownerOf", (-1,)),
        ("ownerOf", (2**256,)),
    ],
)
def test_a_call_that_cannot_be_made_is_refused_here(ledger: ChainClient, function: str, args: Any) -> None:
    with pytest.raises(Invalid, match=function):
        ledger.call(function, *args)


def test_functions_of_one_name_are_told_apart_by_their_types(ledger: ChainClient) -> None:
    with pytest.raises(Invalid, match="several functions"):
        ledger.encode_call("safeTransferFrom", NOBODY, NOBODY, 1)
    data = ledger.encode_call("safeTransferFrom(address,address,uint256)", NOBODY, NOBODY, 1)
    assert data[:4] == keccak(b"safeTransferFrom(address,address,uint256)")[:4]


def test_a_receipt_shows_the_contracts_events(ledger: ChainClient, sender: Sender) -> None:
    raw = add_party(ledger, sender, NOBODY)
    receipt = ledger.transaction_receipt(transaction_hash(raw))
    assert receipt is not None
    assert receipt.succeeded
    assert receipt.block_hash == ledger.head().hash
    assert [(event.name, event.args) for event in receipt.events if event.name == "PartyAdded"] == [
        ("PartyAdded", {"party": 1, "brand": True, "firstKey": NOBODY})
    ]
    assert list(receipt.events) == ledger.logs_of(receipt.block_hash)
    assert ledger.transaction_receipt(b"\x01" * 32) is None


def test_a_failed_transaction_has_a_receipt_that_says_so(ledger: ChainClient, sender: Sender) -> None:
    raw = sender.sign(ledger.address, ledger.encode_call("endParty", 99), gas=1_000_000)
    sender.mined(raw)
    receipt = ledger.transaction_receipt(transaction_hash(raw))
    assert receipt is not None
    assert not receipt.succeeded
    assert receipt.events == ()


def test_the_code_at_an_address_is_known_by_its_hash(ledger: ChainClient) -> None:
    raw = ledger.rpc.call("eth_getCode", ledger.address, "latest")
    assert ledger.code_hash() == keccak(bytes.fromhex(raw[2:]))
    assert ledger.code_hash(NOBODY) is None
    assert ledger.code_hash(block=0) is None


def test_nonces_balances_and_fees(ledger: ChainClient, sender: Sender) -> None:
    assert ledger.nonce(sender.account.address) == sender.nonce
    assert ledger.nonce(sender.account.address, block=0) == 0
    assert ledger.balance(sender.account.address) > 0
    fees, base_fee = ledger.fees(), ledger.head().base_fee
    assert base_fee is not None
    assert fees.max_fee == 2 * base_fee + fees.priority_fee
    raw = sender.sign(NOBODY, b"", maxFeePerGas=fees.max_fee, maxPriorityFeePerGas=fees.priority_fee)
    sender.mined(raw)
    assert ledger.transaction_receipt(transaction_hash(raw)) is not None


def test_a_block_that_is_not_there_is_none(ledger: ChainClient) -> None:
    head = ledger.head()
    assert ledger.block(head.number) == ledger.block(head.hash) == head
    assert ledger.block(head.number + 1) is None
    assert ledger.block(b"\x01" * 32) is None
    assert ledger.blocks(range(head.number - 1, head.number + 2)) == [ledger.block(head.number - 1), head, None]


def test_a_reorganisation_shows_in_the_blocks_and_the_old_ones_are_gone(rpc: Rpc, sender: Sender, store: str) -> None:
    client = ChainClient(rpc, store, STORED)
    for value in (1, 2, 3):
        sender.mined(*sender.store(store, value))
    tip = client.head()
    fork = client.block(tip.number - 2)
    rpc.call("anvil_reorg", 2, [])
    assert client.block(tip.number - 2) == fork
    assert client.block(tip.hash) is None
    now = client.block(tip.number)
    assert now is not None
    assert now.hash != tip.hash
    with pytest.raises(RpcRefused):
        client.logs_of(tip.hash)
    assert client.logs_of(now.hash) == []
    assert sum(len(events) for events in client.logs_between(0, tip.number)) == 1


def test_ranges_are_halved_until_the_node_answers(
    rpc: Rpc, sender: Sender, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in range(1, 12):
        sender.mined(*sender.store(store, value))
    call, asked = Rpc.call, []

    def narrow(self: Rpc, method: str, *params: Any, **options: Any) -> Any:
        if method == "eth_getLogs":
            width = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            asked.append(width)
            if width > 3:
                raise RpcRefused(-32005, "query returned more than 10000 results")
        return call(self, method, *params, **options)

    monkeypatch.setattr(Rpc, "call", narrow)
    client = ChainClient(rpc, store, STORED)
    found = [event.args["value"] for events in client.logs_between(1, client.head().number) for event in events]
    assert found == list(range(1, 12))
    assert len(asked) < 25


def test_a_range_of_one_block_that_is_refused_is_an_error(
    rpc: Rpc, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RpcRefused(-32005, "no")

    monkeypatch.setattr(Rpc, "call", refuse)
    with pytest.raises(RpcRefused):
        list(ChainClient(rpc, store, STORED).logs_between(0, 100))


def test_an_event_this_version_does_not_know_is_not_skipped(rpc: Rpc, sender: Sender, store: str) -> None:
    sender.mined(*sender.store(store, 1))
    client = ChainClient(rpc, store, [])
    with pytest.raises(Unavailable, match="does not know"):
        client.logs_of(client.head().hash)


@pytest.mark.parametrize(
    "change",
    [
        {"address": "0x" + "22" * 20},
        {"removed": True},
        {"blockHash": "0x" + "33" * 32},
        {"data": "0x"},
        {"topics": None},
        {"logIndex": None},
    ],
)
def test_an_event_that_was_not_asked_for_or_is_misshapen_is_refused(
    rpc: Rpc, sender: Sender, store: str, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    sender.mined(*sender.store(store, 1))
    client = ChainClient(rpc, store, STORED)
    head = client.head()
    [log] = rpc.call("eth_getLogs", {"blockHash": "0x" + head.hash.hex()})
    monkeypatch.setattr(Rpc, "call", lambda *_, **__: [log])
    assert [event.args for event in client.logs_of(head.hash)] == [{"value": 1}]
    monkeypatch.setattr(Rpc, "call", lambda *_, **__: [log | change])
    with pytest.raises(Unavailable):
        client.logs_of(head.hash)
