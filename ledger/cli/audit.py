"""The ledger's own checker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from ledger.bootstrap import ChainSide
from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.checks import show_checks
from ledger.domain.errors import LedgerError


class _States:
    """The contract's own word on an item, by the node."""

    def __init__(self, side: ChainSide) -> None:
        self._client = side.node.client

    def item_of(self, item: int, block: int) -> tuple[Any, ...]:
        """What `itemOf` answers at a block."""
        answer: tuple[Any, ...] = self._client.call("itemOf", item, block=block)
        return answer


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
        return show_checks(cli, checks(ledger, node, None if side is None else _States(side), bar))


@contextmanager
def _side(cli: Cli) -> Iterator[ChainSide | None]:
    """The node, None where none answers: the checks say so themselves."""
    with ExitStack() as stack:
        side: ChainSide | None = None
        with suppress(LedgerError):
            side = stack.enter_context(cli.connected())
        yield side
