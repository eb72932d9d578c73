"""Certificates of a date: what they prove with the files alone, and every way to bend them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.chain import signing
from ledger.domain.desk.designs import (
    MOST_FILES,
    Anchored,
    DesignFile,
    Found,
    certificate,
    check,
    check_files,
    tree_of,
)
from ledger.domain.errors import Invalid
from ledger.domain.statements import Domain, Kind, make, statement_hash

KEY = b"\x11" * 32
DOMAIN = Domain(31337, "0x5fbdb2315678afecb367f032d93f642f64180aa3")
CONTENTS = {f"sketch-{n}.pdf": f"drawing {n}".encode() for n in range(5)}
SHAS = {name: hashlib.sha256(content).digest() for name, content in CONTENTS.items()}
FILES = [DesignFile(name, sha, hashlib.sha256(b"salt" + sha).digest()) for name, sha in SHAS.items()]
BLOCK = b"\x77" * 32


def made() -> dict[str, Any]:
    root = tree_of(FILES, signing.keccak).root
    statement = make(Kind.ANCHOR, {"party": 3, "hash": root, "nonce": 9})
    hash = statement_hash(statement, signing.keccak)
    signature = signing.sign(KEY, DOMAIN.digest(hash, signing.keccak))
    anchored = Anchored(3, 9, signature, signing.address_of(KEY), 42, BLOCK, 1_800_000_000)
    return json.loads(json.dumps(certificate("Lune", {"name": "Maison"}, FILES, anchored, DOMAIN, signing.keccak)))


def found(document: Any, files: dict[str, bytes] | None = None, **more: Any) -> list[Found]:
    told = check(document, SHAS if files is None else files, signing.keccak, signing.signer_of, **more)
    return [one.found for one in told]


def node(document: dict[str, Any]) -> Callable[[int], Any]:
    event = (
        bytes.fromhex(document["statement"]["hash"][2:]),
        bytes.fromhex(document["statement"]["values"]["hash"][2:]),
    )
    return lambda number: (BLOCK, 1_800_000_000, [event]) if number == 42 else None


def test_files_and_statement_hold_by_themselves_and_the_block_by_a_node() -> None:
    document = made()
    assert found(document) == [Found.HOLDS, Found.HOLDS, Found.CANNOT_TELL]
    assert found(document, block=node(document)) == [Found.HOLDS] * 3


def test_one_file_is_enough_and_the_others_need_not_be_shown() -> None:
    document = made()
    one = {"my copy": SHAS["sketch-3.pdf"]}
    document["files"] = document["files"][3:4]
    assert found(document, one)[0] is Found.HOLDS
    assert found(document, {})[0] is Found.CANNOT_TELL


def test_a_file_with_another_bit_is_none_of_those_that_were_dated() -> None:
    told = check(made(), {"copy.pdf": hashlib.sha256(b"drawing 3!").digest()}, signing.keccak, signing.signer_of)
    assert told[0].found is Found.CONTRADICTS
    assert told[0].words == "copy.pdf is none of the files that were dated."


def _bend(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(made())
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value(part[path[-1]]) if callable(value) else value
    return document


def _flip(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize(
    "path",
    [
        ("files", 0, "sha256"),
        ("files", 1, "salt"),
        ("files", 2, "way", 0),
        ("statement", "values", "hash"),
        ("statement", "hash"),
        ("statement", "signer"),
        ("ledger", "contract"),
        ("block", "hash"),
    ],
)
def test_whatever_is_bent_is_found(path: tuple[Any, ...]) -> None:
    honest = made()
    assert Found.CONTRADICTS in found(_bend(path, _flip), block=node(honest))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("statement", "values", "party"), 4),
        (("statement", "values", "nonce"), 10),
        (("ledger", "chainId"), 1),
        (("block", "number"), 43),
        (("block", "time"), 1),
        (("format",), "touchmark/design-certificate/2"),
        (("files",), {}),
        (("files", 0, "way"), None),
        (("files",), [{}] * (MOST_FILES + 1)),
        (("statement",), "x"),
        (("statement", "signature"), "0x00"),
        (("block", "number"), "soon"),
    ],
)
def test_other_numbers_and_other_shapes_are_found_too(path: tuple[Any, ...], value: Any) -> None:
    honest = made()
    assert Found.CONTRADICTS in found(_bend(path, value), block=node(honest))


@pytest.mark.parametrize("nothing", [None, [], "x", {}, 7, {"format": 1}])
def test_what_is_no_certificate_says_so(nothing: Any) -> None:
    [step] = check(nothing, SHAS, signing.keccak, signing.signer_of)
    assert step.words == "This is no certificate of a design."


def test_a_block_without_the_event_contradicts() -> None:
    document = made()
    assert found(document, block=lambda _: (BLOCK, 1_800_000_000, []))[2] is Found.CONTRADICTS
    assert found(document, block=lambda _: None)[2] is Found.CONTRADICTS


def test_a_list_is_bounded_and_names_no_file_twice() -> None:
    check_files([("a", "00" * 32)])
    for wrong in ([], [(str(n), f"{n:064x}") for n in range(MOST_FILES + 1)], [("a", "00" * 32), ("b", "00" * 32)]):
        with pytest.raises(Invalid):
            check_files(wrong)
