"""A marketplace's listings on pages: looked through, tried without being kept, challenged, and decided again."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from ledger.domain.organisations import Scope
from ledger.screening.packs import own_packs
from ledger.services.organisations import operator_as
from tests.web.api.test_listings import listing
from tests.web.desk.conftest import Visiting
from tests.web.stage import Stage
from tests.web.test_console import Visitor
from web.console import desk_listings

HERE = "/console/listings"


def photo(shade: int = 80) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 300), shade).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def platform(visiting: Visiting) -> Visitor:
    return visiting("bazar")


@pytest.fixture(scope="module")
def sent(asking: Any) -> list[dict[str, Any]]:
    """Three listings: a copy, one that names the mark without a code, and a plain one with a photo and a price."""
    bazar = asking("bazar")
    kept = bazar._json(bazar.ask("POST", "/v1/listings/photos", data=photo(), content_type="image/png"), 201)
    price = {"amount": 12_050, "currency": "EUR"}
    made = [
        listing(title="Maison Exemple replica bag"),
        listing(title="Maison Exemple bag"),
        listing(title="50% off_grey <b>bag</b>", photos=[kept["sha256"]], price=price),
    ]
    bazar.post("/v1/listings/screen", {"listings": made})
    return made


def page_of(platform: Visitor, sent: dict[str, Any]) -> str:
    found = re.search(rf'href="({HERE}/lst_[0-9A-Z]+)"', platform.get(f"{HERE}?find={sent['ref']}").text)
    assert found
    return found[1]


def test_without_listings_the_page_says_what_to_do(visiting: Visiting) -> None:
    page = visiting("marche").get(HERE).text
    assert "No listing yet" in page
    assert f'action="{HERE}"' not in page


def test_listings_are_searched_sorted_and_told_by_state(platform: Visitor, sent: list[dict[str, Any]]) -> None:
    everything = platform.get(HERE).text
    assert all(one["ref"] in everything for one in sent)
    assert "50% off_grey &lt;b&gt;bag&lt;/b&gt;" in everything
    assert "€120.50" in everything
    found = platform.get(f"{HERE}?find=OFF_GREY").text
    assert sent[2]["ref"] in found
    assert sent[0]["ref"] not in found
    assert "No listing is like that" in platform.get(f"{HERE}?find=off-grey").text
    blocked = platform.get(f"{HERE}?decision=block&state=live&sort=oldest").text
    assert sent[0]["ref"] in blocked
    assert sent[2]["ref"] not in blocked
    gravest = platform.get(f"{HERE}?sort=gravest").text
    assert gravest.index(sent[0]["ref"]) < gravest.index(sent[1]["ref"]) < gravest.index(sent[2]["ref"])
    assert sent[2]["ref"] in platform.get(f"{HERE}?sort=nonsense&state=x&decision=y&page=-3").text


def test_the_list_is_exported_as_it_was_asked_for_and_no_cell_is_a_formula(
    platform: Visitor, sent: list[dict[str, Any]], asking: Any
) -> None:
    asking("bazar").post("/v1/listings/screen", {"listings": [listing(title="=1+1 Maison Exemple replica")]})
    answer = platform.get(f"{HERE}.csv?decision=block")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert sent[0]["ref"] in {row["ref"] for row in rows}
    assert {row["decision"] for row in rows} == {"block"}
    assert "beside words that say the thing is a copy" in rows[0]["words"]
    assert not any(row["title"].startswith("=") for row in rows)


def test_an_export_that_cannot_hold_all_says_how_many_it_leaves_out(
    platform: Visitor, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refs() -> list[str]:
        rows = csv.DictReader(io.StringIO(platform.get(f"{HERE}.csv?sort=oldest").data.decode("utf-8-sig")))
        return [row["ref"] for row in rows]

    whole = refs()
    monkeypatch.setattr(desk_listings, "_MOST_ROWS", 2)
    assert refs() == [*whole[:2], f"And {len(whole) - 2} more."]
    monkeypatch.setattr(desk_listings, "_MOST_ROWS", len(whole))
    assert refs() == whole


def test_a_listing_has_its_reasons_in_sentences_its_photos_and_its_history(
    platform: Visitor, sent: list[dict[str, Any]]
) -> None:
    copy = platform.get(page_of(platform, sent[0])).text
    assert "“Maison Exemple”: A brand&#39;s name stands beside words that say the thing is a copy." in copy
    assert "Do not show it" in copy
    assert "No photo came with it" in copy
    with_photo = page_of(platform, sent[2])
    page = platform.get(with_photo).text
    assert "Nothing speaks against it" in page
    assert "Its photos are still to be compared" in page
    [shown] = set(re.findall(rf'src="({with_photo}/photos/[0-9a-f]+)"', page))
    answer = platform.get(shown)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert platform.get(shown[:-1] + ("0" if shown[-1] != "0" else "1")).status_code == 404


def test_a_listing_is_seen_by_its_own_marketplace_alone(
    visiting: Visiting, platform: Visitor, sent: list[dict[str, Any]]
) -> None:
    path, other = page_of(platform, sent[2]), visiting("marche")
    shown = re.findall(rf'src="({path}/photos/[0-9a-f]+)"', platform.get(path).text)[0]
    decision = re.findall(rf'href="({path}/decisions/[^"]+)"', platform.get(path).text)[0]
    for address in (path, shown, decision):
        assert other.get(address).status_code == 404, address
    assert sent[2]["ref"] not in other.get(f"{HERE}?find={sent[2]['ref']}").text.replace("value=", "")
    assert sent[2]["ref"] not in other.get(f"{HERE}.csv").text
    for act in ("end", "challenge", "challenge/photo", "challenge/decision"):
        assert other.post(HERE + "/try", f"{path}/{act}", accepted="yes").status_code == 404, act
    for stranger in (visiting("maison"), visiting("bazar", Scope.READ, Scope.CHECK)):
        for address in (HERE, f"{HERE}.csv", path, shown, f"{HERE}/try", f"{HERE}/rules"):
            assert stranger.get(address).status_code == 403, address
    assert HERE not in visiting("bazar", Scope.READ, Scope.CHECK).get("/console/").text
    assert platform.get(f"{HERE}/lst_nothing").status_code == 404


def test_a_seller_is_asked_for_three_words_and_a_person_looks(
    shared: Stage, platform: Visitor, sent: list[dict[str, Any]]
) -> None:
    path = page_of(platform, sent[1])
    early = platform.post(path, f"{path}/challenge/photo", photo=(io.BytesIO(photo(10)), "a.png"))
    assert early.status_code == 404
    assert "No photo was asked for" in early.text
    assert platform.post(path, f"{path}/challenge").status_code == 303
    words = re.findall(r'<p class="big">([a-z]+ [a-z]+ [a-z]+)</p>', platform.get(path).text)
    assert len(words) == 1
    # A photo counts that came in a later second than the words.
    shared.ahead += 2
    none = platform.post(path, f"{path}/challenge/photo")
    assert (none.status_code, "Choose a photo first" in none.text) == (422, True)
    wrong = platform.post(path, f"{path}/challenge/photo", photo=(io.BytesIO(b"no photo"), "a.png"))
    assert wrong.status_code == 422
    handed = platform.post(path, f"{path}/challenge/photo", photo=(io.BytesIO(photo(120)), "a.png"))
    assert handed.status_code == 303, handed.text
    page = platform.get(path).text
    assert "Waits for your eyes" in page
    [shown] = set(re.findall(rf'src="({path}/photos/[0-9a-f]+)"', page))
    assert platform.get(shown).status_code == 200
    assert platform.post(path, f"{path}/challenge/decision", accepted="perhaps").status_code == 422
    assert platform.post(path, f"{path}/challenge/decision", accepted="no").status_code == 303
    page = platform.get(path).text
    assert "A reviewer did not find the three words" in page
    assert "The photo with three words was looked at" in page


def test_a_listing_is_tried_and_nothing_of_it_is_kept(shared: Stage, platform: Visitor) -> None:
    bazar = operator_as(shared.ledger, "bazar").organisation.id

    def kept() -> tuple[int, int, int]:
        with shared.ledger.store.read() as tx:
            rows = sum(tx.listings.counts(bazar).values())
            return rows, tx.desk_log.head()[0], len(shared.ledger.files.names("listing-photos"))

    before = kept()
    form = {"title": "M a i s o n  Exemple replica", "amount": "1 200,5", "currency": "eur", "territory": "fr"}
    answer = platform.post(
        f"{HERE}/try", f"{HERE}/try", **form, codes="ABC\n", photos=(io.BytesIO(photo(99)), "a.png"), language="en"
    )
    assert answer.status_code == 200, answer.text
    assert "Do not show it" in answer.text
    assert "Listings of copies are not shown here" in answer.text
    assert "compared with the very same ones only" in answer.text
    assert kept() == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Write the title"),
        ({"title": "x", "amount": "12,345", "currency": "EUR"}, "Write the price as in 120.50"),
        ({"title": "x", "amount": "1e400", "currency": "EUR"}, "Write the price as in 120.50"),
        ({"title": "x", "amount": "NaN", "currency": "EUR"}, "Write the price as in 120.50"),
        ({"title": "x", "amount": "12", "currency": "€"}, "The currency is three letters"),
        ({"title": "x", "territory": "XX"}, "is not a territory"),
        ({"title": "x", "since": "yesterday"}, "2026-01-31"),
        ({"title": "x", "codes": "a\n" * 11}, "10 codes at most"),
        ({"title": "x", "photos": (io.BytesIO(b"GIF89a"), "a.gif")}, "JPEG"),
    ],
)
def test_what_cannot_be_tried_has_a_sentence_and_comes_back_as_it_was_typed(
    platform: Visitor, fields: dict[str, Any], words: str
) -> None:
    answer = platform.post(f"{HERE}/try", f"{HERE}/try", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{fields["title"]}"' in answer.text


def test_a_decision_is_made_again_by_its_own_rules_and_by_those_of_now(
    platform: Visitor, sent: list[dict[str, Any]]
) -> None:
    path = page_of(platform, sent[0])
    again = re.findall(rf'href="({path}/decisions/[^"]+)"', platform.get(path).text)[0]
    page = platform.get(again).text
    assert "The same rules make the same decision again" in page
    assert "The reasons are the same" in page
    other = page_of(platform, sent[1]).rsplit("/", 1)[1]
    assert platform.get(again.replace(path.rsplit("/", 1)[1], other)).status_code == 404


def test_the_rules_are_shown_and_another_pack_is_compared(platform: Visitor, sent: list[dict[str, Any]]) -> None:
    page = platform.get(f"{HERE}/rules").text
    assert "Rule pack 2 of" in page
    assert "mark.disguised" in page
    same = platform.post(f"{HERE}/rules", f"{HERE}/rules").text
    assert re.search(r"(\d+) of \1 came out the same", same)
    pack = json.loads(json.dumps(own_packs()[-1].body)) | {"version": 3}
    pack["detectors"]["mark.copy"]["on"] = False
    file = (io.BytesIO(json.dumps(pack).encode()), "pack.json")
    compared = platform.post(f"{HERE}/rules", f"{HERE}/rules", pack=file).text
    assert "Milder by the other rules" in compared
    wrong = platform.post(f"{HERE}/rules", f"{HERE}/rules", pack=(io.BytesIO(b"[" * 70_000), "pack.json"))
    assert (wrong.status_code, "A rule pack is a JSON object" in wrong.text) == (422, True)


def test_a_listing_is_noted_as_ended(platform: Visitor, asking: Any) -> None:
    one = listing()
    asking("bazar").post("/v1/listings/screen", {"listings": [one]})
    path = page_of(platform, one)
    assert platform.post(path, f"{path}/end").status_code == 303
    page = platform.get(path).text
    assert f'action="{path}/end"' not in page
    refused = platform.post(HERE + "/try", f"{path}/challenge")
    assert (refused.status_code, "has ended" in refused.text) == (409, True)
