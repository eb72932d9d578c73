"""Sentences for people that remember how they were made, so that a page can say them in another language.

A sentence is an ordinary English `str`: programs, logs and tests read it as it stands. Beside that it keeps its
pattern (a gettext msgid with python-format places) and the values in them, from which `web.wording` makes the same
sentence in the reader's language. Days and countries are values that know what they stand for. Words of others
(names, reasons) are plain strings and are never translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

_NOTHING: Final[Mapping[str, Any]] = {}


class Said(str):
    """An English sentence; `pattern` and `values` are what it was made of.

    `plural` and `number` are set where the sentence counts; `shape` is what was done to the finished text
    (a capital, a cut), to be done to a translation as well.
    """

    __slots__ = ("number", "pattern", "plural", "shape", "values")

    pattern: str
    plural: str | None
    number: int
    values: Mapping[str, Any]
    shape: Callable[[str], str] | None


class Dated(str):
    """A day or an hour in English; `when` in the way that `form` names: month, day, clock or stamp."""

    __slots__ = ("form", "when")

    form: str
    when: date


class Country(str):
    """A country's English name; `code` is its ISO 3166-1 alpha-2 code."""

    __slots__ = ("code",)

    code: str


class Told(str):
    """Words that others have given in several languages; as a string, the first of them."""

    __slots__ = ("texts",)

    texts: Mapping[str, str]


def told(texts: Mapping[str, str]) -> Told:
    """Words by language (BCP 47), the one that stands for all first. There is at least one."""
    made = Told(next(iter(texts.values())))
    made.texts = dict(texts)
    return made


def said(pattern: str, /, **values: Any) -> Said:
    """The sentence of a pattern with `%(name)s` places; without values, `%` in it is only a percent sign."""
    return _made(pattern % values if values else pattern, pattern, None, 0, values or _NOTHING)


def said_many(singular: str, plural: str, n: int, /, **values: Any) -> Said:
    """The sentence that fits `n` things; the patterns may name the number as `%(n)s`."""
    filled = {"n": n} | values
    return _made((singular if n == 1 else plural) % filled, singular, plural, n, filled)


def shaped(text: str, shape: Callable[[str], str]) -> str:
    """The text after `shape`, which a translation of it will go through, too."""
    if isinstance(text, Told):
        return told({language: shape(one) for language, one in text.texts.items()})
    if not isinstance(text, Said):
        return shape(text)
    before = text.shape
    made = _made(shape(text), text.pattern, text.plural, text.number, text.values)
    made.shape = shape if before is None else lambda whole: shape(before(whole))
    return made


def dated(text: str, when: date, form: str) -> Dated:
    """A day or an hour as English has it."""
    made = Dated(text)
    made.when, made.form = when, form
    return made


def country(name: str, code: str) -> Country:
    """A country by its English name."""
    made = Country(name)
    made.code = code
    return made


def _made(text: str, pattern: str, plural: str | None, number: int, values: Mapping[str, Any]) -> Said:
    made = Said(text)
    made.pattern, made.plural, made.number, made.values, made.shape = pattern, plural, number, values, None
    return made
