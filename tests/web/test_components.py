"""Parts with serials, at the pages: compared at the desk and in a sheet, replaced by a repairer, named to buyers."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator

import pytest

from ledger.domain.identity import path
from ledger.domain.inspections import Service
from ledger.domain.organisations import Role
from ledger.domain.people import StaffRole
from ledger.domain.statements import Kind
from ledger.services import components_check
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from tests.web.people import Member
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_inspecting import begin, commit, fill

_names = (f"PART-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("components")) as made:
        add_organisation(made.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
        made.follow()
        party = operator_as(made.ledger, "atelier").organisation.party
        sign_and_submit(made.ledger, made.brand, Kind.ACCREDIT, {"party": party})
        made.follow()
        yield made


@pytest.fixture
def watch(stage: Stage) -> str:
    """A fresh watch whose case, movement and buckle have serials."""
    name = next(_names)
    stage.register(
        [{"serial": name, "part.case": f"CS{name}", "Part movement": f"MV{name}", "part.buckle": f"BK{name}"}]
    )
    return name


def _signer(stage: Stage, slug: str, name: str, number: int) -> Member:
    made = Member(stage, slug, name, number, StaffRole.ADMIN)
    assert made.post("/console/signers", f"/console/signers/{made.person.id}/add").status_code == 303
    stage.follow()
    return made


@pytest.fixture(scope="module")
def inspector(stage: Stage) -> Member:
    return _signer(stage, "luxcheck", "M. Rossi", 4001)


@pytest.fixture(scope="module")
def repairer(stage: Stage) -> Member:
    return _signer(stage, "atelier", "P. Aiguille", 4002)


def compare(who: Member, code: str, **typed: str) -> str:
    answer = who.post(f"/console/parts?code={code}", "/console/parts", code=code, **typed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return html.unescape(answer.text)


def test_the_public_page_names_the_parts_and_no_serial(stage: Stage, watch: str) -> None:
    client = stage.app().test_client()
    page = html.unescape(client.get(path(GTIN, watch)).text)
    assert "registered with serials for: case, movement, buckle." in page
    told = client.get(f"/v1/items/{GTIN}/{watch}").get_json()
    assert told["record"]["parts"] == ["case", "movement", "buckle"]
    assert not any(name.startswith("part.") for name in told["record"]["fields"])
    for prefix in ("CS", "MV", "BK"):
        assert prefix + watch not in page + str(told)


def test_an_inspector_compares_and_what_was_typed_is_not_printed_again(inspector: Member, watch: str) -> None:
    page = compare(
        inspector, watch, **{"serial.case": f"cs {watch}", "serial.movement": "MV-0000", "other_name": "Buckle"},
        other_serial=f"bk{watch}",
    )  # fmt: skip
    assert page.count("Matches the record") == 2
    assert "Not this item’s part" in page
    assert f"cs {watch}" not in page
    assert "MV-0000" not in page


def test_a_form_with_a_mistake_repeats_no_serial(inspector: Member, watch: str) -> None:
    answer = inspector.post(f"/console/parts?code={watch}", "/console/parts", code=watch, **{"serial.case": "SECRÉT-1"})
    assert answer.status_code == 422
    assert "É" in answer.text
    assert "SECR" not in answer.text
    answer = inspector.post(f"/console/parts?code={watch}", "/console/parts", code=watch)
    assert answer.status_code == 422
    assert "Type at least one serial." in answer.text
    answer = inspector.post(f"/console/parts?code={watch}", "/console/parts", code=watch, other_serial="X-1")
    assert "Say which part this serial is on." in answer.text


def test_who_asks_too_often_is_told_when_to_come_back(
    inspector: Member, watch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components_check, "AN_ITEM", 1)
    compare(inspector, watch, **{"serial.case": "CS-1"})
    answer = inspector.post(f"/console/parts?code={watch}", "/console/parts", code=watch, **{"serial.case": "CS-2"})
    assert answer.status_code == 429
    assert "24 hours" in answer.text


def test_results_go_into_the_sheet_and_from_there_to_the_buyer(stage: Stage, inspector: Member, watch: str) -> None:
    id = begin(inspector, watch)
    page = f"/console/inspect/sheets/{id}/parts"
    assert page in inspector.get(f"/console/inspect/sheets/{id}/check").text
    answer = inspector.post(page, page, keep="1", **{"serial.case": f"CS{watch}", "serial.movement": "MV-0000"})
    assert answer.status_code == 200, answer.text
    answer = inspector.post(page, page, **{"serial.buckle": f"BK{watch}"})
    shown = html.unescape(answer.text.partition("In your sheet")[2].partition("</dl>")[0])
    assert re.findall(r"<dt>(\w+)</dt>", shown) == ["Case", "Movement"]
    fill(inspector, id)
    commit(inspector, id)
    done = inspector.post(f"/console/inspect/sheets/{id}", f"/console/inspect/sheets/{id}/sign")
    inspector.sign(done)
    stage.follow()
    seen = html.unescape(stage.app().test_client().get(path(GTIN, watch)).text)
    assert "Serials seen: case: matches the record; movement: not this item’s." in seen
    assert f"CS{watch}" not in seen


def test_results_can_be_taken_off_a_draft(inspector: Member, watch: str) -> None:
    id = begin(inspector, watch)
    page = f"/console/inspect/sheets/{id}/parts"
    inspector.post(page, page, keep="1", **{"serial.case": f"CS{watch}"})
    assert inspector.post(page, page + "/forget").status_code == 303
    assert "In your sheet" not in inspector.get(page).text


def test_a_repairer_signs_which_part_was_replaced_and_its_serial_stays_private(
    stage: Stage, repairer: Member, inspector: Member, watch: str
) -> None:
    form = {"what": str(int(Service.PART_REPLACED)), "words": "Worn out.", "part": "movement", "new_serial": "NEW-77"}
    answer = repairer.post(f"/console/service?code={watch}", "/console/service", code=watch, **form)
    asked = repairer.request_of(answer)
    assert bytes.fromhex(asked["messages"][0]["values"]["facts"][6:]).rstrip(b"\0") == b"movement"
    assert "NEW-77" not in str(asked)
    (words,) = asked["words"].values()
    assert re.fullmatch(r"0x[0-9a-f]{64}", words["body"]["sealed"])
    repairer.sign(answer)
    stage.follow()
    page = html.unescape(stage.app().test_client().get(path(GTIN, watch)).text)
    assert "Part replaced by Atelier: movement" in page
    assert "NEW-77" not in page
    found = compare(inspector, watch, **{"serial.movement": f"MV{watch}"})
    assert "Replaced: this is the part that was taken out" in found
    assert "Atelier took it out" in found
    assert "Atelier put it in" in compare(inspector, watch, **{"serial.movement": "new77"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"part": "", "new_serial": "NEW-1"}, "Say which part this serial is on."),
        ({"what": "1"}, "Choose “A part replaced” above."),
        ({"new_serial": "TOO-É"}, "no part’s serial may"),
    ],
)
def test_a_replacement_with_a_mistake_comes_back_without_its_serial(
    repairer: Member, watch: str, change: dict[str, str], told: str
) -> None:
    form = {"what": "2", "words": "Worn out.", "part": "movement", "new_serial": "NEW-1"} | change
    answer = repairer.post(f"/console/service?code={watch}", "/console/service", code=watch, **form)
    assert answer.status_code == 422, answer.text
    assert told in html.unescape(answer.text)
    assert form["new_serial"] not in answer.text


def test_a_page_for_comparing_is_offered_to_those_who_may(
    stage: Stage, inspector: Member, repairer: Member, watch: str
) -> None:
    for who in (inspector, repairer):
        assert 'href="/console/parts"' in who.get("/console/").text
        assert "movement" in who.get(f"/console/parts?code={watch}").text
    assert "no record" in inspector.get("/console/parts?code=NOBODY-9").text
