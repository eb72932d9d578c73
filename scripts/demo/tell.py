"""Tells a new ledger the demo story, through its public interfaces only: the HTTP API and the command line.

    touchmark serve --story scripts/demo/tell.py

1. Three organisations join; the council and the brand accredit the two authenticators.
2. The brand sends its files, puts the cards away, registers 500 items and puts most on sale.
3. People claim; inspectors look; what goes wrong in life goes wrong here.
4. Each item's verdict is compared with the plot, and written to DATA/demo.json and DATA/demo.txt.

Cut short or told twice, it goes on where it was and does nothing twice. The keys it writes down are for this
demo only; real owners' keys never leave their owners.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import catalogue
import command_line
import findings
import outcome
import supply
from api import Api, StoryStopped
from eth_account import Account
from lives import Item, Lives
from memory import Memory
from owners import owner, sign
from plot import ANSWER, BRAND, LUX, ORGANISATIONS, PARTS, ROGUE, VERITE

_SETTLED_WORDS: Final = "Buyer and seller found each other; both signed."


class Story:
    """The chapters, in their order."""

    def __init__(self, address: str, data: Path) -> None:
        self.data = data
        self.memory = Memory(data / "demo.json")
        self.api = Api(address, self.memory)
        self.organisations: dict[str, Any] = {}
        self.supplied: dict[str, Any] = {}
        self.batches: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.cast: dict[str, Item] = {}
        self.fields: dict[str, dict[str, Any]] = {}
        self.lives: Lives
        self._begun = time.monotonic()
        # A command takes a second or two, nearly all of it starting up: beside the rest, like the drawing of photos.
        self._operator = ThreadPoolExecutor(3)
        self._joining = {one.slug: self._operator.submit(command_line.join, self.memory, one) for one in ORGANISATIONS}

    def tell(self) -> None:
        """All of it."""
        self.say("the brand joins")
        self._enter(BRAND)
        described = self._operator.submit(catalogue.describe, self.api)
        self.say("500 items from three files: dry run, cards, registration")
        self.supply()
        self.say("two authenticators join and are accredited")
        self.join()
        self.say("claims, inspections, first trouble")
        self.first_year()
        self.say("handovers, reports, recalls, corrections")
        self.second_year()
        self.say("what was mended, and what is found when everything is final")
        self.third_year()
        described.result()
        self.compare()

    def say(self, words: str) -> None:
        """One line of progress."""
        print(f"  {time.monotonic() - self._begun:4.0f} s  {words}", flush=True)

    def join(self) -> None:
        """The authenticators, accredited by the council and by the brand; one of them adds a second key."""
        for slug in (LUX, VERITE):
            self._enter(slug)
        council = self._operator.submit(command_line.accredit, self.memory, LUX)
        self.api.say("accredit", "/v1/accreditations", {"organisation": VERITE}, BRAND)
        self.api.say("second-key", "/v1/signing-keys", {"address": self._second_key()[1]}, VERITE)
        council.result()

    def supply(self) -> None:
        """Files, batches, cards, items on sale."""
        self.supplied = supply.send_files(self.api)
        self.batches = supply.make_batches(self.api, self.supplied["imports"])
        codes = supply.put_cards_away(self.api, self.batches, self.data)
        lines = supply.items(self.api, self.batches)
        supply.put_on_sale(self.api, lines)
        for part, (line, place) in PARTS.items():
            one = lines[line][place]
            path = f"/v1/items/{one['gtin']}/{quote(one['serial'], safe='')}"
            self.fields[part] = one["fields"]
            self.cast[part] = Item(part, one["gtin"], one["serial"], one["page"], path)
        self.sizes = {line: len(found) for line, found in lines.items()}
        everyone = {serial: code for line in codes.values() for serial, code in line.items()}
        self.lives = Lives(self.api, self.memory.seed, self.cast, everyone)

    def first_year(self) -> None:
        """What needs nothing but a registered item."""
        supply.wait_until_registered(self.api, self.batches)
        self.api.settle()
        self.lives.claim_all()
        findings.inspect(self.api, self.cast)
        self.mark("void", "revoked", "void", reason="This label was printed but never sewn into a bag.")
        self.mark("recall-new", "recalled_new", "recall", **_RECALL)
        self.mark("recall-in-error", "recall_lifted", "recall", **_RECALL)
        self.act("retire-in-shop", "retired_in_shop", "retire", reason="Damaged in the shop and destroyed.")
        new = self.act("replace-code", "code_replaced", "replace-code", reason="The card was lost in the shop.")
        self._rogue_inspection()
        self.api.settle()
        self.lives.claim("code_replaced", "Ugo", new["claim_code"])

    def second_year(self) -> None:
        """What needs an owner."""
        self._handovers()
        lives = self.lives
        lives.report("lost", "reported_lost", "lost", reason="Left in a taxi in Lyon.")
        lives.report("stolen", "reported_stolen", "stolen", reason="Taken from a hotel room.",
                     police_reference="Questura di Milano 2026/118-4471")  # fmt: skip
        lives.report("lost-first", "found_again", "lost", reason="Not in its box any more.")
        self.mark("recall", "recalled", "recall", **_RECALL)
        self.mark("dispute", "disputed", "dispute", reason="Two people show a receipt for this bag.")
        self.mark("dispute-first", "settled", "dispute", reason="The seller says it was never paid for.")
        lives.retire("retired", reason="Burnt beyond repair; destroyed at its owner’s wish.")
        self._amend()
        findings.record(self.api, "second-look", ANSWER, self.cast[ANSWER.of])
        findings.take_back_and_put_right(self.api, self.cast)
        findings.serve(self.api, self.cast)
        self.api.settle()

    def third_year(self) -> None:
        """What comes after something else."""
        self.lives.report("found", "found_again", "found", reason="It was in the other coat.")
        self.mark("settle", "settled", "settle_dispute", reason=_SETTLED_WORDS)
        self.mark("lift-recall", "recall_lifted", "lift_recall", reason="Recalled by mistake: another lot was meant.")
        self._disown_key()
        self.api.settle(final=True)

    def mark(self, step: str, part: str, mark: str, **words: str) -> None:
        """What the brand says of an item, with its reason."""
        self.api.say(step, self.cast[part].path + "/marks", {"mark": mark, **words}, BRAND)

    def act(self, step: str, part: str, act: str, **words: Any) -> Any:
        """Something else that the brand does to an item."""
        return self.api.say(step, f"{self.cast[part].path}/{act}", words, BRAND)

    def _enter(self, slug: str) -> None:
        """Speak for an organisation once it has joined and the chain has numbered it."""
        self.api.know(slug, self._joining[slug].result())
        self.organisations[slug] = self.api.until(f"the number of {slug}", self._numbered, slug)

    def _numbered(self, slug: str) -> Any:
        found = self.api.get("/v1/me", slug)
        return None if found["party"] is None else found

    def _second_key(self) -> tuple[bytes, str]:
        key = owner(self.memory.seed, VERITE, "second key").key
        return key, str(Account.from_key(key).address).lower()

    def _rogue_inspection(self) -> None:
        """Signed with the second key, by whoever has it: drafted, signed elsewhere, submitted."""

        def make() -> dict[str, Any]:
            wanted = findings.facts(ROGUE, self.cast[ROGUE.of]) | {"draft": True}
            draft = self.api.draft("/v1/inspections", wanted, VERITE)
            signatures = [sign(self._second_key()[0], draft["signatures"][0]["typed_data"])]
            return {"kind": draft["kind"], "values": draft["values"], "signatures": signatures}

        self.api.say("inspection-rogue", "/v1/statements", make, VERITE)

    def _disown_key(self) -> None:
        """The key is marked as compromised since the very moment at which it spoke."""
        [entry] = [one for one in self.api.get(self.cast[ROGUE.of].path)["entries"] if one["kind"] == "inspection"]
        disowned = {"address": self._second_key()[1], "since": entry["recorded_at"]}
        self.api.say("compromised", "/v1/signing-keys/compromised", disowned, VERITE)

    def _reads(self, address: str, verdict: str) -> bool:
        return self.api.verdict(address) == verdict

    def _handovers(self) -> None:
        """One to a named person, one by a link, one left open, one taken back."""
        lives, link = self.lives, owner(self.memory.seed, "link", "sent_by_link")
        given = lives.offer("given", lives.person("given", "Davide").address)
        lives.accept("given", "Davide", given["id"])
        sent = lives.offer("sent_by_link", link.address, "482100")
        lives.accept("sent_by_link", "Omar", sent["id"], link.key, "482100")
        waiting = owner(self.memory.seed, "link", "in_transfer")
        opened = lives.offer("in_transfer", waiting.address, "731906")
        self.api.post("release", f"/v1/offers/{opened['id']}/release", {"code": "731906"})
        lives.offer("kept_after_all", lives.person("kept_after_all", "Zoé").address)
        lives.cancel("kept_after_all")

    def _amend(self) -> None:
        """The colour was written wrongly; the earlier description stays in view."""
        fields = {name: value for name, value in self.fields["amended"].items() if value is not None}
        self.act("amend", "amended", "amendments", fields=fields | {"colour": "coral / ivory"})

    def compare(self) -> None:
        """Every item ends as the plot has it; the addresses are written down."""
        items, verdicts = outcome.items(self.cast), outcome.verdicts(self.cast)
        wanted = {one["address"]: one["verdict"] for one in items.values()}
        wanted |= {address: verdict for verdict, address in verdicts.items()}
        for address, verdict in wanted.items():
            self.api.until(f"{verdict} at {address}", self._reads, address, verdict)
        shown = {
            "verdicts": verdicts,
            "items": items,
            "organisations": {
                slug: {"name": one["name"], "party": one["party"], "api_key": self.api.key_of(slug)}
                for slug, one in self.organisations.items()
            },
            "batches": {line: {"id": id, "items": self.sizes[line]} for line, id in self.batches.items()},
            "inspections": outcome.inspections(),
            "mistakes": self.supplied["mistakes"],
            "to_claim": {"address": items["unclaimed"]["address"], "code": self.lives.code_of("unclaimed")},
            "owners": outcome.owners(self.lives.owner_of, self.cast),
        }
        outcome.write_text(self.data / "demo.txt", shown)
        self.memory.publish(**shown)
        self.say("every verdict has a code to open; the rest is in " + str(self.data / "demo.txt"))
        print("\n".join(outcome.table(verdicts)), flush=True)


_RECALL: Final = {
    "reason": "The dye of lot COMO-1 may stain light clothes.",
    "advice": "Wear it no more; any boutique exchanges it free of charge.",
}


def main() -> int:
    """Tell the story to the ledger that the environment names."""
    story = Story(os.environ["TOUCHMARK_ADDRESS"], Path(os.environ["TOUCHMARK_DATA"]))
    try:
        story.tell()
    except StoryStopped as stopped:
        print(f"The demo story stopped. {stopped}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
