"""A listing's badge as people meet it: a picture in the listing, and the page behind it. Both tell today's truth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from unicodedata import east_asian_width

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _

from ledger.domain.desk.badges import CONTEXT_PATH, context
from ledger.domain.standing_headlines import BAD_NEWS, LOOKS
from ledger.services.desk.badges import BadgeToday, badge_today
from ledger.services.ports import Ledger
from web.api.badges import HEIGHT, WIDTH
from web.credentials.issuers import as_json
from web.scan.pace import expect_pace
from web.scan_json import page_address

bp = Blueprint("badges", __name__)

LEFT, RIGHT = 68, 14
"""Pixels of the picture beside its words."""
_MINUTE: Final = "public, max-age=60"
_TONES: Final = {"green": "ok", "teal": "ok", "red": "wrong", "amber": "attention"}


@bp.get("/badges/<uuid:id>")
def page(id: object) -> Response:
    """What the record shows of the item today, and which listing the badge is for."""
    found = _found(id)
    got = found.scan.standing
    text = render_template(
        "badges/badge.html",
        badge=found,
        got=got,
        tone=_TONES.get(LOOKS[got.key].colour, "info"),
        issued_at=datetime.fromtimestamp(found.kept.issued_at, UTC),
        over=found.kept.valid_until <= _ledger().now(),
        item_href=page_address(_ledger(), found.scan.gtin, found.scan.serial),
    )
    return _fresh(Response(text, mimetype="text/html"))


@bp.get("/badges/<uuid:id>.svg")
def picture(id: object) -> Response:
    """The badge as a picture that any site may show."""
    found = _found(id)
    grave = found.scan.standing.key in BAD_NEWS
    if found.holds:
        words = _("Matches the brand’s records")
    else:
        words = _("Careful: look at the record") if grave else _("This badge no longer holds")
    text = render_template(
        "badges/badge.svg",
        width=WIDTH,
        room=WIDTH - LEFT - RIGHT,
        height=HEIGHT,
        holds=found.holds,
        grave=grave,
        words=words,
        onward=(onward := _("Tap to see what the record shows")),
        squeezed=_squeezed(words, 14),
        squeezed_onward=_squeezed(onward, 12),
    )
    response = _fresh(Response(text, mimetype="image/svg+xml"))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get(CONTEXT_PATH)
def badge_context() -> Response:
    """The words of a badge, and what each means."""
    response = as_json(context(_ledger().public_url), "application/ld+json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _found(id: object) -> BadgeToday:
    expect_pace()
    return badge_today(_ledger(), str(id))


def _squeezed(words: str, size: int) -> bool:
    """Whether words of a size, in pixels, may be too long for the picture: then they are drawn closer together."""
    return sum(size if east_asian_width(one) in "WF" else 0.58 * size for one in words) > WIDTH - LEFT - RIGHT


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = _MINUTE
    response.vary.add("Accept-Language")
    return response


def _ledger() -> Ledger:
    found: Ledger = current_app.extensions["ledger"]
    return found
