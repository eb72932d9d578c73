"""Where letters are handed over, as one address says it: `smtp://user:password@host:587`, `smtps://host`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from ledger.domain.errors import Invalid
from ledger.domain.mails import address

_PORTS: Final = {"smtp": 587, "smtps": 465}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes letters. `implicit_tls` from the first byte, or `starttls` before anything is said."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(url: str) -> MailServer:
    """The server of an address. Raises Invalid, never quoting it: it holds a password.

    `smtp://` asks for STARTTLS and sends nothing without (RFC 8314, 3.3), except to this machine itself, or where
    `?starttls=no` says so; `smtps://` is TLS from the first byte.
    """
    wrong = Invalid(
        "The mail server must be written smtp://host:587 or smtps://host:465, with user:password@ before the host "
        "where it asks for them. Write @, : and / in a password as %40, %3A and %2F."
    )
    try:
        parts = urlsplit(url)
        port, options = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise wrong
    chosen = options.pop("starttls", ["no" if parts.hostname in _LOOPBACK else "yes"])
    if options or chosen not in (["yes"], ["no"]) or (parts.scheme == "smtps" and "starttls" in parts.query):
        raise Invalid("The only option of a mail server is ?starttls=yes or ?starttls=no, and of smtp:// alone.")
    if (parts.username is None) != (parts.password is None):
        raise wrong
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and chosen == ["yes"],
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def sender(text: str) -> tuple[str, str]:
    """Name and address of whom letters come from: `Touchmark <ledger@example.com>`, or the address alone.

    Raises Invalid.
    """
    name, opening, rest = text.strip().rpartition("<")
    if not opening:
        return "", address(text)
    if not rest.endswith(">") or not name.isprintable() or len(name) > 80 or set(name) & set('"<>@,;:\\'):
        raise Invalid("Write the sender as “Name <name@example.com>”, the name without quotation marks and commas.")
    return name.strip(), address(rest[:-1])
