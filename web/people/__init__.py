"""People signing in and out, and coming back from the signing page."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__)

# The routes hang themselves on the blueprint.
import web.people.account
import web.people.sign_in
import web.people.signed
