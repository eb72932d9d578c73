"""Owners and buyers: claiming, handing over, asking and answering, and a person's own items."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("owner", __name__)

# The routes hang themselves on the blueprint.
import web.own.accept  # noqa: E402
import web.own.ask  # noqa: E402
import web.own.claim  # noqa: E402
import web.own.handover  # noqa: E402
import web.own.items  # noqa: E402
import web.own.mine  # noqa: E402
import web.own.reports  # noqa: E402
import web.own.tell  # noqa: E402
import web.own.trust  # noqa: E402, F401
