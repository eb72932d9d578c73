"""A tag that cannot be copied, as its data sheet describes it: made apart from the code that reads it, so that both
must have understood NXP the same way. Its CMAC is written out by hand (RFC 4493), its LRP from AN12304's algorithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES


def _aes(key: bytes, block: bytes) -> bytes:
    return Cipher(AES(key), modes.ECB()).encryptor().update(block)


def _add(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _double(block: bytes) -> bytes:
    carry, out = 0, bytearray(16)
    for place in range(15, -1, -1):
        out[place] = (block[place] << 1 & 0xFF) | carry
        carry = block[place] >> 7
    out[15] ^= 0x87 * carry
    return bytes(out)


def _mac(cipher: Callable[[bytes], bytes], message: bytes) -> bytes:
    k1 = _double(cipher(bytes(16)))
    state = bytes(16)
    while len(message) > 16:
        state, message = cipher(_add(state, message[:16])), message[16:]
    if len(message) == 16:
        return cipher(_add(_add(state, message), k1))
    message += b"\x80" + bytes(15 - len(message))
    return cipher(_add(_add(state, message), _double(k1)))


def _lrp(key: bytes, updated: int) -> Callable[[bytes], bytes]:
    tree, node = [], _aes(key, b"\x55" * 16)
    for _ in range(16):
        tree.append(_aes(node, b"\xaa" * 16))
        node = _aes(node, b"\x55" * 16)
    node = _aes(key, b"\xaa" * 16)
    for _ in range(updated):
        node = _aes(node, b"\x55" * 16)
    start = _aes(node, b"\xaa" * 16)

    def walk(data: bytes) -> bytes:
        at = start
        for digit in data.hex():
            at = _aes(at, tree[int(digit, 16)])
        return _aes(at, bytes(16))

    return walk


@dataclass
class SimulatedTag:
    """One chip. `seal` is None for a tag without a tamper loop; `counter` is what it has counted so far."""

    meta: bytes
    file: bytes
    uid: bytes
    lrp: bool = False
    plain: bool = False
    seal: str | None = None
    counter: int = 0

    def tap(self) -> dict[str, str]:
        """Hold a phone to it: the parameters in its address. Counts."""
        self.counter += 1
        little = self.counter.to_bytes(3, "little")
        if self.plain:
            shown = {"uid": self.uid.hex().upper(), "ctr": f"{self.counter:06X}"}
        else:
            shown = {"picc_data": self._picc(b"\xc7" + self.uid + little + b"rest!")}
        signed = b""
        if self.seal is not None:
            shown["enc"] = self._enc(little)
            signed = (shown["enc"] + "&cmac=").encode()
        whole = self._signer(little)(signed)
        return {**shown, "cmac": bytes(whole[place] for place in range(1, 16, 2)).hex().upper()}

    def address(self, base: str) -> str:
        """The same as a phone opens it."""
        return base + "?" + "&".join(f"{name}={value}" for name, value in self.tap().items())

    def _picc(self, plain: bytes) -> str:
        if not self.lrp:
            return _aes(self.meta, plain).hex().upper()
        random = (self.counter * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")
        return (random + _aes(_lrp(self.meta, 0)(random), plain)).hex().upper()

    def _session(self, head: bytes, little: bytes) -> bytes:
        message = head + self.uid + little
        if not self.lrp:
            return _mac(lambda block: _aes(self.file, block), message)
        return _mac(_lrp(self.file, 0), message + b"\x1e\xe1")

    def _signer(self, little: bytes) -> Callable[[bytes], bytes]:
        if self.lrp:
            walk = _lrp(self._session(bytes.fromhex("00010080"), little), 0)
            return lambda message: _mac(walk, message)
        key = self._session(bytes.fromhex("3CC300010080"), little)
        return lambda message: _mac(lambda block: _aes(key, block), message)

    def _enc(self, little: bytes) -> str:
        plain = (self.seal or "").encode().ljust(16, b"0")
        if self.lrp:
            key = _lrp(self._session(bytes.fromhex("00010080"), little), 1)(little + bytes(3))
            return _aes(key, plain).hex().upper()
        key = self._session(bytes.fromhex("C33C00010080"), little)
        return _aes(key, _add(plain, _aes(key, little + bytes(13)))).hex().upper()
