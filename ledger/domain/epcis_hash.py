"""The EPCIS Event Hash ID: the name of an event that everybody who holds the event can work out.

GS1 Core Business Vocabulary 2.0, "EPCIS Event Hash ID": the event's fields are written in one order and one form
(the pre-hash string), which is hashed with SHA-256 and put into an `ni` URI (RFC 6920). Where the standard's text
leaves room, this follows GS1's reference implementation, byte by byte; the tests hold one against the other:

- fields of `_ORDER` come first, each with its children in their order;
- then the rest (transactions, sources, destinations, ILMD, extensions) as sorted texts;
- anything that reads as a number is written as one, `24.0` as `24`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ledger.domain.epcis_links import canonical_link

CBV: Final = "https://ref.gs1.org/cbv/"
_VOC: Final = "https://gs1.org/voc/"
HASH_ID: Final = re.compile(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0", re.IGNORECASE)
"""An event id that says it is the hash of its event, in the version that is computed here."""

_Order = tuple[tuple[str, "_Order"], ...]
_QUANTITY: Final[_Order] = (("quantityElement", (("epcClass", ()), ("quantity", ()), ("uom", ()))),)
_EPC: Final[_Order] = (("epc", ()),)


def _flat(*names: str) -> _Order:
    return tuple((name, ()) for name in names)


_ORDER: Final[_Order] = (
    *_flat("eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID"),
    *((name, _EPC) for name in ("epcList", "inputEPCList", "childEPCs")),
    *((name, _QUANTITY) for name in ("quantityList", "childQuantityList", "inputQuantityList")),
    ("outputEPCList", _EPC),
    ("outputQuantityList", _QUANTITY),
    *_flat("action", "transformationID", "bizStep", "disposition"),
    ("persistentDisposition", _flat("set", "unset")),
    ("readPoint", _flat("id")),
    ("bizLocation", _flat("id")),
    (
        "sensorElementList",
        (
            (
                "sensorElement",
                (
                    (
                        "sensorMetadata",
                        _flat(
                            *("time", "startTime", "endTime", "deviceID", "deviceMetadata"),
                            *("rawData", "dataProcessingMethod", "bizRules"),
                        ),
                    ),
                    (
                        "sensorReport",
                        _flat(
                            *("type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"),
                            *("time", "microorganism", "chemicalSubstance", "value", "component", "stringValue"),
                            *("booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue"),
                            *("sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem"),
                        ),
                    ),
                ),
            ),
        ),
    ),
)
"""The canonical property order, as far as it is kept: the other fields are sorted."""

_PAIRS: Final = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
"""Lists whose entries are a type and an identifier, written in this order."""
_IGNORED: Final = frozenset({"recordTime", "eventID", "type", "errorDeclaration", "@context"})
_COMMENTS: Final = frozenset({"#text", "rdfs:comment", "comment"})
_RENAMED: Final = {
    "inputEPC": "epc", "outputEPC": "epc",
    "inputQuantity": "quantityElement", "outputQuantity": "quantityElement", "childQuantity": "quantityElement",
}  # fmt: skip
_WORDS: Final = {
    ("", "bizStep"): CBV + "BizStep-",
    ("", "disposition"): CBV + "Disp-",
    ("persistentDisposition", "set"): CBV + "Disp-",
    ("persistentDisposition", "unset"): CBV + "Disp-",
    ("bizTransactionList", "type"): CBV + "BTT-",
    ("sourceList", "type"): CBV + "SDT-",
    ("destinationList", "type"): CBV + "SDT-",
    ("sensorReport", "type"): _VOC,
    ("sensorReport", "exception"): _VOC,
    ("sensorReport", "component"): CBV + "Comp-",
}
"""Where a bare word of the standard vocabulary stands (parent and field), and what makes a URI of it (rule 16)."""
_URNS: Final = {
    "urn:epcglobal:cbv:bizstep:": CBV + "BizStep-",
    "urn:epcglobal:cbv:disp:": CBV + "Disp-",
    "urn:epcglobal:cbv:btt:": CBV + "BTT-",
    "urn:epcglobal:cbv:sdt:": CBV + "SDT-",
    "urn:epcglobal:cbv:er:": CBV + "ER-",
}
STANDARD: Final = {"gs1": _VOC, "cbv": CBV, "epcis": "https://ref.gs1.org/epcis/"}
"""Prefixes that need no declaration (rule 15)."""


class _Node(NamedTuple):
    name: str
    text: str
    children: list[_Node]


def event_hash(event: Mapping[str, Any], namespaces: Mapping[str, str]) -> str:
    """The event's hash id. `namespaces` are the prefixes that the document's JSON-LD context declares.

    The event's own id, its record time and its error declaration do not count. Raises ValueError for a time that
    is none.
    """
    return f"ni:///sha-256;{hashlib.sha256(pre_hash(event, namespaces).encode()).hexdigest()}?ver=CBV2.0"


def pre_hash(event: Mapping[str, Any], namespaces: Mapping[str, str]) -> str:
    """The text that is hashed. Raises ValueError for a time that is none."""
    children = _children({name: value for name, value in event.items() if name not in _IGNORED}, "", namespaces)
    return f"eventType={event['type']}" + _ordered(children, _ORDER) + _sorted(children)


def namespaces_of(contexts: Any) -> dict[str, str]:
    """The prefixes that a JSON-LD context declares, one object or several; addresses of contexts are not looked up."""
    found: dict[str, str] = {}
    for one in contexts if isinstance(contexts, list) else [contexts]:
        if isinstance(one, Mapping):
            found.update({name: uri for name, uri in one.items() if isinstance(uri, str)})
    return found


def _children(value: Mapping[str, Any], parent: str, names: Mapping[str, str]) -> list[_Node]:
    made: list[_Node] = []
    lists: dict[str, list[_Node]] = {}
    for key, inner in value.items():
        if key in _COMMENTS:
            continue
        name = _name(key, names)
        for one in inner if isinstance(inner, list) else [inner]:
            if name in _PAIRS and isinstance(one, Mapping):
                lists.setdefault(name, []).append(_pair(name, one, names))
            elif name == "childEPCs":
                lists.setdefault(name, []).append(_Node("epc", _scalar(one, "", name, names), []))
            elif name.endswith("List"):
                lists.setdefault(name, []).append(_node(name.removesuffix("List"), one, parent, names))
            else:
                made.append(_node(name, one, parent, names))
    return made + [_Node(name, "", children) for name, children in lists.items()]


def _node(name: str, value: Any, parent: str, names: Mapping[str, str]) -> _Node:
    if isinstance(value, Mapping):
        children = _children(value, name, names)
        text = str(value.get("#text", ""))
        if name == "quantity" and children:
            name = "quantityElement"
        return _Node(_RENAMED.get(name, name), text, children)
    if isinstance(value, list):
        return _Node(name, "", [_node("", one, name, names) for one in value])
    return _Node(_RENAMED.get(name, name), _scalar(value, parent, name, names), [])


def _pair(name: str, entry: Mapping[str, Any], names: Mapping[str, str]) -> _Node:
    parts = [key for key in ("type", _PAIRS[name]) if key in entry]
    told = "".join(f"{key}={_canonical(_scalar(entry[key], name, key, names).strip())}" for key in parts)
    return _Node(told, "", [])


def _scalar(value: Any, parent: str, name: str, names: Mapping[str, str]) -> str:
    text = str(value)
    prefix, colon, rest = text.partition(":")
    if colon:
        return names[prefix] + rest if prefix in names else text
    return _WORDS.get((parent, name), "") + text


def _name(key: str, names: Mapping[str, str]) -> str:
    if ":" not in key:
        return key
    prefix, colon, rest = key.partition(":")
    return f"{{{names[prefix]}}}{rest}" if colon and prefix in names else key


def _ordered(children: list[_Node], order: _Order) -> str:
    """The children that have a place, in their order; what is written is taken out of the list."""
    own = _extensions(children)
    named: dict[str, list[_Node]] = {}
    for child in children:
        named.setdefault(child.name, []).append(child)
    told = ""
    for name, inner in order:
        if name in named:
            told += "".join(sorted([_written(child, inner) for child in named.pop(name)]))
    left = {id(child) for some in named.values() for child in some}
    children[:] = [child for child in children if child.children or id(child) in left]
    return told + _sorted(own)


def _extensions(children: list[_Node]) -> list[_Node]:
    """User extensions within a standard field end that field (rule 21); those of the event itself end the event."""
    if len(children) <= 1 or any("eventTime" in one.name or "action" in one.name for one in children):
        return []
    own = [one for one in children if _is_extension(one)]
    children[:] = [one for one in children if not _is_extension(one)]
    return own


def _is_extension(one: _Node) -> bool:
    return "{" in one.name and "/}" in one.name


def _written(child: _Node, inner: _Order) -> str:
    below = _ordered(child.children, inner) if inner else ""
    text = child.text.strip()
    if text:
        lower = child.name.lower()
        text = "=" + (_time(text) if "time" in lower and "offset" not in lower else _canonical(text))
    return child.name + text + below if text or below else ""


def _sorted(children: Iterable[_Node]) -> str:
    told = []
    for child in children:
        text = child.text.strip()
        told.append(child.name + (f"={_canonical(text)}" if text else "") + _sorted(child.children))
    return "".join(sorted(told))


def _canonical(text: str) -> str:
    if "urn:epcglobal:cbv:" in text:
        for urn, uri in _URNS.items():
            text = text.replace(urn, uri)
    if text[:1].isalpha() and text[0] not in "iInN":
        # Nothing that begins so is a number; what is one begins with a digit, a sign, a dot, or is “inf” or “nan”.
        return (canonical_link(text) if ":" in text else None) or text
    return _number(text)


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    whole = int(number)
    return str(whole if whole == number else number)


def _time(text: str) -> str:
    """A moment in UTC with milliseconds, the fourth decimal rounding the third (rules 8 and 9)."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    moment = moment.astimezone(UTC)
    rest = moment.microsecond % 1_000
    moment += timedelta(microseconds=1_000 - rest if rest >= 500 else -rest)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1_000:03d}Z"
