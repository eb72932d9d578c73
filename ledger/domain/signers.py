"""Who has to sign each kind of statement, in the order the contract takes the signatures."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ledger.domain.statements import Kind


class Who(StrEnum):
    """A part in a statement. LINK_KEY signs only where the offer names a key other than the new owner."""

    PARTY = "party"
    OWNER = "owner"
    OFFERING_OWNER = "offering_owner"
    NEW_OWNER = "new_owner"
    CLAIM_KEY = "claim_key"
    LINK_KEY = "link_key"


SIGNERS: Final[dict[Kind, tuple[Who, ...]]] = {
    Kind.OFFER: (Who.OWNER,),
    Kind.REGISTER_BATCH: (Who.PARTY,),
    Kind.CLAIM: (Who.CLAIM_KEY, Who.NEW_OWNER),
    Kind.ACCEPT: (Who.OFFERING_OWNER, Who.NEW_OWNER, Who.LINK_KEY),
    Kind.CANCEL: (Who.OWNER,),
    Kind.RECORD: (Who.PARTY,),
    Kind.OWNER_REPORT: (Who.OWNER,),
    Kind.MARK: (Who.PARTY,),
    Kind.RETIRE: (Who.PARTY, Who.OWNER),
    Kind.REPLACE_CLAIM: (Who.PARTY,),
    Kind.COMPLETE_RECOVERY: (Who.CLAIM_KEY, Who.NEW_OWNER),
    Kind.AMEND_ITEM: (Who.PARTY,),
    Kind.AMEND_BATCH: (Who.PARTY,),
    Kind.ANCHOR: (Who.PARTY,),
    Kind.ACCREDIT: (Who.PARTY,),
    Kind.END_ACCREDITATION: (Who.PARTY,),
    Kind.ADD_KEY: (Who.PARTY,),
    Kind.RETIRE_KEY: (Who.PARTY,),
    Kind.COMPROMISED: (Who.PARTY,),
    Kind.CONTEST: (),
}

TWO_COUNCIL_KEYS: Final = frozenset({Kind.ACCREDIT, Kind.END_ACCREDITATION, Kind.ADD_KEY})
"""Kinds for which the council (party 0) signs with two different keys."""


def only_the_chain_can_tell(signature: bytes) -> bool:
    """Whether it is a contract wallet's (form 01): who signed is known only once the contract has asked the wallet.

    Until then such a statement is sent, but counts for nothing: anybody can write one.
    """
    return len(signature) != 65 and signature[:1] == b"\x01"
