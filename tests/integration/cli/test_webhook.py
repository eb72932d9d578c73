"""Webhooks at the command line."""

from __future__ import annotations

from tests.integration.cli.conftest import Shell, Story


def test_a_webhook_is_added_with_its_secret_listed_without_it_and_removed(shell: Shell, story: Story) -> None:
    made = shell.json("webhook", "add", "https://hooks.example/", "--org", "maison", "--type", "item.claimed")
    assert made["secret"].startswith("whsec_")
    listed = shell.run("webhook", "list", "--org", "maison").stdout
    assert made["id"] in listed
    assert "in use" in listed
    assert "whsec_" not in listed
    [one] = shell.json("webhook", "list", "--org", "maison")["webhooks"]
    assert one["types"] == ["item.claimed"]
    assert one["deliveries"] == {"waiting": 0, "delivered": 0, "failed": 0}
    assert shell.json("webhook", "replay", made["id"], "--org", "maison")["count"] == 0
    assert shell.json("webhook", "remove", made["id"], "--org", "maison")["removed"]
    assert "has no webhooks" in shell.run("webhook", "list", "--org", "maison").stdout


def test_what_cannot_be_is_refused_with_a_sentence(shell: Shell, story: Story) -> None:
    private = shell.json("webhook", "add", "https://10.0.0.1/", "--org", "maison", code=1)
    assert "private network" in private["error"]["detail"]
    shell.run("webhook", "remove", "whe_none", "--org", "maison", code=1)
    made = shell.json("webhook", "add", "https://hooks.example/", "--org", "maison")
    other = shell.json("webhook", "remove", made["id"], "--org", "luxcheck", code=1)
    assert other["error"]["code"] == "unknown"
    late = shell.json("webhook", "replay", made["id"], "--org", "maison", "--since", "yesterday", code=1)
    assert "2026-01-31T12:00+00:00" in late["error"]["detail"]
    one = shell.json("webhook", "replay", "whd_none", "--org", "maison", "--since", "2026-01-31T12:00+00:00", code=1)
    assert "--since" in one["error"]["detail"]
    shell.run("webhook", "remove", made["id"], "--org", "maison")
