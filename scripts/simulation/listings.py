"""What happens to listings: put up, screened, mended, bought, stopped. `play.py` tells the whole story."""

from __future__ import annotations

import heapq
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

from scripts.simulation.agents import DAY, HOUR, ListingPlan, Population
from scripts.simulation.market import PLATFORM, Market
from scripts.simulation.photos import cut, photo
from scripts.simulation.records import LIVE, QUEUED, SOLD, STOPPED, Fate, Records, Screening, StoreSeen
from scripts.simulation.rules import Rules

_FIX: Final = 4 * HOUR


class Listings:
    """The events in order of time, and those of them that are about listings."""

    def __init__(self, market: Market, people: Population, rules: Rules) -> None:
        self.market, self.rules = market, rules
        self.sellers = {one.ref: one for one in people.sellers}
        self.records = Records(start=market.start)
        self.events: list[tuple[int, int, str, str]] = []
        self.queue: deque[str] = deque()
        """Listings that wait for a reviewer."""
        self._count = 0
        for plan in people.listings:
            self.records.fates[plan.ref] = Fate(plan)
            self.later(plan.at, "post", plan.ref)
            if plan.stolen_after is not None:
                self.later(max(0, plan.at + plan.stolen_after), "stolen", plan.ref)

    def later(self, at: int, what: str, ref: str) -> None:
        """Something is to happen then."""
        self._count += 1
        heapq.heappush(self.events, (at, self._count, what, ref))

    def post(self, at: int, ref: str) -> None:
        """It is put up."""
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

    def fix(self, at: int, ref: str) -> None:
        """Its seller gives the code that they were asked for."""
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
            self.goes_live(fate)
            return
        if decision == "ask_for_code":
            fate.asked = True
            if plan.gives and not fate.codes:
                self.later(now + _FIX, "fix", plan.ref)
                return
        if plan.insists and (decision != "block" or plan.honest):
            fate.state, fate.queued_at = QUEUED, now
            self.queue.append(plan.ref)
        else:
            self.stop(fate, "screen")

    def goes_live(self, fate: Fate) -> None:
        """It can be bought, from now on."""
        plan, now = fate.plan, self.market.now
        fate.state = LIVE
        fate.turn += 1
        self.later(now + plan.sale_after, "sale", f"{plan.ref} {fate.turn}")
        if fate.live_from is None:
            fate.live_from = now
            if plan.noticed_after is not None:
                self.later(now + plan.noticed_after, "notice", plan.ref)
            if plan.harassed_after is not None:
                self.later(now + plan.harassed_after, "false", plan.ref)

    def stop(self, fate: Fate, by: str) -> None:
        """It cannot be bought, for good."""
        fate.state, fate.stopped_at, fate.stopped_by = STOPPED, self.market.now, by
        self.market.ask(PLATFORM, "DELETE", f"/v1/listings/{fate.plan.ref}")

    def sale(self, at: int, what: str) -> None:
        """Somebody buys it, where it still can be bought."""
        ref, turn = what.split()
        fate = self.records.fates[ref]
        if fate.state == LIVE and fate.turn == int(turn):
            self.market.travel(at)
            fate.state, fate.sold_at = SOLD, self.market.now
            self.market.ask(PLATFORM, "DELETE", f"/v1/listings/{ref}")

    def night(self, at: int, _: str) -> None:
        """The platform checks the codes of what can be bought."""
        live = [one for one in self.records.fates.values() if one.state == LIVE and one.codes]
        if not live:
            return
        self.market.travel(at)
        asked = [{"ref": one.plan.ref, "code": one.codes[0]} for one in live]
        for one in self.market.ask(PLATFORM, "POST", "/v1/checks", {"items": asked[:1_000]})["results"]:
            if one["advice"] == "block":
                self.stop(self.records.fates[one["ref"]], "check")

    def stolen(self, at: int, ref: str) -> None:
        """The owner of a thief's item reports the theft."""
        item = self.records.fates[ref].plan.item
        assert item is not None
        self.market.travel(at)
        self.market.chain_follows()
        self.market.report_stolen(item)
        self.market.chain_follows()
