"""What a person types or scans: which item, or which product, the text names.

The forms understood, in the order in which they are looked for:

1. a serial that the ledger holds exactly so;
2. a GS1 Digital Link of any host, with or without scheme, `…/01/{gtin}/21/{serial}`;
3. an element string as printed for people, `(01){gtin}(21){serial}`;
4. a GTIN alone, also in the groups that stand under a barcode;
5. a GTIN and a serial parted by a space;
6. a serial alone.

A link comes from a scan, so its serial is taken as it stands; the rest is typed by hand, so a code that
has the form of ours and fails its check character is called misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from ledger.domain import crockford
from ledger.domain.characters import GS1_82, first_foreign, is_ignorable, named, shown
from ledger.domain.errors import Invalid
from ledger.domain.gtins import GTIN_LENGTHS, Gtin, check_gtin
from ledger.domain.said import said
from ledger.domain.serials import LENGTH, LONGEST, check_serial, is_ours

LONGEST_CODE = 2_000
"""Characters that are read at all; a QR code with a link holds far fewer."""


@dataclass(frozen=True, slots=True)
class Exact:
    """One item, by both halves of its identity."""

    gtin: Gtin
    serial: str


@dataclass(frozen=True, slots=True)
class BareSerial:
    """A serial without its product: the forms to look for, the first that is found being meant."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductOnly:
    """A product that many items share; no serial was found."""

    gtin: Gtin


Code = Exact | BareSerial | ProductOnly

_LINK = re.compile(r"https?://|[^/\s]*/(?:.*/)?01/[0-9]{8}", re.IGNORECASE)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ELEMENT = re.compile(r"\(([0-9]{2,4})\)")
_QUALIFIERS = ("22", "10", "21")
_OF_OURS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def parse_code(text: str, known_serial: Callable[[str], object] | None = None) -> Code:
    """What `text` names.

    `known_serial(serial)` says, truthy or not, whether the ledger holds an item with exactly this serial,
    of whatever product. Pass it wherever there is a ledger to ask: a brand's own serials may look like
    ours with a wrong check character, may have small letters, and are never refused while they are known.
    It is asked a few times at most.

    Raises Invalid, a sentence that names a foreign character, a wrong length, a GTIN's right check digit,
    or says that one character is misread.
    """
    typed = text.strip()
    known = known_serial if known_serial is not None else _nothing_known
    if not typed:
        raise Invalid(said("There is no code here; type it as it is printed on the item."))
    if len(typed) > LONGEST_CODE:
        raise Invalid(
            said("This has %(count)s characters, more than any code; type only what is on the item.", count=len(typed))
        )
    if len(typed) <= LONGEST and known(typed):
        return BareSerial((typed,))
    if _LINK.match(typed):
        gtin, serial = parse_digital_link(typed)
        return ProductOnly(gtin) if serial is None else Exact(gtin, serial)
    if typed.startswith("("):
        gtin, serial = parse_element_string(typed)
        return ProductOnly(gtin) if serial is None else Exact(gtin, _meant(serial, known))
    return _product(typed) or _product_and_serial(typed, known) or BareSerial(_typed_serial(typed, known))


def parse_digital_link(link: str) -> tuple[Gtin, str | None]:
    """GTIN and serial of a GS1 Digital Link URI, the serial as it stands; None where it names no item.

    The same as `link_parts`, without the qualifiers that name no item of ours. Raises Invalid.
    """
    gtin, qualifiers = link_parts(link)
    return gtin, qualifiers.get("21")


def link_parts(link: str) -> tuple[Gtin, dict[str, str]]:
    """GTIN and key qualifiers of a GS1 Digital Link URI, decoded, by their AI and in their order.

    Any host and any path before the `01`; key qualifiers 22, 10 and 21 in that order, or 235, a third
    party's serial, which names no item of ours; query and fragment ignored (GS1 Digital Link Standard: URI
    Syntax, 4). Raises Invalid.
    """
    # Cut before anything is said about it: the fragment of a card's link is the secret claim code.
    link = re.split(r"[?#]", "".join(link.split()), maxsplit=1)[0]
    segments = link.rstrip("/").split("/")
    start = _primary_key(segments)
    if start is None:
        raise Invalid(
            said("The link %(link)s names no product; it should have /01/ and a GTIN in it.", link=shown(link))
        )
    pairs = [decoded(segment) for segment in segments[start:]]
    if len(pairs) % 2:
        raise Invalid(said("The link %(link)s ends in the middle; its last part is missing.", link=shown(link)))
    gtin = check_gtin(pairs[1])
    if not pairs[1].isdigit():  # people group digits, links do not
        raise Invalid(
            said("The GTIN in the link %(link)s is written in groups; write its digits only.", link=shown(link))
        )
    keys = pairs[2::2]
    if keys != ["235"] and keys != [key for key in _QUALIFIERS if key in keys]:
        raise Invalid(
            said(
                "The link %(link)s does not name its parts as it should; after the GTIN come 22, 10 and 21, each at "
                "most once and in that order.",
                link=shown(link),
            )
        )
    qualifiers = dict(zip(keys, pairs[3::2], strict=True))
    for key, value in qualifiers.items():
        _check_value(key, value)
    return gtin, qualifiers


