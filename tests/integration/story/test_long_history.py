"""The page of an item to which much has happened: the newest of it, every bad opinion, and a way to all the rest."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service
from ledger.services import gather_facts
from ledger.services import record_inspection as records
from ledger.services.scanned import NEWEST
from tests.support.world import Card, World, person
from web import create_app

ADA, BEN, CEM = person("ada"), person("ben"), person("cem")
FAKE = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
GOOD = InspectionFacts(Authenticity.CONSISTENT, Method.PHOTOS, 1)
BROWSER = {"Accept": "text/html"}


def inspect(world: World, card: Card, facts: InspectionFacts, basis: str) -> None:
    records.record(
        world.ledger, world.caller("luxcheck"), records.inspection(card.gtin, card.serial, facts, {"basis": basis})
    )
    world.settle()


def serve(world: World, card: Card, times: int) -> None:
    for n in range(times):
        done = records.service(card.gtin, card.serial, Service.CARE, {"what": f"polished {n}"})
        records.record(world.ledger, world.caller("maison"), done)
    world.settle()


def looked_at(world: World, card: Card, question: str = "") -> TestResponse:
    app = create_app(world.settings, world.ledger)
    try:
        return app.test_client().get(f"/01/{card.gtin}/21/{card.serial}{question}", headers=BROWSER)
    finally:
        app.extensions["scan_notes"].settle()


def page(world: World, card: Card, question: str = "") -> dict[str, str]:
    """The page's sections by their ids."""
    text = looked_at(world, card, question).text
    return dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, re.DOTALL))


def lines(section: str) -> list[str]:
    found = re.findall(r"<li><time>.*?</time> (.*?)</li>", section)
    return [one.replace("&#39;", "'") for one in found]


def test_of_much_the_newest_is_listed_with_a_way_to_all_of_it(world: World) -> None:
    card = world.cards()[0]
    inspect(world, card, FAKE, "the stitching is uneven")
    inspect(world, card, GOOD, "the lining is right")
    serve(world, card, NEWEST)
    shown, whole = page(world, card), page(world, card, "?history=whole")

    assert len(lines(shown["timeline"])) == NEWEST
    assert lines(shown["timeline"]) == lines(whole["timeline"])[-NEWEST:]
    assert len(lines(whole["timeline"])) > NEWEST + 2
    assert shown["care"].count("<p>") == whole["care"].count("<p>") == NEWEST
    assert "the stitching is uneven" in shown["inspections"], "a bad opinion is never left out"
    assert "the lining is right" not in shown["inspections"]
    assert {"the stitching is uneven", "the lining is right"} <= set(
        re.findall("the stitching is uneven|the lining is right", whole["inspections"])
    )
    for name in ("timeline", "inspections", "care"):
        assert 'href="?history=whole#timeline"' in shown[name]
        assert "history=whole" not in whole[name]


def test_what_is_short_is_shown_whole(world: World) -> None:
    card = world.cards()[0]
    serve(world, card, 3)
    shown = page(world, card)
    assert len(lines(shown["timeline"])) > 3
    assert "history=whole" not in "".join(shown.values())


def test_a_file_of_an_answer_lists_everything(world: World) -> None:
    card = world.cards()[0]
    serve(world, card, NEWEST + 2)
    answer = looked_at(world, card, "?format=json").get_json()
    assert (len(answer["entries"]), answer["earlier_entries"]) == (NEWEST + 2, 0)


def test_owners_are_counted_from_the_first_however_long_ago_that_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = world.cards()[0]
    world.claim(card, ADA)
    world.settle()
    for owner, buyer in ((ADA, BEN), (BEN, CEM)):
        serve(world, card, 4)
        world.accept(world.offer(card, owner, buyer.address), buyer)
        world.settle()
    owners = [one for one in lines(page(world, card)["timeline"]) if "wner" in one]
    assert owners == ["First owner", "Handed over to a new owner, number 2", "Handed over to a new owner, number 3"]
    monkeypatch.setattr(gather_facts, "_TIMELINE", 3)
    owners = [one for one in lines(page(world, card)["timeline"]) if "wner" in one]
    assert owners == ["Handed over to a new owner, number 3"]
