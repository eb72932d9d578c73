"""A ledger to join, with people who have passkeys, and letters that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from ledger.domain.mails import Mail
from ledger.domain.people import Membership, StaffRole
from ledger.services.organisations import operator_as
from ledger.storage.tables_mails import mails
from tests.support.phone import Phone
from tests.web.stage import GTIN, Stage, on_each_database

MakePhone = Callable[..., Phone]


@dataclass(slots=True)
class Clock:
    """The stage's clock, which a test may put forward."""

    ahead: float = 0.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("joining")) as made:
        made.register([{"serial": f"KNOWN{n}", "model_ref": "Sac Lune 25"} for n in range(8)])
        yield made


@pytest.fixture
def clock(stage: Stage) -> Iterator[Clock]:
    made, before = Clock(), stage.ledger
    stage.ledger = replace(before, clock=lambda: before.clock() + made.ahead)
    yield made
    stage.ledger = before


@pytest.fixture
def phone(stage: Stage, clock: Clock) -> MakePhone:
    """A person with a passkey; with a slug and roles, a member of that organisation."""
    app = stage.app()

    def make(name: str, slug: str | None = None, *roles: StaffRole, email: str | None = None) -> Phone:
        made = Phone(app.test_client(), stage.ledger, name + str(clock.ahead) + str(id(clock)))
        made.join()
        if slug is not None:
            organisation = operator_as(stage.ledger, slug).organisation
            with stage.ledger.store.write() as tx:
                part = Membership(made.person(), organisation.id, frozenset(roles), stage.ledger.now(), name)
                tx.people.set_membership(part)
        if email is not None:
            with stage.ledger.store.write() as tx:
                tx.people.set_email(made.person(), email)
        return made

    return make


def letters(stage: Stage, to: str) -> list[str]:
    """The texts of the letters that wait for somebody, oldest first."""
    found = []
    with stage.ledger.store.read() as tx:
        for row in tx.connection.execute(mails.select().order_by(mails.c.id)):  # type: ignore[attr-defined]
            if row.sealed is not None:
                letter = Mail.from_bytes(stage.ledger.vault.open(row.sealed, "mail"))
                if letter.to == to:
                    found.append(letter.text)
    return found


def link_in(text: str) -> str:
    """The path of the link in a letter."""
    found = re.search(r"http://localhost:8000(/\S+)", text)
    assert found, text
    return found.group(1)


__all__ = ["GTIN", "Clock", "MakePhone", "StaffRole", "Stage", "letters", "link_in"]
