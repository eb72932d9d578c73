"""Receipts to keep: what the ledger said, as a file and on paper, and whether it still holds."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("receipts", __name__)

UNREMEMBERED = ("receipts.read_file",)
"""A form that changes nothing, on a page that sets no cookie, so that it can carry no token."""

# The routes hang themselves on the blueprint.
import web.receipts.kept
import web.receipts.recorded
import web.receipts.verify
