"""The inspectors' and repairers' side: thirty inspections, their photos, and what was taken back or put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api import Api
from lives import Item
from pictures import photo
from plot import BAG, BRAND, INSPECTIONS, LUX, VERITE, WATCH, Inspection

_GOOD: Final = "consistent"


def inspect(api: Api, cast: Mapping[str, Item]) -> None:
    """Record every inspection of the plot with the inspectors' kept keys."""
    for number, one in enumerate(INSPECTIONS, start=1):
        record(api, f"inspection-{number:02}", one, cast[one.of])


def record(api: Api, step: str, one: Inspection, item: Item) -> None:
    """Record one inspection, its photos first."""
    photos = [_evidence(api, one, f"{step}-photo-{place}", place) for place in range(one.photos)]
    api.say(step, "/v1/inspections", facts(one, item) | {"evidence": photos}, one.by)


def facts(one: Inspection, item: Item) -> dict[str, Any]:
    """An inspection as the API takes it."""
    return {
        **item.named,
        "authenticity": one.authenticity,
        "method": one.method,
        "persons": one.persons,
        "condition": one.condition,
        "points": one.points,
        "remarks": list(one.remarks),
        "report": {"basis": one.basis},
    }


def take_back_and_put_right(api: Api, cast: Mapping[str, Item]) -> None:
    """One inspection is withdrawn, one corrected; both stay to be seen."""
    withdrawn = number_of(api, cast["withdrawn"], LUX)
    body = {**cast["withdrawn"].named, "about": withdrawn, "reason": "wrong_item",
            "report": {"basis": "The photos showed another bag of the same colour."}}  # fmt: skip
    api.say("withdrawal", "/v1/withdrawals", body, LUX)
    better = next(one for one in INSPECTIONS if one.of == "corrected")
    right = Inspection("corrected", LUX, _GOOD, "in_hand", 2, "B", 27, "Opened and seen in hand: every point agrees.")
    about = number_of(api, cast["corrected"], better.by)
    api.say("correction", "/v1/corrections", facts(right, cast["corrected"]) | {"about": about}, LUX)


def serve(api: Api, cast: Mapping[str, Item]) -> None:
    """A repair by an authenticator's workshop, and the house's own care."""
    repair = {"service": "part_replaced", "report": {"done": "Crown and glass replaced, tested to 3 bar."}}
    api.say("repair", "/v1/services", cast["repaired"].named | repair, VERITE)
    care = {"service": "care", "report": {"done": "Edges waxed, hardware polished."}}
    api.say("care", "/v1/services", cast["held"].named | care, BRAND)


def number_of(api: Api, item: Item, by: str) -> str:
    """The number under which an organisation's only inspection of an item stands."""
    mine = api.get("/v1/me", by)["name"]
    entries = api.get(item.path)["entries"]
    number: str = next(one["number"] for one in entries if one["by"] == mine and one["kind"] == "inspection")
    return number


def _evidence(api: Api, one: Inspection, step: str, place: int) -> str:
    subject = BAG if one.of in ("held", "counterfeit_found", "answered") else WATCH
    picture = photo(subject, place, even=one.authenticity == _GOOD)
    sha256: str = api.send_file(step, "/v1/evidence", picture, "image/jpeg", one.by)["sha256"]
    return sha256
