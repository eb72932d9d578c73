"""The scan pages of every verdict, rendered by a minimal app: for the tests and for looking at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, render_template, render_template_string
from jinja2 import StrictUndefined

from ledger.domain.custody import Flag
from ledger.domain.errors import Fault, Invalid
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.said import country, said
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Asked, Facts, Raised, Undone
from ledger.domain.standing_headlines import Key
from ledger.settings import Settings
from tests.unit.domain.standing_cases import ANSWERED, CASES, COPIED, FAKE, GENUINE, NOW, STOLEN, held, seen
from web import languages, own
from web import scan as scan_routes
from web.own.items import ItemConverter
from web.scan.looks import Looks, Picture
from web.scan_view import EarlierChecks, Event, Scan, SelfCheck, Shown, scan_view
from web.sealed_numbers import SealedNumber

PHOTO = "/photo/sac-lune.svg"
HREFS = {
    "save_check": "?format=pdf",
    "save_file": "?format=receipt",
    "type_again": "/check",
    "type_serial": "/check",
    "refresh": "?",
    "try_again": "?",
    "looks_different": "?looks=different",
}
ITEM = Shown("Sac Lune 25", "black calfskin, 2025", "TP4W", PHOTO)
TIMELINE = (
    Event(date(2025, 1, 20), said("Made in %(country)s", country=country("Italy", "IT"))),
    Event(date(2025, 3, 14), said("First owner")),
    Event(date(2025, 3, 15), said("%(who)s recalled it", who="Maison Exemple")),
)
SELF_CHECK = SelfCheck("touchmark verify passport.json", 7_302_211_904, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
OLDER = (
    GENUINE,
    seen(Authenticity.INCONCLUSIVE, method=Method.PHOTOS, persons=1, by="Atelier Vero", on=date(2026, 6, 2)),
    seen(Authenticity.NOT_GENUINE, undone=Undone.FINAL, by="Quick Check", on=date(2026, 5, 1)),
)

LOOKS = Looks(
    tuple(Picture(PHOTO, f"{PHOTO} 960w", 960, 960, caption) for caption in ("From the front", "")),
    ("Nine stitches to the inch", "The crescent in the clasp opens to the right"),
    "A bag for the evening.",
    "Calfskin, brass",
    retired=True,
    language="en",
)

PARTS = (Path(__file__).parent / "parts.html").read_text()
"""A page of every part of templates/_ui.html."""

STORIES: dict[str, Facts] = {
    **{key.value: facts for key, facts in CASES.items()},
    "held_inspected": held(inspections=OLDER),
    "stolen_and_more": held(
        STOLEN,
        Raised(Flag.RECALLED),
        Raised(Flag.AMENDED),
        clone_signals=COPIED,
        node_seen_at=NOW - timedelta(minutes=9),
        recall_reason="The clasp can open under load",
    ),
    "confirmed_with_warning": held(inspections=(FAKE,), owner_confirmed_at=ANSWERED),
    "unknown_maker": Facts(Asked.ITEM, node_seen_at=NOW, as_of=CASES[Key.HELD].as_of),
}


def make_app() -> Flask:
    """Flask with the product's templates, languages and addresses, and nothing behind them."""
    app = Flask("web")
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.extensions.update(ledger=None, settings=Settings())
    languages.register(app)
    app.url_map.converters["item"] = ItemConverter
    app.url_map.converters["sealed"] = SealedNumber
    for blueprint in (scan_routes.bp, own.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.undefined = StrictUndefined
    return app


def scan(facts: Facts, **changes: Any) -> Scan:
    """What a caller would hand to the page for these facts."""
    got = Scan(
        facts,
        standing(facts, NOW),
        "v.maison-exemple.example",
        HREFS,
        item=ITEM if facts.known else None,
        timeline=TIMELINE,
        care=("Wipe with a soft dry cloth. Keep away from rain.", "Repairs: any Maison Exemple shop."),
        self_check=SELF_CHECK,
    )
    return replace(got, **changes)


def item_page(app: Flask, facts: Facts, language: str | None = None, **changes: Any) -> str:
    """The page behind the code on an item."""
    with app.test_request_context(f"/?lang={language}" if language else "/"):
        return render_template("scan/item.html", view=scan_view(scan(facts, **changes)))


def all_pages(app: Flask, language: str | None = None) -> Iterator[tuple[str, str]]:
    """Every page of the gallery, by name, in one language."""
    for name, facts in STORIES.items():
        yield name, item_page(app, facts, language)
    first = EarlierChecks(3, NOW - timedelta(days=1), country("China", "CN"))
    yield "held_counted", item_page(app, CASES[Key.HELD], language, earlier=first)
    with app.test_request_context(f"/check?lang={language}" if language else "/check"):
        yield "check_empty", render_template("scan/check.html", view=None)
        for key in (Key.BAD_CODE, Key.UNKNOWN, Key.PRODUCT_ONLY):
            view = scan_view(scan(CASES[key]))
            yield f"check_{key.value}", render_template("scan/check.html", view=view, code="7K3M 9QX2 TP4")
        got = replace(scan(CASES[Key.HELD]), hrefs=HREFS | {"compare": "?looks=compare"})
        yield "looks", render_template("scan/looks.html", view=scan_view(got), looks=LOOKS)
        yield "home", render_template("scan/home.html", view=None)
        yield "parts", render_template_string(PARTS, photo=PHOTO)
        yield (
            "problem",
            render_template(
                "problem.html",
                status=422,
                title=Invalid.title,
                detail=said("The serial is empty; it needs 1 to 20 characters."),
                faults=(Fault("date", "2027-01-01 is later than today.", "Give the day you saw the item."),),
            ),
        )
