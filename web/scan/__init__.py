"""What a buyer sees: the page behind a code, the form for a typed code, and the pictures that reports cite."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("scan", __name__)

# The routes hang themselves on the blueprint.
import web.scan.authenticators  # noqa: E402
import web.scan.check  # noqa: E402
import web.scan.evidence  # noqa: E402
import web.scan.item  # noqa: E402
import web.scan.photos  # noqa: E402, F401
