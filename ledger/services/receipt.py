"""An owner's receipt: what the record says of their item, and what their address is made of.

The blind in it is theirs alone: with their passkey or the paper backup it proves that the address is theirs, even
where this site is gone. It is not shown to anybody else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ledger.domain.gtins import Gtin
from ledger.domain.identity import path
from ledger.files.receipt_pdf import Receipt, write_receipt
from ledger.services.errands import item_block
from ledger.services.my_items import Owned
from ledger.services.ports import Ledger


def receipt_json(ledger: Ledger, owned: Owned) -> dict[str, Any]:
    """The receipt as a program reads it."""
    mine, now = owned.mine, ledger.now()
    holding = mine.holding
    with ledger.store.read() as tx:
        deployed = tx.meta.get("deployment") or {}
        passkey = tx.people.passkey(holding.passkey) if holding.passkey else None
        shown = item_block(tx, mine.subject)
        answers = tx.tags.at_handovers(holding.item)
    handed = [one for one in mine.scan.timeline if one.name == "HandedOver" and one.args["newOwner"] == holding.address]
    tapped = next((answers[one.args["offer"]] for one in reversed(handed) if one.args["offer"] in answers), None)
    return {
        "type": "touchmark/receipt/1",
        "issued_at": datetime.fromtimestamp(now, UTC).isoformat(),
        "item": shown | {"id": f"0x{holding.item:064x}"},
        "part": str(mine.part),
        "owner": {
            "address": holding.address,
            "blind": "0x" + holding.blind.hex() if holding.blind else None,
            "x": "0x" + passkey.x.hex() if passkey else None,
            "y": "0x" + passkey.y.hex() if passkey else None,
            "since": mine.subject.state.owner_since if mine.subject.state else None,
            "tag_answered_at": tapped,
        },
        "ledger": {"chain_id": deployed.get("chain_id"), "contract": deployed.get("contract")},
        "verdict": str(mine.scan.standing.key),
        "as_of": mine.scan.standing.as_of.block if mine.scan.standing.as_of else None,
    }


def receipt_pdf(ledger: Ledger, owned: Owned) -> bytes:
    """The receipt to print and keep with the papers."""
    made = receipt_json(ledger, owned)
    item, owner, chain = made["item"], made["owner"], made["ledger"]
    since = owner["since"]
    return write_receipt(
        Receipt(
            title=f"{item['maker']}: {item['name']}",
            item=(
                ("GTIN", item["gtin"]),
                ("Serial", item["serial"]),
                ("Description", item["detail"] or "–"),
                ("Owner since", _day(since) if since else "not final yet"),
                *(
                    [("The tag answered at the handover", _day(owner["tag_answered_at"]))]
                    if owner["tag_answered_at"]
                    else []
                ),
            ),
            secret=(
                ("Owner’s address", owner["address"]),
                ("Blind", owner["blind"] or "–"),
                ("Passkey, x", owner["x"] or "–"),
                ("Passkey, y", owner["y"] or "–"),
                ("Chain", str(chain["chain_id"])),
                ("Contract", str(chain["contract"])),
            ),
            issued=_day(ledger.now()),
            link=ledger.public_url + path(Gtin(item["gtin"]), item["serial"]),
        )
    )


def _day(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B %Y}"
