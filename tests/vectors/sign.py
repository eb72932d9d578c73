"""Vectors of what the signing page computes: item numbers, digests, derived keys, packed signatures."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_abi.abi import encode

from ledger.chain import signing
from ledger.domain import answers, claim_codes, identity, links, statements
from ledger.domain.gtins import Gtin
from ledger.domain.inspections import (
    Authenticity,
    InspectionFacts,
    Method,
    Remark,
    Service,
    WithdrawalReason,
    pack_code,
    pack_part,
)
from tests.support.passkey import passkey

DOMAIN = statements.Domain(3_141_592_653, "0x5fbdb2315678afecb367f032d93f642f64180aa3")
ITEMS = ((7, "09521234543213", "7K3M9QX2TP4W"), (16_777_215, "09521234543213", "!\"%&'()*+,-./:;<=>?_"))
_P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _seed(name: str, length: int = 32) -> bytes:
    return hashlib.sha256(f"sign/{name}".encode()).digest()[:length]


def _value(name: str, solidity: str) -> Any:
    seed = _seed(name)
    if solidity == "string":
        return f'{name} · é 张 𝄞 "\\'
    if solidity == "address":
        return "0x" + seed[:20].hex()
    if solidity == "bytes32":
        return "0x" + seed.hex()
    return str(int.from_bytes(seed, "big") % (1 << int(solidity[4:])))


def _messages() -> list[dict[str, Any]]:
    out = []
    for kind in statements.Kind:
        name = statements.type_name(kind)
        given = {field: _value(name + field, solidity) for field, solidity in statements.fields(kind)}
        checked = statements.make(kind, given, given_offer() if kind is statements.Kind.ACCEPT else None).values
        struct = statements.struct_hash(kind, checked, signing.keccak)
        out.append(_message(name, statements.type_string(kind), given, struct))
    for name in sorted(answers.ANSWERS):
        given = {field: _value(name + field, solidity) for field, solidity in answers.fields(name)}
        out.append(_message(name, answers.type_string(name), given, answers.answer_hash(name, given, signing.keccak)))
    return out


def given_offer() -> dict[str, Any]:
    """Some offer, which an acceptance carries and does not hash."""
    return {name: _value("offer" + name, solidity) for name, solidity in statements.fields(statements.Kind.OFFER)}


def _message(name: str, text: str, given: dict[str, Any], struct: bytes) -> dict[str, Any]:
    digest = DOMAIN.digest(struct, signing.keccak)
    return {"type": name, "text": text, "values": given, "structHash": _hex(struct), "digest": _hex(digest)}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _claim(number: int) -> dict[str, Any]:
    code = claim_codes.make_code(lambda length: _seed(f"code{number}", length))
    half, item = _seed(f"half{number}", 16), int.from_bytes(_seed(f"item{number}"), "big")
    key = claim_codes.claim_private_key(code, half, item)
    return {"code": code, "half": _hex(half), "item": str(item), "key": _hex(key), "address": signing.address_of(key)}


def _link(number: int) -> dict[str, Any]:
    secret, item = _seed(f"secret{number}", 16), int.from_bytes(_seed(f"item{number}"), "big")
    code = f"{number * 111_111:06d}"
    key = links.link_key(secret, code, item)
    return {
        "secret": base64.urlsafe_b64encode(secret).rstrip(b"=").decode(),
        "code": code,
        "item": str(item),
        "key": _hex(key),
        "address": signing.address_of(key),
    }


def _assertion(number: int, *, high: bool) -> dict[str, Any]:
    """An authenticator's answer whose s lies in the upper half or not, and how the contract takes it."""
    backup, digest = _seed(f"backup{number}"), _seed(f"digest{number}")
    owner = passkey(number + 2, bytes(12) + bytes.fromhex(signing.address_of(backup)[2:]))
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    client = (
        f'{{"type":"webauthn.get","challenge":"{challenge}","origin":"http://sign.localhost:8000",'
        f'"crossOrigin":false,"other":"{"0" * number}"}}'
    )
    authenticator = hashlib.sha256(b"sign.localhost").digest() + b"\x05" + bytes(4)
    message = authenticator + hashlib.sha256(client.encode()).digest()
    scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = utils.decode_dss_signature(owner.key.sign(message, scheme))
    low = min(s, _P256_N - s)
    fields = [r.to_bytes(32, "big"), low.to_bytes(32, "big"), client.index('"challenge"'), client.index('"type"')]
    types = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"]
    packed = b"\x02" + owner.public + encode(types, [*fields, authenticator, client])
    return {
        "backup": _hex(backup),
        "x": _hex(owner.public[:32]),
        "y": _hex(owner.public[32:64]),
        "blind": _hex(owner.blind),
        "address": owner.address,
        "digest": _hex(digest),
        "clientDataJSON": _hex(client.encode()),
        "authenticatorData": _hex(authenticator),
        "signature": _hex(utils.encode_dss_signature(r, _P256_N - low if high else low)),
        "packed": _hex(packed),
        "byBackup": _hex(owner.by_backup(backup, digest)),
    }


