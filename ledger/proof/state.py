"""The contract's slots as a block's header shows them: account proof and storage proofs of one pool of nodes.

Merkle-Patricia trees and RLP are read with `trie` and `rlp` (Yellow Paper, appendices B and D; EIP-1186).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import rlp
from trie import HexaryTrie
from trie.exceptions import MissingTrieNode

from ledger.domain.statements import Keccak
from ledger.proof.report import CannotTell, Contradicts

_STATE_ROOT, _NUMBER, _TIME, _LEAST_MEMBERS, _LONGEST_NUMBER, _LONGEST_TIME = 3, 8, 11, 15, 6, 5


class State(Protocol):
    """Whatever can tell what a slot holds."""

    def slot(self, number: int) -> int:
        """The slot's 256 bits; 0 where nothing was ever written."""
        ...


class Header:
    """A block's header, decoded: the root of the state, height, time in seconds since 1970, and its hash."""

    def __init__(self, raw: bytes, keccak: Keccak) -> None:
        """Raises Contradicts where the bytes are no header."""
        try:
            members: Any = rlp.decode(raw, strict=True)
            flat = isinstance(members, list) and all(isinstance(one, bytes) for one in members)
            if not flat or len(members) < _LEAST_MEMBERS or len(members[_STATE_ROOT]) != 32:
                raise ValueError("its members are not those of a header")
            if len(members[_NUMBER]) > _LONGEST_NUMBER or len(members[_TIME]) > _LONGEST_TIME:
                raise ValueError("its height has more than 48 bits, or its time more than 40")
            self.number, self.time = (int.from_bytes(members[at], "big") for at in (_NUMBER, _TIME))
        except Exception as wrong:  # noqa: BLE001  rlp raises many kinds, and which of them a nonsense meets is its own affair
            raise Contradicts(f"The block's header cannot be read: {wrong}.", "a header in RLP") from None
        self.state_root: bytes = members[_STATE_ROOT]
        self.hash = keccak(raw)


class _Nodes(dict[bytes, bytes]):
    """Nodes by hash, which remembers those that were looked at."""

    def __init__(self, nodes: list[bytes], keccak: Keccak) -> None:
        super().__init__((keccak(node), node) for node in nodes)
        self.used: set[bytes] = set()

    def __getitem__(self, key: bytes) -> bytes:
        node = super().__getitem__(key)
        self.used.add(key)
        return node


class ProvenState:
    """The slots of one contract, out of the nodes that a file carries."""

    def __init__(self, header: Header, contract: str, nodes: list[bytes], keccak: Keccak) -> None:
        """Raises Contradicts where the account is not shown, CannotTell where the chain has no such contract."""
        self._keccak = keccak
        self._nodes = _Nodes(nodes, keccak)
        if len(self._nodes) != len(nodes) or nodes != sorted(nodes):
            raise Contradicts("The nodes of the state are not in rising order, each once.")
        raw = _look(HexaryTrie(self._nodes, header.state_root), keccak(bytes.fromhex(contract[2:])), "the contract")
        if not raw:
            raise CannotTell("That block’s state has no contract at this address yet.")
        account = _decoded(raw, "the contract’s account")
        if not isinstance(account, list) or [len(one) for one in account[2:]] != [32, 32]:
            raise Contradicts("The contract’s account does not have the four members of an account.")
        self.code_hash: bytes = account[3]
        self._storage = HexaryTrie(self._nodes, account[2])

    def slot(self, number: int) -> int:
        """The slot's 256 bits. Raises Contradicts where the nodes do not lead to it."""
        raw = _look(self._storage, self._keccak(number.to_bytes(32, "big")), f"slot 0x{number:064x}")
        if not raw:
            return 0
        value = _decoded(raw, "a slot")
        # A local node keeps slots that were only looked at, as nothing; on other chains there is none of nothing.
        if not isinstance(value, bytes) or len(value) > 32:
            raise Contradicts("A slot does not hold a number of 32 bytes.")
        return int.from_bytes(value, "big")

    def expect_all_used(self) -> None:
        """Raises Contradicts where a node shows nothing that was asked."""
        idle = len(self._nodes) - len(self._nodes.used)
        if idle:
            raise Contradicts("The file carries nodes that show nothing.", "no idle nodes", str(idle))


def storage_nodes(proofs: list[list[bytes]]) -> list[bytes]:
    """The pool of nodes that a file carries for these proofs."""
    return sorted({node for proof in proofs for node in proof})


def _look(tree: Any, key: bytes, what: str) -> bytes:
    try:
        return bytes(tree.get(key))
    except (MissingTrieNode, KeyError):
        raise Contradicts(f"The nodes do not lead to {what}.", f"a proof of {what}", "a missing node") from None
    except Exception as wrong:  # noqa: BLE001  a node of nonsense makes the library raise whatever its bytes lead to
        raise Contradicts(f"A node on the way to {what} cannot be read: {wrong}.") from None


def _decoded(raw: bytes, what: str) -> Any:
    try:
        return rlp.decode(raw, strict=True)
    except Exception as wrong:  # noqa: BLE001  as above
        raise Contradicts(f"What the state holds for {what} cannot be read: {wrong}.") from None


def pieces(word: int, *bits: int) -> Iterator[int]:
    """A packed slot cut from the low end."""
    for size in bits:
        yield word & ((1 << size) - 1)
        word >>= size
