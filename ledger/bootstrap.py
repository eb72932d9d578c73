"""The composition root: builds everything once, from the settings. The only place that knows all the parts."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ledger.chain import signing
from ledger.chain.deployment import deploy
from ledger.chain.node import LocalMiner, Node, encode_opening, explainer
from ledger.chain.proofs import NodeProver
from ledger.chain.rpc import Rpc
from ledger.domain.errors import Conflict, Unavailable
from ledger.keeping.files import Files
from ledger.keeping.vault import open_vault
from ledger.services.kept_keys import COUNCIL_SECOND
from ledger.services.organisations import add_council
from ledger.services.ports import Ledger, Limits
from ledger.services.ports import Store as Tables
from ledger.services.publish_trust import CHECKPOINT_KEY
from ledger.services.send_terms import OWNER, RELAYER
from ledger.settings import Settings
from ledger.storage.engine import Store
from ledger.storage.migrate import upgrade

LOCAL_SAVES = ("node", "saves")
LOCAL_NODE = "local_node"
"""Where the local node listened last, so that a command in another terminal finds it."""
KNOWN_DEVELOPMENT_ADDRESSES = frozenset(
    {
        # The first accounts of “test test test test test test test test test test test junk”, which every
        # development node funds and every thief watches.
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
        "0x90f79bf6eb2c4f870365e785982e1f101e93b906",
        "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
        "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
    }
)


def build(settings: Settings) -> Ledger:
    """The ledger of a data folder. Reads and makes what it needs there; starts nothing."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    passphrase = settings.passphrase.get_secret_value() if settings.passphrase else None
    store = Store(settings.store_url)
    return Ledger(
        store=store,
        files=Files(settings.data / "files"),
        vault=open_vault(settings.data, passphrase),
        signing=signing,
        keccak=signing.keccak,
        clock=time.time,
        random=secrets.token_bytes,
        explain=explainer(),
        encode_opening=encode_opening,
        public_url=settings.public_url,
        sign_url=settings.sign_origin,
        limits=Limits(settings.max_upload_bytes, settings.max_evidence_bytes, settings.allow_private_webhooks),
        rewritable_by=settings.chain_rewritable_by,
        prover=lambda: _prover(store, settings),
    )


def migrate(settings: Settings) -> None:
    """Bring the database to this program's form."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade(settings.store_url)


@dataclass(frozen=True, slots=True)
class ChainSide:
    """The node that the worker follows, and the miner where the node is our own."""

    node: Node
    miner: LocalMiner | None

    def close(self) -> None:
        """Let the node's connections go."""
        self.node.rpc.close()


def connect(ledger: Ledger, settings: Settings) -> ChainSide:
    """The deployed contract's node. Raises Unavailable before the contract is deployed or without a node."""
    return _connect(ledger.store, settings)


@contextmanager
def _prover(store: Tables, settings: Settings) -> Iterator[NodeProver]:
    side = _connect(store, settings)
    try:
        side.node.check()
        yield NodeProver(side.node.client)
    finally:
        side.close()


def _connect(store: Tables, settings: Settings) -> ChainSide:
    with store.read() as tx:
        deployed, noted = tx.meta.get("deployment"), tx.meta.get(LOCAL_NODE)
    if deployed is None:
        raise Unavailable("The contract is not deployed yet. Run `touchmark serve`, or `touchmark deploy`.")
    url = settings.node_url or (noted if deployed["local"] else None)
    if url is None:
        raise Unavailable("No node is configured. Set TOUCHMARK_NODE_URL, or use `touchmark serve` for a local one.")
    rpc = Rpc(url)
    local = bool(deployed["local"])
    node = Node(rpc, deployed["chain_id"], deployed["contract"], None if local else settings.finality_depth)
    return ChainSide(node, LocalMiner(rpc, settings.data.joinpath(*LOCAL_SAVES)) if local else None)


def deploy_once(ledger: Ledger, settings: Settings, *, local: bool) -> str:
    """Make the operator's keys and deploy the contracts, unless that is done; the contract's address."""
    _make_operator_keys(ledger)
    with ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
        owner, council, second, relayer = (
            ledger.vault.open_key(tx.meta.get(name)) for name in (OWNER, "council_first_key", COUNCIL_SECOND, RELAYER)
        )
    addresses = [signing.address_of(key) for key in (owner, council, second, relayer)]
    if not local and KNOWN_DEVELOPMENT_ADDRESSES.intersection(addresses):
        raise Conflict("A key of this ledger is a well-known development key. It is for local chains only.")
    assert settings.node_url is not None
    with Rpc(settings.node_url) as rpc:
        contract = _deploy(ledger, settings, rpc, deployed, owner, addresses, local=local)
    if local:
        with ledger.store.write() as tx:
            tx.meta.set(LOCAL_NODE, settings.node_url)
    return contract


def _deploy(
    ledger: Ledger,
    settings: Settings,
    rpc: Rpc,
    deployed: dict[str, Any] | None,
    owner: bytes,
    addresses: list[str],
    *,
    local: bool,
) -> str:
    miner = LocalMiner(rpc, settings.data.joinpath(*LOCAL_SAVES)) if local else None
    if miner is not None:
        for address in (addresses[0], addresses[3]):
            miner.fund(address)
    if deployed is not None:
        rpc.expect_chain(deployed["chain_id"])
        return str(deployed["contract"])
    chain_id = rpc.chain_id()
    node = Node(rpc, chain_id, "0x" + "0" * 40)
    done = deploy(node, owner, (addresses[1], addresses[2]), settle=miner.mine if miner else lambda: time.sleep(1))
    final = miner.save() if miner else None
    with ledger.store.write() as tx:
        tx.meta.set(
            "deployment",
            {
                "chain_id": chain_id,
                "contract": done.contract,
                "verifier": done.verifier,
                "block": done.block,
                "code_hash": done.code_hash.hex(),
                "local": local,
            },
        )
        if final is not None:
            tx.meta.set("final_height", final)
    return done.contract


def operator_addresses(ledger: Ledger) -> dict[str, str]:
    """The addresses that pay on a chain that is not local, by their part; their keys are made where they are not."""
    _make_operator_keys(ledger)
    with ledger.store.read() as tx:
        return {name: signing.address_of(ledger.vault.open_key(tx.meta.get(name))) for name in (OWNER, RELAYER)}


def _make_operator_keys(ledger: Ledger) -> None:
    with ledger.store.write() as tx:
        for name in (OWNER, RELAYER, "council_first_key", COUNCIL_SECOND, CHECKPOINT_KEY):
            if tx.meta.get(name) is None:
                tx.meta.set(name, ledger.vault.new_key()[1])
        keystore = tx.meta.get("council_first_key")
    address = signing.address_of(ledger.vault.open_key(keystore))
    add_council(ledger, address, keystore)
