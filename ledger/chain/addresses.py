"""Keccak-256 and the addresses of keys, in a module that loads in an instant: whole processes are started for these."""

from __future__ import annotations

from coincurve import PublicKey
from sha3 import keccak_256


def keccak(data: bytes) -> bytes:
    """Keccak-256, 32 bytes."""
    return bytes(keccak_256(data).digest())


def address_of(private_key: bytes) -> str:
    """The address of a secp256k1 private key."""
    # PrivateKey would multiply twice: once for itself, once for a key pair that only Schnorr signatures need.
    return address_of_point(PublicKey.from_secret(private_key))


def address_of_point(public: PublicKey) -> str:
    """The address of a public key: the last 20 bytes of its hash (Yellow Paper, appendix F)."""
    return "0x" + keccak(public.format(compressed=False)[1:])[12:].hex()
