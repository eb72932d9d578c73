from __future__ import annotations

import csv
import hashlib
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid
from ledger.files.cells import guard, unguard
from ledger.files.columns import COLUMNS, HINTS
from ledger.files.exports import write_csv, write_faulty_rows, write_for_printing_house, write_template_csv
from ledger.files.item_rows import Faulty, Ready, check_rows
from ledger.files.labels import Label
from ledger.files.sheets import read_rows
from ledger.files.template_xlsx import write_template_xlsx

LIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠1"]


def written(header: list[str], rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    write_csv(out, header, rows)
    return out.getvalue()


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_begins_with_a_byte_order_mark_and_has_rfc_4180_lines() -> None:
    assert written(["a", "b"], [["x,y", 'q"q'], [1, None]]) == b'\xef\xbb\xbfa,b\r\n"x,y","q""q"\r\n1,\r\n'


TEXTS = st.text(st.sampled_from("aZ09é =+-@'\",;\r\n\t＝"), max_size=4)


@given(st.lists(st.lists(st.one_of(TEXTS, st.integers(), st.none()), min_size=1, max_size=4), max_size=4))
def test_what_is_plain_is_written_as_what_is_not(rows: list[list[object]]) -> None:
    text = io.StringIO(newline="")
    for row in [["a", "b"], *rows]:
        csv.writer(text).writerow(["" if cell is None else guard(str(cell)) for cell in row])
    assert written(["a", "b"], rows) == ("\ufeff" + text.getvalue()).encode()
    plain: list[list[object]] = [["a1", "b c", ""], ["é", "1-2", "x=y"]]
    assert written(["a", "b"], plain) == "\ufeffa,b\r\na1,b c,\r\né,1-2,x=y\r\n".encode()


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_of_ours_is_a_live_formula(text: str) -> None:
    assert cells(written([text], [[text]])) == [["'" + text], ["'" + text]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=4))
def test_what_is_written_reads_the_same_and_is_never_live(texts: list[str]) -> None:
    back = cells(written([f"c{n}" for n in range(len(texts))], [list(texts)]))
    read = back[1] if len(back) > 1 else [""]
    assert [unguard(cell) for cell in read] == texts
    assert not any(cell[:1] and cell[0] in "=+-@\t\r\n\0＝＋－＠" for cell in read)


def test_the_sum_is_that_of_the_whole_file_and_progress_is_told() -> None:
    out = io.BytesIO()
    heard: list[int] = []
    digest = write_csv(out, ["a"], ([n] for n in range(50_000)), on_progress=heard.append)
    assert digest == hashlib.sha256(out.getvalue()).hexdigest()
    assert heard[-1] == 50_000
    assert heard == sorted(heard)


def check(data: bytes) -> list[object]:
    return list(check_rows(read_rows(io.BytesIO(data), "x.csv"), existing=lambda _: set(), gtin_allowed=lambda _: True))


def test_the_file_of_wrong_rows_has_only_those_says_why_and_can_be_sent_again() -> None:
    sent = (
        "gtin,model_ref,colour,made_in\n09521234543213,A,=red,FR\n09521234543213,B,-blue,Frnace\n"
        "09521234543213,C,x,IT,extra\n"
    )
    wrong = [outcome for outcome in check(sent.encode()) if isinstance(outcome, Faulty)]
    out = io.BytesIO()
    write_faulty_rows(out, wrong, columns=["gtin", "model_ref", "colour", "made_in"])
    lines = cells(out.getvalue())
    assert lines[0] == ["gtin", "model_ref", "colour", "made_in", "error"]
    assert len(lines) == 3
    assert lines[1][:4] == ["09521234543213", "B", "'-blue", "Frnace"]
    assert "made_in" in lines[1][4]
    again = check(out.getvalue())
    assert [type(outcome) for outcome in again] == [Faulty, Faulty]
    mended = out.getvalue().replace(b"Frnace", b"FR").replace(b",extra", b"")
    outcomes = check(mended)
    assert all(isinstance(outcome, Ready) for outcome in outcomes)
    assert outcomes[0].fields["colour"] == "-blue"  # type: ignore[attr-defined]


def test_the_printing_house_gets_the_exact_text_of_each_code() -> None:
    out = io.BytesIO()
    digest = write_for_printing_house(out, [Label("09521234543213", "-1", "HTTPS://V.EXAMPLE/01/0/21/-1")])
    assert cells(out.getvalue()) == [
        ["gtin", "serial", "uri"],
        ["09521234543213", "'-1", "HTTPS://V.EXAMPLE/01/0/21/-1"],
    ]
    assert digest == hashlib.sha256(out.getvalue()).hexdigest()


def test_the_csv_template_has_every_column_and_waits_for_rows() -> None:
    out = io.BytesIO()
    write_template_csv(out)
    assert cells(out.getvalue()) == [list(COLUMNS)]
    with pytest.raises(Invalid, match="no rows below"):
        check(out.getvalue())


def test_the_workbook_template_keeps_zeros_freezes_its_header_and_offers_countries() -> None:
    out = io.BytesIO()
    write_template_xlsx(out)
    out.seek(0)
    book = openpyxl.load_workbook(out)
    items = book["Items"]
    assert items.freeze_panes == "A2"
    assert [cell.value for cell in items[1]] == list(COLUMNS)
    for name in ("gtin", "serial", "nfc_uid", "brand_serial"):
        column = openpyxl.utils.get_column_letter(COLUMNS.index(name) + 1)
        assert items.column_dimensions[column].number_format == "@"
    rules = {rule.promptTitle: rule for rule in items.data_validations.dataValidation}
    assert rules["made_in"].type == "list"
    assert {name: rule.prompt for name, rule in rules.items()} == HINTS
    assert all(len(rule.prompt) <= 255 for rule in rules.values())  # Excel's own limit
    assert book["Lists"].sheet_state == "hidden"
    assert book["Lists"]["A1"].value == "AD"


def test_the_filled_workbook_template_is_read() -> None:
    out = io.BytesIO()
    write_template_xlsx(out)
    out.seek(0)
    book = openpyxl.load_workbook(out)
    book["Items"]["A2"] = "09521234543213"
    book["Items"]["C2"] = "Sac"
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    rows = list(read_rows(filled, "template.xlsx"))
    assert [(number, row["gtin"], row["model_ref"]) for number, row in rows] == [(2, "09521234543213", "Sac")]
