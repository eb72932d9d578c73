"""The import template as a workbook: frozen header, text format for numbers that are names, lists and
hints."""

from __future__ import annotations

from typing import BinaryIO, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ledger.domain.components import LONGEST_SERIAL, PARTS, PREFIX
from ledger.files.columns import COLUMNS, HINTS, REQUIRED, letter
from ledger.files.countries import countries
from ledger.files.xlsx_rows import ITEMS_SHEET
from ledger.files.xlsx_scan import MAX_ROWS

_PARTS: Final = tuple(PREFIX + name for name in PARTS)
_AS_TEXT: Final = ("gtin", "serial", "model_ref", "size", "batch", "brand_serial", "nfc_uid", "made_in", *_PARTS)
_WIDE: Final = ("materials", "photo_url", "private_note", "gtin", "serial", "model_ref")
_REQUIRED_FILL: Final = PatternFill("solid", fgColor="FFE8B8")
_FILL: Final = PatternFill("solid", fgColor="E8EEF4")


def write_template_xlsx(target: BinaryIO) -> None:
    """The workbook: sheet “Items” to fill in, sheet “How to” to read, and a hidden list of countries."""
    workbook = Workbook()
    items = workbook.active
    assert isinstance(items, Worksheet)
    items.title = ITEMS_SHEET
    items.freeze_panes = "A2"
    for position, name in enumerate(COLUMNS, start=1):
        column = letter(position)
        cell = items[f"{column}1"]
        cell.value = name
        cell.font = Font(bold=True)
        cell.fill = _REQUIRED_FILL if name in REQUIRED else _FILL
        cell.comment = Comment(HINTS[name], "Touchmark", width=280, height=90)
        dimension = items.column_dimensions[column]
        dimension.width = 26 if name in _WIDE else 16
        if name in _AS_TEXT:
            dimension.number_format = "@"
            cell.number_format = "@"
        elif name == "made_on":
            dimension.number_format = "yyyy-mm-dd"
        validation = _validation(name)
        validation.add(f"{column}2:{column}{MAX_ROWS + 1}")
        items.add_data_validation(validation)
    _how_to(workbook.create_sheet("How to"))
    _lists(workbook.create_sheet("Lists"))
    workbook.save(target)


def _validation(name: str) -> DataValidation:
    rules: dict[str, dict[str, str]] = {
        "gtin": {"type": "textLength", "operator": "between", "formula1": "8", "formula2": "14"},
        "serial": {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "20"},
        "batch": {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "20"},
        "made_on": {"type": "date", "operator": "greaterThan", "formula1": "1"},
        "made_in": {"type": "list", "formula1": f"Lists!$A$1:$A${len(countries())}"},
        "weight_g": {"type": "decimal", "operator": "greaterThan", "formula1": "0"},
        "warranty_months": {
            "type": "whole", "operator": "between", "formula1": "0", "formula2": "9999",
        },
        **{
            name: {"type": "textLength", "operator": "between", "formula1": "1", "formula2": str(LONGEST_SERIAL)}
            for name in _PARTS
        },
    }  # fmt: skip
    return DataValidation(
        **rules.get(name, {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "2000"}),
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle=name,
        error=HINTS[name],
        showInputMessage=True,
        promptTitle=name,
        prompt=HINTS[name],
    )


def _how_to(sheet: Worksheet) -> None:
    sheet.append(["column", "needed", "what to write"])
    for name in COLUMNS:
        sheet.append([name, "yes" if name in REQUIRED else "", HINTS[name]])
    sheet.append([])
    sheet.append(["One row is one item. Nothing is registered before you have seen the check and confirmed it."])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["C"].width = 90
    for (cell,) in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
        cell.alignment = Alignment(wrap_text=True)


def _lists(sheet: Worksheet) -> None:
    for code, name in countries().items():
        sheet.append([code, name])
    sheet.sheet_state = "hidden"
