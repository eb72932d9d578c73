"""Signing without the passkey: a browser extension, a contract account, the paper backup; and ceremonies given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from playwright.sync_api import Page, expect

from ledger.chain import signing
from tests.web.sign.device import Device
from tests.web.sign.site import ITEM, ITEM_ID, message, signer
from tests.web.sign.test_acts import CLAIM, CODE, REF, claim, known, new_owner, prove

KEY = b"\x07" * 32
ACCOUNT = signing.address_of(KEY)
PROVIDER = """window.ethereum = { request: (question) => window.extension(JSON.stringify(question)) };"""
VALUES = {"item": ITEM_ID, "kind": 1, "ref": REF, "sequence": 1}


def extension(page: Page, answer: Any = None) -> None:
    """A browser extension that signs what it is shown, by eth-account; or answers something else."""

    def asked(question: str) -> Any:
        method, parameters = (json.loads(question).get(name) for name in ("method", "params"))
        if method == "eth_requestAccounts":
            return [Account.from_key(KEY).address]
        assert method == "eth_signTypedData_v4"
        assert parameters[0] == ACCOUNT
        if answer is not None:
            return answer
        return Account.sign_typed_data(KEY, full_message=json.loads(parameters[1])).signature.to_0x_hex()

    page.expose_function("extension", asked)
    page.add_init_script(PROVIDER)


def report(phone: Device, owner: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    values = VALUES | {"item": str(ITEM_ID)}
    return phone.site.request("sign", [message("OwnerReport", **values)], item=ITEM, signer=owner, keys=keys)


def test_a_claim_by_a_browser_extension_makes_its_account_the_owner(phone: Device) -> None:
    extension(phone.page)
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Use a browser extension instead")
    answer = phone.answer()
    assert answer["key"] == {"wallet": ACCOUNT}
    values = {"item": ITEM_ID, "newOwner": ACCOUNT}
    assert answer["values"] == {"newOwner": ACCOUNT}
    assert [signer(one, "Claim", **values) for one in answer["signatures"]] == [CLAIM["address"], ACCOUNT]


def test_an_owner_whose_key_is_an_extensions_signs_with_it(phone: Device) -> None:
    extension(phone.page)
    answer = phone.does(report(phone, ACCOUNT, [{"wallet": ACCOUNT}]), "Sign")
    assert signer(answer["signatures"][0], "OwnerReport", **VALUES) == ACCOUNT


def test_where_there_is_no_extension_the_page_says_so_and_takes_a_paper_backup(phone: Device) -> None:
    key = new_owner(phone)
    phone.open(report(phone, key["address"], [{"wallet": key["address"]}]))
    expect(phone.page.locator("#screen")).to_contain_text("this browser has none")
    phone.page.get_by_label("Backup key").fill("1" * 64)
    phone.press("Sign with the paper backup")
    expect(phone.page.locator("#trouble")).to_contain_text("Paste everything from the sheet")


def test_another_account_than_the_one_that_has_to_sign_is_named(phone: Device) -> None:
    extension(phone.page)
    other = "0x" + "99" * 20
    phone.open(report(phone, other, [{"wallet": other}]))
    phone.press("Sign")
    expect(phone.page.locator("#trouble")).to_contain_text("account is not the one that has to sign")


def test_a_signature_that_is_not_the_accounts_is_taken_for_a_contract_accounts(phone: Device) -> None:
    extension(phone.page, "0x" + "11" * 80)
    answer = phone.does(report(phone, ACCOUNT, [{"wallet": ACCOUNT}]), "Sign")
    signature = bytes.fromhex(answer["signatures"][0][2:])
    assert signing.claimed_wallet(signature) == ACCOUNT
    assert signature[21:] == b"\x11" * 80


@pytest.mark.parametrize("answer", ["0x", "nonsense", 5, {}])
def test_an_extension_that_answers_nonsense_signs_nothing(phone: Device, answer: Any) -> None:
    extension(phone.page, answer)
    phone.open(report(phone, ACCOUNT, [{"wallet": ACCOUNT}]))
    phone.press("Sign")
    expect(phone.page.locator("#trouble")).to_contain_text("The extension did not sign.")


def test_the_backup_sheet_signs_when_the_passkey_is_lost(phone: Device) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    typed = phone.page.locator("#backup-key").inner_text()
    expect(phone.page.get_by_role("img", name="QR code")).to_be_visible()
    phone.press("Continue")
    key = phone.answer()["key"]
    request, values = prove(phone, key)
    phone.open(request)
    phone.press("Use my paper backup")
    phone.page.get_by_label("Backup key").fill(typed.upper().replace("0X", "0x"))
    phone.press("Sign with the paper backup")
    answer = phone.answer()
    assert answer["signatures"][0].startswith("0x03")
    assert signer(answer["signatures"][0], "Possession", **values) == key["address"]


def test_the_saved_file_alone_signs_where_the_site_knows_no_key(phone: Device, tmp_path: Path) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    with phone.page.expect_download() as saved:
        phone.press("Save as a file")
    saved.value.save_as(tmp_path / "backup.txt")
    assert saved.value.suggested_filename == "touchmark-backup-7K3M9QX2TP4W.txt"
    phone.press("Continue")
    key = phone.answer()["key"]
    text = (tmp_path / "backup.txt").read_text(encoding="utf-8")
    others = [{"credential": "AAAA", "x": REF, "y": REF}]
    phone.open(report(phone, key["address"], others))
    phone.page.get_by_label("Backup key").fill(text)
    phone.press("Sign with the paper backup")
    assert signer(phone.answer()["signatures"][0], "OwnerReport", **VALUES) == key["address"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "That is no backup key."),
        ("0x12", "That is no backup key."),
        ("0" * 64, "That is no backup key."),
        ("1" * 64, "That backup key is not this item's."),
    ],
)
def test_a_backup_key_that_does_not_fit_is_named(phone: Device, typed: str, sentence: str) -> None:
    key = new_owner(phone)
    phone.open(report(phone, key["address"], [known(key)]))
    phone.press("Use my paper backup")
    phone.page.get_by_label("Backup key").fill(typed)
    phone.press("Sign with the paper backup")
    expect(phone.page.locator("#trouble")).to_contain_text(sentence)
    expect(phone.page.get_by_label("Backup key")).to_be_focused()
    phone.press("Use my passkey instead")
    phone.press("Sign")
    assert signer(phone.answer()["signatures"][0], "OwnerReport", **VALUES) == key["address"]


def test_a_ceremony_that_was_given_up_can_be_repeated(phone: Device) -> None:
    key = new_owner(phone)
    phone.finger(given=False)
    phone.open(report(phone, key["address"], [known(key)]))
    phone.press("Sign")
    expect(phone.page.locator("#trouble")).to_contain_text("Nothing was signed")
    phone.finger(given=True)
    phone.press("Try again")
    assert signer(phone.answer()["signatures"][0], "OwnerReport", **VALUES) == key["address"]


def test_a_passkey_made_before_the_ceremony_was_given_up_is_used_the_next_time(phone: Device) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.evaluate(
        "() => { const get = navigator.credentials.get.bind(navigator.credentials); let refused = false;"
        "navigator.credentials.get = (asked) => { if (refused) return get(asked); refused = true;"
        "return Promise.reject(new DOMException('given up', 'NotAllowedError')); } }"
    )
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    expect(phone.page.locator("#trouble")).to_contain_text("Your passkey is made. Press once more")
    phone.press("Try again")
    phone.press("Continue")
    answer = phone.answer()
    assert len(phone.passkeys()) == 1
    assert signer(answer["signatures"][1], "Claim", item=ITEM_ID, **answer["values"]) == answer["key"]["address"]


def test_a_device_that_holds_a_passkey_already_says_so(phone: Device) -> None:
    key = new_owner(phone)
    phone.open(phone.site.join(keys=[known(key)]))
    phone.press("Make a passkey")
    expect(phone.page.locator("#trouble")).to_contain_text("This device already holds a passkey")


def test_a_passkey_that_the_device_does_not_have_signs_nothing(phone: Device) -> None:
    key = new_owner(phone)
    missing = known(key) | {"credential": "AAAAAAAA"}
    phone.open(report(phone, key["address"], [missing]))
    phone.press("Sign")
    expect(phone.page.locator("#trouble")).to_contain_text("Nothing was signed")


def test_without_any_key_that_can_sign_the_page_says_so(phone: Device) -> None:
    phone.open(report(phone, ACCOUNT, []))
    expect(phone.page.locator("#screen")).to_contain_text("None of the keys that the site sent can sign this.")
    phone.press("Back to the site")
    assert phone.answer() == {"cancelled": True}
