"""Makes the import files of the demo story again, byte for byte: python scripts/demo/make_files.py [FOLDER]

They look as a brand's own systems export them: a spreadsheet saved as CSV with semicolons and a byte order
mark, a workbook with real dates, a CSV of a production system with quoted line breaks. GTINs lie in the GS1
prefix 952, which is reserved for examples.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

PREFIX: Final = "952123"
BAGS, WATCHES, SCARVES = "sac-lune-25.csv", "montre-heure-bleue.xlsx", "carre-maree-90.csv"
MISTAKES = "with-mistakes.xlsx"

Cell = str | int | float | date | None
Row = dict[str, Cell]


def gtin13(reference: int) -> str:
    """A GTIN-13 of the demo brand (check digit: GS1 General Specifications, 7.9)."""
    digits = f"{PREFIX}{reference:06}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def bags() -> Iterator[Row]:
    """240 bags in three colours; the house leaves their serials to us."""
    colours = (("black", 454321, 110), ("chestnut", 454322, 80), ("ivory", 454323, 50))
    materials = {"black": "calfskin; cotton twill; brass", "chestnut": "calfskin; cotton twill; brass"}
    number = 0
    for colour, reference, count in colours:
        for _ in range(count):
            number += 1
            made = date(2025, 2, 3) + timedelta(days=number // 5)
            yield {
                "gtin": gtin13(reference),
                "serial": "",
                "model_ref": "Sac Lune 25",
                "colour": colour,
                "size": "25 × 18 × 9 cm",
                "made_on": made.isoformat(),
                "made_in": "FR",
                "batch": f"PAN-{made:%y%m}",
                "materials": materials.get(colour, "grained calfskin; silk; brass"),
                "weight_g": 610 + number * 7 % 19,
                "destination_market": ("FR", "IT", "JP", "AE")[number % 4],
                "warranty_months": 24,
                "brand_serial": f"ML25-{number:05}",
                "private_note": "Vitrine rue Oberkampf" if number % 60 == 0 else "",
            }


def watches() -> Iterator[Row]:
    """120 watches, each with the number engraved on its back; the limited ones bring their own serial."""
    number = 0
    for dial, reference, count in (("white dial", 600101, 60), ("blue dial", 600102, 60)):
        for place in range(count):
            number += 1
            limited = dial == "blue dial" and place >= 36
            yield {
                "gtin": gtin13(reference),
                "serial": f"HB-LE-{place - 35:03}" if limited else None,
                "model_ref": "Heure Bleue 36" + (" Édition Minuit" if limited else ""),
                "colour": dial,
                "size": "36 mm",
                "made_on": date(2024, 9, 2) + timedelta(days=number * 2),
                "made_in": "CH",
                "batch": f"HB{24 + number // 80}W{1 + number % 40:02}",
                "materials": "steel; sapphire; calfskin" if not limited else "white gold; sapphire; alligator",
                "weight_g": 58.4 if not limited else 81.25,
                "destination_market": ("CH", "FR", "US")[number % 3],
                "warranty_months": 60,
                "brand_serial": f"36{number + 4100:06}",
                "nfc_uid": f"04{(number * 7919) % 0xFFFFFFFFFFFF:012X}" if limited else None,
                "private_note": "Reserved for the Geneva boutique" if limited and place % 2 else None,
            }


def scarves() -> Iterator[Row]:
    """140 scarves from a production system that writes its notes on several lines."""
    number = 0
    colours = (("coral / sand", 700310, 60), ("ink / foam", 700311, 50), ("moss, gold", 700312, 30))
    for colour, reference, count in colours:
        for _ in range(count):
            number += 1
            yield {
                "gtin": gtin13(reference),
                "serial": f"CM90.{number:04}" if number > 128 else "",
                "model_ref": "Carré Marée 90",
                "colour": colour,
                "size": "90 × 90 cm",
                "made_on": (date(2025, 4, 7) + timedelta(days=number // 4)).isoformat(),
                "made_in": "IT",
                "batch": f"COMO-{1 + number // 35}",
                "materials": "silk twill",
                "weight_g": "64.5" if number % 2 else "65",
                "destination_market": "IT" if number % 3 else "FR",
                "warranty_months": "",
                "private_note": 'Roll "C4", second pass\nchecked by hand' if number % 47 == 0 else "",
            }


def mistakes() -> Iterator[Row]:
    """What people send: three rows are good, each of the others has something to mend."""
    good: Row = {
        "gtin": gtin13(454321),
        "serial": "MISTAKE-1",
        "model_ref": "Sac Lune 25",
        "colour": "black",
        "made_on": date(2025, 5, 6),
        "made_in": "FR",
        "materials": "calfskin",
        "weight_g": 615,
        "warranty_months": 24,
    }
    # A row of the plot, whose GTIN is text.
    wrong_digit = good["gtin"][:-1] + str((int(str(good["gtin"])[-1]) + 4) % 10)  # type: ignore[index]
    changes: Sequence[Row] = (
        {},
        {"gtin": wrong_digit, "serial": "MISTAKE-2"},
        {"serial": "MISTAKE-3-IS-FAR-TOO-LONG"},
        {"serial": "LUNÉ-4"},
        {"serial": "MISTAKE-1"},
        {"serial": "MISTAKE-6", "made_on": date(2099, 1, 31)},
        {"serial": "MISTAKE-7", "model_ref": '=CONCATENATE("Sac ","Lune 25")'},
        {"serial": "MISTAKE-8", "made_in": "XX"},
        {"serial": "MISTAKE-9", "made_in": "France"},
        {"serial": "MISTAKE-10", "made_on": "06/05/2025"},
        {"serial": "MISTAKE-11", "weight_g": "615 g"},
        {"serial": "MISTAKE-12", "warranty_months": "two years"},
        {"serial": "MISTAKE-13", "model_ref": None},
        {"serial": "MISTAKE-14", "gtin": "9.52123E+12"},
        {"serial": "MISTAKE-15", "gtin": "4006381333931"},
        {"serial": "MISTAKE\u200b-16"},
        {"serial": "MISTAKE-17", "gtin": "95212345432l3"},
        {"serial": "MISTAKE-18", "made_on": "1625-05-06"},
        {"serial": "", "colour": "chestnut", "gtin": gtin13(454322)},
        {"serial": "MISTAKE-20", "colour": "ivory", "gtin": gtin13(454323)},
    )
    for change in changes:
        yield {**good, **change}


def as_csv(rows: Iterator[Row], *, delimiter: str, newline: str, mark: bool) -> bytes:
    """The rows as CSV (RFC 4180) in UTF-8."""
    kept = list(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(kept[0]), delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(kept)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def as_xlsx(rows: Iterator[Row]) -> bytes:
    """The rows as a workbook, without the time at which it was saved."""
    kept = list(rows)
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Items"
    sheet.append(list(kept[0]))
    for row in kept:
        sheet.append([row.get(name) for name in kept[0]])
    saved = io.BytesIO()
    workbook.save(saved)
    return _without_times(saved)


def _without_times(saved: io.BytesIO) -> bytes:
    out = io.BytesIO()
    day = datetime(2025, 9, 1)  # noqa: DTZ001 - a zip entry's time has no zone
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-09-01T09:00:00Z", content)
            entry = zipfile.ZipInfo(name, day.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()


def all_files() -> dict[str, bytes]:
    """Every file by its name."""
    return {
        BAGS: as_csv(bags(), delimiter=";", newline="\r\n", mark=True),
        WATCHES: as_xlsx(watches()),
        SCARVES: as_csv(scarves(), delimiter=",", newline="\n", mark=False),
        MISTAKES: as_xlsx(mistakes()),
    }


def main() -> None:
    """Write them beside this program, or into the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, content in all_files().items():
        (folder / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
