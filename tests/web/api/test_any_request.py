"""Whatever is sent to the programming interface, it neither breaks nor lies about what it takes: by schemathesis.

A real server over a real ledger whose worker turns; requests made from `/openapi.json`, each deterministic. The gate
takes a sample; `TOUCHMARK_LONG=1` takes ten thousand and more, on both databases.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from werkzeug.serving import make_server

from tests.conftest import DATABASES
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage, on_each_database

LONG: Final = os.environ.get("TOUCHMARK_LONG") == "1"
CHECKS: Final = (
    "not_a_server_error",
    "response_schema_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "status_code_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
    "unsupported_method",
)
SETTINGS: Final = """
[checks.positive_data_acceptance]
# What a description cannot say is refused with 422 and a sentence: a check digit, a signature, a file without names.
# Those of them that a description could have said are found by the check of our own.
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "503"]
"""
HOOKS: Final = '''
import json
import schemathesis
from schemathesis import GenerationMode


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    """Lines are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def filter_case(ctx, case):
    """An object in the place of lines becomes a text of one line, and is none that breaks the description."""
    return case.media_type != "application/x-ndjson" or isinstance(case.body, (str, bytes))


UNSAID = ("give “code”, or “gtin” and “serial”", "give “offer”, or all of", "[key]")


@schemathesis.check
def the_description_says_it_all(ctx, response, case):
    """What is as described is never refused for not being as described."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or response.status_code != 422:
        return
    detail = json.loads(response.content).get("detail", "")
    assert "is not as described" not in detail or any(one in detail for one in UNSAID), detail
'''
"""Two things are not said: a key of an object has no length in our OpenAPI models, and one of two fields is needed."""
NO_OTHER_METHOD: Final = ("/v1/items/{gtin}/{serial}/", "/v1/statements/", "/v1/notices/", "/v1/cases/")
"""A serial may hold slashes, and “draft” may be a statement's name: a GET there asks for another thing, not wrongly."""


@pytest.fixture(scope="module", params=DATABASES if LONG else DATABASES[:1])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server, and a brand's key."""
    with on_each_database(request, tmp_path_factory.mktemp("any")) as stage:
        stage.register([{}, {}])
        server = make_server("127.0.0.1", 0, stage.app(pace=UNHURRIED), threaded=True)
        stop = threading.Event()
        quiet = logging.getLogger("werkzeug")
        quiet.disabled = True
        threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=_work, args=(stage, stop))]
        for thread in threads:
            thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", stage.key("maison")
        finally:
            server.shutdown()
            stop.set()
            for thread in threads:
                thread.join()
            server.server_close()
            quiet.disabled = False


def _work(stage: Stage, stop: threading.Event) -> None:
    while not stop.is_set():
        stage.jobs()
        stage.loop.turn()
        stop.wait(0.2)


def _report(folder: Path, served: tuple[str, str], *options: str) -> dict[str, Any]:
    """What a run found."""
    address, key = served
    (folder / "hooks.py").write_text(HOOKS)
    (folder / "schemathesis.toml").write_text(SETTINGS)
    line = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json", "--header",
        f"Authorization: Bearer {key}", "--generation-deterministic", "--no-shrink", "--continue-on-failure",
        "--suppress-health-check", "all", "--no-color", "--report", "json", "--report-json-path",
        str(folder / "report.json"), *options,
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)}
    done = subprocess.run(
        line, cwd=folder, env=environment, capture_output=True, text=True, timeout=7_200 if LONG else 600, check=False
    )
    assert (folder / "report.json").exists(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    assert found["errors"] == [], done.stdout
    left = [(one["title"], wrong) for one in found["failures"] if (wrong := _wrong(one))]
    assert left == [], done.stdout
    return found


def _wrong(failure: dict[str, Any]) -> list[str]:
    """The operations that a failure is one of."""
    known = NO_OTHER_METHOD if failure["type"] == "UnsupportedMethodResponse" else ()
    return [
        one for one in failure["operations"] if not (one.startswith("GET ") and one.split(" ")[1].startswith(known))
    ]


def test_nothing_that_is_sent_breaks_it_and_what_it_says_of_itself_is_true(
    served: tuple[str, str], tmp_path: Path
) -> None:
    checks = ",".join((*CHECKS, "the_description_says_it_all"))
    if LONG:
        found = _report(
            tmp_path, served, "--checks", checks, "--phases", "examples,coverage,fuzzing,stateful", "-n", "60"
        )
        assert found["test_cases"]["generated"] >= 10_000
    else:
        found = _report(tmp_path, served, "--checks", checks, "--phases", "examples,fuzzing", "-n", "1")
        assert found["test_cases"]["generated"] >= 100
