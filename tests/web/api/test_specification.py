"""The description of the API is true: valid OpenAPI 3.1, complete, and what really answers fits it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
import schemathesis
from annotated_types import MaxLen
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from ledger.domain.webhooks import EventType
from ledger.storage.tables import api_keys
from ledger.storage.tables_rights import design_certificates, order_sellers, orders, rights
from tests.web.api.asking import Asking, made, path_of, registered
from tests.web.stage import Stage

CHECKS = (
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)


@pytest.fixture(scope="module")
def spec(anyone: Asking) -> dict[str, Any]:
    found: dict[str, Any] = anyone.get("/openapi.json")
    return found


def test_the_description_is_valid_openapi(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    validate(spec)


def test_every_route_is_described(app: Flask, spec: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in spec["paths"].items() for method in methods}
    assert described == routes


def test_every_operation_says_what_it_is(spec: dict[str, Any]) -> None:
    for methods in spec["paths"].values():
        for one in methods.values():
            assert one["summary"]
            assert one["description"]
            assert one["tags"]
            assert "429" in one["responses"]
    names = [one["operationId"] for methods in spec["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("sent", "column"),
    [
        ("NewKey.label", api_keys.c.label),
        ("NewDesign.name", design_certificates.c.name),
        ("StatedRight.name", rights.c.name),
        ("EnteredOrder.court", orders.c.court),
        ("EnteredOrder.number", orders.c.number),
        ("HeldSeller.ref", order_sellers.c.ref),
        ("SellerAuthorised.platform", order_sellers.c.platform),
    ],
    ids=str,
)
def test_what_is_sent_fits_where_it_is_kept(spec: dict[str, Any], sent: str, column: Any) -> None:
    schema, field = sent.split(".")
    assert spec["components"]["schemas"][schema]["properties"][field]["maxLength"] == column.type.length


def test_no_limit_of_a_text_is_overruled_by_that_of_its_kind() -> None:
    """It is where it stands as the field's default, and of the kind's and its own the kind's then counts alone."""
    own, overruled = set(), set()
    for model in models(BaseModel):
        for name, hint in get_type_hints(model, include_extras=True).items():
            annotated = [one for field in getattr(hint, "__metadata__", ()) for one in getattr(field, "metadata", ())]
            if (field := model.model_fields.get(name)) is None:
                continue
            of_kind, all_of_them = (
                sum(isinstance(one, MaxLen) for one in those) for those in (annotated, field.metadata)
            )
            (overruled if of_kind and all_of_them > of_kind else own).add(f"{model.__name__}.{name}")
    assert overruled == set()
    assert len(own) > 100, "or this looks at nothing"


