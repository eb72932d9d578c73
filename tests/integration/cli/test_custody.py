"""Owners, brands and the council at the command line: handover, reports, marks, lost cards, the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.cli.conftest import Shell, Story

_PASS = {"TOUCHMARK_OWNER_PASSPHRASE": "four words of mine"}


class Owner:
    """Somebody with a key file."""

    def __init__(self, shell: Shell, name: str) -> None:
        self.shell = shell
        self.key = str(shell.folder / f"{name}.json")
        self.address = shell.json("owner-key", "new", self.key, **_PASS)["address"]

    def does(self, *line: str, code: int = 0, **environment: str) -> Any:
        """A command signed with the key."""
        return self.shell.json(*line, "--owner-key", self.key, code=code, **_PASS, **environment)


@pytest.fixture(scope="module")
def anna(shell: Shell) -> Owner:
    return Owner(shell, "anna")


@pytest.fixture(scope="module")
def bruno(shell: Shell) -> Owner:
    return Owner(shell, "bruno")


def _claimed(owner: Owner, item: dict[str, str]) -> tuple[str, str]:
    name = (item["gtin"], item["serial"])
    owner.does("claim", *name, "--wait", TOUCHMARK_CLAIM_CODE=item["claim_code"])
    return name


def _verdict(shell: Shell, name: tuple[str, str]) -> str:
    return str(shell.json("show", *name)["verdict"])


def test_an_item_is_handed_over_with_both_signatures(shell: Shell, story: Story, anna: Owner, bruno: Owner) -> None:
    name = _claimed(anna, story.items[0])
    offer = anna.does("handover", "offer", *name, "--to", bruno.address, "--code", "123456")
    assert shell.json("offers", *name)["offers"][0]["good"] is True

    wrong = bruno.does("handover", "accept", offer["id"], "--code", "999999", code=1)
    assert "4 tries are left" in wrong["error"]["detail"]
    done = bruno.does("handover", "accept", offer["id"], "--code", "123456", "--wait")
    assert done["state"] == "final"

    refused = anna.does("report", "stolen", *name, code=1)
    assert refused["error"]["code"] == "bad-signature"
    assert shell.json("offers", *name)["offers"][0]["good"] is False


def test_a_cancelled_offer_cannot_be_accepted(story: Story, anna: Owner, bruno: Owner) -> None:
    name = _claimed(anna, story.items[1])
    offer = anna.does("handover", "offer", *name, "--to", bruno.address)
    anna.does("handover", "cancel", *name, "--wait")
    refused = bruno.does("handover", "accept", offer["id"], code=1)
    assert "made another statement since" in refused["error"]["detail"]


def test_a_stolen_item_is_shown_as_stolen_at_once_and_does_not_move(
    shell: Shell, story: Story, anna: Owner, bruno: Owner
) -> None:
    name = _claimed(anna, story.items[2])
    anna.does("report", "stolen", *name, "--police-reference", "AZ 12/345")
    assert _verdict(shell, name) == "reported_stolen"
    shell.json("statements", "list", "--org", "maison")
    refused = anna.does("handover", "offer", *name, "--to", bruno.address, code=1)
    assert "stolen" in refused["error"]["detail"] or "another" in refused["error"]["detail"]


def test_a_brand_recalls_an_item_with_its_reason_and_ends_the_recall(shell: Shell, story: Story) -> None:
    item = story.items[3]
    name = (item["gtin"], item["serial"])
    shell.json("mark", "recall", *name, "--org", "maison", "--reason", "The clasp may open.",
               "--advice", "Bring it to any shop.", "--wait")  # fmt: skip
    shown = shell.json("show", *name)
    assert shown["verdict"] == "recalled"
    assert any("The clasp may open" in sentence for sentence in shown["sentences"])
    shell.json("mark", "lift-recall", *name, "--org", "maison", "--wait")
    assert _verdict(shell, name) == "unclaimed"


def test_a_mark_on_a_batch_names_no_item(shell: Shell, story: Story) -> None:
    assert shell.json("mark", "theft", "--batch", story.batch, "--org", "maison", code=2)["error"]["code"] == "usage"
    assert shell.json("mark", "recall", "--batch", story.batch, "--org", "maison", "--wait")["state"] == "final"
    assert _verdict(shell, (story.items[4]["gtin"], story.items[4]["serial"])) == "recalled"
    shell.json("mark", "lift-recall", "--batch", story.batch, "--org", "maison", "--wait")


def test_only_the_items_own_brand_or_the_council_marks_it(shell: Shell, story: Story) -> None:
    item = story.items[4]
    refused = shell.json("mark", "theft", item["gtin"], item["serial"], "--org", "luxcheck", code=1)
    assert refused["error"]["code"] == "forbidden"


def test_a_lost_card_is_replaced_and_the_old_code_claims_nothing(shell: Shell, story: Story, anna: Owner) -> None:
    item = story.items[5]
    name = (item["gtin"], item["serial"])
    fresh = shell.json("replace-code", *name, "--org", "maison", "--reason", "card lost in the shop", "--wait")
    assert fresh["recovery"] is False
    refused = anna.does("claim", *name, code=1, TOUCHMARK_CLAIM_CODE=item["claim_code"])
    assert "claim code is not this item" in refused["error"]["detail"]
    assert anna.does("claim", *name, "--wait", TOUCHMARK_CLAIM_CODE=fresh["code"])["state"] == "final"


def test_a_new_code_for_an_owned_item_opens_a_recovery_that_has_to_wait(
    shell: Shell, story: Story, anna: Owner, bruno: Owner
) -> None:
    name = _claimed(anna, story.items[6])
    fresh = shell.json("replace-code", *name, "--org", "maison", "--wait")
    assert fresh["recovery"] is True
    refused = bruno.does("recover", *name, code=1, TOUCHMARK_CLAIM_CODE=fresh["code"])
    assert "still has time to answer" in refused["error"]["detail"]
    assert _verdict(shell, name) == "disputed"


def test_an_owned_item_is_retired_by_brand_and_owner_together(shell: Shell, story: Story, anna: Owner) -> None:
    name = _claimed(anna, story.items[7])
    refused = shell.json("retire", *name, "--org", "maison", code=1)
    assert "--owner-key" in refused["error"]["detail"]
    assert anna.does("retire", *name, "--org", "maison", "--wait")["state"] == "final"
    assert _verdict(shell, name) == "retired"


def test_a_record_is_withdrawn_by_its_number(shell: Shell, story: Story) -> None:
    item = story.items[8]
    name = (item["gtin"], item["serial"])
    first = shell.json("inspect", *name, "--org", "luxcheck", "--result", "not-genuine", "--method", "photos", "--wait")
    shell.json("withdraw", *name, "--org", "luxcheck", "--about", str(first["number"]), "--why", "wrong-item", "--wait")
    records = shell.json("show", *name)["records"]
    assert [(one["kind"], one["undone"]) for one in records] == [("inspection", "final"), ("withdrawal", "no")]


def test_keys_come_and_go_with_statements(shell: Shell, story: Story) -> None:
    other = "0x" + "ab" * 20
    shell.json("signing-key", "add", other, "--org", "luxcheck", "--wait")
    keys = {one["address"]: one for one in shell.json("signing-key", "show", "--org", "luxcheck")["keys"]}
    assert keys[other]["until"] is None
    assert [one["kept_here"] for one in keys.values()].count(True) == 1
    shell.json("signing-key", "retire", other, "--org", "luxcheck", "--wait")
    keys = {one["address"]: one for one in shell.json("signing-key", "show", "--org", "luxcheck")["keys"]}
    assert keys[other]["until"] is not None


def test_an_accreditation_ended_lets_nothing_more_be_recorded(shell: Shell, story: Story) -> None:
    item = story.items[9]
    shell.json("org", "end-accreditation", "--wait", "luxcheck")
    refused = shell.json("inspect", item["gtin"], item["serial"], "--org", "luxcheck",
                         "--result", "consistent", "--method", "in-hand", code=1)  # fmt: skip
    assert refused["error"]["code"] == "forbidden"
    shell.json("org", "accredit", "luxcheck", "--wait")
