"""Only what the node answers for a hash counts: not its first answer, and not its words."""

from __future__ import annotations

import pytest
from eth_account import Account

from ledger.chain import saves
from ledger.chain.client import ChainClient
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc, RpcRefused
from ledger.chain.sending import Place, chain_id_of, send_raw, transaction_hash, whereabouts
from ledger.domain.errors import Invalid, Unavailable
from tests.integration.chain.small_contract import STORED, Sender

BURST = 1_000


@pytest.fixture
def node(lent_node: LocalNode) -> LocalNode:
    return lent_node


def test_a_burst_of_a_thousand_is_mined_whole_and_its_events_are_all_there(
    rpc: Rpc, sender: Sender, store: str
) -> None:
    raws = sender.store(store, *range(1, BURST + 1))
    sent = send_raw(rpc, raws, chain_id=sender.chain_id)
    assert {at.place for at in sent} == {Place.WAITING}
    assert 1 <= saves.mine(rpc) <= 5
    client = ChainClient(rpc, store, STORED)
    receipts = client.transaction_receipts([at.transaction_hash for at in sent])
    assert all(receipt is not None and receipt.succeeded for receipt in receipts)
    found = [event.args["value"] for events in client.logs_between(0, client.head().number) for event in events]
    assert found == list(range(1, BURST + 1))


def test_mining_with_nothing_waiting_makes_no_block(rpc: Rpc) -> None:
    height = rpc.call("eth_blockNumber")
    assert saves.mine(rpc) == 0
    assert rpc.call("eth_blockNumber") == height


def test_mining_gives_up_on_a_pool_that_does_not_empty(
    rpc: Rpc, sender: Sender, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_raw(rpc, sender.store(store, 1, 2), chain_id=sender.chain_id)
    call = Rpc.call
    monkeypatch.setattr(
        Rpc, "call", lambda self, method, *rest: None if method == "evm_mine" else call(self, method, *rest)
    )
    with pytest.raises(Unavailable, match="still holds 2 transactions"):
        saves.mine(rpc)


def test_the_node_takes_an_old_transaction_of_another_chain_and_drops_it_without_a_word(
    rpc: Rpc, sender: Sender, store: str
) -> None:
    """The trap itself: a hash, a place in the pool, and then nothing."""
    raw = sender.legacy(store, (7).to_bytes(32), chain_id=1)
    assert rpc.call("eth_sendRawTransaction", "0x" + raw.hex()) == "0x" + transaction_hash(raw).hex()
    rpc.call("evm_mine")
    [found] = whereabouts(rpc, [transaction_hash(raw)])
    assert found.place is Place.ABSENT


def test_a_transaction_of_another_chain_is_found_out_before_anything_is_sent(
    rpc: Rpc, sender: Sender, store: str
) -> None:
    good = sender.store(store, 1)
    wrong = [sender.legacy(store, b"", chain_id=1), sender.sign(store, b"", chainId=1)]
    with pytest.raises(Invalid) as refused:
        send_raw(rpc, [*good, *wrong], chain_id=sender.chain_id)
    assert [fault.where for fault in refused.value.faults] == ["transaction 2", "transaction 3"]
    assert rpc.call("txpool_status") == {"pending": "0x0", "queued": "0x0"}


def test_the_chain_id_is_read_out_of_every_kind_of_transaction() -> None:
    account = Account.create()
    base = {"to": account.address, "nonce": 0, "gas": 21_000, "value": 0, "data": b""}
    old, fees = {"gasPrice": 1}, {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1}
    kinds = [
        {**base, **old},
        {**base, **old, "type": 1, "accessList": []},
        {**base, **fees, "type": 2},
    ]
    for chain in (1, 5, 912_345_678_901_234):
        for fields in kinds:
            assert chain_id_of(bytes(account.sign_transaction({**fields, "chainId": chain}).raw_transaction)) == chain


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x02\xc0", b"\xc0", b"\x7f", b"\x05\xc0", b"hello"])
def test_what_is_no_transaction_is_not_sent(raw: bytes) -> None:
    with pytest.raises(Invalid, match="not a signed transaction"):
        chain_id_of(raw)


def test_sending_the_same_again_finds_it_where_it_is(rpc: Rpc, sender: Sender, store: str) -> None:
    raws = sender.store(store, 1)
    [first] = send_raw(rpc, raws, chain_id=sender.chain_id)
    [again] = send_raw(rpc, raws, chain_id=sender.chain_id)
    saves.mine(rpc)
    [mined] = send_raw(rpc, raws, chain_id=sender.chain_id)
    assert (first.place, again.place, mined.place) == (Place.WAITING, Place.WAITING, Place.MINED)
    assert first.refusal is None
    assert again.refusal
    assert mined.refusal
    assert mined.block_hash == ChainClient(rpc, store, STORED).head().hash


def test_a_refused_one_is_absent_and_does_not_stop_the_others(rpc: Rpc, sender: Sender, store: str) -> None:
    [before] = sender.store(store, 1)
    too_much_gas = sender.sign(store, b"", gas=2**24 + 1, nonce=sender.nonce)
    sender.nonce -= 1
    [after] = sender.store(store, 2)
    sent = send_raw(rpc, [before, too_much_gas, after], chain_id=sender.chain_id)
    assert [at.place for at in sent] == [Place.WAITING, Place.ABSENT, Place.WAITING]
    assert sent[1].refusal


def test_one_held_back_by_a_missing_nonce_waits_and_does_not_hold_up_mining(
    rpc: Rpc, sender: Sender, store: str
) -> None:
    missing, late = sender.store(store, 1, 2)
    [held] = send_raw(rpc, [late], chain_id=sender.chain_id)
    assert held.place is Place.WAITING
    assert saves.mine(rpc) == 0
    sender.mined(missing)
    assert [at.place for at in whereabouts(rpc, [transaction_hash(late)])] == [Place.MINED]


def test_a_batch_larger_than_one_request_keeps_its_order(rpc: Rpc) -> None:
    asked = [("eth_getStorageAt", ["0x" + "11" * 20, hex(at), "latest"]) for at in range(450)]
    asked[225] = ("eth_noSuchMethod", [])
    asked[333] = ("eth_chainId", [])
    answers = rpc.batch(asked)
    assert len(answers) == 450
    assert [at for at, answer in enumerate(answers) if answer != "0x" + "00" * 32] == [225, 333]
    assert isinstance(answers[225], RpcRefused)
    assert rpc.batch([]) == []


def test_requests_too_large_together_are_sent_apart(rpc: Rpc) -> None:
    """Six of 500,000 bytes are over the 2 MB Anvil takes at once."""
    echo = [("web3_sha3", ["0x" + bytes([at]).hex() * 250_000]) for at in range(6)]
    answers = rpc.batch(echo)
    assert len(set(answers)) == 6
    assert all(isinstance(answer, str) for answer in answers)
