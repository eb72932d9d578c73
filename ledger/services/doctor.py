"""Whether a ledger is well: one line for each thing it depends on, with how to mend it.

Looks, and changes nothing. Where something cannot be looked into the line says so: that is neither well nor wrong.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from ledger.domain.errors import LedgerError
from ledger.services.checking import Checked, attention, cannot_tell, many, ok
from ledger.services.follow_chain import HALTED, NODE_SEEN
from ledger.services.kept_keys import COUNCIL_SECOND
from ledger.services.ports import Chain, Ledger
from ledger.services.send_terms import OWNER, RELAYER
from ledger.services.views_of_chain import final_height

SKEW: Final = 60
"""Seconds that our clock may differ from a fresh block's time; dates are checked to ten minutes."""
FRESH: Final = 30
"""Seconds since the worker last heard the node."""
OLD: Final = 300
"""Seconds that a statement may wait before somebody should look."""
LAG: Final = 50
"""Blocks that our copy may be behind the node, or the final block behind our copy."""
ROOM: Final = 2 * 2**30
"""Bytes of disk below which it gets tight: saves and imports are written beside what they replace."""
LOCAL_LIMIT: Final = 100_000
"""Items touched on the local node, from where on a real one is due (each block gets slower with the state)."""
LOCAL_SOON: Final = 0.7
"""Of what the local node carries."""


class Deployed(Protocol):
    """What the node knows of the contract's place."""

    def code_hash(self, address: str) -> bytes | None:
        """The hash of the code there, None where there is none. Raises Unavailable."""
        ...


def of_chain(ledger: Ledger, chain: Chain, deployed: Deployed) -> Iterator[Checked]:
    """What the node answers: chain id, code, clock, how far we have followed. Each line for itself."""
    with ledger.store.read() as tx:
        known, tip, final = tx.meta.get("deployment"), tx.chain.tip(), final_height(tx)
    yield from _line("node", lambda: _node(chain, known))
    yield from _line("contract", lambda: _contract(deployed, known))
    yield from _line("clock", lambda: _clock(ledger, chain))
    yield from _line("following", lambda: _following(chain, -1 if tip is None else tip.number))
    yield _finality(-1 if tip is None else tip.number, final)


def no_node(reason: str) -> Iterator[Checked]:
    """The same lines where no node answers."""
    mend = "Start `touchmark serve`, or set TOUCHMARK_NODE_URL and see that the node runs."
    yield cannot_tell("node", reason, mend)
    for name in ("contract", "clock", "following", "finality"):
        yield cannot_tell(name, "Needs the node.")


def of_worker(ledger: Ledger) -> Iterator[Checked]:
    """Whether somebody follows and sends, and what waits."""
    with ledger.store.read() as tx:
        lease, halted, seen = tx.meta.get("lease"), tx.meta.get(HALTED), tx.meta.get(NODE_SEEN)
        waiting, oldest = tx.outbox.waiting()
    now = ledger.now()
    if halted:
        yield attention("worker", f"It has stopped: {halted}")
    elif not lease or lease["until"] <= now:
        yield attention("worker", "None runs, so nothing is followed or sent.", "Start `touchmark worker`.")
    elif seen is None or now - seen > FRESH:
        yield attention("worker", f"{lease['holder']} runs, but does not hear the node.", "See its log.")
    else:
        yield ok("worker", f"{lease['holder']} heard the node {max(0, now - seen)} seconds ago.")
    age = 0 if oldest is None else now - oldest
    if waiting and age > OLD:
        mend = "`touchmark statements list --org …` says why; a refused one may wait for its time."
        yield attention("outbox", f"{many(waiting, 'statement')} in it, the oldest for {age // 60} minutes.", mend)
    else:
        yield ok("outbox", f"{many(waiting, 'statement')} on the way." if waiting else "Nothing waits.")


