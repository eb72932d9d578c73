"""Looks through a worksheet's XML before calamine reads it: bounds, error cells, formulas without a result.

The bounds hold whatever the XML says of itself, because each is counted on what calamine cannot do without:
an opening tag, a cell reference, a value. Processing instructions, comments and CDATA, in which such things
could hide, are refused; no spreadsheet program writes them into a sheet.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.cells import UnreadableCell
from ledger.files.columns import MAX_COLUMNS, letter

MAX_ROWS: Final = 100_000
MAX_TEXT: Final = 256 * 1024 * 1024
"""Bytes of text in all cells together, a shared text counted as often as it is used."""
_MAX_ROW_XML: Final = 4 * 1024 * 1024
_MAX_ODD: Final = 100_000
_MAX_TEXTS: Final = 2_000_000
_RESAVE: Final = said("Open it in your spreadsheet, save it again as XLSX or as CSV UTF-8, and send that.")

_DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s[^<>]*\?>")
_PREFIX: Final = rb"(?:[^\s<>/:]*:)?"
_ROW: Final = re.compile(rb"<" + _PREFIX + rb"row[\s/>]")
_CELL: Final = re.compile(rb"<" + _PREFIX + rb"c[\s/>]")
_FAR: Final = re.compile(rb"""r\s*=\s*["'](?:([A-Za-z]{2,})(\d+)|[A-Za-z]*(\d{6,}))""")
_VALUE: Final = re.compile(rb"<" + _PREFIX + rb"v[^<>]*>\s*([+&]?\d*)")
_TEXT_END: Final = re.compile(rb"</" + _PREFIX + rb"si\s*>|<" + _PREFIX + rb"si\s*/>")
_TEXTS_TAG: Final = re.compile(rb"<" + _PREFIX + rb"sst([^<]*)")
_COUNT: Final = re.compile(rb"""ount\s*=\s*["']([^"']*)""")
_ODD_SIGNS: Final = (b'"e"', b"'e'", b"<f", b":f")
_WHOLE_CELL: Final = re.compile(
    rb"<" + _PREFIX + rb"c\b(?P<tag>[^>]*?)(?:/>|>(?P<body>.*?)</" + _PREFIX + rb"c\s*>)", re.DOTALL
)
_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_TYPE: Final = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_RESULT: Final = re.compile(rb"<" + _PREFIX + rb"v\b[^>]*>([^<]+)<")
_FORMULA: Final = re.compile(rb"<" + _PREFIX + rb"f[\s/>]")

OddCells = dict[tuple[int, int], UnreadableCell]


def text_lengths(pieces: Iterable[bytes], lengths: array[int]) -> Iterator[bytes]:
    """Passes the pieces of the shared texts through, adding an upper bound of each text's length."""
    rest = b""
    for number, piece in enumerate(pieces):
        rest += _plain(piece) if number == 0 else piece
        _refuse_declarations(rest)
        *texts, rest = _TEXT_END.split(rest)
        lengths.extend(map(len, texts))
        _check_promises(b">".join(texts))
        if len(rest) > _MAX_ROW_XML:
            raise TooLarge(said("One cell of the sheet holds more text than any cell can. %(resave)s", resave=_RESAVE))
        yield piece
    _check_promises(rest)


def _check_promises(texts: bytes) -> None:
    """calamine makes room for as many texts as the part says it has, before it reads one."""
    for attributes in _TEXTS_TAG.findall(texts):
        for count in _COUNT.findall(attributes):
            if not count.isdigit() or int(count[:12]) > _MAX_TEXTS:
                raise TooLarge(
                    said(
                        "The workbook says it has more texts than any sheet we read can hold. %(resave)s",
                        resave=_RESAVE,
                    )
                )


