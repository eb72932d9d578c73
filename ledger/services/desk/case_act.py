"""What the parties of a case do: the platform's reviewers decide, the notifier explains, withdraws or goes to court,
either side appeals. Each is one transaction: the act's entry, the case's row, and whoever wants to know told.

What an agent may do for a rights-holder, the rights-holder may do itself; the agent only while it is authorised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from ledger.domain.desk import cases_acts as acts
from ledger.domain.desk.cases import A_KEY, Automation, Case, Decline, Outcome, Side, State
from ledger.domain.desk.cases_acts import Act
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.case_files import claim_files
from ledger.services.desk.case_write import CaseWriter, keep_text, load
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.notices_rights import need_agent
from ledger.services.desk.rights import today
from ledger.services.ports import Ledger, Tx

Making = Callable[[Tx, Kept, Case, int], Sequence[Act]]
Allowed = Callable[[Tx, Kept], bool]


class Word(StrEnum):
    """What a reviewer can say of a case."""

    UPHOLD = "uphold"
    DECLINE = "decline"
    MORE = "more"
    RESTORE = "restore"
    KEEP = "keep"
    REVERSE = "reverse"


class Ruling(StrEnum):
    """Who has found a closed case wrong."""

    COURT = "court"
    SETTLEMENT = "settlement"
    OWN = "own_error"


def decide_case(
    ledger: Ledger,
    caller: Caller,
    id: str,
    word: Word,
    *,
    code: Decline | None = None,
    text: str = "",
    seller: str | None = None,
    ruling: Ruling | None = None,
) -> tuple[Kept, Case]:
    """A reviewer's word: on a notice, on a counter-notice, or on a closed case that was found wrong.

    `seller` is whose listing it is, by the platform's own name for them. Raises Unknown, Conflict, Invalid, Forbidden.
    """
    caller.need(Scope.DECIDE)
    caller.need_role(Role.PLATFORM)
    by = caller.person or A_KEY

    def making(tx: Tx, _kept: Kept, case: Case, now: int) -> Sequence[Act]:
        texts = keep_text(tx, id, "decision", text, now)
        named = acts.name_seller(case, seller) if seller else []
        match word:
            case Word.UPHOLD:
                done = acts.decide(case, now, Outcome.UPHELD, automation=_helped(case), by=by, texts=texts, code=code)
            case Word.DECLINE:
                done = acts.decide(case, now, Outcome.DECLINED, automation=_helped(case), by=by, texts=texts, code=code)
            case Word.MORE:
                done = acts.ask_more(case, now, by=by, texts=texts)
            case Word.RESTORE | Word.KEEP:
                done = acts.review(case, now, restore=word is Word.RESTORE, by=by, texts=texts)
            case Word.REVERSE:
                if ruling is None:
                    raise Invalid(said("Say who found this case wrong: a court, a settlement body, or yourselves."))
                done = acts.reverse(case, ruling.value, by=by, texts=texts)
        return [*named, *done]

    return on_case(ledger, id, caller.organisation.id, making, lambda _tx, kept: _platform(kept, caller))


def name_seller(ledger: Ledger, caller: Caller, id: str, seller: str) -> tuple[Kept, Case]:
    """The platform says whose listing it is. Raises Unknown, Conflict."""
    caller.need(Scope.DECIDE)
    return on_case(
        ledger,
        id,
        caller.organisation.id,
        lambda _tx, _kept, case, _now: acts.name_seller(case, seller),
        lambda _tx, kept: _platform(kept, caller),
    )


def give_more(ledger: Ledger, caller: Caller, id: str, text: str, files: Sequence[str] = ()) -> tuple[Kept, Case]:
    """The notifier's answer to what was asked. Raises Unknown, Conflict, Invalid, Forbidden for an agent no more."""
    if not text.strip() and not files:
        raise Invalid(said("Write what was asked for, or name a file that you have sent."))

    def making(tx: Tx, _kept: Kept, case: Case, now: int) -> Sequence[Act]:
        told = keep_text(tx, id, "more", text, now)
        return acts.give_more(case, now, texts=told, files=claim_files(tx, caller, id, files, now))

    return on_case(ledger, id, caller.organisation.id, making, _notifying(ledger, caller))


