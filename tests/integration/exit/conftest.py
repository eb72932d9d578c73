"""A world with a history, the kits that were made of it, and then nothing else of it: no database, files or node."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from ledger.cli import root
from ledger.domain.lines import LineText
from ledger.domain.people import Person as Account
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import record_inspection as records
from ledger.services.amend_item import amend
from ledger.services.keep_line import keep_line
from ledger.services.line_photos import add_photo
from ledger.services.make_passport import make_passport
from ledger.services.publish_trust import trust_list
from ledger.services.scan_item import scan_item
from ledger.services.set_mark import mark_item
from ledger.services.store_evidence import store_evidence
from tests.integration.story.test_custody_story import ADA, BEN, CEM
from tests.integration.story.test_party_story import GOOD
from tests.support.world import GTIN, World, copied_world

EMAIL = "someone.who.left@example.org"
REPORT = "Stitching and stamp are as they should be."
PRIVATE = "a private note of the brand"


@dataclass(frozen=True, slots=True)
class Left:
    """All that is left of an operator: what others had kept, and two kits."""

    open_kit: Path
    """A tar without the sealed part."""
    whole_kit: Path
    """A folder with it."""
    passphrase: str
    trust: bytes
    passports: dict[str, bytes]
    verdicts: dict[tuple[str, str], dict[str, Any]]
    evidence: list[str]
    folder: Path
    gone: Path
    """Where the operator's data was."""


def shell(data: Path, *line: str, code: int = 0, **environment: str) -> Result:
    """`touchmark` on a data folder; it has to end with `code`."""
    result = CliRunner(env=environment).invoke(root, ["--data", str(data), *line], catch_exceptions=False)
    assert result.exit_code == code, f"{line}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
    return result


def seen(world_ledger: Any, gtin: str, serial: str) -> dict[str, Any]:
    """What a scan says, in full, but for when a node was last heard of."""
    scan = scan_item(world_ledger, gtin, serial)
    got = scan.standing
    return {
        "key": got.key,
        "tick": got.tick,
        "headline": str(got.headline),
        "sentences": [str(one) for one in got.sentences],
        "next": str(got.next_step),
        "lines": [(str(one.key), str(one.headline), str(one.words)) for one in got.lines],
        "fields": dict(scan.public_fields or {}),
        "earlier": [dict(one) for one in scan.earlier_fields],
        "head": scan.head,
        "on_sale": scan.on_sale_at,
        "timeline": [(one.at, one.name, one.block, one.final) for one in scan.timeline],
        "records": [
            (one.kind, one.by, one.on, one.report, tuple(one.evidence), one.operator_signed, one.undone)
            for one in scan.records
        ],
        "brand": None if scan.facts.brand is None else scan.facts.brand.name,
        "as_of": scan.facts.as_of,
    }


def _photo(colour: str) -> io.BytesIO:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(picture, "JPEG")
    picture.seek(0)
    return picture


def _live(world: World) -> tuple[dict[str, bytes], list[str]]:
    """A history with something of everything; the passports that were taken along the way, and the shown evidence."""
    ledger, cards = world.ledger, world.cards()
    taken, maison, luxcheck = {}, world.caller("maison"), world.caller("luxcheck")
    with ledger.store.write() as tx:
        tx.people.add(Account("per_left", ledger.now(), EMAIL))
    world.claim(cards[0], ADA)
    world.settle()
    taken["early"] = make_passport(ledger, cards[0].gtin, cards[0].serial)
    offer = world.offer(cards[0], ADA, BEN.address)
    world.accept(offer, BEN)
    world.settle()
    world.own(BEN, Kind.OWNER_REPORT, cards[0], kind=int(OwnerReportKind.STOLEN))
    shown = store_evidence(ledger, luxcheck, _photo("grey"))
    store_evidence(ledger, luxcheck, _photo("red"))  # cited by nobody
    found = records.inspection(cards[1].gtin, cards[1].serial, GOOD, {"basis": REPORT}, [shown.sha256])
    records.record(ledger, luxcheck, found)
    words = {"reason": "The clasp may open.", "advice": "Bring it back.", "contact": "the desk"}
    mark_item(ledger, maison, MarkKind.RECALL, cards[2].gtin, cards[2].serial, words)
    with ledger.store.read() as tx:
        fields = dict(tx.batches.find(cards[3].gtin, cards[3].serial)[0].fields)
    new = fields | {"colour": "blue", "private_note": PRIVATE}
    amend(ledger, maison, cards[3].gtin, cards[3].serial, new, ["private_note"])
    world.claim(cards[4], ADA)
    world.settle()
    world.offer(cards[4], ADA, CEM.address)
    keep_line(ledger, maison, GTIN, LineText("Sac"))
    add_photo(ledger, maison, GTIN, _photo("blue"))
    world.register("maison", [f"{GTIN};;Petit {n};red" for n in range(3)])
    world.settle()
    taken["stolen"] = make_passport(ledger, cards[0].gtin, cards[0].serial)
    taken["untouched"] = make_passport(ledger, cards[5].gtin, cards[5].serial)
    taken["inspected"] = make_passport(ledger, cards[1].gtin, cards[1].serial)
    return taken, [shown.sha256]


@pytest.fixture(scope="module")
def left(sources: Callable[[str], tuple[Path, str | None]], tmp_path_factory: pytest.TempPathFactory) -> Left:
    """The kits of an operator who is gone."""
    folder, (source, _) = tmp_path_factory.mktemp("exit"), sources("sqlite")
    kits = folder / "elsewhere"
    kits.mkdir()
    with copied_world(source, folder / "operator", None) as world:
        taken, evidence = _live(world)
        ledger, data = world.ledger, world.settings.data
        with ledger.store.read() as tx:
            names = [(batch.id, organisation.id) for organisation in tx.organisations.all()
                     for batch in tx.batches.page(organisation.id, None, 10)]  # fmt: skip
            items = [item for batch, _ in names for item in tx.batches.items_page(batch, -1, 100)]
        for name, more in (("kit.tar", []), ("kit", ["--with-private"])):
            shell(data, "export", str(kits / name), *more, TOUCHMARK_NODE_URL=world.node.url)
        verdicts = {(one.gtin, one.serial): seen(ledger, one.gtin, one.serial) for one in items}
        passphrase = (data / "secrets" / "passphrase").read_text()
        kept = trust_list(ledger)
        world.close()
        world.node.stop()
        shutil.rmtree(data)
    return Left(kits / "kit.tar", kits / "kit", passphrase, kept, taken, verdicts, evidence, folder, data)


@pytest.fixture
def about(left: Left) -> dict[str, Any]:
    """What the kit says of itself."""
    return dict(json.loads((left.whole_kit / "kit.json").read_bytes()))
