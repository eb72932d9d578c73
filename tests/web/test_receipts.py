"""Receipts: what they say is what the page said, what was changed is found, and whether they hold is told."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pypdfium2 as pdfium
import pytest
import zxingcpp
from flask.testing import FlaskClient

from ledger.domain.errors import TooLarge
from ledger.domain.identity import path
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, WithdrawalReason
from ledger.domain.statements import Kind, MarkKind
from ledger.services import record_inspection as ri
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from ledger.services.receipts import LARGEST, read_document
from tests.web.owned import Someone
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_ask_photo import cards_of
from web.api.receipts import CheckReceiptOut, RecordedReceiptOut
from web.sealed_numbers import sealed

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
NOT_OURS = "This is not what the ledger issued"
OURS = "The ledger issued this receipt"
FOREIGN = "Sac 包袋 שלום مرحبا 😀 Łódź"
LONG = "Very long words about a bag. " * 8
LANGUAGES = {"en": "What we checked", "fr": "Ce que nous", "it": "Che cosa", "zh-Hans": "核"}


@dataclass
class Desk:
    """A stage with items in several states, and somebody who claimed one and handed it on."""

    stage: Stage
    client: FlaskClient
    anna: Someone
    bella: Someone
    serials: dict[str, str]
    handed: int

    def page(self, name: str, **query: str) -> str:
        address = path(GTIN, self.serials[name])
        return f"{address}?{urlencode(query)}" if query else address

    def document(self, name: str, **query: str) -> dict[str, Any]:
        answer = self.client.get(self.page(name, format="receipt", **query))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.data)
        return found

    def check(self, document: Any) -> str:
        """The page for a file."""
        raw = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        answer = self.client.post("/receipts", data={"receipt": (io.BytesIO(raw), "receipt.json")}, buffered=True)
        assert answer.status_code in (200, 422), answer.text
        return answer.text


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    names = ("plain", "foreign", "long", "stolen", "inspected", "claimed", "slashes")
    with staged(tmp_path_factory.mktemp("receipts")) as stage:
        rows = [{"colour": "black", "private_note": "canary-note"} for _ in names]
        rows[1]["model_ref"], rows[2]["model_ref"], rows[6]["serial"] = FOREIGN, LONG[:80].strip(), "A/B%2F?&'\"<"
        items, cards = cards_of(stage, rows)
        app = stage.app()
        anna, bella = Someone(stage, app, 81), Someone(stage, app, 82)
        item = items[5]
        anna.claim(item, cards[item.serial])
        stage.follow()
        offer = anna.sign(f"/my/items/{item.item:064x}/handover", bella.address(1), days="7", price="canary-price")
        bella.accept(offer.rsplit("/", 1)[-1], 1)
        stage.follow()
        yield Desk(
            stage, app.test_client(), anna, bella,
            {name: one.serial for name, one in zip(names, items, strict=True)}, item.item,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _node_is_here(desk: Desk) -> None:
    with desk.stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, desk.stage.ledger.now())


def words(pdf: bytes) -> str:
    """All text of a PDF, as one line."""
    document = pdfium.PdfDocument(pdf)
    try:
        pages = [document[number] for number in range(len(document))]
        return " ".join(" ".join(one.get_textpage().get_text_range() for one in pages).split())
    finally:
        document.close()


def code(pdf: bytes) -> str:
    """What the one code in a PDF says."""
    document = pdfium.PdfDocument(pdf)
    try:
        found = [
            one.text
            for number in range(len(document))
            for one in zxingcpp.read_barcodes(document[number].render(scale=3).to_pil(), formats=QR)
        ]
    finally:
        document.close()
    assert len(found) == 1
    return str(found[0])


def local(address: str) -> str:
    """An address without its host."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def squeezed(text: str) -> str:
    """Without spaces: where a line ends is the paper's business."""
    return re.sub(r"\s+", "", text)


