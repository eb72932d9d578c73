"""The second level: the contract's own state, as a block's header shows it, says the same as the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ledger.domain.custody import TIMED, BatchFlag, Flag
from ledger.domain.gtins import check_gtin
from ledger.domain.statements import Kind, word
from ledger.proof.coherent import Reading
from ledger.proof.report import CannotTell, Contradicts
from ledger.proof.slots import Slots
from ledger.proof.state import Header, ProvenState, State, pieces
from ledger.proof.trust import TrustedLedger

NO_BATCH_FLAG: Final = BatchFlag(0)
MOST_GRANTS: Final = 64
LONGEST_PREFIX: Final = 13
"""A prefix stands behind a GTIN-14's indicator digit."""


@dataclass(slots=True)
class Anchor:
    """The second level of one passport, step by step. `notes` are facts that contradict nothing."""

    reading: Reading
    ledger: TrustedLedger
    state: State
    notes: list[str] = field(default_factory=list)
    batch_flags: BatchFlag = NO_BATCH_FLAG

    @property
    def slots(self) -> Slots:
        """Where the contract keeps what."""
        return Slots(self.reading.keccak)

    def foreseen(self) -> list[int]:
        """Slots that the steps will ask for, all but the grants of prefixes: to be fetched at once."""
        reading, slots = self.reading, self.slots
        at, digits = slots.item(reading.item), check_gtin(reading.passport.item.gtin)[1:]
        keys = {(told.statement.party, told.signer) for told in reading.told if told.statement.party is not None}
        return [
            at,
            (at + 1) % 2**256,
            slots.locks(reading.item),
            slots.recovery(reading.item),
            slots.batch(reading.batch),
            slots.batch_flags(reading.batch),
            slots.key(reading.passport.item.brand, reading.passport.batch.signer),
            *(slots.key(party, key) for party, key in keys if party is not None),
            *(slots.grants(digits[:length]) for length in range(1, LONGEST_PREFIX + 1)),
        ]

    def item(self) -> str:
        """Step: the item's own slots are what its statements make them."""
        reading, slots = self.reading, self.slots
        at, locks, recovery = slots.item(reading.item), slots.locks(reading.item), slots.recovery(reading.item)
        words = [self.state.slot(one) for one in (at, (at + 1) % 2**256, locks, recovery)]
        expected = expected_words(reading)
        names = ("holder, batch, sequence and flags", "head", "times of its locks", "open recovery")
        # What counts thefts and disputes lies above the times, and is in no statement.
        words[2] &= (1 << 200) - 1
        # Who opened a recovery lies above its time.
        words[3] &= (1 << 200) - 1
        for name, wanted, found in zip(names, expected, words, strict=True):
            _expect(f"The contract holds something else as the item’s {name}.", wanted, found)
        if reading.state is None:
            return "The contract holds nothing of the item: it was never claimed, and nobody stated anything of it."
        return f"The contract holds this head, holder and flags for the item, and sequence {reading.state.sequence}."

    def batch(self) -> str:
        """Step: the batch was registered so, and these are its flags."""
        reading, batch = self.reading, self.reading.passport.batch
        data = b"".join(
            (
                bytes.fromhex(batch.root[2:]),
                word(batch.count),
                bytes.fromhex(batch.manifestHash[2:]),
                word(batch.signer),
                word(batch.time),
            )
        )
        registered = int.from_bytes(reading.keccak(data), "big")
        found = self.state.slot(self.slots.batch(reading.batch))
        _expect("The contract holds another registration of this batch.", registered, found)
        flags = self.state.slot(self.slots.batch_flags(reading.batch)) & 0xFF
        self.batch_flags = BatchFlag(flags & 7)
        if BatchFlag.AMENDED in self.batch_flags:
            self.notes.append("The brand has amended this whole batch since; this file shows the first description.")
        names = ", ".join(one.name.lower() for one in BatchFlag if one in self.batch_flags and one.name)
        return f"The contract holds this registration; flags of the whole batch: {names or 'none'}."

    def prefix(self) -> str:
        """Step: the brand held the GTIN's company prefix when it registered the batch."""
        item, at = self.reading.passport.item, self.reading.passport.batch.time
        digits = check_gtin(item.gtin)[1:]
        for length in range(LONGEST_PREFIX, 0, -1):
            holder = self._holder(digits[:length], at)
            if holder:
                _expect(f"Prefix {digits[:length]} of this GTIN was another brand’s then.", item.brand, holder)
                return f"Brand {item.brand} held the GS1 prefix {digits[:length]} when it registered the batch."
        raise Contradicts("Nobody held a prefix of this GTIN when the batch was registered.", str(item.brand), "nobody")

    def signers(self) -> str:
        """Step: every party's key was in force when it signed, every inspector accredited."""
        reading, passport = self.reading, self.reading.passport
        asked = [(passport.item.brand, passport.batch.signer, passport.batch.time, "The registration")]
        for told in reading.told:
            party = told.statement.party
            if party is not None:
                asked.append((party, told.signer, told.time, f"Statement {told.place}"))
            if told.statement.kind is Kind.RECORD:
                self._accredited(told.place, told.statement.values, told.time)
        for party, key, time, what in asked:
            self._in_force(party, key, time, what)
        keys = len({(party, key) for party, key, *_ in asked})
        return f"{keys} keys of parties were theirs when they signed."

    def _holder(self, prefix: str, at: int) -> int:
        count = self.state.slot(self.slots.grants(prefix))
        if count > MOST_GRANTS:
            raise CannotTell(f"Prefix {prefix} has changed hands {count} times, more than are looked through.")
        holder = 0
        for place in range(count):
            party, _, since = pieces(self.state.slot(self.slots.grant(prefix, place)), 24, 48, 40)
            holder = party if since <= at else holder
        return holder

    def _in_force(self, party: int, key: str, time: int, what: str) -> None:
        since, until, compromised = pieces(self.state.slot(self.slots.key(party, key)), 40, 40, 40)
        if not since or since > time or (until and until < time):
            raise Contradicts(
                f"{what} was signed with a key that was not party {party}’s then.",
                _interval(time, time),
                _interval(since, until),
            )
        if compromised and compromised <= time:
            self.notes.append(
                f"{what}: party {party} says that its key {key} was no longer its own then. Give it no weight."
            )

    def _accredited(self, place: int, values: object, time: int) -> None:
        assert isinstance(values, dict)
        by, party = int(values["accreditor"]), int(values["party"])
        if party == by:
            return
        since, _ = pieces(self.state.slot(self.slots.accreditation(by, party)), 40, 40)
        if not since:
            raise Contradicts(
                f"Statement {place}: party {by} never accredited party {party}.", "an accreditation", "none"
            )
        if since > time:
            self.notes.append(f"Statement {place}: the accreditation in force then has been given anew since.")


