"""Checks a passport, step by step: first the file with itself, then with the contract's state, then with the chain.

The contract, its code and the brand's number come from the reader's trust list. A step that contradicts ends
the check, because everything after it rests on it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from ledger.domain.custody import BatchFlag
from ledger.domain.statements import Keccak
from ledger.proof.anchored import Anchor, open_state
from ledger.proof.canonical import read_canonical
from ledger.proof.coherent import Reading, SignerOf
from ledger.proof.facts import facts_of
from ledger.proof.report import CannotTell, Checked, Contradicts, Outcome, Report, Step
from ledger.proof.shapes import Passport
from ledger.proof.slots import Slots
from ledger.proof.state import Header, ProvenState
from ledger.proof.trust import REWRITABLE, Trust, TrustedLedger

_Result = TypeVar("_Result")


class Witness(Protocol):
    """Whoever knows the chain's blocks: a node of the reader's choice, or a published checkpoint."""

    name: str

    def hash_at(self, number: int) -> str | None:
        """The hash of the block of that height, None where it is not known. Raises CannotTell, Contradicts."""
        ...

    def head_now(self, slot: int) -> int | None:
        """What the slot holds as of the newest block, None where only the past is known. Raises CannotTell."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Keccak-256, and whose signature over a digest it is (None: only the chain can tell). Raises BadSignature."""

    keccak: Keccak
    signer_of: SignerOf


Ask = Callable[[TrustedLedger], Witness]
"""Opens the witness, once the ledger is known. Raises CannotTell, Contradicts."""


def verify(raw: bytes, trust: Trust | None, tools: Tools, ask: Ask | None = None) -> Report:
    """The whole check of one file. Never raises for what a file holds."""
    return _Check(trust, tools, ask).run(raw)


class _Over(Exception):
    """Nothing further can be said."""


@dataclass(slots=True)
class _Check:
    trust: Trust | None
    tools: Tools
    ask: Ask | None
    steps: list[Checked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    level: int = 0
    facts: dict[str, Any] | None = None

    def run(self, raw: bytes) -> Report:
        with suppress(_Over):
            self._check(raw)
        return Report(tuple(self.steps), self.level, tuple(self.notes), self.facts)

    def _check(self, raw: bytes) -> None:
        passport = self._take(Step.FILE, lambda: read_passport(raw), "The file is a passport in canonical form.")
        ledger = self._known(passport)
        reading = Reading(passport, self.tools.keccak, self.tools.signer_of)
        for step, take in (
            (Step.IDENTITY, reading.identity),
            (Step.RECORD, reading.record),
            (Step.LISTING, reading.listing),
            (Step.REGISTRATION, reading.registration),
            (Step.STATEMENTS, reading.statements),
            (Step.SIGNATURES, reading.signed),
        ):
            self._say(step, take)
        self.level = 1
        self.notes += reading.notes()
        self.facts = facts_of(reading, ledger, None, BatchFlag(0))
        if ledger is None:
            raise _Over
        anchor, header = self._anchor(reading, ledger)
        self.level = 2
        self.facts = facts_of(reading, ledger, header.time, anchor.batch_flags)
        if self.ask is None:
            self.steps.append(Checked(Step.LIVE, Outcome.NOT_ASKED, _NOT_ASKED))
            return
        self._say(Step.LIVE, lambda: self._live(reading, ledger, header))
        self.level = 3

    def _known(self, passport: Passport) -> TrustedLedger | None:
        named = passport.ledger
        found = None if self.trust is None else self.trust.find(named)
        if found is None:
            self._note(
                Step.CONTRACT,
                Outcome.CANNOT_TELL,
                _UNKNOWN[self.trust is None],
                "a trusted contract",
                f"{named.contract} on chain {named.chainId}",
            )
            return None
        brand = found.party(passport.item.brand)
        if brand is None or not brand.brand:
            why = f"The trust list does not say whose brand number {passport.item.brand} is."
            self._note(Step.CONTRACT, Outcome.CANNOT_TELL, why)
        else:
            whose = f"brand {brand.number} ({brand.name})"
            said = f"Chain {named.chainId}, contract {named.contract} and {whose} are in the trust list."
            self._note(Step.CONTRACT, Outcome.HOLDS, said)
        return found

    def _anchor(self, reading: Reading, ledger: TrustedLedger) -> tuple[Anchor, Header]:
        header, state = self._take(Step.HEADER, lambda: open_state(reading, ledger), "")
        self._note(Step.HEADER, Outcome.HOLDS, f"The header is that of block {header.number}, 0x{header.hash.hex()}.")
        self._say(Step.CODE, lambda: _same_code(state, ledger))
        anchor = Anchor(reading, ledger, state, self.notes)
        self._say(Step.ITEM, anchor.item)
        self._say(Step.BATCH, anchor.batch)
        self._say(Step.PREFIX, anchor.prefix)
        self._say(Step.SIGNERS, lambda: _all(anchor.signers(), state))
        return anchor, header

    def _live(self, reading: Reading, ledger: TrustedLedger, header: Header) -> str:
        assert self.ask is not None
        witness = self.ask(ledger)
        ours, theirs = "0x" + header.hash.hex(), witness.hash_at(header.number)
        if theirs is None:
            raise CannotTell(f"{witness.name} does not know block {header.number}.")
        if theirs != ours:
            raise Contradicts(f"{witness.name} knows another block {header.number}.", theirs, ours)
        slot = Slots(self.tools.keccak).item(reading.item) + 1
        now, then = witness.head_now(slot % 2**256), reading.state
        if now is not None and now != (0 if then is None else int.from_bytes(then.head, "big")):
            self.notes.append("The record has gone on since this file was made. Ask for a newer one.")
        return f"{witness.name} knows this block. {REWRITABLE[ledger.rewritableBy]}"

    def _say(self, step: Step, take: Callable[[], str]) -> None:
        said = self._take(step, take, "")
        self._note(step, Outcome.HOLDS, said)

    def _take(self, step: Step, take: Callable[[], _Result], said: str) -> _Result:
        try:
            result = take()
        except Contradicts as wrong:
            self._note(step, Outcome.CONTRADICTS, wrong.why, wrong.expected, wrong.found)
            raise _Over from None
        except CannotTell as unknown:
            self._note(step, Outcome.CANNOT_TELL, str(unknown))
            raise _Over from None
        if said:
            self._note(step, Outcome.HOLDS, said)
        return result

    def _note(self, step: Step, outcome: Outcome, said: str, expected: str = "", found: str = "") -> None:
        self.steps.append(Checked(step, outcome, said, expected, found))


def read_passport(raw: bytes) -> Passport:
    """The passport in these bytes. Raises Contradicts where they are none."""
    value = read_canonical(raw)
    try:
        return Passport.model_validate(value)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise Contradicts(f"The file is not a passport: {place}: {first['msg']}.", "its JSON Schema") from None


def _same_code(state: ProvenState, ledger: TrustedLedger) -> str:
    found = "0x" + state.code_hash.hex()
    if found != ledger.codeHash:
        raise Contradicts("The contract at that address has other code.", ledger.codeHash, found)
    return f"The contract’s code is the trusted one, {found}."


def _all(said: str, state: ProvenState) -> str:
    state.expect_all_used()
    return said


_NOT_ASKED = (
    "Nobody was asked whether the chain has this block. Anybody can make up a block, and a file that agrees with it: "
    "ask a node, or bring a checkpoint."
)
_UNKNOWN = {
    True: "No trust list was given, so nobody can say whose contract this is.",
    False: "The trust list does not know this contract.",
}
