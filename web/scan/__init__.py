"""What a buyer sees: the page behind a code, the form for a typed code, and the pictures that reports cite."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("scan", __name__)

# The routes hang themselves on the blueprint.
from web.scan import check, evidence, item  # noqa: E402, F401
