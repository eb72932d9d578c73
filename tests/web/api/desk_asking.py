"""Notices as the tests of the API send them, and items with bad news to send them about."""

from __future__ import annotations

from typing import Any

from tests.web.api.asking import Asking, claimed, path_of, registered, speak
from tests.web.stage import Stage

WORDS = "The listing shows the code of an item that its owner has reported stolen."


def notice(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A notice that has everything."""
    return {
        "reason": "reported_stolen",
        "lines": list(lines),
        "explanation": WORDS,
        "name": "M. Rossi",
        "email": "rossi@maison.example",
        "good_faith": True,
        "accurate": True,
    } | more


def line(item: dict[str, Any] | None, ref: str, **more: Any) -> dict[str, Any]:
    """A line against a listing of Bazar that shows an item."""
    code = {} if item is None else {"gtin": item["gtin"], "serial": item["serial"]}
    return {"platform": "bazar", "listing": ref} | code | more


def stolen_items(stage: Stage, brand: Asking, anyone: Asking, count: int) -> list[dict[str, Any]]:
    """Items that their owners have reported stolen; for the ledger that counts from the queue on."""
    found = registered(stage, brand, count)
    for one in found:
        owner = claimed(stage, anyone, one)
        speak(anyone, anyone.post(path_of(one) + "/reports/draft", {"report": "stolen"}), owner)
    stage.follow()
    return found


def state_mark(brand: Asking, **more: Any) -> Any:
    """A trade mark of the brand in the vault."""
    told = {
        "kind": "mark",
        "name": "Maison Exemple",
        "number": "018000001",
        "office": "EM",
        "classes": ["18"],
        "territories": ["EU"],
    } | more
    return brand.post("/v1/rights", told, 201)