def entry(desk: Desk, name: str) -> str:
    """The newest statement of some kind about the item that was handed over, as its receipt's address names it."""
    with desk.stage.ledger.store.read() as tx:
        found = tx.chain.item_events_named(desk.handed, (name,))[-1].statement
    assert found is not None
    return sealed(desk.stage.ledger, int.from_bytes(found, "big"))


def recorded(desk: Desk, address: str) -> dict[str, Any]:
    """The receipt of a statement, for programs."""
    answer = desk.client.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_says_what_the_page_says_in_the_readers_language(desk: Desk, language: str) -> None:
    page = desk.client.get(desk.page("plain", lang=language)).text
    pdf = desk.client.get(desk.page("plain", lang=language, format="pdf"))
    assert pdf.status_code == 200
    assert pdf.mimetype == "application/pdf"
    told = squeezed(words(pdf.data))
    shown = re.search(r'<h1 id="verdict">(.*?)</h1>', page)
    assert shown
    plain = re.sub(r"<[^>]+>", "", page).replace("&#39;", "'").replace("&#34;", '"')
    assert squeezed(shown[1].replace("&#39;", "'")) in told
    for check in re.findall(r"<b>(.*?)</b> <i>(.*?)</i><br>(.*?)(?: <time>|</p>)", page):
        for part in check:
            assert squeezed(part.replace("&#39;", "'")) in told, part
    assert squeezed(desk.serials["plain"]) in told
    assert plain
    assert "canary" not in told


def test_the_code_on_the_sheet_leads_to_the_page_that_knows_it(desk: Desk) -> None:
    pdf = desk.client.get(desk.page("plain", format="pdf")).data
    address = code(pdf)
    assert squeezed(address) in squeezed(words(pdf))
    page = desk.client.get(local(address)).text
    assert OURS in page
    assert "The ledger says the same today." in page
    assert desk.serials["plain"] in page


def test_a_sheet_is_tagged_and_names_its_language(desk: Desk) -> None:
    pdf = desk.client.get(desk.page("plain", format="pdf", lang="it")).data
    document = pdfium.PdfDocument(pdf)
    assert pdfium.raw.FPDFCatalog_IsTagged(document.raw)
    page = document[0]
    tree = pdfium.raw.FPDF_StructTree_GetForPage(page.raw)
    assert pdfium.raw.FPDF_StructTree_CountChildren(tree) == 1
    pdfium.raw.FPDF_StructTree_Close(tree)
    page.close()
    document.close()
    assert b"/Lang (it)" in pdf


def test_letters_of_every_script_can_be_searched_and_very_long_words_fit(desk: Desk) -> None:
    told = squeezed(words(desk.client.get(desk.page("foreign", format="pdf")).data))
    for part in ("包袋", "שלום", "مرحبا", "Ł"):
        assert part in told, part
    assert squeezed(LONG[:80]) in squeezed(words(desk.client.get(desk.page("long", format="pdf")).data))


def test_a_serial_of_slashes_and_quotes_comes_back_from_the_code(desk: Desk) -> None:
    address = code(desk.client.get(desk.page("slashes", format="pdf")).data)
    assert dict(parse_qsl(urlsplit(address).query))["s"] == desk.serials["slashes"]
    assert OURS in desk.client.get(local(address)).text


def test_every_changed_part_of_an_address_is_found(desk: Desk) -> None:
    parts = urlsplit(desk.document("plain")["proof"]["address"])
    query = dict(parse_qsl(parts.query))
    changes = {
        "k": "claim", "g": "09521234543220", "s": desk.serials["long"], "t": str(int(query["t"]) - 86_400),
        "b": str(int(query["b"]) + 1), "f": "0", "w": "owner_confirmed", "x": "0", "c": "ooaoo", "a": "reported_stolen",
        "o": "00" * 32, "r": "5", "m": "A" * 22,
    }  # fmt: skip
    for name, value in changes.items():
        assert query.get(name) != value, name
        assert NOT_OURS in desk.client.get(f"{parts.path}?{urlencode(query | {name: value})}").text, name
    number = parts.path[-16:]
    other = ("0" if number[0] != "0" else "1") + number[1:]
    assert NOT_OURS in desk.client.get(f"/receipts/{other}?{parts.query}").text
    assert NOT_OURS in desk.client.get(f"/receipts/{number}?{parts.query}&z=1").text
    assert NOT_OURS in desk.client.get(f"/receipts/{number}?{parts.query}".replace("&t=", "&t=0")).text
    for hostile in ("t=%F0%9F%98%80", "t=" + "9" * 190, "x=" + "1" * 300):
        name = hostile[0]
        kept = urlencode({one: value for one, value in query.items() if one != name})
        assert NOT_OURS in desk.client.get(f"{parts.path}?{kept}&{hostile}").text, hostile


