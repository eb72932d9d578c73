"""Joining: nobody is let in by one person, nothing approved is changed under it, and every step says what lacks."""

from __future__ import annotations

import io
import re

import pytest

from ledger.domain.errors import Conflict
from ledger.domain.joining import txt_value
from ledger.services.join_council import approve_as_operator, let_in
from ledger.services.join_domain import look_at_next_domain
from ledger.services.joining_port import Looked
from ledger.services.organisations import organisation
from tests.support.phone import Phone
from tests.web.joining.conftest import Clock, MakePhone, StaffRole, Stage, letters, link_in

FORM = {
    "name": "Atelier Soie",
    "role": "brand",
    "own_name": "Anna",
}


class Site:
    """What a domain shows, as a test says."""

    def __init__(self, *txt: str, did: object = None, problem: str | None = None) -> None:
        self._looked = Looked(txt, did, problem, problem)

    def look(self, domain: str) -> Looked:
        return self._looked


def begin(anna: Phone, slug: str, **more: str) -> str:
    fields = FORM | {"slug": slug, "domain": f"{slug}.example"} | more
    answer = anna.post("/join-brand", "/join-brand", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def fill(anna: Phone, page: str, second: str, prefix: str) -> None:
    assert anna.post(page, f"{page}/numbers", prefixes=prefix, programmes="").status_code == 303
    sent = anna.post(page, f"{page}/second", second_name="Bruno", second_email=second)
    assert sent.status_code == 303, sent.text


def prove(stage: Stage, anna: Phone, page: str) -> None:
    token = re.search(r"touchmark-verification=[0-9a-f]{32}", anna.get(page).text)
    assert token
    anna.post(page, f"{page}/domain")
    while look_at_next_domain(stage.ledger, Site(token.group(0))):
        pass


def sent_application(stage: Stage, phone: MakePhone, slug: str, prefix: str, **more: str) -> tuple[Phone, Phone, str]:
    """An application that both of its people are done with, and whose domain is proven."""
    anna, bruno = phone(f"anna {slug}"), phone(f"bruno {slug}")
    page = begin(anna, slug, **more)
    fill(anna, page, f"bruno@{slug}.example", prefix)
    prove(stage, anna, page)
    link = link_in(letters(stage, f"bruno@{slug}.example")[-1])
    assert bruno.post(link, link).status_code == 303
    assert anna.post(page, f"{page}/send", do="send").status_code == 303
    assert bruno.signs(bruno.post(page, f"{page}/approve")) == page
    return anna, bruno, page


def test_without_a_passkey_one_reads_what_it_takes_and_cannot_begin(stage: Stage) -> None:
    client = stage.app().test_client()
    page = client.get("/join-brand").text
    assert "Nobody joins alone" in page
    assert 'name="slug"' not in page


def test_two_people_and_the_operator_let_a_brand_in(stage: Stage, phone: MakePhone) -> None:
    anna, bruno, page = sent_application(stage, phone, "soie", "952111")
    id = page.rsplit("/", 1)[1]
    member = phone("council soie", "council", StaffRole.ADMIN)
    assert "Atelier Soie" in member.get("/operator/applications").text
    member.signs(member.post(f"/operator/applications/{id}", f"/operator/applications/{id}/approve"))
    new = organisation(stage.ledger, "soie")
    with stage.ledger.store.read() as tx:
        assert {part.person for part in tx.people.members(new.id)} == {anna.person(), bruno.person()}
        assert tx.organisations.prefixes(new.id) == ["952111"]
    stage.follow()
    assert organisation(stage.ledger, "soie").party is not None
    for one in (anna, bruno):
        assert "Atelier Soie" in one.get("/console/").text
    assert "You are in." in anna.get(page).text


def test_the_applicant_cannot_be_their_own_second_admin(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna alone")
    page = begin(anna, "alone")
    fill(anna, page, "me@alone.example", "952112")
    assert "/join-second/" not in anna.get(page).text
    link = link_in(letters(stage, "me@alone.example")[-1])
    answer = anna.post(link, link)
    assert answer.status_code == 403
    assert "somebody else" in answer.text


def test_the_operator_cannot_skip_the_second_person(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna hurry")
    page = begin(anna, "hurry")
    fill(anna, page, "bruno@hurry.example", "952113")
    anna.post(page, f"{page}/send", do="send")
    with pytest.raises(Conflict, match="second admin"):
        approve_as_operator(stage.ledger, page.rsplit("/", 1)[1], domain_is_proven=True)


def test_what_is_changed_after_an_approval_has_to_be_approved_again(stage: Stage, phone: MakePhone) -> None:
    anna, _bruno, page = sent_application(stage, phone, "change", "952114")
    id = page.rsplit("/", 1)[1]
    anna.post(page, f"{page}/send", do="change")
    with stage.ledger.store.read() as tx:
        found = tx.joining.get(id)
    assert found is not None
    assert found.second_approved_at is None
    assert let_in(stage.ledger, id) is None


def test_another_domain_has_to_be_proven_anew(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna moves")
    page = begin(anna, "moves")
    prove(stage, anna, page)
    assert "Shown to be yours" in anna.get(page).text
    before = re.search(r"touchmark-verification=\w+", anna.get(page).text)
    anna.post(page, f"{page}/company", **FORM, slug="moves", domain="elsewhere.example")
    assert before is None
    assert "Shown to be yours" not in anna.get(page).text


def test_a_token_for_one_domain_proves_no_other(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    anna = phone("anna other")
    page = begin(anna, "other")
    anna.post(page, f"{page}/domain")
    look_at_next_domain(stage.ledger, Site(txt_value("0" * 32)))
    assert "not ours yet" in anna.get(page).text
    clock.ahead += 20
    anna.post(page, f"{page}/domain")
    look_at_next_domain(stage.ledger, Site(problem="It did not answer."))
    assert "Neither could be read" in anna.get(page).text


def test_a_did_document_of_the_domain_proves_it(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna did")
    page = begin(anna, "did")
    document = anna.get(f"{page}/did.json").json
    anna.post(page, f"{page}/domain")
    look_at_next_domain(stage.ledger, Site(did=document))
    assert "Shown to be yours" in anna.get(page).text


def test_a_name_that_looks_like_anothers_needs_two_of_the_operator(stage: Stage, phone: MakePhone) -> None:
    _anna, _bruno, page = sent_application(stage, phone, "mason", "952115", name="Mаisоn Exemple")
    id = page.rsplit("/", 1)[1]
    one, two = phone("council one", "council", StaffRole.ADMIN), phone("council two", "council", StaffRole.OPERATIONS)
    assert "Looks like another" in one.get("/operator/applications").text
    where = f"/operator/applications/{id}"
    one.signs(one.post(where, f"{where}/approve"))
    assert "Another of you has to" in one.get(where).text
    with stage.ledger.store.read() as tx:
        assert tx.organisations.get("mason") is None
    two.signs(two.post(where, f"{where}/approve"))
    assert organisation(stage.ledger, "mason").name == "Mаisоn Exemple"


def test_only_the_two_people_see_an_application(stage: Stage, phone: MakePhone) -> None:
    anna, stranger = phone("anna sees"), phone("stranger")
    page = begin(anna, "sees")
    assert stranger.get(page).status_code == 404
    assert stranger.post("/my/account", f"{page}/send", do="withdraw").status_code == 404
    assert stranger.get("/operator/").status_code == 403
    assert stranger.post("/my/account", "/operator/safe-mode", why="x").status_code == 403


def test_a_confirmation_with_another_persons_passkey_counts_for_nothing(stage: Stage, phone: MakePhone) -> None:
    anna, bruno = phone("anna lends"), phone("bruno lends")
    page = begin(anna, "lends")
    fill(anna, page, "bruno@lends.example", "952116")
    link = link_in(letters(stage, "bruno@lends.example")[-1])
    bruno.post(link, link)
    anna.post(page, f"{page}/send", do="send")
    sent = bruno.post(page, f"{page}/approve")
    bruno.key, bruno.credential = anna.key, anna.credential
    refused = bruno.hands_in(sent)
    assert refused.status_code == 403
    with stage.ledger.store.read() as tx:
        found = tx.joining.get(page.rsplit("/", 1)[1])
    assert found is not None
    assert found.second_approved_at is None


def test_wrong_fields_are_named_and_what_was_typed_stays(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna wrong")
    answer = anna.post("/join-brand", "/join-brand", **FORM | {"slug": "No Good!", "domain": "nodots"})
    assert answer.status_code == 422
    assert "is not a short name" in answer.text
    assert "is not a domain name" in answer.text
    assert 'value="Atelier Soie"' in answer.text


def test_a_mark_is_kept_with_its_certificate_and_a_renamed_file_is_refused(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna marks")
    page = begin(anna, "marks")
    mark = {
        "mark_name": "SOIE",
        "number": "018123456",
        "office": "EUIPO",
        "classes": "18, 25",
        "territories": "eu",
        "expires_on": "2031-01-31",
    }
    refused = anna.post(page, f"{page}/marks", **mark, file=(io.BytesIO(b"<html>"), "mark.pdf"))
    assert refused.status_code == 422
    assert "whatever its name says" in refused.text
    assert anna.post(page, f"{page}/marks", **mark, file=(io.BytesIO(b"%PDF-1.7 x"), "m.pdf")).status_code == 303
    text = anna.get(page).text
    assert "018123456" in text
    file = re.search(rf"{page}/marks/tm_\w+/file", text)
    assert file
    assert anna.get(file.group(0)).headers["Content-Disposition"].startswith("attachment")


def test_an_application_sent_back_says_why_and_can_be_sent_again(stage: Stage, phone: MakePhone) -> None:
    anna, bruno, page = sent_application(stage, phone, "back", "952117")
    id = page.rsplit("/", 1)[1]
    member = phone("council back", "council", StaffRole.OPERATIONS)
    where = f"/operator/applications/{id}"
    assert member.post(where, f"{where}/send-back", why="The prefix is not yours.").status_code == 303
    assert "The prefix is not yours." in anna.get(page).text
    anna.post(page, f"{page}/send", do="send")
    bruno.signs(bruno.post(page, f"{page}/approve"))
    assert "Approve with my passkey" in member.get(where).text
