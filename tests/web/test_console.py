"""What the console promises: a key and nothing else opens it, each role sees its own, nothing is lost half-way."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from PIL import Image
from werkzeug.test import TestResponse

from ledger.domain.identity import path
from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation, revoke_key
from ledger.storage.engine import Store
from tests.web.stage import GTIN, Stage, on_each_database, sheet

WRONG = (
    "gtin;serial;model_ref;made_on\n"
    f"{GTIN};;Sac Lune 25;2025-01-20\n"
    "09521234543214;;Sac Lune 25;2025-01-20\n"
    f"{GTIN};;;20/01/2025\n"
    f"{GTIN};KNOWN;Sac Lune 25;\n"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("console")) as made:
        made.register([{"serial": "KNOWN"}, {"serial": "a/b%"}, {"serial": "OTHER"}], on_sale=False)
        yield made


class Visitor:
    """A person at a browser: follows forms with the token that the page carries."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, buffered=True)

    def post(self, page: str, address: str, **fields: object) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert token
        return self.client.post(
            address, data={"csrf_token": token.group(1), **fields}, content_type="multipart/form-data", buffered=True
        )

    def sign_in(self, key: str, onward: str = "") -> TestResponse:
        return self.post("/console/sign-in", "/console/sign-in", key=key, next=onward)


@pytest.fixture
def anyone(stage: Stage) -> Visitor:
    return Visitor(stage.app().test_client())


@pytest.fixture
def brand(stage: Stage, anyone: Visitor) -> Visitor:
    assert anyone.sign_in(stage.key("maison")).status_code == 303
    return anyone


@pytest.fixture
def inspector(stage: Stage, anyone: Visitor) -> Visitor:
    assert anyone.sign_in(stage.key("luxcheck")).status_code == 303
    return anyone


def send(visitor: Visitor, content: bytes, name: str = "items.csv") -> str:
    answer = visitor.post("/console/imports", "/console/imports", file=(io.BytesIO(content), name))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def item_address(stage: Stage, serial: str) -> str:
    with stage.ledger.store.read() as tx:
        return f"/console/items/{tx.batches.find(GTIN, serial)[0].item:064x}"


# --- Who is let in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "imports", "batches", "items", "items.csv", "on-sale", "statements", "inspect"])
def test_without_a_key_every_page_leads_to_the_sign_in(anyone: Visitor, page: str) -> None:
    answer = anyone.get(f"/console/{page}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/console/sign-in?next=")


def test_a_key_signs_in_and_is_nowhere_in_the_cookie(stage: Stage, anyone: Visitor) -> None:
    key = stage.key("maison")
    answer = anyone.sign_in(key)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert key not in cookie
    assert key[3:] not in cookie
    assert "Maison Exemple" in anyone.get("/console/").text


@pytest.mark.parametrize("key", ["", "tm_", "tm_" + "0" * 64, "x" * 67])
def test_a_wrong_key_is_refused_with_a_sentence(anyone: Visitor, key: str) -> None:
    answer = anyone.sign_in(key)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert anyone.get("/console/").status_code == 303


def test_ending_a_key_ends_its_sessions_at_once(stage: Stage, brand: Visitor) -> None:
    with stage.ledger.store.read() as tx:
        newest = tx.organisations.api_keys(stage.brand.organisation.id)[0]
    assert brand.get("/console/").status_code == 200
    revoke_key(stage.ledger, stage.brand.organisation.id, newest.id)
    assert brand.get("/console/").status_code == 303


def test_signing_out_ends_the_session(brand: Visitor) -> None:
    assert brand.post("/console/", "/console/sign-out").status_code == 303
    assert brand.get("/console/").status_code == 303


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "/console/../..//evil.example", "/check"]
)
def test_a_crafted_link_cannot_lead_out_of_the_console(stage: Stage, anyone: Visitor, onward: str) -> None:
    assert anyone.sign_in(stage.key("maison"), onward).headers["Location"] == "/console/"