def test_an_address_that_was_cut_off_is_not_called_a_forgery(desk: Desk) -> None:
    parts = urlsplit(desk.document("plain")["proof"]["address"])
    answer = desk.client.get(f"{parts.path}?{parts.query.partition('&m=')[0]}")
    assert answer.status_code == 422
    assert "not the whole address" in answer.text
    assert NOT_OURS not in answer.text


def test_a_file_is_what_the_ledger_issued_until_one_word_of_it_is_changed(desk: Desk) -> None:
    document = desk.document("plain")
    assert document["format"] == "touchmark/check-receipt/1"
    assert document["time_zone"] == "UTC"
    assert OURS in desk.check(document)
    leaves = list(walk(document))
    assert len(leaves) > 40
    for place, value in leaves:
        changed = json.loads(json.dumps(document))
        inside = changed
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = other_than(value)
        page = desk.check(changed)
        assert OURS not in page, place
        assert NOT_OURS in page or "no receipt of this ledger" in page, place
    assert NOT_OURS in desk.check(document | {"more": 1})
    del document["answer"]["headline"]
    assert NOT_OURS in desk.check(document)


def walk(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf with its place."""
    if isinstance(value, dict | list) and value:
        for step, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from walk(one, (*place, step))
    else:
        yield place, value


def other_than(value: Any) -> Any:
    """Something else that looks alike."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    return "x"


def test_the_proof_of_one_item_does_not_hold_for_another(desk: Desk) -> None:
    one, other = desk.document("plain"), desk.document("long")
    assert NOT_OURS in desk.check(one | {"proof": other["proof"]})
    mixed = one["proof"] | {"address": other["proof"]["address"]}
    assert NOT_OURS in desk.check(one | {"proof": mixed})
    mixed = one["proof"] | {"address": other["proof"]["address"], "number": other["proof"]["number"]}
    assert NOT_OURS in desk.check(one | {"proof": mixed})


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"proof": 1}', b'{"a": 1.5, "proof": {}}', b'{"a": NaN}',
        b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"proof": {"number": "x", "address": 5, "seal": ""}}',
        b'{"x":' * 60 + b"1" + b"}" * 60,
    ],
)  # fmt: skip
def test_what_is_no_receipt_at_all_gets_a_sentence(desk: Desk, raw: bytes) -> None:
    assert "no receipt of this ledger" in desk.check(raw)


def test_a_lone_surrogate_or_a_huge_number_is_no_reason_to_break(desk: Desk) -> None:
    document = desk.document("plain")
    assert NOT_OURS in desk.check(json.dumps(document | {"x": "\ud800"}).encode())
    assert NOT_OURS in desk.check(document | {"x": 10**40})
    for damage in ({"seal": "é"}, {"seal": "\ud800"}, {"address": "http://["}, {"address": "?m=\ud800"}):
        changed = json.dumps(document | {"proof": document["proof"] | damage}).encode()
        assert NOT_OURS in desk.check(changed)
    with pytest.raises(TooLarge, match="512 kB"):
        read_document(desk.stage.ledger, b" " * (LARGEST + 1))


