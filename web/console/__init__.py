"""The console: where brands register items and authenticators record what they saw, signed in with an API key."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("console", __name__, url_prefix="/console")

# The routes hang themselves on the blueprint.
import web.console.approvals  # noqa: E402
import web.console.batches  # noqa: E402
import web.console.cards  # noqa: E402
import web.console.catalogue  # noqa: E402
import web.console.imports  # noqa: E402
import web.console.inspect_desk  # noqa: E402
import web.console.inspect_done  # noqa: E402
import web.console.inspect_setup  # noqa: E402
import web.console.inspect_sheet  # noqa: E402
import web.console.inspections  # noqa: E402
import web.console.items  # noqa: E402
import web.console.keys  # noqa: E402
import web.console.labels  # noqa: E402
import web.console.overview  # noqa: E402
import web.console.platform  # noqa: E402
import web.console.sale  # noqa: E402
import web.console.service  # noqa: E402
import web.console.session  # noqa: E402
import web.console.statements  # noqa: E402
import web.console.team  # noqa: E402
import web.console.till  # noqa: E402
import web.console.watch  # noqa: E402
import web.console.watch_rows  # noqa: E402
import web.console.webhooks  # noqa: E402, F401
