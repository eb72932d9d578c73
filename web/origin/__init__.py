"""Origin cards that sellers share, and questions to brands: for people without an account."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("origin", __name__)

UNREMEMBERED = ("origin.make", "origin.ask", "origin.send_photo_of")
"""Forms of pages that set no cookie, so that they can carry no token: `ours_only` guards them."""

# The routes hang themselves on the blueprint.
import web.origin.cards
import web.origin.clues
