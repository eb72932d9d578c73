"""Look at a notice before it is sent: who may send it, which lines are new, and what the ledger knows of each.

Everything that is wrong is told at once, each fault with its line; nothing is written here. `notices_send` looks in
the same way, and then writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.facts import weigh
from ledger.domain.desk.notices import MOST_LINES, check_rules, check_territories, needs_right
from ledger.domain.desk.standing import LINES_A_DAY, UNPROVEN_A_DAY, Standing
from ledger.domain.errors import Fault, Invalid, TooMany
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.case_write import text_hash
from ledger.services.desk.notices_apart import told_apart
from ledger.services.desk.notices_lines import DAY, Asked, LookedLine, found, placed, scanned
from ledger.services.desk.notices_rights import Acting, acting_for
from ledger.services.desk.standing_of import standing_of
from ledger.services.email_links import check_email
from ledger.services.ports import Ledger, Tx

_SHORTEST: Final = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """A notice that was looked at. Faults of the notice as a whole are raised, those of lines stand with them."""

    acting: Acting
    territories: tuple[str, ...]
    standing: Standing
    explanation: str
    """SHA-256 of what was written."""
    lines: tuple[LookedLine, ...]

    @property
    def new(self) -> int:
        """How many lines make a case."""
        return sum(one.new for one in self.lines)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong in lines."""
        return [one.fault for one in self.lines if one.fault is not None]


def look_at(ledger: Ledger, caller: Caller, asked: Asked) -> Looked:
    """Look at a notice. Raises Invalid naming every fault of its head, Unknown, Forbidden, Conflict, TooMany."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND, Role.AGENT)
    _check_head(asked)
    territories = check_territories(asked.territories)
    check_rules(asked.rules, territories)
    day, now = _day(ledger), ledger.now()
    with ledger.store.read() as tx:
        acting = acting_for(tx, caller, asked.right, asked.holder, asked.reason, territories, day)
        explanation = text_hash(asked.explanation)
        standing = standing_of(tx, caller.organisation.id, now, explanation)
        check_pace(tx, caller.organisation.id, standing, len(asked.lines), now)
        lines = placed(tx, asked)
    scans = scanned(ledger, lines)
    with ledger.store.read() as tx:
        lines = found(ledger, tx, asked, acting, lines, scans, day)
        lines = told_apart(tx, lines, asked, acting.right, now)
        weighed = weigh_lines(tx, caller.organisation.id, lines, asked.reason, standing, now)
        return Looked(acting, territories, standing, explanation, tuple(weighed))


def check_pace(tx: Tx, notifier: str, standing: Standing, lines: int, now: int) -> None:
    """Raises TooMany beyond what a notifier of this standing may bring in a day."""
    most = LINES_A_DAY[standing.lane]
    if tx.cases.opened_since(notifier, now - DAY) + lines > most:
        raise TooMany(
            said("You may bring %(n)d listings in 24 hours. Nothing was sent; send the rest tomorrow.", n=most),
            retry_after=3_600,
        )


def _check_head(asked: Asked) -> None:
    faults = []
    if not asked.lines:
        faults.append(Fault("lines", said("are missing."), said("Name at least one listing.")))
    if len(asked.lines) > MOST_LINES:
        faults.append(Fault("lines", said("are more than %(n)d.", n=MOST_LINES), said("Send the rest in another.")))
    if len(asked.explanation.strip()) < _SHORTEST:
        faults.append(
            Fault("explanation", said("is too short."), said("Say in a sentence or two why this listing is wrong."))
        )
    if not asked.name.strip():
        faults.append(Fault("name", said("is missing."), said("Say who sends this notice.")))
    try:
        check_email(asked.email)
    except Invalid as wrong:
        faults.append(Fault("email", wrong.detail))
    if not asked.good_faith:
        faults.append(Fault("good_faith", said("is not confirmed."), said("Confirm that you believe this.")))
    if not asked.accurate:
        faults.append(Fault("accurate", said("is not confirmed."), said("Confirm that it is accurate and complete.")))
    if needs_right(asked.reason) and asked.right is None:
        faults.append(Fault("right", said("is missing."), said("Choose the right that this notice rests on.")))
    if asked.reason is Reason.CODE_OTHER_ITEM and any(one.sold_as is None for one in asked.lines):
        faults.append(Fault("lines", said("do not say what is sold."), said("Give “sold_as”, the GTIN of the model.")))
    if faults:
        raise Invalid(said("The notice cannot be sent: %(fault)s", fault=str(faults[0])), faults=faults)


def weigh_lines(
    tx: Tx, notifier: str, lines: Sequence[LookedLine], reason: Reason, standing: Standing, now: int
) -> list[LookedLine]:
    """The lines with what follows from their facts, within what is left of the notifier's share of the day."""
    free = UNPROVEN_A_DAY - tx.cases.by_facts_since(notifier, now - DAY)
    made = []
    for one in lines:
        share = free > 0 or standing.good
        weighed = weigh(reason, one.found, one.sold_as, one.link, standing.lane, free=share, models=one.models)
        free -= one.new and weighed.step == "uphold"
        made.append(replace(one, weighed=weighed))
    return made


def _day(ledger: Ledger) -> date:
    return datetime.fromtimestamp(ledger.now(), UTC).date()