def models(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model of the API."""
    for one in of.__subclasses__():
        yield from models(one)
        if one.__module__.startswith("web.api."):
            yield one


def test_every_field_that_is_sent_is_bounded(spec: dict[str, Any]) -> None:
    """Text has a length or a pattern or words to choose from, lists have a number of entries, objects are closed."""
    schemas = spec["components"]["schemas"]
    seen: set[str] = set()

    def walk(schema: dict[str, Any], where: str) -> None:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in seen:
                seen.add(name)
                walk(schemas[name], name)
            return
        for part in schema.get("anyOf", ()):
            walk(part, where)
        if schema.get("type") == "string":
            bounded = {"maxLength", "enum", "const", "format"} & set(schema)
            bounded |= {"pattern"} if re.search(r"\{\d+(,\d+)?\}\$$", schema.get("pattern", "")) else set()
            assert bounded, f"{where}: {schema}"
        if schema.get("type") == "array":
            assert "maxItems" in schema, where
            walk(schema["items"], where)
        if schema.get("type") == "object":
            if isinstance(schema.get("additionalProperties"), dict):
                assert "maxProperties" in schema, where
                walk(schema["additionalProperties"], where)
            else:
                assert schema.get("additionalProperties") is False, where
            if "patternProperties" in schema:
                assert "maxProperties" in schema, where
            for name, part in {**schema.get("properties", {}), **schema.get("patternProperties", {})}.items():
                walk(part, f"{where}.{name}")

    for methods in spec["paths"].values():
        for one in methods.values():
            body = one.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                walk(body["schema"], one["operationId"])
    assert seen


def test_every_message_is_described_with_its_headers(spec: dict[str, Any]) -> None:
    assert set(spec["webhooks"]) == set(EventType)
    for one in spec["webhooks"].values():
        assert {part["name"] for part in one["post"]["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }
        assert one["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"] in (
            f"#/components/schemas/{name}" for name in spec["components"]["schemas"]
        )


def test_the_readable_page_has_every_operation(app: Flask, spec: dict[str, Any]) -> None:
    text = app.test_client().get("/docs").get_data(as_text=True)
    for methods in spec["paths"].values():
        for one in methods.values():
            assert f'id="{one["operationId"]}"' in text
    assert all(f"<code>{name}</code>" in text for name in spec["webhooks"])


@pytest.fixture(scope="module")
def described(app: Flask) -> OpenApiSchema:
    """What the application says of itself, read once."""
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.fixture(scope="module")
def real(stage: Stage, brand: Asking) -> dict[str, str]:
    """Names that exist, so that invented requests come further than to a 404."""
    [item] = registered(stage, brand, 1)
    batch = made(stage, brand, 1)
    sent = brand.post("/v1/anchors", {"sha256": "42" * 32}, 202)
    return {
        "item": path_of(item),
        "batches": batch["id"],
        "imports": brand.get("/v1/imports")["items"][0]["id"],
        "statements": sent["id"],
        "webhooks": brand.post("/v1/webhooks", {"url": "https://hooks.example/"}, 201)["id"],
    }


EXAMPLES = int(os.environ.get("TOUCHMARK_FUZZ_EXAMPLES", "3"))
"""Requests invented for each operation in each way; the night's run takes more."""

ONCE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


TAKES_ANYTHING = {
    "GET /v1/items/{gtin}/{serial}",
    "GET /v1/label-formats",
    "GET /v1/template.csv",
    "GET /v1/template.xlsx",
    "POST /v1/receipts/verify",
}
"""Whatever is sent to these, it is as described: there is no request that they would have to refuse."""


def _operations() -> list[str]:
    from web.api import RESOURCES

    return sorted(
        f"{method.upper()} {path}"
        for resource in RESOURCES
        for path, item in resource.bp.paths.items()
        for method in ("get", "post", "delete")
        if getattr(item, method, None) is not None
    )


def _asked() -> list[Any]:
    """Every operation as it is described, and otherwise where there is an otherwise."""
    ways = {"as described": GenerationMode.POSITIVE, "otherwise": GenerationMode.NEGATIVE}
    return [
        pytest.param(mode, name, id=f"{way}-{name}")
        for way, mode in ways.items()
        for name in _operations()
        if not (mode is GenerationMode.NEGATIVE and name in TAKES_ANYTHING)
    ]


@pytest.mark.parametrize(("mode", "name"), _asked())
def test_invented_requests_never_break_it_and_answers_fit_the_description(
    described: OpenApiSchema, brand: Asking, real: dict[str, str], name: str, mode: GenerationMode
) -> None:
    method, path = name.split(" ")
    operation = described[path][method]
    headers = {"Authorization": f"Bearer {brand.secret}"}

    @ONCE
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            _name(case, path, real)
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    holds()


def _name(case: Any, path: str, real: dict[str, str]) -> None:
    if "{gtin}" in path:
        _, _, _, gtin, serial = real["item"].split("/")
        case.path_parameters.update(gtin=gtin, serial=serial)
    elif "{id}" in path and path.split("/")[2] in real:
        case.path_parameters["id"] = real[path.split("/")[2]]
