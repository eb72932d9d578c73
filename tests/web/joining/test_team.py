"""The team, its roles and keys: each role opens what is its own, and nothing of another organisation's."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from ledger.domain.organisations import Scope
from ledger.domain.people import SCOPES_OF, Membership, StaffRole
from ledger.domain.statements import Kind
from ledger.services.organisation_keys import signing_keys_of
from ledger.services.organisations import authenticate, operator_as
from tests.support.phone import Phone
from tests.web.joining.conftest import GTIN, Clock, MakePhone, Stage, letters, link_in
from web.console.session import AT_THE_TILL

TEAM = "/console/team"
_OPEN_TO_ALL = {"console.sign_in", "console.sign_in_form", "console.sign_out", "console.choose_organisation"}
_OWN = {"console.leaving", "console.leave_team"}
"""What every member may do about themselves."""


def console(app: Flask) -> list[Rule]:
    """Every route of the console but those of whoever is not signed in."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")]
    return [rule for rule in found if rule.endpoint not in _OPEN_TO_ALL]


def address(app: Flask, rule: Rule) -> str:
    """An address of the route, with names of things that are not there."""
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        choices = getattr(converter, "items", None)
        number = type(converter).__name__ == "IntegerConverter"
        values[name] = sorted(choices)[0] if choices else 1 if number else "0" * 64
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


class Asking:
    """One member who tries every route."""

    def __init__(self, app: Flask, one: Phone) -> None:
        self._app = app
        self._client = one.client
        token = re.search(r'name="csrf_token" value="([^"]+)"', one.get("/my/account").text)
        assert token
        self._token = token.group(1)

    def ask(self, rule: Rule) -> int:
        """What the route answers."""
        where = address(self._app, rule)
        if "GET" in (rule.methods or ()):
            return self._client.get(where).status_code
        return self._client.post(where, data={"csrf_token": self._token}).status_code


def test_every_route_that_writes_asks_for_a_scope(stage: Stage) -> None:
    app = stage.app()
    for rule in console(app):
        if "POST" in (rule.methods or ()) and rule.endpoint not in _OWN:
            assert getattr(app.view_functions[rule.endpoint], "needs", None) is not None, rule.endpoint


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_opens_only_what_its_scopes_allow(stage: Stage, phone: MakePhone, role: StaffRole) -> None:
    app = stage.app()
    one = Asking(app, phone(f"member {role}", "maison", role))
    for rule in console(app):
        view = app.view_functions[rule.endpoint]
        needs, roles = getattr(view, "needs", None), getattr(view, "roles", ())
        at_till = role is StaffRole.BOUTIQUE and rule.endpoint not in AT_THE_TILL | {"console.overview"}
        lacks = needs is not None and needs not in SCOPES_OF[role]
        foreign = bool(roles) and "brand" not in roles
        if rule.endpoint in _OWN and "POST" in (rule.methods or ()):
            continue
        if lacks or at_till or foreign:
            assert one.ask(rule) == 403, rule.endpoint


def test_somebody_who_works_at_the_till_arrives_there(stage: Stage, phone: MakePhone) -> None:
    clerk = phone("clerk", "maison", StaffRole.BOUTIQUE)
    assert clerk.get("/console/").headers["Location"] == "/console/till"
    page = clerk.get("/console/till").text
    assert "Team" not in page
    assert "/console/items" not in page


def test_an_invited_colleague_accepts_once(stage: Stage, phone: MakePhone) -> None:
    anna, bruno, carla = phone("anna", "maison", StaffRole.ADMIN), phone("bruno"), phone("carla")
    page = anna.post(TEAM, f"{TEAM}/invite", name="Bruno", email="bruno@maison.example", roles="viewer").text
    link = link_in(letters(stage, "bruno@maison.example")[-1])
    assert link in page
    assert link not in anna.get(TEAM).text
    assert bruno.post(link, link).status_code == 303
    assert "Maison Exemple" in bruno.get("/console/").text
    assert carla.get(link).status_code == 404
    assert bruno.post("/my/account", f"{TEAM}/invite", name="x", roles="admin").status_code == 403


