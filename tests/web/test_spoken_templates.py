"""Each language has templates of its own, in which the sentences already stand; nothing of one gets into another."""

from __future__ import annotations

import pytest
from flask import Flask, render_template, url_for
from jinja2 import DictLoader

from ledger.domain.said import said
from web import languages
from web.assets import register as register_assets
from web.spoken_templates import SpokenTemplates

SENTENCE = "Check a code"
IN = {"en": "Check a code", "fr": "Vérifier un code", "it": "Verificare un codice", "zh-Hans": "查询编码"}
_PAGES = {
    "page.html": (
        "{% extends 'frame.html' %}{% from 'macro.html' import spoken %}"
        "{% block body %}{{ _('Check a code') }}|{% trans %}Check a code{% endtrans %}|{{ spoken() }}"
        "|{{ view }}|{{ url_for('somewhere') }}{% include 'part.html' %}{% endblock %}"
    ),
    "frame.html": "{% block body %}{% endblock %}",
    "macro.html": "{% macro spoken() %}{{ gettext('Check a code') }}{% endmacro %}",
    "part.html": "|{{ _('Check a code')|upper }}",
    "odd.html": "{{ _('50 %% off <b>') }}|{{ _('50 %% off %(what)s', what='<i>') }}",
    "odd.txt": "{{ _('50 %% off <b>') }}|{{ _('50 %% off %(what)s', what='<i>') }}",
}


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__, static_folder=None)
    made.jinja_environment = SpokenTemplates
    made.jinja_options = {"loader": DictLoader(_PAGES)}
    made.config["SECRET_KEY"] = "x"
    made.add_url_rule("/somewhere", "somewhere", lambda: "")
    register_assets(made)
    languages.register(made)
    return made


def _page(app: Flask, language: str, **more: str) -> str:
    with app.test_request_context("/", headers={"Accept-Language": language}, **more):
        return render_template("page.html", view=said(SENTENCE))


def test_a_sentence_is_said_in_the_language_of_each_request_whoever_asked_before(app: Flask) -> None:
    for language in (*IN, *reversed(IN)):
        told = _page(app, language).split("|")
        assert told == [IN[language]] * 4 + ["/somewhere", IN[language].upper()]


def test_a_sentence_without_places_is_not_looked_up_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    _page(app, "fr")
    monkeypatch.setattr(languages, "catalogue", lambda _: pytest.fail("It was looked up."))
    assert _page(app, "fr").startswith(IN["fr"])


@pytest.mark.parametrize(
    ("name", "told"), [("odd.html", "50 % off <b>|50 % off &lt;i&gt;"), ("odd.txt", "50 % off <b>|50 % off <i>")]
)
def test_percent_signs_and_markup_are_as_they_were_when_each_was_looked_up(app: Flask, name: str, told: str) -> None:
    with app.test_request_context("/"):
        assert render_template(name) == told


def test_an_address_that_was_made_once_keeps_no_language_and_no_place_of_another_request(app: Flask) -> None:
    def told(path: str, root: str = "") -> str:
        with app.test_request_context(path, environ_overrides={"SCRIPT_NAME": root}):
            shown = render_template("page.html", view="").split("|")[4]
            assert shown == url_for("somewhere")
            return shown

    for _ in range(2):
        assert told("/") == "/somewhere"
        assert told("/?lang=fr") == "/somewhere?lang=fr"
        assert told("/?lang=it") == "/somewhere?lang=it"
        assert told("/", "/below") == "/below/somewhere"
