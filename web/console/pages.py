"""What the console's pages share: who is asking, where they may go, words for states, and files to download."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, BinaryIO, Final, ParamSpec, TypeVar, cast

from flask import Response, current_app, g, send_file, url_for
from flask_babel import gettext as _

from ledger.domain.desk.signals import MEMBERS
from ledger.domain.errors import Conflict
from ledger.domain.organisations import SIGNERS, Caller, Role, Scope
from ledger.domain.outbox import Progress, State
from ledger.domain.people import StaffRole
from ledger.domain.said import said
from ledger.domain.standing_dates import moment as in_words
from ledger.domain.standing_headlines import capital
from ledger.services.ports import Ledger

P = ParamSpec("P")
T = TypeVar("T")

CSV: Final = "text/csv; charset=utf-8"
PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_IN_MEMORY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Pill:
    """A state in words; `tone` picks the colour and the mark, which never speak alone."""

    words: str
    tone: str
    detail: str = ""


_STATES: Final = {
    State.QUEUED: (said("Signed, waiting to be sent"), "blue"),
    State.SENT: (said("Sent, waiting to be accepted"), "blue"),
    State.ACCEPTED: (said("Accepted, not yet final"), "blue"),
    State.FINAL: (said("Final"), "green"),
    State.REFUSED: (said("Refused"), "red"),
}


def ledger_here() -> Ledger:
    """The ledger of the present application."""
    found: Ledger = current_app.extensions["ledger"]
    return found


def caller_here() -> Caller:
    """Who is signed in."""
    found: Caller = g.caller
    return found


def only(*roles: Role, scope: Scope | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A page for some roles, and for keys with a scope: refused to others, whatever link they follow."""

    def around(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            caller = caller_here()
            if roles:
                caller.need_role(*roles)
            if scope is not None:
                caller.need(scope)
            return view(*args, **kwargs)

        # The view carries its own rules.
        checked.needs = scope  # type: ignore[attr-defined]
        checked.roles = roles  # type: ignore[attr-defined]
        return checked

    return around


def at_the_till(caller: Caller) -> bool:
    """Whether this member works at the till and nowhere else."""
    return caller.roles == {StaffRole.BOUTIQUE}


def navigation(caller: Caller) -> tuple[Way, ...]:
    """Where this key may go: what is not its to do is not shown."""
    role, scopes = caller.organisation.role, caller.scopes
    if at_the_till(caller):
        return (Way(_("Till"), url_for("console.till")),)
    ways = [Way(_("Overview"), url_for("console.overview"))]
    if role is Role.BRAND:
        if Scope.IMPORT in scopes:
            ways.append(Way(_("Catalogue"), url_for("console.catalogue")))
            ways.append(Way(_("Import"), url_for("console.imports")))
        ways.append(Way(_("Batches"), url_for("console.batches")))
        ways.append(Way(_("Items"), url_for("console.items")))
        if Scope.ACTIVATE in scopes:
            ways.append(Way(_("Put on sale"), url_for("console.sale")))
            ways.append(Way(_("Till"), url_for("console.till")))
        if Scope.CARDS in scopes:
            ways.append(Way(_("Tags"), url_for("console.tags")))
        ways.append(Way(_("Watch"), url_for("console.watch")))
        if Scope.NOTICE in scopes:
            ways.append(Way(_("Questions"), url_for("console.clues")))
        if Scope.READ in scopes:
            ways.append(Way(_("Messages"), url_for("console.messages")))
    if role is Role.BRAND and Scope.SIGN in scopes:
        ways.append(Way(_("Checklists"), url_for("console.checklists")))
    if role is Role.AUTHENTICATOR and Scope.SIGN in scopes:
        ways.append(Way(_("Inspect"), url_for("console.inspect")))
        ways.append(Way(_("My records"), url_for("console.records")))
    if role is Role.REPAIRER and Scope.SIGN in scopes:
        ways.append(Way(_("Service"), url_for("console.service_form")))
        ways.append(Way(_("My records"), url_for("console.records")))
    if role in (Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND) and Scope.SIGN in scopes:
        ways.append(Way(_("Parts"), url_for("console.parts")))
    if role in (Role.AUTHENTICATOR, Role.REPAIRER) and Scope.SIGN in scopes:
        ways.append(Way(_("People who sign"), url_for("console.signers")))
    if role is Role.PLATFORM and Scope.SCREEN in scopes:
        ways.append(Way(_("Listings"), url_for("console.listings")))
    if role is Role.PLATFORM and Scope.CHECK in scopes:
        ways.append(Way(_("Handovers"), url_for("console.waiting")))
    if role in (Role.BRAND, Role.AGENT, Role.PLATFORM) and scopes & {Scope.NOTICE, Scope.DECIDE}:
        ways.append(Way(_("Cases"), url_for("console.cases")))
    if role in (Role.BRAND, Role.AGENT) and Scope.NOTICE in scopes:
        ways.append(Way(_("Rights"), url_for("console.rights")))
    if role is Role.BRAND and Scope.NOTICE in scopes:
        ways.append(Way(_("Designs"), url_for("console.designs")))
    if role in MEMBERS and scopes & {Scope.READ, Scope.CHECK}:
        ways.append(Way(_("Sharing"), url_for("console.sharing")))
    if role in SIGNERS:
        ways.append(Way(_("Statements"), url_for("console.statements")))
    if role is Role.BRAND and scopes & {Scope.IMPORT, Scope.SIGN}:
        ways.append(Way(_("Approvals"), url_for("console.approvals")))
    if Scope.KEYS in scopes:
        ways.append(Way(_("Team"), url_for("console.team")))
        ways.append(Way(_("Keys"), url_for("console.keys")))
        ways.append(Way(_("Webhooks"), url_for("console.webhooks")))
    return tuple(ways)


def pill(progress: Progress) -> Pill:
    """The state of a statement, in words."""
    words, tone = _STATES[progress.state]
    return Pill(words, tone, said("%(reason)s.", reason=capital(progress.reason)) if progress.reason else "")


def when(seconds: int, now: int) -> str:
    """A moment in words, in UTC."""
    return in_words(datetime.fromtimestamp(seconds, UTC), datetime.fromtimestamp(now, UTC))


def need_number(caller: Caller) -> None:
    """Raises Conflict while the ledger has not numbered the organisation."""
    if caller.organisation.party is None:
        raise Conflict(
            said("%(name)s is not in the ledger yet. That takes a minute after joining.", name=caller.organisation.name)
        )


def download(name: str, media_type: str, write: Callable[[BinaryIO], Any]) -> Response:
    """A file made for this answer; nothing is sent before it is whole."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the answer
    try:
        write(cast(BinaryIO, file))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    response = send_file(cast(BinaryIO, file), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def page_number(text: str | None, most: int = 1_000_000) -> int:
    """A whole number of a query, 0 where it is none."""
    return min(int(text), most) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
