"""Designs, case files with their test purchases, and sellers vouched for: each for those whom it concerns."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from typing import Any

import pytest

from ledger.chain import signing
from ledger.domain.desk.designs import Found, check
from ledger.domain.organisations import Scope
from ledger.services.organisations import operator_as
from tests.web.api.desk_asking import line, notice, state_mark
from tests.web.desk.conftest import Visiting
from tests.web.stage import Stage
from tests.web.test_console import Visitor

HERE = "/console/designs"
DRAWING = b"a drawing of a bag"
SHA256 = hashlib.sha256(DRAWING).hexdigest()


@pytest.fixture(scope="module")
def brand(visiting: Visiting) -> Visitor:
    return visiting("maison")


@pytest.fixture(scope="module")
def case(asking: Any) -> str:
    """A case of the brand against a listing of Bazar."""
    maison = asking("maison")
    mark = state_mark(maison, number="018000099")
    told = notice(line(None, "L-file"), reason="keyword_misuse", right=mark["id"], territories=["FR"])
    made = maison.post("/v1/notices", told, 201)
    return str(maison.get(f"/v1/cases?notice={made['id']}")["items"][0]["id"])


def test_files_are_dated_and_their_certificate_is_checked_with_the_files_alone(
    shared: Stage, visiting: Visiting, brand: Visitor
) -> None:
    assert "Nothing dated yet" in visiting("rival").get(HERE).text
    typed = f"{SHA256}  drawing of <a> bag.pdf\n{'AB' * 32} *other.png\n"
    sent = (io.BytesIO(b"sent without scripts"), "photos/third.jpg")
    assert brand.post(HERE, HERE, name="Sac Lune", prints=typed, files=sent).status_code == 303
    page = brand.get(HERE).text
    assert "Once it is final" in page
    with shared.ledger.store.read() as tx:
        [kept] = tx.designs.of(operator_as(shared.ledger, "maison").organisation.id)
    assert [one["name"] for one in kept["files"]] == ["drawing of <a> bag.pdf", "other.png", "third.jpg"]
    assert kept["files"][2]["sha256"] == hashlib.sha256(b"sent without scripts").hexdigest()
    assert brand.get(f"{HERE}/{kept['id']}/certificate.json").status_code == 409
    shared.follow()
    page = brand.get(HERE).text
    [json_file] = re.findall(rf'href="({HERE}/dsg_[^"]+\.json)"', page)
    document = json.loads(brand.get(json_file).data)
    steps = check(document, {"drawing": hashlib.sha256(DRAWING).digest()}, signing.keccak, signing.signer_of)
    assert Found.CONTRADICTS not in {one.found for one in steps}
    assert brand.get(json_file.replace(".json", ".pdf")).data.startswith(b"%PDF")
    assert brand.get(json_file.replace(".json", ".exe")).status_code == 404
    for slug in ("rival", "bazar"):
        assert visiting(slug).get(json_file).status_code in (403, 404), slug
    assert "Sac Lune" not in visiting("rival").get(HERE).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "x"}, "Choose files, or write a line for each"),
        ({"name": "", "prints": f"{SHA256} a"}, "Give the design a name"),
        ({"name": "x", "prints": f"{SHA256} a\nnonsense"}, "Line 2 is not a SHA-256"),
        ({"name": "x", "prints": f"{SHA256} a\n{SHA256} b"}, "is the same as one before it"),
        ({"name": "x", "prints": "\n".join(f"{number:064x} a" for number in range(21))}, "are not 1 to 20"),
    ],
)
def test_what_cannot_be_dated_has_a_sentence(brand: Visitor, fields: dict[str, str], words: str) -> None:
    answer = brand.post(HERE, HERE, **fields)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert fields.get("prints", "")[:64] in answer.text


def test_designs_are_dated_by_those_who_may_sign_for_a_brand(visiting: Visiting) -> None:
    reader = visiting("maison", Scope.NOTICE)
    page = reader.get(HERE).text
    assert "Ask a colleague who may sign" in page
    assert reader.post(HERE, HERE, name="x", prints=f"{SHA256} a").status_code == 403
    assert visiting("maison", Scope.READ).get(HERE).status_code == 403
    assert visiting("bazar").get(HERE).status_code == 403


def test_a_case_file_is_taken_by_either_side_and_by_nobody_else(visiting: Visiting, brand: Visitor, case: str) -> None:
    path = f"/console/cases/{case}/file"
    assert path in brand.get(f"/console/cases/{case}").text
    for side in (brand, visiting("bazar")):
        answer = side.get(f"{path}.zip")
        assert answer.mimetype == "application/zip"
        assert "case.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    for slug in ("rival", "marche"):
        assert visiting(slug).get(path).status_code == 404, slug
        assert visiting(slug).get(f"{path}.zip").status_code == 404, slug
    assert visiting("luxcheck").get(path).status_code == 403


def test_a_test_purchase_is_told_by_the_notifier_and_hidden_from_the_marketplace(
    visiting: Visiting, brand: Visitor, case: str
) -> None:
    path = f"/console/cases/{case}/file"
    assert "None was told of" in brand.get(path).text
    told = {"bought_at": "2026-01-31T10:00", "bought_by": "Protect Ltd", "order": "A-1", "seal": "88213"}
    for fields, words in (
        ({"bought_by": ""}, "Write when it was bought"),
        ({"bought_at": "yesterday"}, "is not a moment"),
        ({"received_at": "2026-01-30T10:00"}, "is before what it follows"),
        ({"bought_at": "9999-12-31T23:59"}, "is in the future"),
    ):
        answer = brand.post(path, path, **told | fields)
        assert (answer.status_code, words in answer.text) == (422, True), fields
        assert 'value="88213"' in answer.text
    assert brand.post(path, path, **told, received_at="2026-02-01T10:00").status_code == 303
    page = brand.get(path).text
    assert all(words in page for words in ("Protect Ltd", "A-1", "88213", "31 January 2026, 10:00 UTC"))
    platform = visiting("bazar")
    assert "Protect Ltd" not in platform.get(path).text
    assert "Test purchases" not in platform.get(path).text
    assert platform.post(path, path, **told).status_code == 403
    assert visiting("rival").post("/console/", path, **told).status_code == 404


def test_a_brand_vouches_for_sellers_and_takes_it_back(visiting: Visiting, brand: Visitor) -> None:
    path = "/console/rights/sellers"
    assert "You vouch for nobody yet" in brand.get(path).text
    assert path in brand.get("/console/rights").text
    told = {"platform": "bazar", "seller": "s-<b>1", "until": "2028-01-31"}
    for fields, status, words in (
        ({"seller": ""}, 422, "Write the seller&#39;s name"),
        ({"seller": "two words"}, 422, "Write the seller&#39;s name"),
        ({"until": "soon"}, 422, "Write the last day as in 2026-01-31"),
        ({"until": "2020-01-31"}, 422, "The last day is today or later"),
        ({"platform": "rival"}, 404, "There is no platform of that name"),
    ):
        answer = brand.post(path, path, **told | fields)
        assert (answer.status_code, words in answer.text) == (status, True), fields
    assert brand.post(path, path, **told).status_code == 303
    page = brand.get(path).text
    assert all(words in page for words in ("s-&lt;b&gt;1", "Bazar", "2028-01-31", "Holds"))
    [end] = re.findall(rf'action="({path}/lsa_[^"]+/end)"', page)
    rival = visiting("rival")
    assert "s-&lt;b&gt;1" not in rival.get(path).text
    assert rival.post(path, end).status_code == 404
    assert visiting("bazar").get(path).status_code == 403
    assert brand.post(path, end).status_code == 303
    assert "Taken back" in brand.get(path).text
