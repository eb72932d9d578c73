from __future__ import annotations

import datetime
import io
import struct
import tracemalloc
import zipfile

import openpyxl
import pytest

from ledger.domain.errors import Invalid, LedgerError, TooLarge
from ledger.files.cells import UnreadableCell
from ledger.files.sheets import read_rows
from tests.unit.files.workbooks import rewritten, with_cells, workbook

HEADER = ["gtin", "serial", "model_ref", "made_on", "weight_g"]
SHEET = "xl/worksheets/sheet1.xml"


def rows(book: io.BytesIO) -> list[tuple[int, dict[str, str]]]:
    return list(read_rows(book, "items.xlsx"))


def refusal(book: io.BytesIO) -> str:
    with pytest.raises(LedgerError) as caught:
        rows(book)
    return caught.value.detail


def test_numbers_dates_and_texts_come_as_a_person_sees_them() -> None:
    day = datetime.date(2025, 3, 1)
    book = workbook(
        HEADER,
        [9521234543213, "0012", "A", day, 412],
        ["09521234543213", 12, "B", datetime.datetime(2025, 3, 1), 3.25],
        ["1", "x", True, datetime.datetime(2025, 3, 1, 4, 5), None],
    )
    assert rows(book) == [
        (2, dict(zip(HEADER, ["9521234543213", "0012", "A", "2025-03-01", "412"], strict=True))),
        (3, dict(zip(HEADER, ["09521234543213", "12", "B", "2025-03-01", "3.25"], strict=True))),
        (4, dict(zip(HEADER, ["1", "x", "TRUE", "2025-03-01T04:05:00", ""], strict=True))),
    ]


def test_row_numbers_are_the_spreadsheets_own_also_past_blank_rows_and_columns() -> None:
    book = workbook([], [], ["gtin", "model_ref"], [], ["1", "a"], ["", " "], ["2", "b"])
    assert [number for number, _ in rows(book)] == [5, 7]


def test_the_sheet_items_is_read_before_the_first_one_and_hidden_sheets_never() -> None:
    book = workbook(["gtin", "model_ref"], ["1", "a"], title="Notes")
    full = openpyxl.load_workbook(book)
    full.create_sheet("Items").append(["gtin", "model_ref"])
    full["Items"].append(["2", "b"])
    out = io.BytesIO()
    full.save(out)
    out.seek(0)
    assert rows(out)[0][1]["gtin"] == "2"
    full["Items"].sheet_state = "hidden"
    out = io.BytesIO()
    full.save(out)
    out.seek(0)
    assert rows(out)[0][1]["gtin"] == "1"


def test_a_formula_without_a_stored_result_is_a_fault_of_its_cell() -> None:
    cell = rows(workbook(["gtin", "model_ref"], ["=1+1", "a"]))[0][1]["gtin"]
    assert isinstance(cell, UnreadableCell)
    assert "formula" in cell.what


def test_a_formula_with_a_stored_result_is_its_result() -> None:
    book = with_cells(
        workbook(["gtin", "model_ref"]),
        b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row>'
        b'<row r="3"><c r="A3"><f>1+1</f><v>3</v></c><c r="B3" t="str"><f>""</f><v></v></c></row>',
    )
    assert rows(book) == [(2, {"gtin": "2", "model_ref": "ab"}), (3, {"gtin": "3", "model_ref": ""})]


@pytest.mark.parametrize("quote", [b'"', b"'"])
def test_an_error_cell_is_a_fault_and_not_an_empty_cell(quote: bytes) -> None:
    book = with_cells(
        workbook(["gtin", "model_ref"]),
        b'<row r="2"><c r="A2" t="e"><v>#DIV/0!</v></c></row>'.replace(b'"', quote),
    )
    cell = rows(book)[0][1]["gtin"]
    assert isinstance(cell, UnreadableCell)
    assert cell == "#DIV/0!"
    assert "#DIV/0!" in cell.what


def test_a_number_of_more_than_fifteen_digits_is_a_fault() -> None:
    cell = rows(workbook(["gtin", "serial", "model_ref"], ["1", 12345678901234567890, "a"]))[0][1]["serial"]
    assert isinstance(cell, UnreadableCell)
    assert "15 digits" in cell.what


def test_shared_texts_are_read() -> None:
    book = with_cells(
        workbook(["gtin", "model_ref"]),
        b'<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>0</v></c></row>',
    )
    names = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    relation = (
        b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    book = rewritten(book, "[Content_Types].xml", lambda data: data.replace(b"</Types>", names))
    book = rewritten(book, "xl/_rels/workbook.xml.rels", lambda data: data.replace(b"</Relationships>", relation))
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><t>bag</t></si><si><t>0952</t></si></sst>"
    )
    book = rewritten(book, "xl/sharedStrings.xml", lambda _: strings)
    assert rows(book) == [(2, {"gtin": "0952", "model_ref": "bag"})]


def test_an_empty_sheet_and_a_header_alone_are_told_apart() -> None:
    assert "is empty" in refusal(workbook())
    assert "no rows below" in refusal(workbook(["gtin", "model_ref"]))


