"""The production application, with the same limits on callers as ever, but so wide that one machine may load it."""

from __future__ import annotations

from flask import Flask

from web import create_app
from web.limits import Pace


def app() -> Flask:
    """For gunicorn."""
    return create_app(pace=Pace(*[100_000_000] * 6))
