"""Keys, organisations and statements at the command line, and what people see of them."""

from __future__ import annotations

from ledger.services.organisations import authenticate
from tests.integration.cli.conftest import GTIN, Shell, Story


def test_a_key_is_shown_once_works_and_can_be_ended(shell: Shell, story: Story) -> None:
    made = shell.json("key", "new", "--org", "maison", "--label", "shop", "--scope", "read")
    assert authenticate(shell.ledger, made["secret"]).organisation.slug == "maison"
    listed = shell.json("key", "list", "--org", "maison")["keys"]
    assert [(one["id"], one["scopes"]) for one in listed] == [(made["id"], ["read"])]
    assert made["secret"] not in shell.run("key", "list", "--org", "maison").stdout
    shell.run("key", "revoke", made["id"], "--org", "maison")
    assert shell.json("key", "revoke", made["id"], "--org", "maison", code=1)["error"]["code"] == "unknown"


def test_every_field_of_an_organisation_that_is_wrong_is_named(shell: Shell) -> None:
    line = ["org", "add", "--slug", "Maison!", "--name", "M", "--role", "brand"]
    line += ["--domain", "https://m", "--prefix", "1"]
    refused = shell.json(*line, code=1)
    assert [one["where"] for one in refused["error"]["faults"]] == ["slug", "domain", "prefixes"]
    people = shell.run(*line, code=1)
    assert people.stdout == ""
    assert "domain: is not a domain name" in people.stderr


def test_an_organisation_is_numbered_when_the_command_returns(shell: Shell) -> None:
    added = shell.json("org", "add", "--slug", "fixer", "--name", "F", "--role", "repairer", "--domain", "f.example")
    assert added["party"] is not None
    assert shell.json("org", "show", "fixer")["party"] == added["party"]
    later = shell.json(
        "org", "add", "--slug", "later", "--name", "Later", "--role", "repairer", "--domain", "l.example", "--no-wait"
    )
    assert later["party"] is None


def test_statements_are_listed_shown_and_waited_for(shell: Shell, story: Story) -> None:
    newest = shell.json("statements", "list", "--org", "maison", "--limit", "1")["statements"]
    assert len(newest) == 1
    one = shell.json("statements", "show", newest[0]["hash"])
    assert one["id"] == newest[0]["id"]
    assert one["values"]["count"] == 10
    assert shell.json("statements", "wait", one["id"])["state"] == "final"
    assert shell.json("statements", "wait", "st_none", code=1)["error"]["code"] == "unknown"


def test_waiting_for_a_statement_is_bounded_and_says_that_no_worker_runs(shell: Shell, story: Story) -> None:
    item = story.items[0]
    with shell.without_worker():
        sent = shell.json("mark", "recall", item["gtin"], item["serial"], "--org", "maison")
        assert sent["state"] == "queued"
        with shell.ledger.store.write() as tx:
            tx.meta.remove("lease")
        waited = shell.json("statements", "wait", sent["id"], "--timeout", "0.2", code=3)
    assert sent["id"] in waited["error"]["detail"]
    assert "No worker runs" in waited["error"]["detail"]
    assert shell.json("statements", "wait", sent["id"])["state"] == "final"


def test_a_code_is_looked_up_however_it_is_written(shell: Shell, story: Story) -> None:
    serial = story.items[2]["serial"]
    written = [
        (serial,),
        (serial.lower(),),
        (f"{serial[:4]} {serial[4:8]}-{serial[8:]}",),
        (f"HTTPS://V.EXAMPLE.COM/01/{GTIN}/21/{serial}",),
        (GTIN, serial),
        (f"(01){GTIN}(21){serial}",),
    ]
    assert {shell.json("show", *one)["verdict"] for one in written} == {"unclaimed"}


def test_a_verdict_is_an_answer_whatever_it_says(shell: Shell, story: Story) -> None:
    assert shell.json("show", GTIN, "NOSUCHITEM")["verdict"] == "unknown"
    assert shell.json("show", GTIN)["verdict"] == "product_only"
    assert shell.json("show", "???")["verdict"] == "bad_code"
    people = shell.run("show", GTIN, story.items[2]["serial"]).stdout
    assert people.startswith("✓  Matches Maison Exemple")
    assert "registered" in people
