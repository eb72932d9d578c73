"""A real Anvil: one for each test (`node`), or one put back to its beginning after each (`lent_node`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from tests.integration.chain.small_contract import STORE_CODE, Sender


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LocalNode]:
    with LocalNode(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def shared_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    with LocalNode(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture
def lent_node(shared_node: LocalNode) -> Iterator[LocalNode]:
    with Rpc(shared_node.url) as rpc:
        beginning = rpc.call("evm_snapshot")
        yield shared_node
        rpc.call("anvil_dropAllTransactions")
        assert rpc.call("evm_revert", beginning) is True


@pytest.fixture
def rpc(node: LocalNode) -> Iterator[Rpc]:
    with Rpc(node.url) as session:
        yield session


@pytest.fixture
def sender(node: LocalNode, rpc: Rpc) -> Sender:
    return Sender(rpc, node.chain_id)


@pytest.fixture
def store(sender: Sender) -> str:
    return sender.deploy(STORE_CODE)


@pytest.fixture(scope="session")
def touchmark() -> dict[str, Any]:
    path = Path(__file__).parents[3] / "ledger" / "chain" / "artifacts" / "Touchmark.json"
    artifact: dict[str, Any] = json.loads(path.read_bytes())
    return artifact
