"""Test purchases, as a brand tells of them for one of its cases."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from ledger.domain.desk.case_file import MOST_PURCHASES, Purchase
from ledger.domain.errors import Conflict, Fault, Invalid
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.services.desk.cases_read import Eye, see_case
from ledger.services.ports import Ledger, Tx

_SLACK = 300


def add_purchase(ledger: Ledger, caller: Caller, case: str, purchase: Purchase) -> str:
    """Keep a test purchase with a case; its id. Whoever sent the notice, or in whose name it was, may.

    Raises Unknown for a case of others, Invalid for times that run backwards, Conflict beyond twenty.
    """
    caller.need(Scope.NOTICE)
    seen = see_case(ledger, caller, case)
    if seen.eye not in (Eye.NOTIFIER, Eye.HOLDER):
        raise Conflict(said("Test purchases are told of by whoever sent the notice, or in whose name it was sent."))
    now, own = ledger.now(), caller.organisation.id
    _check(purchase, now)
    body = json.dumps(asdict(purchase), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with ledger.store.write() as tx:
        if len(tx.signals.purchases(case)) >= MOST_PURCHASES:
            raise Conflict(said("Twenty test purchases of a case are kept, which is the most."))
        id = ledger.new_id("tpu")
        tx.signals.add_purchase(id, case, own, body, now)
        told = {"case": case, "sha256": hashlib.sha256(body.encode()).hexdigest()}
        tx.desk_log.append("custody.test_purchase", own, id, told, now)
    return id


def purchases_of(tx: Tx, case: str) -> dict[str, Purchase]:
    """The purchases of a case by id, oldest first."""
    return {id: _read(json.loads(body)) for id, body in tx.signals.purchases(case)}


def _read(told: dict[str, Any]) -> Purchase:
    return Purchase(**told | {"photos": tuple(told["photos"])})


def _check(one: Purchase, now: int) -> None:
    faults = []
    times = [("bought_at", one.bought_at), ("received_at", one.received_at), ("sealed_at", one.sealed_at)]
    earlier = 0
    for name, at in times:
        if at is not None and at > now + _SLACK:
            faults.append(Fault(name, said("is in the future.")))
        elif at is not None and at < earlier:
            faults.append(Fault(name, said("is before what it follows.")))
        earlier = max(earlier, at or 0)
    if faults:
        raise Invalid(said("The test purchase was not kept: %(fault)s", fault=faults[0]), faults=faults)
