"""Own checklists over the API: versions, languages, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.asking import Asking

LIST: dict[str, Any] = {
    "name": {"en": "Our bags", "fr": "Nos sacs"},
    "points": [{"id": "thread", "words": {"en": "Thread: waxed", "it": "Filo: cerato"}}],
    "photos": [{"id": "front", "words": {"en": "Front"}, "outline": "bag"}],
}


def put(asking: Asking, id: str, body: Any, status: int = 200) -> Any:
    return asking._json(asking.ask("PUT", f"/v1/checklists/{id}", json=body), status)


def test_a_list_is_kept_read_back_and_versioned(brand: Asking) -> None:
    assert put(brand, "our_bags", LIST)["version"] == 1
    again = put(brand, "our_bags", LIST | {"photos": []})
    assert (again["version"], again["photos"]) == (2, [])
    (found,) = [one for one in brand.get("/v1/checklists")["items"] if one["id"] == "our_bags"]
    assert found == again
    assert brand.ask("DELETE", "/v1/checklists/our_bags").status_code == 204
    assert brand.ask("DELETE", "/v1/checklists/our_bags").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"points": []},
        {"name": {"fr": "Nos sacs"}},
        {"points": [{"id": "a", "words": {"en": "A"}}] * 2},
        {"photos": [{"id": "a", "words": {"en": "A"}, "outline": "car"}]},
        {"extra": 1},
    ],
)
def test_a_list_that_cannot_be_used_is_refused_and_nothing_is_kept(brand: Asking, change: dict[str, Any]) -> None:
    before = brand.get("/v1/checklists")
    put(brand, "broken", LIST | change, 422)
    assert brand.get("/v1/checklists") == before
