"""One step of a sheet, as a form sends it, taken into what was told before: pure, and bounded in every field.

An unfinished step is kept as it is; only what could never be right is refused. What a step does not name stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, Final, TypeVar

from ledger.domain.checklists import Checklist
from ledger.domain.errors import Fault, Invalid
from ledger.domain.inspections import Authenticity, Method, Remark
from ledger.domain.said import said
from ledger.domain.sheets import (
    BASIS_LONGEST,
    NOTE_LONGEST,
    SEAL_LONGEST,
    TEXT_LONGEST,
    Answer,
    Purpose,
    Told,
    Why,
)

Form = Mapping[str, Sequence[str]]
E = TypeVar("E", bound=Enum)


def with_step(told: Told, step: str, form: Form, checklist: Checklist) -> Told:
    """What is told after a step's form. Raises Invalid for a step there is not, and for words that do not fit."""
    take = _STEPS.get(step)
    if take is None:
        raise Invalid(said("There is no such step of a sheet."))
    return take(told, form, checklist)


def _item(told: Told, form: Form, _checklist: Checklist) -> Told:
    return replace(
        told,
        purpose=_one_of(Purpose, form, "purpose"),
        method=_one_of(Method, form, "method"),
        high_value=bool(_text(form, "high_value", 8)),
        description=_text(form, "description", TEXT_LONGEST),
    )


def _check(told: Told, form: Form, checklist: Checklist) -> Told:
    answers, notes = {}, {}
    for point in checklist.points:
        answer = _one_of(Answer, form, f"answer.{point.id}")
        note = _text(form, f"note.{point.id}", NOTE_LONGEST)
        if answer is not None:
            answers[point.id] = answer
        if note:
            notes[point.id] = note
    return replace(told, answers=answers, notes=notes)


def _photos(told: Told, form: Form, checklist: Checklist) -> Told:
    wanted = set(form.get("skipped", ()))
    skipped = tuple(shot.id for shot in checklist.shots if shot.id in wanted)
    return replace(told, skipped=skipped, show_photos=bool(_text(form, "show_photos", 8)))


def _result(told: Told, form: Form, checklist: Checklist) -> Told:
    remarks = Remark(0)
    for chosen in form.get("remarks", ()):
        remarks |= _known(Remark, chosen, "remarks")
    condition = _text(form, "condition", 1) or None
    if condition is not None and condition not in "ABCDE":
        raise _wrong("condition")
    decisive = set(form.get("decisive", ()))
    return replace(
        told,
        authenticity=_one_of(Authenticity, form, "authenticity"),
        why=_one_of(Why, form, "why"),
        condition=condition,
        condition_text=_text(form, "condition_text", TEXT_LONGEST),
        remarks=remarks,
        basis=_text(form, "basis", BASIS_LONGEST),
        decisive=tuple(point.id for point in checklist.points if point.id in decisive),
        seal=_text(form, "seal", SEAL_LONGEST),
    )


_STEPS: Final[dict[str, Callable[[Told, Form, Checklist], Told]]] = {
    "item": _item,
    "check": _check,
    "photos": _photos,
    "result": _result,
}


def _first(form: Form, name: str) -> str:
    found = form.get(name, ())
    return found[0].strip() if found else ""


def _one_of(kind: type[E], form: Form, name: str) -> E | None:
    text = _first(form, name)
    return _known(kind, text, name) if text else None


def _known(kind: type[E], text: str, name: str) -> E:
    value: Any = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
    try:
        found = kind(value)
    except ValueError:
        raise _wrong(name) from None
    # Several flags in one number would be a choice that the form does not offer.
    if found not in set(kind):
        raise _wrong(name)
    return found


def _wrong(name: str) -> Invalid:
    what = said("is none of the choices. Choose from the form.")
    return Invalid(
        said("Something on this form was not one of its choices. Load the page again."), faults=[Fault(name, what)]
    )


def _text(form: Form, name: str, most: int) -> str:
    text = _first(form, name).replace("\r\n", "\n")
    if len(text) > most:
        words = said("This text is longer than %(most)s characters. Shorten it.", most=most)
        raise Invalid(words, faults=[Fault(name, words)])
    if not all(one.isprintable() or one == "\n" for one in text):
        words = said("This text holds characters that cannot be shown. Type it again.")
        raise Invalid(words, faults=[Fault(name, words)])
    return text