def parse_element_string(text: str) -> tuple[Gtin, str | None]:
    """GTIN and serial of an element string in its printed form, `(01)…(21)…`, other elements ignored."""
    pieces = _ELEMENT.split(text)
    elements: dict[str, str] = {}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if key in elements:
            raise Invalid(
                said("The code %(text)s has (%(key)s) twice; type only one item's code.", text=shown(text), key=key)
            )
        elements[key] = value.strip()
    if pieces[0] or "01" not in elements:
        raise Invalid(
            said("The code %(text)s names no product; it should have (01) and a GTIN in it.", text=shown(text))
        )
    return check_gtin(elements["01"]), elements.get("21")


def _primary_key(segments: list[str]) -> int | None:
    """Where the `01` is: the first that a GTIN's number of digits follows, else the first at all."""
    places = [i for i, segment in enumerate(segments[:-1]) if segment == "01"]
    whole = [i for i in places if segments[i + 1].isdigit() and len(segments[i + 1]) in GTIN_LENGTHS]
    return next(iter(whole or places), None)


def decoded(segment: str) -> str:
    """A percent-encoded part of a link as text (RFC 3986, 2.1). Raises Invalid where it is none."""
    if _BAD_PERCENT.search(segment):
        raise Invalid(
            said("%(segment)s in the link has a %% that two hexadecimal digits do not follow.", segment=shown(segment))
        )
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise Invalid(
            said("%(segment)s in the link is not text; scan the code again.", segment=shown(segment))
        ) from None


def _check_value(key: str, value: str) -> None:
    if key == "21":
        check_serial(value)
        return
    longest = 28 if key == "235" else 20
    foreign = first_foreign(value, GS1_82)
    if foreign:
        raise Invalid(
            said(
                "The value after %(key)s in the link holds %(character)s, which no code may.",
                key=key,
                character=named(foreign[1]),
            )
        )
    if not 1 <= len(value) <= longest:
        raise Invalid(
            said(
                "The value after %(key)s in the link has %(count)s characters; 1 to %(longest)s are allowed.",
                key=key,
                count=len(value),
                longest=longest,
            )
        )


def _product(typed: str) -> ProductOnly | None:
    digits = "".join(c for c in typed if not is_ignorable(c))
    if not (digits.isascii() and digits.isdigit() and len(digits) in GTIN_LENGTHS) or is_ours(digits):
        return None
    try:
        return ProductOnly(check_gtin(digits))
    except Invalid:
        return None


def _product_and_serial(typed: str, known: Callable[[str], object]) -> Exact | None:
    first, _, rest = typed.partition(" ")
    if not (rest and first.isascii() and first.isdigit() and len(first) in GTIN_LENGTHS):
        return None
    try:
        gtin = check_gtin(first)
    except Invalid:
        if len(first) < 13:  # a serial may well be written in such groups
            return None
        raise
    return Exact(gtin, _meant(rest.strip(), known))


def _typed_serial(typed: str, known: Callable[[str], object]) -> tuple[str, ...]:
    """The forms a typed serial may have in the ledger: as typed, then tidied; never empty."""
    tidied = crockford.tidy(typed)
    forms = tuple(dict.fromkeys(form for form in (typed, tidied) if _may_be_serial(form)))
    found = tuple(form for form in forms if known(form))
    if found or is_ours(tidied):
        return found or forms
    if not forms:
        _refuse_foreign(typed)
        check_serial(tidied)
    _refuse_misread(typed, tidied)
    return forms


def _meant(typed: str, known: Callable[[str], object]) -> str:
    """The one form that stands beside a GTIN: the known one, or ours, or the one typed."""
    forms = _typed_serial(typed, known)
    return next((form for form in forms if known(form) or is_ours(form)), forms[0])


def _may_be_serial(text: str) -> bool:
    try:
        check_serial(text)
    except Invalid:
        return False
    return True


def _refuse_foreign(typed: str) -> None:
    foreign = first_foreign(typed, GS1_82, ignoring_gaps=True)
    if foreign:
        place, character = foreign
        raise Invalid(
            said(
                "%(character)s (character %(place)s) is never part of a code; read it again.",
                character=named(character),
                place=place,
            )
        )


def _refuse_misread(typed: str, tidied: str) -> None:
    """Raises Invalid where `tidied` looks like a serial of ours and cannot be one."""
    if not _OF_OURS.issuperset(tidied) or abs(len(tidied) - LENGTH) > 1:
        return
    foreign = first_foreign(tidied, crockford.CHARACTERS)
    if foreign and len(tidied) == LENGTH:
        raise Invalid(
            said(
                "%(character)s is never used in a serial made here, which has no I, L, O or U; read %(typed)s again.",
                character=named(foreign[1]),
                typed=shown(typed),
            )
        )
    if len(tidied) != LENGTH:
        raise Invalid(
            said(
                "%(typed)s has %(count)s characters and a serial made here has %(length)s; one is missing. "
                "Type it again.",
                typed=shown(typed),
                count=len(tidied),
                length=LENGTH,
            )
            if len(tidied) < LENGTH
            else said(
                "%(typed)s has %(count)s characters and a serial made here has %(length)s; one is too many. "
                "Type it again.",
                typed=shown(typed),
                count=len(tidied),
                length=LENGTH,
            )
        )
    raise Invalid(
        said(
            "One character of %(typed)s is misread; type it again. If it is printed exactly so, it is not a serial "
            "made here.",
            typed=shown(typed),
        )
    )


def _nothing_known(_serial: str) -> bool:
    return False
