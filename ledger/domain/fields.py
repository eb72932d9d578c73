"""The fields of a record: their names, what each may hold, and its one canonical value.

Canonical means that two programs that were told the same thing hash the same bytes: text is trimmed and
in Unicode's NFC, dates are ISO 8601, weights are decimal text (JSON's numbers would not come back the
same from every reader), and the whole is written in JCS (RFC 8785).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from types import MappingProxyType

from ledger.domain.characters import GS1_82, first_foreign, is_ignorable, named, shown
from ledger.domain.components import LONGEST_SERIAL, PARTS, PREFIX, check_part_serial, is_part
from ledger.domain.errors import Invalid
from ledger.domain.said import said

Scalar = str | int | bool | None
Value = Scalar | Sequence[str] | Mapping[str, Scalar]
"""What a field can hold: RFC 8785's JSON without fractions and without nesting."""

SAFEST_INTEGER = 2**53 - 1
"""Integers beyond this are not the same to every reader of JSON (RFC 7493, 2.2)."""

# Control characters, halves of surrogate pairs, and the marks that turn the direction of writing, with
# which a text can be made to look like another one.
_UNSEEN = "\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_UNFIT = re.compile(f"[\x00-\x1f{_UNSEEN}]")
_UNFIT_IN_LINES = re.compile(f"[\x00-\x09\x0b-\x1f{_UNSEEN}]")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HTTPS = re.compile(r"https://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_HEXADECIMAL = frozenset("0123456789ABCDEFabcdef")
_NFC_UID_BYTES = (4, 7, 10)  # ISO/IEC 14443-3, 6.5.4


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, what it holds in a word, and whether it starts private or must be filled."""

    name: str
    kind: str
    canonical: Callable[[Field, object], Value]
    private: bool = False
    required: bool = False
    longest: int = 100


def canonical_value(name: str, value: object) -> Value:
    """The canonical value of the field `name`; None for a blank one, which is left out of the record.

    Takes text as people and files have it, and the Python values that spreadsheets give (int, Decimal,
    whole float, date, list of text). Raises Invalid that names the field, what is wrong and what fits.
    """
    field = field_of(name)
    if field is None:
        raise Invalid(
            said("There is no field %(name)s; the fields are %(names)s.", name=shown(name), names=field_names())
        )
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.required:
            raise Invalid(said("%(name)s is empty; every item needs one.", name=name))
        return None
    if isinstance(value, float) and value.is_integer():  # a spreadsheet's only kind of number
        value = int(value)
    canonical = field.canonical(field, value)
    return None if canonical == [] else canonical


def field_of(name: str) -> Field | None:
    """The field of this name; a part that is not on the list has one too. None where there is no such field."""
    return FIELDS.get(name) or (_part_field(name) if is_part(name) else None)


def field_names() -> str:
    """The fields for a sentence, those of parts in one: `model_ref, …, part.case and the like`."""
    return ", ".join([*(name for name in FIELDS if not is_part(name)), f"{PREFIX}{next(iter(PARTS))} …"])


def stays_private(name: str, private: Collection[str]) -> bool:
    """Whether a field is for nobody else's eyes: one of those chosen, or a part's serial, whatever was chosen."""
    return name in private or name.startswith(PREFIX)


def jcs(value: Value) -> bytes:
    """`value` in the JSON Canonicalization Scheme (RFC 8785).

    Raises Invalid for what a record cannot hold: fractions, integers beyond 2⁵³ - 1, nested values,
    broken Unicode.
    """
    if isinstance(value, str):
        return _jcs_text(value)
    if value is None or isinstance(value, int):
        return _jcs_scalar(value)
    if isinstance(value, Mapping):
        # Sorted by UTF-16 units (RFC 8785, 3.2.3), not by code point as Python would.
        pairs = [(_utf_16(key), _jcs_text(key) + b":" + _jcs_scalar(inner)) for key, inner in value.items()]
        return b"{" + b",".join(pair for _, pair in sorted(pairs)) + b"}"
    if isinstance(value, Sequence) and all(isinstance(text, str) for text in value):
        return b"[" + b",".join(map(_jcs_text, value)) + b"]"
    raise Invalid(
        said(
            "A record cannot hold %(repr)s; it holds text, whole numbers, yes or no, and lists.",
            repr=shown(repr(value)),
        )
    )


def _jcs_scalar(value: object) -> bytes:
    if isinstance(value, str):
        return _jcs_text(value)
    if value is None or isinstance(value, bool):
        return {None: b"null", True: b"true", False: b"false"}[value]
    if isinstance(value, int):
        if abs(value) > SAFEST_INTEGER:
            raise Invalid(said("%(value)s is too large a number for a record.", value=shown(str(value))))
        return b"%d" % value
    raise Invalid(
        said(
            "A record cannot hold %(repr)s; it holds text, whole numbers, yes or no, and lists.",
            repr=shown(repr(value)),
        )
    )


def _jcs_text(text: str) -> bytes:
    try:
        # It escapes exactly what RFC 8785, 3.2.2.2 escapes.
        return encode_basestring(text).encode()
    except UnicodeEncodeError:
        raise Invalid(
            said("%(text)s holds half a character (a lone surrogate); type the text again.", text=shown(text))
        ) from None


def _utf_16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _text(field: Field, value: object, unfit: re.Pattern[str] = _UNFIT) -> str:
    text = str(value).strip() if isinstance(value, str | int | Decimal) else None
    if text is None or isinstance(value, bool):
        raise Invalid(said("%(name)s %(value)s is not text.", name=field.name, value=shown(str(value))))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > field.longest:
        raise Invalid(
            said(
                "%(name)s has %(count)s characters; at most %(longest)s are allowed.",
                name=field.name,
                count=len(text),
                longest=field.longest,
            )
        )
    wrong = unfit.search(text)
    if wrong:
        raise Invalid(
            said(
                "%(name)s %(text)s holds %(character)s (character %(start)s); take it out.",
                name=field.name,
                text=shown(text),
                character=named(wrong.group()),
                start=wrong.start() + 1,
            )
        )
    return text


def _lines(field: Field, value: object) -> str:
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _text(field, value, _UNFIT_IN_LINES)


def _list(field: Field, value: object) -> list[str]:
    if isinstance(value, str):
        parts: Sequence[object] = value.split(";" if ";" in value else ",")
    elif isinstance(value, list | tuple):
        parts = value
    else:
        raise Invalid(
            said(
                "%(name)s %(value)s is not a list; part its entries with semicolons.",
                name=field.name,
                value=shown(str(value)),
            )
        )
    texts = [text for text in (_text(field, part) for part in parts) if text]
    if len(texts) > 50:
        raise Invalid(
            said("%(name)s has %(count)s entries; at most 50 are allowed.", name=field.name, count=len(texts))
        )
    return texts


def _date(field: Field, value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = _text(field, value)
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(
            said("%(name)s %(text)s is not a day of the calendar.", name=field.name, text=shown(text))
        ) from None
    raise Invalid(
        said(
            "%(name)s %(text)s is not a date; write year-month-day, such as 2026-03-31.",
            name=field.name,
            text=shown(text),
        )
    )


def _country(field: Field, value: object) -> str:
    text = _text(field, value).upper()
    if not _COUNTRY.fullmatch(text):
        raise Invalid(
            said(
                "%(name)s %(text)s is not a country code; use the two letters of ISO 3166, such as FR.",
                name=field.name,
                text=shown(text),
            )
        )
    return text


def _decimal(field: Field, value: object) -> str:
    text = str(value).strip() if isinstance(value, str | int | float | Decimal) else ""
    try:
        number = Decimal(text) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or number.is_nan() or number <= 0:
        raise Invalid(
            said(
                "%(name)s %(value)s is not a number above 0; write it as 412 or 3.25, no unit.",
                name=field.name,
                value=shown(str(value)),
            )
        )
    if number != round(number, 3):
        raise Invalid(said("%(name)s %(text)s has more than three decimals.", name=field.name, text=shown(text)))
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _integer(field: Field, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise Invalid(
            said("%(name)s %(value)s is not a whole number from 0 to 9999.", name=field.name, value=shown(str(value)))
        )
    return int(text)


def _lot(field: Field, value: object) -> str:
    text = _text(field, value)
    foreign = first_foreign(text, GS1_82)
    if foreign:
        place, character = foreign
        raise Invalid(
            said(
                "%(name)s %(text)s holds %(character)s (character %(place)s), which AI 10 cannot.",
                name=field.name,
                text=shown(text),
                character=named(character),
                place=place,
            )
        )
    return text


def _nfc_uid(field: Field, value: object) -> str:
    text = "".join(c for c in _text(field, value) if not is_ignorable(c) and c != ":")
    if not _HEXADECIMAL.issuperset(text) or len(text) not in {2 * n for n in _NFC_UID_BYTES}:
        raise Invalid(
            said(
                "%(name)s %(text)s is not a chip's number; it has 8, 14 or 20 hexadecimal digits.",
                name=field.name,
                text=shown(text),
            )
        )
    return text.upper()


def _url(field: Field, value: object) -> str:
    text = _text(field, value)
    if not _HTTPS.fullmatch(text):
        raise Invalid(
            said(
                "%(name)s %(text)s is not a web address; it should begin with https://.",
                name=field.name,
                text=shown(text),
            )
        )
    return text


def _part(field: Field, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Invalid(said("%(name)s is not text. Write the serial that is on the part.", name=field.name))
    return check_part_serial(str(value))


def _part_field(name: str) -> Field:
    return Field(name, "part", _part, private=True, longest=LONGEST_SERIAL)


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("model_ref", "text", _text, required=True),
            Field("colour", "text", _text),
            Field("size", "text", _text),
            Field("made_on", "date", _date),
            Field("made_in", "country", _country),
            Field("batch", "lot", _lot, longest=20),
            Field("materials", "list", _list),
            Field("weight_g", "decimal", _decimal),
            Field("destination_market", "text", _text, private=True),
            Field("warranty_months", "integer", _integer),
            Field("nfc_uid", "nfc_uid", _nfc_uid, private=True),
            Field("photo_url", "url", _url, longest=2_000),
            Field("brand_serial", "text", _text, private=True),
            Field("private_note", "lines", _lines, private=True, longest=2_000),
            *(_part_field(PREFIX + name) for name in PARTS),
        )
    }
)
"""The columns of an import file beside `gtin` and `serial`, which are the item's identity, not its record."""
