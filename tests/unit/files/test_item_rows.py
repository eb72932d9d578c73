from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import Gtin
from ledger.files.cells import EXTRA, UnreadableCell
from ledger.files.columns import COLUMNS, HINTS, REQUIRED
from ledger.files.countries import countries
from ledger.files.item_rows import Faulty, Known, Outcome, Pair, Ready, check_rows
from ledger.files.sheets import read_rows

GTIN = "09521234543213"


def nobody(_: list[Pair]) -> set[Pair]:
    """A ledger that has no items yet."""
    return set()


def check(
    *rows: Mapping[str, str],
    known: frozenset[Pair] = frozenset(),
    prefix: str = "952",
    today: date | None = None,
) -> list[Outcome]:
    numbered = enumerate(({"gtin": GTIN, "model_ref": "A", **row} for row in rows), start=2)
    return list(
        check_rows(
            numbered,
            existing=lambda pairs: known.intersection(pairs),
            gtin_allowed=lambda gtin: gtin.startswith(prefix, 1),
            today=today,
        )
    )


def only(outcomes: list[Outcome]) -> Faulty:
    assert len(outcomes) == 1
    assert isinstance(outcomes[0], Faulty)
    return outcomes[0]


def test_the_columns_are_the_records_fields_and_the_items_identity() -> None:
    assert set(COLUMNS) == {"gtin", "serial", *FIELDS}
    assert set(HINTS) == set(COLUMNS)
    assert {name for name in REQUIRED if name != "gtin"} == {f.name for f in FIELDS.values() if f.required}


def test_a_good_row_is_ready_with_canonical_values_and_without_blanks() -> None:
    row = {
        "serial": "AB-1",
        "made_in": "fr",
        "materials": "calfskin; cotton",
        "weight_g": "412.50",
        "colour": "",
    }
    assert check(row) == [
        Ready(
            2,
            Gtin(GTIN),
            "AB-1",
            {"model_ref": "A", "made_in": "FR", "materials": ["calfskin", "cotton"], "weight_g": "412.5"},
        )
    ]


def test_lists_of_two_rows_are_not_the_same_list() -> None:
    first, second = check({"materials": "a; b"}, {"materials": "a; b"})
    assert isinstance(first, Ready)
    assert isinstance(second, Ready)
    assert first.fields["materials"] is not second.fields["materials"]


CELLS = {
    "gtin": ["09521234543213", "9521234543213", "9521234543214", "", "'09521234543213", "10614141000415"],
    "serial": ["", "", "A1", "A1", " A1", "'A1", "ä", "."],
    "model_ref": ["Sac", "Sac 2", " Sac ", "", "é", "e\u0301", "'=1", "'Sac", "\u00a0", "x" * 101],
    "made_on": ["2026-03-31", "2026-3-31", "2999-01-01", " 2026-03-31", ""],
    "materials": ["calf leather, brass", "'a, b", ",", ""],
    "colour": ["", "black", "\u202e", "two  words"],
    "private_note": ["", "a note"],
    "part.case": ["", "", "C-1", "C-2"],
}


@given(st.data())
def test_rows_of_a_csv_come_to_what_each_comes_to_alone(data: st.DataObject) -> None:
    header = data.draw(st.permutations([*CELLS]))[: data.draw(st.integers(4, len(CELLS)))]
    header += [name for name in REQUIRED if name not in header]
    few = {name: data.draw(st.lists(st.sampled_from(CELLS[name]), min_size=1, max_size=2)) for name in header}
    row = st.tuples(*(st.sampled_from(few[name]) for name in header))
    rows = data.draw(st.lists(st.one_of(row.map(list), row.map(lambda row: [*row, "", "x"])), min_size=1, max_size=12))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *(one[: data.draw(st.sampled_from([99, 99, 99, 3]))] for one in rows)])

    def outcomes(each: Callable[[Iterable[Any]], Iterable[Any]]) -> list[Outcome] | str:
        found = each(read_rows(io.BytesIO(text.getvalue().encode()), "items.csv"))
        today = date(2026, 11, 22)
        try:
            return list(check_rows(found, existing=nobody, gtin_allowed=lambda gtin: gtin[1:4] == "952", today=today))
        except Invalid as refused:
            return refused.detail

    assert outcomes(lambda rows: rows) == outcomes(lambda rows: (row for row in rows))


