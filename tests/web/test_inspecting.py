"""Inspectors at their desk: blind sheets, second looks, and records that only their own passkeys sign."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from ledger.domain.checklists import standard
from ledger.domain.errors import Forbidden
from ledger.domain.identity import path
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.people import StaffRole
from ledger.domain.sheets import Sheet
from ledger.domain.statements import Kind, RecordKind
from ledger.services.inspect_settings import set_people_only
from ledger.services.kept_keys import sign_and_submit
from ledger.services.record_inspection import inspection, record
from ledger.storage.tables_sheets import sheets
from tests.web.people import Member
from tests.web.stage import GTIN, Stage, on_each_database

BAG = standard()[0]
_numbers = count(1001)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("inspecting")) as made:
        yield made


@pytest.fixture(scope="module")
def team(stage: Stage) -> list[Member]:
    """An admin who inspects too, and two inspectors; all their keys speak for the house."""
    roles = [(StaffRole.ADMIN,), (StaffRole.INSPECTOR,), (StaffRole.INSPECTOR,)]
    made = [
        Member(stage, "luxcheck", name, next(_numbers), *role)
        for name, role in zip(("M. Rossi", "A. Blanc", "C. Wei"), roles, strict=True)
    ]
    for one in made:
        answer = made[0].post("/console/signers", f"/console/signers/{one.person.id}/add")
        assert answer.status_code == 303, answer.text
        stage.follow()
    return made


_serials = (f"BAG-{n}" for n in count())


@pytest.fixture
def serial(stage: Stage) -> str:
    """A fresh item on the chain."""
    name = next(_serials)
    stage.register([{"serial": name}])
    return name


def photo(colour: str = "grey") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


def send_photo(who: Member, id: str, of: str, content: bytes | None = None, sha256: str | None = None) -> Any:
    content = photo() if content is None else content
    named = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    page = f"/console/inspect/sheets/{id}/photos"
    return who.post(
        page, f"/console/inspect/sheets/{id}/photo", of=of, sha256=named, photo=(io.BytesIO(content), "a.jpg")
    )


def begin(who: Member, code: str, **more: str) -> str:
    """A sheet's id."""
    given = {"code": code, "checklist": "bag", "purpose": "resale", "method": "1"} | more
    answer = who.post(f"/console/inspect?code={code}", "/console/inspect/sheets", **given)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[-2]


def fill(who: Member, id: str, result: Authenticity = Authenticity.CONSISTENT, basis: str = "The stamp.") -> None:
    """Everything that a sheet needs."""
    step = f"/console/inspect/sheets/{id}/"
    answers = {f"answer.{point.id}": "pass" for point in BAG.points}
    assert who.post(step + "check", step + "check", **answers).status_code == 303
    assert send_photo(who, id, "front").status_code == 303
    skipped = [shot.id for shot in BAG.shots if shot.id != "front"]
    assert who.post(step + "photos", step + "photos", skipped=skipped, show_photos="1").status_code == 303
    said = {"authenticity": str(int(result)), "basis": basis, "condition": "B", "why": "photos"}
    assert who.post(step + "result", step + "result", **said).status_code == 303


def commit(who: Member, id: str) -> None:
    answer = who.post(f"/console/inspect/sheets/{id}/review", f"/console/inspect/sheets/{id}/commit")
    assert answer.status_code == 303, answer.text


def opinion(who: Member, code: str, result: Authenticity = Authenticity.CONSISTENT, **more: str) -> str:
    """A committed sheet's id."""
    id = begin(who, code, **more)
    fill(who, id, result)
    commit(who, id)
    return id


def join(who: Member, case: str, result: Authenticity) -> str:
    """Somebody else's committed sheet in a case."""
    answer = who.post("/console/inspect", f"/console/inspect/cases/{case}/look")
    assert answer.status_code == 303, answer.text
    id = answer.headers["Location"].split("/")[-2]
    step = f"/console/inspect/sheets/{id}/item"
    who.post(step, step, purpose="resale", method="1")
    fill(who, id, result)
    commit(who, id)
    return id