def test_after_signing_in_one_arrives_where_one_wanted_to_go(stage: Stage, anyone: Visitor) -> None:
    assert anyone.sign_in(stage.key("maison"), "/console/items?serial=K").headers["Location"].endswith("?serial=K")


@pytest.mark.parametrize("page", ["imports", "on-sale", "sign-out"])
def test_a_form_without_its_token_does_nothing(brand: Visitor, page: str) -> None:
    answer = brand.client.post(f"/console/{page}", data={})
    assert answer.status_code == 400
    assert "out of date" in answer.text


def test_forms_work_over_https_although_no_referrer_is_sent(stage: Stage) -> None:
    client = stage.app().test_client()
    page = client.get("/console/sign-in", base_url="https://localhost")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    answer = client.post(
        "/console/sign-in",
        base_url="https://localhost",
        data={"csrf_token": token.group(1), "key": stage.key("maison")},
    )
    assert answer.status_code == 303


def test_without_the_database_the_console_says_that_it_cannot_tell(stage: Stage, tmp_path: Path) -> None:
    whole = stage.app().test_client()
    visitor = Visitor(whole)
    visitor.sign_in(stage.key("maison"))
    cookie = whole.get_cookie("touchmark")
    assert cookie is not None
    away = Store(f"sqlite:///{tmp_path / 'nowhere' / 'touchmark.db'}")
    from web import create_app

    broken = create_app(stage.settings, replace(stage.ledger, store=away)).test_client()
    broken.set_cookie("touchmark", cookie.value)
    answer = broken.get("/console/items")
    assert answer.status_code == 503
    assert "We cannot tell right now" in answer.text
    away.engine.dispose()


# --- Who may do what --------------------------------------------------------------------------------------


def test_a_brand_sees_no_inspector_desk_and_is_refused_it(brand: Visitor) -> None:
    assert "/console/inspect" not in brand.get("/console/").text
    assert brand.get("/console/inspect").status_code == 403


@pytest.mark.parametrize("page", ["imports", "batches", "items", "items.csv", "on-sale"])
def test_an_inspector_sees_nothing_of_a_brand_and_is_refused_it(inspector: Visitor, page: str) -> None:
    assert f"/console/{page}" not in inspector.get("/console/").text
    assert inspector.get(f"/console/{page}").status_code == 403


def test_a_platform_is_led_to_what_needs_a_person_and_to_nothing_of_brands(stage: Stage, anyone: Visitor) -> None:
    anyone.sign_in(stage.key("bazar"))
    text = anyone.get("/console/").text
    for page in ("listings", "cases", "waiting", "entrusted"):
        assert f'href="/console/{page}"' in text, page
    assert "/console/statements" not in text


@pytest.mark.parametrize(
    ("scope", "page"),
    [(Scope.IMPORT, "imports"), (Scope.ACTIVATE, "on-sale"), (Scope.LABELS, "labels"), (Scope.CARDS, "cards")],
)
def test_a_key_without_a_scope_neither_sees_nor_opens_what_needs_it(
    stage: Stage, anyone: Visitor, scope: Scope, page: str
) -> None:
    anyone.sign_in(stage.key("maison", *(set(Scope) - {scope})))
    batch = stage.prepare([{"serial": f"SCOPE-{scope}"}], on_sale=False)
    address = f"/console/batches/{batch.id}/{page}" if page in ("labels", "cards") else f"/console/{page}"
    assert anyone.get(address).status_code == 403
    for seen in ("/console/", f"/console/batches/{batch.id}"):
        assert f'="{address}"' not in anyone.get(seen).text


