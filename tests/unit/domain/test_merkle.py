"""The tree of a batch, against the library whose trees the contract's checker was written for."""

from __future__ import annotations

import hashlib

import pytest
import sha3
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import merkle
from ledger.domain.errors import Invalid
from tests.judges.ask import ask
from tests.vectors.make import TREE_SIZES, tree_leaf

leaf_lists = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def keccak(data: bytes) -> bytes:
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def some_leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % index).digest() for index in range(count)]


def test_roots_and_proofs_are_those_of_openzeppelins_merkle_tree() -> None:
    sizes = (*TREE_SIZES, *range(4, 34), 257)
    judged = ask("merkle_tree", [{"size": size, "shown": list(range(size))} for size in sizes])
    for size, answer in zip(sizes, judged, strict=True):
        leaves = [merkle.leaf(*tree_leaf(size, index), keccak) for index in range(size)]
        tree = merkle.Tree(leaves, keccak)
        assert tree.root.hex() == answer["root"]
        assert [leaf.hex() for leaf in leaves] == [shown["leaf"] for shown in answer["proofs"]]
        ours = [[node.hex() for node in tree.proof(leaf)] for leaf in leaves]
        assert ours == [shown["proof"] for shown in answer["proofs"]]


@given(leaf_lists)
def test_every_leaf_is_proven(leaves: list[bytes]) -> None:
    tree = merkle.Tree(leaves, keccak)
    assert len(tree) == len(leaves)
    for leaf in leaves:
        assert merkle.verify(tree.root, leaf, tree.proof(leaf), keccak)


@given(leaf_lists, st.randoms(use_true_random=False))
def test_the_order_in_which_items_come_does_not_change_the_root(leaves: list[bytes], random: object) -> None:
    shuffled = list(leaves)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merkle.Tree(shuffled, keccak).root == merkle.Tree(leaves, keccak).root


@given(leaf_lists, st.data())
def test_no_proof_leads_from_another_leaf_or_to_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree = merkle.Tree(leaves, keccak)
    index = data.draw(st.integers(0, len(leaves) - 1))
    byte, bit = data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7))
    proof = tree.proof(leaves[index])

    def flipped(node: bytes) -> bytes:
        return node[:byte] + bytes([node[byte] ^ 1 << bit]) + node[byte + 1 :]

    assert not merkle.verify(tree.root, flipped(leaves[index]), proof, keccak)
    assert not merkle.verify(flipped(tree.root), leaves[index], proof, keccak)
    for place, node in enumerate(proof):
        assert not merkle.verify(tree.root, leaves[index], [*proof[:place], flipped(node), *proof[place + 1 :]], keccak)
    if proof:
        assert not merkle.verify(tree.root, leaves[index], proof[:-1], keccak)


def test_a_leaf_is_hashed_twice_over_three_words() -> None:
    path_hash, record_hash, address = b"\x01" * 32, b"\x02" * 32, b"\x03" * 20
    once = keccak(path_hash + record_hash + b"\0" * 12 + address)
    assert merkle.leaf(path_hash, record_hash, address, keccak) == keccak(once)


@pytest.mark.parametrize("sizes", [(31, 32, 20), (32, 33, 20), (32, 32, 32)])
def test_a_leaf_of_other_lengths_is_a_programming_error(sizes: tuple[int, int, int]) -> None:
    path, record, address = (bytes(size) for size in sizes)
    with pytest.raises(ValueError, match="32, 32 and 20 bytes"):
        merkle.leaf(path, record, address, keccak)


@given(leaf_lists)
def test_a_tree_kept_in_a_file_proves_the_same_with_two_reads_a_level(leaves: list[bytes]) -> None:
    tree = merkle.Tree(leaves, keccak)
    reads: list[int] = []

    def read(place: int) -> bytes:
        reads.append(place)
        return tree.node(place)

    for leaf in leaves:
        reads.clear()
        assert merkle.proof_in(read, len(leaves), leaf) == tree.proof(leaf)
        assert all(0 <= place < 2 * len(leaves) - 1 for place in reads)
        assert len(reads) <= 2 * len(leaves).bit_length() + 1


def test_an_inner_node_cannot_pass_for_an_item() -> None:
    """Second preimage: an item's leaf is a hash of a hash, never of two nodes."""
    leaves = some_leaves(4)
    tree = merkle.Tree(leaves, keccak)
    low, high = sorted(leaves)[2:]
    forged = merkle.leaf(low, high, bytes(20), keccak)
    assert not merkle.verify(tree.root, forged, tree.proof(low)[1:], keccak)


def test_a_batch_of_one_is_its_own_proof() -> None:
    (leaf,) = some_leaves(1)
    tree = merkle.Tree([leaf], keccak)
    assert (tree.root, tree.proof(leaf)) == (leaf, [])


def test_a_batch_without_items_is_refused() -> None:
    with pytest.raises(Invalid, match="at least one item"):
        merkle.Tree([], keccak)


def test_a_leaf_of_another_length_is_refused() -> None:
    with pytest.raises(Invalid, match="32 bytes"):
        merkle.Tree([bytes(32), bytes(31)], keccak)


@pytest.mark.parametrize("stranger", [bytes(32), b"\xff" * 32, bytes(range(32)), b""])
def test_an_item_of_another_batch_has_no_proof(stranger: bytes) -> None:
    with pytest.raises(Invalid, match="does not hold that item"):
        merkle.Tree(some_leaves(9), keccak).proof(stranger)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_proof_of_odd_nodes_proves_nothing(size: int) -> None:
    leaf, other = bytes(32), b"\x01" * size
    root = keccak(leaf + other if leaf < other else other + leaf)
    assert not merkle.verify(root, leaf, [other], keccak)


def test_a_proof_longer_than_any_batch_is_deep_proves_nothing() -> None:
    root = leaf = bytes(32)
    proof = [b"\xff" * 32] * 33
    for level, sibling in enumerate(proof, start=1):
        root = keccak(root + sibling)
        assert merkle.verify(root, leaf, proof[:level], keccak) == (level <= 32)
