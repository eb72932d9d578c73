"""A person with items in every part, and those who deal with them: a stage for the pages of owners and buyers."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from flask import Flask
from PIL import Image, ImageDraw

from ledger.chain import signing
from ledger.domain.answers import answer_digest
from ledger.domain.batches import Item
from ledger.domain.lines import LineText, Words
from ledger.domain.people import Passkey
from ledger.domain.statements import Kind, make, struct_hash
from ledger.services import hand_out_cards
from ledger.services.ask_owner import link_of
from ledger.services.errands import b64
from ledger.services.keep_line import keep_line
from ledger.services.line_photos import add_photo
from ledger.services.note_scan import Seen, note_scans
from ledger.services.organisations import operator_as
from ledger.services.replace_claim import replace_claim
from ledger.services.tell import tell
from tests.support import passkey as software
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_own import Visitor, claim_answer, known
from web.sealed_numbers import sealed

DIGITS: Final = "314159"
EMAIL: Final = "anna@example.com"
PARTS: Final = (
    "offered", "plain", "recovering", "lost", "moving", "former", "through", "coming", "unsold",
)  # fmt: skip
"""What becomes of each item."""
_SIGNED: Final = {"Offer": Kind.OFFER, "OwnerReport": Kind.OWNER_REPORT, "Accept": Kind.ACCEPT, "Cancel": Kind.CANCEL}


class Someone(Visitor):
    """A visitor who has a passkey, and signs whatever the signing page would show them."""

    def __init__(self, stage: Stage, app: Flask, number: int) -> None:
        super().__init__(stage, app.test_client(), number)
        self.person = known(stage, self)

    def address(self, blind: int) -> str:
        """Where their passkey is under a blind."""
        return self.passkey(blind.to_bytes(32, "big")).address

    def claim(self, item: Item, code: str) -> None:
        """“I just bought it new”, with the card's code."""
        request = self.begin(f"/items/{sealed(self.stage.ledger, item.item)}/claim")
        mine = b64(b"credential-" + self.person.id.encode())
        request["keys"] = [one for one in request["keys"] if one["credential"] == mine]
        self._done(self.hand_in(request, **claim_answer(self.stage, self, request, code)))

    def sign(self, path: str, recipient: str = "", **form: str) -> str:
        """Post a form and sign what it asks for with the key that holds the item; where that leads."""
        request = self.begin(path, **form)
        [message], [key] = request["messages"], request["keys"]
        values, more = message["values"], {}
        if recipient:
            values = values | {"recipient": recipient}
            more = {"values": {"recipient": recipient}, "code": DIGITS}
        own = self.passkey(bytes.fromhex(key["blind"][2:]))
        signature = own.sign(self._digest(message["type"], values))
        return self._done(self.hand_in(request, signatures=["0x" + signature.hex()], key=key, **more))

    def accept(self, offer: str, blind: int) -> None:
        """Take over what was offered to the address under this blind."""
        request = self.begin(f"/accept/{offer}/sign", code=DIGITS)
        offered, accepted = (one["values"] for one in request["messages"])
        key, [shown] = self.passkey(blind.to_bytes(32, "big")), request["keys"]
        hash = struct_hash(Kind.OFFER, make(Kind.OFFER, offered).values, signing.keccak)
        values = {"offer": "0x" + hash.hex(), "newOwner": key.address, "head": accepted["head"]}
        signature = key.sign(self._digest("Accept", values, offered))
        told = shown | {"blind": "0x" + key.blind.hex(), "address": key.address}
        self._done(
            self.hand_in(request, values={"newOwner": key.address}, signatures=["0x" + signature.hex()], key=told)
        )

    def _digest(self, kind: str, values: dict[str, Any], offer: dict[str, Any] | None = None) -> bytes:
        with self.stage.ledger.store.read() as tx:
            domain = self.stage.ledger.domain(tx)
        if kind in ("Possession", "Entrust"):
            return answer_digest(kind, values, domain, signing.keccak)
        made = make(_SIGNED[kind], values, *([offer] if offer else []))
        return domain.digest(struct_hash(made.kind, made.values, signing.keccak), signing.keccak)

    def _done(self, answer: Any) -> str:
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.json["to"])


