"""The local node's memory: saving it whole, finding the newest whole save, mining, funding.

Anvil's own `--state` file is not safe against a kill, so the app saves instead. One save is two
files, a *generation*: `save-00000012.json` is what Anvil loads, `save-00000012.meta.json` says
what is in it. The second is written last; without it, or where the two disagree, the generation
does not count. Two are kept, so there is a whole one at every moment.

Whoever saves must be the only one who mines: a block mined while Anvil writes its dump tears it.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO, Final

from ledger.chain.rpc import Rpc, hex_bytes, quantity
from ledger.chain.whole_files import sync_folder, whole_file, write_whole
from ledger.domain.errors import LedgerError, Unavailable

GENERATIONS: Final = 2
MAX_DUMP: Final = 512 * 2**20
"""Bytes of a dump as it travels: gzip in hex."""
MAX_STATE: Final = 3 * 2**30
"""Bytes of a dump unpacked: 100,000 transactions are about 300 MB."""
DUMP_TIMEOUT: Final = 120.0
MINING_ROUNDS: Final = 200
IDLE_ROUNDS: Final = 3

_PIECE: Final = 2**18
_OVERLAP: Final = 200
"""More bytes than anything that is looked for."""
_SIDECAR: Final = re.compile(r"save-(\d{8})\.meta\.json")
_HEIGHT: Final = re.compile(rb'"best_block_number":(?:(\d+)\D|"(0x[0-9a-fA-F]+)")')


class StateLost(LedgerError):
    """The local chain was saved once, and no whole save of it is left."""

    code = "state-lost"
    title = "The local chain's memory is lost"


@dataclass(frozen=True, slots=True)
class SavedState:
    """One save: the chain, its first block, the block it ends with, and the file that holds it.

    `size` is in bytes, `timestamp` in seconds of the last block. Everything up to
    `block_number` survives a kill.
    """

    generation: int
    chain_id: int
    genesis_hash: bytes
    block_number: int
    block_hash: bytes
    state_root: bytes
    timestamp: int
    size: int
    sha256: bytes

    def to_json(self) -> bytes:
        """As the second file of a generation holds it: bytes as hex."""
        plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(self).items()}
        return json.dumps(plain, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> SavedState:
        """The reverse of `to_json`. Raises ValueError or TypeError for anything else."""
        plain = json.loads(text)
        for field in fields(cls):
            kind = str if field.type == "bytes" else int
            if type(plain[field.name]) is not kind:
                raise TypeError(field.name)
            if kind is str:
                plain[field.name] = bytes.fromhex(plain[field.name])
        return cls(**plain)


def state_file(folder: Path, generation: int) -> Path:
    """Where the state of a generation lies."""
    return folder / f"save-{generation:08}.json"


def save(rpc: Rpc, folder: Path, dumped: Callable[[], None] = lambda: None) -> SavedState:
    """Saves the node's whole state into `folder` and says with which block it ends.

    Returns only when the save is on the disk and would be found by `newest_whole`. Calls `dumped` when the node is
    not needed any more: from then on it may be mined again. Raises Unavailable, with the earlier generations
    untouched, if the node does not answer, mines meanwhile, or the disk is full, or if somebody else saved after
    the dump was made: what they saved is newer.
    """
    generation = _newest(folder) + 1
    tip, packed = _dump(rpc)
    chain_id, genesis = rpc.chain_id(), hex_bytes(_header(rpc, "0x0").get("hash"), "a block's hash", 32)
    dumped()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with whole_file(state_file(folder, generation)) as file:
            size, sha256 = _unpack(packed, tip, file)
            if _newest(folder) >= generation:
                raise Unavailable("The local chain was saved by another worker meanwhile; that save is the newer one.")
        saved = SavedState(
            generation=generation,
            chain_id=chain_id,
            genesis_hash=genesis,
            block_number=quantity(tip.get("number"), "a block number"),
            block_hash=hex_bytes(tip.get("hash"), "a block's hash", 32),
            state_root=hex_bytes(tip.get("stateRoot"), "a state root", 32),
            timestamp=quantity(tip.get("timestamp"), "a block's time"),
            size=size,
            sha256=sha256,
        )
        write_whole(_sidecar(folder, generation), saved.to_json())
    except OSError as error:
        if not _sidecar(folder, generation).exists():
            state_file(folder, generation).unlink(missing_ok=True)
        raise Unavailable(f"The local chain could not be saved in {folder}: {error.strerror}.") from error
    # This one is whole; what cannot be removed now goes with the next.
    with suppress(OSError):
        _forget_before(folder, generation - GENERATIONS + 1)
    return saved


def newest_whole(folder: Path) -> SavedState | None:
    """The newest generation whose state file is exactly what was written; None if there is no save.

    Raises StateLost, naming each fault, where there are saves and none is whole.
    """
    faults = []
    for generation, path in _sidecars(folder):
        found = _read_sidecar(path, generation)
        fault = "its description cannot be read" if found is None else _fault(folder, found)
        if found is not None and fault is None:
            return found
        faults.append(f"{state_file(folder, generation).name}: {fault}")
    if faults:
        raise StateLost(lost_message(folder, faults))
    return None


def set_aside_after(folder: Path, generation: int) -> None:
    """Takes newer, broken generations out of the way of those that will follow `generation`.

    The newest of them is kept as `broken.json`, in case a person can still read something from it.
    """
    for number, sidecar in reversed(list(_sidecars(folder))):
        if number > generation:
            sidecar.replace(folder / "broken.meta.json")
            if state_file(folder, number).exists():
                state_file(folder, number).replace(folder / "broken.json")
    sync_folder(folder)


def lost_message(folder: Path, faults: list[str]) -> str:
    """The sentence for a local chain without a whole save."""
    what = "; ".join(faults) or "there are no files at all"
    return (
        f"The local chain was saved in {folder}, but no save there is whole ({what}). Put one back from a "
        "backup, or begin again with an empty chain and send the kept, signed statements to it once more."
    )


def mine(rpc: Rpc, *, rounds: int = MINING_ROUNDS) -> int:
    """Mines until no transaction waits; answers how many blocks that took, 0 if none waited.

    Transactions held back by a missing nonce stay. Raises Unavailable if the pool does not empty.
    """
    before = _waiting(rpc)
    idle = 0
    for done in range(rounds):
        if before == 0:
            return done
        rpc.call("evm_mine")
        now = _waiting(rpc)
        idle = idle + 1 if now >= before else 0
        if idle == IDLE_ROUNDS:
            break
        before = now
    if before == 0:
        return rounds
    raise Unavailable(f"The local node still holds {before} transactions after mining; it may be stuck.")


def fund(rpc: Rpc, address: str, wei: int = 10**24) -> None:
    """Gives `address` on the local node `wei`, in a block of its own. Raises RpcRefused on a real node.

    Without the block the state would differ from every header until somebody else's transaction.
    """
    rpc.call("anvil_setBalance", address, hex(wei))
    rpc.call("evm_mine")


def _dump(rpc: Rpc) -> tuple[dict[str, Any], bytes]:
    before = _header(rpc, "latest")
    try:
        dumped = rpc.call("anvil_dumpState", timeout=max(DUMP_TIMEOUT, rpc.timeout), max_bytes=MAX_DUMP)
    except Unavailable as error:
        hint = "Where that comes again, the chain may have outgrown its memory: see `touchmark doctor`."
        raise Unavailable(f"The local chain could not be saved. {error.detail} {hint}") from error
    if _header(rpc, "latest").get("hash") != before.get("hash"):
        raise Unavailable("The local chain moved while it was being saved; save again when nothing mines.")
    return before, hex_bytes(dumped, "its state")


def _unpack(packed: bytes, tip: dict[str, Any], file: BinaryIO) -> tuple[int, bytes]:
    """Writes the dump as Anvil loads it, piece by piece; its size and hash. It must end with `tip`.

    The tip is looked for by text: reading 300 MB as JSON would take seconds and gigabytes.
    """
    sha256, size, height, end = hashlib.sha256(), 0, None, b""
    wanted = {f'"{field}":"{tip.get(field)}"'.encode() for field in ("parentHash", "stateRoot")}
    for piece in _pieces(packed):
        size += len(piece)
        if size > MAX_STATE:
            raise Unavailable(f"The local node's dump is larger than {MAX_STATE} bytes.")
        sha256.update(piece)
        file.write(piece)
        here = end + piece
        wanted -= {text for text in wanted if text in here}
        if height is None and (found := _HEIGHT.search(here)):
            height = int(found[1] or found[2], 0)
        end = here[-_OVERLAP:]
    if height != quantity(tip.get("number"), "a block number") or wanted:
        raise Unavailable("The local node's dump does not end with its newest block; save again.")
    return size, sha256.digest()


def _pieces(packed: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for at in range(0, len(packed), _PIECE):
            left = packed[at : at + _PIECE]
            while left and not unpacker.eof:
                yield unpacker.decompress(left, 16 * _PIECE)
                left = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise Unavailable("The local node's dump is torn: it is not whole gzip.") from error
    if not unpacker.eof:
        raise Unavailable("The local node's dump is torn: its end is missing.")


def _header(rpc: Rpc, block: str) -> dict[str, Any]:
    header = rpc.call("eth_getBlockByNumber", block, False)
    if not isinstance(header, dict):
        raise Unavailable("The node did not give a block where it should have.")
    return header


def _waiting(rpc: Rpc) -> int:
    status = rpc.call("txpool_status")
    return quantity(status.get("pending") if isinstance(status, dict) else None, "what waits in its pool")


def _sidecar(folder: Path, generation: int) -> Path:
    return folder / f"save-{generation:08}.meta.json"


def _newest(folder: Path) -> int:
    try:
        return max((number for number, _ in _sidecars(folder)), default=0)
    except OSError as error:
        raise Unavailable(f"The local chain’s saves in {folder} cannot be listed: {error.strerror}.") from error


def _sidecars(folder: Path) -> Iterator[tuple[int, Path]]:
    """Generation and sidecar, newest first."""
    found = [(match, path) for path in folder.glob("save-*") if (match := _SIDECAR.fullmatch(path.name))]
    yield from sorted(((int(match[1]), path) for match, path in found), reverse=True)


def _read_sidecar(path: Path, generation: int) -> SavedState | None:
    try:
        saved = SavedState.from_json(path.read_bytes())
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return saved if saved.generation == generation else None


def _fault(folder: Path, saved: SavedState) -> str | None:
    path = state_file(folder, saved.generation)
    try:
        size = path.stat().st_size
        if size != saved.size:
            return f"{size} bytes where {saved.size} were written"
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").digest() == saved.sha256
    except OSError as error:
        return str(error.strerror)
    return None if same else "its content is not what was written"


def _forget_before(folder: Path, first_kept: int) -> None:
    """Removes older generations, the sidecar first so that no half of one is ever looked at."""
    for path in sorted(folder.glob("save-*"), key=lambda each: not each.name.endswith(".meta.json")):
        number = path.name[5:13]
        if number.isdigit() and int(number) < first_kept:
            path.unlink(missing_ok=True)
    sync_folder(folder)
