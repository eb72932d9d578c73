"""What a tag that cannot be copied writes into the item's address at each reading (NXP AN12196: SUN, or SDM).

1. The address carries either the encrypted UID and counter (`picc_data`), or both in plain (`uid`, `ctr`, hexadecimal,
   the counter with its highest byte first); `enc`, a piece of the tag's file, encrypted; and `cmac`, eight bytes.
2. `picc_data` is opened with the tag's meta key. It must say that it holds a UID of seven bytes and a counter.
3. From the file key, UID and counter come the keys of this one message; one of them signs, one of them encrypts.
4. What is signed: nothing more, or from the first digit of `enc` up to the MAC's own first digit. The path before it
   needs no signature, because the keys are the item's alone.
5. The MAC is every second byte of a CMAC. It is compared in constant time, and before anything is believed.
6. The two first bytes of the opened `enc` are the seal of a tag that notices being opened: ever, and now.

In AES mode `picc_data` has 16 bytes, in LRP mode 24: eight random ones first.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Invalid
from ledger.domain.lrp import lrp
from ledger.domain.said import said
from ledger.domain.tag_keys import KEY, Aes, TagKeys, blocks, xored

PARAMETERS: Final = ("picc_data", "uid", "ctr", "enc", "cmac")
"""The names that a tag's address uses; any of them makes a scan a tap."""
UID: Final = 7
LONGEST_ENC: Final = 64
"""Bytes of encrypted file data that are read: four blocks; ours has one."""
HIGHEST: Final = 0xFFFFFF
_MAC: Final = 8
_RANDOM: Final = 8
_BOTH: Final = 0xC7
"""PICCDataTag: UID mirrored, counter mirrored, seven bytes of UID (NT4H2421Gx, 9.3.3)."""
_HEX: Final = frozenset("0123456789abcdefABCDEF")


class Mode(StrEnum):
    """How a tag encrypts and signs."""

    AES = "aes"
    LRP = "lrp"


class Seal(StrEnum):
    """One status byte of a tag with a tamper loop (NT4H2421Tx, 9.3.7); `UNKNOWN` where it does not say."""

    CLOSED = "C"
    OPENED = "O"
    UNKNOWN = "I"


@dataclass(frozen=True, slots=True)
class SunMessage:
    """The parameters of one tap, read but not believed. `mode` is None where they do not tell it."""

    mac: bytes
    picc: bytes = b""
    uid: bytes = b""
    counter: int = 0
    enc: bytes = b""
    mode: Mode | None = None

    @property
    def signed(self) -> bytes:
        """What the MAC is over, beside UID and counter."""
        return self.enc.hex().upper().encode() + b"&cmac=" if self.enc else b""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose MAC is right: which tag made it, at which of its readings, and the state of its seal."""

    uid: bytes
    counter: int
    ever: Seal = Seal.UNKNOWN
    now: Seal = Seal.UNKNOWN
    data: bytes = b""

    @property
    def opened(self) -> bool:
        """Whether the seal is, or ever was, open."""
        return Seal.OPENED in (self.ever, self.now)


def read_message(given: Mapping[str, Sequence[str]]) -> SunMessage | None:
    """The message in an address's parameters, None where there is none of them. Raises Invalid."""
    found = {name: given[name] for name in PARAMETERS if given.get(name)}
    if not found:
        return None
    for name, values in found.items():
        if len(values) > 1:
            raise Invalid(said("The tag's address has “%(name)s” twice. Hold the phone to the tag again.", name=name))
    mac, enc = _bytes(found, "cmac", _MAC), _enc(found)
    if "picc_data" in found:
        if "uid" in found or "ctr" in found:
            raise Invalid(said("The tag's address has its number twice. Hold the phone to the tag again."))
        picc = _bytes(found, "picc_data", KEY, _RANDOM + KEY)
        return SunMessage(mac, picc=picc, enc=enc, mode=Mode.AES if len(picc) == KEY else Mode.LRP)
    uid, counter = _bytes(found, "uid", UID), _bytes(found, "ctr", 3)
    return SunMessage(mac, uid=uid, counter=int.from_bytes(counter, "big"), enc=enc)


