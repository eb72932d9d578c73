"""One ledger for the pages of the desk: a brand and its rival, a marketplace and its rival, and items to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage, staged
from tests.web.test_console import Visitor

Visiting = Callable[..., Visitor]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("desk")) as made:
        add_organisation(
            made.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="r.example", prefixes=["952199"]
        )
        add_organisation(made.ledger, slug="marche", name="Marché", role=Role.PLATFORM, domain="marche.example")
        made.follow()
        yield made


@pytest.fixture(scope="module")
def visiting(shared: Stage) -> Visiting:
    """Sign in as an organisation, with all scopes or some."""

    def visit(slug: str, *scopes: Scope) -> Visitor:
        made = Visitor(shared.app(pace=UNHURRIED).test_client())
        assert made.sign_in(shared.key(slug, *scopes)).status_code == 303
        return made

    return visit


@pytest.fixture(scope="module")
def asking(shared: Stage) -> Callable[[str], Asking]:
    """Ask the API as an organisation."""
    app = shared.app(pace=UNHURRIED)
    return lambda slug: Asking(app, shared.key(slug))
