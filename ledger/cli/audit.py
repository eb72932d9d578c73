"""The ledger's own checker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from ledger.bootstrap import ChainSide
from ledger.chain.rpc import RpcRefused, hex_bytes
from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.checks import show_checks
from ledger.domain.errors import LedgerError


class NodeStates:
    """The contract's own word on items, by the node, many in one request."""

    def __init__(self, side: ChainSide) -> None:
        self._client = side.node.client

    def items_of(self, items: Sequence[int], block: int) -> list[tuple[Any, ...]]:
        """What `itemOf` answers for each at a block. Raises Unavailable."""
        client = self._client
        calls = [
            ("eth_call", [{"to": client.address, "data": "0x" + client.encode_call("itemOf", item).hex()}, hex(block)])
            for item in items
        ]
        found = []
        for answer in client.rpc.batch(calls):
            if isinstance(answer, RpcRefused):
                raise answer
            found.append(client.codec.decode("itemOf", hex_bytes(answer, "what itemOf answers")))
        return found


@command()
@pass_cli
def audit(cli: Cli) -> dict[str, Any]:
    """Check that items, trees, roots, events and states fit together, and fit the contract. Changes nothing.

    Exit code 0: all of it does; 1: something does not; 3: something could not be checked.
    """
    from ledger.services.audit import audit as checks

    ledger = cli.ledger
    with cli.screen.progress("Checking", None) as bar, _side(cli) as side:
        node = None if side is None else side.node
        return show_checks(cli, checks(ledger, node, None if side is None else NodeStates(side), bar))


@contextmanager
def _side(cli: Cli) -> Iterator[ChainSide | None]:
    """The node, None where none answers: the checks say so themselves."""
    with ExitStack() as stack:
        side: ChainSide | None = None
        with suppress(LedgerError):
            side = stack.enter_context(cli.connected())
        yield side
