"""The catalogue: what buyers read and see of a brand's models, and the page on which it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import FileStorage

from ledger.domain.errors import Conflict, Invalid, LedgerError, TooLarge, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.lines import MOST_PHOTOS, Line, LineText, Words
from ledger.domain.organisations import Role, Scope
from ledger.domain.standing_headlines import LANGUAGES
from ledger.files.exports import write_csv
from ledger.services.keep_line import keep_line, need_gtin, own_line
from ledger.services.line_photos import add_photo, describe_photo, order_photos, remove_photo, restore_photo
from web.console import bp
from web.console.pages import CSV, caller_here, download, ledger_here, only, page_number, when
from web.scan.looks import looks_of
from web.scan.photos import photo_href, photo_set

_PAGE: Final = 50
_SORTS: Final = ("name", "gtin", "changed")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PARTS: Final = ("description", "materials", "care")
_brand = only(Role.BRAND, scope=Scope.IMPORT)
LANGUAGE_NAMES: Final = {"en": "English", "fr": "Français", "it": "Italiano", "zh-Hans": "中文"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as the form shows it: what is kept, or what was typed and could not be kept, with what is wrong."""

    values: Mapping[str, str]
    retired: bool
    version: int
    faults: Mapping[str, str]


@bp.get("/catalogue")
@_brand
def catalogue() -> str:
    """The brand's lines, looked through and sorted, and its models that have items but no line yet."""
    ledger, own, asked = ledger_here(), caller_here().organisation.id, request.args
    find = asked.get("find", "").strip()[:120]
    sort = asked.get("sort", "name") if asked.get("sort") in _SORTS else "name"
    number = page_number(asked.get("page"), 1_000)
    with ledger.store.read() as tx:
        found = tx.lines.page(own, find, sort, number * _PAGE, _PAGE + 1)
        count = tx.lines.count(own)
        missing = [] if find or number else tx.lines.without(own, tx.organisations.prefixes(own), 12)
    return render_template(
        "console/catalogue.html",
        rows=[
            (one, one.photos and photo_href(one.photos[0], 96), when(one.updated_at, ledger.now()))
            for one in found[:_PAGE]
        ],
        count=count,
        find=find,
        sort=sort,
        number=number,
        more=len(found) > _PAGE,
        missing=missing,
        languages=LANGUAGE_NAMES,
        wrong="",
    )


@bp.get("/catalogue.csv")
@_brand
def catalogue_csv() -> Response:
    """Every line with its words in every language, private notes included."""
    texts = [f"{part}_{language}" for language in LANGUAGES for part in (*_PARTS, "looks")]
    header = ("gtin", "name", "programme_start", "retired", "photos", "private_note", *texts)
    return download("catalogue.csv", CSV, lambda file: write_csv(file, header, _rows()))


def _rows() -> Iterator[Sequence[object]]:
    start = 0
    while True:
        with ledger_here().store.read() as tx:
            found = tx.lines.page(caller_here().organisation.id, "", "gtin", start, 500)
        for one in found:
            told = [one.words.get(language, Words()) for language in LANGUAGES]
            texts = [
                text for said in told for text in (said.description, said.materials, said.care, "\n".join(said.looks))
            ]
            retired = "yes" if one.retired else "no"
            yield (one.gtin, one.name, one.programme_start, retired, len(one.photos), one.note, *texts)
        start += len(found)
        if len(found) < 500:
            return


@bp.get("/catalogue/add")
@_brand
def add_line() -> AnyResponse:
    """To the page of a GTIN that was typed. Raises Invalid for one that is none, Forbidden for another brand's."""
    gtin = check_gtin(request.args.get("gtin", "")[:60])
    with ledger_here().store.read() as tx:
        need_gtin(tx, caller_here(), gtin)
    return redirect(url_for("console.line", gtin=gtin), 303)


@bp.get("/catalogue/<gtin>")
@_brand
def line(gtin: str) -> str:
    """What is said of a model, to be changed, beside what buyers see of it."""
    found = _found(gtin)
    return _page(gtin, found, _typed(found))


@bp.post("/catalogue/<gtin>")
@_brand
def save_line(gtin: str) -> AnyResponse | tuple[str, int]:
    """Keep what was typed. What cannot be kept comes back as it was typed, each fault beside its field."""
    form = request.form
    words = {
        language: Words(
            form.get(f"description-{language}", ""),
            form.get(f"materials-{language}", ""),
            form.get(f"care-{language}", ""),
            tuple(form.get(f"looks-{language}", "").splitlines()),
        )
        for language in LANGUAGES
    }
    text = LineText(form.get("name", ""), words, form.get("programme_start"), "retired" in form, form.get("note", ""))
    version = page_number(form.get("version"))
    try:
        keep_line(ledger_here(), caller_here(), gtin, text, version=version)
    except (Invalid, Conflict) as problem:
        faults = {_field_of(one.where): _sentence(one.what, one.mend) for one in problem.faults}
        typed = Typed(dict(form.items()), text.retired, version, faults)
        return _page(gtin, _found(gtin), typed, problem), 422
    return redirect(url_for("console.line", gtin=gtin, saved=1), 303)


