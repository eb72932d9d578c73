"""What the scan page promises a buyer: short, plain, whole without JavaScript, and never a dead button."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, render_template

from ledger.domain.said import country
from ledger.domain.standing_facts import Brand, Facts
from ledger.domain.standing_headlines import LANGUAGES, LOOKS, TICKS, Key
from tests.unit.domain.standing_cases import CASES, FAKE, NOW, held
from tests.web.scan_pages import ITEM, STORIES, all_pages, item_page, make_app, scan
from web.scan_view import EarlierChecks, Shown, scan_view
from web.scan_words import LABELS

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "web" / "static" / "style.css").read_text()
JARGON = re.compile(r"\b(blockchain|hash|token|mint|nft|wallet|gas)\w*", re.I)
VOID = {"meta", "link", "img", "input", "br", "hr"}
BLOCKS = {"p", "li", "h1", "h2", "h3", "dt", "dd", "label", "a", "button", "b", "strong"}

PAGES = dict(all_pages(make_app()))


class Reader(HTMLParser):
    """A text browser: words in order, texts of blocks, ids, links and the tree's faults."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.blocks: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._text: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.faults += [f"{tag} is never closed" for tag, _ in self._open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.tags.append((tag, found))
        if tag == "img" and found.get("alt"):
            self.handle_data(found["alt"])
        if tag not in VOID:
            self._open.append((tag, tag in ("title", "svg", "head") or found.get("id") == "sure"))
        if tag in ("p", "li", "h1", "h2", "h3", "dd"):
            self._text.append((tag, []))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"{tag} closes {self._open[-1:] or 'nothing'}")
            return
        hidden = any(skip for _, skip in self._open)
        self._open.pop()
        if tag in ("p", "li", "h1", "h2", "h3", "dd") and self._text:
            text = " ".join("".join(self._text.pop()[1]).split())
            if text and not hidden:
                self.blocks.append(text)

    def handle_data(self, data: str) -> None:
        if any(tag in ("title", "svg", "head") for tag, _ in self._open):
            return
        self.words += data.split()
        for _, text in self._text[-1:]:
            text.append(data)

    def ids(self) -> list[str]:
        return [found["id"] for _, found in self.tags if "id" in found]

    def links(self) -> list[str]:
        return [found["href"] for tag, found in self.tags if tag == "a"]


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


# --- The first screen -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(Key))
def test_verdict_reason_and_next_step_stand_in_the_first_sixty_words(app: Flask, key: Key) -> None:
    view = scan_view(scan(CASES[key]))
    first = " ".join(Reader(item_page(app, CASES[key])).words[:60])
    for said in (view.headline, view.sentences[0], view.next_step):
        assert " ".join(said.split()) in first


@pytest.mark.parametrize("name", list(PAGES))
def test_page_and_style_are_at_most_fourteen_kilobytes_compressed(name: str) -> None:
    sent = len(gzip.compress(PAGES[name].encode())) + len(gzip.compress(CSS.encode()))
    assert sent <= 14 * 1024


@pytest.mark.parametrize("name", list(PAGES))
def test_nothing_inline_nothing_foreign_and_no_script(name: str) -> None:
    reader = Reader(PAGES[name])
    for tag, found in reader.tags:
        assert tag not in ("script", "style", "iframe", "object", "embed", "base")
        assert not [one for one in found if one == "style" or one.startswith("on")]
        for address in ("href", "src", "action"):
            assert not re.match(r"(?i)\s*([a-z][a-z0-9+.-]*:|//)", found.get(address, "")), found
    assert "@import" not in CSS
    assert "url(" not in CSS


@pytest.mark.parametrize("name", list(PAGES))
def test_tags_are_well_nested_and_ids_are_unique(name: str) -> None:
    reader = Reader(PAGES[name])
    assert reader.faults == []
    assert len(reader.ids()) == len(set(reader.ids()))


# --- Words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one for one in PAGES if one != "problem"])
def test_sentences_have_at_most_twenty_words(name: str) -> None:
    for text in Reader(PAGES[name]).blocks:
        for sentence in re.split(r"(?<=[.!?])\s", text):
            assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize("name", list(PAGES))
def test_trade_words_stand_only_where_people_check_for_themselves(name: str) -> None:
    for text in Reader(PAGES[name]).blocks:
        assert not JARGON.search(text), text


