"""The signature over an exit kit's list of files: what is signed, its file, and its check.

Whoever holds the kit needs to know one thing from elsewhere: the key that signs the operator's checkpoints.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.errors import BadSignature
from ledger.domain.statements import Domain, Keccak, word
from ledger.proof.canonical import read_canonical, write_canonical
from ledger.proof.coherent import SignerOf
from ledger.proof.report import Contradicts
from ledger.proof.shapes import SAFEST, Address, Hash, Seconds, Signature
from ledger.proof.trust import TrustedLedger

KIT_FORMAT: Final = "touchmark-kit/1"
_TYPE: Final = b"ExitKit(bytes32 sums,uint40 made)"


class KitSignature(BaseModel):
    """The file beside the list: whose kit, made when, the list's SHA-256, and the operator's signature (EIP-712)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal["touchmark-kit/1"]
    chainId: Annotated[int, Field(ge=1, le=SAFEST)]  # noqa: N815  the file's own word
    contract: Address
    made: Seconds
    sums: Hash
    signature: Signature


def kit_digest(chain_id: int, contract: str, made: int, sums: bytes, keccak: Keccak) -> bytes:
    """What the operator signs for a kit: a type that the contract does not know. `sums` is the list's SHA-256."""
    return Domain(chain_id, contract).digest(keccak(keccak(_TYPE) + sums + word(made)), keccak)


def write_signature(chain_id: int, contract: str, made: int, sums: bytes, signature: bytes) -> bytes:
    """The signature's file, canonical JSON."""
    return write_canonical(
        {
            "format": KIT_FORMAT,
            "chainId": chain_id,
            "contract": contract,
            "made": made,
            "sums": "0x" + sums.hex(),
            "signature": "0x" + signature.hex(),
        }
    )


def read_signature(raw: bytes) -> KitSignature:
    """The signature's file, not yet checked. Raises Contradicts."""
    try:
        return KitSignature.model_validate(read_canonical(raw))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise Contradicts(f"The kit’s signature is none: {place}: {first['msg']}.") from None


def check_signature(
    given: KitSignature, sums: bytes, ledger: TrustedLedger, keccak: Keccak, signer_of: SignerOf
) -> None:
    """Raises Contradicts unless the trusted ledger's operator signed this list of files."""
    if (given.chainId, given.contract) != (ledger.chainId, ledger.contract):
        raise Contradicts("The kit is of another ledger.", _named(ledger.chainId, ledger.contract), _of(given))
    if ledger.checkpointSigner is None:
        raise Contradicts("The trust list names nobody who may sign kits.")
    found = hashlib.sha256(sums).digest()
    if given.sums != "0x" + found.hex():
        raise Contradicts("The list of files is not the one that was signed.", given.sums, "0x" + found.hex())
    digest = kit_digest(given.chainId, given.contract, given.made, found, keccak)
    try:
        signer = signer_of(digest, bytes.fromhex(given.signature[2:]))
    except BadSignature as wrong:
        raise Contradicts(f"The kit’s signature is nobody’s: {wrong.detail}") from None
    if signer != ledger.checkpointSigner:
        raise Contradicts("Somebody else signed the kit.", ledger.checkpointSigner, str(signer))


def _of(given: KitSignature) -> str:
    return _named(given.chainId, given.contract)


def _named(chain: int, contract: str) -> str:
    return f"{contract} on chain {chain}"
