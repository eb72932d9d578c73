from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from ledger.domain.claim_codes import make_code
from ledger.domain.errors import Invalid
from ledger.files import claim_cards
from ledger.files.claim_cards import CARD, PANEL, CardWords, ClaimCard, write_claim_cards
from tests.unit.files.label_cases import GTIN, codes, labels, texts


def cards(count: int) -> list[ClaimCard]:
    made = []
    for number, label in enumerate(labels(count)):
        code = make_code(lambda size, number=number: bytes([number + 7]) * size)  # type: ignore[misc]
        made.append(ClaimCard(GTIN, label.serial, code, f"{label.uri}#{code}"))
    return made


def pdf(*some: ClaimCard, words: CardWords | None = None) -> bytes:
    out = io.BytesIO()
    write_claim_cards(out, some, words=words)
    return out.getvalue()


def test_each_card_is_a_page_of_the_size_of_a_bank_card() -> None:
    document = pypdfium2.PdfDocument(pdf(*cards(3)))
    assert len(document) == 3
    assert [side * 25.4 / 72 for side in document[0].get_size()] == pytest.approx(CARD, abs=0.01)


def test_the_code_is_on_the_card_as_text_in_groups_and_in_the_fragment_of_the_link() -> None:
    data = pdf(*cards(3))
    assert codes(data) == [card.claim_url for card in cards(3)]
    for card in cards(3):
        assert " ".join(re.findall("....|.$", card.code)) in texts(data)
        assert card.serial[:4] in texts(data)


def test_everything_secret_lies_under_the_panel() -> None:
    page = pypdfium2.PdfDocument(pdf(*cards(1)))[0]
    card = cards(1)[0]
    left, top, width, height = PANEL
    text = page.get_textpage()
    index, count = text.search(card.code[:4]).get_next()
    end = index + len(" ".join(re.findall("....|.$", card.code))) - 1
    assert count == 4
    for place in (index, end):
        x1, y1, x2, y2 = (value * 25.4 / 72 for value in text.get_charbox(place))
        assert left < x1 < x2 < left + width
        assert top < CARD[1] - y2 < CARD[1] - y1 < top + height
    found = zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())
    assert len(found) == 1
    for corner in (found[0].position.top_left, found[0].position.bottom_right):
        assert left < corner.x * 25.4 / 300 < left + width
        assert top < corner.y * 25.4 / 300 < top + height


def test_a_wrong_code_and_a_code_that_a_server_would_see_are_refused_without_repeating_it() -> None:
    good = cards(1)[0]
    other = cards(2)[1].code
    wrong = good.code[:-1] + ("0" if good.code[-1] != "0" else "1")
    for code, url in (
        (wrong, f"https://v.example.com/#{wrong}"),
        (good.code, f"https://v.example.com/?c={good.code}"),
        (good.code, f"https://v.example.com/{good.code}#{good.code}"),
        (good.code, f"https://v.example.com/#{other}"),
        (good.code, f"https://{'v' * 200}.example.com/#{good.code}"),
    ):
        with pytest.raises(Invalid) as caught:
            pdf(ClaimCard(GTIN, good.serial, code, url))
        assert code not in caught.value.detail
        assert other not in caught.value.detail


def test_no_log_shows_a_card() -> None:
    card = cards(1)[0]
    assert card.code not in repr(card)
    assert card.code not in str([card])


def test_the_same_cards_give_the_same_bytes_and_no_cards_give_none() -> None:
    assert pdf(*cards(3)) == pdf(*cards(3))
    out = io.BytesIO()
    with pytest.raises(Invalid, match="no claim cards"):
        write_claim_cards(out, [])
    assert out.getvalue() == b""


def test_words_in_letters_the_font_lacks_are_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match="name a font that has"):
        pdf(*cards(1), words=CardWords(title="认领卡"))
    with pytest.raises(Invalid, match="TrueType"):
        write_claim_cards(io.BytesIO(), cards(1), font=Path(claim_cards.__file__))


def test_the_card_speaks_the_language_asked_for() -> None:
    words = CardWords("Carte de propriété", ("Grattez quand", "l'article est à vous."), "Nº")
    assert "Carte de propriété" in texts(pdf(*cards(1), words=words))
