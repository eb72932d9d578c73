"""What may be done to a case, in which state, by which date: each act gives the entries it makes, or a refusal.

Pure: the caller says what time it is. Whose act it may be is asked by the use cases. A body holds ids, dates, words of
fixed lists and SHA-256 only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.domain.desk.cases import Automation, Case, Decline, Ground, Outcome, Side, State
from ledger.domain.desk.cases_moves import Act as Act
from ledger.domain.desk.cases_moves import another, closed_words, counter_until, down, expect, let_back, up
from ledger.domain.desk.clocks import RULES, Span, Unit, ends
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.said import said

UNDO_SECONDS: Final = 15 * 60
"""How long a self-service removal can be taken back without asking anybody."""
UNPROVEN_COURT: Final = Span(30, Unit.DAYS, "house")
"""How long an action that nothing but its number tells of keeps a listing down."""
PROVEN_COURT: Final = Span(6, Unit.MONTHS, "house")
"""By when a reviewer looks at a case that waits for a court."""
MOST_ASKED: Final = 3
"""How often more can be asked for in a case."""


def decide(
    case: Case,
    now: int,
    outcome: Outcome,
    *,
    automation: Automation,
    code: Decline | None = None,
    by: str = "",
    texts: Sequence[str] = (),
) -> list[Act]:
    """Uphold or decline. `by` is who decided, `texts` the SHA-256 of what they wrote. Raises Conflict, Invalid."""
    expect(case, State.RECEIVED, said("This case was decided already. Who disagrees can appeal."))
    if outcome not in (Outcome.UPHELD, Outcome.DECLINED):
        raise Invalid(said("A notice is upheld or declined. Choose one of them."))
    if (outcome is Outcome.DECLINED) is not (code is not None):
        raise Invalid(said("Say why a notice is declined, and only where it is declined."))
    rules, upheld = RULES[case.rules], outcome is Outcome.UPHELD
    body = {
        "outcome": outcome.value,
        "code": code.value if code else None,
        "automation": automation.value,
        "by": by,
        "texts": list(texts),
        "rules": rules.label,
        "due_at": case.due_at,
        "facts": list(case.facts),
        "territories": list(case.territories),
        "counter_until": ends(rules, rules.counter, now) if upheld else None,
        "appeal_until": ends(rules, rules.appeal, now),
        "undo_until": now + UNDO_SECONDS if upheld and case.self_service else None,
    }
    return [Act("case.decided", body), *down(case, wanted=upheld)]


def ask_more(case: Case, now: int, *, by: str = "", texts: Sequence[str] = ()) -> list[Act]:
    """Ask the notifier for more, three times at most; the clock stands still until it comes. Raises Conflict."""
    expect(case, State.RECEIVED, said("More can be asked for only while a case waits for its decision."))
    if case.asked >= MOST_ASKED:
        raise Conflict(said("More was asked for three times in this case. Decide with what is there."))
    rules = RULES[case.rules]
    body = {"until": ends(rules, rules.more, now), "by": by, "texts": list(texts), "rules": rules.label}
    return [Act("case.needs_more", body)]


def give_more(case: Case, now: int, *, texts: Sequence[str] = (), files: Sequence[str] = ()) -> list[Act]:
    """The notifier's answer; the clock goes on with what was left of it. Raises Conflict."""
    over = said("The time to send more is over, so the notice was declined. You can appeal.")
    unanswered = case.state is State.DECLINED and case.asked > 0 and not case.decided_by
    expect(case, State.WAITING, over if unanswered else said("Nothing more was asked for in this case."))
    if case.due_at is not None and now >= case.due_at:
        raise Conflict(over)
    return [Act("case.more", {"texts": list(texts), "files": list(files)})]


