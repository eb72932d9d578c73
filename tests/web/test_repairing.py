"""A repairer's page: what was done, signed by whoever did it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ledger.domain.identity import path
from ledger.domain.inspections import Service
from ledger.domain.organisations import Role
from ledger.domain.people import StaffRole
from ledger.domain.statements import Kind, RecordKind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from tests.web.people import Member
from tests.web.stage import GTIN, Stage, staged

DONE = {"what": "1", "words": "New lining, same leather.", "parts": "Lining 12", "warranty": "Two years"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("repairing")) as made:
        made.register([{"serial": "KNOWN"}, {"serial": "OTHER"}])
        yield made


@pytest.fixture(scope="module")
def repairer(stage: Stage) -> Member:
    add_organisation(stage.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
    stage.follow()
    party = operator_as(stage.ledger, "atelier").organisation.party
    sign_and_submit(stage.ledger, stage.brand, Kind.ACCREDIT, {"party": party})
    made = Member(stage, "atelier", "P. Aiguille", 77, StaffRole.ADMIN)
    assert made.post("/console/signers", f"/console/signers/{made.person.id}/add").status_code == 303
    stage.follow()
    return made


def test_a_service_is_signed_by_whoever_did_it_and_shown_to_later_owners(stage: Stage, repairer: Member) -> None:
    page = "/console/service?code=KNOWN"
    assert "Sac Lune 25" in repairer.get(page).text
    answer = repairer.post(page, "/console/service", code="KNOWN", **DONE)
    asked = repairer.request_of(answer)
    assert asked["signer"] == repairer.key.address
    values = asked["messages"][0]["values"]
    assert (values["kind"], int(values["facts"][4:6], 16)) == (int(RecordKind.SERVICE), int(Service.REPAIR))
    repairer.sign(answer)
    stage.follow()
    assert "Repaired by Atelier" in repairer.get(path(GTIN, "KNOWN")).text
    assert "Service" in repairer.get("/console/records").text


def test_a_service_can_be_taken_back_with_the_same_passkey(stage: Stage, repairer: Member) -> None:
    repairer.sign(repairer.post("/console/service?code=OTHER", "/console/service", code="OTHER", **DONE))
    stage.follow()
    link = re.search(r'href="([^"]+/withdraw)"', repairer.get("/console/records").text)
    assert link
    repairer.sign(repairer.post(link.group(1), link.group(1), why="2", words="It was another bag."))
    stage.follow()
    assert "took back what it had recorded" in repairer.get(path(GTIN, "OTHER")).text


@pytest.mark.parametrize(
    ("change", "told"),
    [({"what": ""}, "Choose what was done."), ({"words": " "}, "Say what was done."), ({"parts": "x" * 201}, "longer")],
)
def test_a_form_with_a_mistake_comes_back_as_it_was_filled_in(
    repairer: Member, change: dict[str, str], told: str
) -> None:
    answer = repairer.post("/console/service?code=KNOWN", "/console/service", code="KNOWN", **DONE | change)
    assert answer.status_code == 422
    assert told in answer.text
    assert "Two years" in answer.text


def test_an_item_that_is_not_here_is_asked_for_again(repairer: Member) -> None:
    assert "no record" in repairer.get("/console/service?code=NOBODY-9").text
    assert repairer.post("/console/service", "/console/service", code="NOBODY-9", **DONE).status_code == 404


def test_an_inspector_has_no_repairers_page(stage: Stage) -> None:
    inspector = Member(stage, "luxcheck", "M. Rossi", 78, StaffRole.INSPECTOR)
    assert inspector.get("/console/service").status_code == 403
    assert "/console/service" not in inspector.get("/console/").text
