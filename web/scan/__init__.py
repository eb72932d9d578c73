"""What a buyer sees: the page behind a code, the form for a typed code, and the pictures that reports cite."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("scan", __name__)

# The routes hang themselves on the blueprint.
import web.scan.authenticators
import web.scan.check
import web.scan.evidence
import web.scan.item
import web.scan.photos
import web.scan.tap
