"""GS1's JSON schema of EPCIS 2.0, as the judge of what is exported and of what is taken."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

_FILE = Path(__file__).parents[1] / "data/gs1/epcis-2.0.schema.json"


@functools.cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads(_FILE.read_text()), format_checker=FormatChecker())


def faults_of(document: Any) -> list[str]:
    """What GS1's schema finds wrong in a document or in an event that stands alone; nothing, where it is right."""
    return [f"{list(one.absolute_path)}: {one.message}" for one in _validator().iter_errors(document)]
