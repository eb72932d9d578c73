"""What people and programs do meanwhile: files become batches; items are claimed, inspected and handed over."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from tests.support.faults_client import Client, Journal, NoAnswer, Refused
from tests.support.faults_rig import PATIENCE, Rig
from tests.support.world import GTIN, Card, Person, person

_PAUSE = 0.05


def _sign(who: Person, needed: dict[str, str]) -> str:
    return "0x" + signing.sign(who.key, bytes.fromhex(needed["digest"][2:])).hex()


class MixedLoad:
    """Several people at once over HTTP, until told to stop. Each item belongs to one of them, so none is refused."""

    def __init__(self, rig: Rig, journal: Journal, seed: str, fresh: list[Card], inspected: list[Card]) -> None:
        self._rig = rig
        self._journal = journal
        self._seed = seed
        self._stop = threading.Event()
        self._fresh = fresh
        self._inspected = inspected
        self.problems: list[str] = []
        roles = {"claims": self._claims, "inspects": self._inspects, "anchors": self._anchors}
        self._threads = [
            threading.Thread(target=self._run, args=(name, act), name=name, daemon=True) for name, act in roles.items()
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """End after what each is at; fails where somebody was refused or told of a fault of ours."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        assert not self.problems, self.problems[:3]

    def _run(self, name: str, act: Callable[[Client, random.Random], None]) -> None:
        client = Client(self._rig.address, self._rig.keys, self._journal, f"{self._seed}-{name}")
        chance = random.Random(f"{self._seed} {name}")
        while not self._stop.is_set():
            try:
                act(client, chance)
            except NoAnswer:
                self._stop.wait(_PAUSE)
            except Refused as refused:
                # Too many, or cannot tell right now: both ask to be tried again. Nothing else may happen here.
                if refused.status not in (429, 503):
                    self.problems.append(f"{name}: {refused}")
                self._stop.wait(_PAUSE)
            except Exception as broken:  # noqa: BLE001 - told by whoever waits for this thread
                self.problems.append(f"{name}: {broken!r}")
                self._stop.wait(_PAUSE)
        client.close()

    def _claims(self, client: Client, chance: random.Random) -> None:
        """A claim of a fresh item, then a handover of it, once the claim is final."""
        if not self._fresh:
            self._stop.wait(_PAUSE)
            return
        card = self._fresh.pop()
        owner, buyer = (person(f"{self._seed} {card.serial} {n}") for n in range(2))
        path = f"/v1/items/{card.gtin}/{card.serial}"
        drafted = client.draft("atelier", f"{path}/claims/draft", {"new_owner": owner.address})
        half = bytes.fromhex(drafted["activation_half"][2:])
        key = Person(claim_private_key(card.code, half, int(drafted["item"])))
        signed = [_sign(who, needed) for who, needed in zip((key, owner), drafted["draft"]["signatures"], strict=True)]
        claim = client.say("atelier", f"{path}/claims", {"new_owner": owner.address, "signatures": signed})
        # The acceptance names the item's record as it stands; what is not final may come to stand in another block.
        if not self._final(client, claim["id"]):
            return
        draft = client.draft("atelier", f"{path}/offers/draft", {"recipient": buyer.address})
        signed_offer = {"values": draft["values"], "signature": _sign(owner, draft["signatures"][0])}
        offer = client.say("atelier", "/v1/offers", signed_offer)
        at = f"/v1/offers/{offer['id']}/acceptance"
        accept = client.draft("atelier", f"{at}/draft", {"new_owner": buyer.address})
        signatures = [_sign(buyer, accept["signatures"][1])]
        body = {"new_owner": buyer.address, "head": accept["values"]["head"], "signatures": signatures}
        client.say("atelier", at, body)

    def _final(self, client: Client, statement: str) -> bool:
        while not self._stop.wait(_PAUSE):
            with suppress(NoAnswer):
                if client.get("atelier", f"/v1/statements/{statement}")["state"] == "final":
                    return True
        return False

    def _inspects(self, client: Client, chance: random.Random) -> None:
        card = chance.choice(self._inspected)
        found = {
            "gtin": card.gtin,
            "serial": card.serial,
            "authenticity": chance.choice(["consistent", "inconclusive"]),
            "method": "in_hand",
            "persons": chance.randint(1, 3),
            "report": {"basis": f"Seen in round {self._seed}, {chance.random()}."},
        }
        client.say("luxcheck", "/v1/inspections", found)
        self._stop.wait(chance.random() * _PAUSE)

    def _anchors(self, client: Client, chance: random.Random) -> None:
        who = chance.choice(["maison", "rival"])
        client.say(who, "/v1/anchors", {"sha256": hashlib.sha256(chance.randbytes(32)).hexdigest()})
        self._stop.wait(chance.random() * _PAUSE)


