"""Opening an exit kit: whether it is whole, and whether the operator that it names signed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.errors import Conflict, Fault, Invalid
from ledger.domain.said import said
from ledger.files.kit_reader import MOST_SUMS, OpenKit, check_files
from ledger.files.kit_sums import SIGNATURE, SUMS, read_sums
from ledger.proof.exit_kit import KIT_FORMAT, check_signature, read_signature
from ledger.proof.report import Contradicts
from ledger.proof.shapes import LedgerName
from ledger.proof.trust import TrustedLedger, read_trust
from ledger.proof.verify import Tools
from ledger.services.export_kit import ABOUT, TRUST

_SMALL: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class CheckedKit:
    """A kit that is whole and signed: how many files, whose signature, and what `kit.json` says."""

    files: int
    signer: str
    contract: str
    chain_id: int
    ledger: TrustedLedger
    about: dict[str, Any]


def check_kit(
    kit: OpenKit, trust: bytes | None, tools: Tools, on_progress: Callable[[int], None] | None = None
) -> CheckedKit:
    """Check every file against the list, and the list against its signature.

    `trust` is the reader's own trust list; without one the kit's own stands in, which proves only that the kit agrees
    with itself. Raises Invalid naming every file that is missing, changed or foreign; Conflict for another ledger's.
    """
    sums = kit.read(SUMS, MOST_SUMS)
    try:
        signed = read_signature(kit.read(SIGNATURE, _SMALL))
    except Contradicts as wrong:
        raise Invalid(f"{SIGNATURE} cannot be read: {wrong.why}") from None
    if signed.sums != "0x" + hashlib.sha256(sums).hexdigest():
        fault = Fault(SUMS, "is not the one that was signed.", "Get the kit again.")
        raise Invalid(f"The list of this kit’s files, or {SIGNATURE}, was changed: {fault}", faults=[fault])
    # Then every file: where the kit's own trust list is damaged, that is what has to be said.
    faults = check_files(kit, on_progress)
    if faults:
        count = "One file" if len(faults) == 1 else f"{len(faults):,} files"
        raise Invalid(f"{count} of this kit cannot be right: {faults[0]}", faults=faults)
    known = read_trust(kit.read(TRUST, _SMALL) if trust is None else trust)
    ledger = known.find(LedgerName(chainId=signed.chainId, contract=signed.contract))
    if ledger is None:
        raise Conflict(
            said(
                "This kit is of another ledger: the trust list does not know contract %(contract)s on chain %(chain)s.",
                contract=signed.contract,
                chain=str(signed.chainId),
            )
        )
    try:
        check_signature(signed, sums, ledger, tools.keccak, tools.signer_of)
    except Contradicts as wrong:
        more = f" Expected {wrong.expected}, found {wrong.found}." if wrong.expected else ""
        raise Invalid(f"{SUMS} or {SIGNATURE} is not what the operator made: {wrong.why}{more}") from None
    about = _about(kit, signed.chainId, signed.contract)
    assert ledger.checkpointSigner is not None
    return CheckedKit(len(read_sums(sums)), ledger.checkpointSigner, signed.contract, signed.chainId, ledger, about)


def _about(kit: OpenKit, chain_id: int, contract: str) -> dict[str, Any]:
    try:
        about = json.loads(kit.read(ABOUT, _SMALL))
    except ValueError:
        about = None
    if not isinstance(about, dict) or about.get("format") != KIT_FORMAT:
        raise Invalid(f"{ABOUT} is of another form than this program reads. Use the program that is in the kit.")
    if (about.get("chainId"), about.get("contract")) != (chain_id, contract):
        raise Invalid(f"{ABOUT} is of another ledger than the kit’s signature.")
    return about
