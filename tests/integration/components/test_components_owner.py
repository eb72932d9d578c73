"""An owner's own report of a theft reaches whoever reads the serial of a part on another item."""

from __future__ import annotations

import io

from ledger.domain.components import Seen
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services import hand_out_cards, import_items
from ledger.services.components_check import check_parts
from ledger.worker import run_jobs_once
from tests.support.world import GTIN, Card, World, person


def _found(world: World, serial: str, read: str) -> str:
    seen = [Seen("movement", read)]
    return check_parts(world.ledger, world.caller("luxcheck"), GTIN, serial, seen).answers[0].found.value


def test_what_an_owner_reports_stolen_lost_and_found_again_is_told_of_its_parts(sqlite_world: World) -> None:
    world, brand = sqlite_world, sqlite_world.caller("maison")
    text = f"gtin;serial;model_ref;part.movement\n{GTIN};MINE;Watch;M-1\n{GTIN};YOURS;Watch;M-2\n"
    sent = import_items.upload(world.ledger, brand, "watches.csv", io.BytesIO(text.encode()))
    assert run_jobs_once(world.ledger)
    batch = import_items.confirm(world.ledger, brand, sent.id, on_sale_at_once=True)
    assert run_jobs_once(world.ledger)
    out = io.BytesIO()
    sha256 = hand_out_cards.write_cards(world.ledger, brand, batch.id, "csv", out)
    hand_out_cards.confirm_cards(world.ledger, brand, batch.id, sha256)
    world.settle()
    code = next(line.split(",") for line in out.getvalue().decode("utf-8-sig").splitlines() if "MINE" in line)
    header = out.getvalue().decode("utf-8-sig").splitlines()[0].split(",")
    with world.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, "MINE")[0].item
    card, owner = Card(GTIN, "MINE", dict(zip(header, code, strict=True))["claim_code"], item), person("owner")
    world.claim(card, owner)
    world.settle()
    told = [_found(world, "YOURS", "M-1")]
    for kind in (OwnerReportKind.STOLEN, OwnerReportKind.FOUND, OwnerReportKind.LOST, OwnerReportKind.FOUND):
        world.own(owner, Kind.OWNER_REPORT, card, kind=int(kind))
        told.append(_found(world, "YOURS", "M-1"))
        world.settle()
        told.append(_found(world, "YOURS", "M-1"))
    # Bad news counts as soon as it is signed, good news once the chain has it.
    assert told == ["foreign", "stolen", "stolen", "stolen", "foreign", "lost", "lost", "lost", "foreign"]
    assert _found(world, "MINE", "m 1") == "match"