class FileJourney:
    """A brand's file from the upload to its registration, over HTTP; each step is asked again until it is answered."""

    PHASES = ("upload", "checking", "confirm", "preparing", "cards", "confirm cards", "registering")

    def __init__(self, rig: Rig, journal: Journal, seed: str, items: int) -> None:
        self._client = Client(rig.address, rig.keys, journal, f"{seed}-file")
        self.items = items
        self.phase = ""
        self.batch = ""
        self.cards: list[Card] = []
        self.problem: BaseException | None = None
        rows = (f"{GTIN};;Sac {seed} {n};black" for n in range(items))
        self._file = ("gtin;serial;model_ref;colour\n" + "\n".join(rows) + "\n").encode()
        self._thread = threading.Thread(target=self._run, name="file", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def reached(self, phase: str) -> bool:
        """Whether that phase has begun, or everything is over."""
        return not self._thread.is_alive() or (
            bool(self.phase) and self.PHASES.index(self.phase) >= self.PHASES.index(phase)
        )

    def finish(self) -> None:
        """Wait for its end; fails where the ledger refused what it must not refuse."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), f"the file is still at “{self.phase}”"
        if self.problem is not None:
            raise self.problem
        self._client.close()

    def _run(self) -> None:
        try:
            self._travel()
        except BaseException as problem:  # noqa: BLE001 - raised by whoever waits for this thread
            self.problem = problem

    def _travel(self) -> None:
        client = self._client
        self.phase = "upload"
        data = {"content": self._file, "headers": {"Content-Type": "text/csv"}}
        sent = self._until(lambda: client.raw("maison", "POST", "/v1/imports?filename=a.csv", **data)).json()
        at = f"/v1/imports/{sent['id']}"
        self.phase = "checking"
        found = self._wait(at, lambda one: one["state"] != "checking")
        assert (found["state"], found["ready"], found["faulty"]) == ("checked", self.items, 0), found
        self.phase = "confirm"
        # Without a key: a request that was cut short may be sent again, and gives the first batch.
        made = self._until(lambda: client.raw("maison", "POST", f"{at}/confirm", json={"on_sale_at_once": True})).json()
        self.batch, at = made["id"], f"/v1/batches/{made['id']}"
        self.phase = "preparing"
        ready = self._wait(at, lambda one: one["state"] != "preparing")
        assert ready["state"] == "waiting_for_cards", ready
        self.phase = "cards"
        self.cards = self._fetch(at)
        self.phase = "registering"
        self._wait(at, lambda one: one["state"] == "final")

    def _fetch(self, at: str) -> list[Card]:
        client = self._client
        cards = self._until(lambda: client.raw("maison", "POST", f"{at}/cards?format=csv")).content
        self.phase = "confirm cards"
        body = {"sha256": hashlib.sha256(cards).hexdigest()}
        self._until(lambda: client.raw("maison", "POST", f"{at}/cards/confirm", json=body))
        rows = csv.DictReader(io.StringIO(cards.decode("utf-8-sig")))
        return [Card(row["gtin"], row["serial"], row["claim_code"], 0) for row in rows]

    def _wait(self, path: str, done: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        deadline = time.monotonic() + PATIENCE
        while True:
            found: dict[str, object] = self._until(lambda: self._client.raw("maison", "GET", path)).json()
            if done(found):
                return found
            assert time.monotonic() < deadline, f"{path} stays as it is: {found}"
            time.sleep(0.1)

    def _until(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return ask()
            except NoAnswer:
                assert time.monotonic() < deadline, f"no answer at “{self.phase}”"
            except Refused as refused:
                if refused.status not in (429, 503) or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)
