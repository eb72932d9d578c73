"""The sandbox: thirty codes that cover every verdict, for keys that can do nothing else."""

from __future__ import annotations

from flask import Response
from pydantic import Field

from ledger.domain.organisations import Scope
from ledger.services.desk.sandbox_checks import Listed, sandbox_items
from web.api.operation import answer, blueprint, here, operation
from web.api.shapes import Out

bp = blueprint(
    "sandbox", "Codes to try a program with: a key that begins with tm_sandbox_ is answered from these alone."
)


class SandboxItem(Out):
    """A code of the sandbox, and what a check of it says."""

    code: str = Field(description="What to send as `code`.")
    gtin: str | None
    serial: str | None
    about: str
    verdict: str
    advice: str
    explain: str


class SandboxItems(Out):
    """All of them."""

    items: list[SandboxItem]


@operation(bp, "GET", "/v1/sandbox/items", answers={200: SandboxItems}, scope=Scope.CHECK, sandbox=True)
def list_sandbox_items() -> Response:
    """The sandbox's thirty codes

    With a sandbox key, POST /v1/checks answers these as it would answer real items: the rules and the words are the
    real ones, the facts are invented. Every other code is not registered there. Such a key can do nothing else.
    """
    return answer(SandboxItems(items=[_shown(one) for one in sandbox_items(here())]))


def _shown(one: Listed) -> SandboxItem:
    got = one.scan.standing
    return SandboxItem(
        code=one.code,
        gtin=one.gtin,
        serial=one.serial,
        about=one.about,
        verdict=got.key.value,
        advice=got.advice.value,
        explain=" ".join(got.sentences[:2]) or got.headline,
    )
