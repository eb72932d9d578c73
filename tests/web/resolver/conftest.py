"""A ledger with items to resolve: hostile serials, one that was recalled, one inspected, one not signed yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ledger.domain.characters import GS1_82
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.statements import Kind, MarkKind
from ledger.services import record_inspection as ri
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.kept_keys import sign_and_submit
from tests.web.stage import GTIN, Stage, staged

HOSTILE: Final = ("//", "%2F", "%252F", "a/b", "/01/", "../a", "a/..", "a?b=c", "a&b", "a;b", "01", "21", "235", "%")
PLACES: Final = ("{}xy", "x{}y", "xy{}", "{0}{0}x")
"""Where in a serial a character may stand."""


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("resolver")) as made:
        serials = [
            *sorted(GS1_82 - {"."}),
            *(place.format(one) for place in PLACES for one in sorted(GS1_82)),
            *HOSTILE,
        ]
        plain = {"colour": "black", "made_on": "2025-01-20", "made_in": "IT", "warranty_months": "24"}
        named = ("PLAIN", "RECALLED", "INSPECTED")
        made.register([{"serial": serial, **plain} for serial in dict.fromkeys([*serials, *named])])
        made.prepare([{"serial": "UNSIGNED", **plain}])
        recall = {"kind": MarkKind.RECALL, "gtin": GTIN, "serial": "RECALLED"}
        sign_and_submit(made.ledger, made.brand, Kind.MARK, recall)
        facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 2, "B", points=31)
        ri.record(made.ledger, made.inspector, ri.inspection(GTIN, "INSPECTED", facts, {"basis": "Good."}))
        made.follow()
        yield made


@pytest.fixture(scope="package")
def app(stage: Stage) -> Flask:
    return stage.app()


@pytest.fixture
def client(stage: Stage, app: Flask) -> FlaskClient:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now())
    return app.test_client()
