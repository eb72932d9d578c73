"""Whatever is wrong in a request is said in one form, with its place and how to mend it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ledger.domain import errors
from tests.web.api.asking import Asking, Person, path_of, registered
from tests.web.stage import Stage
from web import create_app
from web.api.problem_pages import PAGES

ITEM = {"gtin": "09521234543213", "serial": "7K3M9QX2TP4W"}


@pytest.mark.parametrize(
    ("path", "body", "where", "what"),
    [
        ("/v1/keys", {"scopes": ["read"]}, "label", "is missing."),
        ("/v1/keys", {"label": "x", "scopes": ["read"], "colour": 1}, "colour", "is not known here."),
        ("/v1/keys", {"label": "x", "scopes": ["rule"]}, "scopes[0]", "is none of the words that are known here."),
        ("/v1/keys", {"label": "x" * 201, "scopes": ["read"]}, "label", "is too long."),
        ("/v1/keys", {"label": 7, "scopes": ["read"]}, "label", "must be text."),
        ("/v1/keys", {"label": "x\0", "scopes": ["read"]}, "label", "does not have the right form."),
        ("/v1/keys", {"label": "x", "scopes": "read"}, "scopes", "must be a list."),
        ("/v1/keys", [], "body", "must be a JSON object."),
        ("/v1/activations", {"items": []}, "items", "has too few entries."),
        ("/v1/activations", {"items": [{}]}, "items[0]", "names no item."),
        ("/v1/checks", {"items": [{"code": "a\0b"}]}, "items[0].code", "does not have the right form."),
        ("/v1/statements/draft", {"kind": "Cancel", "gtin": "1", "serial": "a\0b"}, "serial", "does not have"),
        ("/v1/checks", {"items": [{}]}, "items[0]", "give “code”, or “gtin” and “serial”."),
        ("/v1/checks", {"items": [{"code": "a"}] * 1001}, "items", "has too many entries."),
        ("/v1/inspections", {**ITEM, "authenticity": "consistent", "method": "in_hand", "persons": 0}, "persons", ""),
        ("/v1/signing-keys/compromised", {"address": "0x" + "1" * 40, "since": "2026-11-21T10:00:00"}, "since", ""),
        (
            "/v1/inspections",
            {**ITEM, "authenticity": "consistent", "method": "in_hand", "report": {"Basis": "x"}},
            "report.Basis.[key]",
            "",
        ),
    ],
)
def test_a_wrong_field_is_named(brand: Asking, platform: Asking, path: str, body: Any, where: str, what: str) -> None:
    response = brand.ask("POST", path, json=body)
    assert response.status_code == 422, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem["type"] == "/problems/invalid"
    faults = {one["where"]: one for one in problem["errors"]}
    assert where in faults, faults
    assert what in faults[where]["what"]
    assert set(problem["errors"][0]) == {"where", "what", "mend"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad-request"),
        (b"", 400, "bad-request"),
        (b"null", 422, "invalid"),
        (b"\xff\xfe", 400, "bad-request"),
        (b'{"label":"x","scopes":["read"],"label":' + b"[" * 100_000, 400, "bad-request"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, 400, "bad-request"),
        (b'{"label":' + b"9" * 5_000 + b"}", 400, "bad-request"),
        (b'"' + b"x" * (1024 * 1024) + b'"', 413, "too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(brand: Asking, body: bytes, status: int, code: str) -> None:
    response = brand.ask("POST", "/v1/keys", data=body, content_type="application/json")
    assert (response.status_code, response.get_json()["type"]) == (status, f"/problems/{code}")


def test_json_needs_its_content_type(brand: Asking) -> None:
    refused = brand.post("/v1/keys", status=415, data='{"label":"x","scopes":["read"]}', content_type="text/plain")
    assert refused["type"] == "/problems/wrong-type"


def test_an_unknown_question_is_refused(brand: Asking) -> None:
    assert brand.get("/v1/batches?limit=10&page=2", 422)["errors"][0]["where"] == "page"
    assert brand.get("/v1/batches?limit=0", 422)["errors"][0]["where"] == "limit"
    assert brand.get("/v1/batches?cursor=none", 422)["errors"][0]["where"] == "cursor"


def test_nothing_answers_elsewhere_and_a_wrong_method_says_which_are_right(anyone: Asking, brand: Asking) -> None:
    assert anyone.get("/v1/nothing", 404)["type"] == "/problems/no-such-page"
    response = brand.ask("DELETE", "/v1/me")
    assert (response.status_code, response.get_json()["type"]) == (405, "/problems/wrong-method")
    assert "GET" in response.headers["Allow"]


class Counted(io.RawIOBase):
    """A body without end that knows how much of it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.read_so_far += len(buffer)
        assert self.read_so_far < 50_000_000, "it was read on and on"
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def raw(app: Flask, secret: str, body: Counted, **environ: Any) -> tuple[int, Any]:
    """Send a body as a server hands it to the application, without the test client's own reading ahead."""
    environ = EnvironBuilder(path="/v1/imports", method="POST").get_environ() | {
        "wsgi.input": io.BufferedReader(body),
        "CONTENT_TYPE": "text/csv",
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        **environ,
    }
    chunks, status, _ = run_wsgi_app(app, environ, buffered=True)
    return int(status.split()[0]), json.loads(b"".join(chunks))


