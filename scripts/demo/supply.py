"""From the brand's files to items on sale: dry run, confirmed, cards put away, registered, partly on sale."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any, Final

from api import Api, StoryStopped
from make_files import BAGS, MISTAKES, SCARVES, WATCHES
from plot import BAG, BRAND, ON_SALE, SCARF, WATCH
from private_files import write_private

HERE: Final = Path(__file__).resolve().parent
FILES: Final = {
    BAG: (BAGS, "Sac Lune 25, spring 2025"),
    WATCH: (WATCHES, "Heure Bleue 36"),
    SCARF: (SCARVES, "Carré Marée 90"),
}
_TYPES: Final = {".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def send_files(api: Api) -> dict[str, Any]:
    """Send all four files and wait for their dry runs; the one with mistakes goes no further."""
    names = {**{line: name for line, (name, _) in FILES.items()}, "mistakes": MISTAKES}
    sent = {line: _send(api, line, name) for line, name in names.items()}
    checked = {line: api.until(f"the dry run of {names[line]}", _checked, api, id) for line, id in sent.items()}
    for line in FILES:
        if checked[line]["faulty"]:
            raise StoryStopped(f"{names[line]}: {checked[line]['faulty']} rows need mending.")
    bad = checked["mistakes"]
    faults = list(api.pages(f"/v1/imports/{bad['id']}/faults", BRAND))
    kept = [{name: fault[name] for name in ("row", "column", "what", "mend")} for fault in faults]
    return {"imports": sent, "mistakes": {"ready": bad["ready"], "faulty": bad["faulty"], "faults": kept}}


def make_batches(api: Api, imports: dict[str, str]) -> dict[str, str]:
    """Confirm the three good files; the batches, once they are made."""
    made = {}
    for line, (_, name) in FILES.items():
        body = {"name": name, "on_sale_at_once": line == SCARF}
        made[line] = api.post(f"confirm-{line}", f"/v1/imports/{imports[line]}/confirm", body, BRAND)["id"]
    for line, id in made.items():
        api.until(f"the making of {line}", _made, api, id)
    return made


def put_cards_away(api: Api, batches: dict[str, str], folder: Path) -> dict[str, dict[str, str]]:
    """Download every batch's claim cards, keep the file, confirm it by its SHA-256, which registers the batch.

    What is left is the claim code of every serial: {line: {serial: code}}.
    """
    codes = {}
    for line, id in batches.items():
        file = folder / f"demo-cards-{line}.csv"
        if not file.exists():
            write_private(file, api.fetch(f"/v1/batches/{id}/cards?format=csv", BRAND))
        confirmed = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        api.post(f"cards-{line}", f"/v1/batches/{id}/cards/confirm", confirmed, BRAND)
        rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
        codes[line] = {row["serial"]: row["claim_code"] for row in rows}
    return codes


def items(api: Api, batches: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Every line's items, in the order of its file."""
    return {line: list(api.pages(f"/v1/batches/{id}/items?limit=1000", BRAND)) for line, id in batches.items()}


def put_on_sale(api: Api, lines: dict[str, list[dict[str, Any]]]) -> None:
    """Put the first of each line on sale; the rest wait in the stock room."""
    for line in (BAG, WATCH):
        chosen = [{"gtin": one["gtin"], "serial": one["serial"]} for one in lines[line][: ON_SALE[line]]]
        api.post(f"on-sale-{line}", "/v1/activations", {"items": chosen}, BRAND)


def wait_until_registered(api: Api, batches: dict[str, str]) -> None:
    """Wait until the ledger has accepted the three registrations."""
    for line, id in batches.items():
        api.until(f"the registration of {line}", _registered, api, id)


def _send(api: Api, line: str, name: str) -> str:
    content, media_type = (HERE / name).read_bytes(), _TYPES[Path(name).suffix]
    id: str = api.send_file(f"file-{line}", f"/v1/imports?filename={name}", content, media_type, BRAND)["id"]
    return id


def _checked(api: Api, id: str) -> Any:
    found = api.get(f"/v1/imports/{id}", BRAND)
    if found["state"] == "unreadable":
        raise StoryStopped(f"{found['filename']}: {found['problem']}")
    return None if found["state"] == "checking" else found


def _made(api: Api, id: str) -> bool:
    found = api.get(f"/v1/batches/{id}", BRAND)
    if found["state"] == "failed":
        raise StoryStopped(f"{found['name']}: {found['work']['problem']}")
    return bool(found["state"] != "preparing")


def _registered(api: Api, id: str) -> bool:
    return api.get(f"/v1/batches/{id}", BRAND)["state"] in ("accepted", "final")
