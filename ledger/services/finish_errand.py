"""Finish an errand with what the signing page answered: one way in for every purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.errors import Conflict
from ledger.domain.people import Errand, ErrandState
from ledger.domain.said import said
from ledger.services import errand_ask, errand_confirm, errand_identity, errand_own, errand_state, inspect_sign
from ledger.services.errands import Visit, cancel, errand_of
from ledger.services.ports import Ledger

Finish = Callable[[Ledger, Errand, Mapping[str, Any]], dict[str, Any]]

FINISH: Final[dict[str, Finish]] = {
    "sign_in": errand_identity.finish_sign_in,
    "join": errand_identity.finish_join,
    "claim": errand_own.finish_claim,
    "recover": errand_own.finish_recovery_end,
    "statement": errand_state.finish_statement,
    "offer": errand_state.finish_offer,
    "accept": errand_state.finish_accept,
    "prove": errand_ask.finish_proof,
    "entrust": errand_ask.finish_entrust,
    "confirm": errand_confirm.finish_confirm,
    "record": inspect_sign.finish_record,
}


_SHOWS_WHO: Final = frozenset({"sign_in", "join"})
"""Errands in which a passkey shows who somebody is."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Where the visitor goes, and who they turned out to be (a person's id) where the errand has shown it."""

    to: str
    person: str | None = None
    state: ErrandState = ErrandState.DONE
    by_passkey: bool = False
    """Whether a passkey has just shown who they are; told once."""
    confirmed_item: int | None = None
    """The item that its owner has just shown they have; told once."""


def finish_errand(ledger: Ledger, id: str, visit: Visit, answer: Mapping[str, Any]) -> Finished:
    """Do what was signed, once. The same errand again, in any tab, gives what came of it the first time.

    Raises what the statement raises, keeping the errand open so that it can be tried again.
    """
    with ledger.store.read() as tx:
        errand = errand_of(ledger, tx, id, visit)
    if errand.state is not ErrandState.OPEN:
        # An answer whose reply was lost still signs in, once: then its session is somebody's.
        return replace(told(errand), by_passkey=visit.person is None and errand.purpose in _SHOWS_WHO)
    if answer.get("errand") != errand.id or answer.get("v") != 1:
        raise Conflict(said("What came back belongs to another page. Nothing was sent. Begin again."))
    if answer.get("needs") == "sign_in":
        return Finished(f"/sign-in?then={errand.id}", state=ErrandState.OPEN)
    if answer.get("cancelled") or answer.get("expired"):
        return told(cancel(ledger, errand, way_back(errand)))
    result = FINISH[errand.purpose](ledger, errand, answer)
    shown = errand.purpose in _SHOWS_WHO
    return Finished(str(result["to"]), result.get("person"), by_passkey=shown, confirmed_item=result.get("confirmed"))


def told(errand: Errand) -> Finished:
    """What came of a closed errand."""
    result = errand.result or {}
    return Finished(str(result.get("to", "/")), result.get("person"), errand.state)


def way_back(errand: Errand) -> str:
    """Where somebody goes who gives up: where they came from, as far as that is known."""
    found = errand.keep.get("back") or errand.keep.get("to") or "/"
    return str(found).split("?", 1)[0]
