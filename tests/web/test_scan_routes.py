"""What a code's address promises: every code has an answer, no answer says more than is known, nobody is noted."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text as sql

from ledger.domain.characters import GS1_82
from ledger.domain.identity import path
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service, WithdrawalReason
from ledger.domain.statements import Kind, MarkKind
from ledger.services import record_inspection as ri
from ledger.services.amend_item import amend
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from ledger.services.store_evidence import store_evidence
from ledger.storage.engine import Store
from tests.support.serving import served
from tests.web.stage import GTIN, OTHER_GTIN, Stage, on_each_database
from web.limits import Pace

JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = ["/", "//", "%", "%2F", "%252F", "a/b", "/01/", "../a", "a/..", "?", "a?b=c", "a&b", "'", '"', "<", "+"]
SERIALS = list(dict.fromkeys([*sorted(GS1_82 - set(".")), *HOSTILE]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("scan")) as made:
        plain = {
            "colour": "black",
            "materials": "calfskin; cotton",
            "made_on": "2025-01-20",
            "made_in": "IT",
            "warranty_months": "24",
            "private_note": "canary-private-note",
        }
        made.register(
            [
                *({"serial": serial, **plain} for serial in SERIALS),
                {"serial": "INSPECTED", **plain},
                {"serial": "STOLEN", **plain},
                {"serial": "TWOFOLD", **plain},
                {"serial": "TWOFOLD", "gtin": OTHER_GTIN, "model_ref": "Ceinture 3"},
                {"serial": "Small-Case 1".replace(" ", "_"), **plain},
            ]
        )
        made.register([{"serial": "HELDBACK", **plain}], on_sale=False)
        made.prepare([{"serial": "UNSIGNED", **plain}])
        sign_and_submit(made.ledger, made.brand, Kind.MARK, {"kind": MarkKind.THEFT, "gtin": GTIN, "serial": "STOLEN"})
        made.follow()
        made.register([{"serial": "PENDING", **plain}], follow=False)
        yield made


@pytest.fixture
def client(stage: Stage) -> FlaskClient:
    return stage.app().test_client()


@pytest.fixture(autouse=True)
def _node_is_here(stage: Stage) -> None:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now())


def headline(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found
    return found.group(1).replace("&#39;", "'")


# --- Every code has its page ------------------------------------------------------------------------------


@pytest.mark.parametrize("serial", SERIALS)
def test_every_serial_of_set_82_leads_to_its_own_item(client: FlaskClient, serial: str) -> None:
    answer = client.get(path(GTIN, serial), headers=JSON)
    assert answer.status_code == 200
    assert answer.json["serial"] == serial


def test_hostile_serials_come_through_a_real_server_as_they_were_printed(stage: Stage) -> None:
    with served(stage.app()) as base, closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)) as asked:
        for serial in SERIALS:
            asked.request("GET", path(GTIN, serial), headers=JSON)
            answer = json.loads(asked.getresponse().read())
            assert answer["serial"] == serial


def test_the_other_keys_of_a_digital_link_before_the_serial_change_nothing(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/22/2A/10/LOT7/21/INSPECTED", headers=JSON)
    assert (answer.status_code, answer.json["serial"]) == (200, "INSPECTED")


def test_a_gtin_of_thirteen_digits_is_the_same_product(client: FlaskClient) -> None:
    assert client.get(f"/01/{GTIN[1:]}/21/INSPECTED", headers=JSON).json["serial"] == "INSPECTED"


@pytest.mark.parametrize("query", ["?linkType=gs1:defaultLink", "?c=abc", "?17=261231"])
def test_what_follows_the_question_mark_names_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"/01/{GTIN}/21/INSPECTED{query}").status_code == 200


def test_a_serial_that_a_third_party_gave_is_told_apart_and_not_found(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/235/INSPECTED", headers=BROWSER)
    assert answer.status_code == 404
    assert "somebody other than the brand" in answer.text


def test_a_gtin_alone_names_a_model(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}")
    assert answer.status_code == 200
    assert headline(answer.text) == "This code names a model, not one item"


def test_an_unknown_serial_gets_a_page_with_404_and_the_way_on(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/21/NOBODY", headers=BROWSER)
    assert answer.status_code == 404
    assert headline(answer.text) == "We have no record of this code"
    assert 'href="/check"' in answer.text


@pytest.mark.parametrize(
    "address",
    [
        f"/01/{GTIN}/21/A/extra",
        f"/01/{GTIN}/21/A/10/LOT",
        f"/01/{GTIN}/21",
        "/01/09521234543214/21/A",
        "/01/123/21/A",
        f"/01/{GTIN}/21/" + "A" * 21,
        f"/01/{GTIN}/21/%C3%A9",
        f"/01/{GTIN}/21/%FF",
        f"/01/{GTIN}/21/%zz",
        f"/01/{GTIN}/21/a%20b",
    ],
)
def test_an_address_that_cannot_be_read_says_so_with_400(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 400
    assert headline(answer.text) == "That code isn't complete"


def test_an_item_whose_registration_waits_is_pending_and_one_held_back_is_not_on_sale(client: FlaskClient) -> None:
    assert client.get(f"/01/{GTIN}/21/PENDING", headers=JSON).json["verdict"] == "pending"
    assert client.get(f"/01/{GTIN}/21/HELDBACK", headers=JSON).json["verdict"] == "not_on_sale_yet"


def test_an_item_that_its_brand_has_not_signed_yet_is_nobodys_business(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/21/UNSIGNED", headers=BROWSER)
    assert answer.status_code == 404
    assert "Sac Lune" not in answer.text


# --- The form of the answer -------------------------------------------------------------------------------


def test_a_browser_gets_a_page_and_a_program_gets_json_from_one_address(client: FlaskClient) -> None:
    address = f"/01/{GTIN}/21/INSPECTED"
    page, data = client.get(address, headers=BROWSER), client.get(address, headers=JSON)
    assert (page.mimetype, data.mimetype) == ("text/html", "application/json")
    assert headline(page.text) == data.json["headline"]
    assert {"Accept", "Accept-Language"} <= {one.strip() for one in page.headers["Vary"].split(",")}


def test_the_saved_check_is_a_file_without_the_whole_serial_in_its_name(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/21/INSPECTED?format=json", headers=BROWSER)
    assert answer.headers["Content-Disposition"] == "attachment; filename=check-CTED.json"
    assert answer.json["verdict"] == "unclaimed"


def test_head_is_answered_like_get_without_the_page(client: FlaskClient) -> None:
    address = f"/01/{GTIN}/21/INSPECTED"
    answer = client.head(address)
    assert (answer.status_code, answer.data) == (200, b"")
    assert client.head(f"/01/{GTIN}/21/NOBODY").status_code == 404


@pytest.mark.parametrize("address", ["/", "/check", "/check?code=NOBODY1", f"/01/{GTIN}/21/A", f"/01/{GTIN}/21/NOBODY"])
def test_no_page_for_buyers_sets_a_cookie_or_needs_a_script(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert "Set-Cookie" not in answer.headers
    # What describes the item to machines is data: browsers run nothing of it.
    assert set(re.findall(r"<script[^>]*>", answer.text)) <= {'<script type="application/ld+json">'}


def test_nothing_private_is_in_the_page_or_in_the_json(client: FlaskClient) -> None:
    address = f"/01/{GTIN}/21/INSPECTED"
    for headers in (BROWSER, JSON):
        assert "canary" not in client.get(address, headers=headers).text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("it", "it"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("de, pt;q=0.9", "en"),
        ("de, it;q=0.5", "it"),
        ("", "en"),
    ],
)
def test_the_page_speaks_the_first_language_of_the_browser_that_it_has(
    client: FlaskClient, accepted: str, language: str
) -> None:
    answer = client.get(f"/01/{GTIN}/21/A", headers=BROWSER | {"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == language


def test_a_language_chosen_on_the_page_wins(client: FlaskClient) -> None:
    answer = client.get(f"/01/{GTIN}/21/A?lang=fr", headers=BROWSER | {"Accept-Language": "it"})
    assert "Correspond au registre de Maison Exemple" in answer.text
    assert client.get(f"/01/{GTIN}/21/A?lang=xx", headers={"Accept-Language": "it"}).headers["Content-Language"] == "it"


def test_one_who_says_that_it_looks_different_is_told_so_and_keeps_that_in_another_language(
    client: FlaskClient,
) -> None:
    answer = client.get(f"/01/{GTIN}/21/A?looks=different", headers=BROWSER)
    assert headline(answer.text) == "This code belongs to something else"
    assert "?looks=different&amp;lang=fr" in answer.text


# --- What the page tells ----------------------------------------------------------------------------------


def test_the_page_tells_what_happened_in_order_and_what_inspectors_saw(stage: Stage, client: FlaskClient) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "grey").save(picture, "JPEG")
    picture.seek(0)
    photo = store_evidence(stage.ledger, stage.inspector, picture)
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 2, "B", points=31)
    report = {"basis": "Stitching and stamp are as they should be."}
    ri.record(stage.ledger, stage.inspector, ri.inspection(GTIN, "INSPECTED", facts, report, [photo.sha256]))
    stage.follow()
    ri.record(stage.ledger, stage.brand, ri.service(GTIN, "INSPECTED", Service.REPAIR, {"what": "A new clasp."}))
    stage.follow()
    text = client.get(f"/01/{GTIN}/21/INSPECTED", headers=BROWSER).text
    words = [
        "Made in Italy",
        "Registered by Maison Exemple",
        "Inspected by Lux Check: consistent with genuine",
        "Repaired by Maison Exemple",
    ]
    places = [text.index(one, text.index('id="timeline"')) for one in words]
    assert places == sorted(places)
    assert "Stitching and stamp are as they should be." in text
    assert "24 months of warranty" in text
    small = client.get(f"/evidence/{photo.sha256}/small")
    assert f"/evidence/{photo.sha256}/small" in text
    assert Image.open(io.BytesIO(small.data)).size == (192, 128)
    whole = client.get(f"/evidence/{photo.sha256}")
    assert whole.mimetype == "image/jpeg"
    assert "sandbox" in whole.headers["Content-Security-Policy"]


def test_a_document_is_saved_not_opened_and_has_a_small_picture_too(stage: Stage, client: FlaskClient) -> None:
    kept = store_evidence(stage.ledger, stage.inspector, io.BytesIO(b"%PDF-1.7\n%%EOF\n"))
    whole = client.get(f"/evidence/{kept.sha256}")
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/evidence/{kept.sha256}/small").data.startswith(b"\x89PNG")


def test_an_inspection_that_was_taken_back_stays_in_view_as_such(stage: Stage, client: FlaskClient) -> None:
    facts = InspectionFacts(Authenticity.NOT_GENUINE, Method.PHOTOS)
    first = ri.record(stage.ledger, stage.inspector, ri.inspection(GTIN, "B", facts, {"basis": "The font."}))
    stage.follow()
    about = first.statement.nonce or 0
    taken = ri.withdrawal(GTIN, "B", about, WithdrawalReason.MISTAKE, {"reason": "Wrong season."})
    ri.record(stage.ledger, stage.inspector, taken)
    stage.follow()
    text = client.get(f"/01/{GTIN}/21/B", headers=BROWSER).text
    assert "Inspected by Lux Check: not genuine" in text
    assert "Lux Check took back what it had recorded; the earlier entry stays in view" in text


def test_a_description_that_was_changed_says_what_it_was_before(stage: Stage, client: FlaskClient) -> None:
    for colour in ("brown", "tan"):
        amend(stage.ledger, stage.brand, GTIN, "F", {"model_ref": "Sac Lune 25", "colour": colour})
        stage.follow()
    text = " ".join(client.get(f"/01/{GTIN}/21/F", headers=BROWSER).text.split())
    assert "changed the description; the earlier one stays on record: colour was “black”" in text
    assert "the earlier one stays on record: colour was “brown”" in text
    assert "tan</span>" in text
    assert "canary" not in text


def test_the_page_shows_where_anyone_can_check_without_us(stage: Stage, client: FlaskClient) -> None:
    with stage.ledger.store.read() as tx:
        deployed = tx.meta.get("deployment")
    text = client.get(f"/01/{GTIN}/21/INSPECTED", headers=BROWSER).text
    assert deployed["contract"] in text
    assert str(deployed["chain_id"]) in text


@pytest.mark.parametrize("sha256", ["0" * 64, "x" * 64, "../../etc/passwd", "A" * 64])
def test_a_picture_that_is_not_kept_is_not_found(client: FlaskClient, sha256: str) -> None:
    assert client.get(f"/evidence/{sha256}").status_code == 404
    assert client.get(f"/evidence/{sha256}/small").status_code == 404


# --- When something does not answer -----------------------------------------------------------------------


def test_without_a_node_a_known_item_is_unavailable_never_unknown(stage: Stage, client: FlaskClient) -> None:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now() - 300)
    answer = client.get(f"/01/{GTIN}/21/A", headers=BROWSER)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert headline(answer.text) == "We can't confirm this right now"


def test_without_a_node_nobody_is_told_that_there_is_no_record(stage: Stage, client: FlaskClient) -> None:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now() - 300)
    answer = client.get(f"/01/{GTIN}/21/NOBODY", headers=BROWSER)
    assert (answer.status_code, headline(answer.text)) == (503, "We can't confirm this right now")


def test_without_a_node_bad_news_is_told_all_the_same(stage: Stage, client: FlaskClient) -> None:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now() - 300)
    answer = client.get(f"/01/{GTIN}/21/STOLEN", headers=BROWSER)
    assert (answer.status_code, headline(answer.text)) == (200, "Reported stolen. Don't buy")


@pytest.mark.parametrize("address", [f"/01/{GTIN}/21/A", f"/01/{GTIN}", f"/01/{GTIN}/21/NOBODY", "/check?code=A"])
def test_without_the_database_the_answer_is_that_we_cannot_tell(stage: Stage, tmp_path: Path, address: str) -> None:
    away = Store(f"sqlite:///{tmp_path / 'nowhere' / 'touchmark.db'}")
    lost = replace(stage.ledger, store=away)
    from web import create_app

    answer = create_app(stage.settings, lost).test_client().get(address, headers=BROWSER)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert headline(answer.text) == "We can't confirm this right now"
    for untrue in ("no record", "Recorded", "Registered", "not yet final"):
        assert untrue not in answer.text
    away.engine.dispose()


# --- Typed codes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("INSPECTED", "INSPECTED"),
        ("  INSPECTED ", "INSPECTED"),
        ("Small-Case_1", "Small-Case_1"),
        (f"https://elsewhere.example/01/{GTIN}/21/%2F", "/"),
        (f"(01){GTIN}(21)INSPECTED", "INSPECTED"),
        (f"{GTIN} %2F", "%2F"),
        ("a/b", "a/b"),
    ],
)
def test_a_typed_code_leads_to_the_items_own_page(client: FlaskClient, typed: str, serial: str) -> None:
    answer = client.get("/check", query_string={"code": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, path(GTIN, serial))


def test_small_and_capital_letters_are_two_items_where_the_brand_uses_both(client: FlaskClient) -> None:
    for serial in ("a", "A"):
        assert client.get("/check", query_string={"code": serial}).headers["Location"] == path(GTIN, serial)


def test_a_serial_of_ours_is_found_however_it_is_typed(stage: Stage, client: FlaskClient) -> None:
    (item,) = stage.register([{"colour": "red"}])
    shown = f"{item.serial[:4]}-{item.serial[4:8]} {item.serial[8:]}".lower()
    answer = client.get("/check", query_string={"code": shown})
    assert answer.headers["Location"] == path(GTIN, item.serial)


def test_an_address_typed_in_small_letters_leads_to_the_item(stage: Stage, client: FlaskClient) -> None:
    (item,) = stage.register([{"colour": "green"}])
    answer = client.get(path(GTIN, item.serial.lower()), headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, path(GTIN, item.serial))


def test_a_registered_batch_shows_its_leaves_and_no_serials(stage: Stage, client: FlaskClient) -> None:
    (item,) = stage.register([{"colour": "blue", "private_note": "for the archive"}])
    with stage.ledger.store.read() as tx:
        batch = tx.batches.get(item.batch_id)
    assert batch is not None
    answer = client.get(f"/manifests/{batch.public_file}")
    head, line = gzip.decompress(answer.data).decode().splitlines()
    assert json.loads(head) == {"version": 1, "brand": batch.brand, "count": 1}
    # A batch of one item: its leaf is the root that stands on the chain.
    assert json.loads(line)["leaf"] == bytes(batch.root or b"").hex()
    assert item.serial not in line
    assert "archive" not in line
    assert client.get(f"/manifests/{batch.private_file}").status_code == 404


def test_a_serial_that_two_models_share_asks_which(client: FlaskClient) -> None:
    answer = client.get("/check?code=TWOFOLD")
    assert answer.status_code == 200
    assert path(GTIN, "TWOFOLD") in answer.text
    assert path(OTHER_GTIN, "TWOFOLD") in answer.text
    assert "Ceinture 3" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7K3M 9QX2 TP4é", "é"),
        ("7K3M9QX2TP4", "11 characters"),
        ("7K3M9QX2TP4A", "misread"),
        ("x" * 501, "501 characters"),
    ],
)
def test_a_typed_code_that_cannot_be_right_is_told_why(client: FlaskClient, typed: str, said: str) -> None:
    answer = client.get("/check", query_string={"code": typed})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_serial_that_nobody_has_is_unknown_and_the_form_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.get("/check?code=NOBODY-1")
    assert answer.status_code == 404
    assert 'value="NOBODY-1"' in answer.text


def test_what_is_typed_is_shown_as_text(client: FlaskClient) -> None:
    assert "<b>x" not in client.get("/check", query_string={"code": "<b>x</b>"}).text


# --- Counting ---------------------------------------------------------------------------------------------


def test_a_scan_is_counted_with_nothing_about_who_looked(stage: Stage) -> None:
    app = stage.app()
    client = app.test_client()
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, "C")[0].item
        before = tx.scans.count_of(item)[0]
    client.get(path(GTIN, "C"), headers={"User-Agent": "canary-agent"}, environ_base={"REMOTE_ADDR": "8.8.4.4"})
    client.head(path(GTIN, "C"))
    app.extensions["scan_notes"].settle()
    with stage.ledger.store.read() as tx:
        assert tx.scans.count_of(item)[0] == before + 1
        kept = str(tx.connection.execute(sql("SELECT * FROM scans")).all())
    assert "unclaimed" in kept
    assert "canary-agent" not in kept
    assert "8.8.4.4" not in kept


def test_readers_of_chinese_are_told_which_check_this_is(stage: Stage) -> None:
    app = stage.app()
    client = app.test_client()
    address = path(OTHER_GTIN, "TWOFOLD") + "?lang=zh-Hans"
    for count in (1, 2, 3):
        assert f"第 {count} 次查询" in client.get(address).text
        app.extensions["scan_notes"].settle()


def test_a_scan_that_cannot_be_counted_is_answered_all_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("web.scan.notes.note_scans", broken)
    app = stage.app()
    client = app.test_client()
    for _ in range(3):
        assert client.get(path(GTIN, "E")).status_code == 200
        app.extensions["scan_notes"].settle()


def test_too_many_checks_are_asked_to_wait_but_told_of_theft(stage: Stage) -> None:
    client = stage.app(pace=Pace(anonymous_items=3)).test_client()
    there = {"REMOTE_ADDR": "8.8.8.8"}
    for _ in range(3):
        assert client.get(path(GTIN, "A"), environ_base=there).status_code == 200
    slow = client.get(path(GTIN, "A"), environ_base=there, headers=BROWSER)
    assert slow.status_code == 429
    assert 1 <= int(slow.headers["Retry-After"]) <= 61
    assert headline(slow.text) == "Too many checks from this connection"
    assert client.get("/check?code=NOBODY-1", environ_base=there).status_code == 429
    stolen = client.get(path(GTIN, "STOLEN"), environ_base=there, headers=BROWSER)
    assert (stolen.status_code, headline(stolen.text)) == (200, "Reported stolen. Don't buy")
    assert client.get(path(GTIN, "A"), environ_base={"REMOTE_ADDR": "8.8.8.9"}).status_code == 200


def test_a_proxy_that_was_not_named_does_not_turn_all_buyers_away(stage: Stage) -> None:
    client = stage.app(pace=Pace(anonymous_items=3)).test_client()
    for _ in range(6):
        assert client.get(path(GTIN, "A"), environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 200