def test_another_brands_things_are_not_there(stage: Stage, anyone: Visitor) -> None:
    batch = stage.prepare([{"serial": "MINE"}])
    with stage.ledger.store.read() as tx:
        source = tx.imports.of_batch(batch.id)[0]
        taken = tx.organisations.get("rival")
    if taken is None:
        add_organisation(stage.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example")
    anyone.sign_in(stage.key("rival"))
    for page in (
        f"/console/imports/{source.id}",
        f"/console/imports/{source.id}/wrong-rows.csv",
        f"/console/batches/{batch.id}",
        f"/console/batches/{batch.id}/cards",
        f"/console/batches/{batch.id}/labels?as=csv",
        f"/console/items?batch={batch.id}",
        f"/console/items.csv?batch={batch.id}",
        item_address(stage, "MINE"),
        item_address(stage, "MINE") + "/code.svg",
    ):
        answer = anyone.get(page)
        assert answer.status_code == 404, page
        assert "Sac Lune" not in answer.text
    assert "Sac Lune" not in anyone.get("/console/items").text
    assert "MINE" not in anyone.get("/console/items.csv").text


# --- From a file to a batch -------------------------------------------------------------------------------


def test_a_new_brand_is_told_how_to_begin(stage: Stage, anyone: Visitor) -> None:
    add_organisation(stage.ledger, slug="neuve", name="Neuve", role=Role.BRAND, domain="neuve.example")
    anyone.sign_in(stage.key("neuve"))
    text = anyone.get("/console/").text
    assert "Register your first items" in text
    assert "Not in the ledger yet" in text
    assert "There are no batches yet" in anyone.get("/console/batches").text
    answer = anyone.post("/console/imports", "/console/imports", file=(io.BytesIO(b"gtin"), "a.csv"))
    assert answer.status_code == 409


def test_the_templates_open_and_name_every_column(brand: Visitor) -> None:
    header = brand.get("/console/imports/template.csv").data.decode("utf-8-sig").splitlines()[0]
    assert header.startswith("gtin,serial,model_ref")
    book = load_workbook(io.BytesIO(brand.get("/console/imports/template.xlsx").data))
    assert next(cell.value for cell in next(book.worksheets[0].iter_rows())).startswith("gtin")


def test_the_dry_run_counts_names_what_is_wrong_and_writes_nothing(stage: Stage, brand: Visitor) -> None:
    address = send(brand, WRONG.encode())
    assert "Checking every row" in brand.get(address).text
    with stage.ledger.store.read() as tx:
        before = tx.batches.totals(stage.brand.organisation.id)
    stage.jobs()
    text = brand.get(address).text
    assert "<b>1</b> ready" in text
    assert "<b>2</b> need fixing" in text
    assert "<b>1</b> already registered" in text
    assert "check digit should be 3" in " ".join(text.split())
    assert "Register 1 item<" in text
    with stage.ledger.store.read() as tx:
        assert tx.batches.totals(stage.brand.organisation.id) == before


def test_the_wrong_rows_alone_can_be_taken_home_with_what_is_wrong(stage: Stage, brand: Visitor) -> None:
    address = send(brand, WRONG.encode())
    stage.jobs()
    rows = list(csv.DictReader(io.StringIO(brand.get(address + "/wrong-rows.csv").data.decode("utf-8-sig"))))
    assert [row["gtin"] for row in rows] == ["09521234543214", GTIN]
    assert "check digit" in rows[0]["error"]
    assert "model_ref" in rows[1]["error"]


def test_many_faults_are_shown_page_by_page(stage: Stage, brand: Visitor) -> None:
    address = send(brand, sheet([{"made_in": f"Nowhere {n}"} for n in range(120)]))
    stage.jobs()
    seen: list[str] = []
    page: str | None = address
    while page:
        text = brand.get(page).text
        seen += re.findall(r"\(empty\)|Nowhere \d+(?=</td>)", text)
        following = re.search(r'href="([^"]+)">More rows', text)
        page = following.group(1) if following else None
    assert seen == [f"Nowhere {n}" for n in range(120)]


def test_a_file_that_is_no_table_is_answered_with_a_sentence(stage: Stage, brand: Visitor) -> None:
    address = send(brand, b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "picture.csv")
    stage.jobs()
    assert "This file cannot be read" in brand.get(address).text
    assert brand.post("/console/imports", "/console/imports").status_code == 422


def test_the_options_decide_what_is_private_and_when_it_may_be_sold(stage: Stage, brand: Visitor) -> None:
    address = send(brand, sheet([{"serial": "OPTIONS", "colour": "canary-colour", "private_note": "canary-note"}]))
    stage.jobs()
    page = brand.get(address).text
    assert re.search(r'id="p-private_note"[^>]* checked', page)
    assert not re.search(r'id="p-colour"[^>]* checked', page)
    assert '<div class="s-colour"><dt>Colour</dt><dd>canary-colour</dd>' in page
    answer = brand.post(
        address, address + "/register", name="Autumn", on_sale="now", private=["colour", "private_note"]
    )
    stage.jobs()
    with stage.ledger.store.read() as tx:
        batch = tx.batches.get(answer.headers["Location"].rsplit("/", 1)[-1])
    assert (batch.name, batch.on_sale_at_once) == ("Autumn", True)
    assert set(batch.private_fields) == {"colour", "private_note"}
    assert "canary" not in brand.get(path(GTIN, "OPTIONS")).text
    again = brand.post(address, address + "/check")
    assert again.headers["Location"] == address


def test_confirming_twice_makes_one_batch(stage: Stage, brand: Visitor) -> None:
    address = send(brand, sheet([{"serial": "TWICE"}]))
    stage.jobs()
    first = brand.post(address, address + "/register", on_sale="later")
    second = brand.post("/console/imports", address + "/register", on_sale="now")
    assert first.headers["Location"] == second.headers["Location"]


# --- Cards, then the registration -------------------------------------------------------------------------


def test_registration_waits_for_the_cards_and_the_codes_are_gone_after(stage: Stage, brand: Visitor) -> None:
    batch = stage.prepare([{"serial": "CARDS"}])
    page = f"/console/batches/{batch.id}"
    assert "Waiting for its claim cards" in brand.get(page).text
    assert brand.post(f"{page}/cards", f"{page}/cards/confirm", safe="yes", sha256="0" * 64).status_code == 409
    cards = brand.post(f"{page}/cards", f"{page}/cards/file", kind="csv").data
    sha256 = hashlib.sha256(cards).hexdigest()
    assert sha256 in brand.get(f"{page}/cards").text
    assert brand.post(f"{page}/cards", f"{page}/cards/confirm", sha256=sha256).status_code == 422
    assert brand.post(f"{page}/cards", f"{page}/cards/confirm", safe="yes", sha256="0" * 64).status_code == 409
    assert brand.post(f"{page}/cards", f"{page}/cards/file", kind="csv").data == cards
    assert brand.post(f"{page}/cards", f"{page}/cards/confirm", safe="yes", sha256=sha256).status_code == 303
    assert "Signed, waiting to be sent" in brand.get(page).text
    stage.follow()
    assert "Registered" in brand.get(page).text
    assert "the codes destroyed" in brand.get(f"{page}/cards").text
    assert brand.post(page, f"{page}/cards/file", kind="csv").status_code == 409
    code = next(csv.DictReader(io.StringIO(cards.decode("utf-8-sig"))))["claim_code"]
    kept = b"".join(one.read_bytes() for one in stage.settings.data.rglob("*") if one.is_file())
    assert code.replace("-", "").encode() not in kept
    assert "Registration of a batch" in brand.get("/console/statements").text


def test_cards_come_as_pdf_or_csv_and_nothing_else(stage: Stage, brand: Visitor) -> None:
    page = f"/console/batches/{stage.prepare([{'serial': 'KINDS'}]).id}"
    assert brand.post(f"{page}/cards", f"{page}/cards/file", kind="pdf").data.startswith(b"%PDF-")
    assert brand.post(f"{page}/cards", f"{page}/cards/file", kind="exe").status_code == 422


@pytest.mark.parametrize(
    ("query", "begins", "name"),
    [
        ("form=a4-21&as=print", b"%PDF-", ".pdf"),
        ("form=roll-50x25&dpi=203&as=print", b"^XA", ".zpl"),
        ("as=csv", b"\xef\xbb\xbfgtin,serial,uri", ".csv"),
        ("form=a4-21&as=test", b"%PDF-", "-test.pdf"),
    ],
)
def test_labels_come_in_every_form(stage: Stage, brand: Visitor, query: str, begins: bytes, name: str) -> None:
    with stage.ledger.store.read() as tx:
        batch = tx.batches.find(GTIN, "KNOWN")[0].batch_id
    answer = brand.get(f"/console/batches/{batch}/labels?{query}")
    assert answer.data.startswith(begins)
    assert name in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("form=nothing&as=print", 404),
        ("form=a4-21&first=9&last=3&as=print", 422),
        ("form=a4-21&first=900&as=print", 422),
        ("form=a4-21&first=1&last=5001&as=print", 413),
        ("form=roll-50x25&dpi=72&as=print", 422),
        ("form=a4-21&skip=21&as=print", 422),
    ],
)
def test_labels_that_cannot_be_made_are_refused_with_a_sentence(
    stage: Stage, brand: Visitor, query: str, status: int
) -> None:
    with stage.ledger.store.read() as tx:
        batch = tx.batches.find(GTIN, "KNOWN")[0].batch_id
    assert brand.get(f"/console/batches/{batch}/labels?{query}").status_code == status