def counter(
    case: Case,
    now: int,
    ground: Ground,
    *,
    proof: str | None = None,
    item: str | None = None,
    beside: str | None = None,
    texts: Sequence[str] = (),
    files: Sequence[str] = (),
) -> list[Act]:
    """The seller's answer. With `proof`, the id of a live answer of the owner of `item`, it restores the listing.

    `beside` is the case in which another listing came back with the same item: nothing is then restored by the answer
    alone. While an appeal waits, nothing but a proof is taken, and the time for an answer stands still. Raises
    Conflict where there was one before, where the time is over, or where nothing was taken down.
    """
    if case.countered_at is not None:
        raise Conflict(said("There was a counter-notice in this case before. It can be answered once; you can appeal."))
    if case.state is State.CLOSED:
        raise Conflict(closed_words())
    waits = case.state is State.APPEALED and case.is_down
    if waits and beside is not None:
        raise Conflict(said("This item is back in another listing already. An appeal waits for its decision."))
    if waits and proof is None:
        raise Conflict(said("An appeal waits for its decision. The time for a counter-notice goes on after that."))
    if not waits:
        expect(case, State.UPHELD, said("Nothing was taken down in this case, so there is nothing to answer."))
    if now >= counter_until(case, now):
        raise Conflict(said("The time for a counter-notice is over. You can appeal while that is open."))
    rules = RULES[case.rules]
    if proof is not None:
        reviewed, restored = None, None
    elif rules.review is not None:
        reviewed, restored = ends(rules, rules.review, now), None
    else:
        assert rules.restore is not None
        assert rules.restore_latest is not None
        reviewed, restored = ends(rules, rules.restore_latest, now), ends(rules, rules.restore, now)
    body = {
        "ground": ground.value,
        "proof": proof,
        "item": item if proof is not None else None,
        "beside": beside,
        "due_at": reviewed,
        "restore_at": restored,
        "rules": rules.label,
        "texts": list(texts),
        "files": list(files),
    }
    acts = [Act("case.countered", body)]
    if proof is not None:
        acts += let_back(case, now, "owner_proof", Automation.FULL)
    return acts


def review(case: Case, now: int, *, restore: bool, by: str = "", texts: Sequence[str] = ()) -> list[Act]:
    """A reviewer's word on a counter-notice, or on what a court has said. Raises Conflict."""
    if case.state not in (State.COUNTERED, State.IN_COURT):
        raise Conflict(said("No counter-notice waits for an answer in this case."))
    if case.state is State.COUNTERED and case.restore_at is not None and not restore:
        raise Conflict(
            said("Under these rules the listing comes back unless the notifier goes to court. Wait for the day.")
        )
    if restore:
        return let_back(case, now, "reviewer", Automation.NONE, by, texts)
    rules = RULES[case.rules]
    until = ends(rules, rules.appeal, now)
    return [Act("case.kept", {"appeal_until": until, "by": by, "texts": list(texts), "rules": rules.label})]


def to_court(case: Case, now: int, *, texts: Sequence[str] = (), files: Sequence[str] = ()) -> list[Act]:
    """The notifier has filed an action: with a document of it, the listing stays down, and a reviewer looks by a day.

    Without one it comes back after `UNPROVEN_COURT`, unless a document follows before. Raises Conflict.
    """
    if case.state is State.RESTORED:
        raise Conflict(said("The listing is restored already, so this case waits for no court. You can appeal."))
    if case.state not in (State.COUNTERED, State.IN_COURT) or case.restore_at is None:
        raise Conflict(said("This case does not wait for a court."))
    if now >= case.restore_at:
        raise Conflict(said("The days for going to court are over, so the listing is restored."))
    if case.state is State.IN_COURT and not files:
        raise Conflict(said("This case does not wait for a court."))
    rules = RULES[case.rules]
    body = {
        "texts": list(texts),
        "files": list(files),
        "review_at": ends(rules, PROVEN_COURT, now) if files else None,
        "until": None if files else ends(rules, UNPROVEN_COURT, now),
        "rules": rules.label,
    }
    return [Act("case.court", body)]


def appeal(case: Case, now: int, side: Side, *, texts: Sequence[str] = (), files: Sequence[str] = ()) -> list[Act]:
    """Ask for another look, once for each side. Raises Conflict."""
    if case.state is State.CLOSED:
        raise Conflict(closed_words())
    against = (State.UPHELD, State.KEPT) if side is Side.SELLER else (State.DECLINED, State.RESTORED)
    if case.state not in against:
        raise Conflict(said("There is no decision against you in this case that could be appealed now."))
    if side in case.appealed:
        raise Conflict(said("You have appealed in this case before. A second appeal goes to a court."))
    if now >= case.appeal_until:
        raise Conflict(said("The time for an appeal is over."))
    rules = RULES[case.rules]
    due = ends(rules, rules.appeal_decision, now)
    body = {"side": side.value, "due_at": due, "texts": list(texts), "files": list(files), "rules": rules.label}
    return [Act("case.appealed", body)]