def open_state(reading: Reading, ledger: TrustedLedger) -> tuple[Header, ProvenState]:
    """The block's header and the contract's state in it. Raises CannotTell where the file has none."""
    state = reading.passport.state
    if state is None:
        raise CannotTell("The file carries no proof of the contract’s state: what it leaves out cannot be told.")
    header = Header(bytes.fromhex(state.block.header[2:]), reading.keccak)
    if "0x" + header.hash.hex() != state.block.hash:
        raise Contradicts("The header is not that of the named block.", state.block.hash, "0x" + header.hash.hex())
    if header.number != state.block.number:
        raise Contradicts("The header is of another height.", str(state.block.number), str(header.number))
    nodes = [bytes.fromhex(one[2:]) for one in state.nodes]
    return header, ProvenState(header, ledger.contract, nodes, reading.keccak)


def expected_words(reading: Reading) -> tuple[int, int, int, int]:
    """The item's own four slots as its statements make them: packed state, head, times of locks, open recovery."""
    state = reading.state
    if state is None:
        return 0, 0, 0, 0
    first = int(state.holder, 16) | reading.batch << 160 | (state.sequence % 2**24) << 216 | int(state.flags) << 240
    locks = sum(state.until.get(flag, 0) << 40 * place for place, flag in enumerate(TIMED))
    recovery = 0
    if Flag.RECOVERY_OPEN in state.flags:
        recovery = int(state.recovery_address or "0", 16) | (state.recovery_due or 0) << 160
    return first, int.from_bytes(state.head, "big"), locks, recovery


def _expect(why: str, expected: int, found: int) -> None:
    if expected != found:
        raise Contradicts(why, f"0x{expected:x}", f"0x{found:x}")


def _interval(since: int, until: int) -> str:
    return f"from {since} to {until or 'now'}" if since else "never"