def of_keys(ledger: Ledger) -> Iterator[Checked]:
    """Whether every kept key opens with this passphrase and is its owner's."""
    opened, wrong = 0, []
    with ledger.store.read() as tx:
        kept: list[tuple[str, dict[str, Any] | None, str | None]] = [
            (name, tx.meta.get(name), None) for name in (OWNER, RELAYER, COUNCIL_SECOND)
        ]
        kept += [
            (one.slug, tx.organisations.keystore(one.id), one.address)
            for one in tx.organisations.all()
            if one.keeps_key
        ]
    for name, keystore, address in kept:
        if keystore is None:
            continue
        try:
            found = ledger.signing.address_of(ledger.vault.open_key(keystore))
        except LedgerError:
            wrong.append(f"{name} does not open")
            continue
        opened += 1
        if address is not None and found != address:
            wrong.append(f"{name} is another key than its address says")
    if wrong:
        mend = "Set TOUCHMARK_PASSPHRASE to the one the keys were kept with, or put the data folder back from a backup."
        yield attention("kept keys", "; ".join(wrong) + ".", mend)
    else:
        yield ok("kept keys", f"All {opened} open.")


def of_folder(data: Path) -> Iterator[Checked]:
    """Who can read the secrets, and how much room is left."""
    loose = [path for path in _secrets(data) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        names = ", ".join(str(path) for path in loose[:5])
        yield attention("secrets", f"Others on this machine can read {names}.", f"chmod -R go= {data}/secrets")
    else:
        yield ok("secrets", "Only their user can read them.")
    usage = shutil.disk_usage(data)
    words = f"{usage.free / 2**30:.1f} GB free of {usage.total / 2**30:.1f} GB."
    if usage.free < ROOM:
        yield attention("disk", words, "Make room: below some hundred megabytes nothing more is taken.")
    else:
        yield ok("disk", words)


def of_local_node(ledger: Ledger, saved_bytes: int, largest_save: int) -> Iterator[Checked]:
    """How large the local chain has grown, and whether a real node is due: a save that does not fit its memory is never
    made, and without one nothing becomes final. Sizes in bytes.
    """
    with ledger.store.read() as tx:
        touched = tx.audits.count_touched()
    full = max(touched / LOCAL_LIMIT, saved_bytes / largest_save)
    size, room = f"{saved_bytes / 2**20:.1f} MB a save", f"{largest_save / 2**20:,.0f} MB"
    words = f"{many(touched, 'item')} touched, {size}; it carries about {LOCAL_LIMIT:,} items and saves of {room}."
    if full >= LOCAL_SOON:
        due = "is due" if full >= 1 else "is due soon"
        yield attention("local chain", words, f"A real node {due}: README, “Production”.")
    else:
        yield ok("local chain", words)


def _line(name: str, look: Callable[[], Checked]) -> Iterator[Checked]:
    try:
        yield look()
    except LedgerError as away:
        yield cannot_tell(name, away.detail)


def _node(chain: Chain, known: dict[str, Any]) -> Checked:
    chain.check()
    return ok("node", f"It answers, on chain {known['chain_id']}, at block {chain.tip().number}.")


def _contract(deployed: Deployed, known: dict[str, Any]) -> Checked:
    found = deployed.code_hash(known["contract"])
    if found is None:
        return attention("contract", f"There is no contract at {known['contract']}.", "The node is not the right one.")
    if found.hex() != known["code_hash"]:
        return attention("contract", f"At {known['contract']} is another program than was deployed.",
                         "Do not go on: find out what happened.")  # fmt: skip
    return ok("contract", f"At {known['contract']} is what was deployed.")


def _clock(ledger: Ledger, chain: Chain) -> Checked:
    ahead = chain.tip().time - ledger.now()
    if ahead > SKEW:
        mend = "Set the clock of this machine (NTP), or see why the chain's is ahead."
        return attention("clock", f"Blocks come from {ahead} seconds in our future.", mend)
    # A block in the past proves nothing: a quiet chain has old blocks.
    return ok("clock", "Not behind the chain's.")


def _following(chain: Chain, ours: int) -> Checked:
    theirs = chain.tip().number
    if theirs - ours > LAG:
        mend = "Wait while the worker catches up; if it does not, see its log."
        return attention("following", f"Our copy is at block {ours}, the node at {theirs}.", mend)
    return ok("following", f"Our copy is at block {ours}, the node at {theirs}.")


def _finality(tip: int, final: int) -> Checked:
    if tip < 0:
        return cannot_tell("finality", "No block has been followed yet.")
    words = f"Final up to block {final} of {tip}."
    if tip - final > LAG:
        mend = "See that the chain finalises; where it has no such thing, set TOUCHMARK_FINALITY_DEPTH."
        return attention("finality", words, mend)
    return ok("finality", words)


def _secrets(data: Path) -> list[Path]:
    folder = data / "secrets"
    return [path for path in (folder, *folder.glob("*")) if path.exists()]
