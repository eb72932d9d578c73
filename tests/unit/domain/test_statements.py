"""Statements: what is signed equals what any EIP-712 library signs and what the contract hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.signing import keccak
from ledger.domain.errors import Invalid
from ledger.domain.statements import (
    BATCH_MARKS,
    KIND_BY_NAME,
    Domain,
    Kind,
    MarkKind,
    Statement,
    call_data,
    fields,
    make,
    statement_hash,
    struct_hash,
    to_json,
    type_name,
    type_string,
    typed_data,
    words,
)

VECTORS = json.loads((Path(__file__).parents[3] / "contracts" / "vectors" / "eip712.json").read_bytes())
DOMAIN = Domain(123_456_789_012_345, "0x" + "5a" * 20)


def largest(solidity: str) -> Any:
    if solidity == "address":
        return "0x" + "ff" * 20
    return b"\xff" * 32 if solidity == "bytes32" else (1 << int(solidity[4:])) - 1


def smallest(solidity: str) -> Any:
    if solidity == "address":
        return "0x" + "00" * 20
    return bytes(32) if solidity == "bytes32" else 0


def any_value(solidity: str) -> st.SearchStrategy[Any]:
    if solidity == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    if solidity == "bytes32":
        return st.binary(min_size=32, max_size=32)
    return st.integers(0, (1 << int(solidity[4:])) - 1)


def statements(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: any_value(solidity) for name, solidity in fields(kind)})


def judged(kind: Kind, values: dict[str, Any]) -> tuple[bytes, bytes]:
    """Struct hash and digest by eth_account."""
    message = encode_typed_data(full_message=typed_data(kind, values, DOMAIN))
    assert message.version == b"\x01"
    return message.body, keccak(b"\x19\x01" + message.header + message.body)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("extreme", [largest, smallest])
def test_every_kind_hashes_as_eth_account_does_at_its_extremes(kind: Kind, extreme: Any) -> None:
    values = {name: extreme(solidity) for name, solidity in fields(kind)}
    struct = struct_hash(kind, values, keccak)
    assert (struct, DOMAIN.digest(struct, keccak)) == judged(kind, values)


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_kind_hashes_as_eth_account_does(kind: Kind, data: st.DataObject) -> None:
    values = data.draw(statements(kind))
    struct = struct_hash(kind, values, keccak)
    assert (struct, DOMAIN.digest(struct, keccak)) == judged(kind, values)


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_json_carries_is_read_back_the_same(kind: Kind, data: st.DataObject) -> None:
    values = data.draw(statements(kind))
    offer = data.draw(statements(Kind.OFFER)) if kind is Kind.ACCEPT else None
    made = make(kind, values, offer)
    carried = json.loads(json.dumps([to_json(made.values), None if offer is None else to_json(made.offer or {})]))
    assert make(kind, carried[0], carried[1]) == made
    assert all(not isinstance(value, int) or value < 1 << 53 for value in carried[0].values())


def test_the_words_are_one_of_32_bytes_a_field_in_the_types_order() -> None:
    assert type_string(Kind.CANCEL) == "Cancel(uint256 item,uint24 sequence)"
    made = words(Kind.CANCEL, {"sequence": 2, "item": 1})
    assert made == (1).to_bytes(32, "big") + (2).to_bytes(32, "big")
    for kind in Kind:
        values = {name: largest(solidity) for name, solidity in fields(kind)}
        assert len(words(kind, values)) == 32 * len(fields(kind))


def test_an_acceptance_carries_its_offers_words_before_its_own_and_a_contest_its_item_alone() -> None:
    offer = {name: smallest(solidity) for name, solidity in fields(Kind.OFFER)} | {"item": 7}
    own = {name: largest(solidity) for name, solidity in fields(Kind.ACCEPT)}
    accept = make(Kind.ACCEPT, own, offer)
    assert call_data(accept) == words(Kind.OFFER, offer) + words(Kind.ACCEPT, own)
    assert statement_hash(accept, keccak) == struct_hash(Kind.ACCEPT, own, keccak)
    contest = make(Kind.CONTEST, {"item": 7, "batch": 1, "leaf": bytes(32)})
    assert call_data(contest) == (7).to_bytes(32, "big")


def test_names_and_numbers_of_kinds_are_different() -> None:
    assert len({type_name(kind) for kind in Kind}) == len(Kind) == 20
    assert KIND_BY_NAME["RegisterBatch"] is Kind.REGISTER_BATCH


def test_what_a_statement_speaks_of_is_told() -> None:
    batch = 5 << 32 | 9
    mark = {"subject": batch, "party": 5, "kind": int(MarkKind.RECALL_BATCH), "ref": bytes(32), "nonce": 3}
    on_batch = make(Kind.MARK, mark)
    assert (on_batch.item, on_batch.batch, on_batch.party, on_batch.nonce) == (None, batch, 5, 3)
    on_item = make(Kind.MARK, mark | {"kind": int(MarkKind.RECALL)})
    assert (on_item.item, on_item.batch) == (batch, None)
    registered = make(Kind.REGISTER_BATCH, {"batch": batch, "root": bytes(32), "count": 1, "manifestHash": bytes(32)})
    assert (registered.party, registered.batch, registered.nonce) == (5, batch, None)
    compromised = make(Kind.COMPROMISED, {"by": 0, "party": 5, "key": "0x" + "11" * 20, "since": 1, "nonce": 2})
    assert compromised.party == 0, "the one whose nonce is used"
    offer = {"item": 8, "recipient": "0x" + "22" * 20, "expiry": 1, "sequence": 4, "ref": bytes(32)}
    accept = make(Kind.ACCEPT, {"offer": bytes(32), "newOwner": "0x" + "22" * 20, "head": bytes(32)}, offer)
    assert (accept.item, accept.sequence, accept.party, accept.nonce) == (8, 4, None, None)
    assert len(BATCH_MARKS) == 4


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"item": -1}, "item"),
        ({"item": 1 << 256}, "item"),
        ({"item": True}, "item"),
        ({"item": 1.0}, "item"),
        ({"item": "0x10"}, "item"),
        ({"item": "१"}, "item"),
        ({"item": None}, "item"),
        ({"kind": 256}, "kind"),
        ({"ref": "0x12"}, "ref"),
        ({"ref": b"\x01" * 31}, "ref"),
        ({"ref": "0x" + "g" * 64}, "ref"),
        ({"sequence": 1 << 24}, "sequence"),
        ({"more": 1}, "more"),
    ],
)
def test_a_field_that_does_not_fit_is_named(changed: dict[str, Any], where: str) -> None:
    good: dict[str, Any] = {"item": "12", "kind": 1, "ref": "0x" + "AB" * 32, "sequence": 0}
    assert isinstance(make(Kind.OWNER_REPORT, good), Statement)
    with pytest.raises(Invalid) as told:
        make(Kind.OWNER_REPORT, good | changed)
    assert [fault.where for fault in told.value.faults] == [where]


def test_every_missing_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as told:
        make(Kind.RECORD, {"item": 1})
    assert [fault.where for fault in told.value.faults] == [name for name, _ in fields(Kind.RECORD)][1:]
    with pytest.raises(Invalid, match="offer"):
        make(Kind.ACCEPT, {"offer": bytes(32), "newOwner": "0x" + "22" * 20, "head": bytes(32)})
    with pytest.raises(Invalid) as told:
        make(Kind.ACCEPT, {"offer": bytes(32), "newOwner": "0x" + "22" * 20, "head": bytes(32)}, {"item": 1})
    missing = {f"offer.{name}" for name, _ in fields(Kind.OFFER)} - {"offer.item"}
    assert {fault.where for fault in told.value.faults} == missing


def test_an_addresss_letters_may_be_large_and_are_kept_small() -> None:
    made = make(Kind.CLAIM, {"item": 1, "newOwner": "0x" + "AB" * 20})
    assert made.values["newOwner"] == "0x" + "ab" * 20


@pytest.mark.parametrize("vector", VECTORS["statements"], ids=lambda vector: vector["name"])
def test_every_kind_agrees_with_the_contracts_vectors(vector: dict[str, Any]) -> None:
    kind = Kind(vector["kind"])
    assert type_string(kind) == vector["type"]
    assert keccak(type_string(kind).encode()).hex() == vector["typeHash"][2:]
    made = make(kind, vector["message"], vector.get("offer")) if kind is not Kind.ACCEPT else None
    values = made.values if made else _plain(kind, vector["message"])
    domain = Domain(VECTORS["domain"]["chainId"], VECTORS["domain"]["verifyingContract"])
    assert domain.separator(keccak).hex() == VECTORS["domainSeparator"][2:]
    struct = struct_hash(kind, values, keccak)
    assert struct.hex() == vector["structHash"][2:]
    assert domain.digest(struct, keccak).hex() == vector["digest"][2:]
    if made is not None and kind is not Kind.CONTEST:
        assert call_data(made).hex() == vector["data"][2:]


def _plain(kind: Kind, message: dict[str, Any]) -> dict[str, Any]:
    offer = {name: smallest(solidity) for name, solidity in fields(Kind.OFFER)}
    return dict(make(kind, message, offer).values)


def test_the_contract_has_no_kind_that_we_have_not() -> None:
    assert {Kind(vector["kind"]) for vector in VECTORS["statements"]} == set(Kind)
