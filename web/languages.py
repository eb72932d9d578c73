"""The language of a page, for every template: gettext's locale of the request."""

from __future__ import annotations

from flask import Flask, has_request_context, request
from flask_babel import Babel

from web.scan.languages import language_of

_LOCALES = {"en": "en", "fr": "fr", "it": "it", "zh-Hans": "zh_Hans"}


def register(app: Flask) -> None:
    """Give every template `_()`, in the language that the page asks for."""
    Babel(app, default_locale="en", locale_selector=_locale, default_translation_directories="translations")


def _locale() -> str:
    return _LOCALES[language_of(request)] if has_request_context() else "en"
