"""The columns of an import file: their names, which are required, and what else people call them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final, Protocol

from ledger.domain.components import LONGEST_SERIAL, PARTS, PREFIX, is_part
from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import said

COLUMNS: Final = (
    "gtin",
    "serial",
    "model_ref",
    "colour",
    "size",
    "made_on",
    "made_in",
    "batch",
    "materials",
    "weight_g",
    "destination_market",
    "warranty_months",
    "brand_serial",
    "nfc_uid",
    "photo_url",
    "private_note",
    *(PREFIX + name for name in PARTS),
)
REQUIRED: Final = ("gtin", "model_ref")
IGNORED: Final = ("error",)
"""Our own file of wrong rows carries this column; sent back with the rows mended, it is not read."""

MAX_COLUMNS: Final = 64

PART_HINT: Final = said(
    "The serial on this part, at most %(longest)s letters and digits. Always private.", longest=LONGEST_SERIAL
)
"""Also for the parts that a brand names itself: `part.` and a name, such as part.buckle."""

HINTS: Final = {
    "gtin": said("The product's GTIN or EAN, 8, 12, 13 or 14 digits, in a cell of the format Text."),
    "serial": said("What the code will carry, 1 to 20 letters and digits; leave it empty and we make one."),
    "model_ref": said("Your own reference of the model, at most 100 characters."),
    "colour": said("At most 100 characters."),
    "size": said("At most 100 characters."),
    "made_on": said("The day as year-month-day, such as 2026-03-31."),
    "made_in": said("The country's two letters (ISO 3166), such as FR or IT."),
    "batch": said("Your production lot, at most 20 letters and digits."),
    "materials": said("What it is made of, several parted by semicolons: calfskin; cotton."),
    "weight_g": said("The weight in grams, a number above 0 without a unit, such as 412 or 3.25."),
    "destination_market": said("Where it is to be sold, at most 100 characters. Starts private."),
    "warranty_months": said("Whole months, such as 24."),
    "brand_serial": said("The number engraved or printed on the item itself. Starts private."),
    "nfc_uid": said("The chip's number, 8, 14 or 20 hexadecimal digits. Starts private."),
    "photo_url": said("A web address that begins with https://."),
    "private_note": said("Anything for yourselves, at most 2,000 characters. Starts private."),
    **dict.fromkeys((PREFIX + name for name in PARTS), PART_HINT),
}
"""One sentence a column: what to write in it. Shown in the template and beside every fault."""

_OTHER_NAMES: Final = {
    "gtin": "ean ean13 ean_13 upc barcode article_number gtin14 gtin_14 product_code",
    "serial": "serial_number serial_no serialnumber sn unique_id",
    "model_ref": "sku model reference style style_number product_ref ref article",
    "colour": "color colourway colorway shade couleur colore",
    "size": "taille taglia",
    "made_on": "production_date manufactured_on date_of_manufacture made_date date",
    "made_in": "country country_of_origin origin made_in_country coo",
    "batch": "lot lot_number batch_number batch_no",
    "materials": "material composition fabric",
    "weight_g": "weight grams net_weight",
    "destination_market": "market destination sales_market",
    "warranty_months": "warranty guarantee guarantee_months",
    "brand_serial": "engraved_serial engraved internal_serial maker_serial",
    "nfc_uid": "nfc rfid chip tag_id chip_id",
    "photo_url": "photo image image_url picture picture_url",
    "private_note": "note notes comment comments remark remarks",
    **{PREFIX + name: f"{name} {name}_serial {name}_no {name}_number {name}_id" for name in PARTS if name != "chip"},
}
_NAME_FOR: Final = {other: name for name, others in _OTHER_NAMES.items() for other in others.split()}


def tidy_name(cell: str) -> str:
    """A header cell as a column name: `Made on`, `made-on` and `MADE_ON*` are all `made_on`.

    `Part movement` is `part.movement`.
    """
    name = re.sub(r"[\s_\-.]+", "_", cell.strip().strip("*").strip()).casefold()
    return PREFIX + name[len(PREFIX) :] if name.startswith("part_") else name


def is_column(name: str) -> bool:
    """Whether a file may have a column of this tidied name."""
    return name in COLUMNS or is_part(name)


def hint(name: str) -> str:
    """One sentence on what to write in a column."""
    return HINTS.get(name, PART_HINT)


class Header(Protocol):
    """What reads the first row of a sheet: the names of its columns, or a refusal that says what is wrong."""

    def __call__(self, cells: Sequence[str], *, row: int) -> list[str]: ...


def check_header(cells: Sequence[str], *, row: int) -> list[str]:
    """The column names, left to right, empty cells at the right end cut off.

    Raises Invalid with one fault for each column that is unknown (with the nearest known name), named
    twice, without a name, or missing.
    """
    names = [tidy_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise Invalid(
            said(
                "Row %(row)s has %(count)s columns; at most %(max_columns)s can be read. Keep only the "
                "columns of the template.",
                row=row,
                count=len(names),
                max_columns=MAX_COLUMNS,
            )
        )
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        where = f"row {row}, column {letter(position)}"
        if not name:
            faults.append(
                Fault(where, said("the column has no name."), said("Name it, or delete it with its contents."))
            )
        elif name in seen:
            first = letter(seen[name])
            faults.append(
                Fault(
                    where,
                    said("%(quote)s is already the name of column %(first)s.", quote=_quote(name), first=first),
                    said("Delete one of them."),
                )
            )
        elif not is_column(name) and name not in IGNORED:
            faults.append(
                Fault(where, said("there is no column called %(quote)s.", quote=_quote(name)), _nearest(name))
            )
        seen.setdefault(name, position)
    faults += [
        Fault(
            said("row %(row)s", row=row),
            said("the column %(quote)s is missing.", quote=_quote(name)),
            said("Every item needs it: add the column."),
        )
        for name in REQUIRED
        if name not in seen
    ]
    if faults:
        raise Invalid(_header_sentence(faults, seen, row), faults=faults)
    return names


def letter(position: int) -> str:
    """The spreadsheet's name of the column at this 1-based position: 1 is A, 27 is AA."""
    name = ""
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def _header_sentence(faults: Sequence[Fault], seen: dict[str, int], row: int) -> str:
    if not any(name in seen for name in COLUMNS):
        return (
            f"Row {row} should name the columns, and none of its names is one we know. "
            "Start from the template: its first row has the names."
        )
    return " ".join([f"The column names in row {row} need mending.", *map(_as_sentence, faults[:5])])


def _as_sentence(fault: Fault) -> str:
    return str(Fault(fault.where[:1].upper() + fault.where[1:], fault.what, fault.mend))


def _nearest(name: str) -> str:
    near = _NAME_FOR.get(name) or next(iter(difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.6)), None)
    if near:
        return f'Did you mean "{near}"? Rename it, or delete the column.'
    return "Delete the column, or move what it says to private_note."


def _quote(name: str) -> str:
    return f'"{name[:40]}…"' if len(name) > 40 else f'"{name}"'