@bp.post("/catalogue/<gtin>/photos")
@_brand
def send_photos(gtin: str) -> AnyResponse | tuple[str, int]:
    """Keep the photos that were chosen; those before a wrong one are kept, and it is named."""
    sent = [one for one in request.files.getlist("photos") if one.filename][: MOST_PHOTOS + 1]
    wrong: LedgerError | None = None if sent else Invalid(_("Choose a photo first."))
    kept = 0
    for one in sent:
        try:
            add_photo(ledger_here(), caller_here(), gtin, cast(BinaryIO, one.stream))
            kept += 1
        except (Invalid, TooLarge, Conflict) as problem:
            wrong = _named(problem, one)
            break
    if wrong is not None:
        found = _found(gtin)
        return _page(gtin, found, _typed(found), wrong, photos_kept=kept), 422
    return redirect(url_for("console.line", gtin=gtin, _anchor="album"), 303)


@bp.post("/catalogue/<gtin>/photos/<sha256>/<act>")
@_brand
def change_photo(gtin: str, sha256: str, act: str) -> AnyResponse:
    """Remove a photo, take that back, move it, or say what it shows."""
    ledger, caller = ledger_here(), caller_here()
    removed = None
    if act == "remove":
        removed = remove_photo(ledger, caller, gtin, sha256).sha256
    elif act == "restore":
        restore_photo(ledger, caller, gtin, sha256)
    elif act in ("first", "earlier", "later"):
        found = _found(gtin)
        order_photos(ledger, caller, gtin, _moved([one.sha256 for one in found.photos] if found else [], sha256, act))
    elif act == "words":
        captions = {language: request.form.get(f"caption-{language}", "") for language in LANGUAGES}
        describe_photo(ledger, caller, gtin, sha256, captions, request.form.get("colourway", ""))
    else:
        raise Unknown("There is nothing like that to do with a photo.")
    return redirect(url_for("console.line", gtin=gtin, removed=removed, _anchor="album"), 303)


def _page(gtin: str, found: Line | None, typed: Typed, problem: LedgerError | None = None, photos_kept: int = 0) -> str:
    removed = request.args.get("removed", "")
    preview = "en" if found is None or "en" in found.words else next(iter(found.words), "en")
    return render_template(
        "console/line.html",
        gtin=check_gtin(gtin),
        line=found,
        typed=typed,
        problem=problem,
        photos_kept=photos_kept,
        saved=request.args.get("saved") and problem is None,
        removed=removed if _SHA256.fullmatch(removed) else "",
        languages=LANGUAGE_NAMES,
        looks=looks_of(found, preview) if found else None,
        care=found.said(preview)[0].care.splitlines() if found else [],
        photo_href=photo_href,
        photo_set=photo_set,
        most=MOST_PHOTOS,
        limit=ledger_here().limits.evidence_bytes // (1024 * 1024),
    )


def _found(gtin: str) -> Line | None:
    """The brand's line of this GTIN, None where it has none yet. Raises Forbidden for another brand's GTIN."""
    with ledger_here().store.read() as tx:
        need_gtin(tx, caller_here(), check_gtin(gtin))
        try:
            return own_line(tx, caller_here(), gtin)
        except Unknown:
            return None


def _typed(found: Line | None) -> Typed:
    values = {"name": request.args.get("name", "")[:120]}
    if found is None:
        return Typed(values, False, 0, {})
    values = {"name": found.name, "note": found.note, "programme_start": found.programme_start or ""}
    for language, said in found.words.items():
        values |= {f"{part}-{language}": getattr(said, part) for part in _PARTS}
        values[f"looks-{language}"] = "\n".join(said.looks)
    return Typed(values, found.retired, found.version, {})


def _field_of(where: str) -> str:
    """The form's name for a place in a line: words.en.care is care-en."""
    parts = where.split(".")
    return f"{parts[2]}-{parts[1]}" if len(parts) == 3 else where


def _sentence(what: str, mend: str) -> str:
    return f"{what[:1].upper()}{what[1:]} {mend}".strip()


def _named(problem: LedgerError, file: FileStorage) -> LedgerError:
    name = "".join(c for c in (file.filename or "")[-60:] if c.isprintable())
    return type(problem)(_("“%(name)s”: %(problem)s", name=name, problem=problem.detail))


def _moved(order: list[str], sha256: str, where: str) -> list[str]:
    if sha256 not in order:
        raise Unknown("This line shows no such photo.")
    at = order.index(sha256)
    order.remove(sha256)
    order.insert({"first": 0, "earlier": max(0, at - 1), "later": at + 1}[where], sha256)
    return order