# --- Items ------------------------------------------------------------------------------------------------


def test_items_are_found_by_how_their_serial_begins_and_paged(stage: Stage, brand: Visitor) -> None:
    batch = stage.prepare([{"serial": f"PAGED-{n:03}"} for n in range(120)])
    for start in (f"/console/items?batch={batch.id}&sort=position", "/console/items?serial=PAGED-"):
        seen: list[str] = []
        page: str | None = start
        while page:
            text = brand.get(page).text
            seen += re.findall(r'class="serial" href="[^"]+">(PAGED-\d+)<', text)
            following = re.search(r'href="([^"]+)">More items', text)
            page = following.group(1).replace("&amp;", "&") if following else None
        assert seen == [f"PAGED-{n:03}" for n in range(120)]
    rows = list(csv.DictReader(io.StringIO(brand.get(f"/console/items.csv?batch={batch.id}").data.decode("utf-8-sig"))))
    assert [row["serial"] for row in rows] == [f"PAGED-{n:03}" for n in range(120)]
    assert "No item's serial begins so" in brand.get("/console/items?serial=%25").text


@pytest.mark.parametrize("after", ["x", "-1", "0" * 64, "g" * 70, "9" * 30, "0" * 64 + "A" * 99])
def test_a_cursor_that_was_made_up_breaks_nothing(brand: Visitor, after: str) -> None:
    assert brand.get(f"/console/items?after={after}").status_code == 200
    assert brand.get(f"/console/imports?before={after}").status_code == 200
    assert brand.get(f"/console/statements?before={after}").status_code == 200


