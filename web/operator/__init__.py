"""The operator's pages, for members of the council only; and the gate that safe mode puts before every write."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("operator", __name__, url_prefix="/operator")

# The routes hang themselves on the blueprint.
import web.operator.applications
import web.operator.overview
