"""Which country a request comes from, and what stands for its sender until it is hashed with the day's salt."""

from __future__ import annotations

import re
from typing import Final

from flask import Request, current_app

from ledger.domain.country_places import is_country
from ledger.domain.looks import LookKind
from ledger.keeping.countries import Countries
from ledger.services.note_scan import Seen
from ledger.services.ports import Ledger
from ledger.settings import Settings
from web.limits import connection
from web.scan.notes import notes

SAID: Final = "X-Touchmark-Country"
"""Names the country in trials on one machine; believed only where the settings say so."""
_LONGEST: Final = 300
_PROGRAMS: Final = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp/|embedly|slurp|lighthouse|headless"
    r"|^(?:curl|wget|python|go-http|java|okhttp|node|axios)\b",
    re.IGNORECASE,
)
"""How programs name themselves: search engines, and messengers that fetch a preview of a link."""


def country_of(request: Request) -> str | None:
    """Two letters, or None where nobody can tell."""
    settings: Settings = current_app.extensions["settings"]
    said = request.headers.get(SAID, "").upper()
    if settings.trust_country_header and is_country(said):
        return said
    countries: Countries = current_app.extensions["countries"]
    return countries.of(request.remote_addr)


def kind_of(request: Request) -> LookKind:
    """A person's visit, or a program's: whoever hides that it is one is taken for a visitor."""
    return LookKind.PROGRAM if _PROGRAMS.search(request.user_agent.string[:_LONGEST]) else LookKind.VISIT


def looker_of(request: Request) -> str:
    """The connection and the browser's name; "" where there is no address."""
    where = connection(request.remote_addr)
    return "" if where == "unknown" else f"{where}\n{request.user_agent.string[:_LONGEST]}"


def note_look(asked: Request, item: int, verdict: str) -> None:
    """Count this look at an item: best effort, and beside the request."""
    ledger: Ledger = current_app.extensions["ledger"]
    where, who, kind = country_of(asked), looker_of(asked), kind_of(asked)
    notes().add(Seen(item, ledger.now(), verdict, where, who, kind))
