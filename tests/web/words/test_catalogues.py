"""Every sentence is there in every language, says the same, and none of the trade's words is among them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel.messages import Catalog

from web import word_lists

ROOT = Path(__file__).resolve().parents[3]
JARGON = {
    "fr": r"blockchain|chaîne de blocs|hach(é|age)|jeton|portefeuille|\bnft\b|\btoken|\bhash|\bwallet|\bgas\b",
    "it": r"blockchain|catena di blocchi|\bhash|\btoken|gettone|portafogli|\bnft\b|\bwallet|\bgas\b",
    "zh_Hans": r"区块链|哈希|散列|代币|令牌|铸造|钱包|燃料费|(?i:nft|token|hash|wallet|\bgas\b)",
}
"""Blockchain, hash, token, mint, NFT, wallet, gas, and what each language calls them."""
PROGRAMMERS = (
    "web/api/",
    "ledger/chain/",
    "ledger/files/",
    "ledger/keeping/",
    "ledger/services/epcis_",
    "ledger/services/export_kit",
)
"""What is said to operators and programs only, who use these words themselves."""


def catalogues() -> dict[str, Catalog]:
    return {locale: word_lists.read(ROOT, locale) for locale in word_lists.LOCALES}


@pytest.mark.parametrize("locale", word_lists.LOCALES)
def test_no_chain_jargon_is_in_a_translation_that_people_read(locale: str) -> None:
    jargon = re.compile(JARGON[locale], re.IGNORECASE)
    for one in catalogues()[locale]:
        if one.id and not all(path.startswith(PROGRAMMERS) for path, _ in one.locations):
            for text in one.string if isinstance(one.string, tuple) else (one.string,):
                assert not jargon.search(str(text)), one.id


@pytest.mark.parametrize("locale", word_lists.LOCALES)
def test_a_sentence_ends_in_a_translation_as_it_does_in_english(locale: str) -> None:
    stops = {".": (".", "。"), "?": ("?", "？"), ":": (":", "：")}
    for one in catalogues()[locale]:
        if not one.id or not one.string:
            continue
        english = one.id[0] if isinstance(one.id, tuple) else one.id
        for text in one.string if isinstance(one.string, tuple) else (one.string,):
            wanted = stops.get(english[-1:])
            if text and wanted:
                assert text.endswith(wanted), (english, text)


def test_chinese_is_written_in_simplified_characters() -> None:
    # Common characters whose simplified form is another one.
    traditional = set("檢證書時間這個為沒說請輸點擊確號碼題開關實際買賣萬與歲經過還對應該從將發現記錄認")
    for one in catalogues()["zh_Hans"]:
        for text in one.string if isinstance(one.string, tuple) else (one.string,):
            assert not traditional & set(str(text)), text


# --- What the check finds ---------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A tree with two sentences and their catalogues."""
    for folder in ("web", "ledger"):
        (tmp_path / folder).mkdir()
    (tmp_path / "ledger/rule.py").write_text('said("You have %(count)s items.", count=2)\n')
    (tmp_path / "web/page.html").write_text("{{ ngettext('%(n)s item', '%(n)s items', n, n=n) }}{{ _('Wallets') }}")
    assert len(list(word_lists.extract(tmp_path))) == 3
    return tmp_path


def whole(root: Path) -> None:
    forms = {
        "You have %(count)s items.": "Vous avez %(count)s articles.",
        "%(n)s item": ["%(n)s", "%(n)s"],
        "Wallets": "Porte-monnaie",
    }
    counted = {"fr": 2, "it": 2, "zh_Hans": 1}
    filled = {
        english: {locale: text if isinstance(text, str) else text[:n] for locale, n in counted.items()}
        for english, text in forms.items()
    }
    assert list(word_lists.fill(root, filled)) == []


def test_a_new_sentence_fails_until_every_language_has_it(small: Path) -> None:
    assert len([one for one in word_lists.faults(small) if "is not translated" in one]) == 9
    whole(small)
    assert word_lists.faults(small) == []


def test_a_translation_with_other_places_is_found(small: Path) -> None:
    whole(small)
    list(word_lists.fill(small, {"You have %(count)s items.": {"it": "Hai %(conto)s articoli."}}))
    assert word_lists.faults(small) == [
        "it: “You have %(count)s items.” has other places in its translation: “Hai %(conto)s articoli.”."
    ]


def test_a_sentence_that_nobody_says_any_more_is_found_and_goes(small: Path) -> None:
    whole(small)
    (small / "ledger/rule.py").write_text('said("You have nothing.")\n')
    assert any("nobody says “You have %(count)s items.”" in one for one in word_lists.faults(small))
    list(word_lists.extract(small))
    assert "You have %(count)s items." not in {str(one.id) for one in word_lists.read(small, "fr")}
    assert word_lists.untranslated(small, "fr") == ["You have nothing."]


def test_a_doubtful_translation_is_found(small: Path) -> None:
    whole(small)
    path = small / "web/translations/fr/LC_MESSAGES/messages.po"
    path.write_text(path.read_text().replace('msgid "Wallets"', '#, fuzzy\nmsgid "Wallets"'))
    assert word_lists.faults(small) == ["fr: “Wallets” is marked as doubtful (fuzzy)."]


def test_translations_stay_when_sentences_move_to_another_file(small: Path) -> None:
    whole(small)
    shutil.move(small / "ledger/rule.py", small / "web/rule.py")
    list(word_lists.extract(small))
    assert word_lists.faults(small) == []
