"""What a check is asked and answers: one code with what its listing says, and what the record shows of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from ledger.domain.desk.territories import is_territory
from ledger.domain.standing_headlines import BAD_NEWS, Advice, Key
from ledger.services.check_items import Asked
from ledger.services.desk.checks_proof import Proof
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.api.shapes import Code, Gtin, In, Out, Ref, Serial, Sha256, Territory, Title, Url, moment
from web.scan_json import AsOfOut, api_path, as_of_out, page_address

MOST: Final = 1_000
"""Codes in one JSON answer."""
GOOD_FOR: Final = timedelta(minutes=10)
"""How long an answer may be relied on."""
BAD_LINE: Final = "bad_line"
"""The verdict on a line that cannot be read."""
NOT_SELLER: Final = "owner_not_seller"
"""The flag on an item whose owner has not said that they have it, to this platform for this seller."""
HELD_BY_ORDER: Final = "held_under_order"
"""The flag on an item that a court holds; it is no news about the item itself."""
_PHOTOS: Final = 24
_NOT_CONFIRMED: Final = "The registered owner has not confirmed this seller."


def _known(territory: str) -> str:
    if not is_territory(territory):
        raise ValueError(f"names no territory (“{territory}”): send a country's two letters, EU or WO")
    return territory


Place = Annotated[Territory, AfterValidator(_known)]
"""Where something is offered; a word that names no place is refused, for orders would hold nothing there."""


class Seller(In):
    """Who offers it. `ref` is your own name for them: a pseudonym, never a person's name."""

    ref: Ref
    proof: Annotated[str, Field(pattern=r"^ask_[0-9A-HJKMNP-TV-Z]{26}$", max_length=40)] | None = Field(
        None, description="The `id` of a question (POST /v1/proofs) that this seller has answered for you."
    )


class Listing(In):
    """What the listing says."""

    url: Url | None = None
    title: Title | None = None
    image_sha256: list[Sha256] = Field([], max_length=_PHOTOS)


class CheckedItem(In):
    """One code, by what was scanned or typed, or by its GTIN and serial."""

    ref: Ref | None = None
    code: Code | None = Field(None, examples=["https://v.example/01/09521234543213/21/7K3M9QX2TP4W"])
    gtin: Gtin | None = None
    serial: Serial | None = None
    seller: Seller | None = None
    listing: Listing | None = None
    territory: Place | None = Field(
        None, description="Where it is offered: orders elsewhere then hold nothing. Without one, everywhere."
    )

    @model_validator(mode="after")
    def _names_one(self) -> CheckedItem:
        if (self.code is None) == (self.gtin is None) or (self.gtin is None) != (self.serial is None):
            raise ValueError("give “code”, or “gtin” and “serial”")
        return self

    @property
    def asked(self) -> Asked:
        """What is looked up."""
        return self.code if self.code is not None else (str(self.gtin), str(self.serial))

    def proof_to(self, organisation: str) -> Proof | None:
        """What its seller says that they have proved to an organisation."""
        if self.seller is None or self.seller.proof is None:
            return None
        return Proof(organisation, self.seller.ref, self.seller.proof)


class Checks(In):
    """The codes."""

    items: list[CheckedItem] = Field(min_length=1, max_length=MOST)


class CheckLinks(Out):
    """Where to read more."""

    page: str
    item: str | None
    proof: str | None = Field(description="The item's passport, which can be checked without this ledger.")
    watch: str = Field(description="Where to ask to be told when this changes.")


class CheckResult(Out):
    """The answer to one code."""

    line: int | None = Field(description="The line it was on, from 1, where lines were sent; else null.")
    ref: str | None
    gtin: str | None
    serial: str | None
    verdict: str = Field(examples=["held"], description="The verdict's name, or bad_line for what cannot be read.")
    flags: list[str] = Field(
        description="All the bad news there is, the verdict's own included; held_under_order where a court holds the "
        "item; and owner_not_seller where it has an owner who has not confirmed the seller that was named."
    )
    advice: str = Field(description="ok, ask_for_proof, hold, block or no_opinion.", examples=["ask_for_proof"])
    explain: str = Field(description="One sentence or two that can be shown to a seller.")
    problem: str | None = Field(description="Why the code or the line cannot be read, where it cannot.")
    as_of: AsOfOut | None
    valid_until: datetime
    links: CheckLinks


class CheckSummary(Out):
    """How many lines had an answer."""

    ok: int
    problems: int = Field(description="Lines whose code cannot be read, or that came too fast.")


class CheckResults(Out):
    """All answers, in the order of the question."""

    results: list[CheckResult]
    summary: CheckSummary


def result(ledger: Ledger, asked: CheckedItem, scan: Scan, line: int | None = None) -> CheckResult:
    """What the record shows of one code."""
    got = scan.standing
    grave = [str(one.key) for one in got.lines if one.grave or one.key == HELD_BY_ORDER]
    flags = [got.key.value, *grave] if got.key in BAD_NEWS else grave
    explain = " ".join(got.sentences[:2]) or got.headline
    owned = scan.facts.final is not None and scan.facts.final.claimed
    if asked.seller is not None and owned and scan.facts.owner_confirmed_at is None:
        flags = [*flags, NOT_SELLER]
        explain = _NOT_CONFIRMED if got.key is Key.HELD else f"{explain} {_NOT_CONFIRMED}"
    item = None
    if scan.subject is not None and got.key is not Key.UNKNOWN and scan.gtin and scan.serial:
        item = ledger.public_url + api_path(scan.gtin, scan.serial)
    return CheckResult(
        line=line,
        ref=asked.ref,
        gtin=scan.gtin,
        serial=scan.serial,
        verdict=got.key.value,
        flags=list(dict.fromkeys(flags)),
        advice=got.advice.value,
        explain=explain,
        problem=scan.facts.code_problem,
        as_of=as_of_out(got.as_of),
        valid_until=got.at + GOOD_FOR,
        links=CheckLinks(
            page=page_address(ledger, scan.gtin, scan.serial),
            item=item,
            proof=None if item is None else item + "/passport",
            watch=ledger.public_url + "/v1/watches",
        ),
    )


def no_result(ledger: Ledger, verdict: str, problem: str, line: int, ref: str | None = None) -> CheckResult:
    """The answer to a line that nothing can be said about: why."""
    return CheckResult(
        line=line,
        ref=ref,
        gtin=None,
        serial=None,
        verdict=verdict,
        flags=[],
        advice=Advice.NO_OPINION.value,
        explain=problem,
        problem=problem,
        as_of=None,
        valid_until=moment(ledger.now()),
        links=CheckLinks(
            page=ledger.public_url + "/check", item=None, proof=None, watch=ledger.public_url + "/v1/watches"
        ),
    )
