"""The verifier's page in a browser: from a host and from a disk, asking nobody but whom a button names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.support.chromium import AXE
from tests.vectors.passport_cases import FOLDER, bytes_of, cases
from tests.web.verify.conftest import GOOD, ITEM, OURS, Host, Node, Visit
from web.verify_host import FILE, bp, read_page

CASES = {case["name"]: case for case in cases()}
LANGUAGES = {
    "en": "The file holds.",
    "fr": "Le fichier est conforme.",
    "it": "Il file è in ordine.",
    "zh-Hans": "文件成立。",
}


def file_of(name: str) -> dict[str, Any]:
    return {"name": f"{name}.json", "mimeType": "application/json", "buffer": bytes_of(CASES[name])}


def test_a_passport_is_checked_wherever_the_page_is_opened(visit: Visit, address: str) -> None:
    visit.open(address)
    assert visit.check("claimed") == "The file holds."
    assert "By the trust list, brand number 1 is Maison." in visit.answer
    assert "It has an owner." in visit.answer
    assert "No file proves that the object in your hand is this item" in visit.answer
    assert visit.asked == [f"GET {address}"], "nothing was asked for but the page"


def test_without_a_trust_list_nobody_says_whose_it_is(visit: Visit, address: str) -> None:
    visit.open(address)
    assert visit.check("claimed", trust=None).startswith("The file does not contradict itself.")
    assert "No trust list was given" in visit.answer
    visit.give("trust", OURS)
    visit.page.get_by_text("The file holds.").wait_for()


def test_bad_news_stand_above_everything_else(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.check("stolen")
    assert visit.page.locator(".news").inner_text() == "Its owner has reported it stolen."
    assert "Reported stolen, by an owner or the card" in visit.answer
    visit.check("inspected", trust=None)
    assert "An inspection, by Luxcheck" in visit.answer
    visit.check("batch_recalled", trust=None)
    assert "The brand has recalled the whole batch." in visit.page.locator(".news").inner_text()


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("a_space_between", "1, file"),
        ("another_value", "4, record"),
        ("the_last_statement_dropped", "7, statements"),
        ("other_code", "10, code"),
        ("anothers_prefix", "13, prefix"),
    ],
)
def test_damage_is_named_with_its_step_what_was_expected_and_what_was_found(visit: Visit, name: str, step: str) -> None:
    visit.open(_saved())
    visit.give("trust", OURS)
    visit.give("passport", file_of(name))
    assert visit.headline() == "The file does not hold. Do not rely on it."
    assert f"Step {step}:" in visit.answer
    assert "By the trust list" not in visit.answer, "what a broken file says is not told as true"
    visit.page.get_by_text("Check it yourself").click()
    last = visit.page.locator(".steps > li").last
    assert "contradicts" in last.inner_text()
    expected = CASES[name]["expected"]
    assert visit.page.locator(".steps > li").count() == len(expected["steps"])


def test_the_hosts_list_is_taken_only_when_a_button_says_so(visit: Visit, host: Host) -> None:
    visit.open(host.page)
    assert host.asked == []
    visit.check("claimed", trust=None)
    visit.page.get_by_role("button", name="Take the list that 127.0.0.1").click()
    visit.page.get_by_text("The file holds.").wait_for()
    assert host.asked == ["/.well-known/touchmark.json?"]


def test_the_passport_of_the_scan_page_is_fetched_after_a_click(visit: Visit, host: Host) -> None:
    visit.open(f"{host.page}#passport={ITEM.replace('%', '%25')}")
    assert host.asked == []
    visit.page.get_by_role("button", name="Fetch the passport").click()
    visit.headline()
    assert host.asked == ["09521234543213/AB/1/passport"]


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/v1/items/09521234543213/A/passport",
        "//evil.example/v1/items/09521234543213/A/passport",
        "/v1/items/09521234543213/../passport",
        "/v1/other",
        "/v1/items/09521234543213/A/passport?x=1",
        "javascript:alert(1)",
    ],
)
def test_no_other_address_is_fetched_from_the_fragment(visit: Visit, host: Host, path: str) -> None:
    visit.open(f"{host.page}#passport={path}")
    assert visit.page.locator("#fetch").is_hidden()


def test_a_node_is_asked_three_things_and_told_nothing_of_the_file(visit: Visit, address: str, node: Node) -> None:
    visit.open(address)
    visit.check("claimed")
    assert node.asked == []
    visit.page.fill("#node", node.address)
    visit.page.get_by_role("button", name="Ask this node").click()
    visit.page.get_by_text("And the block is known to the chain.").wait_for()
    assert [one["method"] for one in node.asked] == ["eth_chainId", "eth_getBlockByNumber", "eth_getStorageAt"]
    assert {one.split(" ")[1] for one in visit.asked} == {address, node.address + "/"}


def test_a_node_that_knows_another_block_contradicts(visit: Visit, host: Host, node: Node) -> None:
    node.block = "0x" + "55" * 32
    visit.open(host.page)
    visit.check("claimed")
    visit.page.fill("#node", node.address)
    visit.page.press("#node", "Enter")
    visit.page.get_by_text("knows another block").first.wait_for()
    assert visit.headline().startswith("The file does not hold.")


def test_an_address_that_cannot_be_asked_is_said_beside_the_field(visit: Visit) -> None:
    visit.open(_saved())
    visit.check("claimed")
    for typed in ("node.example", "http://node.example", "ftp://node.example"):
        visit.page.fill("#node", typed)
        visit.page.get_by_role("button", name="Ask this node").click()
        assert "not an address that this page can ask" in visit.page.locator("#node-wrong").inner_text()
        assert visit.page.get_attribute("#node", "aria-invalid") == "true"


def test_a_checkpoint_makes_it_live(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.check("claimed")
    visit.give("checkpoint", FOLDER / "checkpoints" / "ours.json")
    visit.page.get_by_text("And the block is known to the chain.").wait_for()
    visit.give("checkpoint", FOLDER / "checkpoints" / "a_strangers.json")
    visit.page.get_by_text("Somebody else signed the checkpoint.").first.wait_for()


def test_files_are_known_by_what_they_are_when_they_are_dropped(visit: Visit) -> None:
    visit.open(_saved())
    files = [path.read_text() for path in (OURS, FOLDER / "checkpoints" / "ours.json", GOOD / "claimed.json")]
    visit.page.evaluate(
        """texts => {
          const transfer = new DataTransfer();
          for (const text of texts) transfer.items.add(new File([text], "dropped.json"));
          const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", how));
        }""",
        files,
    )
    visit.page.get_by_text("And the block is known to the chain.").wait_for()


def test_a_trust_list_is_kept_where_it_is_asked_for_and_forgotten_on_a_word(visit: Visit, host: Host) -> None:
    visit.open(host.page)
    visit.page.get_by_text("Paste a trust list").first.click()
    visit.page.fill("#pasted", OURS.read_text())
    visit.page.get_by_role("button", name="Use what I pasted").click()
    visit.page.get_by_text("In use:").wait_for()
    visit.page.reload()
    assert visit.page.locator("#trust-state").inner_text() == "No trust list is in use."
    visit.give("trust", OURS)
    visit.page.get_by_text("In use:").wait_for()
    visit.page.check("#keep")
    visit.page.reload()
    visit.page.get_by_text("In use:").wait_for()
    visit.page.get_by_role("button", name="Forget the list").click()
    visit.page.reload()
    assert visit.page.locator("#trust-state").inner_text() == "No trust list is in use."


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"format":"touchmark-trust/1","ledgers":1}'])
def test_a_trust_list_that_is_none_is_refused_in_a_sentence(visit: Visit, text: str) -> None:
    visit.open(_saved())
    visit.give("trust", {"name": "t.json", "mimeType": "application/json", "buffer": text.encode()})
    visit.page.locator("#trouble", has_text="The trust list").wait_for()
    assert visit.page.locator("#trust-state").inner_text() == "No trust list is in use."


def test_a_file_of_many_megabytes_is_not_read(visit: Visit, tmp_path: Any) -> None:
    big = tmp_path / "big.json"
    with big.open("wb") as file:
        file.truncate(100 * 2**20)
    visit.open(_saved())
    visit.give("passport", big)
    visit.page.get_by_text("big.json is too large").wait_for()


def test_markup_in_a_file_is_text(visit: Visit) -> None:
    (ours,) = json.loads(OURS.read_text())["ledgers"]
    evil = "<img src=x onerror=alert(1)>"
    trust = {"format": "touchmark-trust/1", "ledgers": [{**ours, "name": evil, "parties": [
        {"number": 1, "name": evil, "brand": True}]}]}  # fmt: skip
    visit.open(_saved())
    visit.give("trust", {"name": "t.json", "mimeType": "application/json", "buffer": json.dumps(trust).encode()})
    visit.check("claimed", trust=None)
    assert evil in visit.answer
    assert visit.page.locator("#answer img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_in_every_language_fits_320_pixels_and_breaks_no_rule_of_wcag(browser: Any, scheme: str) -> None:
    visit = Visit(browser, viewport={"width": 320, "height": 568}, color_scheme=scheme, bypass_csp=True)
    visit.open(_saved())
    visit.check("passkeys")
    visit.page.get_by_text("Check it yourself").click()
    for lang, headline in LANGUAGES.items():
        visit.page.select_option("#language", lang)
        assert visit.headline() == headline
        assert visit.page.get_attribute("html", "lang") == lang
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320, lang
        small = visit.page.evaluate(
            """() => [...document.querySelectorAll("button, select, input, summary, textarea")]
              .filter(one => one.offsetParent && one.type !== "checkbox" && one.getBoundingClientRect().height < 43.5)
              .map(one => one.outerHTML)"""
        )
        assert small == []
    visit.page.evaluate(AXE.read_text())
    found = visit.page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")
    visit.context.close()
    assert found == []


def test_the_browsers_language_is_taken(browser: Any) -> None:
    visit = Visit(browser, locale="it-CH")
    visit.open(_saved())
    assert visit.page.get_attribute("html", "lang") == "it"
    visit.context.close()


def test_without_its_script_the_page_says_what_it_needs(browser: Any) -> None:
    visit = Visit(browser, java_script_enabled=False)
    visit.page.goto(_saved())
    assert "needs its script" in visit.page.locator("#off").inner_text()
    visit.context.close()


def test_the_answer_is_printed_with_every_step(visit: Visit) -> None:
    visit.open(_saved())
    visit.check("claimed")
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    visit.page.emulate_media(media="print")
    assert visit.page.locator(".steps > li").first.is_visible()
    assert not visit.page.locator("#node").is_visible()


def test_the_policy_of_the_header_is_that_of_the_file_and_nobody_frames_it() -> None:
    app = Flask("host")
    app.register_blueprint(bp)
    answer = app.test_client().get("/verify/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == f"{read_page().policy}; frame-ancestors 'none'"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    again = app.test_client().get("/verify/", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert app.test_client().get("/verify").status_code == 308


def _saved() -> str:
    return FILE.as_uri()
