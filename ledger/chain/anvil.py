"""Anvil, the local node's program: where npm put it, and the options it is run with."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Final

from ledger.domain.errors import Unavailable

BLOCK_GAS: Final = 10**9
"""About sixty transactions of the most gas one may have (EIP-7825: 16,777,216)."""
KEPT_STATES: Final = 64
"""Blocks back that can be asked for state; kept in memory (9 MB each at 50,000 slots), none on disk."""
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def anvil_binary(root: Path | None = None) -> Path:
    """The Anvil that npm installed at or above `root` (this file's folder if not given).

    Raises Unavailable, saying what to do, where there is none.
    """
    architecture = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or architecture is None:
        raise Unavailable(
            f"The local node runs on Linux (x86_64 or aarch64), not on {sys.platform} {platform.machine()}. "
            "Give the address of another node instead."
        )
    start = (root or Path(__file__)).resolve()
    inside = Path("node_modules", "@foundry-rs", f"anvil-linux-{architecture}", "bin", "anvil")
    for folder in (start, *start.parents):
        if (folder / inside).is_file():
            return folder / inside
    raise Unavailable(f"The local node is not installed: {inside} was looked for. Run npm ci.")


def anvil_command(port: int, chain_id: int, cache: Path, state: Path | None) -> list[str]:
    """Program and arguments for a node on 127.0.0.1 that mines only when told, from `state` if given.

    No accounts: with any, Anvil funds keys that the whole world knows. `cache` is where it would keep old
    states; it keeps none on disk, but must never fall back on the user's home folder.
    """
    options = {
        "--hardfork": "osaka",
        "--host": "127.0.0.1",
        "--port": str(port),
        "--chain-id": str(chain_id),
        "--accounts": "0",
        "--gas-limit": str(BLOCK_GAS),
        "--prune-history": str(KEPT_STATES),
        "--cache-path": str(cache),
    }
    if state is not None:
        options["--load-state"] = str(state)
    switches = ["--no-mining", "--enable-tx-gas-limit", "--no-cors", "--quiet"]
    return [str(anvil_binary()), *switches, *(word for option in options.items() for word in option)]