def test_an_invitation_needs_a_passkey(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    page = anna.post(TEAM, f"{TEAM}/invite", name="Dora", email="", roles="operations").text
    found = re.search(r"/invitation/[\w-]+", page)
    assert found
    stranger = stage.app().test_client()
    shown = stranger.get(found.group(0)).text
    assert "First, a passkey of your own" in shown


def test_the_last_admin_can_neither_be_removed_nor_leave(stage: Stage, phone: MakePhone) -> None:
    boss = phone("boss", "bazar", StaffRole.ADMIN)
    refused = boss.post(TEAM, f"{TEAM}/members/{boss.person()}", do="change", roles="viewer")
    assert refused.status_code == 409
    assert boss.post("/console/leave", "/console/leave").status_code == 409
    assert boss.get(TEAM).status_code == 200


def test_a_member_of_another_organisation_cannot_be_touched(stage: Stage, phone: MakePhone) -> None:
    anna, other = phone("anna", "maison", StaffRole.ADMIN), phone("other", "luxcheck", StaffRole.ADMIN)
    answer = anna.post(TEAM, f"{TEAM}/members/{other.person()}", do="remove")
    assert answer.status_code == 404
    assert "no such member" in answer.text


def test_a_removed_member_is_out_at_once(stage: Stage, phone: MakePhone) -> None:
    anna, bruno = phone("anna", "maison", StaffRole.ADMIN), phone("bruno", "maison", StaffRole.OPERATIONS)
    assert bruno.get("/console/items").status_code == 200
    assert anna.post(TEAM, f"{TEAM}/members/{bruno.person()}", do="remove").status_code == 303
    assert bruno.get("/console/items").status_code == 403


def test_a_key_of_a_program_is_shown_once_and_ended_for_good(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    page = anna.post("/console/keys", "/console/keys", label="Till program", scopes="activate").text
    secret = re.search(r"tm_[0-9a-f]{64}", page)
    assert secret
    assert secret.group(0) not in anna.get("/console/keys").text
    assert authenticate(stage.ledger, secret.group(0)).scopes == {Scope.ACTIVATE}
    with stage.ledger.store.read() as tx:
        key = tx.organisations.api_keys(stage.brand.organisation.id)[0]
        assert tx.shop.key_uses([key.id])
    ask_first = f"/console/keys/{key.id}/end"
    assert "cannot be undone" in anna.get(ask_first).text
    assert anna.post(ask_first, ask_first).status_code == 303
    assert anna.get(ask_first).status_code == 404


def test_another_organisations_key_cannot_be_ended(stage: Stage, phone: MakePhone) -> None:
    stage.key("luxcheck")
    with stage.ledger.store.read() as tx:
        key = tx.organisations.api_keys(stage.inspector.organisation.id)[0]
    anna = phone("anna", "maison", StaffRole.ADMIN)
    assert anna.post("/my/account", f"/console/keys/{key.id}/end").status_code == 404


def test_a_members_passkey_becomes_a_key_and_ends_with_the_membership(stage: Stage, phone: MakePhone) -> None:
    anna, bruno = phone("anna", "luxcheck", StaffRole.ADMIN), phone("bruno", "luxcheck", StaffRole.INSPECTOR)
    added = anna.post("/console/keys", "/console/keys/signing", do="add", person=bruno.person())
    assert added.status_code == 303, added.text
    stage.follow()
    caller = operator_as(stage.ledger, "luxcheck")

    def speaks() -> bool:
        keys = signing_keys_of(stage.ledger, caller).keys
        return any(one.in_force and one.member and one.member.person == bruno.person() for one in keys)

    assert speaks()
    assert "bruno" in anna.get("/console/keys").text
    anna.post(TEAM, f"{TEAM}/members/{bruno.person()}", do="remove")
    with stage.ledger.store.read() as tx:
        assert tx.outbox.page(caller.organisation.id, None, 1)[0].statement.kind is Kind.RETIRE_KEY
    stage.follow()
    assert not speaks()


def test_the_kept_key_cannot_be_ended_from_the_page(stage: Stage, phone: MakePhone) -> None:
    anna = phone("anna", "maison", StaffRole.ADMIN)
    own = stage.brand.organisation.address
    answer = anna.post("/console/keys", "/console/keys/signing", do="retire", address=own)
    assert answer.status_code == 409
    assert "kept here" in answer.text


def test_an_item_is_put_on_sale_at_the_till_by_the_end_of_its_serial(stage: Stage, phone: MakePhone) -> None:
    stage.register([{"serial": "TILLX77Q"}], on_sale=False)
    clerk = phone("clerk", "maison", StaffRole.BOUTIQUE)
    page = clerk.get("/console/till?code=X77Q").text
    assert "Not on sale yet" in page
    action = re.search(r'action="(/console/till/[0-9a-f]{64}/on-sale)"', page)
    assert action
    sold = clerk.post("/console/till?code=X77Q", action.group(1))
    shown = clerk.get(sold.headers["Location"]).text
    assert "It is on sale now" in shown
    help_page = re.search(r"/console/till/[0-9a-f]{64}/claim", shown)
    assert help_page
    assert "scans this with their own phone" in clerk.get(help_page.group(0)).text
    code = clerk.get(help_page.group(0).replace("claim", "code.svg"))
    assert code.mimetype == "image/svg+xml"


def test_the_till_shows_no_other_brands_items(stage: Stage, phone: MakePhone) -> None:
    clerk = phone("clerk", "maison", StaffRole.BOUTIQUE)
    assert "No item of yours" in clerk.get("/console/till?code=ZZZZ").text
    assert clerk.get(f"/console/till/{'0' * 64}/claim").status_code == 404


def test_a_return_is_noted_only_by_whoever_holds_the_item(stage: Stage, phone: MakePhone) -> None:
    clerk = phone("clerk", "maison", StaffRole.BOUTIQUE)
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, "KNOWN0")[0].item
    answer = clerk.post("/my/account", f"/console/till/{item:064x}/return")
    assert answer.status_code == 409
    assert "You do not hold this item" in answer.text


def test_safe_mode_stops_every_write_while_scans_go_on(stage: Stage, phone: MakePhone) -> None:
    boss, anna = phone("boss", "council", StaffRole.ADMIN), phone("anna", "maison", StaffRole.ADMIN)
    begun = boss.post("/operator/", "/operator/safe-mode", why="Odd numbers in the queue.")
    assert begun.status_code == 303
    try:
        refused = anna.post(TEAM, f"{TEAM}/invite", name="Eva", roles="viewer")
        assert refused.status_code == 503
        assert "Nothing new can be kept" in refused.text
        assert anna.get(f"/01/{GTIN}/21/KNOWN1").status_code == 200
        assert "Odd numbers" in boss.get("/operator/").text
        boss.sign_in()
    finally:
        boss.post("/operator/", "/operator/safe-mode", do="end")
    assert anna.post(TEAM, f"{TEAM}/invite", name="Eva", roles="viewer").status_code == 200


def test_the_operators_page_is_for_the_council_only(stage: Stage, phone: MakePhone, clock: Clock) -> None:
    boss, viewer = phone("boss", "council", StaffRole.ADMIN), phone("viewer", "council", StaffRole.VIEWER)
    assert viewer.get("/operator/").status_code == 403
    assert stage.app().test_client().get("/operator/").status_code == 303
    assert "Statements to be sent" in boss.get("/operator/").text
    boss.post("/operator/", "/operator/backed-up")
    assert "None was reported" not in boss.get("/operator/").text


def test_roles_of_a_member_of_two_organisations_do_not_mix(stage: Stage, phone: MakePhone) -> None:
    both = phone("both", "luxcheck", StaffRole.ADMIN)
    with stage.ledger.store.write() as tx:
        part = Membership(both.person(), stage.brand.organisation.id, frozenset({StaffRole.VIEWER}), 1, "Both")
        tx.people.set_membership(part)
    both.post("/my/account", "/console/organisation", organisation=stage.brand.organisation.id)
    assert both.get(TEAM).status_code == 403
    both.post("/my/account", "/console/organisation", organisation=stage.inspector.organisation.id)
    assert both.get(TEAM).status_code == 200
