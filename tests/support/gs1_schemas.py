"""GS1's published schemas as judges. By their terms they are not in the repository: who has them names their folder.

`TOUCHMARK_GS1_SCHEMAS` is a folder with `epcis-2.0.schema.json` (github.com/gs1/EPCIS) and `gs1-linkset.schema.json`
(github.com/gs1/linkset). Without it nobody judges here, and tests/unit/test_gs1_schemas.py is skipped to say so.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft7Validator, FormatChecker

VARIABLE: Final = "TOUCHMARK_GS1_SCHEMAS"


def judged() -> bool:
    """Whether the schemas are here."""
    return VARIABLE in os.environ


@functools.cache
def _validator(name: str) -> Draft7Validator:
    file = Path(os.environ[VARIABLE]) / name
    return Draft7Validator(json.loads(file.read_text()), format_checker=FormatChecker())


def faults_of(document: Any, name: str = "epcis-2.0.schema.json") -> list[str]:
    """What GS1's schema finds wrong in an EPCIS document or event; nothing where it is right, or nobody judges."""
    if not judged():
        return []
    return [f"{list(one.absolute_path)}: {one.message}" for one in _validator(name).iter_errors(document)]


def linkset_faults(found: Any) -> list[str]:
    """The same of a set of links."""
    return faults_of(found, "gs1-linkset.schema.json")
