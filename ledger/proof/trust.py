"""What the reader brings: the contracts they trust, and the published lists of blocks.

The operator publishes its own list at `/.well-known/touchmark.json`; whoever checks a passport takes it from
there, from the brand, or from anywhere else they trust, but never from the passport.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ledger.domain.errors import BadSignature, Invalid
from ledger.domain.statements import Domain, Keccak, word
from ledger.proof.canonical import read_json, write_canonical
from ledger.proof.report import Contradicts
from ledger.proof.shapes import SAFEST, Address, Hash, LedgerName, Seconds, Signature

TRUST_FORMAT: Final = "touchmark-trust/1"
CHECKPOINT_FORMAT: Final = "touchmark-checkpoint/1"
MOST_BLOCKS: Final = 50_000
_CHECKPOINT_TYPE: Final = b"Checkpoint(bytes32 blocks,uint40 made)"

_AnyShape = TypeVar("_AnyShape", bound=BaseModel)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TrustedParty(_Shape):
    """A numbered organisation and whose number it is."""

    number: Annotated[int, Field(ge=0, lt=2**24)]
    name: Name
    brand: bool


class TrustedLedger(_Shape):
    """One contract, its code, its parties, and who could rewrite the chain it is on."""

    name: Name
    chainId: Annotated[int, Field(ge=1, le=SAFEST)]  # noqa: N815  the file's own word
    contract: Address
    codeHash: Hash  # noqa: N815  the file's own word
    rewritableBy: Literal["operator", "validators", "public"]  # noqa: N815  the file's own word
    checkpointSigner: Address | None = None  # noqa: N815  the file's own word
    parties: Annotated[list[TrustedParty], Field(max_length=100_000)]

    def party(self, number: int) -> TrustedParty | None:
        """Whose number it is, where the list says."""
        return next((one for one in self.parties if one.number == number), None)


class Trust(_Shape):
    """A list of trusted ledgers."""

    format: Literal["touchmark-trust/1"]
    ledgers: Annotated[list[TrustedLedger], Field(max_length=1_000)]

    def find(self, named: LedgerName) -> TrustedLedger | None:
        """The trusted entry of that chain and contract."""
        for one in self.ledgers:
            if (one.chainId, one.contract) == (named.chainId, named.contract):
                return one
        return None


class ListedBlock(_Shape):
    """A block that the list vouches for."""

    number: Annotated[int, Field(ge=0, lt=2**48)]
    hash: Hash


class Checkpoint(_Shape):
    """A signed list of blocks, lowest first."""

    format: Literal["touchmark-checkpoint/1"]
    chainId: Annotated[int, Field(ge=1, le=SAFEST)]  # noqa: N815  the file's own word
    contract: Address
    made: Seconds
    blocks: Annotated[list[ListedBlock], Field(min_length=1, max_length=MOST_BLOCKS)]
    signature: Signature


REWRITABLE: Final = {
    "operator": "One operator runs this chain and could rewrite it; a checkpoint kept elsewhere would show that.",
    "validators": "The validators of this chain, together, could rewrite it.",
    "public": "This is a public chain; nobody is known to be able to rewrite it at this depth.",
}


def read_trust(raw: bytes) -> Trust:
    """A trust list. Any JSON form will do: it is the reader's own file. Raises Invalid."""
    return _read(Trust, raw, "trust list")


def read_checkpoint(raw: bytes) -> Checkpoint:
    """A list of blocks, its signature not yet checked. Raises Invalid."""
    return _read(Checkpoint, raw, "checkpoint")


def checkpoint_digest(
    chain_id: int, contract: str, made: int, blocks: list[dict[str, object]], keccak: Keccak
) -> bytes:
    """What the operator signs for a list of blocks (EIP-712, a type that the contract does not know)."""
    struct = keccak(keccak(_CHECKPOINT_TYPE) + keccak(write_canonical(blocks)) + word(made))
    return Domain(chain_id, contract).digest(struct, keccak)


def vouched(
    checkpoint: Checkpoint,
    ledger: TrustedLedger,
    keccak: Keccak,
    signer_of: Callable[[bytes, bytes], str | None],
) -> dict[int, str]:
    """The hashes by height that the trusted ledger's operator vouches for.

    Raises Contradicts where the list is another ledger's or its signature somebody else's.
    """
    if (checkpoint.chainId, checkpoint.contract) != (ledger.chainId, ledger.contract):
        raise Contradicts("The checkpoint is of another ledger.", ledger.contract, checkpoint.contract)
    if ledger.checkpointSigner is None:
        raise Contradicts("The trust list names nobody who may sign checkpoints.")
    blocks = [one.model_dump() for one in checkpoint.blocks]
    digest = checkpoint_digest(checkpoint.chainId, checkpoint.contract, checkpoint.made, blocks, keccak)
    try:
        signer = signer_of(digest, bytes.fromhex(checkpoint.signature[2:]))
    except BadSignature as wrong:
        raise Contradicts(f"The checkpoint’s signature is nobody’s: {wrong.detail}") from None
    if signer != ledger.checkpointSigner:
        raise Contradicts("Somebody else signed the checkpoint.", ledger.checkpointSigner, str(signer))
    return {one.number: one.hash for one in checkpoint.blocks}


def _read(shape: type[_AnyShape], raw: bytes, what: str) -> _AnyShape:
    try:
        return shape.model_validate(read_json(raw))
    except Contradicts as wrong:
        raise Invalid(f"The {what} cannot be read: {wrong.why}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise Invalid(f"The {what} is not one: {place}: {first['msg']}.") from None