@pytest.mark.parametrize("key", list(Key))
def test_headlines_have_at_most_eight_words(app: Flask, key: Key) -> None:
    html = item_page(app, replace(CASES[key], brand=Brand("Exemple")))
    title = re.search(r"<h1[^>]*>(.*?)</h1>", html)
    assert title
    assert len(title[1].split()) <= 8


def test_the_order_below_the_fold_is_the_promised_one() -> None:
    order = ["checked", "unknowable", "timeline", "inspections", "care", "save", "sure", "report", "older"]
    assert [one for one in Reader(PAGES["held_inspected"]).ids() if one in order] == order


def test_lines_are_on_the_page_and_none_is_left_out() -> None:
    view = scan_view(scan(STORIES["stolen_and_more"]))
    assert len(view.lines) == 4
    blocks = " ".join(Reader(PAGES["stolen_and_more"]).blocks)
    assert all(line.words in blocks for line in view.lines)


def test_a_red_line_is_only_what_is_red_as_a_verdict() -> None:
    assert [line.colour for line in scan_view(scan(STORIES["confirmed_with_warning"])).lines] == ["red"]
    assert [line.colour for line in scan_view(scan(STORIES["stolen_and_more"])).lines] == [
        "amber",
        "amber",
        "",
        "",
    ]


def test_an_inspection_that_does_not_count_stays_visible_with_the_reason() -> None:
    cards = scan_view(scan(STORIES["held_inspected"])).inspections
    assert [card.counts for card in cards] == [True, True, False]
    assert "Withdrawn" in cards[-1].note


def test_an_inspection_that_is_not_final_says_so() -> None:
    card = scan_view(scan(held(inspections=(replace(FAKE, final=False),)))).inspections[0]
    assert card.note == "Signed, waiting for confirmation."


def test_a_recall_is_told_whole_below_even_where_it_is_cut_above(app: Flask) -> None:
    long = "The clasp can open. " * 30
    html = item_page(app, replace(CASES[Key.RECALLED], recall_reason=long))
    assert long.strip() in html


# --- The tick ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(Key))
def test_only_three_verdicts_show_the_tick(app: Flask, key: Key) -> None:
    html = item_page(app, CASES[key])
    verdict = html[html.index('class="mark"') : html.index("<h1")]
    assert ("m14.5 25 7 7 12.5-15" in verdict) is (key in TICKS)


def test_every_icon_and_shape_of_the_table_is_drawn() -> None:
    marks = (ROOT / "web/templates/scan/_marks.html").read_text()
    for look in LOOKS.values():
        assert f"'{look.icon}':" in marks
        assert f"'{look.shape}':" in marks
        assert f".{look.colour} {{ --tone" in CSS


# --- Buttons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(PAGES))
def test_no_button_is_dead(name: str) -> None:
    reader = Reader(PAGES[name])
    assert all(reader.links())
    for link in reader.links():
        if link.startswith("#"):
            assert link[1:] in reader.ids(), link


@pytest.mark.parametrize("key", list(Key))
def test_a_button_without_a_way_is_not_shown_and_one_with_a_way_is(key: Key) -> None:
    bare = scan_view(scan(CASES[key], hrefs={}))
    shown = [one for one in (bare.primary, *bare.others) if one]
    assert all(one.href.startswith("#") for one in shown)
    ways = {name: f"/way/{name}" for name in LOOKS[key].buttons}
    whole = scan_view(scan(CASES[key], hrefs=ways))
    assert [one.key for one in (whole.primary, *whole.others) if one] == list(LOOKS[key].buttons)


def test_every_button_a_verdict_asks_for_has_a_label() -> None:
    assert {name for look in LOOKS.values() for name in look.buttons} <= set(LABELS)


def test_keeping_the_answer_leads_to_the_same_address_as_a_sheet_and_as_a_file() -> None:
    assert Reader(PAGES["held"]).links().count("?format=pdf") == 2
    assert Reader(PAGES["held"]).links().count("?format=receipt") == 1


@pytest.mark.parametrize("name", ["reported_stolen", "counterfeit_found", "revoked"])
def test_who_already_paid_finds_what_to_do(name: str) -> None:
    assert "paid" in Reader(PAGES[name]).ids()