def test_a_list_with_nothing_in_it_is_a_blank() -> None:
    for outcome in check({"materials": ";"}, {"materials": ";"}):
        assert isinstance(outcome, Ready)
        assert outcome.fields == {"model_ref": "A"}


def test_a_fault_is_told_again_in_every_row_that_has_it() -> None:
    first, second, third = check({"made_on": "2026-02-30"}, {"made_on": "2026-02-30"}, {"made_on": "2026-02-28"})
    assert isinstance(first, Faulty)
    assert isinstance(second, Faulty)
    assert first.faults[0].what == second.faults[0].what
    assert [first.faults[0].row, second.faults[0].row] == [2, 3]
    assert isinstance(third, Ready)


def test_every_fault_of_a_row_is_told_at_once_with_its_column_and_what_to_do() -> None:
    bad = only(check({"made_in": "France", "made_on": "31/03/2025", "weight_g": "-1", "serial": "é"}))
    assert {fault.column for fault in bad.faults} == {"made_in", "made_on", "weight_g", "serial"}
    assert all(fault.row == 2 and fault.what and fault.mend for fault in bad.faults)


@pytest.mark.parametrize(
    ("typed", "gtin"),
    [
        ("9521234543213", GTIN),
        ("012345678905", "00012345678905"),
        ("12345678905", "00012345678905"),
        ("95212341", None),
        ("9521234543213.0", GTIN),
    ],
)
def test_zeros_that_a_spreadsheet_cut_from_a_gtin_are_put_back(typed: str, gtin: str | None) -> None:
    outcome = next(check_rows([(2, {"gtin": typed, "model_ref": "A"})], existing=nobody, gtin_allowed=lambda _: True))
    assert (outcome.gtin if isinstance(outcome, Ready) else None) == gtin


def test_a_gtin_that_misses_more_than_zeros_is_refused() -> None:
    assert "11 digits" in only(check({"gtin": "12345678906"})).faults[0].what


def test_a_wrong_check_digit_is_named_with_the_right_one() -> None:
    assert "should be 3" in only(check({"gtin": "9521234543210"})).faults[0].what


@pytest.mark.parametrize("typed", ["9.52123E+12", "9,52123E+12", "9E12"])
def test_a_shortened_number_is_called_lost(typed: str) -> None:
    fault = only(check({"gtin": typed})).faults[0]
    assert "digits are lost" in fault.what
    assert "Text" in fault.mend


def test_a_gtin_outside_the_brands_prefixes_is_refused() -> None:
    assert "not in the number ranges" in only(check({}, prefix="953")).faults[0].what


def test_the_second_row_of_one_serial_names_the_first() -> None:
    outcomes = check({"serial": "A1"}, {"serial": "A2"}, {"serial": "A1"})
    assert [type(outcome) for outcome in outcomes] == [Ready, Ready, Faulty]
    assert "row 2 " in outcomes[2].faults[0].what  # type: ignore[union-attr]


def test_rows_without_a_serial_are_as_many_items() -> None:
    assert [type(outcome) for outcome in check({}, {})] == [Ready, Ready]


def test_a_registered_item_is_known_and_no_fault() -> None:
    known = frozenset({(Gtin(GTIN), "A1")})
    assert check({"serial": "A1"}, {"serial": "A2"}, known=known)[0] == Known(2, Gtin(GTIN), "A1")


def test_the_ledger_is_asked_in_bounded_bundles_and_never_about_blank_serials() -> None:
    asked: list[int] = []

    def existing(pairs: list[Pair]) -> set[Pair]:
        asked.append(len(pairs))
        return set()

    rows = ((n, {"gtin": GTIN, "model_ref": "A", "serial": f"S{n}" if n % 2 else ""}) for n in range(2, 2002))
    assert len(list(check_rows(rows, existing=existing, gtin_allowed=lambda _: True))) == 2000
    assert asked == [250] * 4


def test_outcomes_follow_the_reading_by_no_more_than_a_bundle() -> None:
    read = 0

    def rows() -> Iterator[tuple[int, dict[str, str]]]:
        nonlocal read
        for read in range(1, 100_000):
            yield read, {"gtin": "x", "model_ref": "A"}

    assert isinstance(next(check_rows(rows(), existing=nobody, gtin_allowed=lambda _: True)), Faulty)
    assert read <= 500


