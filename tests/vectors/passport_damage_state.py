"""Damage to what the state shows: the header, the trees, the contract's words, and whom the reader trusts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rlp
from trie import HexaryTrie

from ledger.chain import signing
from ledger.proof.report import Step
from tests.vectors.passport_forging import SLOTS, retold
from tests.vectors.passport_workshop import (
    CANNOT_TELL,
    HOLDS,
    ZERO,
    Workshop,
    byte,
    flipped,
    members,
    put,
    rehashed,
)

_Json = dict[str, Any]


def damage(shop: Workshop) -> None:
    """All of it."""
    for part in (_header, _trusted, _item, _batch_and_prefix, _signers):
        part(shop)


def _header(shop: Workshop) -> None:
    at, base, block = Step.HEADER, "claimed", ("state", "block")
    shop.changed("no_state", base, at, put("state", to=None), outcome=CANNOT_TELL)
    shop.changed("a_byte_of_the_header", base, at, put(*block, "header", to=byte(100, "00")))
    shop.changed("another_block", base, at, put(*block, "hash", to=flipped))
    shop.changed("another_height", base, at, put(*block, "number", to=lambda number: number + 1))
    shop.changed("no_header", base, at, put(*block, "header", to="0xc0"))
    shop.changed("a_header_that_is_no_rlp", base, at, put(*block, "header", to="0xff00"))
    shop.changed("bytes_behind_the_header", base, at, rehashed(lambda raw: raw + b"\0"))
    shop.changed("a_list_in_the_header", base, at, rehashed(members(lambda members: [*members[:-1], []])))
    shop.changed("a_header_of_few_members", base, at, rehashed(members(lambda members: members[:14])))
    endless = put("state", "block", "header", to="0x" + "c0" * 20_000)
    shop.changed("a_header_of_many_bytes", base, Step.FILE, endless)
    shop.changed("a_node_of_many_bytes", base, Step.FILE, put("state", "nodes", 0, to="0x" + "c0" * 3_000))
    shop.changed("a_time_of_no_calendar", base, at, rehashed(members(lambda m: [*m[:11], b"\1" * 6, *m[12:]])))
    shop.changed("a_time_of_many_bytes", base, at, rehashed(members(lambda m: [*m[:11], b"\1" * 9, *m[12:]])))
    shop.changed(
        "a_forged_root_with_a_header_hashed_anew", base, at, rehashed(members(lambda m: [*m[:3], bytes(32), *m[4:]]))
    )
    shop.changed("nodes_out_of_order", base, at, put("state", "nodes", to=lambda nodes: nodes[::-1]))
    shop.changed("a_node_twice", base, at, put("state", "nodes", to=lambda nodes: [nodes[0], *nodes]))
    shop.changed("nodes_of_another_state", base, at, put("state", "nodes", to=shop.told("stolen")["state"]["nodes"]))
    shop.changed("a_node_that_is_no_rlp", base, at, put("state", "nodes", to=["0xff"]))
    shop.forged("a_state_without_the_contract", base, at, absent=True, outcome=CANNOT_TELL)
    shop.forged("an_account_of_three_members", base, at, account=lambda members: members[:3])
    shop.forged("an_account_that_is_text", base, at, account=lambda members: b"account")


def _trusted(shop: Workshop) -> None:
    base = "claimed"

    def same(_told: _Json) -> None:
        """Nothing is wrong with the file."""

    shop.forged("a_forged_state_that_says_the_same", base, Step.LIVE, outcome=HOLDS)
    shop.forged("other_code", base, Step.CODE, code=b"\x11" * 32)
    shop.changed("the_trust_list_has_other_code", base, Step.CODE, same, trust="other_code")
    shop.changed("a_contract_nobody_trusts", base, Step.SIGNATURES, same, trust="elsewhere", outcome=CANNOT_TELL)
    shop.changed("no_trust_list", base, Step.SIGNATURES, same, trust=None, outcome=CANNOT_TELL)
    shop.changed("a_brand_nobody_named", base, Step.LIVE, same, trust="no_brands", outcome=CANNOT_TELL)


def _item(shop: Workshop) -> None:
    base, at, newer = "claimed", Step.ITEM, shop.told("stolen")["state"]

    def slot(word: int | bytes, offset: int = 0) -> Callable[[_Json], dict[int, int | bytes]]:
        return lambda told: {SLOTS.item(_id(told)) + offset: word}

    shop.forged("a_state_that_knows_nothing_of_the_item", base, at, slot(0))
    shop.forged("a_state_with_another_head", base, at, slot(1, 1))
    shop.forged("a_slot_of_33_bytes", base, at, slot(rlp.encode(b"\1" * 33)))
    shop.forged("a_slot_that_is_a_list", base, at, slot(rlp.encode([b"\1"])))
    shop.forged("a_slot_that_is_no_rlp", base, at, slot(b"\x81\x01"))
    shop.forged("a_slot_of_nothing_is_none", "untouched", Step.LIVE, slot(b"\x80"), outcome=HOLDS)
    shop.forged("a_touched_item_called_untouched", "untouched", at, slot(5))
    shop.forged("other_locks", "marked", at, lambda told: {SLOTS.locks(_id(told)): 0})
    shop.forged("another_recovery", "recovery_open", at, lambda told: {SLOTS.recovery(_id(told)): 7})
    above = "what_stands_above_the_locks_is_passed_over"
    shop.forged(above, base, Step.LIVE, lambda told: {SLOTS.locks(_id(told)): 1 << 200}, outcome=HOLDS)
    shop.changed("an_older_story_with_a_newer_state", "handed_over", at, put("state", to=newer))
    shop.changed("the_state_of_another_item", "untouched", at, put("state", to=shop.told(base)["state"]))
    shop.changed("a_node_of_the_accounts_missing", base, Step.HEADER, _without(lambda told, _: _root(told)))
    shop.changed("a_node_of_the_slots_missing", base, at, _without(_storage_root(shop)))
    contest = {"batch": "4294967296", "leaf": ZERO}

    def contested(told: _Json) -> _Json:
        said = {"kind": "Contest", "values": {**contest, "item": str(_id(told))}, "signatures": []}
        return retold(told, shop.ledger, {**said, "time": told["statements"][-1]["time"] + 5})

    shop.changed("contested", base, Step.LIVE, contested, outcome=HOLDS)


def _batch_and_prefix(shop: Workshop) -> None:
    base, prefix = "claimed", "952123"
    for name, word in (("another_registration_in_the_state", 1), ("no_registration_in_the_state", 0)):
        shop.forged(name, base, Step.BATCH, lambda told, word=word: {SLOTS.batch(_batch(told)): word})
    shop.changed("another_time_of_registration", base, Step.BATCH, put("batch", "time", to=lambda time: time - 1))
    flags = 4 | 2 | 8
    amended = lambda told: {SLOTS.batch_flags(_batch(told)): flags}  # noqa: E731
    shop.forged("an_amended_batch", base, Step.LIVE, amended, outcome=HOLDS, notes=1)

    def grants(*given: tuple[int, int]) -> Callable[[_Json], dict[int, int]]:
        slots = {SLOTS.grant(prefix, place): party | since << 72 for place, (party, since) in enumerate(given)}
        return lambda _told: {SLOTS.grants(prefix): len(given), **slots}

    at, never = Step.PREFIX, 2**39
    shop.forged("anothers_prefix", base, at, grants((2, 1)))
    shop.forged("a_prefix_given_away_before", base, at, grants((1, 1), (2, 2)))
    shop.forged("a_prefix_given_away_later", base, Step.LIVE, grants((1, 1), (2, never)), outcome=HOLDS)
    shop.forged("nobodys_prefix", base, at, grants())
    shop.forged("a_prefix_granted_only_later", base, at, grants((1, never)))
    shop.forged("a_prefix_of_many_hands", base, at, lambda _: {SLOTS.grants(prefix): 65}, outcome=CANNOT_TELL)


def _signers(shop: Workshop) -> None:
    at, base = Step.SIGNERS, "inspected"

    def key(*interval: int, of: int = 0) -> Callable[[_Json], dict[int, int]]:
        def changed(told: _Json) -> dict[int, int]:
            said = told["statements"][of]
            since, until, compromised = (said["time"] + one if one else 0 for one in interval)
            party, signer = said["values"]["party"], said["signer"]
            return {SLOTS.key(party, signer): since | until << 40 | compromised << 80}

        return changed

    shop.forged("a_key_of_nobody", base, at, key(0, 0, 0))
    shop.forged("a_key_of_later", base, at, key(60, 0, 0))
    shop.forged("a_key_retired_before", base, at, key(-100, -50, 0))
    shop.forged("a_key_given_up_since", base, Step.LIVE, key(-100, 0, -50), outcome=HOLDS, notes=3)

    def accredited(since: int) -> Callable[[_Json], dict[int, int]]:
        def changed(told: _Json) -> dict[int, int]:
            said = told["statements"][0]
            given = said["time"] + since if since else 0
            return {SLOTS.accreditation(said["values"]["accreditor"], said["values"]["party"]): given}

        return changed

    shop.forged("never_accredited", base, at, accredited(0))
    shop.forged("accredited_anew_since", base, Step.LIVE, accredited(10**6), outcome=HOLDS, notes=3)
    idle = rlp.encode([b"\x20" + bytes(32), b"\1"])
    shop.changed(
        "a_node_that_shows_nothing",
        base,
        at,
        put("state", "nodes", to=lambda nodes: sorted([*nodes, "0x" + idle.hex()])),
    )


def _batch(told: _Json) -> int:
    return int(told["item"]["brand"]) << 32 | int(told["batch"]["running"])


def _id(told: _Json) -> int:
    return int(told["item"]["id"], 16)


def _root(told: _Json) -> bytes:
    members: list[bytes] = rlp.decode(bytes.fromhex(told["state"]["block"]["header"][2:]))
    return members[3]


def _storage_root(shop: Workshop) -> Callable[[_Json, list[bytes]], bytes]:
    def find(told: _Json, nodes: list[bytes]) -> bytes:
        tree = HexaryTrie({signing.keccak(node): node for node in nodes}, _root(told))
        account: list[bytes] = rlp.decode(tree[signing.keccak(bytes.fromhex(shop.ledger.contract[2:]))])
        return account[2]

    return find


def _without(find: Callable[[_Json, list[bytes]], bytes]) -> Callable[[_Json], None]:
    def damage(told: _Json) -> None:
        nodes = [bytes.fromhex(node[2:]) for node in told["state"]["nodes"]]
        missing = find(told, nodes)
        told["state"]["nodes"] = ["0x" + node.hex() for node in nodes if signing.keccak(node) != missing]

    return damage
