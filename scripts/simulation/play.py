"""The story of one run: what the agents do, in order of time, and what the ledger answers.

1. A listing is put up and screened. *allow*: it can be bought. *ask_for_code*: who has a code gives it, and it is
   screened again; others ask for a reviewer or give up. *hold*: a reviewer looks. *block*: it is not shown; an honest
   seller asks for a reviewer.
2. What can be bought is bought after a while, is noticed by the brand where it is bad, and by a rival where it is not.
3. A notice becomes a case: facts decide it, or a reviewer by due time. A seller may answer; a reviewer then decides.
4. Every night the platform checks the codes of what can be bought, and ends listings of items with bad news.
5. Reviewers have office hours and a number of decisions an hour; cases go before listings that wait.
"""

from __future__ import annotations

import heapq
from typing import Any, Final

from scripts.simulation.agents import DAY, HOUR, Population
from scripts.simulation.listings import Listings
from scripts.simulation.market import PLATFORM, RIVAL, SLUGS, Market
from scripts.simulation.records import DOWN, LIVE, CaseRecord, Fate, Records
from scripts.simulation.rules import Rules

_OPEN, _CLOSE = 9, 17
_NIGHT: Final = 3 * HOUR
_LATER: Final = 14 * DAY
"""After the last listing: what nobody has bought or noticed by then stays."""
_CLOSES: Final = 50 * DAY
"""After everything was decided: every window of the house rules is over."""
_REASONS: Final = {
    "cloner": ("code_cloned", ""),
    "screenshot": ("image_theft", "photos"),
    "thief": ("reported_stolen", ""),
}
_WORDS: Final = "This listing uses what is ours for goods that are not ours."
_FALSE_WORDS: Final = "This listing infringes our rights and has to be taken down at once."
_STATEMENT: Final = "I bought it in a shop and have the receipt."


class Play(Listings):
    """One run over a market. `play` returns what was written down."""

    def __init__(self, market: Market, people: Population, rules: Rules, *, rechecks: bool = True) -> None:
        """`rechecks` says whether the platform asks every night about the codes of listings that can be bought."""
        super().__init__(market, people, rules)
        for hour in range((rules.days + 60) * 24):
            if _OPEN <= hour % 24 < _CLOSE and (hour // 24) % 7 < 5:
                self.later(hour * HOUR, "review", "")
        for day in range(rules.days + _LATER // DAY if rechecks else 0):
            self.later(day * DAY + _NIGHT, "night", "")

    def play(self) -> Records:
        """Let everything happen."""
        last = self.rules.days * DAY + _LATER
        acts = {
            "post": self.post, "fix": self.fix, "sale": self.sale, "notice": self._notice, "false": self._notice,
            "stolen": self.stolen, "review": self._review, "answer": self._answer, "night": self.night,
        }  # fmt: skip
        while self.events:
            at, _, what, ref = heapq.heappop(self.events)
            if at > last and what in ("sale", "notice", "false"):
                continue
            acts[what](at, ref)
        market = self.market
        market.travel(market.now + _CLOSES)
        market.work()
        for case in self.records.cases.values():
            shown = market.ask(PLATFORM, "GET", f"/v1/cases/{case.id}")
            case.closed, case.outcome = shown["closed_at"] is not None, shown["outcome"]
        for slug in (*SLUGS, RIVAL):
            self.records.lanes[slug] = market.ask(slug, "GET", "/v1/standing")["lane"]
        self.records.requests = market.requests
        return self.records

    # Notices and cases

    def _notice(self, at: int, ref: str) -> None:
        fate = self.records.fates[ref]
        plan = fate.plan
        if fate.state != LIVE:
            return
        if plan.stolen_after is not None and at <= plan.at + plan.stolen_after:
            self.later(plan.at + plan.stolen_after + HOUR, "notice", ref)
            return
        self.market.travel(at)
        who = RIVAL if plan.honest else SLUGS[plan.brand]
        reason, right = _REASONS.get(plan.kind, ("keyword_misuse", "mark"))
        line: dict[str, Any] = {"platform": PLATFORM, "listing": ref}
        if not right:
            item = self.market.item(plan.item or 0)
            line |= {"gtin": item["gtin"], "serial": item["serial"]}
        body = {
            "reason": reason, "lines": [line], "territories": ["FR"], "name": "N. N.", "email": f"n@{who}.example",
            "explanation": _FALSE_WORDS if plan.honest else _WORDS, "good_faith": True, "accurate": True,
        } | ({"right": self.market.rights[who][right]} if right else {})  # fmt: skip
        [made] = self.market.ask(who, "POST", "/v1/notices", body, 201)["results"]
        case = CaseRecord(made["case"], ref, plan.honest, reason, self.market.now)
        self.records.cases[case.id] = case
        if made["case_state"] != "received":
            self._decided(case, self.market.ask(PLATFORM, "GET", f"/v1/cases/{case.id}"))

    def _decided(self, case: CaseRecord, shown: dict[str, Any]) -> None:
        now, fate = self.market.now, self.records.fates[case.listing]
        case.decided_at, case.first, case.automation = now, shown["outcome"], shown["automation"]
        case.declined_as, case.waits = shown["decline"], False
        if shown["down"]:
            case.goes_down(now)
            fate.stopped_at, fate.stopped_by = now, "notice"
            if fate.state == LIVE:
                fate.state = DOWN
            if fate.plan.answers_after is not None:
                self.later(now + min(fate.plan.answers_after, 10 * DAY), "answer", case.id)

    def _answer(self, at: int, id: str) -> None:
        self.market.travel(at)
        case = self.records.cases[id]
        body = {"ground": "resale_of_genuine_goods", "statement": _STATEMENT}
        self.market.ask(PLATFORM, "POST", f"/v1/cases/{id}/counter-notices", body)
        case.countered = case.waits = True

    # Reviewers

    def _review(self, at: int, _: str) -> None:
        if not self.queue and not any(one.waits for one in self.records.cases.values()):
            return
        self.market.travel(at)
        left = self.rules.reviewers * self.rules.an_hour
        minute = HOUR // max(1, left)
        for line in self.market.ask(PLATFORM, "GET", "/v1/cases?order=due")["items"]:
            if not left:
                return
            left -= 1
            self.market.travel(self.market.now + minute - 1)
            self._rule_on(self.records.cases[line["id"]], line["state"])
        while left and self.queue:
            left -= 1
            self.market.travel(self.market.now + minute - 1)
            self._look_at(self.records.fates[self.queue.popleft()])

    def _rule_on(self, case: CaseRecord, state: str) -> None:
        fate = self.records.fates[case.listing]
        path = f"/v1/cases/{case.id}/decision"
        if state == "received":
            code = "right_does_not_match_listing" if fate.plan.honest else "insufficient_evidence"
            body = {"decision": "uphold"} if fate.plan.falls else {"decision": "decline", "code": code}
            self._decided(case, self.market.ask(PLATFORM, "POST", path, body))
            return
        restore = fate.plan.returns
        shown = self.market.ask(PLATFORM, "POST", path, {"decision": "restore" if restore else "keep"})
        case.waits = False
        if not shown["down"]:
            case.comes_up(self.market.now)
            fate.stopped_at, fate.stopped_by = None, ""
            if fate.state == DOWN:
                self.goes_live(fate)

    def _look_at(self, fate: Fate) -> None:
        assert fate.queued_at is not None
        fate.waited.append(self.market.now - fate.queued_at)
        if fate.plan.passes:
            self.goes_live(fate)
        else:
            self.stop(fate, "reviewer")
