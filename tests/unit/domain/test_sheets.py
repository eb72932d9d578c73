"""What a sheet needs before it can be committed, and what its opinion is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.checklists import standard
from ledger.domain.errors import Invalid
from ledger.domain.inspections import Authenticity, Method, Remark
from ledger.domain.sheet_steps import with_step
from ledger.domain.sheets import (
    Answer,
    Purpose,
    Sheet,
    SheetPhoto,
    Told,
    facts_of,
    gaps,
    opinion_of,
    progress,
    report_of,
    told_from_json,
    told_to_json,
)

BAG = standard()[0]
WHOLE = Told(
    purpose=Purpose.RESALE,
    method=Method.IN_HAND,
    answers={point.id: Answer.PASS for point in BAG.points},
    photos=tuple(SheetPhoto(f"{n:064x}", shot.id) for n, shot in enumerate(BAG.shots)),
    authenticity=Authenticity.CONSISTENT,
    basis="Stamp and stitching.",
)


def sheet(told: Told = WHOLE, **more: Any) -> Sheet:
    given: dict[str, Any] = {"item": 9, "gtin": "09521234543213", "serial": "A"} | more
    return Sheet("sh_1", "org_1", "per_1", "sh_1", BAG, 1, 1, told=told, **given)


def places(told: Told, **more: Any) -> list[str]:
    return [one.place for one in gaps(sheet(told, **more))]


def test_a_whole_sheet_has_no_gap() -> None:
    assert gaps(sheet()) == []


def test_an_empty_sheet_names_everything_that_misses_in_the_order_of_the_form() -> None:
    steps = [one.step for one in gaps(sheet(Told()))]
    assert steps == sorted(steps, key=("item", "check", "photos", "result").index)
    assert len(steps) == 2 + len(BAG.points) + len(BAG.shots) + 2


def test_a_concern_needs_a_photo_of_its_point() -> None:
    concerned = replace(WHOLE, answers={**WHOLE.answers, "zip": Answer.CONCERN})
    assert places(concerned) == ["point:zip"]
    shown = replace(concerned, photos=(*WHOLE.photos, SheetPhoto("f" * 64, "point:zip")))
    assert places(shown) == []


def test_a_photo_that_cannot_be_taken_is_no_gap_once_that_is_said() -> None:
    assert places(replace(WHOLE, photos=WHOLE.photos[1:])) == ["front"]
    assert places(replace(WHOLE, photos=WHOLE.photos[1:], skipped=("front",))) == []


def test_inconclusive_says_why() -> None:
    assert places(replace(WHOLE, authenticity=Authenticity.INCONCLUSIVE)) == ["why"]


def test_who_does_not_judge_such_things_need_not_answer_every_point() -> None:
    told = Told(
        purpose=Purpose.OWNER, method=Method.PHOTOS, authenticity=Authenticity.NOT_SUPPORTED, basis="We judge no bags."
    )
    assert places(told) == []


def test_a_seal_is_photographed() -> None:
    assert places(replace(WHOLE, seal="88213")) == ["seal"]


def test_a_thing_without_a_code_is_described() -> None:
    assert places(WHOLE, item=None) == ["description"]


def test_only_points_that_were_seen_count_as_checked() -> None:
    answers = {**WHOLE.answers, "smell": Answer.CANNOT_SEE, "uv": Answer.NOT_APPLICABLE}
    assert facts_of(sheet(replace(WHOLE, answers=answers))).points == len(BAG.points) - 2
    assert progress(sheet(replace(WHOLE, answers={}))) == (0, len(BAG.points))


@pytest.mark.parametrize(
    "change",
    [
        {"authenticity": Authenticity.NOT_GENUINE},
        {"basis": "Other words."},
        {"remarks": Remark.ALTERED},
        {"notes": {"zip": "stiff"}},
        {"photos": WHOLE.photos[1:]},
        {"seal": "1"},
        {"condition": "B"},
        {"method": Method.PHOTOS},
    ],
)
def test_whatever_is_changed_makes_another_opinion(change: dict[str, Any]) -> None:
    assert opinion_of(sheet(replace(WHOLE, **change))) != opinion_of(sheet())


def test_the_same_words_on_another_item_are_another_opinion() -> None:
    assert opinion_of(sheet(item=10)) != opinion_of(sheet())


def test_what_was_told_is_the_same_after_it_was_kept() -> None:
    told = replace(WHOLE, notes={"zip": "stiff"}, remarks=Remark.ALTERED | Remark.CODE_MOVED, decisive=("stamp",))
    assert told_from_json(told_to_json(told)) == told
    assert told_from_json(told_to_json(Told())) == Told()


def test_the_report_tells_no_purpose_and_no_name() -> None:
    report = report_of(sheet(replace(WHOLE, decisive=("stamp",))), [bytes(32)], Authenticity.INCONCLUSIVE)
    assert report["dissent"] == "inconclusive"
    assert "Stamp" in report["decisive"][0]
    assert "resale" not in str(report)
    assert "per_1" not in str(report)


def test_a_half_filled_step_is_kept_and_leaves_the_other_steps_alone() -> None:
    told = with_step(WHOLE, "result", {"authenticity": ["2"], "remarks": ["1", "4"]}, BAG)
    assert told.authenticity is Authenticity.NOT_GENUINE
    assert told.remarks == Remark.ALTERED | Remark.CODE_MOVED
    assert told.basis == ""
    assert told.answers == WHOLE.answers


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("item", {"purpose": ["party"]}),
        ("item", {"method": ["9"]}),
        ("item", {"description": ["x" * 1_001]}),
        ("check", {"answer.zip": ["perhaps"]}),
        ("check", {"note.zip": ["x" * 301]}),
        ("result", {"authenticity": ["0"]}),
        ("result", {"remarks": ["7"]}),
        ("result", {"condition": ["F"]}),
        ("result", {"basis": ["x" * 4_001]}),
        ("result", {"seal": ["\u202e88213"]}),
        ("sign", {}),
    ],
)
def test_what_could_never_be_right_is_refused(step: str, form: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid):
        with_step(WHOLE, step, form, BAG)


def test_points_that_the_list_does_not_have_are_not_kept() -> None:
    assert with_step(Told(), "check", {"answer.engine": ["pass"]}, BAG).answers == {}
