"""The story of one run: what the agents do, in order of time, and what the ledger answers.

1. A listing is put up and screened. *allow*: it can be bought. *ask_for_code*: who has a code gives it, and it is
   screened again; others ask for a reviewer or give up. *hold*: a reviewer looks. *block*: it is not shown; an honest
   seller asks for a reviewer.
2. What can be bought is bought after a while, is noticed by the brand where it is bad, and by a rival where it is not.
3. A notice becomes a case: facts decide it, or a reviewer by due time. A seller may answer; a reviewer then decides.
4. Reviewers have office hours and a number of decisions an hour; cases go before listings that wait.
"""

from __future__ import annotations

import heapq
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

from scripts.simulation.agents import DAY, HOUR, ListingPlan, Population
from scripts.simulation.market import PLATFORM, RIVAL, SLUGS, Market
from scripts.simulation.photos import cut, photo
from scripts.simulation.records import (
    DOWN,
    LIVE,
    QUEUED,
    SOLD,
    STOPPED,
    CaseRecord,
    Fate,
    Records,
    Screening,
    StoreSeen,
)
from scripts.simulation.rules import Rules

_OPEN, _CLOSE = 9, 17
_FIX: Final = 4 * HOUR
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


class Play:
    """One run over a market. `play` returns what was written down."""

    def __init__(self, market: Market, people: Population, rules: Rules) -> None:
        self.market, self.rules = market, rules
        self.sellers = {one.ref: one for one in people.sellers}
        self.records = Records(start=market.start)
        self._events: list[tuple[int, int, str, str]] = []
        self._count = 0
        self._queue: deque[str] = deque()
        for plan in people.listings:
            self.records.fates[plan.ref] = Fate(plan)
            self._later(plan.at, "post", plan.ref)
            if plan.stolen_after is not None:
                self._later(max(0, plan.at + plan.stolen_after), "stolen", plan.ref)
        for hour in range((rules.days + 60) * 24):
            if _OPEN <= hour % 24 < _CLOSE and (hour // 24) % 7 < 5:
                self._later(hour * HOUR, "review", "")

    def play(self) -> Records:
        """Let everything happen."""
        last = self.rules.days * DAY + _LATER
        acts = {
            "post": self._post, "fix": self._fix, "sale": self._sale, "notice": self._notice, "false": self._notice,
            "stolen": self._stolen, "review": self._review, "answer": self._answer,
        }  # fmt: skip
        while self._events:
            at, _, what, ref = heapq.heappop(self._events)
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

    def _later(self, at: int, what: str, ref: str) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, what, ref))

    # Listings

    def _post(self, at: int, ref: str) -> None:
        fate = self.records.fates[ref]
        plan = fate.plan
        self.market.travel(at)
        self._open_shop(plan)
        if plan.shows:
            fate.codes = [self._code(plan)]
        elif plan.invented:
            item = self.market.item(plan.brand)
            fate.codes = [f"(01){item['gtin']}(21)7K3M9QX2TP4W"]
        self._screen(fate)

    def _fix(self, at: int, ref: str) -> None:
        fate = self.records.fates[ref]
        self.market.travel(at)
        fate.codes = [self._code(fate.plan)]
        self._screen(fate)
        fate.fixed = fate.state == LIVE

    def _code(self, plan: ListingPlan) -> str:
        assert plan.item is not None
        item = self.market.item(plan.item)
        return f"(01){item['gtin']}(21){item['serial']}"

    def _open_shop(self, plan: ListingPlan) -> None:
        seller = self.sellers[plan.seller]
        if seller.opened < -30 * DAY or seller.ref in self.records.stores:
            return
        payment = [{"kind": "payment_account", "value": seller.payment or f"account of {seller.ref}"}]
        body = {"kind": "trader", "country": "FR", "since": self._day(seller.opened), "registered": False,
                "facts": {}, "identifiers": payment}  # fmt: skip
        shown = self.market.ask(PLATFORM, "PUT", f"/v1/sellers/{seller.ref}", body)
        linked = frozenset(one["ref"] for one in shown["linked"])
        self.records.stores[seller.ref] = StoreSeen(seller.ref, seller.kind, seller.again, linked)

    def _day(self, at: int) -> str:
        return datetime.fromtimestamp(self.market.start + at, UTC).date().isoformat()

    def _screen(self, fate: Fate) -> None:
        plan, market = fate.plan, self.market
        photos = [self._send_photo(plan)] if plan.photo else []
        listing: dict[str, Any] = {
            "ref": plan.ref,
            "url": f"https://bazar.example/l/{plan.ref}",
            "title": plan.title,
            "language": "en",
            "territory": "FR",
            "price": {"amount": plan.price, "currency": "EUR"},
            "seller": {"ref": plan.seller, "since": self._day(self.sellers[plan.seller].opened)},
            "codes": fate.codes,
            "photos": photos,
            "condition": "new",
        }
        [found] = market.ask(PLATFORM, "POST", "/v1/listings/screen", {"listings": [listing]})["results"]
        reasons = frozenset(one["key"] for one in found["reasons"])
        self.records.pack = found["rule_pack"]
        self._told(fate, found["decision"], reasons)
        if photos:
            market.work()
            # Comparing the photos has decided anew; a webhook would say so.
            self._told(fate, market.ask(PLATFORM, "GET", f"/v1/listings/{plan.ref}")["decision"], reasons)
        self._follow(fate)

    def _told(self, fate: Fate, decision: str, reasons: frozenset[str]) -> None:
        before = fate.screenings[-1].decision if fate.screenings else None
        fate.screenings.append(Screening(self.market.now, fate.plan.ref, decision, before, reasons))

    def _send_photo(self, plan: ListingPlan) -> str:
        assert plan.photo is not None
        content = photo(plan.photo)
        if plan.cut and not plan.honest:
            content = cut(content, plan.ref)
        sent = self.market.ask(
            PLATFORM, "POST", "/v1/listings/photos", status=201, data=content, content_type="image/jpeg"
        )
        return str(sent["sha256"])

    def _follow(self, fate: Fate) -> None:
        """What its seller does about what was decided."""
        plan, now, decision = fate.plan, self.market.now, fate.screenings[-1].decision
        if decision == "allow":
            self._goes_live(fate)
            return
        if decision == "ask_for_code":
            fate.asked = True
            if plan.gives and not fate.codes:
                self._later(now + _FIX, "fix", plan.ref)
                return
        if plan.insists and (decision != "block" or plan.honest):
            fate.state, fate.queued_at = QUEUED, now
            self._queue.append(plan.ref)
        else:
            self._stop(fate, "screen")

    def _goes_live(self, fate: Fate) -> None:
        plan, now = fate.plan, self.market.now
        fate.state = LIVE
        fate.turn += 1
        self._later(now + plan.sale_after, "sale", f"{plan.ref} {fate.turn}")
        if fate.live_from is None:
            fate.live_from = now
            if plan.noticed_after is not None:
                self._later(now + plan.noticed_after, "notice", plan.ref)
            if plan.harassed_after is not None:
                self._later(now + plan.harassed_after, "false", plan.ref)

    def _stop(self, fate: Fate, by: str) -> None:
        fate.state, fate.stopped_at, fate.stopped_by = STOPPED, self.market.now, by
        self.market.ask(PLATFORM, "DELETE", f"/v1/listings/{fate.plan.ref}")

    def _sale(self, at: int, what: str) -> None:
        ref, turn = what.split()
        fate = self.records.fates[ref]
        if fate.state == LIVE and fate.turn == int(turn):
            self.market.travel(at)
            fate.state, fate.sold_at = SOLD, self.market.now
            self.market.ask(PLATFORM, "DELETE", f"/v1/listings/{ref}")

    def _stolen(self, at: int, ref: str) -> None:
        item = self.records.fates[ref].plan.item
        assert item is not None
        self.market.travel(at)
        self.market.chain_follows()
        self.market.report_stolen(item)
        self.market.chain_follows()

    # Notices and cases

    def _notice(self, at: int, ref: str) -> None:
        fate = self.records.fates[ref]
        plan = fate.plan
        if fate.state != LIVE:
            return
        if plan.stolen_after is not None and at <= plan.at + plan.stolen_after:
            self._later(plan.at + plan.stolen_after + HOUR, "notice", ref)
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
                self._later(now + min(fate.plan.answers_after, 10 * DAY), "answer", case.id)

    def _answer(self, at: int, id: str) -> None:
        self.market.travel(at)
        case = self.records.cases[id]
        body = {"ground": "resale_of_genuine_goods", "statement": _STATEMENT}
        self.market.ask(PLATFORM, "POST", f"/v1/cases/{id}/counter-notices", body)
        case.countered = case.waits = True

    # Reviewers

    def _review(self, at: int, _: str) -> None:
        if not self._queue and not any(one.waits for one in self.records.cases.values()):
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
        while left and self._queue:
            left -= 1
            self.market.travel(self.market.now + minute - 1)
            self._look_at(self.records.fates[self._queue.popleft()])

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
                self._goes_live(fate)

    def _look_at(self, fate: Fate) -> None:
        assert fate.queued_at is not None
        fate.waited.append(self.market.now - fate.queued_at)
        if fate.plan.passes:
            self._goes_live(fate)
        else:
            self._stop(fate, "reviewer")
