"""The least that Flask can do: one route that answers with a constant, the limit beside our own routes."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def constant() -> dict[str, str]:
    """A small JSON answer."""
    return {"verdict": "held"}