def test_one_item_shows_what_is_private_its_code_and_can_be_put_on_sale(stage: Stage, brand: Visitor) -> None:
    stage.follow()
    address = item_address(stage, "a/b%")
    assert "Nobody should be selling it" in brand.get(address).text
    assert brand.get(address + "/code.svg").data.startswith(b"<svg")
    assert brand.get(address + "/code.png?save=1").data.startswith(b"\x89PNG")
    assert brand.get(address + "/code.exe").status_code == 404
    assert brand.post(address, address + "/on-sale").status_code == 303
    assert "On sale since" in brand.get(address).text


def test_a_file_puts_items_on_sale_and_one_wrong_line_stops_all(stage: Stage, brand: Visitor) -> None:
    wrong = f"gtin,serial\n{GTIN},OTHER\n{GTIN},NOBODY\n"
    answer = brand.post("/console/on-sale", "/console/on-sale", file=(io.BytesIO(wrong.encode()), "a.csv"))
    assert answer.status_code == 422
    assert "NOBODY" in answer.text
    assert "row 3" in answer.text
    right = f"\ufeffSerial;GTIN\nOTHER;{GTIN}\n\n"
    answer = brand.post("/console/on-sale", "/console/on-sale", file=(io.BytesIO(right.encode()), "a.csv"))
    assert "1 item is on sale now" in answer.text
    again = brand.post("/console/on-sale", "/console/on-sale", file=(io.BytesIO(right.encode()), "a.csv"))
    assert "0 items are on sale now" in again.text
    assert "1 already was" in again.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"serial\nA\n", "no column"),
        (b"gtin,serial\nonly-one\n", "Row 2"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"gtin,serial\n12,34\n", "Nothing was put on sale"),
    ],
)
def test_a_file_of_items_that_cannot_be_read_is_told_why(brand: Visitor, content: bytes, said: str) -> None:
    answer = brand.post("/console/on-sale", "/console/on-sale", file=(io.BytesIO(content), "a.csv"))
    assert answer.status_code == 422
    assert said in answer.text