# --- Other people's text ----------------------------------------------------------------------------------

HOSTILE = """"'><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=1>"""


def hostile(facts: Facts) -> Facts:
    return replace(
        facts,
        brand=Brand(HOSTILE, HOSTILE, NOW.date()),
        description=HOSTILE,
        code_problem=HOSTILE,
        recall_reason=HOSTILE,
        recall_advice=HOSTILE,
        void_reason=HOSTILE,
        inspections=tuple(replace(one, by=HOSTILE) for one in facts.inspections),
        clone_signals=tuple(replace(one, words=HOSTILE) for one in facts.clone_signals or ()),
    )


@pytest.mark.parametrize("key", list(Key))
def test_every_text_that_others_wrote_is_escaped(app: Flask, key: Key) -> None:
    shown = Shown(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    html = item_page(app, hostile(CASES[key]), item=shown, domain=HOSTILE, care=(HOSTILE,))
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "49" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.S).replace("#39;", "")
    assert not Reader(html).faults


def test_what_was_typed_comes_back_escaped(app: Flask) -> None:
    with app.test_request_context("/check"):
        html = render_template("scan/check.html", view=scan_view(scan(CASES[Key.BAD_CODE])), code=HOSTILE)
    assert "<script" not in html
    typed = next(found for tag, found in Reader(html).tags if tag == "input")
    assert typed["value"] == HOSTILE
    assert typed["aria-invalid"] == "true"


def test_a_very_long_brand_name_does_not_break_the_page(app: Flask) -> None:
    assert not Reader(item_page(app, held(brand=Brand("M" * 300)))).faults


# --- Languages and forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_which_language_it_is_in_and_leads_to_the_others(app: Flask, language: str) -> None:
    html = item_page(app, held(), language)
    assert f'<html lang="{language}">' in html
    assert set(re.findall(r'href="\?lang=([\w-]+)"', html)) >= set(LANGUAGES)
    assert re.findall(r'hreflang="([\w-]+)" title="[^"]+" aria-current="true"', html) == [language]


def test_a_language_we_do_not_have_reads_as_english(app: Flask) -> None:
    assert "Matches Maison Exemple&#39;s records" in item_page(app, held(), language="tlh")


def test_chinese_readers_see_how_often_it_was_checked_and_that_this_is_no_verdict(app: Flask) -> None:
    earlier = EarlierChecks(3, NOW, country("China", "CN"))
    assert "第 3 次查询 · 首次查询 2026-11-03 14:02 UTC · 中国。多次查询不代表假货。" in item_page(
        app, held(), language="zh-Hans", earlier=earlier
    )


@pytest.mark.parametrize("name", ["check_empty", "check_bad_code", "home"])
def test_the_code_field_has_a_label_help_and_allows_pasting(name: str) -> None:
    tags = Reader(PAGES[name]).tags
    field = next(found for tag, found in tags if tag == "input")
    assert any(tag == "label" and found["for"] == field["id"] for tag, found in tags)
    assert "code-help" in field["aria-describedby"]
    assert set(field["aria-describedby"].split()) <= set(Reader(PAGES[name]).ids())


# --- Colours ----------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def palettes() -> Iterator[dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, flags=re.S)[:2]
    base = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    yield base
    yield {**base, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark))}


def test_text_has_contrast_four_and_a_half_on_every_ground_in_light_and_dark() -> None:
    for palette in palettes():
        for text in ("ink", "soft", "green", "teal", "blue", "amber", "red", "grey"):
            for ground in ("paper", "sheen", "plate"):
                pair = sorted((luminance(palette[text]), luminance(palette[ground])), reverse=True)
                assert (pair[0] + 0.05) / (pair[1] + 0.05) >= 4.5, (text, ground)
        pair = sorted((luminance(palette["pewter"]), luminance(palette["on-pewter"])), reverse=True)
        assert (pair[0] + 0.05) / (pair[1] + 0.05) >= 4.5


def test_an_item_without_a_photo_or_details_still_has_its_name(app: Flask) -> None:
    html = item_page(app, held(), item=replace(ITEM, photo=None, details="", serial_tail=""))
    assert "<img" not in html
    assert "<b>Sac Lune 25</b>" in html
