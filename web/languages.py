"""Which language a page is in, and how every page comes to speak it.

The language is the one chosen on the page (`?lang=`), or the first of the browser's that we have. What was chosen
stays in the address of every link that `url_for` makes, so that no cookie is needed; addresses meant for somebody
else are made from the ledger's public address instead and carry no language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Request, Response, has_request_context, request
from flask_babel import Babel
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from ledger.domain.standing_headlines import LANGUAGES
from web.spoken_templates import finalized
from web.wording import Catalogues, catalogue, filled, here, the_one, translated

_LOCALES: Final = {"en": "en_GB", "fr": "fr", "it": "it", "zh-Hans": "zh_Hans"}
_LABELS: Final = {
    "en": ("EN", "English"),
    "fr": ("FR", "Français"),
    "it": ("IT", "Italiano"),
    "zh-Hans": ("中文", "中文"),
}
_LANGUAGE: Final = "touchmark.language"
_CHOSEN: Final = "touchmark.language_chosen"
"""Where a request's environment holds them once they were asked for."""
_FILES: Final = frozenset({"static", "scan.evidence", "scan.thumbnail", "scan.photo", "scan.manifest", "docs.openapi"})
"""Endpoints whose answers have no language."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the page, its name in itself, and the address of this page in it."""

    code: str
    label: str
    name: str
    href: str


def register(app: Flask) -> None:
    """Give every template `_()` in the language that the page asks for, and the links to the other languages."""
    babel = Babel(app, default_locale="en_GB", locale_selector=_locale)
    babel.domain_instance = Catalogues()
    for locale in _LOCALES.values():
        catalogue(the_one(Locale.parse(locale)))
    environment = app.jinja_env
    environment.globals.update(gettext=_gettext, ngettext=_ngettext)
    environment.filters.update(said=translated, sentences=_sentences)
    environment.finalize = finalized
    app.context_processor(_for_templates)
    app.url_defaults(_keep_language)
    app.after_request(_name_language)


def language_of(asked: Request) -> str:
    """One of the page's languages (BCP 47)."""
    # Asked for again and again while a page is made.
    known: str | None = asked.environ.get(_LANGUAGE)
    if known is None:
        spoken = (found for tag, _ in asked.accept_languages if (found := _ours(tag)))
        known = asked.environ[_LANGUAGE] = chosen_in(asked) or next(spoken, "en")
    return known


def languages(asked: Request) -> tuple[Language, ...]:
    """The languages of this page; whatever else its address says is kept when they are changed."""
    kept = [(name, value) for name, value in asked.args.items(multi=True) if name != "lang"]
    return tuple(Language(code, *_LABELS[code], href="?" + urlencode([*kept, ("lang", code)])) for code in LANGUAGES)


def in_language(href: str) -> str:
    """An address of this site that no `url_for` makes, with the language that was chosen."""
    chosen = chosen_in(request)
    return href if chosen is None else f"{href}{'&' if '?' in href else '?'}{urlencode({'lang': chosen})}"


def _locale() -> str:
    return _LOCALES[language_of(request)] if has_request_context() else "en_GB"


def chosen_in(asked: Request) -> str | None:
    """The language that was chosen on the page, None where none was."""
    if _CHOSEN not in asked.environ:
        asked.environ[_CHOSEN] = _ours(asked.args.get("lang", ""))
    found: str | None = asked.environ[_CHOSEN]
    return found


def _ours(tag: str) -> str | None:
    """Our language for a tag. Every kind of Chinese gets the one we have: its readers are helped more by it."""
    first = tag.replace("_", "-").split("-", 1)[0].lower()
    return next((code for code in LANGUAGES if code.split("-", 1)[0] == first), None)


def _for_templates() -> dict[str, Any]:
    if not has_request_context():
        return {"language": "en", "languages": (), "in_language": str}
    # Only what is read can be read again in another language.
    shown = languages(request) if request.method in ("GET", "HEAD") else ()
    return {"language": language_of(request), "languages": shown, "in_language": in_language}


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if has_request_context() and endpoint not in _FILES and (chosen := chosen_in(request)):
        values.setdefault("lang", chosen)


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", language_of(request))
        response.vary.add("Accept-Language")
    return response


def _sentences(texts: Iterable[str]) -> str:
    """Sentences one after another, as the language parts them."""
    return ("" if here().language == "zh" else " ").join(translated(one) for one in texts)


@pass_context
def _gettext(context: Context, pattern: str, /, **values: Any) -> str:
    return _in_template(context, catalogue(_locale_in(context)).gettext(pattern), values)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, num: int, /, **values: Any) -> str:
    pattern = catalogue(_locale_in(context)).ngettext(singular, plural, num)
    return _in_template(context, pattern, {"num": num} | values)


def _in_template(context: Context, pattern: str, values: dict[str, Any]) -> str:
    """Like Jinja's own newstyle gettext: always a format string, and its values are escaped."""
    return filled(Markup(pattern) if context.eval_ctx.autoescape else pattern, values, _locale_in(context))  # noqa: S704 - the catalogue is ours, and the values are escaped


def _locale_in(context: Context) -> Locale:
    """The locale of the template that asks; the request's, where it was not read from a file."""
    found: Locale | None = getattr(context.environment, "locale", None)
    return found or here()
