"""Tracing through the API: a brand's own copied items alone, sellers under other names, and leads that say so."""

from __future__ import annotations

import json
import secrets
from typing import Any

from tests.web.api.asking import Asking, registered
from tests.web.api.test_signals import alert
from tests.web.stage import Stage


def offered(platform: Asking, seller: str, item: dict[str, Any]) -> str:
    """A live listing that shows an item's code."""
    ref = secrets.token_hex(6)
    sent = {
        "ref": ref,
        "url": f"https://bazar.example/l/{ref}",
        "title": "Brown bag",
        "language": "en",
        "seller": {"ref": seller},
        "condition": "used",
        "codes": [f"https://v.example.com/01/{item['gtin']}/21/{item['serial']}"],
    }
    platform.post("/v1/listings/screen", {"listings": [sent]})
    return ref


def test_sellers_who_show_two_copied_codes_are_one_lead_for_the_items_brand_alone(
    stage: Stage, brand: Asking, rival: Asking, platform: Asking
) -> None:
    one, other, calm = registered(stage, brand, 3)
    sellers = [f"maker-{secrets.token_hex(4)}" for _ in range(2)]
    refs = [offered(platform, seller, item) for seller in sellers for item in (one, other)]
    offered(platform, sellers[0], calm)
    assert one["serial"] not in json.dumps(brand.get("/v1/tracing"))
    alert(stage, one)
    alert(stage, other)
    [found] = [lead for lead in brand.get("/v1/tracing")["items"] if f"bazar/{refs[0]}" in lead["listings"]]
    assert found["hypothesis"].startswith("Hypothesis: ")
    assert found["items"] == sorted(f"{item['gtin']}/{item['serial']}" for item in (one, other))
    assert found["listings"] == sorted(f"bazar/{ref}" for ref in refs)
    assert len(found["sellers"]) == 2
    assert "codes" in {tie["kind"] for tie in found["evidence"]}
    assert not any(seller in json.dumps(found) for seller in sellers)
    assert rival.get("/v1/tracing") == {"items": []}
    platform.get("/v1/tracing", 403)
