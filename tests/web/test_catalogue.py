"""The catalogue at the desk and beside a scan: described once, seen by every buyer, mistakes undone."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from ledger.domain.errors import Unavailable
from ledger.domain.identity import path
from ledger.domain.lines import LineText, Words
from ledger.domain.organisations import Role, Scope
from ledger.services.keep_line import keep_line
from ledger.services.organisations import add_organisation
from tests.web.stage import GTIN, OTHER_GTIN, Stage, on_each_database
from tests.web.test_console import Visitor
from web.scan import looks

PAGE = f"/console/catalogue/{GTIN}"
FORM = {
    "name": "Sac Lune 25",
    "version": "0",
    "looks-en": "Nine stitches to the inch\r\nA moon pressed into the clasp",
    "care-en": "Wipe with a soft dry cloth.",
    "looks-fr": "Neuf points au pouce",
    "description-fr": "Un sac du soir.",
    "note": "Reserved for Paris",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("catalogue")) as made:
        made.register(
            [
                {"serial": "BLACK", "colour": "black"},
                {"serial": "IVORY", "colour": "ivory"},
                {"serial": "BARE", "gtin": OTHER_GTIN, "model_ref": "Sac Soleil"},
            ]
        )
        yield made


@pytest.fixture
def anyone(stage: Stage) -> Visitor:
    return Visitor(stage.app().test_client())


@pytest.fixture
def brand(stage: Stage, anyone: Visitor) -> Visitor:
    assert anyone.sign_in(stage.key("maison")).status_code == 303
    return anyone


@pytest.fixture
def described(stage: Stage, brand: Visitor) -> Visitor:
    """The brand, with the line as FORM has it and no photo."""
    with stage.ledger.store.write() as tx:
        tx.lines.drop(GTIN)
    assert brand.post(PAGE, PAGE, **FORM).status_code == 303
    return brand


def photo(size: tuple[int, int] = (700, 500)) -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", size, tuple(secrets.randbelow(256) for _ in range(3))).save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "photo.jpg"


def send(visitor: Visitor, *photos: object) -> TestResponse:
    return visitor.post(PAGE, f"{PAGE}/photos", photos=list(photos) if len(photos) > 1 else photos[0])


def names(stage: Stage) -> list[str]:
    with stage.ledger.store.read() as tx:
        found = tx.lines.get(GTIN)
    assert found is not None
    return [one.sha256 for one in found.photos]


def scan(visitor: Visitor, serial: str = "BLACK", query: str = "") -> str:
    return visitor.get(path(GTIN, serial) + query).text


# --- At the desk ------------------------------------------------------------------------------------------


def test_an_empty_catalogue_says_what_it_is_for_and_which_models_wait(stage: Stage, brand: Visitor) -> None:
    with stage.ledger.store.write() as tx:
        tx.lines.drop(GTIN)
    page = brand.get("/console/catalogue").text
    assert "The catalogue is empty" in page
    assert f'href="{PAGE}?name=Sac+Lune+25"' in page
    assert "Sac Soleil" in page
    form = brand.get(f"{PAGE}?name=Sac+Lune+25").text
    assert 'value="Sac Lune 25"' in form


def test_what_is_kept_is_in_the_list_and_can_be_found_and_exported(described: Visitor) -> None:
    assert "Kept. Buyers see it from now on." in described.get(f"{PAGE}?saved=1").text
    for query in ("", "?find=lune", f"?find={GTIN[3:9]}", "?sort=gtin", "?sort=changed", "?sort=nonsense&page=x"):
        assert "Sac Lune 25" in described.get(f"/console/catalogue{query}").text
    for missing in ("Soleil", "100%", "_"):
        assert "Nothing by that name" in described.client.get("/console/catalogue", query_string={"find": missing}).text
    table = described.get("/console/catalogue.csv").get_data(as_text=True)
    assert "Reserved for Paris" in table
    assert "Neuf points au pouce" in table


def test_what_cannot_be_kept_comes_back_as_it_was_typed_with_its_fault(described: Visitor) -> None:
    wrong = FORM | {"version": "1", "name": "", "care-en": "typed with care", "programme_start": "soon"}
    answer = described.post(PAGE, PAGE, **wrong)
    assert answer.status_code == 422
    assert "typed with care" in answer.text
    assert 'id="name-fault"' in answer.text
    assert 'id="programme_start-fault"' in answer.text
    assert "Sac Lune 25" in described.get(PAGE).text


def test_two_who_write_at_once_are_told(described: Visitor) -> None:
    assert described.post(PAGE, PAGE, **(FORM | {"version": "1", "name": "First"})).status_code == 303
    late = described.post(PAGE, PAGE, **(FORM | {"version": "1", "name": "Second"}))
    assert late.status_code == 422
    assert "Somebody changed this line" in late.text
    assert 'value="Second"' in late.text


def test_another_brand_and_a_key_without_the_scope_are_refused(stage: Stage, described: Visitor) -> None:
    add_organisation(
        stage.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952199"]
    )
    for key in (stage.key("rival"), stage.key("maison", Scope.READ), stage.key("luxcheck")):
        other = Visitor(stage.app().test_client())
        other.sign_in(key)
        assert other.get(PAGE).status_code == 403
    rival = Visitor(stage.app().test_client())
    rival.sign_in(stage.key("rival"))
    refused = rival.post("/console/catalogue", PAGE, **FORM)
    assert refused.status_code == 403
    assert "Sac Lune 25" not in rival.get("/console/catalogue").text


def test_photos_are_sent_moved_described_removed_and_taken_back(stage: Stage, described: Visitor) -> None:
    assert send(described, photo(), photo(), photo()).status_code == 303
    one, two, three = names(stage)

    def act(sha256: str, what: str, **fields: str) -> TestResponse:
        return described.post(PAGE, f"{PAGE}/photos/{sha256}/{what}", **fields)

    act(three, "first")
    assert names(stage) == [three, one, two]
    act(three, "later")
    assert names(stage) == [one, three, two]
    act(two, "earlier")
    assert names(stage) == [one, two, three]
    act(one, "earlier")
    act(three, "later")
    assert names(stage) == [one, two, three]
    act(two, "words", **{"caption-en": "The clasp", "colourway": "ivory"})
    assert "The clasp" in described.get(PAGE).text
    gone = act(two, "remove")
    assert names(stage) == [one, three]
    after = described.get(gone.headers["Location"]).text
    assert "For a day you can take that back" in after
    assert re.search(rf'action="[^"]+/photos/{two}/restore"', after)
    act(two, "restore")
    assert names(stage) == [one, two, three]
    assert act(two, "burn").status_code == 404
    assert act("0" * 64, "first").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 renamed", "This is a PDF"),
        (b"not a picture", "not a JPEG, PNG or WebP photo"),
        (photo((200, 200))[0].getvalue(), "It needs 320"),
    ],
)
def test_a_wrong_photo_is_named_and_those_before_it_are_kept(
    stage: Stage, described: Visitor, content: bytes, said: str
) -> None:
    answer = send(described, photo(), (io.BytesIO(content), "holiday.jpg"), photo())
    assert answer.status_code == 422
    assert "“holiday.jpg”" in answer.text
    assert said in answer.text
    assert "1 photo before it is kept." in answer.text
    assert len(names(stage)) == 1


def test_no_photo_chosen_is_said(described: Visitor) -> None:
    assert "Choose a photo first." in send(described, (io.BytesIO(b""), "")).text


def test_the_desk_shows_beside_it_what_buyers_see_and_that_the_note_is_not(described: Visitor) -> None:
    page = described.get(PAGE).text
    preview = page[page.index('class="preview"') :]
    assert "Nine stitches to the inch" in preview
    assert "Reserved for Paris" not in preview
    assert "Your note is not shown." in preview


# --- Beside a scan ----------------------------------------------------------------------------------------


def test_the_scan_page_shows_the_photo_of_its_colour_from_our_own_host(
    stage: Stage, described: Visitor, anyone: Visitor
) -> None:
    send(described, photo(), photo())
    black, ivory = names(stage)
    described.post(PAGE, f"{PAGE}/photos/{ivory}/words", **{"caption-en": "In ivory", "colourway": "Ivory"})
    page = scan(anyone)
    assert f'src="/photos/{black}/320"' in page
    assert f"/photos/{black}/96 96w" in page
    assert 'width="72" height="72" loading="lazy"' in page
    assert 'alt="What it should look like"' in page
    page = scan(anyone, "IVORY")
    assert f'src="/photos/{ivory}/320"' in page
    assert 'alt="What it should look like: In ivory"' in page
    assert "Reserved for Paris" not in page
    assert anyone.get(f"/photos/{black}/96").mimetype == "image/webp"


def test_the_page_asks_whether_the_thing_looks_like_it_and_a_no_changes_the_answer(
    stage: Stage, described: Visitor, anyone: Visitor
) -> None:
    send(described, photo())
    assert 'href="?looks=compare"' in scan(anyone)
    page = scan(anyone, query="?looks=compare")
    assert "Does it look like this?" in page
    assert "Nine stitches to the inch" in page
    assert "A good copy can look the same" in page
    no = re.search(r'href="(\?[^"]*looks=different[^"]*)"[^>]*>No, mine is different', page)
    assert no
    answer = scan(anyone, query=no[1].replace("&amp;", "&"))
    assert "This code belongs to something else" in answer


def test_care_and_words_come_in_the_readers_language_or_in_english(described: Visitor, anyone: Visitor) -> None:
    assert "Wipe with a soft dry cloth." in scan(anyone)
    french = scan(anyone, query="?looks=compare&lang=fr")
    assert "Neuf points au pouce" in french
    assert "Un sac du soir." in french
    assert "Nine stitches" in scan(anyone, query="?looks=compare&lang=it")
    assert 'href="?looks=compare&amp;lang=fr"' in scan(anyone, query="?lang=fr")


def test_a_model_without_photo_or_points_asks_the_old_question(anyone: Visitor) -> None:
    page = anyone.get(path(OTHER_GTIN, "BARE")).text
    assert "looks=compare" not in page
    assert "looks=different" in page
    assert anyone.get(path(OTHER_GTIN, "BARE") + "?looks=compare").status_code == 200


def test_a_code_that_names_only_the_model_shows_it_once_its_programme_has_begun(
    stage: Stage, described: Visitor, anyone: Visitor
) -> None:
    send(described, photo())
    assert names(stage)[0] in anyone.get(f"/01/{GTIN}").text
    coming = LineText("Secret model", {"en": Words("Soon")}, programme_start="2999-01-01")
    keep_line(stage.ledger, stage.brand, GTIN, coming)
    page = anyone.get(f"/01/{GTIN}").text
    assert "Secret model" not in page
    assert names(stage)[0] not in page


def test_an_unknown_code_says_since_when_its_own_line_is_registered(
    stage: Stage, described: Visitor, anyone: Visitor
) -> None:
    keep_line(stage.ledger, stage.brand, GTIN, LineText("Sac Lune 25", programme_start="2019-05-01"))
    assert "since May 2019" in scan(anyone, "N0TTHERE")
    keep_line(stage.ledger, stage.brand, GTIN, LineText("Sac Lune 25", programme_start="2999-05-01"))
    assert "2999" not in scan(anyone, "N0TTHERE")


def test_words_of_a_brand_are_words_and_no_markup(described: Visitor, anyone: Visitor) -> None:
    evil = "<script>alert(1)</script>"
    described.post(PAGE, PAGE, **(FORM | {"version": "1", "name": evil, "looks-en": evil, "care-en": evil}))
    for page in (scan(anyone), scan(anyone, query="?looks=compare"), described.get(PAGE).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_without_the_database_the_answer_comes_without_a_photo(
    anyone: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(looks, "line_of", silent)
    page = scan(anyone)
    assert "/photos/" not in page
    assert 'id="verdict"' in page
