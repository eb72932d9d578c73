"""Compressed links: GS1's own examples, every way of writing a serial, and whatever else a tag may hold."""

from __future__ import annotations

import base64
import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.characters import GS1_82
from ledger.domain.epc_binary import read_epc
from ledger.domain.errors import Invalid, LedgerError, Unknown
from tests.support.epc_tag import GTIN, each, packed, plus

TELL = {
    "eh3074257bf7194e4000001a85": ("80614141123458", "6789"),
    "eh3674257bf6b7a659b2c2bf100000000000000000000000000000": ("70614141123451", "32a/b"),
}
"""The examples of the EPC Tag Data Standard, 6.3.1 and E.3: urn:epc:tag:sgtin-96:3.0614141.812345.6789 and
urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb."""


BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
ASCII = "".join(map(chr, range(128)))
WRITTEN = {
    "0012": "000" + "00100" + f"{12:014b}",
    "98765432109876543210": "000" + "10100" + f"{98765432109876543210:067b}",
    "BEEF01": "001" + "00110" + each("BEEF01", 4, "0123456789ABCDEF"),
    "beef01": "010" + "00110" + each("beef01", 4, "0123456789abcdef"),
    "Ab-9_": "011" + "00101" + each("Ab-9_", 6, BASE64),
    "a/%b": "100" + "00100" + each("a/%b", 7, ASCII),
    "A:9.B": "101" + "00101" + f"{1600 * 1 + 40 * 29 + 39 + 1:016b}" + f"{1600 * 28 + 40 * 2 + 0 + 1:016b}",
}


@pytest.mark.parametrize(("text", "meant"), TELL.items())
def test_the_examples_of_the_standard_are_read(text: str, meant: tuple[str, str]) -> None:
    assert read_epc(text) == meant


def test_base_64_says_the_same_as_hexadecimal() -> None:
    for text, meant in TELL.items():
        raw = bytes.fromhex(text[2:])
        assert read_epc("ex" + base64.urlsafe_b64encode(raw).decode().rstrip("=")) == meant


@pytest.mark.parametrize("serial", WRITTEN)
def test_a_serial_is_read_in_each_of_the_six_ways_it_may_be_written(serial: str) -> None:
    assert read_epc(packed(plus(WRITTEN[serial]))) == (GTIN, serial)


@pytest.mark.parametrize(
    "head",
    [
        "11110111" + "1" + "001",
        "11111101" + "0" + "001",
        "11111011" + "0" + "001" + "0100" + "0011010" + "1100" + "11111",
        "11111100" + "1" + "001" + "0000" + "0011010" + "0001" + "00001",
    ],
)
def test_what_a_tag_says_beside_item_and_product_changes_neither(head: str) -> None:
    text = packed(plus(WRITTEN["BEEF01"], head=head) + "0001" * 12)
    assert read_epc(text) == (GTIN, "BEEF01")


@pytest.mark.parametrize("partition", range(7))
def test_each_way_to_part_a_gtin_gives_the_same_gtin(partition: int) -> None:
    prefix, item = GTIN[1 : 13 - partition], GTIN[0] + GTIN[13 - partition : 13]
    room = (40, 37, 34, 30, 27, 24, 20)[partition]
    bits = f"00110000001{partition:03b}{int(prefix):0{room}b}{int(item):0{44 - room}b}{77:038b}"
    assert read_epc(packed(bits)) == (GTIN, "77")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("eh3074257BF7194E4000001A85", "not a compressed code"),
        ("eh3074257bf7194e400000", "ends in the middle"),
        ("eh303c257bf7194e4000001a85", "parts its GTIN"),
        ("eh30403fffffffffff00000001", "too large"),
        (packed(plus("111" + "00001" + "0" * 16)), "no tag uses"),
        (packed(plus("101" + "00001" + "0" * 16)), "no tag uses"),
        (packed(plus("000" + "00001" + "1111")), "longer than it says"),
        (packed(plus("100" + "00001" + "0000000")), "which no serial may"),
        (packed(plus("001" + "00000" + "0" * 16)), "is empty"),
        (packed(plus("001" + "11111" + "1" * 124)), "at most 20"),
        (packed(plus(WRITTEN["0012"], gtin="09521234543214")), "check digit should be 3"),
        (packed("11110111" + "0000" + "1" * 56 + WRITTEN["0012"]), "digit above nine"),
        ("eh" + "3" * 600, "not a compressed code"),
        ("eh", "not a compressed code"),
        ("exAAAA====AAAAAAAAAAAA", "not a compressed code"),
    ],
)
def test_what_breaks_the_rules_is_refused_and_why(text: str, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        read_epc(text)


@pytest.mark.parametrize("header", [0x31, 0x32, 0x33, 0x34, 0x00, 0xE2])
def test_a_tag_of_something_else_is_not_here(header: int) -> None:
    with pytest.raises(Unknown, match="names no item of a product"):
        read_epc(f"eh{header:02x}" + "1" * 22)


@given(st.from_regex(r"e[hx][0-9a-fA-F_-]{0,200}", fullmatch=True))
def test_whatever_a_tag_holds_names_an_item_or_is_refused(text: str) -> None:
    with contextlib.suppress(LedgerError):
        gtin, serial = read_epc(text)
        assert len(gtin) == 14
        assert set(serial) <= GS1_82
