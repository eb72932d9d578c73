"""The generated client: made from the description alone, typed throughout, and understood by a real server."""

from __future__ import annotations

import importlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from ledger.domain.organisations import Scope
from ledger.services.organisations import issue_key, operator_as
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage, staged

ROOT = Path(__file__).resolve().parents[3]
NAME = "touchmark_client"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the client was written."""
    made = tmp_path_factory.mktemp("client")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "client"), str(made / NAME)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))
    for name in [one for one in sys.modules if one.split(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Stage]]:
    """A real server, on a port of its own."""
    with staged(tmp_path_factory.mktemp("served")) as stage:
        server = make_server("127.0.0.1", 0, stage.app(pace=UNHURRIED), threaded=True)
        quiet = logging.getLogger("werkzeug")
        quiet.disabled = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", stage
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            quiet.disabled = False


@pytest.fixture
def connect(served: tuple[str, Stage]) -> Iterator[Callable[[str], Any]]:
    """Makes clients of the server that are closed at the end."""
    with ExitStack() as stack:
        yield lambda key: stack.enter_context(part("client").AuthenticatedClient(base_url=served[0], token=key))


def part(path: str) -> Any:
    """A module of the client."""
    return importlib.import_module(f"{NAME}.{path}")


def test_every_part_of_the_client_is_typed(folder: Path) -> None:
    line = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "-p", NAME]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


def test_every_operation_has_its_function(folder: Path, served: tuple[str, Stage]) -> None:
    from web.api.specification import specification

    with served[1].apps[0].app_context():
        spec = specification()
    wanted = {one["operationId"] for methods in spec["paths"].values() for one in methods.values()}
    assert wanted <= {path.stem for path in (folder / NAME / "api").rglob("*.py")}


def test_checks_watches_and_lines_go_through_it(
    folder: Path, served: tuple[str, Stage], connect: Callable[[str], Any]
) -> None:
    _, stage = served
    item = stage.register([{}])[0]
    client = connect(stage.key("bazar"))
    shapes, checked = part("models"), part("models").CheckedItem
    asked = shapes.Checks(items=[checked(ref="a", gtin=item.gtin, serial=item.serial), checked(ref="b", code="\u2603")])
    found = part("api.checks.check_many").sync(client=client, body=asked)
    assert isinstance(found, shapes.CheckResults)
    assert [(one.ref, one.verdict, one.advice) for one in found.results] == [
        ("a", "unclaimed", "ask_for_proof"),
        ("b", "bad_code", "no_opinion"),
    ]
    assert found.results[0].as_of.final
    assert found.results[0].valid_until.tzinfo is not None

    # Lines are bytes both ways, and may be many: they go through the client's own connection.
    line = json.dumps({"gtin": item.gtin, "serial": item.serial}).encode()
    kind = {"Content-Type": "application/x-ndjson"}
    with client.get_httpx_client().stream("POST", "/v1/checks", content=line, headers=kind) as told:
        assert [checked_line["verdict"] for checked_line in map(json.loads, told.iter_lines())] == ["unclaimed"]

    watched = shapes.WatchedItem(ref="L-1", gtin=item.gtin, serial=item.serial)
    kept = part("api.watches.add_watches_of_items").sync(client=client, body=shapes.NewWatches(items=[watched]))
    [one] = part("api.watches.list_watches").sync(client=client).items
    assert (one.id, one.verdict) == (kept.items[0].id, "unclaimed")
    gone = part("api.watches.remove_watch").sync_detailed(client=client, id=one.id)
    assert gone.status_code == 204


def test_a_refusal_is_a_typed_problem_and_the_sandbox_is_reached(
    folder: Path, served: tuple[str, Stage], connect: Callable[[str], Any]
) -> None:
    _, stage = served
    bazar = operator_as(stage.ledger, "bazar").organisation
    _, secret = issue_key(stage.ledger, bazar.id, "trying", [Scope.CHECK], sandbox=True)
    client = connect(secret)
    items = part("api.sandbox.list_sandbox_items").sync(client=client).items
    assert len(items) == 30
    refused = part("api.watches.list_watches").sync(client=client)
    assert isinstance(refused, part("models").Problem)
    assert refused.status == 403
