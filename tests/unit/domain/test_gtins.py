"""GTINs: any length becomes 14 digits, and a wrong one is told what is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin, check_digit, check_gtin, gtin_matches_prefix

bodies = st.sampled_from([7, 11, 12, 13]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@given(bodies)
def test_the_check_digit_is_python_stdnums(body: str) -> None:
    assert check_digit(body) == ean.calc_check_digit(body)


@given(bodies)
def test_a_gtin_of_every_length_becomes_14_digits(body: str) -> None:
    typed = body + check_digit(body)
    gtin = check_gtin(typed)
    assert gtin == typed.rjust(14, "0")
    assert check_gtin(gtin) == gtin


@given(bodies, st.integers(1, 9))
def test_a_wrong_check_digit_is_named_with_the_right_one(body: str, off: int) -> None:
    right = int(check_digit(body))
    wrong = (right + off) % 10
    with pytest.raises(Invalid, match=rf"ends in {wrong}, but its check digit should be {right};"):
        check_gtin(f"{body}{wrong}")


def test_groups_as_printed_under_a_barcode_are_understood() -> None:
    assert check_gtin(" 9 520123 456788 ") == check_gtin("9-520123\u2013456788") == "09520123456788"


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "1234567890123456", " "])
def test_a_wrong_length_is_said(text: str) -> None:
    digits = len(text.strip())
    with pytest.raises(Invalid, match=f"has {digits} digits; it needs 8, 12, 13 or 14"):
        check_gtin(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("95201234O6788", r"“O” \(character 9\)"),
        ("9520 123456 78.8", r"“\.” \(character 15\)"),
        ("9520123456\u0667\u0668\u0668", r"“\u0667” \(character 11\)"),
        ("952012345678²", r"“²” \(character 13\)"),
        ("9.5201E+12", r"“\.” \(character 2\)"),
    ],
)
def test_a_character_that_is_no_digit_is_named_with_its_place(text: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        check_gtin(text)


def test_a_refusal_stays_short_however_long_the_text() -> None:
    with pytest.raises(Invalid) as refusal:
        check_gtin("9" * 1_000_000)
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize(
    ("gtin", "prefix", "inside"),
    [
        ("09520123456788", "9520123", True),
        ("19520123456785", "9520123", True),
        ("09520123456788", "952", True),
        ("09520123456788", "9520124", False),
        ("09520123456788", "0952", False),
        ("00952012345672", "0952", True),
        ("09520123456788", "95201234567889", False),
        ("09520123456788", "", False),
    ],
)
def test_a_prefix_is_compared_with_the_digits_after_the_indicator(gtin: str, prefix: str, inside: bool) -> None:
    assert gtin_matches_prefix(Gtin(gtin), prefix) is inside