def test_a_receipt_from_before_a_theft_shows_that_it_was_not_reported_then(desk: Desk) -> None:
    before = desk.document("stolen")
    sign_and_submit(
        desk.stage.ledger, desk.stage.brand, Kind.MARK,
        {"gtin": GTIN, "serial": desk.serials["stolen"], "kind": int(MarkKind.THEFT)},
    )  # fmt: skip
    desk.stage.follow()
    page = desk.check(before)
    assert OURS in page
    assert "The ledger says something else today. Compare the two." in page
    assert "Reported stolen. Don&#39;t buy" in page
    assert "No owner yet" in page
    after = desk.document("stolen")
    assert "The ledger says the same today." in desk.check(after)


def test_without_a_node_what_holds_today_cannot_be_told(desk: Desk) -> None:
    document = desk.document("plain")
    with desk.stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, desk.stage.ledger.now() - 3600)
    page = desk.check(document)
    assert OURS in page
    assert "We cannot look up today’s facts right now." in page
    assert "Changed" not in page


def test_claim_and_handover_name_both_sides_by_pseudonyms_alone(desk: Desk) -> None:
    claim = recorded(desk, f"/receipts/of/{entry(desk, 'Claimed')}.json")
    handover = recorded(desk, f"/receipts/of/{entry(desk, 'HandedOver')}.json")
    assert claim["format"] == "touchmark/claim-receipt/1"
    assert handover["format"] == "touchmark/handover-receipt/1"
    assert handover["handover"]["from"] == claim["claim"]["owner"]
    assert handover["handover"]["to"] != claim["claim"]["owner"]
    assert handover["recorded"]["final"] is True
    with desk.stage.ledger.store.read() as tx:
        addresses = [one.args["newOwner"] for one in tx.chain.item_events_named(desk.handed, ("Claimed", "HandedOver"))]
    raw = json.dumps([claim, handover])
    assert not any(one.lower() in raw.lower() for one in addresses)
    assert "canary" not in raw
    assert "The item has had another owner since." in desk.check(claim)
    assert "Nothing of it has changed since." in desk.check(handover)


@pytest.mark.parametrize("name", ["Claimed", "HandedOver"])
def test_a_recorded_receipt_is_a_sheet_whose_code_is_known(desk: Desk, name: str) -> None:
    pdf = desk.client.get(f"/receipts/of/{entry(desk, name)}.pdf").data
    told = words(pdf)
    assert "UTC" in told
    assert "it can no longer be lost" in told
    assert OURS in desk.client.get(local(code(pdf))).text


def test_owners_find_the_receipts_of_what_they_took_and_gave(desk: Desk) -> None:
    page = f"/my/items/{desk.handed:064x}"
    gave, took = desk.anna.client.get(page).text, desk.bella.client.get(page).text
    claimed, handed = entry(desk, "Claimed"), entry(desk, "HandedOver")
    assert f"/receipts/of/{claimed}.pdf" in gave
    assert f"/receipts/of/{handed}.pdf" in gave
    assert f"/receipts/of/{handed}.pdf" in took
    assert f"/receipts/of/{claimed}.pdf" not in took


def test_an_inspection_has_a_receipt_that_says_when_it_was_taken_back(desk: Desk) -> None:
    ledger, serial = desk.stage.ledger, desk.serials["inspected"]
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, persons=2, condition="B", points=31)
    basis = "Stitching nine to the inch, as it should be. " * 40
    ri.record(ledger, desk.stage.inspector, ri.inspection(GTIN, serial, facts, {"basis": basis}))
    desk.stage.follow()
    page = desk.client.get(desk.page("inspected")).text
    found = re.search(r"/receipts/of/([0-9a-f]{64}-[0-9a-f]{16})\.pdf", page)
    assert found
    pdf = desk.client.get(found[0]).data
    told = words(pdf)
    assert "Consistent with genuine" in told
    assert "Lux Check" in told
    assert "31" in told
    document = recorded(desk, f"/receipts/of/{found[1]}.json")
    assert squeezed(document["inspection"]["report_hash"]) in squeezed(told)
    assert "Nothing of it has changed since." in desk.check(document)
    number = int(document["inspection"]["number"])
    taken = ri.withdrawal(GTIN, serial, number, WithdrawalReason.MISTAKE, {"reason": "Wrong season."})
    ri.record(ledger, desk.stage.inspector, taken)
    desk.stage.follow()
    assert "has since taken it back" in desk.check(document)


