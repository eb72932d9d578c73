"""Organisations: added, listed, shown, accredited."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.cli.sent import report_sent, wait_for, wait_option, worker_runs
from ledger.domain.organisations import SIGNERS, Organisation, Role
from ledger.domain.statements import Kind
from ledger.services import join_application, join_council
from ledger.services import organisations as service
from ledger.services.kept_keys import sign_and_submit
from ledger.services.ports import Ledger

_ADDABLE = [role.value for role in Role if role is not Role.COUNCIL]


@group()
def org() -> None:
    """Organisations: brands, authenticators, repairers, platforms."""


@org.command()
@click.option("--slug", required=True, help="Short name for commands and addresses: small letters, digits, dashes.")
@click.option("--name", required=True, help="As the public reads it.")
@click.option("--role", required=True, type=click.Choice(_ADDABLE))
@click.option("--domain", required=True, help="Its web domain, like maison.example.")
@click.option("--prefix", "prefixes", multiple=True, help="A GS1 company prefix of a brand; may be repeated.")
@click.option("--since", "programme_start", help="Since when the brand registers its items, like 2026-01-31.")
@click.option("--address", help="Address of its own signing key; by default a key is made and kept here.")
@click.option("--wait/--no-wait", default=True, help="Wait until the chain has numbered it, where a worker runs.")
@pass_cli
def add(cli: Cli, slug: str, role: str, address: str | None, wait: bool, **rest: Any) -> dict[str, Any]:
    """Add an organisation; the chain gives it a number."""
    ledger = cli.ledger
    join_application.refuse_look_alike(ledger, rest["name"], rest["domain"])
    new = service.add_organisation(ledger, slug=slug, role=Role(role), own_address=address, **rest)
    cli.screen.say(f"{new.name} was added as “{new.slug}”.")
    if new.role not in SIGNERS:
        return _view(ledger, new)
    if wait and worker_runs(ledger):
        wait_for(cli, "Waiting for its number", lambda: service.organisation(ledger, slug).party is not None)
    new = service.organisation(ledger, slug)
    if new.party is not None:
        cli.screen.say(f"It is party number {new.party} in the ledger.")
    else:
        cli.screen.hint("It waits for its number; `touchmark worker` brings it to the chain.")
    return _view(ledger, new)


@org.command(name="list")
@pass_cli
def list_(cli: Cli) -> dict[str, Any]:
    """Every organisation."""
    with cli.ledger.store.read() as tx:
        found = tx.organisations.all()
    rows = [(one.slug, one.name, one.role, _number(one), one.domain) for one in found]
    cli.screen.table(("SHORT NAME", "NAME", "ROLE", "PARTY", "DOMAIN"), rows)
    return {"organisations": [_view(cli.ledger, one) for one in found]}


@org.command()
@click.argument("slug")
@pass_cli
def show(cli: Cli, slug: str) -> dict[str, Any]:
    """One organisation, by short name."""
    found = service.organisation(cli.ledger, slug)
    view = _view(cli.ledger, found)
    names = {"slug": "short name", "party": "party", "keeps_key": "key kept here"}
    shown = {names.get(name, name): value for name, value in view.items()}
    shown |= {"prefixes": ", ".join(view["prefixes"]) or None, "created_at": when(found.created_at)}
    shown["key kept here"] = "yes" if found.keeps_key else "no"
    cli.screen.facts(shown | {"party": _number(found)})
    return view


@org.command()
@click.argument("slug")
@click.option("--by", default="council", show_default=True, help="The brand that accredits, or the council.")
@wait_option
@pass_cli
def accredit(cli: Cli, slug: str, by: str, wait: bool) -> dict[str, Any]:
    """Let an authenticator or repairer speak of a brand's items, or of every brand's (by the council)."""
    return _accreditation(cli, Kind.ACCREDIT, slug, by, wait)


@org.command(name="end-accreditation")
@click.argument("slug")
@click.option("--by", default="council", show_default=True, help="Who had given it.")
@wait_option
@pass_cli
def end_accreditation(cli: Cli, slug: str, by: str, wait: bool) -> dict[str, Any]:
    """End an accreditation from now on; what was recorded before stands."""
    return _accreditation(cli, Kind.END_ACCREDITATION, slug, by, wait)


@org.command()
@pass_cli
def applications(cli: Cli) -> dict[str, Any]:
    """Organisations that want to join: what was sent and is not in yet."""
    found = join_council.waiting_applications(cli.ledger)
    rows = [
        (one.slug, one.name, one.role.value, one.domain, ", ".join(one.missing) or "nothing", when(one.sent_at))
        for one in found
    ]
    cli.screen.table(("SHORT NAME", "NAME", "ROLE", "DOMAIN", "MISSING", "SENT"), rows, "No application waits.")
    return {
        "applications": [
            {"id": one.id, "slug": one.slug, "name": one.name, "missing": list(one.missing), "domain": one.domain}
            for one in found
        ]
    }


@org.command()
@click.argument("name")
@click.option(
    "--domain-is-proven",
    is_flag=True,
    help="Take the domain as the applicant's; only on a chain that lives on this machine.",
)
@pass_cli
def approve(cli: Cli, name: str, domain_is_proven: bool) -> dict[str, Any]:
    """Approve one, by short name or id. The second admin's approval is never skipped."""
    one = join_council.by_slug(cli.ledger, name)
    after = join_council.approve_as_operator(cli.ledger, one.id, domain_is_proven=domain_is_proven)
    if after.live_at is not None:
        cli.screen.say(f"{after.name} is in, as “{after.slug}”.")
    else:
        cli.screen.say(f"Your approval of {after.name} is noted.")
        cli.screen.hint("Its name looks like another’s: a member of the council has to approve it on the pages, too.")
    return {"id": after.id, "slug": after.slug, "live": after.live_at is not None, "missing": list(after.missing)}


def _accreditation(cli: Cli, kind: Kind, slug: str, by: str, wait: bool) -> dict[str, Any]:
    party = service.numbered(cli.ledger, slug)
    queued = sign_and_submit(cli.ledger, cli.acting_for(by), kind, {"party": party})
    return report_sent(cli, queued, wait=wait)


def _number(one: Organisation) -> str:
    if one.role not in SIGNERS:
        return "none needed"
    return "waiting" if one.party is None else str(one.party)


def _view(ledger: Ledger, one: Organisation) -> dict[str, Any]:
    with ledger.store.read() as tx:
        prefixes = tx.organisations.prefixes(one.id)
    return {
        "id": one.id,
        "slug": one.slug,
        "name": one.name,
        "role": one.role.value,
        "party": one.party,
        "domain": one.domain,
        "address": one.address,
        "keeps_key": one.keeps_key,
        "prefixes": prefixes,
        "programme_start": one.programme_start,
        "created_at": one.created_at,
    }