class Owned:
    """Everybody's items, offers and questions, and the browsers that may see them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.app = stage.app()
        self.anna, self.other = Someone(stage, self.app, 71), Someone(stage, self.app, 72)
        self.newcomer = Someone(stage, self.app, 73)
        """Signed in, and has nothing."""
        self.given = ""
        """An offer that was accepted."""
        self.cards = self._cards()
        self.items = {name: item for name, (item, _) in self.cards.items()}
        self.asks: dict[str, tuple[str, Visitor]] = {}
        """The page of each question, and who asked it."""
        self._show()
        for name in PARTS[:6]:
            self.anna.claim(*self.cards[name])
        self.other.claim(*self.cards["through"])
        stage.follow()
        for name in ("silent", "stale"):
            self._ask(name)
        self._answer("stale")
        stage.pass_days(1)
        self._part_with()
        self.offer, self.link, self.moving = self._on_the_way()
        for name in ("confirmed", "not_selling", "waiting"):
            self._ask(name)
        self._answer("confirmed")
        self._answer("not_selling", selling=False)
        self._write()
        self.anna.claim(*self.cards["coming"])
        self.errand = f"/signed/{self.anna.begin('/sign-in')['errand']}"
        """Where somebody comes back from the signing page."""
        self.at = stage.ledger.now()

    def stop_the_clock(self) -> None:
        """Go back to the moment when all of this was so: a slow machine has to see what a fast one does."""
        self.stage.ahead += self.at - self.stage.ledger.now()

    def of(self, name: str) -> str:
        """An item's digits in an address."""
        return f"{self.items[name].item:064x}"

    def number(self, name: str) -> int:
        """An item's number."""
        return self.items[name].item

    def prove(self, name: str) -> str:
        """The owner's side of a question."""
        return "/prove/" + link_of(self.stage.ledger, self.asks[name][0].rsplit("/", 1)[-1])

    @property
    def leaver(self) -> Someone:
        """Somebody who may be gone afterwards: another each time."""
        return Someone(self.stage, self.app, 74)

    def letter(self) -> str:
        """Where a fresh letter with a link to sign in leads."""
        secret = b64(self.stage.ledger.random(24))
        now, hashed = self.stage.ledger.now(), hashlib.sha256(b"touchmark/email-link/1:" + secret.encode()).digest()
        with self.stage.ledger.store.write() as tx:
            tx.people.add_link(hashed, EMAIL, self.anna.person.id, "/my", now, now + 600)
        return f"/sign-in/link/{secret}"

    def _cards(self) -> dict[str, tuple[Item, str]]:
        batch = self.stage.prepare([{"colour": "black", "size": "25 cm", "private_note": name} for name in PARTS])
        out = io.BytesIO()
        sha256 = hand_out_cards.write_cards(self.stage.ledger, self.stage.brand, batch.id, "csv", out)
        hand_out_cards.confirm_cards(self.stage.ledger, self.stage.brand, batch.id, sha256)
        self.stage.follow()
        rows = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
        codes = {one["serial"]: one["claim_code"] for one in rows}
        items = self.stage.items(batch.id)
        return {name: (one, codes[one.serial]) for name, one in zip(PARTS, items, strict=True)}

    def _show(self) -> None:
        """The model's words and photo, and looks at every item."""
        ledger, brand = self.stage.ledger, self.stage.brand
        words = Words("A bag for every day.", "Calfskin", "Keep it out of the rain.", ("Nine stitches to the inch",))
        keep_line(ledger, brand, GTIN, LineText("Sac Lune 25", {"en": words}))
        image, out = Image.new("RGB", (900, 900), "#d8dadb"), io.BytesIO()
        drawn = ImageDraw.Draw(image)
        drawn.arc((270, 180, 630, 640), 180, 0, fill="#2b2622", width=26)
        drawn.polygon([(190, 400), (710, 400), (760, 740), (140, 740)], fill="#3a302a")
        image.save(out, "JPEG")
        out.seek(0)
        add_photo(ledger, brand, GTIN, out, captions={"en": "Sac Lune 25 from the front"})
        now = ledger.now()
        places = ("IT", "FR", None, "CN", "IT")
        note_scans(
            ledger, [Seen(self.number("offered"), now - 9000 * n, "held", at, f"{n}") for n, at in enumerate(places)]
        )

    def _part_with(self) -> None:
        """What ends on the chain: one given away, one lost, one whose card was replaced."""
        handed = self.anna.sign(f"/my/items/{self.of('former')}/handover", self.other.address(1), days="7")
        self.given = handed.rsplit("/", 1)[-1]
        self.other.accept(self.given, 1)
        words = {"when": "2026-11-02", "where": "Italy", "reason": "On a train."}
        self.anna.sign(f"/my/items/{self.of('lost')}/report/lost", **words)
        replace_claim(self.stage.ledger, self.stage.brand, GTIN, self.items["recovering"].serial, {"reason": "Lost"})
        self.stage.follow()

    def _on_the_way(self) -> tuple[str, str, str]:
        """An offer by link, the same one's page, and a move to a second passkey; one held by a platform."""
        item = f"/my/items/{self.of('offered')}"
        bazar = operator_as(self.stage.ledger, "bazar").organisation
        self.anna.sign(f"{item}/entrust", organisation=bazar.id, days="30")
        link = self.anna.sign(f"{item}/handover", self.other.address(99), days="7", price="1,200 euros")
        held = f"/my/items/{self.of('through')}/handover"
        through = self.other.sign(held, self.anna.address(2), days="7", platform=bazar.id)
        self.anna.accept(through.rsplit("/", 1)[-1], 2)
        second = software.passkey(7100, bytes(32)).public
        with self.stage.ledger.store.write() as tx:
            made = (self.stage.ledger.new_id("pk"), self.anna.person.id, b"credential-second")
            tx.people.add_passkey(Passkey(*made, second[:32], second[32:64], "My old phone", 1))
        moving = self.anna.sign(f"/my/items/{self.of('moving')}/move", passkey=made[0])
        with self.stage.ledger.store.write() as tx:
            tx.people.set_email(self.anna.person.id, EMAIL)
        return link.rsplit("/", 1)[-1], link, moving

    def _write(self) -> None:
        """What a finder and a former owner wrote."""
        tell(self.stage.ledger, self.number("lost"), "found_it", "It is at the lost property office.", "+39 02 555 01")
        tell(self.stage.ledger, self.number("offered"), "ask_last_owner", "Is the strap still with it?", "")

    def _ask(self, name: str) -> None:
        asker = Visitor(self.stage, self.app.test_client(), 0)
        answer = asker.client.post(f"/items/{sealed(self.stage.ledger, self.number('plain'))}/ask")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        self.asks[name] = answer.headers["Location"], asker

    def _answer(self, name: str, *, selling: bool = True) -> None:
        if selling:
            self.anna.sign(self.prove(name))
            return
        request = self.anna.begin(self.prove(name))
        assert self.anna.hand_in(request, not_selling=True).status_code == 200


@contextmanager
def owned(folder: Path) -> Iterator[Owned]:
    """Everything of it, on a stage of its own."""
    with staged(folder) as stage:
        yield Owned(stage)
