"""Where a webhook may go: an address on the public internet, by HTTPS (OWASP ASVS 5.0, 1.3.6).

What a name resolves to is looked at when a connection is made, and the connection goes to the very address that was
looked at: a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import Said, said

_LONGEST: Final = 500
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""Of the last label: no name ends so, but 127.1 and 2130706433 are this machine to some (WHATWG URL, 3.5)."""
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_KEPT_APART: Final = (
    *("localhost", "test", "invalid"),  # RFC 6761
    "local",  # RFC 6762
    "onion",  # RFC 7686
    "home.arpa",  # RFC 8375
    "alt",  # RFC 9476
    "internal",  # ICANN, 2024-07-29
)
"""Names that never lead to the public internet; `example` is left to examples."""
_CARRIERS: Final = tuple(
    ip_network(one)
    for one in (
        "64:ff9b::/96",  # NAT64 (RFC 6052): an IPv4 address inside
        "64:ff9b:1::/48",  # the same for local use (RFC 8215)
        "2002::/16",  # 6to4 (RFC 3056)
        "2001::/32",  # Teredo (RFC 4380)
        "fec0::/10",  # site-local, long deprecated (RFC 3879)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
    )
)
"""Networks that lead to other networks, which the registries call global."""
Ip = IPv4Address | IPv6Address


def check_url(text: str, *, private: bool) -> str:
    """A webhook's address as it is used. Raises Invalid, saying what is wrong with it.

    HTTPS, a name or a public address, no user, no fragment. Where `private` is allowed, this machine and its network
    too, and then this machine by plain HTTP.
    """
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        raise _wrong(said("That address cannot be read. Write it as https://example.com/webhooks.")) from None
    if len(text) > _LONGEST:
        raise _wrong(said("That address is too long. It has at most %(most)s characters.", most=_LONGEST))
    if not text.isprintable() or any(one.isspace() for one in text.strip()):
        raise _wrong(said("That address holds spaces or invisible characters. Leave them out."))
    if parts.scheme not in ("https", "http") or not host:
        raise _wrong(said("That is not a web address. Write it as https://example.com/webhooks."))
    if as_ip(host) is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise _wrong(said("That address is a number that programs read differently. Write the name instead."))
    if parts.username is not None or parts.password is not None:
        raise _wrong(said("That address holds a user name or password. Leave that out: every message is signed."))
    if parts.fragment:
        raise _wrong(said("What follows “#” never reaches a server. Leave that out of the address."))
    own = is_own(host)
    if parts.scheme == "http" and not (private and own):
        raise _wrong(said("Use https:// instead of http://, so that nobody on the way can read or change a message."))
    if not private and (own or ((literal := as_ip(host)) is not None and not is_public(literal))):
        raise _wrong(said("That address leads into a private network. Use one that the internet can reach."))
    if not private and as_ip(host) is None and not may_be_public(host):
        raise _wrong(said("That name is none that the internet knows. Use one that the internet can reach."))
    if parts.port == 0:
        raise _wrong(said("That address cannot be read. Write it as https://example.com/webhooks."))
    return urlunsplit(_lowered(parts, host))


def may_be_public(name: str) -> bool:
    """Whether a name may be one of the public internet: of two labels at least, each as names are written (RFC 1123,
    2.1), and below nothing that is kept for a network of one's own. What it resolves to is looked at later."""
    labels = name.lower().removesuffix(".").split(".")
    kept = any(f".{'.'.join(labels)}".endswith(f".{one}") for one in _KEPT_APART)
    return len(labels) > 1 and len(name) <= 254 and all(map(_LABEL.fullmatch, labels)) and not kept


def refused_addresses(found: Iterable[Ip]) -> bool:
    """Whether any of the addresses of a name is not public: then none is used, for honest names have none such."""
    return any(not is_public(one) for one in found)


def is_public(address: Ip) -> bool:
    """Whether an address is on the public internet, and leads nowhere else."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _CARRIERS if network.version == address.version)
    )


def is_own(host: str) -> bool:
    """Whether a host is this machine, by number or by name (`localhost` and below it: RFC 6761, 6.3)."""
    literal = as_ip(host)
    return f".{host.rstrip('.')}".endswith(".localhost") if literal is None else literal.is_loopback


def as_ip(host: str) -> Ip | None:
    """The address that a host is written as, None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _lowered(parts: SplitResult, host: str) -> SplitResult:
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=shown if parts.port is None else f"{shown}:{parts.port}", path=parts.path or "/")


def _wrong(why: Said) -> Invalid:
    return Invalid(why, faults=[Fault("url", why)])