def _facts() -> list[dict[str, Any]]:
    full = InspectionFacts(Authenticity.NOT_GENUINE, Method.VIDEO, 2, "C", Remark.ALTERED | Remark.CODE_MOVED, 14)
    told = {
        "authenticity": "notGenuine", "method": "video", "condition": "C", "persons": 2, "points": 14,
        "remarks": ["altered", "codeMoved"],
    }  # fmt: skip
    plain = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND)
    plainly = {
        "authenticity": "consistent", "method": "inHand", "condition": "", "persons": 1, "points": 0, "remarks": [],
    }  # fmt: skip
    return [
        {"record": "inspection", "facts": _hex(full.pack()), "told": told},
        {"record": "correction", "facts": _hex(plain.pack()), "told": plainly},
        {"record": "service", "facts": _hex(pack_code(Service.REFINISHED)), "told": {"service": "refinished"}},
        {"record": "withdrawal", "facts": _hex(pack_code(WithdrawalReason.OTHER)), "told": {"withdrawal": "other"}},
        {"record": "inspection", "facts": _hex(b"\x02" + full.pack()[1:]), "told": None},
        {"record": "inspection", "facts": _hex(b"\x01\x05" + full.pack()[2:]), "told": None},
        {"record": "inspection", "facts": _hex(full.pack()[:31] + b"\x01"), "told": None},
        {
            "record": "service",
            "facts": _hex(pack_part("case_back")),
            "told": {"service": "partReplaced", "part": "case_back"},
        },
        {"record": "service", "facts": _hex(pack_code(Service.REPAIR)[:2] + b"case".ljust(30, b"\0")), "told": None},
        {"record": "service", "facts": _hex(pack_part("case")[:2] + b"Case".ljust(30, b"\0")), "told": None},
        {"record": "service", "facts": _hex(pack_part("case")[:31] + b"x"), "told": None},
        {"record": "service", "facts": _hex(pack_code(Service.REPAIR)[:1] + bytes([9]) + bytes(30)), "told": None},
    ]


def _references() -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = [
        {"reason": "Perdu à Genève\n«hier»", "police_reference": "GE/2026-11"},
        {"text": {"seams": "even \u2028 clean", "\U0001f45c": True, "ﬁ": None, "n": 12}, "evidence": ["a", "b"]},
    ]
    out = []
    for number, body in enumerate(bodies):
        salt, canonical = _seed(f"salt{number}", 16), rfc8785.dumps(body)
        reference = _hex(signing.keccak(salt + canonical))
        out.append({"salt": _hex(salt), "body": body, "jcs": canonical.decode(), "reference": reference})
    return out


def sign_vectors() -> dict[str, Any]:
    """Everything the page computes, from fixed seeds."""
    return {
        "domain": {
            "name": DOMAIN.name,
            "version": DOMAIN.version,
            "chainId": DOMAIN.chain_id,
            "verifyingContract": DOMAIN.contract,
        },
        "items": [
            {"brand": brand, "gtin": gtin, "serial": serial, "id": str(_item(brand, gtin, serial))}
            for brand, gtin, serial in ITEMS
        ],
        "messages": _messages(),
        "claims": [_claim(number) for number in range(4)],
        "links": [_link(number) for number in (0, 1, 9)],
        "assertions": [_assertion(0, high=False), _assertion(3, high=True), _assertion(32, high=True)],
        "facts": _facts(),
        "references": _references(),
    }


def _item(brand: int, gtin: str, serial: str) -> int:
    path = identity.path(Gtin(gtin), serial)
    return identity.item_id(brand, identity.path_hash(path, signing.keccak), signing.keccak)
