"""What belongs to one organisation does not exist for another (OWASP ASVS 5.0, 8.2.2): made from the route table.

A route that is added without a place in these tables fails here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from ledger.domain.organisations import Scope
from tests.web.api.asking import Asking, Person, made, path_of, registered
from tests.web.stage import Stage

PRIVATE = "nobody but the brand"


@dataclass(frozen=True, slots=True)
class Things:
    """What the brand has, by the names of path parameters."""

    item: dict[str, Any]
    batch: str
    imported: str
    key: str
    statement: str
    offer: str
    webhook: str
    delivery: str
    proposal: str
    right: str
    agent: str
    watch: str
    clue: str


@pytest.fixture(scope="module")
def things(stage: Stage, brand: Asking) -> Things:
    [item] = registered(stage, brand, 1, private_note=PRIVATE)
    batch = made(stage, brand, 1, private_note=PRIVATE)
    key = brand.post("/v1/keys", {"label": "mine", "scopes": ["read"]}, 201)
    sent = brand.post("/v1/anchors", {"sha256": "77" * 32}, 202)
    hook = brand.post("/v1/webhooks", {"url": "https://hooks.example/", "description": PRIVATE}, 201)
    with stage.ledger.store.write() as tx:
        tx.shop.choose_two_people(stage.brand.organisation.id, True)
    recall = brand.post(f"{path_of(item)}/marks", {"mark": "recall", "reason": PRIVATE}, 202)
    with stage.ledger.store.write() as tx:
        tx.shop.choose_two_people(stage.brand.organisation.id, False)
    named = {"gtin": item["gtin"], "serial": item["serial"]}
    return Things(
        item=item,
        batch=batch["id"],
        imported=brand.get("/v1/imports")["items"][0]["id"],
        key=key["id"],
        statement=sent["id"],
        offer="off_" + "0" * 26,
        webhook=hook["id"],
        delivery=brand.post(f"/v1/webhooks/{hook['id']}/test", status=202)["id"],
        proposal=recall["proposal"],
        right=brand.post("/v1/rights", {**MARK, "name": "Maison Exemple"}, 201)["id"],
        agent="aa_" + "0" * 26,
        watch=brand.post("/v1/watches", {"items": [named | {"ref": PRIVATE}]}, 201)["items"][0]["id"],
        clue=brand.post("/v1/clues", {"code": f"(01){item['gtin']}(21){item['serial']}", "text": PRIVATE}, 201)["id"],
    )


ADDRESS = Person.new().address
MARK = {"kind": "mark", "number": "018000001", "office": "EUIPO", "classes": ["25"], "territories": ["EU"]}
RECORD = {"gtin": "", "serial": ""}
BODIES: dict[str, Any] = {
    "confirm_import": {},
    "submit_batch_registration": {
        "values": {"batch": 1, "root": "0x" + "11" * 32, "count": 1, "manifestHash": "0x" + "22" * 32},
        "signatures": ["0x" + "33" * 65],
    },
    "confirm_cards_of_batch": {"sha256": "0" * 64},
    "mark_whole_batch": {"mark": "recall"},
    "mark_one_item": {"mark": "recall"},
    "mark_display": {},
    "put_line": {"name": "Mine now"},
    "put_photo_order": {"photos": []},
    "put_photo_words": {"words": {}},
    "retire_item": {},
    "replace_claim_code": {},
    "amend_item": {"fields": {"model_ref": "X"}},
    "put_on_sale": {"items": [RECORD]},
    "record_inspection": {**RECORD, "authenticity": "consistent", "method": "in_hand"},
    "record_service": {**RECORD, "service": "care"},
    "withdraw_record": {**RECORD, "about": "1", "reason": "mistake"},
    "correct_record": {**RECORD, "about": "1", "authenticity": "consistent", "method": "in_hand"},
    "check_components": {"seen": [{"part": "movement", "serial": "X1"}]},
    "replace_component": {"part": "movement", "serial": "X2"},
    "make_tags_of_batch": {"passphrase": "a long enough passphrase"},
    "end_item_tag": {},
    "tap_item": {"cmac": "00" * 8},
    "rotate_webhook_secret": {},
    "replay_webhook": {},
    "edit_right": {"territories": ["FR"]},
    "compare_right": {"agrees": True},
    "decide_case": {"decision": "uphold"},
    "name_case_seller": {"seller": "s-1"},
    "give_more": {"text": "More."},
    "counter_notice": {"ground": "i_have_a_licence", "statement": "Here is my licence."},
    "appeal_case": {"text": "I disagree."},
    "decide_case_appeal": {"grant": True},
    "withdraw_case": {},
    "case_to_court": {"court": "A court", "number": "1"},
    "add_test_purchase": {"bought_at": "2026-01-02T10:00:00Z", "bought_by": "A buyer"},
    "answer_a_clue": {"answer": "fake"},
    "sign_statement": {"kind": "Mark", "fields": {"kind": 5}, **RECORD},
}
"""What is sent to the operations that act on a thing of the brand's; the item's own names are filled in."""

PUBLIC = {
    "get_item",
    "get_timeline",
    "get_item_epcis",
    "get_check_receipt",
    "verify_receipt",
    "get_passport",
    "get_checkpoint",
    "get_credentials",
    "get_passport_credential",
    "get_untp_passport",
    "get_receipt_credential",
    "get_inspection_credential",
    "template_csv",
    "template_xlsx",
    "list_label_formats",
    "draft_any_statement",
    "submit_any_statement",
    "draft_item_claim",
    "claim_item",
    "draft_item_recovery",
    "draft_item_offer",
    "keep_offer",
    "release_kept_offer",
    "draft_offer_acceptance",
    "accept_offer",
    "draft_cancellation",
    "draft_owner_report",
    "contest_item",
    "send_a_clue",
    "read_a_clue",
}
"""Operations that anyone may call: what they show and do is anyone's, or needs the owner's signature."""

OWN_ONLY = {
    "me",
    "list_keys",
    "make_key",
    "list_webhooks",
    "add_webhook",
    "list_imports",
    "send_import",
    "list_batches",
    "list_statements",
    "submit_many_statements",
    "list_proposals",
    "list_lines",
    "list_alerts",
    "list_looks",
    "list_escrows",
    "list_checklists",
    "put_checklist",
    "put_on_sale_by_csv",
    "send_evidence",
    "check_many",
    "ask_for_proof",
    "add_watches_of_items",
    "list_watches",
    "list_stolen",
    "list_stolen_changes",
    "make_badge",
    "list_sandbox_items",
    "accredit",
    "end_accreditation",
    "add_signing_key",
    "retire_signing_key",
    "disown_signing_key",
    "anchor",
    "list_epcis_events",
    "list_captures",
    "capture_epcis",
    "list_own_tags",
    "tap_item",
    "take_encoder_answer",
    "make_master_key",
    "list_credential_keys",
    "change_credential_key",
    "list_rights",
    "add_right",
    "list_agents",
    "list_orders",
    "list_held_sellers",
    "check_one_release",
    "look_up_one",
    "look_up_manifest",
    "list_look_up_days",
    "list_designs",
    "date_files",
    "add_order",
    "authorise",
    "check_notice",
    "new_notice",
    "new_notice_sheet",
    "get_standing",
    "send_case_file",
    "find_cases",
    "get_strikes",
    "list_signals",
    "list_clusters",
    "list_signal_policies",
    "share_signals_of_kind",
    "withdraw_signals_of_kind",
    "match_offender",
    "add_repeat_offender",
    "list_repeat_offenders",
    "list_clues",
    "list_sellers",
    "put_seller",
    "put_sales",
    "get_seller",
    "delete_seller",
    "screen_many_listings",
    "send_listing_photo",
    "list_listings",
    "get_listing",
    "end_one_listing",
    "challenge_one_listing",
    "get_challenge",
    "answer_one_challenge",
    "decide_one_challenge",
    "replay_decisions",
    "add_authorised_seller",
    "list_authorised_sellers",
}
"""Operations that name nothing of anybody else's: they are about the caller alone, or about what is public."""