def scan_sheet(pieces: Iterable[bytes], lengths: array[int], odd: OddCells) -> Iterator[bytes]:
    """Passes the sheet's XML through in pieces that end with a row, filling `odd` by (row, column),
    1-based.

    `lengths` are those of the shared texts. Raises TooLarge beyond MAX_ROWS rows, MAX_COLUMNS columns or
    MAX_TEXT bytes of text, Invalid for XML no spreadsheet writes.
    """
    rows = text = 0
    longest = max(lengths, default=0)
    for number, block in enumerate(_whole_rows(pieces)):
        _refuse_declarations(_plain(block) if number == 0 else block)
        starts = [match.start() for match in _ROW.finditer(block)]
        rows += len(starts)
        if rows > MAX_ROWS + 1:
            raise _too_many_rows()
        for start, end in zip([0, *starts], [*starts, len(block)], strict=True):
            if _cells(block, start, end) > MAX_COLUMNS:
                raise _too_many_columns()
        for letters, row, long_row in _FAR.findall(block):
            if int((row or long_row)[:9]) > MAX_ROWS + 1:
                raise _too_many_rows()
            if letters and _position(letters) > MAX_COLUMNS:
                raise _too_many_columns()
        for value in _VALUE.findall(block) if lengths else ():
            if value.isdigit():
                index = int(value[:9])
                text += lengths[index] if index < len(lengths) else 0
            elif value:
                text += longest
        if text > MAX_TEXT:
            raise TooLarge(
                said(
                    "The cells hold more than %(max_text)s MB of text. Save it as CSV UTF-8 instead.",
                    max_text=MAX_TEXT // 2**20,
                )
            )
        if any(sign in block for sign in _ODD_SIGNS):
            _collect_odd(block, odd)
        yield block


def _cells(block: bytes, start: int, end: int) -> int:
    most = block.count(b"<c", start, end) + block.count(b":c", start, end)
    return len(_CELL.findall(block, start, end)) if most > MAX_COLUMNS else most


def _whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(b"row>") + 4
        if cut > 4:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _MAX_ROW_XML:
            raise TooLarge(said("One row of the sheet is longer than any row can be. %(resave)s", resave=_RESAVE))
    yield rest


def _plain(start: bytes) -> bytes:
    """The beginning of a part without its XML declaration, which may name UTF-8 only."""
    declaration = _DECLARATION.match(start)
    if declaration and b"encoding" in declaration[0] and b"utf-8" not in declaration[0].lower():
        raise Invalid(
            said("The workbook is written in an encoding no spreadsheet program uses. %(resave)s", resave=_RESAVE)
        )
    return start[declaration.end() :] if declaration else start


def _refuse_declarations(block: bytes) -> None:
    if b"<!" in block or b"<?" in block or b"\0" in block:
        raise Invalid(said("The workbook holds declarations no spreadsheet program writes. %(resave)s", resave=_RESAVE))


def _collect_odd(block: bytes, odd: OddCells) -> None:
    for cell in _WHOLE_CELL.finditer(block):
        body = cell["body"] or b""
        kind = match[1] if (match := _TYPE.search(cell["tag"])) else b"n"
        result = match[1].decode("utf-8", "replace") if (match := _RESULT.search(body)) else ""
        if kind == b"e":
            found = UnreadableCell(
                result or "#ERROR",
                f"the spreadsheet shows the error {result or 'of a formula'} here.",
                "Mend the formula, or type the value itself.",
            )
        elif _FORMULA.search(body) and not result and kind != b"str":
            found = UnreadableCell(
                "",
                "this is a formula whose result is not in the file.",
                "Open the file in a spreadsheet and save it there, or type the value itself.",
            )
        else:
            continue
        where = _REFERENCE.search(cell["tag"])
        if where is None or len(odd) >= _MAX_ODD:
            raise Invalid(
                said(
                    "The sheet has formulas without results or with errors that cannot be placed. %(resave)s",
                    resave=_RESAVE,
                )
            )
        odd[int(where[2][:9]), _position(where[1])] = found


def _position(letters: bytes) -> int:
    position = 0
    for byte in letters[:4].upper():
        position = position * 26 + byte - 64
    return position


def _too_many_rows() -> TooLarge:
    return TooLarge(
        said(
            "The sheet goes beyond row %(max_rows)s: an XLSX file is read to %(max_rows2)s items. "
            "Save it as CSV UTF-8, which may be of any length, or delete what stands far below the "
            "table.",
            max_rows=f"{MAX_ROWS + 1:,}",
            max_rows2=f"{MAX_ROWS:,}",
        )
    )


def _too_many_columns() -> TooLarge:
    return TooLarge(
        said(
            "The sheet goes beyond column %(letter)s. Delete everything to the right of your table.",
            letter=letter(MAX_COLUMNS),
        )
    )
