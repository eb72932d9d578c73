"""Joining: the pages on which an organisation applies, and on which its second admin answers."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("join", __name__)

# The routes hang themselves on the blueprint.
import web.join.application  # noqa: E402
import web.join.invitation  # noqa: E402
import web.join.second  # noqa: E402, F401
