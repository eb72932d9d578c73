"""Every act of the signing page, with the signatures checked as the ledger checks them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import encode_cbor

from ledger.chain import signing
from ledger.domain import claim_codes, links, statements
from tests.web.sign.device import Device
from tests.web.sign.site import CHALLENGE, ITEM, ITEM_ID, Site, digest, message, signer, unb64

HALF = bytes(range(16))
CODE = claim_codes.make_code(lambda length: b"claim code"[:length])
CLAIM_KEY = claim_codes.claim_private_key(CODE, HALF, ITEM_ID)
CLAIM = {"half": "0x" + HALF.hex(), "address": signing.address_of(CLAIM_KEY)}
REF = "0x" + "00" * 32
HEAD = "0x" + "cd" * 32
SOON = int(time.time()) + 86_400


def claim(site: Site, **more: Any) -> dict[str, Any]:
    return site.request("claim", [message("Claim", item=str(ITEM_ID))], item=ITEM, claim=CLAIM, **more)


def new_owner(phone: Device) -> dict[str, Any]:
    """Become an owner with a new passkey; the key of the answer."""
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    phone.press("Continue")
    return dict(phone.answer()["key"])


def known(key: dict[str, Any]) -> dict[str, Any]:
    """The key as the site sends it the next time."""
    return {name: key[name] for name in ("credential", "x", "y", "blind")}


def offer_values(recipient: str | None = None) -> dict[str, Any]:
    values = {"item": str(ITEM_ID), "expiry": SOON, "sequence": 1, "ref": REF}
    return values | ({"recipient": recipient} if recipient else {})


def offer_hash(values: dict[str, Any]) -> str:
    kind = statements.Kind.OFFER
    checked = {name: statements.checked_value(solidity, values[name]) for name, solidity in statements.fields(kind)}
    return "0x" + statements.struct_hash(kind, checked, signing.keccak).hex()


def test_joining_makes_a_passkey_that_is_bound_to_the_join_message(phone: Device) -> None:
    request = phone.site.join()
    created = phone.does(request, "Make a passkey")["created"]
    verified = verify_registration_response(
        credential={
            "id": created["id"],
            "rawId": created["id"],
            "type": "public-key",
            "response": {name: created[name] for name in ("clientDataJSON", "attestationObject")},
        },
        expected_challenge=digest("Join", **request["messages"][0]["values"]),
        expected_rp_id="sign.localhost",
        expected_origin=phone.site.sign,
        require_user_verification=True,
    )
    assert verified.credential_id == unb64(created["id"])
    assert created["transports"] == ["internal"]
    (held,) = phone.passkeys()
    assert held["isResidentCredential"]
    assert held["rpId"] == "sign.localhost"


def test_signing_in_signs_the_sign_in_message_with_any_passkey_of_the_device(phone: Device) -> None:
    key = new_owner(phone)
    request = phone.site.sign_in()
    given = phone.does(request, "Sign in with a passkey")["credential"]
    x, y = (bytes.fromhex(key[name][2:]) for name in "xy")
    verify_authentication_response(
        credential={
            "id": given["id"],
            "rawId": given["id"],
            "type": "public-key",
            "response": {name: given[name] for name in ("clientDataJSON", "authenticatorData", "signature")},
        },
        expected_challenge=digest("SignIn", **request["messages"][0]["values"]),
        expected_rp_id="sign.localhost",
        expected_origin=phone.site.sign,
        credential_public_key=encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y}),
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    assert given["id"] == key["credential"]
    assert unb64(given["userHandle"]) == b"person-1"


def test_a_claim_is_signed_by_the_claim_key_and_by_a_new_passkey_under_a_fresh_blind(phone: Device) -> None:
    request = claim(phone.site, **phone.site.joining())
    phone.open(request)
    phone.page.get_by_label("Claim code").fill(f" {CODE[:4].lower()}-{CODE[4:]} ")
    phone.press("Make a passkey and claim")
    phone.press("Continue")
    answer = phone.answer()
    values = {"item": ITEM_ID, "newOwner": answer["values"]["newOwner"]}
    by_claim, by_owner = answer["signatures"]
    assert signer(by_claim, "Claim", **values) == CLAIM["address"]
    assert signer(by_owner, "Claim", **values) == answer["values"]["newOwner"] == answer["key"]["address"]
    assert answer["created"]["id"] == answer["key"]["credential"]
    verify_registration_response(
        credential={
            "id": answer["created"]["id"],
            "rawId": answer["created"]["id"],
            "type": "public-key",
            "response": {name: answer["created"][name] for name in ("clientDataJSON", "attestationObject")},
        },
        expected_challenge=digest("Join", origin=phone.site.origin, **request["join"]),
        expected_rp_id="sign.localhost",
        expected_origin=phone.site.sign,
    )


def test_one_passkey_makes_a_different_owner_of_each_item(phone: Device) -> None:
    key = new_owner(phone)
    phone.open(claim(phone.site, keys=[{name: key[name] for name in ("credential", "x", "y")}]))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Claim it with my passkey")
    phone.press("Continue")
    again = phone.answer()
    assert again["key"]["credential"] == key["credential"]
    assert again["key"]["blind"] != key["blind"]
    assert again["key"]["address"] != key["address"]
    assert "created" not in again
    assert signer(again["signatures"][1], "Claim", item=ITEM_ID, **again["values"]) == again["key"]["address"]


def test_a_recovery_is_completed_like_a_claim(phone: Device) -> None:
    messages = [message("CompleteRecovery", item=str(ITEM_ID), sequence=4)]
    phone.open(phone.site.request("recover", messages, item=ITEM, claim=CLAIM, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and take it over")
    phone.press("Continue")
    answer = phone.answer()
    values = {"item": ITEM_ID, "sequence": 4, **answer["values"]}
    assert [signer(one, "CompleteRecovery", **values) for one in answer["signatures"]] == [
        CLAIM["address"],
        answer["key"]["address"],
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the claim code first."),
        (CODE[:-2], "A claim code has 17 characters, this one has 15. Compare it with the card."),
        (CODE[:-1] + "U", "A claim code never has U in it (character 17). Read that character again."),
        (("Z" if CODE[0] != "Z" else "Y") + CODE[1:], "One character of the claim code is misread."),
        (claim_codes.make_code(lambda length: b"other code"[:length]), "That claim code is not this item's."),
    ],
)
def test_a_wrong_claim_code_is_named_at_once_and_nothing_is_made(phone: Device, typed: str, sentence: str) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    field = phone.page.get_by_label("Claim code")
    field.fill(typed)
    phone.press("Make a passkey and claim")
    assert phone.page.locator("#code-wrong").inner_text().startswith(sentence)
    assert field.get_attribute("aria-invalid") == "true"
    assert phone.page.evaluate("document.activeElement.id") == "code"
    assert phone.passkeys() == []
    field.fill(CODE)
    assert phone.page.locator("#code-wrong").inner_text() == ""
    phone.press("Make a passkey and claim")
    phone.press("Continue")
    assert phone.answer()["values"]


def test_someone_who_has_a_passkey_here_already_signs_in_first(phone: Device) -> None:
    answer = phone.does(claim(phone.site, **phone.site.joining()), "I have a passkey here already")
    assert answer == {"needs": "sign_in"}


def test_several_statements_are_signed_one_after_the_other(phone: Device) -> None:
    key = new_owner(phone)
    values = [{"item": ITEM_ID, "kind": 2, "ref": REF, "sequence": 1}, {"item": ITEM_ID, "sequence": 2}]
    types = ["OwnerReport", "Cancel"]
    messages = [message(type, **one | {"item": str(ITEM_ID)}) for type, one in zip(types, values, strict=True)]
    request = phone.site.request("sign", messages, item=ITEM, signer=key["address"], keys=[known(key)])
    answer = phone.does(request, "Sign 1 of 2", "Sign 2 of 2")
    found = [signer(made, type, **one) for made, type, one in zip(answer["signatures"], types, values, strict=True)]
    assert found == [key["address"]] * 2
    assert answer["key"] == key


def test_an_offer_by_link_and_its_acceptance_fit_together(phone: Device) -> None:
    seller = new_owner(phone)
    request = phone.site.request(
        "offer", [message("Offer", **offer_values())], item=ITEM, signer=seller["address"], keys=[known(seller)]
    )
    offered = phone.does(request, "Sign the offer")
    offer = offer_values(offered["values"]["recipient"])
    assert signer(offered["signatures"][0], "Offer", **offer) == seller["address"]
    link_key = links.link_key(unb64(offered["keep"]["secret"]), offered["keep"]["code"], ITEM_ID)
    assert signing.address_of(link_key) == offer["recipient"]

    messages = [message("Offer", **offer), message("Accept", head=HEAD)]
    request = phone.site.request("accept", messages, item=ITEM, link=offered["keep"], **phone.site.joining())
    phone.open(request)
    phone.press("Make a passkey and accept")
    phone.press("Continue")
    accepted = phone.answer()
    values = {"offer": offer_hash(offer), "head": HEAD, **accepted["values"]}
    assert [signer(one, "Accept", **values) for one in accepted["signatures"]] == [
        accepted["key"]["address"],
        offer["recipient"],
    ]
    assert accepted["key"]["address"] != seller["address"]


def test_wrong_digits_do_not_open_a_link(phone: Device) -> None:
    link_key = links.link_key(bytes(16), "000000", ITEM_ID)
    offer = offer_values(signing.address_of(link_key))
    link = {"secret": "A" * 22, "code": "000001"}
    messages = [message("Offer", **offer), message("Accept", head=HEAD)]
    phone.open(phone.site.request("accept", messages, item=ITEM, link=link, **phone.site.joining()))
    assert "The six digits do not fit this link." in phone.page.locator("#screen").inner_text()
    phone.press("Back to the site")
    assert phone.answer() == {"cancelled": True}


def test_an_offer_to_ones_own_key_is_accepted_with_that_key(phone: Device) -> None:
    buyer = new_owner(phone)
    offer = offer_values(buyer["address"])
    seller = phone.does(
        phone.site.request(
            "offer", [message("Offer", **offer)], item=ITEM, signer=buyer["address"], keys=[known(buyer)]
        ),
        "Sign the offer",
    )
    assert "keep" not in seller
    messages = [message("Offer", **offer), message("Accept", head=HEAD)]
    request = phone.site.request("accept", messages, item=ITEM, keys=[known(buyer)])
    answer = phone.does(request, "Accept with my passkey")
    values = {"offer": offer_hash(offer), "head": HEAD, "newOwner": buyer["address"]}
    assert answer["values"] == {"newOwner": buyer["address"]}
    assert [signer(one, "Accept", **values) for one in answer["signatures"]] == [buyer["address"]]


def prove(phone: Device, key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {"item": str(ITEM_ID), "words": "amber · violin · north 4821", "challenge": CHALLENGE, "expiry": SOON}
    keys = [known(key)]
    request = phone.site.request(
        "prove", [message("Possession", **values)], item=ITEM, signer=key["address"], keys=keys
    )
    return request, values


def test_possession_is_proven_with_the_words_before_ones_eyes(phone: Device) -> None:
    key = new_owner(phone)
    request, values = prove(phone, key)
    phone.open(request)
    assert phone.page.locator(".words").inner_text() == "amber · violin · north 4821"
    phone.press("I have it: confirm")
    answer = phone.answer()
    assert signer(answer["signatures"][0], "Possession", **values) == key["address"]


def test_who_is_not_selling_says_so_and_signs_nothing(phone: Device) -> None:
    request, _ = prove(phone, new_owner(phone))
    assert phone.does(request, "I'm not selling") == {"not_selling": True}


def test_what_the_site_says_stands_apart_from_what_is_signed(phone: Device) -> None:
    phone.open(phone.site.sign_in(about=["You asked to see your items."]))
    said = phone.page.locator(".site")
    expect(said.get_by_text("This page cannot check these lines.")).to_be_visible()
    expect(said.get_by_text("You asked to see your items.")).to_be_visible()