@pytest.mark.parametrize(
    ("typed", "mend"),
    [
        ("25/03/2025", "Write 2025-03-25."),
        ("03-25-2025", "Write 2025-03-25."),
        ("1.2.2025", "Write 2025-02-01 or 2025-01-02, whichever you mean."),
    ],
)
def test_a_date_in_another_order_is_refused_with_what_it_may_mean(typed: str, mend: str) -> None:
    assert only(check({"made_on": typed})).faults[0].mend == mend


@pytest.mark.parametrize("typed", ["2025-02-30", "2025-13-01", "0202-01-01", "2025-3-1", "yesterday"])
def test_what_is_no_day_of_our_time_is_refused(typed: str) -> None:
    assert only(check({"made_on": typed})).faults[0].column == "made_on"


def test_a_day_still_to_come_is_refused_where_today_is_known() -> None:
    today = date(2025, 3, 1)
    assert "still to come" in only(check({"made_on": "2025-03-02"}, today=today)).faults[0].what
    assert isinstance(check({"made_on": "2025-03-01"}, today=today)[0], Ready)
    assert isinstance(check({"made_on": "2999-03-02"})[0], Ready)


@pytest.mark.parametrize(
    ("typed", "code"), [("Italy", "IT"), ("UK", "GB"), ("usa", "US"), ("FRANCE", "FR"), ("Switzerland", "CH")]
)
def test_a_countrys_name_is_refused_with_its_code(typed: str, code: str) -> None:
    assert f"Write {code} for" in only(check({"made_in": typed})).faults[0].what


def test_a_code_no_country_has_is_refused_and_every_country_is_taken() -> None:
    assert "ISO 3166" in only(check({"made_in": "XX"})).faults[0].what
    assert len(countries()) == 249
    assert all(isinstance(outcome, Ready) for outcome in check(*({"made_in": code} for code in countries())))


@pytest.mark.parametrize("sign", ["\x07", "\x1b", "\u202e", "\x85", "\x00"])
def test_invisible_characters_are_refused_and_shown_by_number(sign: str) -> None:
    fault = only(check({"colour": f"re{sign}d"})).faults[0]
    assert sign not in fault.value + fault.what + fault.mend
    assert f"U+{ord(sign):04X}" in fault.value


def test_a_long_value_is_shown_cut() -> None:
    fault = only(check({"colour": "x" * 5000})).faults[0]
    assert len(fault.value) <= 80
    assert len(fault.what) < 300


def test_an_unreadable_cell_is_its_rows_fault_even_where_nothing_is_shown() -> None:
    cell = UnreadableCell("", "this is a formula.", "Type the value.")
    bad = only(check({"gtin": cell}))
    assert [(fault.column, fault.what) for fault in bad.faults] == [("gtin", "this is a formula.")]


def test_cells_beyond_the_columns_are_a_fault() -> None:
    assert "more cells" in only(check({EXTRA: "x"})).faults[0].what


def test_a_missing_required_cell_is_named() -> None:
    assert [fault.column for fault in only(check({"gtin": "", "model_ref": ""})).faults] == [
        "gtin",
        "model_ref",
    ]


def test_more_rows_than_allowed_are_refused() -> None:
    rows = ((n, {"gtin": GTIN, "model_ref": "A"}) for n in range(11))
    with pytest.raises(TooLarge, match="more than 10 items"):
        list(check_rows(rows, existing=nobody, gtin_allowed=lambda _: True, max_items=10))


def test_a_file_goes_through_from_bytes_to_outcomes() -> None:
    data = f"gtin;serial;model_ref;made_in\n{GTIN[1:]};A1;Sac;FR\n{GTIN};A1;Sac;IT\n{GTIN};A2;;XX\n"
    outcomes = list(
        check_rows(read_rows(io.BytesIO(data.encode()), "a.csv"), existing=nobody, gtin_allowed=lambda _: True)
    )
    assert [(o.row_number, type(o)) for o in outcomes] == [(2, Ready), (3, Faulty), (4, Faulty)]
