"""Whatever a page says goes through the catalogues: with one that marks every sentence, nothing is unmarked."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.support import NullTranslations
from flask import Flask, render_template

from ledger.domain.said import Said
from ledger.domain.standing_facts import Brand
from ledger.domain.standing_headlines import LANGUAGES, Key
from tests.unit.domain.standing_cases import CASES, NOW, STOLEN, held
from tests.web.scan_pages import LOOKS, STORIES, all_pages, item_page, make_app, scan
from web import wording
from web.api.problem_pages import PAGES
from web.scan_view import scan_view

OTHERS = (
    "Touchmark", "English", "Français", "Italiano", "Sac Lune", "Maison Exemple", "TP4W", "exemple.example", "GTIN",
    "black calfskin", "Wipe with a soft", "Repairs: any Maison", "touchmark verify",
    "0x5Fb", "2027-01-01", "Give the day",
    "Lux Check", "Atelier Vero", "Quick Check", "Scanned 14 times", "Listed for sale",
)  # fmt: skip
"""What other people wrote, and names: these are nobody's to translate."""
BRANDS = tuple(re.findall(r"[A-Za-z][^'\"\\]{3,}", repr(LOOKS)))
"""What a brand says of its model."""
LABELS = ("EN", "FR", "IT")


class Marked(NullTranslations):
    """A language in which every sentence stands between ⟦ and ⟧, its places kept."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        return f"⟦{msgid1 if num == 1 else msgid2}⟧"


class Visible(HTMLParser):
    """What a reader sees or hears: texts and the attributes that are read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unread = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._unread += tag in ("style", "script", "code")
        self.texts += [
            value or "" for name, value in attributes if name in ("alt", "aria-label", "placeholder", "title")
        ]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in ("style", "script", "code")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.texts.append(data)


def unmarked(html: str, others: tuple[str, ...] = OTHERS) -> list[str]:
    """Words outside the marks that are not other people's."""
    text = re.sub(r"\s+", " ", "\x00".join(Visible(html).texts))
    # Marks lie in marks, so the innermost go first.
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    left = [one for one in text.split("\x00") if re.search(r"[A-Za-z]{2}", one) and one.strip() not in LABELS]
    return [one for one in left if not any(other in one for other in others)]


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Flask:
    app = make_app()
    monkeypatch.setattr(wording, "catalogue", lambda _name: Marked())
    monkeypatch.setattr("web.languages.catalogue", lambda _name: Marked())
    monkeypatch.setattr(wording, "written", lambda when, form, locale: f"⟦{form}⟧")
    return app


def test_every_buyers_page_is_said_through_the_catalogues(marked: Flask) -> None:
    for name, html in all_pages(marked):
        if name != "parts":
            assert unmarked(html, OTHERS + BRANDS) == [], name


def test_problem_pages_are_said_through_the_catalogues(marked: Flask) -> None:
    for page in PAGES.values():
        with marked.test_request_context("/"):
            html = render_template("problem.html", status=page.status, title=page.title, detail=page.means, faults=())
        assert unmarked(html) == []


def test_the_test_finds_a_sentence_that_goes_round_the_catalogues(marked: Flask) -> None:
    assert unmarked("<p>Round the back</p><p>⟦Through ⟦a name⟧⟧</p>") == ["Round the back"]


# --- In each language -------------------------------------------------------------------------------------

FIRST_WORDS = 60


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


def words_of(html: str) -> list[str]:
    body = html[html.index("<main") :]
    return " ".join(re.sub(r"<svg.*?</svg>", "", "".join(Visible(body).texts)).split()).split()


@pytest.mark.parametrize("key", list(Key))
def test_who_reads_sixty_words_knows_the_verdict_the_reason_and_the_next_step(app: Flask, key: Key) -> None:
    view = scan_view(scan(CASES[key]))
    first = " ".join(words_of(item_page(app, CASES[key], "en"))[:FIRST_WORDS])
    for wanted in (view.headline, view.sentences[0], view.next_step):
        assert " ".join(wanted.split()) in first


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
@pytest.mark.parametrize("key", list(Key))
def test_no_english_sentence_is_left_on_a_verdicts_page(app: Flask, key: Key, language: str) -> None:
    html = item_page(app, CASES[key], language)
    view = scan_view(scan(CASES[key]))
    seen = " ".join("".join(Visible(html).texts).split())
    said_here = (view.headline, *view.sentences, view.next_step, *view.cannot_know, *(one.words for one in view.checks))
    for english in (one for one in said_here if isinstance(one, Said)):
        assert english not in seen
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", list(Key))
def test_headlines_have_at_most_eight_words_in_every_language(app: Flask, key: Key, language: str) -> None:
    html = item_page(app, replace(CASES[key], brand=Brand("Exemple")), language)
    title = re.search(r"<h1[^>]*>(.*?)</h1>", html)
    assert title
    assert len(title[1].split()) <= 8 if language in ("en", "zh-Hans") else len(title[1].split()) <= 10


@pytest.mark.parametrize(
    ("language", "headline", "reason"),
    [
        ("en", "Matches Maison Exemple&#39;s records", "Registered owner since March 2025."),
        ("fr", "Correspond au registre de Maison Exemple", "Propriétaire enregistré depuis mars 2025."),
        ("it", "Corrisponde ai registri di Maison Exemple", "Proprietario registrato da marzo 2025."),
        ("zh-Hans", "与Maison Exemple登记信息一致", "2025年3月起有登记物主。"),
    ],
)
def test_dates_and_names_stand_in_the_sentence_as_the_language_has_them(
    app: Flask, language: str, headline: str, reason: str
) -> None:
    html = item_page(app, held(), language)
    assert headline in html
    assert reason in html


def test_french_and_italian_melt_little_words_with_what_follows(app: Flask) -> None:
    html = item_page(app, held(brand=Brand("Atelier Vero")), "fr")
    assert "Correspond au registre d’Atelier Vero" in html
    eighth = replace(STOLEN, since=NOW.replace(month=10, day=8))
    assert "l’8 ottobre 2026" in item_page(app, held(eighth), "it")
    first = replace(STOLEN, since=NOW.replace(month=10, day=1))
    assert "1er octobre 2026" in item_page(app, held(first), "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brand_in_a_translated_sentence_stays_escaped(app: Flask, language: str) -> None:
    hostile: Any = replace(STORIES["held"], brand=Brand("<script>%(brand)s{{7*7}}"))
    html = item_page(app, hostile, language)
    assert "<script" not in html
    assert "&lt;script&gt;%(brand)s{{7*7}}" in html