def _enc(found: Mapping[str, Sequence[str]]) -> bytes:
    return _bytes(found, "enc", *range(KEY, LONGEST_ENC + 1, KEY)) if "enc" in found else b""


def _bytes(found: Mapping[str, Sequence[str]], name: str, *lengths: int) -> bytes:
    text = found[name][0] if name in found else ""
    if not _HEX.issuperset(text) or len(text) not in [2 * one for one in lengths]:
        raise Invalid(
            said(
                "Part of the tag's address is missing or damaged (“%(name)s”). Hold the phone to the tag again.",
                name=name,
            )
        )
    return bytes.fromhex(text)


def open_message(aes: Aes, message: SunMessage, keys: TagKeys, mode: Mode) -> Opened | None:
    """What the message says, if a tag with these keys made it in this mode; None where that cannot be verified."""
    if message.mode not in (None, mode):
        return None
    told = message.uid + message.counter.to_bytes(3, "little") if message.uid else _picc(aes, message, keys, mode)
    # A message that opens to nonsense costs as much as one whose MAC is wrong.
    session = _session(aes, keys.file, told or bytes(UID + 3), mode)
    if not hmac.compare_digest(session.mac(message.signed), message.mac) or told is None:
        return None
    data = session.open(message.enc) if message.enc else b""
    ever, now = (_seal(data[:1]), _seal(data[1:2])) if data else (Seal.UNKNOWN, Seal.UNKNOWN)
    return Opened(told[:UID], int.from_bytes(told[UID:], "little"), ever, now, data)


def _picc(aes: Aes, message: SunMessage, keys: TagKeys, mode: Mode) -> bytes | None:
    """UID and counter, ten bytes as the session keys take them."""
    if mode is Mode.AES:
        plain = aes.decrypt(keys.meta, message.picc)  # one block of CBC under an IV of zeros
    else:
        plain = lrp(aes, keys.meta).decrypt(message.picc[:_RANDOM], message.picc[_RANDOM:])
    return plain[1 : 1 + UID + 3] if plain[0] == _BOTH else None


def _seal(byte: bytes) -> Seal:
    return {b"C": Seal.CLOSED, b"O": Seal.OPENED}.get(byte, Seal.UNKNOWN)


@dataclass(frozen=True, slots=True, repr=False)
class _Session:
    """The keys of one message. In LRP mode there is one, used in two ways."""

    aes: Aes
    mode: Mode
    signing: bytes
    opening: bytes
    counter: bytes

    def mac(self, signed: bytes) -> bytes:
        """SDMMAC: bytes 1, 3, 5 … of the whole CMAC (AN12196, 3.4.4.2)."""
        whole = (
            self.aes.cmac(self.signing, signed) if self.mode is Mode.AES else lrp(self.aes, self.signing).cmac(signed)
        )
        return whole[1::2]

    def open(self, data: bytes) -> bytes:
        """File data, in CBC under the encrypted counter (AN12196, 3.4.3.2), or in LRP's counted blocks."""
        if self.mode is Mode.LRP:
            return lrp(self.aes, self.opening, 1).decrypt(self.counter + bytes(3), data)
        before = self.aes.encrypt(self.opening, self.counter.ljust(KEY, b"\x00"))
        found = bytearray()
        for block in blocks(data):
            found += xored(self.aes.decrypt(self.opening, block), before)
            before = block
        return bytes(found)


def _session(aes: Aes, key: bytes, told: bytes, mode: Mode) -> _Session:
    """The keys of the message that this UID and counter belong to (AN12196, 3.3.4; AN12321, 4.4)."""
    if mode is Mode.LRP:
        master = lrp(aes, key).cmac(b"\x00\x01\x00\x80" + told + b"\x1e\xe1")
        return _Session(aes, mode, master, master, told[UID:])
    signing = aes.cmac(key, b"\x3c\xc3\x00\x01\x00\x80" + told)
    return _Session(aes, mode, signing, aes.cmac(key, b"\xc3\x3c\x00\x01\x00\x80" + told), told[UID:])
