"""What the owners' pages share: an item in an address, its name and photo, days and moments in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_babel import format_date, format_datetime, get_locale
from werkzeug.routing import BaseConverter

from ledger.domain.errors import Unknown
from ledger.domain.organisations import Organisation
from ledger.domain.people import Passkey
from ledger.domain.said import said
from ledger.services.errands import item_name
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import Listed, listed
from web.languages import language_of
from web.own import bp
from web.people.visits import ledger_here
from web.scan.looks import line_shown, with_photo
from web.scan.page import item_href
from web.scan_view import Shown

UNREMEMBERED = (
    "owner.claim",
    "owner.recover",
    "owner.ask",
    "owner.review",
    "owner.sign_acceptance",
    "owner.send",
)
"""Forms of pages that set no cookie, so that they can carry no token: `ours_only` guards them, and each only
begins something that its visitor then has to sign."""


class ItemConverter(BaseConverter):
    """An item's number in an address: 64 hexadecimal digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value, 16)

    def to_url(self, value: Any) -> str:
        """Its digits."""
        return f"{int(value):064x}"


@bp.record_once
def _begin(state: Any) -> None:
    environment = state.app.jinja_env
    environment.filters["number"] = _number
    environment.globals.update(
        day=day,
        moment=moment_of,
        item_page=page_of,
        item_name=item_name,
        shown_of=shown_of,
        country_name=_country,
        platform_options=_options,
        passkey_options=_passkeys,
    )


def _number(name: bytes) -> int:
    """A 32-byte name as the number that an address seals."""
    return int.from_bytes(name, "big")


def item_here(item: int) -> Listed:
    """The item of an address. Raises Unknown."""
    with ledger_here().store.read() as tx:
        if tx.batches.item(item) is None:
            raise Unknown(said("There is no item at this address. Scan its code, or type it."))
        return listed(tx, item)


def page_of(subject: Listed) -> str:
    """Where an item's own page is."""
    return item_href(subject.item.gtin, subject.item.serial)


def shown_of(scan: Scan) -> Shown:
    """How a page shows the item it is about: its name, what tells it from others, and the catalogue's photo."""
    assert scan.subject is not None
    fields = scan.public_fields or {}
    details = ", ".join(str(fields[name]) for name in ("colour", "size") if fields.get(name))
    shown = Shown(item_name(scan.subject), details, scan.subject.item.serial[-4:])
    line = line_shown(ledger_here(), scan)
    return shown if line is None else with_photo(shown, line, language_of(request))


def day(seconds: int) -> str:
    """A day in words, as the page's language writes it (CLDR)."""
    return str(format_date(datetime.fromtimestamp(seconds, UTC), "long"))


def moment_of(seconds: int) -> str:
    """A moment in words, in UTC, as the page's language writes it (CLDR)."""
    return f"{format_datetime(datetime.fromtimestamp(seconds, UTC), 'd MMM y, HH:mm')} UTC"


def _options(organisations: Iterable[Organisation]) -> list[tuple[str, str]]:
    return [(one.id, f"{one.name} ({one.domain})") for one in organisations]


def _passkeys(passkeys: Iterable[Passkey]) -> list[tuple[str, str]]:
    return [(one.id, one.label) for one in passkeys]


def _country(code: str) -> str:
    """A country in the page's language (CLDR); a dash where it is not known."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale and code else "–"
