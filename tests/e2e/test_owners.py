"""Owners and buyers at their phones: claiming, handing over, asking and answering, with passkeys."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ledger.domain.people import StaffRole
from tests.e2e.cast import Card, Cast, Someone, cast
from tests.e2e.running import wait_until
from tests.e2e.test_demo_story import free_port
from web.sealed_numbers import sealed

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with cast(tmp_path_factory.mktemp("owners"), free_port()) as everybody:
        everybody.print_cards(24)
        yield everybody


@pytest.fixture(scope="module")
def anna(stage: Cast) -> Iterator[Someone]:
    """Somebody who has claimed two items."""
    one = stage.someone("Anna")
    yield one
    one.leave()


@pytest.fixture(scope="module")
def hers(stage: Cast, anna: Someone) -> Card:
    card = stage.card()
    anna.claim(card)
    return card


def link_and_digits(seller: Someone, card: Card, *, platform: str = "") -> tuple[str, str]:
    seller.page.goto(f"/my/items/{card.item:064x}/handover")
    if platform:
        seller.page.get_by_label("When does it count?").select_option(label=platform)
    seller.press("Make the link")
    seller.page.get_by_role("button", name="Sign the offer").first.click()
    seller.reads("Send the link and the digits by two ways")
    link = seller.page.locator("#link")
    # It stands there empty until the script has filled it.
    expect(link).to_be_visible()
    return link.input_value(), seller.page.locator("#digits").inner_text()


def accept(buyer: Someone, link: str, digits: str) -> None:
    buyer.page.goto(link)
    buyer.page.get_by_label("Six digits").fill(digits)
    buyer.press("Show me what is offered")
    buyer.press("Accept with my fingerprint")
    buyer.press("Make a passkey and accept")
    buyer.press("Continue")


def test_claiming_takes_three_screens_and_the_keyboard_alone(stage: Cast) -> None:
    card, owner = stage.card(), stage.someone("Berta")
    page, screens = owner.page, []
    page.on("framenavigated", lambda frame: screens.append(frame.url.split("#")[0]))
    page.goto(card.address)
    assert not owner.context.cookies()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "I just bought it new: claim it":
            break
    page.keyboard.press("Enter")
    page.get_by_label("Claim code").wait_for()
    page.get_by_label("Claim code").focus()
    page.keyboard.type(card.code.lower())
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").wait_for()
    page.get_by_role("button", name="Continue").focus()
    page.keyboard.press("Enter")
    owner.reads("It’s yours")
    shown = [one for number, one in enumerate(screens) if number == 0 or one != screens[number - 1]]
    assert len([one for one in shown if "/signed/" not in one]) == 3, shown
    assert stage.holder(card.item) == owner.address_of(card)
    owner.picture("claimed")
    owner.leave()


def test_a_second_item_needs_no_second_passkey_and_shares_no_address(stage: Cast, anna: Someone, hers: Card) -> None:
    second = stage.card()
    anna.claim(second)
    assert anna.address_of(second) != anna.address_of(hers)
    anna.page.goto("/my/account")
    expect(anna.page.get_by_text("It holds 2 items.")).to_be_visible()


def test_a_wrong_claim_code_is_named_at_once_and_burns_no_try(stage: Cast) -> None:
    card, other, owner = stage.card(), stage.card(), stage.someone("Carlo")
    owner.page.goto(card.address)
    owner.press("I just bought it new: claim it")
    owner.page.get_by_label("Claim code").fill(other.code)
    owner.page.get_by_role("button", name="claim", exact=False).first.click()
    expect(owner.page.get_by_text("That claim code is not this item's.", exact=False)).to_be_visible()
    owner.page.get_by_label("Claim code").fill(card.code)
    owner.page.get_by_role("button", name="claim", exact=False).first.click()
    owner.press("Continue")
    owner.reads("It’s yours")
    owner.leave()


def test_a_ceremony_that_was_not_finished_loses_nothing(stage: Cast) -> None:
    card, owner = stage.card(), stage.someone("Dora")
    owner.page.goto(card.address)
    owner.press("I just bought it new: claim it")
    owner.page.get_by_label("Claim code").fill(card.code)
    owner.unwilling()
    owner.page.get_by_role("button", name="claim", exact=False).first.click()
    expect(owner.page.get_by_role("button", name="Try again")).to_be_visible()
    owner.picture("unfinished")
    owner.unwilling(False)
    owner.press("Try again")
    owner.press("Continue")
    owner.reads("It’s yours")
    owner.leave()


def test_an_item_is_handed_over_by_link_and_digits_and_both_pages_turn_by_themselves(
    stage: Cast, anna: Someone
) -> None:
    card, buyer = stage.card(), stage.someone("Emil")
    anna.claim(card)
    link, digits = link_and_digits(anna, card)
    anna.picture("handover_link")
    buyer.page.goto(link)
    expect(buyer.page.get_by_label("Six digits")).to_be_visible()
    buyer.page.get_by_label("Six digits").fill("000000" if digits != "000 000" else "111111")
    buyer.press("Show me what is offered")
    expect(buyer.page.get_by_text("4 tries are left", exact=False)).to_be_visible()
    accept(buyer, link, digits)
    buyer.reads("It’s yours")
    assert stage.holder(card.item) == buyer.address_of(card)
    anna.page.wait_for_url(f"**/my/items/{card.item:064x}", timeout=30_000)
    expect(anna.page.get_by_text("It is not yours any more.", exact=False)).to_be_visible()
    buyer.page.goto(link)
    buyer.page.get_by_label("Six digits").fill(digits)
    buyer.press("Show me what is offered")
    expect(buyer.page.get_by_text("This offer does not count any more", exact=False)).to_be_visible()
    buyer.leave()


def ask(buyer: Someone, card: Card) -> str:
    """Ask the owner; the link to send."""
    buyer.page.goto(card.address)
    buyer.press("Ask the seller to prove they have it")
    buyer.reads("Send this to the seller")
    return buyer.page.locator("#link").input_value()


def answer(owner: Someone, link: str) -> None:
    owner.page.goto(link)
    owner.press("Go on")
    owner.page.get_by_role("button", name="I have it: confirm").first.click()
    owner.reads("The buyer’s page has changed")


def test_the_owner_answers_and_only_the_buyer_who_asked_sees_it(stage: Cast, anna: Someone, hers: Card) -> None:
    buyer, other = stage.someone("Franz"), stage.someone("Gina")
    link = ask(buyer, hers)
    words = buyer.page.locator("#words").inner_text()
    anna.page.goto(link)
    assert words in anna.page.inner_text("body")
    answer(anna, link)
    buyer.reads("The owner has just confirmed they have it")
    buyer.picture("confirmed")
    buyer.page.goto(hers.address)
    buyer.reads("The owner has just confirmed they have it")
    other.page.goto(hers.address)
    assert other.heading() == "Matches Maison Exemple's records"
    # Replay: the link works once.
    anna.page.goto(link)
    expect(anna.page.get_by_text("This question was answered already.", exact=False)).to_be_visible()
    buyer.leave()
    other.leave()


def test_relay_attack_an_answer_that_a_cheat_has_relayed_counts_for_the_cheat_alone(
    stage: Cast, anna: Someone, hers: Card
) -> None:
    """The cheat asks, has the true owner answer, and shows the victim nothing but their own page."""
    cheat, victim = stage.someone("Cheat"), stage.someone("Victim")
    theirs, link = ask(victim, hers), ask(cheat, hers)
    answer(anna, link)
    cheat.reads("The owner has just confirmed they have it")
    assert victim.heading() == "Send this to the seller"
    victim.page.goto(hers.address)
    assert victim.heading() == "Matches Maison Exemple's records"
    assert theirs != link
    cheat.leave()
    victim.leave()


def test_a_stranger_and_a_former_owner_cannot_answer_and_hear_why(stage: Cast, anna: Someone, hers: Card) -> None:
    card, now, buyer = stage.card(), stage.someone("Hugo"), stage.someone("Ida")
    anna.claim(card)
    link, digits = link_and_digits(anna, card)
    accept(now, link, digits)
    now.reads("It’s yours")
    asked = ask(buyer, card)
    anna.page.goto(asked)
    anna.press("Go on")
    expect(anna.page.get_by_text("You were its owner once", exact=False)).to_be_visible()
    other = ask(buyer, hers)
    now.page.goto(other)
    now.press("Go on")
    expect(now.page.get_by_text("Only the registered owner can answer.", exact=False)).to_be_visible()
    buyer.leave()
    now.leave()


def test_an_owner_who_is_not_selling_says_so_and_the_buyer_is_warned(stage: Cast, anna: Someone, hers: Card) -> None:
    buyer = stage.someone("Jana")
    link = ask(buyer, hers)
    anna.page.goto(link)
    anna.press("Go on")
    anna.page.get_by_role("button", name="not selling").first.click()
    anna.reads("The buyer is warned")
    buyer.reads("The owner says that they are not selling it")
    buyer.leave()


def test_whoever_the_owner_entrusts_answers_for_them_until_it_is_taken_back(
    stage: Cast, anna: Someone, hers: Card
) -> None:
    shop, buyer = stage.someone("Karl"), stage.someone("Lea")
    shop.claim(stage.card())
    stage.member(shop, "bazar", StaffRole.OPERATIONS)
    anna.page.goto(f"/my/items/{hers.item:064x}/entrust")
    anna.page.get_by_label("Who holds it for you?").select_option(label="Bazar (bazar.example)")
    anna.press("Sign it with my fingerprint")
    anna.page.get_by_role("button", name="Sign", exact=False).first.click()
    expect(anna.page.get_by_text("Bazar may answer for you", exact=False)).to_be_visible()
    link = ask(buyer, hers)
    answer(shop, link)
    buyer.reads("The owner has just confirmed they have it")
    buyer.page.goto(hers.address)
    expect(buyer.page.get_by_text("Held for sale by Bazar", exact=False)).to_be_visible()
    anna.page.goto(f"/my/items/{hers.item:064x}")
    anna.press("Take it back now")
    buyer.page.goto(hers.address)
    buyer.reads("Matches Maison Exemple's records")
    buyer.leave()
    shop.leave()


def test_lost_warns_everybody_and_found_ends_it(stage: Cast, anna: Someone, hers: Card) -> None:
    anna.page.goto(f"/my/items/{hers.item:064x}/report/lost")
    anna.page.get_by_label("When did it happen?").fill("2026-11-02")
    anna.page.get_by_label("In which country?").fill("Italy")
    anna.press("Sign it with my fingerprint")
    anna.page.get_by_role("button", name="Sign", exact=False).first.click()
    anna.page.wait_for_url(f"**/my/items/{hers.item:064x}")
    assert stage.verdict(hers.address) == "reported_lost"
    finder = stage.someone("Marta")
    finder.page.goto(hers.address)
    finder.page.get_by_role("link", name="I found it").click()
    finder.page.get_by_label("Your message").fill("It is at the lost property office.")
    finder.press("Send")
    wait_until(lambda: stage.verdict(hers.address) == "reported_lost", "it is final")
    anna.page.goto(f"/my/items/{hers.item:064x}")
    expect(anna.page.get_by_text("It is at the lost property office.")).to_be_visible()
    anna.page.goto(f"/my/items/{hers.item:064x}/report/found")
    anna.press("Sign it with my fingerprint")
    anna.page.get_by_role("button", name="Sign", exact=False).first.click()
    wait_until(lambda: stage.verdict(hers.address) == "held", "the report has ended")
    finder.leave()


def test_an_account_is_found_again_by_passkey_and_by_mail_and_deleted_for_good(stage: Cast) -> None:
    one, card = stage.someone("Nora"), stage.card()
    one.claim(card)
    one.page.get_by_label("Your e-mail address").fill("nora@example.com")
    one.press("Send me a link to confirm it")
    one.page.goto(stage.follow_mail())
    one.press("Continue")
    one.page.goto("/my/account")
    one.press("Sign out here")
    one.sign_in()
    expect(one.page.get_by_role("link", name="Sac Lune 25")).to_be_visible()
    one.page.goto("/my/account")
    one.press("Sign out here")
    one.page.get_by_label("Your e-mail address").fill("nora@example.com")
    one.press("Send me a link")
    letter = stage.follow_mail()
    one.page.goto(letter)
    one.press("Continue")
    expect(one.page.get_by_role("link", name="Sac Lune 25")).to_be_visible()
    one.page.goto(letter)
    expect(one.page.get_by_text("This link was used already", exact=False)).to_be_visible()
    one.page.goto("/my/leave")
    one.page.get_by_label("I have read this", exact=False).check()
    one.press("Delete my account for good")
    one.reads("Your account is deleted")
    assert stage.verdict(card.address) == "held"
    one.page.goto("/my")
    one.reads("Sign in")
    one.leave()


def test_a_handover_through_a_platform_counts_when_the_platform_releases_it(stage: Cast, anna: Someone) -> None:
    card, buyer = stage.card(), stage.someone("Otto")
    anna.claim(card)
    link, digits = link_and_digits(anna, card, platform="Bazar (bazar.example)")
    offer = link.split("#")[0].rsplit("/", 1)[-1]
    accept(buyer, link, digits)
    expect(buyer.page.get_by_text("It becomes yours when the platform releases it.", exact=False)).to_be_visible()
    assert stage.holder(card.item) == anna.address_of(card)
    stage.release(offer)
    buyer.reads("It’s yours")
    assert stage.holder(card.item) == buyer.address_of(card)
    buyer.leave()


def test_an_owner_ends_an_offer_and_the_link_is_dead(stage: Cast, anna: Someone, hers: Card) -> None:
    buyer = stage.someone("Paul")
    link, digits = link_and_digits(anna, hers)
    anna.press("End this offer")
    anna.press("Sign")
    anna.page.wait_for_url(f"**/my/items/{hers.item:064x}")
    wait_until(lambda: stage.verdict(hers.address) == "held", "the offer has ended")
    buyer.page.goto(link)
    buyer.page.get_by_label("Six digits").fill(digits)
    buyer.press("Show me what is offered")
    expect(buyer.page.get_by_text("This offer does not count any more", exact=False)).to_be_visible()
    buyer.leave()


def test_somebody_asks_for_the_item_and_its_owner_ends_that(stage: Cast, anna: Someone, hers: Card) -> None:
    stage.replace_card(hers)
    anna.page.goto(f"/my/items/{hers.item:064x}")
    expect(anna.page.get_by_text("Somebody asked the brand to take this item over.", exact=False)).to_be_visible()
    anna.press("It is mine: end this")
    anna.press("Sign")
    anna.page.wait_for_url(f"**/my/items/{hers.item:064x}")
    wait_until(lambda: stage.verdict(hers.address) == "held", "the attempt has ended")


def test_the_same_answer_in_two_tabs_and_after_the_back_button_counts_once(stage: Cast) -> None:
    one, card = stage.someone("Rosa"), stage.card()
    returned: list[str] = []
    one.page.on("request", lambda request: returned.append(request.url) if "/signed/" in request.url else None)
    one.claim(card)
    one.page.go_back()
    one.page.wait_for_load_state()
    assert "sign.localhost" not in one.page.url
    second = one.context.new_page()
    second.goto(returned[0].split("#")[0])
    expect(second.get_by_role("heading", level=1)).to_have_text("It’s yours")
    second.close()
    one.leave()


def test_a_phone_that_is_offline_when_it_comes_back_loses_nothing(stage: Cast) -> None:
    one, card = stage.someone("Sara"), stage.card()
    one.page.goto(card.address)
    one.press("I just bought it new: claim it")
    one.page.get_by_label("Claim code").fill(card.code)
    one.press("Make a passkey and claim")
    one.page.get_by_role("button", name="Continue").wait_for()
    one.page.route("**/signed/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    one.press("Continue")
    expect(one.page.get_by_text("Nothing is lost", exact=False)).to_be_visible()
    one.picture("offline")
    one.page.unroute("**/signed/**")
    one.reads("It’s yours")
    one.leave()


def test_a_browser_extension_holds_an_item_for_those_who_have_one(stage: Cast) -> None:
    one, card = stage.someone("Toni"), stage.card()
    wallet = one.install_extension()
    one.page.goto(card.address)
    one.press("I just bought it new: claim it")
    one.page.get_by_label("Claim code").fill(card.code)
    one.press("Use a browser extension instead")
    one.reads("It’s yours")
    assert stage.holder(card.item) == wallet
    one.leave()


def test_a_lost_passkey_is_no_loss_with_the_paper_backup(stage: Cast) -> None:
    one, card = stage.someone("Vera"), stage.card()
    one.page.goto(card.address)
    one.press("I just bought it new: claim it")
    one.page.get_by_label("Claim code").fill(card.code)
    one.press("Make a passkey and claim")
    sheet = one.page.get_by_text("0x", exact=False).first.inner_text()
    one.press("Continue")
    one.reads("It’s yours")
    one.lose_passkey()
    one.page.goto(f"/my/items/{card.item:064x}/report/lost")
    one.page.get_by_label("When did it happen?").fill("2026-11-02")
    one.page.get_by_label("In which country?").fill("Italy")
    one.press("Sign it with my fingerprint")
    one.press("Use my paper backup")
    one.page.get_by_role("textbox").fill(sheet)
    one.press("Sign with the paper backup")
    one.page.wait_for_url(f"**/my/items/{card.item:064x}")
    wait_until(lambda: stage.verdict(card.address) == "reported_lost", "the report is recorded")
    one.leave()


def test_an_item_moves_to_a_second_device_and_stays_its_owners(stage: Cast) -> None:
    old, new, card = stage.someone("Wanda"), stage.someone("Wanda, at her new phone"), stage.card()
    old.claim(card)
    old.page.get_by_label("Your e-mail address").fill("wanda@example.com")
    old.press("Send me a link to confirm it")
    old.page.goto(stage.follow_mail())
    old.press("Continue")
    new.page.goto("/sign-in")
    new.page.get_by_label("Your e-mail address").fill("wanda@example.com")
    new.press("Send me a link")
    new.page.goto(stage.follow_mail())
    new.press("Continue")
    new.page.goto("/my/account")
    new.press("Add a passkey")
    new.press("Make a passkey")
    new.page.wait_for_url("**/my/account")
    before = stage.holder(card.item)
    old.page.goto(f"/my/items/{card.item:064x}/move")
    old.press("Let the old passkey sign")
    old.press("Sign the offer")
    old.reads("Now the new passkey")
    new.page.goto(f"/my/items/{card.item:064x}")
    new.page.get_by_role("link", name="Go on with the new passkey").click()
    new.press("Take it with the passkey of this device")
    new.press("Accept with my passkey")
    # The page goes on by itself, and must not do so in the midst of what comes next.
    new.page.wait_for_url(lambda url: url.endswith(f"/my/items/{card.item:064x}?new=1"))
    wait_until(lambda: stage.holder(card.item) != before, "the new passkey holds it")
    assert stage.holder(card.item) == new.address_of(card)
    new.page.goto("/my/account")
    expect(new.page.get_by_text("It holds 1 item.")).to_be_visible()
    old.leave()
    new.leave()


def test_a_hostile_page_gets_nothing_signed_and_frames_nothing(stage: Cast, anna: Someone, hers: Card) -> None:
    """It sends its own request to the signing page, sends a form to ours, and puts both in frames."""
    request = base64.urlsafe_b64encode(
        json.dumps(
            {"v": 1, "errand": "err_hostile1", "back": "http://hostile.localhost", "act": "sign_in", "lang": "en"}
        ).encode()
    )
    anna.page.goto(stage.ledger.sign_url + "/#r=" + request.rstrip(b"=").decode())
    expect(anna.page.get_by_text("does not sign for the site that sent you here", exact=False)).to_be_visible()
    assert anna.page.get_by_role("button", name="Sign").count() == 0
    before = stage.asked(hers.item)
    asking = f"{stage.running.address}/items/{sealed(stage.ledger, hers.item)}/ask"
    form = f'<form method="post" action="{asking}"><button>x</button></form>'
    frames = f'<iframe src="{stage.ledger.sign_url}/"></iframe><iframe src="{stage.running.address}/my"></iframe>'
    other = anna.context.new_page()
    other.route("http://hostile.localhost/", lambda route: route.fulfill(body=form + frames, content_type="text/html"))
    other.goto("http://hostile.localhost/")
    assert all(frame.url.startswith("chrome-error:") for frame in other.frames[1:])
    other.get_by_role("button").click()
    expect(other.get_by_text("Another site’s page has sent you here.", exact=False)).to_be_visible()
    assert stage.asked(hers.item) == before
    other.close()
