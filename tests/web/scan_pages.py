"""The scan pages of every verdict, rendered by a minimal app: for the tests and for looking at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, render_template, render_template_string
from flask_babel import Babel
from jinja2 import StrictUndefined

from ledger.domain.custody import Flag
from ledger.domain.errors import Fault
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Asked, Facts, Raised, Undone
from ledger.domain.standing_headlines import Key
from tests.unit.domain.standing_cases import ANSWERED, CASES, COPIED, FAKE, GENUINE, NOW, STOLEN, held, seen
from web.scan_view import EarlierChecks, Event, Language, Scan, SelfCheck, Shown, scan_view

PHOTO = "/photo/sac-lune.svg"
HREFS = {
    "save_check": "?format=json",
    "type_again": "/check",
    "type_serial": "/check",
    "refresh": "?",
    "try_again": "?",
    "looks_different": "?looks=different",
}
LANGUAGES = tuple(
    Language(code, label, f"?lang={code}")
    for code, label in (("en", "EN"), ("fr", "FR"), ("it", "IT"), ("zh-Hans", "中文"))
)
ITEM = Shown("Sac Lune 25", "black calfskin, 2025", "TP4W", PHOTO)
TIMELINE = (
    Event(date(2025, 1, 20), "Made in Italy"),
    Event(date(2025, 3, 14), "First owner, in France"),
    Event(date(2025, 3, 14), "1 owner so far"),
)
SELF_CHECK = SelfCheck("touchmark verify passport.json", 7_302_211_904, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
OLDER = (
    GENUINE,
    seen(Authenticity.INCONCLUSIVE, method=Method.PHOTOS, persons=1, by="Atelier Vero", on=date(2026, 6, 2)),
    seen(Authenticity.NOT_GENUINE, undone=Undone.FINAL, by="Quick Check", on=date(2026, 5, 1)),
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
    """Flask with the product's templates and static files and its words, and nothing else."""
    app = Flask("web")
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    Babel(app)
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
        languages=LANGUAGES,
        timeline=TIMELINE,
        care=("Wipe with a soft dry cloth. Keep away from rain.", "Repairs: any Maison Exemple shop."),
        self_check=SELF_CHECK,
    )
    return replace(got, **changes)


def item_page(app: Flask, facts: Facts, **changes: Any) -> str:
    """The page behind the code on an item."""
    with app.test_request_context("/"):
        return render_template("scan/item.html", view=scan_view(scan(facts, **changes)))


def all_pages(app: Flask) -> Iterator[tuple[str, str]]:
    """Every page of the gallery, by name."""
    for name, facts in STORIES.items():
        yield name, item_page(app, facts)
    for language in ("fr", "it", "zh-Hans"):
        first = EarlierChecks(3, NOW - timedelta(days=1), "中国")
        yield f"held_{language}", item_page(app, CASES[Key.HELD], language=language, earlier=first)
    with app.test_request_context("/check"):
        yield "check_empty", render_template("scan/check.html", view=None)
        for key in (Key.BAD_CODE, Key.UNKNOWN, Key.PRODUCT_ONLY):
            view = scan_view(scan(CASES[key]))
            yield f"check_{key.value}", render_template("scan/check.html", view=view, code="7K3M 9QX2 TP4")
        yield "home", render_template("scan/home.html", view=None)
        yield "parts", render_template_string(PARTS, photo=PHOTO)
        yield (
            "problem",
            render_template(
                "problem.html",
                status=422,
                title="Something in what you sent is not right",
                detail="The date of the inspection lies in the future.",
                faults=(Fault("date", "2027-01-01 is later than today.", "Give the day you saw the item."),),
            ),
        )
