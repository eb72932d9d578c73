"""Paths, links and item ids, against other people's libraries."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
import sha3
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain import identity
from ledger.domain.characters import GS1_82
from ledger.domain.identity import Gtin
from tests.judges.ask import ask

GTIN = Gtin("09520123456788")
OURS = "9NZMM67HNJGT"
UNRESERVED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

serials = st.text(sorted(GS1_82), min_size=1, max_size=20).filter(lambda text: text not in {".", ".."})


def keccak(data: bytes) -> bytes:
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


@given(serials)
def test_a_path_holds_nothing_but_unreserved_characters_and_upper_case_hexadecimal(serial: str) -> None:
    head, tail = identity.path(GTIN, serial).split("/21/")
    assert head == f"/01/{GTIN}"
    assert unquote(tail) == serial
    pieces = tail.split("%")
    assert set(pieces[0] + "".join(piece[2:] for piece in pieces[1:])) <= UNRESERVED
    assert all(piece[:2] == piece[:2].upper() for piece in pieces[1:])


@given(serials)
def test_biip_reads_our_links_and_writes_the_same_canonical_path(serial: str) -> None:
    parsed = GS1DigitalLinkURI.parse(identity.digital_link("https://v.example.com/id", GTIN, serial))
    found = {element.ai.ai: element.value for element in parsed.element_strings}
    assert found == {"01": GTIN, "21": serial}
    assert unquote(urlsplit(parsed.as_canonical_uri()).path) == unquote(identity.path(GTIN, serial))


@settings(max_examples=5, deadline=None)  # a process each
@given(st.lists(serials, min_size=40, max_size=40))
def test_bwip_js_takes_every_link_and_every_label(some: list[str]) -> None:
    links = [identity.digital_link("https://v.example.com", GTIN, serial) for serial in some]
    labels = [identity.label_uri("https://v.example.com", GTIN, serial) for serial in some]
    assert set(ask("digital_link", links + labels)) == {""}


@given(st.integers(0, 2**24 - 1), serials)
def test_an_item_id_is_the_hash_of_brand_and_path_hash_as_the_contract_encodes_them(brand: int, serial: str) -> None:
    path_hash = identity.path_hash(identity.path(GTIN, serial), keccak)
    encoded = encode(["uint256", "bytes32"], [brand, path_hash])
    assert identity.item_id(brand, path_hash, keccak) == int.from_bytes(keccak(encoded), "big")


def test_no_brand_reaches_anothers_item() -> None:
    path_hash = identity.path_hash(identity.path(GTIN, OURS), keccak)
    assert identity.item_id(1, path_hash, keccak) != identity.item_id(2, path_hash, keccak)


@pytest.mark.parametrize(("brand", "length"), [(-1, 32), (2**24, 32), (1, 31), (1, 33)])
def test_a_brand_or_hash_that_the_contract_has_no_room_for_is_a_programming_error(brand: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"below 2\*\*24"):
        identity.item_id(brand, bytes(length), keccak)


@pytest.mark.parametrize("base", ["https://v.example.com", "https://v.example.com/", "https://v.example.com//"])
def test_a_slash_at_the_end_of_the_resolvers_address_makes_no_difference(base: str) -> None:
    assert identity.digital_link(base, GTIN, OURS) == f"https://v.example.com/01/{GTIN}/21/{OURS}"


@pytest.mark.parametrize(
    ("base", "serial", "label"),
    [
        ("https://v.example.com", OURS, f"HTTPS://V.EXAMPLE.COM/01/{GTIN}/21/{OURS}"),
        ("https://v.example.com:8443", "A/B", f"HTTPS://V.EXAMPLE.COM:8443/01/{GTIN}/21/A%2FB"),
        ("https://v.example.com/ID", OURS, f"HTTPS://V.EXAMPLE.COM/ID/01/{GTIN}/21/{OURS}"),
        ("https://v.example.com/id", OURS, f"https://v.example.com/id/01/{GTIN}/21/{OURS}"),
        ("https://v.example.com", "lower", f"https://v.example.com/01/{GTIN}/21/lower"),
        ("https://v.example.com", "A_B", f"https://v.example.com/01/{GTIN}/21/A_B"),
    ],
)
def test_a_label_is_upper_case_only_where_that_keeps_its_meaning_and_saves_room(
    base: str, serial: str, label: str
) -> None:
    assert identity.label_uri(base, GTIN, serial) == label


@given(serials)
def test_a_label_and_a_link_name_the_same_item(serial: str) -> None:
    label = identity.label_uri("https://v.example.com", GTIN, serial)
    link = identity.digital_link("https://v.example.com", GTIN, serial)
    assert identity.parse_code(label) == identity.parse_code(link) == identity.Exact(GTIN, serial)