def sheet_of(stage: Stage, id: str) -> Sheet:
    with stage.ledger.store.read() as tx:
        found: Sheet | None = tx.sheets.get(id)
    assert found is not None
    return found


def sign(who: Member, id: str) -> Any:
    return who.post(f"/console/inspect/sheets/{id}", f"/console/inspect/sheets/{id}/sign")


def records(stage: Stage) -> int:
    with stage.ledger.store.read() as tx:
        found = tx.outbox.page(stage.inspector.organisation.id, None, 500)
    return sum(one.statement.kind is Kind.RECORD for one in found)


# --- One inspector --------------------------------------------------------------------------------------------


def test_what_was_committed_is_signed_by_its_inspectors_own_passkey(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id = opinion(team[0], serial)
    answer = sign(team[0], id)
    asked = team[0].request_of(answer)
    assert asked["signer"] == team[0].key.address
    facts = InspectionFacts.unpack(bytes.fromhex(asked["messages"][0]["values"]["facts"][2:]))
    assert (facts.authenticity, facts.persons, facts.points) == (Authenticity.CONSISTENT, 1, len(BAG.points))
    (told,) = asked["words"].values()
    kept = sheet_of(stage, id)
    assert kept.commitment is not None
    assert told["body"]["text"]["commitments"] == ["0x" + kept.commitment.hex()]
    team[0].sign(answer)
    stage.follow()
    assert "Final" in team[0].get(f"/console/inspect/sheets/{id}").text
    page = team[0].get(path(GTIN, serial)).text
    assert "The stamp." in page
    assert "/evidence/" in page


def test_nobody_elses_signature_counts_and_nothing_is_marked_signed(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id = opinion(team[1], serial)
    asked = team[1].request_of(sign(team[1], id))
    before = records(stage)
    answer = team[1].hand_in(asked, team[2].signature(asked))
    assert answer.status_code in (409, 422, 400, 403), answer.text
    assert sheet_of(stage, id).state == "committed"
    assert records(stage) == before


def test_an_opinion_changed_behind_its_inspectors_back_is_not_signed(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id = opinion(team[1], serial)
    kept = sheet_of(stage, id)
    with stage.ledger.store.write() as tx:
        from ledger.domain.sheets import told_to_json

        changed = {**told_to_json(kept.told), "basis": "Bought by the operator."}
        tx.connection.execute(update(sheets).where(sheets.c.id == id).values(told=changed))  # type: ignore[attr-defined]
    answer = sign(team[1], id)
    assert answer.status_code == 409
    assert "not what was committed" in answer.text


def test_a_committed_sheet_is_never_changed(stage: Stage, team: list[Member], serial: str) -> None:
    id = opinion(team[1], serial)
    before = sheet_of(stage, id)
    address = f"/console/inspect/sheets/{id}/result"
    assert team[1].post("/console/inspect", address, authenticity="2", basis="No.").status_code == 409
    assert send_photo_plainly(team[1], id).status_code == 409
    assert sheet_of(stage, id) == before


def send_photo_plainly(who: Member, id: str) -> Any:
    content = photo("red")
    return who.post(
        "/console/inspect", f"/console/inspect/sheets/{id}/photo", of="front", photo=(io.BytesIO(content), "a.jpg")
    )


def test_signing_twice_signs_once(stage: Stage, team: list[Member], serial: str) -> None:
    id = opinion(team[1], serial)
    first, second = (team[1].request_of(sign(team[1], id)) for _ in range(2))
    before = records(stage)
    assert team[1].hand_in(first, team[1].signature(first)).status_code == 200
    assert team[1].hand_in(first, team[1].signature(first)).status_code == 200
    assert team[1].hand_in(second, team[1].signature(second)).status_code == 409
    assert sign(team[1], id).status_code == 409
    assert records(stage) == before + 1


def test_an_unfinished_sheet_is_told_what_misses_and_stays_a_draft(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id = begin(team[1], serial)
    review = f"/console/inspect/sheets/{id}/review"
    page = team[1].get(review).text
    assert "Point 1 has no answer yet." in page
    assert "Commit my opinion" not in page
    assert team[1].post(review, f"/console/inspect/sheets/{id}/commit").status_code == 422
    assert sheet_of(stage, id).state == "draft"


def test_a_sheet_closed_half_way_is_found_again_as_it_was(team: list[Member], serial: str) -> None:
    id = begin(team[1], serial)
    step = f"/console/inspect/sheets/{id}/check"
    team[1].post(step, step, **{"answer.zip": "concern", "note.zip": "stiff"})
    page = team[1].get(step).text
    assert re.search(r'name="answer.zip" value="concern" checked', page)
    assert 'value="stiff"' in page
    assert "1 of 12 points" in team[1].get("/console/inspect").text


def test_a_step_kept_by_the_pages_script_answers_with_how_far_it_is(team: list[Member], serial: str) -> None:
    id = begin(team[1], serial)
    step = f"/console/inspect/sheets/{id}/check"
    data = {"csrf_token": team[1].token(step), "answer.zip": "pass"}
    answer = team[1].client.post(step, data=data, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert (answer.json["done"], answer.json["count"]) == (1, len(BAG.points))


# --- Blindness ------------------------------------------------------------------------------------------------


def test_earlier_opinions_are_hidden_until_ones_own_is_committed(stage: Stage, team: list[Member], serial: str) -> None:
    facts = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
    record(stage.ledger, stage.inspector, inspection(GTIN, serial, facts, {"basis": "Glue where a seam belongs."}))
    stage.follow()
    assert "Glue" not in team[1].get(f"/console/inspect?code={serial}").text
    id = begin(team[1], serial)
    fill(team[1], id)
    for step in ("item", "check", "photos", "result", "review"):
        page = team[1].get(f"/console/inspect/sheets/{id}/{step}").text
        assert "Glue" not in page
        assert "Not genuine" not in page or step == "result"
    commit(team[1], id)
    assert "Glue where a seam belongs." in team[1].get(f"/console/inspect/sheets/{id}").text


def test_a_draft_is_its_inspectors_alone(team: list[Member], serial: str) -> None:
    id = begin(team[1], serial)
    for step in ("item", "check", "photos", "result", "review"):
        assert team[2].get(f"/console/inspect/sheets/{id}/{step}").status_code == 404
    assert team[2].get(f"/console/inspect/sheets/{id}").status_code == 404
    for act in ("check", "commit", "drop", "sign", "again", "photo/remove"):
        assert team[2].post("/console/inspect", f"/console/inspect/sheets/{id}/{act}").status_code == 404
    assert team[0].get(f"/console/inspect/sheets/{id}/check").status_code == 404


def test_another_house_sees_nothing_of_a_sheet_or_a_case(stage: Stage, team: list[Member], serial: str) -> None:
    from ledger.domain.organisations import Role
    from ledger.services.organisations import add_organisation

    slug = f"other{next(_numbers)}"
    add_organisation(stage.ledger, slug=slug, name="Other", role=Role.AUTHENTICATOR, domain=f"{slug}.example")
    stranger = Member(stage, slug, "S. Tranger", next(_numbers), StaffRole.ADMIN)
    id = opinion(team[1], serial, high_value="1")
    assert stranger.get(f"/console/inspect/sheets/{id}").status_code == 404
    assert stranger.post("/console/inspect", f"/console/inspect/cases/{id}/look").status_code == 404
    assert serial not in stranger.get("/console/inspect").text


# --- Second looks ---------------------------------------------------------------------------------------------


def test_not_genuine_is_signed_only_when_a_second_person_agrees(stage: Stage, team: list[Member], serial: str) -> None:
    first = opinion(team[1], serial, Authenticity.NOT_GENUINE)
    assert sign(team[1], first).status_code == 409
    assert serial not in team[1].get("/console/inspect").text.split("My sheets")[0]
    assert serial in team[2].get("/console/inspect").text.split("My sheets")[0]
    second = join(team[2], first, Authenticity.NOT_GENUINE)
    asked = team[2].request_of(sign(team[2], second))
    facts = InspectionFacts.unpack(bytes.fromhex(asked["messages"][0]["values"]["facts"][2:]))
    assert (facts.authenticity, facts.persons) == (Authenticity.NOT_GENUINE, 2)
    (told,) = asked["words"].values()
    assert len(told["body"]["text"]["commitments"]) == 2
    assert team[2].hand_in(asked, team[2].signature(asked)).status_code == 200
    assert sign(team[1], first).status_code == 409
    stage.follow()
    assert {sheet_of(stage, one).state for one in (first, second)} == {"signed"}


def test_nobody_is_their_own_second_person(team: list[Member], serial: str) -> None:
    id = opinion(team[1], serial, high_value="1")
    assert team[1].post("/console/inspect", f"/console/inspect/cases/{id}/look").status_code == 403


def test_the_second_person_does_not_see_the_first_opinion(team: list[Member], serial: str) -> None:
    first = opinion(team[1], serial, Authenticity.NOT_GENUINE)
    answer = team[2].post("/console/inspect", f"/console/inspect/cases/{first}/look")
    id = answer.headers["Location"].split("/")[-2]
    for step in ("item", "check", "photos", "review"):
        page = team[2].get(f"/console/inspect/sheets/{id}/{step}").text
        assert "Not genuine" not in page
        assert "The stamp." not in page
    assert team[2].get(f"/console/inspect/sheets/{first}").status_code == 404


def test_disagreement_opens_a_third_and_two_of_three_sign(stage: Stage, team: list[Member], serial: str) -> None:
    first = opinion(team[0], serial, Authenticity.NOT_GENUINE)
    second = join(team[1], first, Authenticity.CONSISTENT)
    assert "third person" in team[1].get(f"/console/inspect/sheets/{second}").text
    assert sign(team[1], second).status_code == 409
    third = join(team[2], first, Authenticity.CONSISTENT)
    assert sign(team[0], first).status_code == 409
    asked = team[1].request_of(sign(team[1], second))
    (told,) = asked["words"].values()
    assert told["body"]["text"]["dissent"] == "not_genuine"
    assert team[1].hand_in(asked, team[1].signature(asked)).status_code == 200
    assert [sheet_of(stage, one).state for one in (first, second, third)] == ["set_aside", "signed", "signed"]


def test_three_answers_sign_nothing(team: list[Member], serial: str) -> None:
    first = opinion(team[0], serial, Authenticity.NOT_GENUINE)
    second = join(team[1], first, Authenticity.CONSISTENT)
    third = join(team[2], first, Authenticity.INCONCLUSIVE)
    for who, id in zip(team, (first, second, third), strict=True):
        assert sign(who, id).status_code == 409
        assert "none is signed" in who.get(f"/console/inspect/sheets/{id}").text


def test_a_change_of_mind_is_a_new_sheet_and_the_old_one_stays(stage: Stage, team: list[Member], serial: str) -> None:
    id = opinion(team[1], serial)
    answer = team[1].post(f"/console/inspect/sheets/{id}", f"/console/inspect/sheets/{id}/again")
    new = answer.headers["Location"].split("/")[-2]
    assert new != id
    assert sheet_of(stage, id).state == "set_aside"
    assert sheet_of(stage, new).case == new
    assert sign(team[1], id).status_code == 409


# --- Photos ---------------------------------------------------------------------------------------------------


def test_a_photo_is_kept_byte_for_byte_under_the_hash_that_the_device_made(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id, content = begin(team[1], serial), photo("teal")
    assert send_photo(team[1], id, "front", content).status_code == 303
    assert send_photo(team[1], id, "front", content).status_code == 303
    (kept,) = sheet_of(stage, id).told.photos
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert team[1].get(f"/evidence/{kept.sha256}").data == content


def test_what_the_device_did_not_hash_is_not_kept(stage: Stage, team: list[Member], serial: str) -> None:
    id = begin(team[1], serial)
    assert send_photo(team[1], id, "front", photo(), "a" * 64).status_code == 409
    assert send_photo(team[1], id, "engine").status_code == 422
    assert sheet_of(stage, id).told.photos == ()


def test_a_photo_with_a_place_is_refused_from_a_device_and_cleaned_from_a_plain_form(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id, out, exif = begin(team[1], serial), io.BytesIO(), Image.Exif()
    exif[0x010F] = "A maker"
    Image.new("RGB", (64, 64)).save(out, "JPEG", exif=exif)
    assert send_photo(team[1], id, "front", out.getvalue()).status_code == 422
    page = f"/console/inspect/sheets/{id}/photos"
    plain = {"of": "front", "photo": (io.BytesIO(out.getvalue()), "a.jpg")}
    assert team[1].post(page, f"/console/inspect/sheets/{id}/photo", **plain).status_code == 303
    (kept,) = sheet_of(stage, id).told.photos
    assert b"A maker" not in team[1].get(f"/evidence/{kept.sha256}").data


def test_photos_that_buyers_may_not_see_are_not_in_the_record(stage: Stage, team: list[Member], serial: str) -> None:
    id = begin(team[1], serial)
    fill(team[1], id)
    step = f"/console/inspect/sheets/{id}/photos"
    skipped = [shot.id for shot in BAG.shots if shot.id != "front"]
    team[1].post(step, step, skipped=skipped)
    commit(team[1], id)
    asked = team[1].request_of(sign(team[1], id))
    (told,) = asked["words"].values()
    assert told["body"]["evidence"] == []
    assert sheet_of(stage, id).told.photos[0].sha256 not in str(asked)


# --- Whose keys -----------------------------------------------------------------------------------------------


def test_a_member_whose_key_was_not_added_is_told_what_to_do(stage: Stage, team: list[Member], serial: str) -> None:
    fresh = Member(stage, "luxcheck", "N. Eu", next(_numbers), StaffRole.INSPECTOR)
    id = opinion(fresh, serial)
    assert "does not speak for Lux Check yet" in fresh.get(f"/console/inspect/sheets/{id}").text
    assert sign(fresh, id).status_code == 409
    assert fresh.post("/console/signers", f"/console/signers/{fresh.person.id}/add").status_code == 403
    assert team[0].post("/console/signers", f"/console/signers/{fresh.person.id}/add").status_code == 303
    assert "moment ago" in sign(fresh, id).text
    stage.follow()
    fresh.sign(sign(fresh, id))


def test_a_member_who_left_meanwhile_signs_nothing(stage: Stage, team: list[Member], serial: str) -> None:
    gone = Member(stage, "luxcheck", "G. One", next(_numbers), StaffRole.INSPECTOR)
    team[0].post("/console/signers", f"/console/signers/{gone.person.id}/add")
    stage.follow()
    id = opinion(gone, serial)
    asked = gone.request_of(sign(gone, id))
    signature = gone.signature(asked)
    with stage.ledger.store.write() as tx:
        tx.people.remove_membership(gone.person.id, gone.organisation.id)
    assert gone.hand_in(asked, signature).status_code == 403
    assert sheet_of(stage, id).state == "committed"


def test_where_only_people_sign_the_kept_key_signs_no_record_whichever_way_it_is_asked(
    stage: Stage, team: list[Member], serial: str
) -> None:
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND)
    team[0].post("/console/signers", "/console/signers/only-people", people_only="1")
    try:
        with pytest.raises(Forbidden, match="Only people sign"):
            record(stage.ledger, stage.inspector, inspection(GTIN, serial, facts, {"basis": "Invented."}))
        given = {"gtin": GTIN, "serial": serial, "kind": int(RecordKind.INSPECTION), "facts": facts.pack()}
        with pytest.raises(Forbidden, match="Only people sign"):
            sign_and_submit(stage.ledger, stage.inspector, Kind.RECORD, given)
        team[1].sign(sign(team[1], opinion(team[1], serial)))
    finally:
        set_people_only(stage.ledger, stage.inspector, people_only=False)
    assert team[1].post("/console/signers", "/console/signers/only-people", people_only="1").status_code == 403


# --- Corrections, withdrawals, own lists ------------------------------------------------------------------------


def test_a_correction_is_a_new_sheet_about_the_old_record(stage: Stage, team: list[Member], serial: str) -> None:
    team[1].sign(sign(team[1], opinion(team[1], serial)))
    stage.follow()
    link = re.search(r'href="([^"]*about=(\d+)[^"]*)"[^>]*>Correct', team[1].get("/console/records").text)
    assert link
    id = opinion(team[1], serial, Authenticity.INCONCLUSIVE, about=link.group(2))
    asked = team[1].request_of(sign(team[1], id))
    values = asked["messages"][0]["values"]
    assert (values["kind"], str(values["about"])) == (int(RecordKind.CORRECTION), link.group(2))
    assert team[1].hand_in(asked, team[1].signature(asked)).status_code == 200
    stage.follow()
    assert "corrected by Lux Check: inconclusive" in team[1].get(path(GTIN, serial)).text


def test_a_withdrawal_from_the_desk_is_signed_with_the_passkey(stage: Stage, team: list[Member], serial: str) -> None:
    team[1].sign(sign(team[1], opinion(team[1], serial)))
    stage.follow()
    link = re.search(r'href="([^"]+/withdraw)"', team[1].get("/console/records").text)
    assert link
    answer = team[1].post(link.group(1), link.group(1), why="1", words="It was another bag.")
    assert team[1].request_of(answer)["signer"] == team[1].key.address
    team[1].sign(answer)
    stage.follow()
    assert "took back what it had recorded" in team[1].get(path(GTIN, serial)).text


def test_a_house_adds_its_own_checklist_and_old_sheets_keep_theirs(
    stage: Stage, team: list[Member], serial: str
) -> None:
    form = {"name": "Our bags", "points": "Thread: waxed\nLock: dated", "photos": "Front"}
    assert team[0].post("/console/checklists", "/console/checklists", **form).status_code == 303
    name = f"{team[0].organisation.id}/x_our_bags"
    id = begin(team[0], serial, checklist=name)
    changed = form | {"points": "Thread: waxed", "id": "x_our_bags"}
    assert team[0].post("/console/checklists", "/console/checklists", **changed).status_code == 303
    assert len(sheet_of(stage, id).checklist.points) == 2
    assert "Lock: dated" in team[0].get(f"/console/inspect/sheets/{id}/check").text
    assert "Version 2" in team[0].get("/console/checklists").text
    twice = form | {"points": "Thread\nthread"}
    answer = team[0].post("/console/checklists", "/console/checklists", **twice)
    assert answer.status_code == 422
    assert "almost the same" in answer.text


def test_a_thing_without_a_code_is_inspected_and_kept_but_not_signed(stage: Stage, team: list[Member]) -> None:
    id = begin(team[1], "", description="A bag without a label")
    fill(team[1], id)
    commit(team[1], id)
    assert "no record to sign into" in team[1].get(f"/console/inspect/sheets/{id}").text
    assert sign(team[1], id).status_code == 409


# --- What the public reads --------------------------------------------------------------------------------------


def test_the_card_names_the_person_only_where_they_chose_so_and_says_that_a_person_signed(
    stage: Stage, team: list[Member], serial: str
) -> None:
    id = begin(team[2], serial)
    fill(team[2], id)
    seal = f"/console/inspect/sheets/{id}/result"
    team[2].post(seal, seal, authenticity="1", basis="The stamp.", seal="88213", decisive=["stamp"])
    send_photo(team[2], id, "seal")
    commit(team[2], id)
    team[2].sign(sign(team[2], id))
    stage.follow()
    page = team[0].get(path(GTIN, serial)).text
    assert "By Lux Check, " in page
    assert "C. Wei" not in page
    assert "Signed by a person of Lux Check." in page
    assert "Seal 88213." in page
    assert "What decided: Stamp" in page
    assert "0x" not in page.split('id="inspections"')[1].split("</section>")[0]
    team[2].post("/console/signers", "/console/signers/card", name="C. Wei")
    team[0].post("/console/signers", "/console/signers/card", place="Milan")
    assert "By C. Wei (Lux Check, Milan), " in team[0].get(path(GTIN, serial)).text
    team[2].post("/console/signers", "/console/signers/card", name="")
    assert "C. Wei" not in team[0].get(path(GTIN, serial)).text


def test_a_record_that_the_operator_signed_says_so(stage: Stage, team: list[Member], serial: str) -> None:
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND)
    record(stage.ledger, stage.inspector, inspection(GTIN, serial, facts, {"basis": "The stamp."}))
    stage.follow()
    page = team[0].get(path(GTIN, serial)).text
    assert "Signed by the operator of this site" in page
    assert "Signed by a person" not in page


def test_an_inspection_is_told_to_platforms_in_their_own_words(stage: Stage, team: list[Member], serial: str) -> None:
    facts = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
    record(stage.ledger, stage.inspector, inspection(GTIN, serial, facts, {"basis": "Glue."}))
    (entry,) = team[0].get(path(GTIN, serial) + "?format=json").json["entries"]
    assert entry["platform_result"] == {"status": "PENDING", "reason": None}
    stage.follow()
    (entry,) = team[0].get(path(GTIN, serial) + "?format=json").json["entries"]
    assert entry["platform_result"] == {"status": "FAILED", "reason": "NOT_AUTHENTIC"}


def test_an_inspectors_page_shows_no_number_before_thirty_cases(stage: Stage, team: list[Member]) -> None:
    page = team[0].get("/authenticators/luxcheck").text
    assert "No figures yet" in page
    assert "overturned later" not in page
    assert team[0].get("/authenticators/maison").status_code == 404
    assert team[0].get(f"/authenticators/{team[0].organisation.id}").status_code == 404


def test_from_thirty_cases_on_the_number_stands_on_the_page_and_on_every_card(stage: Stage, team: list[Member]) -> None:
    names = [f"MANY-{next(_numbers)}" for _ in range(30)]
    stage.register([{"serial": name} for name in names])
    genuine = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND)
    for name in names:
        record(stage.ledger, stage.inspector, inspection(GTIN, name, genuine, {"basis": "The stamp."}))
    opposite = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
    stage.follow()
    record(stage.ledger, stage.inspector, inspection(GTIN, names[0], opposite, {"basis": "Glue."}))
    stage.follow()
    page = team[0].get("/authenticators/luxcheck").text
    found = re.search(r"overturned later: (\d+) of (\d+)\.", page)
    assert found, page
    assert int(found.group(1)) >= 1
    assert int(found.group(2)) >= 31
    fresh = stage.app().test_client()
    assert found.group(0) in fresh.get(path(GTIN, names[1])).text


def test_whoever_looks_second_is_not_told_why_they_were_called(team: list[Member], serial: str) -> None:
    first = opinion(team[1], serial, Authenticity.NOT_GENUINE)
    answer = team[2].post("/console/inspect", f"/console/inspect/cases/{first}/look")
    assert "high value" not in team[2].get(answer.headers["Location"]).text
    assert "second person" not in team[0].get("/console/inspect").text


def test_a_first_opinion_set_aside_leaves_the_second_as_the_first(
    stage: Stage, team: list[Member], serial: str
) -> None:
    first = opinion(team[1], serial, high_value="1")
    answer = team[2].post("/console/inspect", f"/console/inspect/cases/{first}/look")
    second = answer.headers["Location"].split("/")[-2]
    step = f"/console/inspect/sheets/{second}/item"
    team[2].post(step, step, purpose="resale", method="1")
    team[1].post(f"/console/inspect/sheets/{first}", f"/console/inspect/sheets/{first}/again")
    fill(team[2], second)
    commit(team[2], second)
    team[2].sign(sign(team[2], second))
    assert sheet_of(stage, first).state == "set_aside"


def test_a_committed_opinion_can_be_dated_before_anybody_agrees(stage: Stage, team: list[Member], serial: str) -> None:
    id = opinion(team[1], serial, Authenticity.NOT_GENUINE)
    answer = team[1].post(f"/console/inspect/sheets/{id}", f"/console/inspect/sheets/{id}/date")
    kept = sheet_of(stage, id)
    assert kept.commitment is not None
    assert team[1].request_of(answer)["messages"][0]["values"]["hash"] == "0x" + kept.commitment.hex()
    team[1].sign(answer)
    stage.follow()
    with stage.ledger.store.read() as tx:
        told = tx.chain.events_named(("Anchored",))
    assert kept.commitment in [event.args["hash"] for event in told]
    assert sheet_of(stage, id).state == "committed"
