"""The verifier over the passport vectors; the browser's answers them too (tests/unit/js/passports.test.mjs)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.proof.report import Outcome, Step
from ledger.proof.shapes import json_schema
from tests.vectors.passport_cases import FOLDER, answer, cases, expectation

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_passport_of_the_vectors_has_the_answer_that_is_kept(case: dict[str, Any]) -> None:
    found = expectation(answer(case))
    assert json.loads(json.dumps(found)) == case["expected"]


def test_every_step_holds_in_one_vector_and_fails_in_another() -> None:
    ends = {(step, outcome) for case in CASES for step, outcome in case["expected"]["steps"]}
    failed = {step for step, outcome in ends if outcome not in (Outcome.HOLDS, Outcome.NOT_ASKED)}
    assert failed == set(Step)
    assert {step for step, outcome in ends if outcome == Outcome.HOLDS} == set(Step)


def test_no_two_vectors_have_one_name() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_schema_beside_the_vectors_is_the_published_one() -> None:
    assert json.loads((FOLDER / "schema.json").read_text()) == json_schema()
