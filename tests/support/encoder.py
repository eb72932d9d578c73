"""Whoever writes tags: opens the brand's sealed file, makes chips from it, and says which became which."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ledger.domain.organisations import Caller
from ledger.files.encoder_file import open_file
from ledger.services.ports import Ledger
from ledger.services.tag_encode import bring_into_service, make_tags
from tests.support.tag import SimulatedTag

PASSPHRASE = "five words nobody guesses here"


def chips(content: bytes, first: int = 1, *, plain: bool = False) -> dict[str, SimulatedTag]:
    """A chip for each tag of a sealed file, by serial; their UIDs count up from `first`."""
    made = {}
    for number, row in enumerate(open_file(content, PASSPHRASE), first):
        settings, keys = row["settings"], row["keys"]
        made[row["serial"]] = SimulatedTag(
            bytes.fromhex(keys[str(settings["meta_read_key"])]),
            bytes.fromhex(keys[str(settings["file_read_key"])]),
            b"\x04" + number.to_bytes(6, "big"),
            lrp=settings["mode"] == "lrp",
            plain=plain,
            seal="CC" if "enc_offset" in settings else None,
        )
    return made


def answer_of(made: Mapping[str, SimulatedTag], gtin: str) -> bytes:
    """What the encoder sends back."""
    rows = "".join(f"{gtin},{serial},{tag.uid.hex().upper()}\n" for serial, tag in made.items())
    return ("gtin,serial,uid\n" + rows).encode()


def encode(
    ledger: Ledger, brand: Caller, batch: str, gtin: str, *, first: int = 1, plain: bool = False, **how: Any
) -> dict[str, SimulatedTag]:
    """Tags for a batch, written and in service."""
    out = io.BytesIO()
    make_tags(ledger, brand, batch, PASSPHRASE, out, **how)
    made = chips(out.getvalue(), first, plain=plain)
    bring_into_service(ledger, brand, answer_of(made, gtin))
    return made


def written(row: Mapping[str, Any], tap: Mapping[str, str]) -> str:
    """What a phone reads of a tag: the file as written, the chip's answer in the places that the settings name."""
    content = bytearray.fromhex(row["file"])
    places = {"picc_data": "picc_data_offset", "enc": "enc_offset", "cmac": "mac_offset"}
    for name, value in tap.items():
        start = row["settings"][places[name]]
        content[start : start + len(value)] = value.encode()
    length = int.from_bytes(content[:2], "big")
    assert length == len(content) - 2
    scheme = {4: "https://", 3: "http://"}[content[6]]
    return scheme + content[7:].decode()


def parameters(url: str) -> dict[str, list[str]]:
    """The parameters of an address."""
    assert re.match(r"https?://", url)
    return parse_qs(urlsplit(url).query, strict_parsing=True)