def test_what_has_no_receipt_is_not_found(desk: Desk) -> None:
    for address in ("/receipts/of/00.pdf", f"/receipts/of/{'0' * 64}.pdf", f"/receipts/of/{'A' * 64}.json"):
        assert desk.client.get(address).status_code == 404
    assert desk.client.get("/receipts/of/" + "0" * 64).status_code in (404, 422)


def test_a_model_or_a_bad_code_has_a_page_and_no_receipt(desk: Desk) -> None:
    answer = desk.client.get(f"/01/{GTIN}?format=pdf")
    assert answer.mimetype == "text/html"


def test_to_keep_an_answer_is_no_second_look(desk: Desk) -> None:
    notes = desk.client.application.extensions["scan_notes"]
    notes.settle()
    counted = looks(desk)
    desk.client.get(desk.page("plain", format="pdf"))
    desk.client.get(desk.page("plain", format="receipt"))
    notes.settle()
    assert looks(desk) == counted
    desk.client.get(desk.page("plain"))
    notes.settle()
    assert looks(desk) == counted + 1


def looks(desk: Desk) -> int:
    with desk.stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, desk.serials["plain"])[0].item
        return int(tx.scans.count_of(item)[0])


def test_programs_get_the_same_receipts_as_people_and_can_ask_whether_they_hold(desk: Desk) -> None:
    answer = desk.client.get(f"/v1/items/{GTIN}/{desk.serials['plain']}/check-receipt")
    assert answer.status_code == 200
    assert CheckReceiptOut.model_validate_json(answer.data).answer.verdict == "unclaimed"
    assert OURS in desk.check(answer.data)
    verified = desk.client.post("/v1/receipts/verify", data=answer.data).json
    assert verified is not None
    assert (verified["issued"], verified["holds"], verified["then"]) == (True, "yes", "unclaimed")
    changed = answer.data.replace(b'"verdict":"unclaimed"', b'"verdict":"held"')
    assert changed != answer.data
    verified = desk.client.post("/v1/receipts/verify", data=changed).json
    assert verified is not None
    assert verified["issued"] is False
    assert desk.client.post("/v1/receipts/verify", data=b"{}").status_code == 422
    assert desk.client.post("/v1/receipts/verify", data=b" " * 600_000).status_code == 413


def test_a_statement_has_its_receipt_by_name_for_whoever_may_see_the_statement(desk: Desk) -> None:
    ledger = desk.stage.ledger
    with ledger.store.read() as tx:
        claim = tx.outbox.by_hash(bytes.fromhex(entry(desk, "Claimed")[:64]))
    assert claim is not None
    answer = desk.client.get(f"/v1/statements/{claim.id}/receipt")
    assert answer.status_code == 200
    assert RecordedReceiptOut.model_validate_json(answer.data).claim is not None
    facts = InspectionFacts(Authenticity.INCONCLUSIVE, Method.PHOTOS)
    signed = ri.record(
        ledger, desk.stage.inspector, ri.inspection(GTIN, desk.serials["long"], facts, {"basis": "Dark."})
    )
    own = {"Authorization": f"Bearer {desk.stage.key('luxcheck')}"}
    early = desk.client.get(f"/v1/statements/{signed.id}/receipt", headers=own)
    assert early.status_code == 409
    desk.stage.follow()
    assert desk.client.get(f"/v1/statements/{signed.id}/receipt", headers=own).status_code == 200
    assert desk.client.get(f"/v1/statements/{signed.id}/receipt").status_code == 404
    rival = {"Authorization": f"Bearer {desk.stage.key('bazar')}"}
    assert desk.client.get(f"/v1/statements/{signed.id}/receipt", headers=rival).status_code == 404
