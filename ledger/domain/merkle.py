"""The Merkle tree of a batch, node for node the StandardMerkleTree of `@openzeppelin/merkle-tree`.

Leaves are sorted, every pair is hashed lower one first, and the nodes form a complete binary tree in
one array: root first, leaves last and in falling order. A proof is therefore a list of siblings with
no sides, and the contract checks it with OpenZeppelin's MerkleProof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ledger.domain.errors import Invalid
from ledger.domain.said import said

Keccak = Callable[[bytes], bytes]

DEEPEST = 32
"""Longest proof there can be: a batch counts its items in 32 bits."""
_AT_ONCE = 64 * 4_096
"""Bytes of nodes that are hashed between two looks at what there is."""


def leaf(path_hash: bytes, record_hash: bytes, claim_address: bytes, keccak: Keccak) -> bytes:
    """`keccak256(keccak256(abi.encode(pathHash, recordHash, claimAddress)))`: 32, 32 and 20 bytes.

    Hashed twice, so that no inner node (64 bytes) can ever pass for a leaf.
    """
    if (len(path_hash), len(record_hash), len(claim_address)) != (32, 32, 20):
        raise ValueError("a leaf is made of 32, 32 and 20 bytes")
    return keccak(keccak(path_hash + record_hash + bytes(12) + claim_address))


class Tree:
    """The tree over one batch's leaves; 64 bytes of memory a leaf, and twice that while they are sorted."""

    __slots__ = ("_count", "nodes", "root")

    def __init__(self, leaves: Iterable[bytes], keccak: Keccak) -> None:
        """Builds the tree. Raises Invalid for no leaves, or one that is not 32 bytes long."""
        ordered = sorted(leaves)
        if not ordered:
            raise Invalid(said("A batch needs at least one item."))
        if set(map(len, ordered)) != {32}:
            raise Invalid(said("Every leaf of a batch is 32 bytes long."))
        self._count = len(ordered)
        # From the last array position to the first, so that parents are appended in the very order in
        # which they are needed as children. Some thousands at a time: a million loose nodes would take
        # three times the memory of their bytes.
        nodes = bytearray().join(ordered)
        del ordered
        place, last = 0, 64 * self._count - 64
        while place < last:
            # Only pairs that are there already: the first parents are children before the last are made.
            end = min(place + _AT_ONCE, len(nodes) // 64 * 64)
            run = bytes(memoryview(nodes)[place:end])
            children = iter([run[start : start + 32] for start in range(0, len(run), 32)])
            pairs = zip(children, children, strict=True)
            nodes += b"".join([keccak(one + other if one < other else other + one) for one, other in pairs])
            place = end
        self.root = bytes(nodes[-32:])
        self.nodes = memoryview(nodes).toreadonly()
        """Every node, 32 bytes each, the sorted leaves first: kept in a file, enough to prove any leaf."""

    def __len__(self) -> int:
        """How many leaves there are."""
        return self._count

    def proof(self, leaf: bytes) -> list[bytes]:
        """The siblings from the leaf up to below the root. Raises Invalid if the tree has no such leaf."""
        return proof_in(self.node, self._count, leaf)

    def node(self, place: int) -> bytes:
        """The node at a place among `nodes`."""
        return bytes(self.nodes[32 * place : 32 * place + 32])


def proof_in(node: Callable[[int], bytes], leaves: int, leaf: bytes) -> list[bytes]:
    """A leaf's proof out of a tree's `nodes`, wherever they are kept: `node` gives one by its place.

    Asks for about two nodes a level. Raises Invalid if the tree of that many leaves has no such leaf.
    """
    low, high = 0, leaves
    while low < high:
        middle = (low + high) // 2
        if node(middle) < leaf:
            low = middle + 1
        else:
            high = middle
    if low == leaves or node(low) != leaf:
        raise Invalid(said("This batch does not hold that item."))
    siblings, place, last = [], low, 2 * leaves - 2
    while place < last:
        siblings.append(node(place ^ 1))
        place = leaves + place // 2
    return siblings


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
