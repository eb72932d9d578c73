"""The resolver: which links there are for a code, and the way to each (GS1-Conformant Resolver Standard 1.2)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("resolver", __name__)

# The routes hang themselves on the blueprint.
import web.resolver.compressed
import web.resolver.description
import web.resolver.other_addresses
import web.resolver.resolve
import web.resolver.show
import web.resolver.vocabulary
