"""What is sent about cases."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from ledger.domain.desk.cases import Decline, Ground
from ledger.services.desk.case_act import Ruling, Word
from web.api.shapes import (
    Code,
    Flag,
    Id,
    In,
    Sha256,
    Text,
)
from web.api.shapes import Line as ShortText

_FILES: Final = "Files that you have sent to /v1/cases/files."
Reference = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Written = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class CaseDecision(In):
    """A reviewer's word on a notice or a counter-notice."""

    decision: Word
    code: Decline | None = Field(None, description="Why, where it is declined.")
    explanation: Written = Field("", description="For the parties.")
    seller: Reference | None = Field(None, description="Whose listing it is, by your own name for them.")
    ruling: Ruling | None = Field(None, description="Who found a closed case wrong, where it is reversed.")


class CaseSeller(In):
    """Whose listing it is, by your own name for them."""

    seller: Reference


class CaseMore(In):
    """What was asked for."""

    text: Written = ""
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CounterNotice(In):
    """A seller's answer, handed in by their platform."""

    ground: Ground
    statement: Written = ""
    code: Code | None = Field(None, description="The item's code, where the notice names none.")
    seller: Reference | None = Field(None, description="Your own name for the seller, as in the question of the proof.")
    proof: Id | None = Field(None, description="A live answer of the item's owner to your question.")
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CaseAppeal(In):
    """What was decided wrongly, and why."""

    text: Text
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CaseAppealDecision(In):
    """Another person's word."""

    grant: Flag
    explanation: Written = ""


class CaseWithdrawal(In):
    """Why, where you want to say."""

    text: Written = ""


class CourtAction(In):
    """The action that was filed."""

    court: ShortText
    number: ShortText
    files: list[Sha256] = Field([], max_length=10, description=_FILES)
