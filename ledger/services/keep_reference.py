"""References: why a mark was set or a report made, kept here, named on the chain by a salted hash.

The words (`reason`, `advice`, `police_reference` and the like) are shown to whoever may see them; destroying
the salt and the words makes the name on the chain mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import rfc8785

from ledger.domain.errors import Fault, Invalid
from ledger.domain.papers import Report
from ledger.domain.said import said, told
from ledger.domain.standing_headlines import LANGUAGES
from ledger.services.ports import Ledger, Tx

NAMES: Final = ("reason", "advice", "police_reference", "police_force", "when", "where", "price", "case", "contact")
"""What a reference may say: why, what to do, the police's number and force, the day and the country, a price, a
court's or insurer's number, whom to ask."""
IN_LANGUAGES: Final = frozenset(f"{name}_{language}" for name in ("reason", "advice") for language in LANGUAGES)
"""Why and what to do in further languages, beside the plain names, which are in the brand's first."""
LONGEST: Final = 2_000
"""Characters of one of them."""
NONE: Final = bytes(32)
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Left out: what turns the letters that follow round (Unicode TR 9, 2). Nobody is to sign other words than they see."""


def keep_reference(ledger: Ledger, tx: Tx, words: Mapping[str, str | None], organisation: str | None = None) -> bytes:
    """Keep the words in the statement's own transaction; the 32 bytes that stand for them, zero for no words.

    Raises Invalid for a name there is none of, and for more than 2,000 characters under one.
    """
    plain = {name: text.translate(_TURNING).strip() for name, text in words.items() if text is not None}
    kept = {name: text for name, text in plain.items() if text}
    faults = [
        Fault(name, said("is not something a reference says."), said("There are %(names)s.", names=", ".join(NAMES)))
        for name in kept
        if name not in NAMES and name not in IN_LANGUAGES
    ]
    faults += [
        Fault(
            name,
            said("has %(count)s characters.", count=f"{len(text):,}"),
            said("Say it in %(longest)s.", longest=f"{LONGEST:,}"),
        )
        for name, text in kept.items()
        if len(text) > LONGEST
    ]
    if faults:
        raise Invalid(said("The reference cannot be kept: %(faults)s", faults=faults[0]), faults=faults)
    if not kept:
        return NONE
    salt = ledger.random(16)
    commitment = ledger.keccak(salt + rfc8785.dumps(kept))
    tx.papers.add_report(Report(commitment, organisation, salt, kept, ledger.now()))
    return commitment


def in_languages(body: Mapping[str, Any], name: str) -> str:
    """What a reference says under a name, with the same in further languages beside it where there is any."""
    others = {one: str(body[f"{name}_{one}"]) for one in LANGUAGES if body.get(f"{name}_{one}")}
    return told({"": str(body[name])} | others) if others else str(body[name])
