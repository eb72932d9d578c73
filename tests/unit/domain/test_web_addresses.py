"""Where webhooks may go, and every way round that somebody has thought of."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ledger.domain.errors import Invalid
from ledger.domain.web_addresses import check_url, is_own, is_public, refused_addresses


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://example.com", "https://example.com/"),
        (" https://EXAMPLE.com:8443/a?b=c ", "https://example.com:8443/a?b=c"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("https://[2606:4700::1]/x", "https://[2606:4700::1]/x"),
    ],
)
def test_a_public_address_is_taken(typed: str, used: str) -> None:
    assert check_url(typed, private=False) == used


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "web address"),
        ("example.com/x", "web address"),
        ("ftp://example.com", "web address"),
        ("file:///etc/passwd", "web address"),
        ("https://", "web address"),
        ("http://example.com", "http://"),
        ("https://user:pass@example.com", "user name"),
        ("https://db/", "none that the internet knows"),
        ("https://db.internal/", "none that the internet knows"),
        ("https://metadata.google.internal./", "none that the internet knows"),
        ("https://router.local/", "none that the internet knows"),
        ("https://nas.home.arpa/", "none that the internet knows"),
        ("https://x.onion/", "none that the internet knows"),
        ("https://example..com/", "none that the internet knows"),
        ("https://-a.com/", "none that the internet knows"),
        ("https://" + "a" * 64 + ".com/", "none that the internet knows"),
        ("https://example.com:0/", "cannot be read"),
        ("https://example.com/#x", "#"),
        ("https://example.com:99999", "cannot be read"),
        ("https://exa mple.com", "spaces"),
        ("https://example.com/\r\nX: y", "spaces"),
        ("https://example.com/" + "a" * 500, "at most 500"),
        ("https://127.1", "number"),
        ("https://2130706433/", "number"),
        ("https://0x7f000001/", "number"),
        ("https://0177.0.0.1/", "number"),
        ("https://localhost", "private"),
        ("https://a.localhost.", "private"),
        ("https://127.0.0.1", "private"),
        ("https://127.8.8.8:9000", "private"),
        ("https://[::1]", "private"),
        ("https://[::ffff:10.0.0.1]", "private"),
        ("https://10.0.0.8", "private"),
        ("https://192.168.1.1", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://0.0.0.0", "private"),
        ("https://100.64.0.1", "private"),
        ("https://[fd00::1]", "private"),
    ],
)
def test_an_address_that_nothing_is_sent_to_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        check_url(url, private=False)
    assert refused.value.faults[0].where == "url"


@pytest.mark.parametrize("url", ["http://localhost:9000/x", "http://127.0.0.1:9000/x", "https://10.0.0.8/x"])
def test_trying_out_on_ones_own_network_has_to_be_allowed(url: str) -> None:
    assert check_url(url, private=True) == url
    with pytest.raises(Invalid):
        check_url(url, private=False)


def test_plain_http_stays_on_this_machine_even_then() -> None:
    for url in ("http://10.0.0.8/x", "http://example.com/x", "http://mylocalhost/x"):
        with pytest.raises(Invalid, match="http://"):
            check_url(url, private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.1.1", "0.0.0.0", "100.64.0.1", "192.0.2.1",
        "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fd00::1",
        "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1",
        "fec0::1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_no_private_special_or_carrying_address_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_private_address_among_public_ones_spoils_the_name() -> None:
    assert refused_addresses([ip_address("8.8.8.8"), ip_address("10.0.0.1")])
    assert not refused_addresses([ip_address("8.8.8.8"), ip_address("1.1.1.1")])


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.".lower(), "a.localhost", "127.0.0.2", "::1", "[::1]"])
def test_this_machine_is_known_by_all_its_names(host: str) -> None:
    assert is_own(host)


@pytest.mark.parametrize("host", ["localhost.example.com", "notlocalhost", "8.8.8.8", "2130706433", "127.1"])
def test_other_names_are_not_this_machine(host: str) -> None:
    # Numbers in other notations are names to us: no name server knows them, and nothing else is asked.
    assert not is_own(host)
