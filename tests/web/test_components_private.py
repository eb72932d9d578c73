"""Every address that speaks of an item is asked, by everybody: none holds the serial of a part."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from ledger.chain import signing
from ledger.domain.components import Seen, meant
from ledger.domain.organisations import Role
from ledger.domain.people import StaffRole
from ledger.domain.statements import Kind
from ledger.proof.trust import Trust
from ledger.proof.verify import Tools, verify
from ledger.services.components_check import check_parts
from ledger.services.components_replace import replacement
from ledger.services.kept_keys import sign_and_submit
from ledger.services.make_passport import make_passport
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.publish_trust import trusted_ledger
from ledger.services.record_inspection import record
from tests.web.people import Member
from tests.web.stage import GTIN, Stage, staged
from web.limits import Pace

SERIAL = "WATCH"
SECRETS = ("CASE-7781", "MOVE-7782", "BUCKLE-7783", "FITTED-7784", "TYPED-7785")
_JWT = re.compile(rb"[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]{20,})+")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("private")) as made:
        add_organisation(made.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
        made.follow()
        atelier = operator_as(made.ledger, "atelier")
        sign_and_submit(made.ledger, made.brand, Kind.ACCREDIT, {"party": atelier.organisation.party})
        case, movement, buckle, fitted, typed = SECRETS
        made.register(
            [{"serial": SERIAL, "part.case": case, "part.movement": movement, "part.buckle": buckle}], on_sale=True
        )
        new = Seen("movement", fitted)
        record(made.ledger, atelier, replacement(made.ledger, atelier, GTIN, SERIAL, new, {"basis": "Worn."}))
        made.follow()
        check_parts(made.ledger, made.inspector, GTIN, SERIAL, [Seen("case", typed)])
        yield made


def _addresses(app: Flask, item: int) -> Iterator[str]:
    """Every address to be read of which an item's names are the only unknown parts."""
    known = {"gtin": GTIN, "serial": SERIAL, "item": str(item), "name": f"{item:064x}", "_rest": f"{GTIN}/21/{SERIAL}"}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments and known.keys() >= rule.arguments:
            parts = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: known[found[1]], rule.rule)
            yield parts
    yield from (
        f"/01/{GTIN}/21/{SERIAL}?format=json",
        f"/console/parts?code={SERIAL}",
        f"/console/service?code={SERIAL}",
    )


def _held(body: bytes) -> list[str]:
    """Which of the secrets an answer holds, in plain or in a token's parts."""
    texts = [body]
    for token in _JWT.findall(body):
        texts += [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in token.split(b".")]
    return [one for one in SECRETS for text in texts if one.encode() in text or meant(one).encode() in text]


def test_no_page_no_answer_and_no_log_holds_a_serial(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = stage.app(pace=Pace(*[1_000_000] * 6))
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, SERIAL)[0].item
    members = [
        Member(stage, "luxcheck", "M. Rossi", 8001, StaffRole.ADMIN),
        Member(stage, "atelier", "P. Aiguille", 8002, StaffRole.ADMIN),
    ]
    keys = [{}, *({"Authorization": f"Bearer {stage.key(slug)}"} for slug in ("luxcheck", "atelier", "bazar"))]
    addresses, answered = list(_addresses(app, item)), 0
    assert f"/v1/items/{GTIN}/{SERIAL}/passport" in addresses
    for address in addresses:
        answers = [app.test_client().get(address, headers=headers, buffered=True) for headers in keys]
        answers += [member.get(address) for member in members]
        for answer in answers:
            answered += answer.status_code == 200
            assert _held(answer.get_data()) == [], address
            assert _held(json.dumps(dict(answer.headers)).encode()) == [], address
    assert answered > 20
    assert _held(caplog.text.encode()) == []


def test_the_brand_reads_its_own_serials_and_can_show_one_with_its_proof(stage: Stage) -> None:
    hidden = make_passport(stage.ledger, GTIN, SERIAL)
    shown = make_passport(stage.ledger, GTIN, SERIAL, {"model_ref", "part.case", "part.buckle"}, stage.brand)
    assert _held(hidden) == []
    assert sorted(_held(shown)) == ["BUCKLE-7783", "CASE-7781"]
    with stage.ledger.store.read() as tx:
        trust = Trust(format="touchmark-trust/1", ledgers=[trusted_ledger(stage.ledger, tx)])
    for passport in (hidden, shown):
        report = verify(passport, trust, Tools(signing.keccak, signing.signer_of))
        assert (report.exit_code, report.level) == (0, 2), report