def test_two_gigabytes_are_refused_before_they_are_read(stage: Stage, app: Flask) -> None:
    body = Counted()
    status, problem = raw(app, stage.key("maison"), body, CONTENT_LENGTH=str(2 * 1024**3))
    assert (status, problem["type"]) == (413, "/problems/too-large")
    assert body.read_so_far == 0


def test_a_body_that_does_not_say_its_length_is_counted(stage: Stage) -> None:
    settings = stage.settings.model_copy(update={"max_upload_bytes": 2_000_000})
    ledger = replace(stage.ledger, limits=replace(stage.ledger.limits, upload_bytes=2_000_000))
    body = Counted()
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    status, problem = raw(create_app(settings, ledger), stage.key("maison"), body, **chunked)
    assert (status, problem["type"]) == (413, "/problems/too-large")
    assert body.read_so_far < 5_000_000


@pytest.mark.parametrize(
    ("path", "who", "begun"),
    [
        ("/v1/imports", "maison", b"gtin,model_ref\n09521234543213,Sac Lune 25\n"),
        ("/v1/evidence", "luxcheck", b"%PDF-1.4\n1 0 obj\n"),
    ],
)
def test_a_file_that_was_cut_short_is_refused(stage: Stage, app: Flask, path: str, who: str, begun: bytes) -> None:
    environ = EnvironBuilder(path=path, method="POST").get_environ() | {
        "wsgi.input": io.BytesIO(begun),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(begun) + 1),
        "CONTENT_TYPE": "application/octet-stream",
        "HTTP_AUTHORIZATION": f"Bearer {stage.key(who)}",
    }
    chunks, status, _ = run_wsgi_app(app, environ, buffered=True)
    assert status.startswith("400"), b"".join(chunks)
    assert json.loads(b"".join(chunks))["detail"]


def test_evidence_is_what_its_bytes_are(inspector: Asking) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    assert inspector.post("/v1/evidence", status=422, data=script, content_type="image/png")["type"] == (
        "/problems/invalid"
    )
    assert inspector.post("/v1/evidence", status=422, data={"other": (io.BytesIO(b"x"), "x")})["detail"].startswith(
        "The form has no file"
    )


@pytest.mark.parametrize(
    ("kind", "elsewhere"),
    [("Offer", "/v1/offers"), ("Claim", "claims"), ("Contest", "contest"), ("RegisterBatch", "registration")],
)
def test_statements_that_have_a_door_of_their_own_are_sent_there(anyone: Asking, kind: str, elsewhere: str) -> None:
    refused = anyone.post("/v1/statements", {"kind": kind, "values": {}, "signatures": []}, 422)
    assert elsewhere in refused["detail"]


@pytest.mark.parametrize("number", ["0", str(1 << 62), str(1 << 63), "9" * 78])
def test_a_record_is_about_a_number_that_was_used(stage: Stage, brand: Asking, inspector: Asking, number: str) -> None:
    [item] = registered(stage, brand, 1)
    body = {"gtin": item["gtin"], "serial": item["serial"], "about": number, "reason": "mistake"}
    response = inspector.ask("POST", "/v1/withdrawals", json=body)
    assert response.status_code in (404, 422), response.get_data(as_text=True)


def test_an_owners_statement_is_never_signed_for_them(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand, 1)
    body = {"kind": "OwnerReport", "fields": {"kind": 2}, "gtin": item["gtin"], "serial": item["serial"]}
    assert "owners" in brand.post("/v1/statements/sign", body, 422)["detail"]


def test_a_statement_is_not_signed_for_another_party(brand: Asking, rival: Asking) -> None:
    other = rival.get("/v1/me")["party"]
    body = {"kind": "Anchor", "fields": {"party": other, "hash": "0x" + "11" * 32}}
    assert brand.post("/v1/statements/sign", body, 422)["type"] == "/problems/bad-signature"


def test_a_signature_for_another_item_does_not_fit(stage: Stage, brand: Asking, anyone: Asking) -> None:
    first, second = registered(stage, brand, 2)
    owner = Person.new()
    draft = anyone.post(path_of(first) + "/claims/draft", {"new_owner": owner.address})
    signed = [owner.sign(one) for one in draft["draft"]["signatures"]]
    anyone.post(path_of(second) + "/claims", {"new_owner": owner.address, "signatures": signed}, 422)


def test_every_kind_of_refusal_has_a_page_for_people(app: Flask, anyone: Asking) -> None:
    raised = {one.code for one in _kinds(errors.LedgerError)} - {"error"}
    assert raised <= set(PAGES)
    for code, page in PAGES.items():
        response = app.test_client().get(f"/problems/{code}", headers={"Accept": "text/html"})
        assert response.status_code == 200
        text = response.get_data(as_text=True)
        assert page.title.split("?")[0] in text.replace("&#39;", "'")
        assert page.means[:30] in text
    assert app.test_client().get("/problems/none", headers={"Accept": "text/html"}).status_code == 404


def test_the_pages_load_nothing_from_elsewhere(app: Flask) -> None:
    client = app.test_client()
    for path in ("/docs", "/problems/", "/problems/invalid"):
        response = client.get(path, headers={"Accept": "text/html"})
        text = response.get_data(as_text=True)
        assert response.status_code == 200
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
        assert "<script" not in text
        assert "style=" not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def _kinds(root: type[errors.LedgerError]) -> set[type[errors.LedgerError]]:
    return {root} | {deeper for one in root.__subclasses__() for deeper in _kinds(one)}
