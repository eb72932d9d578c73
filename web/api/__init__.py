"""The HTTP API, version 1: one file a resource, OpenAPI 3.1 at /openapi.json, a page to read at /docs."""

from __future__ import annotations

from typing import Any, Final

from flask_openapi3.openapi import OpenAPI
from flask_wtf import CSRFProtect

from web.api import (
    activations,
    agents,
    authorised_sellers,
    badges,
    batches,
    cards,
    case_files,
    cases,
    checklists,
    checks,
    claims,
    clues,
    components,
    credentials,
    designs,
    docs,
    epcis,
    escrows,
    evidence,
    handovers,
    imports,
    items,
    labels,
    lines,
    listings,
    look_ups,
    looks,
    marks,
    notices,
    orders,
    organisations,
    parties,
    passports,
    proposals,
    receipts,
    records,
    releases,
    reports,
    rights,
    sandbox,
    sellers,
    signals,
    statements,
    stolen,
    tags,
    tracing,
    watches,
    webhooks,
)

RESOURCES: Final = (
    organisations,
    lines,
    looks,
    imports,
    batches,
    cards,
    labels,
    activations,
    passports,
    items,
    components,
    checks,
    badges,
    sandbox,
    watches,
    stolen,
    statements,
    receipts,
    records,
    evidence,
    checklists,
    claims,
    credentials,
    handovers,
    escrows,
    reports,
    marks,
    proposals,
    parties,
    tags,
    webhooks,
    epcis,
    notices,
    cases,
    case_files,
    listings,
    authorised_sellers,
    rights,
    agents,
    orders,
    designs,
    look_ups,
    releases,
    sellers,
    clues,
    signals,
    tracing,
)


def register(app: OpenAPI, csrf: CSRFProtect) -> None:
    """Add every resource. They take keys, never cookies, so a forged form has nothing to ride on (CSRF)."""
    for resource in RESOURCES:
        bp: Any = resource.bp
        csrf.exempt(bp)
        app.register_api(bp)
    app.register_blueprint(docs.bp)
