"""Blocks and transactions whole, for whoever takes the chain along; and a local chain's newest save, held open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from ledger.chain.client import ChainClient
from ledger.chain.proofs import NodeProver
from ledger.chain.rpc import RpcRefused, hex_bytes
from ledger.chain.saves import newest_whole, state_file
from ledger.chain.sending import keccak
from ledger.domain.errors import Unavailable
from ledger.services.export_kit_parts import Save
from ledger.services.proofs_port import RawHeader

_CHUNK: Final = 1 << 20
_TRIES: Final = 3


class NodeArchive:
    """A node that gives out blocks and transactions whole."""

    def __init__(self, client: ChainClient) -> None:
        self._rpc, self._prover = client.rpc, NodeProver(client)

    def header(self, number: int) -> RawHeader:
        """The header of a block, whose bytes hash to its hash."""
        return self._prover.header(number)

    def transactions(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Signed transactions by hash, whose bytes hash to it; those that the node does not give are left out."""
        answers = self._rpc.batch([("eth_getRawTransactionByHash", ["0x" + one.hex()]) for one in hashes])
        found: dict[bytes, bytes] = {}
        for hash, answer in zip(hashes, answers, strict=True):
            # Not every node has this method (it is in no standard), and a pruned one has forgotten.
            if answer is None or isinstance(answer, RpcRefused):
                continue
            raw = hex_bytes(answer, "a transaction")
            if keccak(raw) == hash:
                found[hash] = raw
        return found


@contextmanager
def held_save(folder: Path) -> Iterator[Save | None]:
    """The newest whole save in a folder, readable to its end whatever is saved meanwhile; None where there is none.

    Raises StateLost where no save is whole, Unavailable where it is replaced faster than it can be opened.
    """
    with ExitStack() as stack:
        for _ in range(_TRIES):
            saved = newest_whole(folder)
            if saved is None:
                yield None
                return
            try:
                file = stack.enter_context(state_file(folder, saved.generation).open("rb"))
            except FileNotFoundError:
                continue
            state = partial(_state, file, saved.size, saved.sha256)
            yield Save(saved.generation, saved.block_number, saved.to_json(), state)
            return
        raise Unavailable("The local chain is saved faster than its saves can be read. Try again.")


def _state(file: BinaryIO, size: int, sha256: bytes) -> Iterator[bytes]:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        yield chunk
    if digest.digest() != sha256:
        raise Unavailable(f"The local chain’s save of {size:,} bytes changed while it was read. Try again.")
