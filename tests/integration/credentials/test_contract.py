"""The deployed contract, asked by web3 as any wallet asks it; what it names leads to our metadata."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractLogicError

from ledger.chain.node import artifact
from ledger.services.credential_metadata import tell_contract, token_metadata
from tests.support.world import World, person

INTERFACES = {
    "ERC-165": "0x01ffc9a7",
    "ERC-721": "0x80ac58cd",
    "ERC-721 metadata": "0x5b5e139f",
    "ERC-4906": "0x49064906",
    "ERC-5192": "0xb45a3c0e",
}


def contract_of(world: World) -> Any:
    with world.ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
    web3 = Web3(HTTPProvider(world.node.url))
    return web3.eth.contract(Web3.to_checksum_address(deployed["contract"]), abi=artifact("Touchmark")["abi"])


def test_wallets_read_the_certificate_and_are_led_to_its_metadata(sqlite_world: World) -> None:
    world = sqlite_world
    card, other = world.cards()[:2]
    world.claim(card, person("owner"))
    assert tell_contract(world.ledger)
    assert not tell_contract(world.ledger), "it is told once"
    world.settle()
    contract = contract_of(world)
    ask = contract.functions
    assert all(ask.supportsInterface(bytes.fromhex(one[2:])).call() for one in INTERFACES.values())
    assert not ask.supportsInterface(b"\xff\xff\xff\xff").call()
    assert ask.locked(card.item).call() is True
    assert ask.tokenURI(card.item).call() == f"http://localhost:8000/tokens/{card.item}"
    assert token_metadata(world.ledger, card.item)["name"] == "Maison: Sac 0"
    assert ask.ownerOf(card.item).call().lower() == person("owner").address
    for refused in (ask.tokenURI(other.item), ask.locked(other.item)):
        with pytest.raises(ContractLogicError):
            refused.call()
    fields, name, version, chain_id, verifying, salt, extensions = ask.eip712Domain().call()
    with world.ledger.store.read() as tx:
        domain = world.ledger.domain(tx)
    assert (fields, salt, extensions) == (b"\x0f", bytes(32), [])
    assert (name, version) == ("Touchmark", "1")
    assert (chain_id, verifying.lower()) == (domain.chain_id, domain.contract.lower())
    logs = contract.events.BatchMetadataUpdate.get_logs(from_block=0)
    with world.ledger.store.read() as tx:
        assert tx.outbox.open_acts() == []
    [told] = logs
    assert told["args"] == {"_fromTokenId": 0, "_toTokenId": 2**256 - 1}


def test_what_was_told_is_told_again_where_the_address_changes(sqlite_world: World) -> None:
    from dataclasses import replace

    world = sqlite_world
    assert tell_contract(world.ledger)
    assert tell_contract(replace(world.ledger, public_url="https://v.example"))
    world.settle()
    card = world.cards()[0]
    world.claim(card, person("owner"))
    world.settle()
    assert contract_of(world).functions.tokenURI(card.item).call() == f"https://v.example/tokens/{card.item}"
