"""The Merkle tree of a batch, node for node the StandardMerkleTree of `@openzeppelin/merkle-tree`.

Leaves are sorted, every pair is hashed lower one first, and the nodes form a complete binary tree in
one array: root first, leaves last and in falling order. A proof is therefore a list of siblings with
no sides, and the contract checks it with OpenZeppelin's MerkleProof.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from ledger.domain.errors import Invalid

Keccak = Callable[[bytes], bytes]

DEEPEST = 32
"""Longest proof there can be: a batch counts its items in 32 bits."""


def leaf(path_hash: bytes, record_hash: bytes, claim_address: bytes, keccak: Keccak) -> bytes:
    """`keccak256(keccak256(abi.encode(pathHash, recordHash, claimAddress)))`: 32, 32 and 20 bytes.

    Hashed twice, so that no inner node (64 bytes) can ever pass for a leaf.
    """
    if (len(path_hash), len(record_hash), len(claim_address)) != (32, 32, 20):
        raise ValueError("a leaf is made of 32, 32 and 20 bytes")
    return keccak(keccak(path_hash + record_hash + bytes(12) + claim_address))


class Tree:
    """The tree over one batch's leaves; about 68 bytes of memory a leaf."""

    __slots__ = ("_nodes", "_places", "root")

    def __init__(self, leaves: Sequence[bytes], keccak: Keccak) -> None:
        """Builds the tree. Raises Invalid for no leaves, or one that is not 32 bytes long."""
        if not leaves:
            raise Invalid("A batch needs at least one item.")
        if set(map(len, leaves)) != {32}:
            raise Invalid("Every leaf of a batch is 32 bytes long.")
        order = sorted(range(len(leaves)), key=leaves.__getitem__)
        self._places = array("I", bytes(4 * len(leaves)))
        for place, given in enumerate(order):
            self._places[given] = place
        # From the last array position to the first, so that parents are appended in the very order in
        # which they are needed as children: the iterator walks on into what the loop appends.
        nodes = [leaves[given] for given in order]
        children = iter(nodes)
        for one, other in zip(children, children, strict=False):
            nodes.append(keccak(one + other if one < other else other + one))
        self.root = nodes[-1]
        self._nodes = b"".join(nodes)

    def __len__(self) -> int:
        """How many leaves there are."""
        return len(self._places)

    def proof(self, leaf: bytes | int) -> list[bytes]:
        """The siblings from the leaf up to below the root.

        `leaf` is its hash, or its index in the sequence that the tree was made from. Raises Invalid if
        the tree has no such leaf.
        """
        place = self._places[leaf] if isinstance(leaf, int) else self._find(leaf)
        last = len(self._nodes) // 32 - 1
        siblings = []
        while place < last:
            at = 32 * (place ^ 1)
            siblings.append(self._nodes[at : at + 32])
            place = len(self._places) + place // 2
        return siblings

    def _find(self, leaf: bytes) -> int:
        low, high = 0, len(self._places)
        while low < high:
            middle = (low + high) // 2
            if self._nodes[32 * middle : 32 * middle + 32] < leaf:
                low = middle + 1
            else:
                high = middle
        if low == len(self._places) or self._nodes[32 * low : 32 * low + 32] != leaf:
            raise Invalid("This batch does not hold that item.")
        return low


def verify(root: bytes, leaf: bytes, proof: Sequence[bytes], keccak: Keccak) -> bool:
    """Whether `proof` leads from `leaf` to `root`.

    Like OpenZeppelin's, it speaks of nodes: the caller makes the leaf itself, with `leaf`, from what is
    to be proven.
    """
    if len(proof) > DEEPEST or any(len(node) != 32 for node in (root, leaf, *proof)):
        return False
    node = leaf
    for sibling in proof:
        node = keccak(node + sibling if node < sibling else sibling + node)
    return node == root
