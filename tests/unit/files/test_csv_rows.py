from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid, LedgerError, TooLarge
from ledger.files.cells import EXTRA, guard, unguard
from ledger.files.csv_rows import MAX_LINE
from ledger.files.sheets import read_rows


def rows(data: str | bytes, filename: str = "items.csv") -> list[tuple[int, dict[str, str]]]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_rows(io.BytesIO(raw), filename))


def refusal(data: str | bytes, filename: str = "items.csv") -> str:
    with pytest.raises(LedgerError) as caught:
        rows(data, filename)
    return caught.value.detail


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comma_semicolon_and_tab_are_read_with_and_without_byte_order_mark(
    separator: str, mark: bytes, end: str
) -> None:
    lines = [["gtin", "model_ref", "colour"], ["0952", "Sac", "noir été"], ["0953", "B", ""]]
    data = mark + end.join(separator.join(line) for line in lines).encode()
    assert rows(data) == [
        (2, {"gtin": "0952", "model_ref": "Sac", "colour": "noir été"}),
        (3, {"gtin": "0953", "model_ref": "B", "colour": ""}),
    ]


def test_a_file_made_for_excel_may_name_its_separator_in_a_first_line() -> None:
    assert rows("sep=|\ngtin|model_ref\n1|a\n") == [(2, {"gtin": "1", "model_ref": "a"})]


def test_a_semicolon_file_may_have_commas_in_its_header_and_cells() -> None:
    assert rows('gtin;model_ref;"colour"\n1;a;red, blue\n')[0][1]["colour"] == "red, blue"


def test_row_numbers_count_blank_rows_and_quoted_line_breaks_as_a_spreadsheet_does() -> None:
    data = 'gtin,model_ref,private_note\n1,a,"two\r\nlines"\n\n,,\n2,b,\n'
    assert [(number, row["gtin"]) for number, row in rows(data)] == [(2, "1"), (5, "2")]
    assert rows(data)[0][1]["private_note"] == "two\r\nlines"


def test_column_names_may_be_capitals_spaced_or_starred() -> None:
    assert rows("GTIN*,Model Ref,made-on\n1,a,x\n")[0][1] == {"gtin": "1", "model_ref": "a", "made_on": "x"}


def test_latin_1_is_named_with_its_row_and_what_to_do() -> None:
    sentence = refusal(b"gtin,model_ref\n1,a\n2," + "Été".encode("latin-1") + b"\n")
    assert sentence.startswith("Row 3 is not UTF-8")
    assert "Été" in sentence
    assert "CSV UTF-8" in sentence


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_with_and_without_its_mark(encoding: str) -> None:
    sentence = refusal("gtin,model_ref\n1,a\n".encode(encoding))
    assert "UTF-16" in sentence
    assert "CSV UTF-8" in sentence


def test_an_empty_file_and_a_header_alone_are_told_apart() -> None:
    assert refusal(b"").startswith("The file is empty")
    assert refusal("gtin,model_ref\r\n").startswith("The file has column names and no rows")
    assert refusal("gtin,model_ref\r\n,\r\n\r\n").startswith("The file has column names and no rows")


def test_the_header_is_refused_before_a_row_is_read() -> None:
    with pytest.raises(Invalid):
        read_rows(io.BytesIO(b"gtin,colr,model_ref\n"), "x.csv")


def test_a_column_named_twice_is_refused_with_both_places() -> None:
    with pytest.raises(Invalid) as caught:
        rows("gtin,model_ref,Colour,colour\n1,a,b,c\n")
    assert caught.value.faults[0].where == "row 1, column D"
    assert "column C" in caught.value.detail


@pytest.mark.parametrize(
    ("name", "meant"), [("colr", "colour"), ("sku", "model_ref"), ("Country of origin", "made_in")]
)
def test_an_unknown_column_is_named_with_the_nearest_known_one(name: str, meant: str) -> None:
    sentence = refusal(f"gtin,model_ref,{name}\n1,a,b\n")
    assert "column C" in sentence
    assert f'Did you mean "{meant}"?' in sentence


