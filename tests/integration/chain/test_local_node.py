"""What the local node promises about its process: its own folder, its own port, no orphan, no known key."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ledger.chain import local_node
from ledger.chain.anvil import anvil_binary, anvil_command
from ledger.chain.local_node import MEMORY, LocalNode
from ledger.chain.processes import note_process
from ledger.chain.rpc import Rpc, WrongChain
from ledger.domain.errors import Conflict, Unavailable

KNOWN_DEVELOPMENT_ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ROOT = Path(__file__).parents[3]


def gone(pid: int) -> bool:
    """Whether a process ended; one that only waits for its exit code to be read has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def soon(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def run_beside(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)


STARTS_AND_WAITS = (
    "import sys, time\nfrom pathlib import Path\nfrom ledger.chain.local_node import LocalNode\n"
    "node = LocalNode(Path(sys.argv[1]))\nnode.start()\nprint(node.pid, flush=True)\ntime.sleep(60)\n"
)


def test_two_nodes_run_side_by_side_on_chains_of_their_own(tmp_path: Path) -> None:
    with (
        LocalNode(tmp_path / "a") as a,
        LocalNode(tmp_path / "b") as b,
        Rpc(a.url) as at_a,
        Rpc(b.url) as at_b,
    ):
        assert a.url != b.url
        assert at_a.chain_id() == a.chain_id != b.chain_id == at_b.chain_id()
        assert all(10**14 <= each.chain_id < 2**53 for each in (a, b))


def test_no_account_that_the_world_knows_has_any_money(rpc: Rpc) -> None:
    assert rpc.call("eth_accounts") == []
    assert rpc.call("eth_getBalance", KNOWN_DEVELOPMENT_ADDRESS, "latest") == "0x0"


def test_a_web_page_gets_nothing_out_of_it(node: LocalNode) -> None:
    """Without CORS headers a browser neither sends JSON to another origin nor shows the answer."""
    ask = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
    page = {"Origin": "https://example.org"}
    plain = httpx.post(node.url, content=ask, headers={**page, "Content-Type": "text/plain"})
    before = httpx.options(node.url, headers={**page, "Access-Control-Request-Method": "POST"})
    assert "result" not in plain.json()
    assert not [name for name in (*plain.headers, *before.headers) if name.startswith("access-control")]


def test_it_runs_under_a_memory_limit(node: LocalNode) -> None:
    limits = Path(f"/proc/{node.pid}/limits").read_text().splitlines()
    assert [line.split()[3] for line in limits if line.startswith("Max address space")] == [str(MEMORY)]


def test_its_home_is_its_folder_and_our_secrets_are_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "not for the node")
    with LocalNode(tmp_path) as node:
        environment = Path(f"/proc/{node.pid}/environ").read_bytes()
    assert f"HOME={node.folder}".encode() in environment.split(b"\0")
    assert b"DATABASE_PASSWORD" not in environment


def test_nothing_is_mined_while_nothing_happens(node: LocalNode, rpc: Rpc) -> None:
    height = rpc.call("eth_blockNumber")
    time.sleep(1.2)
    assert rpc.call("eth_blockNumber") == height
    assert node.log_file.stat().st_size < 1000


def test_a_killed_node_is_known_to_be_dead_and_comes_back_on_its_port(node: LocalNode) -> None:
    url, pid = node.url, node.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: not node.is_alive())
    node.start()
    with Rpc(url) as rpc:
        assert rpc.chain_id() == node.chain_id


def test_a_node_that_ignores_being_asked_is_ended_all_the_same(node: LocalNode) -> None:
    pid = node.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    node.stop(grace=0.2)
    assert gone(pid)


def test_stopping_twice_and_starting_twice_are_harmless(node: LocalNode) -> None:
    pid = node.pid
    node.start()
    assert node.pid == pid
    node.stop()
    node.stop()
    assert not node.is_alive()


def test_a_killed_parent_leaves_no_orphan(tmp_path: Path) -> None:
    with run_beside(STARTS_AND_WAITS, str(tmp_path)) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
        parent.wait()
    assert soon(lambda: gone(pid))
    with LocalNode(tmp_path) as node:
        assert node.is_alive()


def test_it_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    """The kernel ends a leashed process with the thread that started it, not with the process."""
    node = LocalNode(tmp_path)
    starter = threading.Thread(target=node.start)
    starter.start()
    starter.join()
    try:
        time.sleep(0.3)
        assert node.is_alive()
    finally:
        node.stop()


def test_an_orphan_of_an_earlier_run_is_found_and_ended(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        chain_id, folder = node.chain_id, node.folder
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(anvil_command(port, chain_id, folder / "cache", None)) as orphan:
        note_process(folder / "pid", orphan.pid)
        with LocalNode(tmp_path) as node:
            assert gone(orphan.pid)
            assert node.is_alive()


def test_a_process_that_only_has_the_noted_number_is_left_alone(tmp_path: Path) -> None:
    with LocalNode(tmp_path) as node:
        folder = node.folder
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note_process(folder / "pid", stranger.pid)
        with LocalNode(tmp_path):
            assert stranger.poll() is None
        stranger.kill()


def test_a_folder_in_use_is_refused_and_its_node_left_running(tmp_path: Path, node: LocalNode) -> None:
    with pytest.raises(Conflict, match="already runs a local node"):
        LocalNode(tmp_path).start()
    assert node.is_alive()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        # Bound and not listening: nobody answers there, and nobody else can.
        with pytest.raises(Conflict, match=f"Port {port} of 127.0.0.1 is taken"):
            LocalNode(tmp_path, port).start()


def test_another_chain_on_the_port_is_told_apart(tmp_path: Path, node: LocalNode) -> None:
    port = int(node.url.rpartition(":")[2])
    other = LocalNode(tmp_path / "other", port)
    with pytest.raises((WrongChain, Conflict)):
        other.start()
    assert not other.is_alive()
    with Rpc(node.url) as rpc, pytest.raises(WrongChain, match="is on chain"):
        rpc.expect_chain(node.chain_id + 1)


def test_a_log_that_grows_is_cut_and_its_end_kept(node: LocalNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_node, "MAX_LOG", 1000)
    with node.log_file.open("ab") as log:
        log.write(b"x" * 5000 + b"the end")
    assert soon(lambda: node.log_file.stat().st_size <= 500)
    assert node.log_file.read_bytes().endswith(b"the end")


def test_a_missing_program_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="npm ci"):
        anvil_binary(tmp_path)