def test_a_whole_batch_is_put_on_sale_at_once(stage: Stage, brand: Visitor) -> None:
    batch = stage.prepare([{"serial": f"WHOLE-{n}"} for n in range(5)], on_sale=False)
    page = f"/console/batches/{batch.id}"
    answer = brand.post(page, f"{page}/on-sale")
    assert "5 items are on sale now" in brand.get(answer.headers["Location"]).text


# --- The inspector's desk ---------------------------------------------------------------------------------


def photo() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "grey").save(out, "JPEG")
    out.seek(0)
    return out


OPINION = {"authenticity": "1", "method": "1", "persons": "2", "condition": "A", "points": "31", "basis": "The stamp."}


def test_an_inspection_is_signed_shown_and_can_be_taken_back(stage: Stage, inspector: Visitor) -> None:
    desk = "/console/inspect?code=KNOWN"
    assert "Sac Lune 25" in inspector.get(desk).text
    answer = inspector.post(desk, "/console/inspect", code="KNOWN", photos=(photo(), "a.jpg"), **OPINION)
    assert answer.status_code == 303, answer.text
    stage.follow()
    records = inspector.get("/console/records").text
    assert "Consistent with genuine: In hand" in records
    page = inspector.get(path(GTIN, "KNOWN")).text
    assert "The stamp." in page
    assert "/evidence/" in page
    link = re.search(r'href="([^"]+/withdraw)"', records)
    assert link
    answer = inspector.post(link.group(1), link.group(1), why="1", words="It was another bag.")
    assert answer.status_code == 303, answer.text
    stage.follow()
    assert "took back what it had recorded" in inspector.get(path(GTIN, "KNOWN")).text
    assert "/withdraw" not in inspector.get("/console/records").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"authenticity": ""}, "Choose a result"),
        ({"authenticity": "9"}, "Choose a result"),
        ({"method": ""}, "how the item was before you"),
        ({"persons": "0"}, "whole number from 1"),
        ({"persons": "many"}, "whole number from 1"),
        ({"points": "256"}, "whole number from 0"),
        ({"condition": "Z"}, "one of A, B, C, D, E"),
        ({"basis": "  "}, "what your opinion rests on"),
    ],
)
def test_a_form_with_a_mistake_comes_back_as_it_was_filled_in(
    inspector: Visitor, change: dict[str, str], said: str
) -> None:
    filled = OPINION | {"basis": "Kept words.", "points": "17"} | change
    answer = inspector.post("/console/inspect?code=OTHER", "/console/inspect", code="OTHER", **filled)
    assert answer.status_code == 422
    assert said in answer.text
    assert filled["basis"].strip() in answer.text
    assert f'value="{filled["points"]}"' in answer.text


