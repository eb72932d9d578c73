"""Send a notice: each new line becomes a case, and what the ledger's facts decide is decided in the same moment.

1. The notice is looked at as in `notices_check`; a line that is wrong stops the whole, so that nothing is half sent.
2. In one transaction: right and authorisation, what came in meanwhile, the pace and the share of the day are looked at
   once more, each case gets its entries, and whoever wants to know is told.
3. Lines that repeat one another, or that a case answers already, make no case and are named in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.domain.desk.cases import Automation, Case, Outcome, Reason
from ledger.domain.desk.cases_acts import Act, decide
from ledger.domain.desk.cases_fold import step
from ledger.domain.desk.clocks import RULES, ends
from ledger.domain.desk.facts import Step
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.services.desk.case_files import claim_files
from ledger.services.desk.case_write import CaseWriter, index_of, keep_text, seller_link_hash, seller_secret
from ledger.services.desk.cases_port import Kept, Notice
from ledger.services.desk.notices_apart import told_apart
from ledger.services.desk.notices_check import Looked, check_pace, look_at, weigh_lines
from ledger.services.desk.notices_lines import Asked, LookedLine
from ledger.services.desk.notices_rights import acting_for
from ledger.services.desk.rights import today
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that was sent: its lines as they were looked at, and the cases that the new ones made, by line."""

    notice: Notice
    looked: Looked
    cases: Mapping[int, tuple[Kept, Case]]


def send_notice(ledger: Ledger, caller: Caller, asked: Asked) -> Sent:
    """Send a notice. Raises what `look_at` raises, Invalid naming each wrong line, Conflict where none is new."""
    looked = look_at(ledger, caller, asked)
    if looked.faults:
        raise Invalid(
            said("Nothing was sent, since a line is not right: %(fault)s", fault=str(looked.faults[0])),
            faults=looked.faults,
        )
    own, now = caller.organisation.id, ledger.now()
    with ledger.store.write() as tx:
        # What was ended while we looked counts for nothing any more.
        acting_for(tx, caller, asked.right, asked.holder, asked.reason, looked.territories, today(ledger))
        check_pace(tx, own, looked.standing, looked.new, now)
        lines = told_apart(tx, looked.lines, asked, looked.acting.right, now)
        lines = weigh_lines(tx, own, lines, asked.reason, looked.standing, now)
        looked = replace(looked, lines=tuple(lines))
        if not looked.new:
            raise Conflict(said("None of these listings is new, so nothing was sent. Look at their cases."))
        repeated = sum(one.repeats is not None for one in lines)
        notice = Notice(ledger.new_id("ntc"), own, looked.acting.holder.id, len(lines), repeated, now)
        tx.cases.add_notice(notice)
        texts = _keep_texts(tx, notice, asked, now)
        files = claim_files(tx, caller, notice.id, asked.files, now)
        writer, made = CaseWriter(ledger, tx), {}
        for place, line in enumerate(lines):
            if line.new:
                kept = _kept(ledger, caller, notice, asked, looked, line, place)
                body = _received(asked, looked, line, kept, texts, files, now)
                first = step(None, "case.received", now, kept.id, body)
                assert first is not None
                case = writer.receive(kept, body, _by_facts(first, line, now), own)
                made[place] = (replace(kept, **index_of(case)), case)
        tx.cases.add([kept for kept, _ in made.values()])
        writer.finish()
    return Sent(notice, looked, made)


def _by_facts(case: Case, line: LookedLine, now: int) -> list[Act]:
    """What the facts of an item do to its case at once."""
    weighed, found = line.weighed, line.found
    if weighed is None or found is None:
        return []
    body = {
        "found": list(weighed.facts),
        "step": weighed.step.value,
        "automation": weighed.automation.value,
        "verdict": found.verdict,
        "block": found.block,
        "link": line.link.value,
        "sold_as": line.sold_as,
    }
    acts = [Act("case.facts", body)]
    case = replace(case, facts=weighed.facts)
    if weighed.step is Step.UPHOLD:
        acts += decide(case, now, Outcome.UPHELD, automation=Automation.FULL)
    elif weighed.step is Step.DECLINE:
        acts += decide(case, now, Outcome.DECLINED, automation=Automation.FULL, code=weighed.decline)
    return acts


def _kept(
    ledger: Ledger, caller: Caller, notice: Notice, asked: Asked, looked: Looked, line: LookedLine, place: int
) -> Kept:
    assert line.platform is not None
    id, acting = ledger.new_id("cas"), looked.acting
    holder = acting.holder.id
    return Kept(
        id=id,
        notice=notice.id,
        place=place,
        platform=line.platform.id,
        listing=line.listing,
        url=line.url,
        notifier=caller.organisation.id,
        holder=holder,
        agent=None if holder == caller.organisation.id else caller.organisation.id,
        right_id=None if acting.right is None else acting.right.id,
        item=line.item,
        gtin=line.gtin,
        serial=line.serial,
        sold_as=line.sold_as,
        reason=asked.reason.value,
        rules=asked.rules.value,
        lane=looked.standing.lane.value,
        territories=looked.territories,
        explanation=looked.explanation,
        link=seller_link_hash(seller_secret(ledger, id)),
        opened_at=notice.created_at,
        seller=line.seller,
    )


def _received(
    asked: Asked,
    looked: Looked,
    line: LookedLine,
    kept: Kept,
    texts: Mapping[str, str],
    files: list[str],
    now: int,
) -> dict[str, Any]:
    rules, right, standing = RULES[asked.rules], looked.acting.right, looked.standing
    # Removing at once is for those in good standing, where a fact backs it; all else is a notice like any other.
    backed = line.weighed is not None and line.weighed.step is Step.UPHOLD
    return {
        "notice": kept.notice,
        "platform": kept.platform,
        "listing": kept.listing,
        "notifier": kept.notifier,
        "holder": kept.holder,
        "agent": kept.agent,
        "authorisation": looked.acting.authorisation,
        "right": kept.right_id,
        "right_state": None if right is None else right.state.value,
        "item": None if kept.item is None else f"{kept.item:064x}",
        "reason": Reason(kept.reason).value,
        "territories": list(kept.territories),
        "rules": rules.label,
        "lane": kept.lane,
        "standing": {
            "decided": standing.counts.decided,
            "upheld": standing.counts.upheld,
            "taken_down": standing.counts.taken_down,
            "countered": standing.counts.countered,
        },
        "self_service": asked.self_service and standing.good and backed,
        "seller": kept.seller,
        "texts": dict(texts),
        "files": files,
        "source": "notice",
        "due_at": ends(rules, rules.decide[standing.lane], now),
    }


def _keep_texts(tx: Tx, notice: Notice, asked: Asked, now: int) -> dict[str, str]:
    """Keep what was written with the notice; the log names each by its SHA-256."""
    told = {"explanation": asked.explanation, "name": asked.name, "email": asked.email, "relation": asked.relation}
    return {kind: names[0] for kind, text in told.items() if (names := keep_text(tx, notice.id, kind, text, now))}
