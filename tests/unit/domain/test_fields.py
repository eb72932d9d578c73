"""What a field may hold, and the one way in which it is written."""

from __future__ import annotations

import datetime
import unicodedata
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid
from ledger.domain.fields import FIELDS, SAFEST_INTEGER, canonical_value, jcs

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
scalars = texts | st.integers(-SAFEST_INTEGER, SAFEST_INTEGER) | st.booleans() | st.none()
values = scalars | st.lists(texts, max_size=8) | st.dictionaries(texts, scalars, max_size=8)


@given(values)
def test_jcs_is_that_of_the_rfc8785_package(value: object) -> None:
    assert jcs(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_keys_are_sorted_by_utf_16_units_and_not_by_code_points() -> None:
    assert jcs({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [1.5, 2.0, SAFEST_INTEGER + 1, -SAFEST_INTEGER - 1, [1], [["a"]], {"a": []}, {"a": 0.5}, b"a", {"a"}],
)
def test_what_readers_of_json_would_not_agree_on_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        jcs(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["\ud800", ["\udfff"], {"a": "\ud800"}, {"\ud800": 1}])
def test_half_a_character_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="half a character"):
        jcs(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "told", "canonical"),
    [
        ("model_ref", "  Sac Lune 25 ", "Sac Lune 25"),
        ("model_ref", 1234.0, "1234"),
        ("colour", "cafe\u0301", "caf\u00e9"),
        ("made_on", "2024-02-29", "2024-02-29"),
        ("made_on", datetime.date(2026, 3, 1), "2026-03-01"),
        ("made_on", datetime.datetime(2026, 3, 1, 23, 59), "2026-03-01"),
        ("made_in", " fr", "FR"),
        ("batch", "L-2026/07", "L-2026/07"),
        ("materials", "calfskin; brass , gilt ;", ["calfskin", "brass , gilt"]),
        ("materials", "80% wool, 20% silk", ["80% wool", "20% silk"]),
        ("materials", ["calfskin", " "], ["calfskin"]),
        ("weight_g", "412", "412"),
        ("weight_g", "0412.500", "412.5"),
        ("weight_g", 3.25, "3.25"),
        ("weight_g", 412.0, "412"),
        ("weight_g", Decimal("100.10"), "100.1"),
        ("weight_g", 1000, "1000"),
        ("warranty_months", "24", 24),
        ("warranty_months", 24.0, 24),
        ("warranty_months", "0", 0),
        ("nfc_uid", "04:a2:3b:1c:5d:6e:80", "04A23B1C5D6E80"),
        ("photo_url", "https://maison.example/lune.jpg?w=8", "https://maison.example/lune.jpg?w=8"),
        ("private_note", "one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_the_same_thing_told_differently_has_one_canonical_value(name: str, told: object, canonical: object) -> None:
    assert canonical_value(name, told) == canonical
    assert type(canonical_value(name, told)) is type(canonical)
    assert canonical_value(name, canonical) == canonical


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if not field.required])
@pytest.mark.parametrize("blank", [None, "", " \t\u00a0"])
def test_a_blank_cell_is_no_field_at_all(name: str, blank: object) -> None:
    assert canonical_value(name, blank) is None


def test_a_list_of_nothing_is_no_field_at_all() -> None:
    assert canonical_value("materials", " ; ;") is None


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.required])
def test_a_required_field_is_never_blank(name: str) -> None:
    with pytest.raises(Invalid, match=f"{name} is empty"):
        canonical_value(name, " ")


@pytest.mark.parametrize(
    ("name", "told", "complaint"),
    [
        ("color", "red", "There is no field “color”; the fields are model_ref, colour"),
        ("model_ref", True, "is not text"),
        ("model_ref", 1.5, "is not text"),
        ("model_ref", "A" * 101, "has 101 characters; at most 100"),
        ("colour", "a\x00b", r"holds an invisible character \(U\+0000\) \(character 2\)"),
        ("colour", "a\nb", r"U\+000A"),
        ("colour", "abc\u202edef", r"U\+202E"),
        ("colour", "\ud800", r"U\+D800"),
        ("private_note", "a\tb", r"U\+0009"),
        ("made_on", "31/03/2026", "is not a date; write year-month-day"),
        ("made_on", "20260331", "is not a date"),
        ("made_on", "2026-02-30", "is not a day of the calendar"),
        ("made_on", "\u0662026-03-31", "is not a date"),
        ("made_in", "France", "is not a country code"),
        ("made_in", "F1", "is not a country code"),
        ("batch", "L 1", r"holds a space \(character 2\), which AI 10 cannot"),
        ("batch", "L" * 21, "has 21 characters; at most 20"),
        ("materials", 7, "is not a list"),
        ("materials", ";".join("a" * 51), "has 51 entries; at most 50"),
        ("weight_g", "412 g", "is not a number above 0"),
        ("weight_g", "0", "is not a number above 0"),
        ("weight_g", "-1", "is not a number above 0"),
        ("weight_g", "1e3", "is not a number above 0"),
        ("weight_g", "NaN", "is not a number above 0"),
        ("weight_g", "3,25", "is not a number above 0"),
        ("weight_g", True, "is not a number above 0"),
        ("weight_g", float("inf"), "is not a number above 0"),
        ("weight_g", "1.2345", "more than three decimals"),
        ("warranty_months", "2.5", "is not a whole number from 0 to 9999"),
        ("warranty_months", "-1", "is not a whole number"),
        ("warranty_months", "10000", "is not a whole number"),
        ("warranty_months", True, "is not a whole number"),
        ("nfc_uid", "04A23B", "8, 14 or 20 hexadecimal digits"),
        ("nfc_uid", "04A23BGG", "8, 14 or 20 hexadecimal digits"),
        ("photo_url", "http://maison.example/a.jpg", "should begin with https://"),
        ("photo_url", "https://user@maison.example/", "is not a web address"),
        ("photo_url", "https:// maison.example/", "is not a web address"),
        ("photo_url", "javascript:alert(1)", "is not a web address"),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(name: str, told: object, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint) as refusal:
        canonical_value(name, told)
    assert refusal.value.detail.isprintable()
    assert len(refusal.value.detail) < 300


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=60))
def test_a_canonical_value_is_its_own_canonical_value_and_can_be_written(name: str, told: str) -> None:
    try:
        value = canonical_value(name, told)
    except Invalid:
        return
    assert value is None or canonical_value(name, value) == value
    assert unicodedata.is_normalized("NFC", jcs(value).decode())


def test_only_what_helps_a_counterfeiter_or_is_nobodys_business_starts_private() -> None:
    private = {name for name, field in FIELDS.items() if field.private}
    parts = {name for name in FIELDS if name.startswith("part.")}
    assert private - parts == {"nfc_uid", "brand_serial", "destination_market", "private_note"}
    assert parts <= private


def test_identity_is_not_repeated_in_the_record_where_the_public_manifest_would_list_serials() -> None:
    assert not {"gtin", "serial"} & set(FIELDS)
