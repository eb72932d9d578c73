"""Sentences in the reader's language: catalogues, and how names, numbers, days and countries stand in them.

The catalogues lie in `web/translations` as `.po` and are compiled in memory, once a process: nothing binary lies in
the repository that could be older than its source, and nothing has to be built before the server starts. A sentence
that a catalogue lacks reads as English; `scripts/words check` sees to it that none does.

Everything with places (`%(name)s`) is filled by `filled`, whether it comes from a template's `_()`, from Python's
`gettext` or from a `Said` of the rules.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import g, has_request_context
from flask_babel import Domain, get_locale

from ledger.domain.errors import Fault
from ledger.domain.said import Country, Dated, Said, Told, said

FOLDER: Final = Path(__file__).parent / "translations"
ENGLISH: Final = Locale("en", "GB")
"""Days before months, as the rules write them."""

_ELIDED: Final = re.compile(r"\b([DdQq]u?)e %\((\w+)\)s")
_CONTRACTED: Final = re.compile(r"\b(il|dal|del|al|nel|Il|Dal|Del|Al|Nel) %\((\w+)\)s")


# Flask-Babel has no types.
class Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's source of translations, over the `.po` files."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the request's locale."""
        return catalogue(get_locale() or ENGLISH)

    def gettext(self, string: str, **variables: Any) -> str:
        """A sentence; `%` in it is only a percent sign where there are no variables."""
        text: str = self.get_translations().gettext(string)
        return filled(text, variables, here()) if variables else text

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The sentence that fits the number, which it may name as `%(num)s`."""
        text: str = self.get_translations().ngettext(singular, plural, num)
        return filled(text, {"num": num} | variables, here())


def here() -> Locale:
    """The locale of this request; English outside of one."""
    if not has_request_context():
        return get_locale() or ENGLISH
    # Asked for with every sentence of a page: kept for the request.
    found: Locale | None = g.get("locale")
    if found is None:
        found = g.locale = the_one(get_locale() or ENGLISH)
    return found


@functools.cache
def the_one(locale: Locale) -> Locale:
    """The same object for equal locales: what is kept by it is found without comparing its parts."""
    return locale


@functools.cache
def catalogue(locale: Locale) -> NullTranslations:
    """The translations of a locale (fr, it, zh_Hans); those of one without a file change nothing."""
    name = str(locale)
    source = FOLDER / name / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    with source.open("rb") as text:
        messages = read_po(text, locale=name)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def translated(text: str, locale: Locale | None = None) -> str:
    """A text in the locale (this request's, where none is given). What is nobody's pattern stays as it is."""
    where = locale or here()
    if isinstance(text, Said):
        words = catalogue(where)
        if text.plural is None:
            pattern = words.gettext(text.pattern)
        else:
            pattern = words.ngettext(text.pattern, text.plural, text.number)
        whole = filled(pattern, text.values, where) if text.values else pattern
        return whole if text.shape is None else text.shape(whole)
    if isinstance(text, Told):
        return next((one for tag, one in text.texts.items() if tag.split("-", 1)[0] == where.language), str(text))
    if isinstance(text, Dated):
        return written(text.when, text.form, where)
    if isinstance(text, Country):
        return str(where.territories.get(text.code, text))
    return text


def filled(pattern: str, values: Mapping[str, Any], locale: Locale) -> str:
    """The pattern with its values in it, each as the locale writes it. A Markup pattern escapes them."""
    spoken = {name: _spoken(value, locale) for name, value in values.items()}
    return _joined(pattern, spoken, locale.language) % spoken


def written(when: date, form: str, locale: Locale) -> str:
    """A day or an hour (UTC) in a form of `Dated`, as the Unicode CLDR has it for the locale."""
    moment = when.astimezone(UTC) if isinstance(when, datetime) else when
    if form in ("clock", "stamp"):
        return f"{moment:{'%H:%M' if form == 'clock' else '%Y-%m-%d %H:%M'}} UTC"
    day = moment.date() if isinstance(moment, datetime) else moment
    return _month(day, locale) if form == "month" else _day(day, locale)


@functools.lru_cache(maxsize=2_000)
def _month(day: date, locale: Locale) -> str:
    return str(format_skeleton("yMMMM", day, locale=locale, tzinfo=UTC))


@functools.lru_cache(maxsize=10_000)
def _day(day: date, locale: Locale) -> str:
    text = str(format_date(day, "long", locale=locale))
    # The first of a month is an ordinal, which CLDR's patterns cannot say.
    ordinal = {"fr": "1er ", "it": "1º "}.get(locale.language)
    return re.sub(r"^1 ", ordinal, text) if ordinal else text


class _Number(int):
    """A number that reads as the locale groups it, and still counts for `%(n)d`."""

    text: str

    def __str__(self) -> str:
        return self.text


def _spoken(value: Any, locale: Locale) -> Any:
    if isinstance(value, str):
        return translated(value, locale)
    if isinstance(value, Fault):
        what = translated(said("%(where)s: %(what)s", where=value.where, what=value.what), locale)
        return " ".join(part for part in (what, translated(value.mend, locale)) if part)
    if isinstance(value, int) and not isinstance(value, bool):
        number = _Number(value)
        number.text = str(format_decimal(value, locale=locale))
        return number
    if isinstance(value, datetime):
        return f"{written(value, 'day', locale)}, {written(value, 'clock', locale)}"
    return written(value, "day", locale) if isinstance(value, date) else value


def _joined(pattern: str, values: Mapping[str, Any], language: str) -> str:
    """What melts together before a value: d'Atelier, qu'Atelier; dall'8 ottobre, l'11 ottobre."""

    def french(found: re.Match[str]) -> str:
        start = str(values.get(found[2], ""))[:1].casefold()
        return f"{found[1]}’%({found[2]})s" if start and start in "aeiouyàâäéèêëîïôöùûü" else found[0]

    def italian(found: re.Match[str]) -> str:
        if not str(values.get(found[2], "")).startswith(("8 ", "11 ")):
            return found[0]
        article = {"il": "l’", "Il": "L’"}.get(found[1]) or f"{found[1]}l’"
        return f"{article}%({found[2]})s"

    if language == "fr" and "e %(" in pattern:
        return type(pattern)(_ELIDED.sub(french, pattern))
    if language == "it" and "l %(" in pattern:
        return type(pattern)(_CONTRACTED.sub(italian, pattern))
    return pattern
