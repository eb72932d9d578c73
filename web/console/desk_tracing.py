"""Where copies of a brand's items may come from: leads with what they rest on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from flask import render_template
from flask_babel import gettext as _

from ledger.domain.desk.sellers import DAY
from ledger.domain.desk.tracing import Cluster
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import Dated
from ledger.domain.standing_dates import day
from ledger.services.desk.tracing import trace
from web.console import bp
from web.console.pages import caller_here, ledger_here, only
from web.console.watch_words import country_words

_MOST: Final = 50


@bp.get("/watch/sources")
@only(Role.BRAND, scope=Scope.CHECK)
def sources() -> str:
    """Copies that may have one source, the best supported first."""
    rows = [(one, _first(one), _rests_on(one)) for one in trace(ledger_here(), caller_here(), _MOST)]
    return render_template("console/desk/sources.html", rows=rows)


def _first(one: Cluster) -> tuple[str, Dated] | None:
    """Where and when a copy was seen first, where that is known."""
    if one.first is None:
        return None
    return country_words(one.first[0]), day(datetime.fromtimestamp(one.first[1] * DAY, UTC))


def _rests_on(one: Cluster) -> list[tuple[str, int]]:
    """What ties it, counted; that a listing is its seller's and shows its code ties nothing by itself."""
    known, counts = _kinds(), Counter(tie.kind for tie in one.evidence)
    return [(known[kind], counts[kind]) for kind in known if counts[kind]]


def _kinds() -> dict[str, str]:
    return {
        "identifier": _("Sellers with the same identifier"),
        "photos": _("Sellers with the same photos"),
        "codes": _("Sellers with the same codes"),
        "code": _("Listings that show a copied code"),
    }
