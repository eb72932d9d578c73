"""The desk's pages for sellers: they come by a link from their marketplace and have no account here."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)

UNREMEMBERED = ("desk.answer", "desk.prove", "desk.send_file", "desk.appeal")
"""Forms of pages that set no cookie, so that they can carry no token: `ours_only` guards them."""

# The routes hang themselves on the blueprint.
import web.desk.answers
