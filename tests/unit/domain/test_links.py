"""The link key of a handover."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.domain.errors import Invalid
from ledger.domain.links import check_code, link_key

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SECRET = bytes(range(16))


def test_a_link_key_is_the_hkdf_of_secret_digits_and_item() -> None:
    info = b"touchmark/link/1" + (77).to_bytes(32, "big")
    wide = HKDF(hashes.SHA256(), 48, b"031415", info).derive(SECRET)
    assert int.from_bytes(link_key(SECRET, "031415", 77), "big") == int.from_bytes(wide, "big") % (N - 1) + 1


def test_other_digits_another_secret_or_another_item_make_another_key() -> None:
    keys = {link_key(SECRET, "000000", 1), link_key(SECRET, "000001", 1), link_key(SECRET, "000000", 2)}
    assert len(keys | {link_key(SECRET[::-1], "000000", 1)}) == 4


@pytest.mark.parametrize("typed", ["031 415", "031-415", " 031415\n", "０３１４１５", "031\u2013415"])
def test_digits_are_taken_as_people_write_them(typed: str) -> None:
    assert check_code(typed) == "031415"


@pytest.mark.parametrize("typed", ["", "31415", "0314155", "03141x", "٠٣١٤١٥", "031.415"])
def test_anything_but_six_digits_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(Invalid, match="has 6 digits") as refused:
        check_code(typed)
    assert not typed or typed not in refused.value.detail


def test_a_secret_of_another_length_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        link_key(b"short", "031415", 1)