def decide_appeal(case: Case, now: int, *, grant: bool, by: str = "", texts: Sequence[str] = ()) -> list[Act]:
    """Another person's word on an appeal; what they grant turns the decision round.

    `by` is a person, or `A_KEY` for a key. Raises Conflict, and Forbidden for whoever decided anything in it before.
    """
    expect(case, State.APPEALED, said("No appeal waits for an answer in this case."))
    another(case, by)
    side, rules = case.appealed[-1], RULES[case.rules]
    seller_wins = grant is (side is Side.SELLER)
    other = Side.NOTIFIER if side is Side.SELLER else Side.SELLER
    # Who has just lost may appeal in turn, if they have not yet; who lost their own appeal may not.
    open_until = ends(rules, rules.appeal, now) if grant and other not in case.appealed else now
    if seller_wins:
        kept_off = case.outcome is Outcome.DECLINED
        state, outcome = (State.DECLINED, Outcome.DECLINED) if kept_off else (State.RESTORED, Outcome.RESTORED)
    else:
        # Whoever lost an appeal before answering the notice can still answer it.
        answerable = case.countered_at is None
        state, outcome = State.UPHELD if answerable else State.KEPT, Outcome.UPHELD
    body = {
        "side": side.value,
        "granted": grant,
        "state": state.value,
        "outcome": outcome.value,
        "counter_until": None if state is not State.UPHELD else counter_until(case, now),
        "appeal_until": open_until,
        "due_at": case.due_at,
        "by": by,
        "texts": list(texts),
        "rules": rules.label,
    }
    moved = up(case, "appeal") if seller_wins else down(case, wanted=True)
    return [Act("case.appeal_decided", body), *moved]


def withdraw(case: Case, now: int, *, texts: Sequence[str] = ()) -> list[Act]:
    """The notifier takes the notice back; within minutes of a self-service removal that is an undo.

    Raises Conflict, also where the notice has lost: that stays on the record.
    """
    if case.state is State.CLOSED:
        raise Conflict(closed_words())
    if case.outcome in (Outcome.DECLINED, Outcome.RESTORED):
        raise Conflict(said("This case was decided against the notice, so there is nothing to take back."))
    undo = case.self_service and now < case.undo_until and case.state is State.UPHELD
    kind = "case.undone" if undo else "case.withdrawn"
    return [Act(kind, {"texts": list(texts), "decided": case.decided_at is not None}), *up(case, "withdrawn")]


def reverse(case: Case, ground: str, *, by: str = "", texts: Sequence[str] = ()) -> list[Act]:
    """A closed case that a court, a settlement body or the platform itself has found wrong. Raises Conflict.

    It stays closed; the listing comes back, and a strike that it brought is taken back.
    """
    if case.state is not State.CLOSED or case.outcome is not Outcome.UPHELD:
        raise Conflict(said("Only a case that was closed as upheld can be reversed."))
    acts = [Act("case.reversed", {"ground": ground, "by": by, "texts": list(texts)}), *up(case, "reversed")]
    if case.struck_at is not None and case.strike_back_at is None:
        acts.append(Act("case.strike_taken_back", {"platform": case.platform, "seller": case.seller}))
    return acts


def name_seller(case: Case, seller: str) -> list[Act]:
    """The platform says whose listing it is, by its own name for them. Raises Conflict once settled, Invalid."""
    if case.seller == seller:
        return []
    if case.seller is not None:
        raise Conflict(said("The seller of this listing was named before, and cannot become another."))
    if not seller.isprintable():
        raise Invalid(said("Your name for the seller holds a character that nobody can see. Write it anew."))
    return [Act("case.seller", {"platform": case.platform, "seller": seller})]


def restore_by_law(case: Case, due: int) -> list[Act]:
    """The law's days are over and nobody went to court."""
    return let_back(case, due, "law", Automation.FULL, due=due)