def test_photos_need_not_be_sent_again_after_a_mistake(inspector: Visitor) -> None:
    # A number that does not fit is found before the photos are read, a condition only when all is packed.
    filled = OPINION | {"condition": "Z"}
    answer = inspector.post(
        "/console/inspect?code=OTHER", "/console/inspect", code="OTHER", photos=(photo(), "a.jpg"), **filled
    )
    kept = re.findall(r'name="kept" value="([0-9a-f]{64})"', answer.text)
    assert len(kept) == 1
    done = inspector.post("/console/inspect?code=OTHER", "/console/inspect", code="OTHER", kept=kept[0], **OPINION)
    assert done.status_code == 303
    assert kept[0] in inspector.get(path(GTIN, "OTHER")).text


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_signed(stage: Stage, inspector: Visitor) -> None:
    with stage.ledger.store.read() as tx:
        before = len(tx.outbox.page(stage.inspector.organisation.id, None, 100))
    answer = inspector.post(
        "/console/inspect?code=OTHER",
        "/console/inspect",
        code="OTHER",
        photos=(io.BytesIO(b"<script>alert(1)</script>"), "a.jpg"),
        **OPINION,
    )
    assert answer.status_code == 422
    assert "not a JPEG" in answer.text
    with stage.ledger.store.read() as tx:
        assert len(tx.outbox.page(stage.inspector.organisation.id, None, 100)) == before


@pytest.mark.parametrize(("code", "said"), [("NOBODY-9", "no record"), (str(GTIN), "names a model"), ("é", "é")])
def test_an_item_that_cannot_be_told_is_asked_for_again(inspector: Visitor, code: str, said: str) -> None:
    answer = inspector.get(f"/console/inspect?code={code}")
    assert answer.status_code == 200
    assert said in answer.text


def test_an_inspector_whom_nobody_accredited_is_told_so_before_anything_is_signed(
    stage: Stage, anyone: Visitor
) -> None:
    add_organisation(
        stage.ledger, slug="newcheck", name="New Check", role=Role.AUTHENTICATOR, domain="newcheck.example"
    )
    stage.follow()
    anyone.sign_in(stage.key("newcheck"))
    answer = anyone.post("/console/inspect?code=OTHER", "/console/inspect", code="OTHER", **OPINION)
    assert answer.status_code == 422
    assert "accredited" in answer.text


# --- The pages themselves ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "imports", "batches", "items", "on-sale", "statements"])
def test_pages_carry_nothing_inline_and_nothing_foreign(brand: Visitor, page: str) -> None:
    text = brand.get(f"/console/{page}").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|(?:href|src|action)=.(?:https?:)?//(?!localhost)", text)
    assert all(found.startswith('<script src="/static/') for found in re.findall(r"<script[^>]*>", text))


def test_a_page_that_waits_reloads_itself_without_a_script_too(stage: Stage, brand: Visitor) -> None:
    address = send(brand, sheet([{"serial": "WAITS"}]))
    assert '<noscript><meta http-equiv="refresh"' in brand.get(address).text
    stage.jobs()
    assert "http-equiv" not in brand.get(address).text


@pytest.mark.parametrize("page", ["catalogue?find=%00", "cases/%00", "batches/%00", "items?serial=%00&batch=%00"])
def test_a_sign_that_no_text_holds_finds_nothing_and_breaks_nothing(brand: Visitor, page: str) -> None:
    assert brand.get(f"/console/{page}").status_code in (200, 404, 422)


def test_the_console_is_not_kept_by_any_cache(brand: Visitor) -> None:
    for page in ("", "items", "items.csv", "imports"):
        assert brand.get(f"/console/{page}").headers["Cache-Control"] == "no-store"


ROOT = Path(__file__).resolve().parents[2]


def test_the_preview_hides_every_column_that_is_ticked_private() -> None:
    from ledger.domain.fields import FIELDS

    style = (ROOT / "web" / "static" / "console.css").read_text()
    for name in (name for name in FIELDS if not name.startswith("part.")):
        assert f".options:has(#p-{name}:checked) .s-{name}" in style
