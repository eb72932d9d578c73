"""The console: where brands register items and authenticators record what they saw, signed in with an API key."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("console", __name__, url_prefix="/console")

# The routes hang themselves on the blueprint.
import web.console.approvals
import web.console.batches
import web.console.cards
import web.console.catalogue
import web.console.desk_case_file
import web.console.desk_cases
import web.console.desk_clues
import web.console.desk_designs
import web.console.desk_listings
import web.console.desk_rights
import web.console.desk_sellers
import web.console.desk_sharing
import web.console.desk_tracing
import web.console.desk_try
import web.console.imports
import web.console.inspect_desk
import web.console.inspect_done
import web.console.inspect_parts
import web.console.inspect_setup
import web.console.inspect_sheet
import web.console.inspections
import web.console.items
import web.console.keys
import web.console.labels
import web.console.overview
import web.console.platform
import web.console.sale
import web.console.service
import web.console.session
import web.console.statements
import web.console.tags
import web.console.team
import web.console.till
import web.console.watch
import web.console.watch_rows
import web.console.webhooks