def test_every_missing_required_column_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        rows("colour,size\nred,M\n")
    assert [fault.what for fault in caught.value.faults] == [
        'the column "gtin" is missing.',
        'the column "model_ref" is missing.',
    ]


def test_a_file_without_a_header_is_told_to_start_from_the_template() -> None:
    assert "Start from the template" in refusal("09521234543213,Sac\n")


def test_a_column_without_a_name_is_refused_but_empty_ones_at_the_right_are_not() -> None:
    assert "column B: the column has no name" in refusal("gtin,,model_ref\n1,x,a\n")
    assert rows("gtin,model_ref,,\n1,a,,\n")[0][1] == {"gtin": "1", "model_ref": "a"}


def test_cells_beyond_the_last_column_are_kept_apart_for_the_row_to_be_refused() -> None:
    assert rows("gtin,model_ref\n1,a,b,c\n")[0][1][EXTRA] == "b\tc"


def test_a_quotation_mark_never_closed_is_named_with_its_row() -> None:
    assert refusal('gtin,model_ref\n1,a\n2,"b\n3,c\n').startswith("Row 3 opens a quotation mark")


def test_a_quotation_mark_never_closed_does_not_swallow_a_long_file() -> None:
    stream = io.BytesIO(b'gtin,model_ref\n1,"b\n' + b"2,cccccccccccccccccccccccccccc\n" * 100_000)
    with pytest.raises(Invalid, match="Row 2 opens a quotation mark"):
        list(read_rows(stream, "x.csv"))
    assert stream.tell() < 200_000


def test_text_after_a_closing_quotation_mark_is_named() -> None:
    assert refusal('gtin,model_ref\n1,"5" disc"\n').startswith("Row 2 has a quotation mark")


def test_a_line_longer_than_any_row_is_refused_and_not_read_to_its_end() -> None:
    stream = io.BytesIO(b"gtin,model_ref\n1," + b"x" * 10_000_000)
    with pytest.raises(TooLarge, match="Row 2 has a line of more than"):
        list(read_rows(stream, "x.csv"))
    assert stream.tell() < MAX_LINE + 100


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(TooLarge, match="separator"):
        rows("gtin,model_ref\n1,a" + "," * 300 + "x\n")
    assert "at most 64" in refusal(",".join(["gtin", "model_ref", *(f"c{n}" for n in range(70))]) + "\n")


def test_old_line_ends_are_refused_in_a_sentence() -> None:
    assert "line" in refusal("gtin,model_ref\r1,a\r2,b\r")


def test_the_first_row_comes_before_the_rest_is_read() -> None:
    stream = io.BytesIO(b"gtin,model_ref\n" + b"1,a\n" * 500_000)
    assert next(iter(read_rows(stream, "x.csv")))[0] == 2
    assert stream.tell() < 10_000


def test_the_column_error_of_our_own_file_is_let_in() -> None:
    assert rows("gtin,model_ref,error\n1,a,made_on: wrong\n")[0][0] == 2


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "XLS"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<!DOCTYPE html><table><tr><td>gtin", "web page"),
        (b"\n <html><body>", "web page"),
        (b'<?xml version="1.0"?><Workbook>', "XML"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"{\\rtf1", "text document"),
        (b"\x89PNG\r\n", "picture"),
    ],
)
def test_what_is_no_sheet_is_refused_by_its_content_whatever_its_name(start: bytes, kind: str) -> None:
    sentence = refusal(start, "list.csv")
    assert kind in sentence
    assert "list.csv" in sentence


@given(st.text())
def test_a_guarded_cell_is_never_live_and_comes_back_the_same(text: str) -> None:
    guarded = guard(text)
    assert guarded[:1] not in set("=+-@\t\r\n\0＝＋－＠")
    assert unguard(guarded) == text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes) -> None:
    for file in (data, b"gtin,model_ref\n" + data):
        said = ""
        try:
            list(read_rows(io.BytesIO(file), "x.csv"))
        except LedgerError as error:
            said = error.detail
        assert said == "" or said.endswith(".")
