"""Checklists: data in four languages, and a house's own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ledger.domain.checklists import LANGUAGES, STANDARD, Checklist, in_language, read_checklist, standard
from ledger.domain.errors import Invalid

OWN: dict[str, Any] = {
    "id": "our_bags",
    "version": 3,
    "name": {"en": "Our bags", "fr": "Nos sacs"},
    "points": [{"id": "thread", "words": {"en": "Thread: waxed"}}],
    "photos": [{"id": "front", "words": {"en": "Front"}, "outline": "bag"}],
}


@pytest.mark.parametrize("one", standard(), ids=STANDARD)
def test_every_standard_list_speaks_all_languages_at_every_point(one: Checklist) -> None:
    assert len(one.points) >= 8
    assert len(one.shots) >= 3
    for words in (one.name, *(point.words for point in one.points), *(shot.words for shot in one.shots)):
        assert set(words) == set(LANGUAGES)
        assert len(set(words.values())) > 1


def test_a_list_written_and_read_again_is_the_same() -> None:
    for one in (*standard(), read_checklist(OWN, "org_1")):
        assert read_checklist(one.as_json(), one.owner) == one


def test_a_language_that_is_missing_is_answered_in_english() -> None:
    own = read_checklist(OWN)
    assert in_language(own.name, "fr") == "Nos sacs"
    assert in_language(own.name, "it") == "Our bags"


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        ("id", "Our Bags", "id"),
        ("id", "", "id"),
        ("version", 0, "version"),
        ("version", True, "version"),
        ("name", {}, "English"),
        ("name", {"fr": "Nos sacs"}, "English"),
        ("name", {"en": "x", "de": "y"}, "cannot be used"),
        ("name", {"en": "a\nb"}, "cannot be used"),
        ("name", {"en": "x" * 201}, "cannot be used"),
        ("points", [], "at least one point"),
        ("points", "stitching", "list"),
        ("points", [{"id": "a", "words": {"en": "A"}}] * 2, "id of its own"),
        ("points", [{"id": f"p{n}", "words": {"en": "A"}} for n in range(81)], "at most 80"),
        ("points", [["a"]], "id of its own"),
        ("photos", [{"id": "a", "words": {"en": "A"}, "outline": "car"}], "outline"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_where_and_why(where: str, value: Any, told: str) -> None:
    broken = deepcopy(OWN) | {where: value}
    with pytest.raises(Invalid) as refused:
        read_checklist(broken)
    assert any(told in str(fault) for fault in refused.value.faults), refused.value.faults


def test_what_is_no_list_at_all_is_refused() -> None:
    for given in (None, [], "bag", 7):
        with pytest.raises(Invalid):
            read_checklist(given)
