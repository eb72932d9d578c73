"""What was saved survives a kill; what is broken is noticed; what is lost is said."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ledger.chain import saves
from ledger.chain.client import ChainClient, Header
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from ledger.chain.saves import SavedState, StateLost, newest_whole, save, state_file
from ledger.domain.errors import Unavailable
from tests.integration.chain.small_contract import STORE_CODE, STORED, Sender

ROOT = Path(__file__).parents[3]


def kill(node: LocalNode) -> None:
    assert node.pid is not None
    os.kill(node.pid, signal.SIGKILL)
    node.stop()


def grown(node: LocalNode, *batches: list[int]) -> tuple[str, list[Header], list[SavedState]]:
    """A chain with a block and a save for each batch; the contract, the tips, the saves."""
    with Rpc(node.url) as rpc:
        sender = Sender(rpc, node.chain_id)
        contract = sender.deploy(STORE_CODE)
        client = ChainClient(rpc, contract, STORED)
        tips, saved = [], []
        for values in batches:
            sender.mined(*sender.store(contract, *values))
            saved.append(save(rpc, node.saves_folder))
            tips.append(client.head())
    return contract, tips, saved


def test_after_a_kill_the_saved_chain_goes_on_where_it_was(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        contract, [tip], [saved] = grown(node, [1, 2, 3])
        chain_id = node.chain_id
        with Rpc(node.url) as rpc:
            genesis = ChainClient(rpc, contract, STORED).block(0)
        kill(node)
    assert (saved.block_number, saved.block_hash, saved.state_root) == (tip.number, tip.hash, tip.state_root)
    with LocalNode(tmp_path) as node, Rpc(node.url) as rpc:
        client = ChainClient(rpc, contract, STORED)
        assert node.restored == saved
        assert node.chain_id == chain_id == saved.chain_id
        assert client.head() == tip
        assert client.block(0) == genesis
        assert genesis is not None
        assert genesis.hash == saved.genesis_hash
        assert [event.args["value"] for event in client.logs_of(tip.hash)] == [1, 2, 3]
        assert rpc.call("eth_getStorageAt", contract, hex(3), hex(tip.number)) == "0x" + (3).to_bytes(32).hex()
        sender = Sender(rpc, node.chain_id)
        following = client.block(tip.number + 1)
        assert following is not None
        assert following.parent == tip.hash
        sender.mined(*sender.store(contract, 4))
        assert len(client.logs_of(client.head().hash)) == 1


def test_what_was_mined_after_the_last_save_is_gone_and_only_that(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        contract, [tip], _ = grown(node, [1])
        with Rpc(node.url) as rpc:
            sender = Sender(rpc, node.chain_id)
            sender.mined(*sender.store(contract, 2))
        kill(node)
    with LocalNode(tmp_path) as node, Rpc(node.url) as rpc:
        assert ChainClient(rpc, contract, STORED).head() == tip


@pytest.mark.parametrize("kept", [0, 1, 1000, -1])
def test_a_truncated_newest_save_falls_back_to_the_older_one(tmp_path: Path, kept: int) -> None:
    with LocalNode(tmp_path) as node:
        contract, tips, saved = grown(node, [1], [2])
        kill(node)
    broken = state_file(node.saves_folder, saved[1].generation)
    broken.write_bytes(broken.read_bytes()[:kept])
    with LocalNode(tmp_path) as node, Rpc(node.url) as rpc:
        assert node.restored == saved[0]
        assert ChainClient(rpc, contract, STORED).head() == tips[0]
        # The broken one is out of the way, so two whole generations exist after the next save.
        again = save(rpc, node.saves_folder)
        state_file(node.saves_folder, again.generation).write_bytes(b"")
        assert newest_whole(node.saves_folder) == saved[0]


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        _, _, saved = grown(node, [1], [2])
    path = state_file(node.saves_folder, saved[1].generation)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert newest_whole(node.saves_folder) == saved[0]


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"generation": "2"}'])
def test_a_save_whose_description_is_broken_does_not_count(tmp_path: Path, text: bytes) -> None:
    with LocalNode(tmp_path) as node:
        _, _, saved = grown(node, [1], [2])
    (node.saves_folder / f"save-{saved[1].generation:08}.meta.json").write_bytes(text)
    assert newest_whole(node.saves_folder) == saved[0]


def test_a_kill_before_the_description_was_written_leaves_the_older_one(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        _, _, saved = grown(node, [1], [2])
    (node.saves_folder / f"save-{saved[1].generation:08}.meta.json").unlink()
    assert newest_whole(node.saves_folder) == saved[0]


def test_with_both_generations_broken_it_says_so_and_starts_nothing(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        _, _, saved = grown(node, [1], [2])
    for each in saved:
        state_file(node.saves_folder, each.generation).write_bytes(b"{")
    with pytest.raises(StateLost) as lost:
        LocalNode(tmp_path).start()
    for each in saved:
        assert f"save-{each.generation:08}.json: 1 bytes where {each.size} were written" in lost.value.detail
    assert "begin again" in lost.value.detail


def test_a_removed_folder_of_saves_is_a_loss_and_not_a_new_chain(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        grown(node, [1])
    shutil.rmtree(node.saves_folder)
    with pytest.raises(StateLost, match="there are no files at all"):
        LocalNode(tmp_path).start()


def test_beginning_again_is_asked_for_keeps_the_chain_id_and_the_broken_saves(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        chain_id = node.chain_id
        _, _, saved = grown(node, [1], [2])
    for each in saved:
        state_file(node.saves_folder, each.generation).write_bytes(b"{")
    again = LocalNode(tmp_path)
    again.start(begin_again=True)
    with again, Rpc(again.url) as rpc:
        assert again.chain_id == chain_id == rpc.chain_id()
        assert rpc.call("eth_blockNumber") == "0x0"
        assert again.restored is None
        genesis = newest_whole(again.saves_folder)
    assert genesis is not None
    assert genesis.block_number == 0
    assert len(list(next(again.folder.glob("saves-lost-*")).iterdir())) == 4


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"chain_id": "x"}'])
def test_the_chain_id_is_found_in_the_save_where_its_own_file_is_lost(tmp_path: Path, content: bytes | None) -> None:
    with LocalNode(tmp_path) as node:
        _, _, [saved] = grown(node, [1])
    own = node.folder / "chain.json"
    own.unlink() if content is None else own.write_bytes(content)
    with LocalNode(tmp_path) as node:
        assert (node.chain_id, node.restored) == (saved.chain_id, saved)


def test_a_save_of_another_chain_is_not_loaded(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        chain_id = node.chain_id
    (node.folder / "chain.json").write_text(f'{{"chain_id": {chain_id + 1}, "begun": true}}')
    with pytest.raises(StateLost, match=f"is of chain {chain_id + 1}, but its save is of chain {chain_id}"):
        LocalNode(tmp_path).start()


def test_a_whole_save_is_never_thrown_away_by_beginning_again(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        _, _, [saved] = grown(node, [1])
    again = LocalNode(tmp_path)
    again.start(begin_again=True)
    with again:
        assert again.restored == saved


def test_two_generations_are_kept_and_nothing_else(node: LocalNode, rpc: Rpc) -> None:
    for _ in range(4):
        newest = save(rpc, node.saves_folder)
    wanted = {
        f"save-{number:08}{kind}.json"
        for number in (newest.generation - 1, newest.generation)
        for kind in ("", ".meta")
    }
    assert {path.name for path in node.saves_folder.iterdir()} == wanted


def test_a_full_disk_is_said_and_costs_no_earlier_save(
    node: LocalNode, rpc: Rpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest_whole(node.saves_folder)
    assert before is not None

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="No space left on device"):
            save(rpc, node.saves_folder)
    assert newest_whole(node.saves_folder) == before
    assert not list(node.saves_folder.glob("*.tmp"))
    assert save(rpc, node.saves_folder).generation == before.generation + 1


def test_of_two_who_save_at_once_the_later_dump_is_kept(node: LocalNode, rpc: Rpc) -> None:
    newer: list[SavedState] = []

    def meanwhile() -> None:
        rpc.call("evm_mine")
        newer.append(save(rpc, node.saves_folder))

    with pytest.raises(Unavailable, match="another worker"):
        save(rpc, node.saves_folder, meanwhile)
    assert newest_whole(node.saves_folder) == newer[0]
    assert not list(node.saves_folder.glob("*.tmp"))


MINES_AND_SAVES = """
import sys
from pathlib import Path
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from ledger.chain.saves import save
node = LocalNode(Path(sys.argv[1]))
node.start()
with Rpc(node.url) as rpc:
    while True:
        rpc.call("evm_mine")
        saved = save(rpc, node.saves_folder)
        print(saved.block_number, saved.block_hash.hex(), flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_moment_costs_nothing_that_was_called_saved(tmp_path: Path, seed: int) -> None:
    """Parent and node are killed while blocks and saves follow each other; three times over one folder."""
    chance = random.Random(seed)
    promised = (0, "")
    for _ in range(3):
        command = [sys.executable, "-c", MINES_AND_SAVES, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            first = worker.stdout.readline()
            time.sleep(chance.uniform(0, 0.1))
            worker.kill()
            said = [line.split() for line in (first + worker.stdout.read()).splitlines()]
        whole = [(int(words[0]), words[1]) for words in said if len(words) == 2 and len(words[1]) == 64]
        assert whole[0][0] > promised[0]
        promised = whole[-1]
    with LocalNode(tmp_path) as node, Rpc(node.url) as rpc:
        block = ChainClient(rpc, "0x" + "00" * 20, []).block(promised[0])
        assert block is not None
        assert block.hash.hex() == promised[1]


class MinesMeanwhile(Rpc):
    """A session in which somebody else mines a block just before, or just after, the dump is made."""

    def __init__(self, url: str, *, before: bool) -> None:
        super().__init__(url)
        self.before = before

    def call(self, method: str, *params: Any, **options: Any) -> Any:
        if method != "anvil_dumpState":
            return super().call(method, *params, **options)
        if self.before:
            super().call("evm_mine")
        dumped = super().call(method, *params, **options)
        if not self.before:
            super().call("evm_mine")
        return dumped


@pytest.mark.parametrize("before", [True, False])
def test_a_block_mined_during_a_save_undoes_it(node: LocalNode, before: bool) -> None:
    kept = newest_whole(node.saves_folder)
    with MinesMeanwhile(node.url, before=before) as rpc, pytest.raises(Unavailable, match="moved while"):
        save(rpc, node.saves_folder)
    assert newest_whole(node.saves_folder) == kept


def test_a_dump_of_another_tip_is_refused(node: LocalNode, rpc: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    early = rpc.call("anvil_dumpState")
    rpc.call("evm_mine")
    call = Rpc.call

    def stale(self: Rpc, method: str, *params: Any, **options: Any) -> Any:
        return early if method == "anvil_dumpState" else call(self, method, *params, **options)

    monkeypatch.setattr(Rpc, "call", stale)
    with pytest.raises(Unavailable, match="does not end with its newest block"):
        save(rpc, node.saves_folder)


def test_a_torn_dump_is_refused(node: LocalNode, rpc: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = rpc.call("anvil_dumpState")
    call = Rpc.call

    def torn(self: Rpc, method: str, *params: Any, **options: Any) -> Any:
        return dump[:-20] if method == "anvil_dumpState" else call(self, method, *params, **options)

    monkeypatch.setattr(Rpc, "call", torn)
    with pytest.raises(Unavailable, match="torn"):
        save(rpc, node.saves_folder)


def test_money_given_by_the_node_is_in_the_state_the_next_header_names(node: LocalNode, rpc: Rpc) -> None:
    client = ChainClient(rpc, "0x" + "00" * 20, [])
    before = client.head()
    saves.fund(rpc, "0x" + "ab" * 20, 5)
    assert client.balance("0x" + "ab" * 20) == 5
    assert client.head().state_root != before.state_root
    assert save(rpc, node.saves_folder).state_root == client.head().state_root