def appeal(ledger: Ledger, caller: Caller, id: str, text: str, files: Sequence[str] = ()) -> tuple[Kept, Case]:
    """Ask for another look: the notifier, or the platform on its seller's behalf. Raises Unknown, Conflict, Invalid."""
    if not text.strip():
        raise Invalid(said("Say what was decided wrongly, and why."))

    def making(tx: Tx, kept: Kept, case: Case, now: int) -> Sequence[Act]:
        side = Side.SELLER if kept.platform == caller.organisation.id else Side.NOTIFIER
        told = keep_text(tx, id, f"appeal_{side}", text, now)
        return acts.appeal(case, now, side, texts=told, files=claim_files(tx, caller, id, files, now))

    return on_case(ledger, id, caller.organisation.id, making, _either(ledger, caller))


def decide_appeal(ledger: Ledger, caller: Caller, id: str, *, grant: bool, text: str = "") -> tuple[Kept, Case]:
    """Another person's word on an appeal. Raises Unknown, Conflict, Forbidden for whoever decided before.

    A key counts as one decider, whichever key it is: where one decided, a person who is signed in has to look.
    """
    caller.need(Scope.DECIDE)
    caller.need_role(Role.PLATFORM)

    def making(tx: Tx, _kept: Kept, case: Case, now: int) -> Sequence[Act]:
        told = keep_text(tx, id, "appeal_decision", text, now)
        return acts.decide_appeal(case, now, grant=grant, by=caller.person or A_KEY, texts=told)

    return on_case(ledger, id, caller.organisation.id, making, lambda _tx, kept: _platform(kept, caller))


def withdraw(ledger: Ledger, caller: Caller, id: str, text: str = "") -> tuple[Kept, Case]:
    """The notifier, or the rights-holder it acts for, takes the notice back. Raises Unknown, Conflict."""
    return on_case(
        ledger,
        id,
        caller.organisation.id,
        lambda tx, _kept, case, now: acts.withdraw(case, now, texts=keep_text(tx, id, "withdrawal", text, now)),
        _notifying(ledger, caller),
    )


def to_court(
    ledger: Ledger, caller: Caller, id: str, court: str, number: str, files: Sequence[str] = ()
) -> tuple[Kept, Case]:
    """The notifier has filed an action against the seller; `files` show it. Raises Unknown, Conflict, Invalid."""
    if not court.strip() or not number.strip():
        raise Invalid(said("Name the court or authority, and the number of the action."))

    def making(tx: Tx, _kept: Kept, case: Case, now: int) -> Sequence[Act]:
        told = keep_text(tx, id, "court", f"{court.strip()}\n{number.strip()}", now)
        return acts.to_court(case, now, texts=told, files=claim_files(tx, caller, id, files, now))

    return on_case(ledger, id, caller.organisation.id, making, _notifying(ledger, caller))


def on_case(ledger: Ledger, id: str, by: str, making: Making, allowed: Allowed) -> tuple[Kept, Case]:
    """One act on a case in a transaction of its own, after what time had to do. Raises Unknown where not allowed."""
    with ledger.store.write() as tx:
        kept, case = load(tx, id)
        if not allowed(tx, kept):
            raise Unknown(said("There is no such case among those that you can see."))
        writer = CaseWriter(ledger, tx)
        # What time has done already comes first, so that nothing is answered after its day.
        case = writer.act(kept, case, (), "")
        case = writer.act(kept, case, making(tx, kept, case, ledger.now()), by)
        writer.finish()
        found = tx.cases.get(id)
        assert found is not None
        return found, case


def _helped(case: Case) -> Automation:
    """A person decides; where a machine laid facts before them, it helped."""
    return Automation.PARTIAL if case.facts and case.state is State.RECEIVED else Automation.NONE


def _platform(kept: Kept, caller: Caller) -> bool:
    return kept.platform == caller.organisation.id


def _notifying(ledger: Ledger, caller: Caller) -> Allowed:
    """Whether it is the notifier's side: the rights-holder, or the agent that sent it while it is authorised."""

    def allowed(tx: Tx, kept: Kept) -> bool:
        caller.need(Scope.NOTICE)
        own = caller.organisation.id
        if own == kept.notifier:
            need_agent(tx, kept, today(ledger))
        return own in (kept.notifier, kept.holder)

    return allowed


def _either(ledger: Ledger, caller: Caller) -> Allowed:
    notifying = _notifying(ledger, caller)

    def allowed(tx: Tx, kept: Kept) -> bool:
        if kept.platform == caller.organisation.id:
            if Scope.DECIDE not in caller.scopes:
                caller.need(Scope.SCREEN)
            return True
        return Scope.NOTICE in caller.scopes and notifying(tx, kept)

    return allowed
