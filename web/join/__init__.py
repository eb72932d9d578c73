"""Joining: the pages on which an organisation applies, and on which its second admin answers."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("join", __name__)

# The routes hang themselves on the blueprint.
import web.join.application
import web.join.invitation
import web.join.second
