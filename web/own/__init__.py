"""Owners and buyers: claiming, handing over, asking and answering, and a person's own items."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("owner", __name__)

# The routes hang themselves on the blueprint.
import web.own.accept
import web.own.ask
import web.own.claim
import web.own.handover
import web.own.items
import web.own.mine
import web.own.reports
import web.own.tell
import web.own.trust