def test_more_than_100_000_rows_are_refused_with_csv_as_the_way() -> None:
    book = with_cells(workbook(["gtin", "model_ref"]), b'<row r="100002"><c r="A100002"><v>1</v></c></row>')
    sentence = refusal(book)
    assert "100,000 items" in sentence
    assert "CSV UTF-8" in sentence


# What no honest program writes.


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="2"><c r="XFD2"><v>1</v></c></row>',
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b"<row r='2'><c s='>' r='XFD999999'><v>1</v></c></row>",
        b'<row r = "2"><c r = "aaa2"><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 65 + b"</row>",
        b"<row>" + b"<c/>" * 300_000 + b"</row>",
        b"<row><c><v>1</v></c></row>" * 100_001,
    ],
)
def test_a_cell_far_outside_is_refused_before_a_table_is_laid_out(xml: bytes) -> None:
    book = with_cells(workbook(["gtin", "model_ref"]), xml)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        rows(book)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize("xml", [b"<!-- x -->", b"<![CDATA[x]]>", b"<?x <c/> ?>", b'<!DOCTYPE a [<!ENTITY b "c">]>'])
def test_a_sheet_with_declarations_or_hiding_places_is_refused(xml: bytes) -> None:
    assert "no spreadsheet program writes" in refusal(with_cells(workbook(["gtin", "model_ref"], ["1", "a"]), xml))


def test_a_long_text_shared_by_many_cells_is_refused() -> None:
    text = b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    cells = b"".join(b'<row><c t="s"><v>%s0</v></c></row>' % (b"+" if n % 2 else b"") for n in range(20_000))
    book = rewritten(workbook(["gtin", "model_ref"]), "xl/sharedStrings.xml", lambda _: text)
    assert "MB of text" in refusal(with_cells(book, cells))


@pytest.mark.parametrize("count", [b"4000000000", b"&#52;000000000", b" 4000000000", b"4e9"])
def test_a_promise_of_very_many_texts_is_refused_because_room_is_made_for_them(count: bytes) -> None:
    for strings in (b'<sst uniqueCount="%s"><si><t>x</t></si></sst>', b"<si/><x:sst\n uniqueCount = '%s'>"):
        book = rewritten(
            workbook(["gtin", "model_ref"], ["1", "a"]),
            "xl/sharedStrings.xml",
            lambda _, text=strings % count: text,  # type: ignore[misc]
        )
        assert "more texts than any sheet" in refusal(book)


def test_an_entry_that_unpacks_too_far_is_refused_before_it_is_unpacked() -> None:
    book = rewritten(workbook(["gtin", "model_ref"]), SHEET, lambda data: data + b" " * 60_000_000)
    tracemalloc.start()
    sentence = refusal(book)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "no real spreadsheet does" in sentence
    assert peak < 1_000_000


def test_sizes_that_add_up_to_too_much_are_refused() -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(90):
            archive.writestr(f"xl/media/{number}.bin", b"\0" * 6_000_000)
    assert "would unpack to" in refusal(io.BytesIO(book.getvalue()))


def test_an_entry_that_lies_about_its_size_gives_no_more_than_it_promised() -> None:
    honest = rewritten(workbook(["gtin", "model_ref"]), SHEET, lambda data: data + b" " * 50_000_000)
    data = honest.getvalue()
    with zipfile.ZipFile(honest) as archive:
        size = archive.getinfo(SHEET).file_size
    lying = data.replace(struct.pack("<L", size), struct.pack("<L", 900))
    tracemalloc.start()
    sentence = refusal(io.BytesIO(lying))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "damaged" in sentence
    assert peak < 5_000_000


def test_too_many_entries_are_refused() -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", b"")
    assert "1,001 parts" in refusal(io.BytesIO(book.getvalue()))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil", "xl/../../evil", "c:evil", "xl\\evil"])
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    assert "forbidden name" in refusal(rewritten(workbook(["gtin"]), name, lambda _: b"x"))


def test_an_archive_inside_is_refused() -> None:
    assert "another archive" in refusal(rewritten(workbook(["gtin"]), "xl/embeddings/a.xlsx", lambda _: b"PK"))


def test_a_part_held_twice_is_refused() -> None:
    book = workbook(["gtin", "model_ref"], ["1", "a"])
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/worksheets/SHEET1.xml", b"<worksheet/>")
    assert "twice" in refusal(io.BytesIO(book.getvalue()))


def test_an_open_document_sheet_and_any_other_archive_are_refused() -> None:
    for names, word in ((("mimetype", "content.xml"), "ODS"), (("readme.txt",), "not an XLSX")):
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        assert word in refusal(io.BytesIO(book.getvalue()))


def test_a_file_cut_off_anywhere_is_refused_in_a_sentence() -> None:
    whole = workbook(["gtin", "model_ref"], ["1", "a"]).getvalue()
    for length in range(4, len(whole), 97):
        with pytest.raises(Invalid):
            rows(io.BytesIO(whole[:length]))


def test_a_file_damaged_anywhere_is_read_or_refused_in_a_sentence() -> None:
    whole = workbook(["gtin", "model_ref"], ["1", "a"]).getvalue()
    for place in range(0, len(whole), 41):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        said = ""
        try:
            rows(io.BytesIO(bytes(damaged)))
        except LedgerError as error:
            said = error.detail
        assert said == "" or said.endswith(".")
