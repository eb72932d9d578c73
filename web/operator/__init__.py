"""The operator's pages, for members of the council only; and the gate that safe mode puts before every write."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("operator", __name__, url_prefix="/operator")

# The routes hang themselves on the blueprint.
import web.operator.applications  # noqa: E402
import web.operator.overview  # noqa: E402, F401
