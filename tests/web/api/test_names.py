"""Names of schemas: two shapes of one name would overwrite each other in the description."""

from __future__ import annotations

import json
from collections import defaultdict

from pydantic import BaseModel

import web.api
from web.api.shapes import In, Out


def _all(base: type[BaseModel]) -> set[type[BaseModel]]:
    return {one for sub in base.__subclasses__() for one in ({sub} | _all(sub))}


def test_every_name_of_a_schema_has_one_shape() -> None:
    assert web.api.RESOURCES
    shapes: dict[str, set[str]] = defaultdict(set)
    for model in _all(In) | _all(Out):
        schema = model.model_json_schema()
        parts = schema.pop("$defs", {})
        for name, shape in {**parts, model.__name__: schema}.items():
            shapes[name].add(json.dumps(shape, sort_keys=True))
    assert {name for name, found in shapes.items() if len(found) > 1} == set()
