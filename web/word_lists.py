"""Keeping the catalogues: which sentences the sources say, and what is wrong with their translations.

Used by `scripts/words` and by the tests; nothing of it runs in the server. The catalogues hold no line numbers, so
that they only change where words do.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

LOCALES: Final = ("fr", "it", "zh_Hans")

_METHODS: Final = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
_OPTIONS: Final = {"**.html": {"newstyle_gettext": "true"}, "**.txt": {"newstyle_gettext": "true"}}
_KEYWORDS: Final[dict[str, tuple[int, ...] | None]] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "said": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "said_many": (1, 2),
}
_PLACE: Final = re.compile(r"%(?:\((\w+)\))?[a-z%]")
_SKIPPED: Final = ("ledger/cli/", "ledger/storage/")
"""Where nothing is said to people who read pages."""


def template(root: Path) -> Catalog:
    """Every sentence that the sources say, with the files it stands in."""
    found = Catalog(fuzzy=False)
    for top in ("web", "ledger"):
        for file, _, message, comments, _ in extract_from_dir(root / top, _METHODS, _OPTIONS, _KEYWORDS, ["For"]):
            path = f"{top}/{file}"
            if not path.startswith(_SKIPPED):
                found.add(message, None, [(path, 0)], auto_comments=comments)
    return found


def read(root: Path, locale: str) -> Catalog:
    """One language's catalogue; an empty one where there is none yet."""
    path = _path(root, locale)
    if not path.exists():
        return Catalog(locale=locale, fuzzy=False)
    with path.open("rb") as text:
        return read_po(text, locale=locale)


def extract(root: Path) -> Iterator[str]:
    """Bring every catalogue up to date; says of each how much is left to translate."""
    current = template(root)
    for locale in LOCALES:
        words = read(root, locale)
        words.update(current, no_fuzzy_matching=True)
        words.obsolete.clear()
        _write(root, locale, words)
        yield f"{locale}: {len(words)} sentences, {len(_untranslated(words))} to translate"


def untranslated(root: Path, locale: str) -> list[str]:
    """The English of what a language lacks."""
    return [_english(one) for one in _untranslated(read(root, locale))]


def fill(root: Path, translations: Mapping[str, Mapping[str, str | Sequence[str]]]) -> Iterator[str]:
    """Put translations into the catalogues by their English; says which of them nobody says."""
    for locale in LOCALES:
        words = read(root, locale)
        known = {_english(one): one for one in words if one.id}
        for english, by_locale in translations.items():
            text = by_locale.get(locale)
            if text is None:
                continue
            if english not in known:
                yield f"{locale}: nobody says “{english}”"
                continue
            one = known[english]
            forms = [text] if isinstance(text, str) else list(text)
            one.string = tuple(forms) if one.pluralizable else forms[0]
        _write(root, locale, words)


def faults(root: Path) -> list[str]:
    """What is wrong with the catalogues, a sentence for each; nothing where all is well."""
    current = template(root)
    return [fault for locale in LOCALES for fault in _faults(locale, read(root, locale), current)]


def _faults(locale: str, words: Catalog, current: Catalog) -> Iterator[str]:
    said = {_english(one) for one in current if one.id}
    kept = {_english(one): one for one in words if one.id}
    for english in sorted(said - kept.keys()):
        yield f"{locale}: “{english}” is missing. Run scripts/words extract, and translate it."
    for english in sorted(kept.keys() - said):
        yield f"{locale}: nobody says “{english}” any more. Run scripts/words extract."
    for english in sorted(said & kept.keys()):
        yield from (f"{locale}: “{english}” {fault}" for fault in _message_faults(kept[english], words.num_plurals))


def _message_faults(one: Message, forms: int) -> Iterator[str]:
    ids = _forms(one.id)
    strings = _forms(one.string)
    if one.fuzzy:
        yield "is marked as doubtful (fuzzy)."
    if not all(strings) or (one.pluralizable and len(strings) != forms):
        yield "is not translated."
        return
    if not one.pluralizable:
        if _places(ids[0]) != _places(strings[0]):
            yield f"has other places in its translation: “{strings[0]}”."
    elif not all(_places(text) <= _places(ids[-1]) for text in strings):
        yield f"has places in its translation that the English has not: {strings}."


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _places(text: str) -> set[str]:
    return {found[1] for found in _PLACE.finditer(text) if found[1]}


def _english(one: Message) -> str:
    return str(one.id[0] if isinstance(one.id, (tuple, list)) else one.id)


def _untranslated(words: Catalog) -> list[Message]:
    return [
        one for one in words if one.id and any("is not" in fault for fault in _message_faults(one, words.num_plurals))
    ]


def _path(root: Path, locale: str) -> Path:
    return root / "web" / "translations" / locale / "LC_MESSAGES" / "messages.po"


def _write(root: Path, locale: str, words: Catalog) -> None:
    words.header_comment = f"# The words of Touchmark's pages: {locale}"
    words.project, words.version = "Touchmark", ""
    out = io.BytesIO()
    write_po(out, words, width=118, include_lineno=False, omit_header=False)
    # Dates and tools' names would change without a word having changed.
    kept = [
        line
        for line in out.getvalue().decode().splitlines()
        if not re.match(r'"(POT-|PO-|Last-|Generated|Report)', line)
    ]
    path = _path(root, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(kept).rstrip() + "\n", encoding="utf-8")