FOR_THE_ACCREDITED = {
    "record_inspection",
    "record_service",
    "withdraw_record",
    "correct_record",
    "get_components",
    "check_components",
    "replace_component",
}
"""What an inspector is accredited to do to the brand's items."""

ALSO_PUBLIC_STATUS = {"get_statement", "get_statement_receipt"}
"""An organisation's statement: 404 for others, though an owner's may be asked for without a key."""


def operations(app: Flask) -> list[tuple[str, str, str, Any]]:
    """(name, method, rule, access) of every operation of the API."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.rule.startswith("/v1/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append((view.__name__, method, rule.rule, view.access))  # type: ignore[attr-defined]
    return found


def address(rule: str, things: Things) -> str:
    if "/items/<gtin>" in rule:
        return rule.replace("/v1/items/<gtin>/<path:serial>", path_of(things.item))
    names = {"imports": things.imported, "batches": things.batch, "keys": things.key, "offers": things.offer}
    names |= {"statements": things.statement, "webhooks": things.webhook, "webhook-deliveries": things.delivery}
    names |= {"rights": things.right, "agents": things.agent, "orders": "ord_" + "0" * 26}
    names |= {"watches": things.watch, "clues": things.clue, "authorised-sellers": "aus_" + "0" * 26}
    names |= {"designs": "dsg_" + "0" * 26, "signals": "ofd_" + "0" * 26}
    names |= {"cases": "cas_" + "0" * 26, "notices": "ntc_" + "0" * 26}
    names |= {"proposals": things.proposal, "checklists": "nobodys_list", "epcis": "cap_" + "0" * 26}
    rule = rule.replace("/lines/<gtin>", f"/lines/{things.item['gtin']}").replace("<sha256>", "ab" * 32)
    rule = rule.replace("<ref>", "nobodys")
    return rule.replace("<id>", names[rule.split("/")[2]]) if "<id>" in rule else rule


def body_of(name: str, things: Things) -> dict[str, Any]:
    if name not in BODIES:
        return {}
    own = {"gtin": things.item["gtin"], "serial": things.item["serial"]}

    def filled(part: Any) -> Any:
        if isinstance(part, list):
            return [filled(one) for one in part]
        if isinstance(part, dict):
            return {key: filled(one) for key, one in part.items()} | (own if "gtin" in part else {})
        return part

    return {"json": filled(BODIES[name])}


def test_every_operation_has_its_place_in_these_tables(app: Flask) -> None:
    acting = {name for name, _, rule, _ in operations(app) if "<" in rule} - PUBLIC - ALSO_PUBLIC_STATUS
    known = PUBLIC | OWN_ONLY | set(BODIES) | ALSO_PUBLIC_STATUS | acting
    assert {name for name, _, _, _ in operations(app)} <= known
    posting = {name for name, method, rule, _ in operations(app) if "<" in rule and method == "POST"}
    bare = {"draft_batch_registration", "fetch_cards", "disable_webhook", "enable_webhook", "test_webhook"}
    bare |= {"replay_webhook_delivery", "release_escrow", "refuse_escrow", "send_photo", "restore_line_photo"}
    bare |= {"send_right_document", "lift_early"}
    bare |= {"challenge_one_listing", "answer_one_challenge", "decide_one_challenge"}
    assert posting - PUBLIC - set(BODIES) == bare, "a new operation on a thing of somebody's needs a body here"


def test_operations_for_anyone_are_exactly_those_listed(app: Flask) -> None:
    unkeyed = {name for name, _, _, access in operations(app) if not access.keyed}
    assert unkeyed == PUBLIC | ALSO_PUBLIC_STATUS


@pytest.mark.parametrize("who", ["rival", "inspector", "platform"])
def test_nobody_sees_or_changes_what_is_another_organisations(
    app: Flask, things: Things, brand: Asking, who: str, request: pytest.FixtureRequest
) -> None:
    stranger: Asking = request.getfixturevalue(who)
    before = state(brand, things)
    tried = 0
    for name, method, rule, _access in operations(app):
        if name in PUBLIC | OWN_ONLY or (who == "inspector" and name in FOR_THE_ACCREDITED):
            continue
        response = stranger.ask(method, address(rule, things), **body_of(name, things))
        # An item is public, so a foreign one is refused by its rules; everything else does not exist at all, unless
        # the organisation is refused for its role before anything was looked for.
        spoken_of = (
            "/items/<gtin>" in rule or "/lines/<gtin>" in rule or (name in BODIES and "gtin" in str(BODIES[name]))
        )
        for_its_role = response.status_code == 403 and "Only a" in response.get_json()["detail"]
        allowed = {403, 404, 422} if spoken_of else {404}
        assert response.status_code in allowed or for_its_role, (name, response.get_data(as_text=True))
        assert PRIVATE not in response.get_data(as_text=True)
        tried += 1
    assert tried >= 20
    assert state(brand, things) == before


def test_lists_hold_only_ones_own(brand: Asking, rival: Asking, things: Things) -> None:
    for name in ("imports", "batches", "statements", "keys"):
        ours = {one["id"] for one in brand.get(f"/v1/{name}")["items"]}
        theirs = {one["id"] for one in rival.get(f"/v1/{name}")["items"]}
        assert ours
        assert not ours & theirs


def test_a_strangers_cursor_shows_nothing_of_theirs(rival: Asking, things: Things) -> None:
    found = rival.get(f"/v1/batches?cursor={things.batch}")["items"]
    assert things.batch not in [one["id"] for one in found]


def test_private_fields_are_shown_to_their_brand_alone(
    things: Things, brand: Asking, rival: Asking, anyone: Asking
) -> None:
    own = brand.get(f"/v1/batches/{things.batch}/items")["items"]
    assert own[0]["fields"]["private_note"] == PRIVATE
    for asking in (rival, anyone):
        shown = asking.ask("GET", path_of(things.item)).get_data(as_text=True)
        assert PRIVATE not in shown
        assert "private_note" not in shown


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_does_only_what_its_scope_allows(stage: Stage, app: Flask, things: Things, scope: Scope) -> None:
    weak = Asking(app, stage.key("maison", scope))
    for name, method, rule, access in operations(app):
        if access.scope is None or access.scope is scope:
            continue
        response = weak.ask(method, address(rule, things), **body_of(name, things))
        assert response.status_code == 403, (name, response.get_data(as_text=True))
        assert access.scope.value in response.get_json()["detail"]


def test_without_a_key_or_with_a_wrong_one_nothing_of_anybodys_is_reached(app: Flask, things: Things) -> None:
    for secret in (None, "tm_" + "0" * 64, "nonsense", ""):
        asking = Asking(app, secret)
        for name, method, rule, access in operations(app):
            if access.keyed or secret is not None:
                response = asking.ask(method, address(rule, things), **body_of(name, things))
                assert response.status_code == 401, (name, response.status_code)
                assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_that_was_ended_is_not_in_force(brand: Asking, app: Flask) -> None:
    made_new = brand.post("/v1/keys", {"label": "short", "scopes": ["read"]}, 201)
    gone = Asking(app, made_new["secret"])
    gone.get("/v1/me")
    assert brand.ask("DELETE", f"/v1/keys/{made_new['id']}").status_code == 204
    gone.get("/v1/me", 401)
    assert brand.ask("DELETE", f"/v1/keys/{made_new['id']}").status_code == 404


def test_a_key_gives_no_more_than_it_has(stage: Stage, app: Flask) -> None:
    weak = Asking(app, stage.key("maison", Scope.KEYS, Scope.READ))
    assert weak.post("/v1/keys", {"label": "more", "scopes": ["read", "sign"]}, 403)["type"] == "/problems/forbidden"
    assert weak.post("/v1/keys", {"label": "same", "scopes": ["read"]}, 201)["scopes"] == ["read"]


def state(brand: Asking, things: Things) -> Any:
    """Everything that a stranger could have changed."""
    return (
        brand.get(f"/v1/batches/{things.batch}"),
        brand.get(f"/v1/imports/{things.imported}"),
        brand.get("/v1/keys"),
        brand.get("/v1/webhooks"),
        brand.get(f"/v1/webhooks/{things.webhook}/deliveries"),
        brand.get("/v1/statements"),
        brand.get("/v1/rights"),
        brand.get(path_of(things.item))["verdict"],
    )
