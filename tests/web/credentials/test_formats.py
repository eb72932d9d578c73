"""What machines of others read: JSON-LD whose every word is defined, the UN's product passport, Schema.org, wallets."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pyld import jsonld

from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.schema_org import Certificate, individual_product
from ledger.domain.statements import OwnerReportKind
from ledger.services import record_inspection as ri
from tests.web.api.asking import Asking, claimed, path_of, registered
from tests.web.credentials.given import fresh, inspected, number_of, report, token_of
from tests.web.credentials.untp_schema import UNTP_PRODUCT_PASSPORT
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
HTML = {"Accept": "text/html"}


# JSON-LD


def loader(anyone: Asking) -> Any:
    """Contexts as they are published: the W3C's, as openvc bundles it, and ours from the application."""

    @cache
    def load(url: str) -> dict[str, Any]:
        if url == "https://www.w3.org/ns/credentials/v2":
            return dict(json.loads(files("openvc.proof.contexts").joinpath("credentials-v2.json").read_text()))
        if url == "http://localhost:8000/credentials/v1":
            return dict(anyone.get("/credentials/v1"))
        if url == "https://schema.org":
            return {"@context": {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "image": {"@type": "@id"}}}
        raise AssertionError(f"nothing may be fetched from {url}")

    def document(url: str, _options: Any) -> dict[str, Any]:
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": load(url)}

    return document


def undefined(body: dict[str, Any], load: Any) -> set[str]:
    """The words of a document that mean nothing: JSON-LD drops them without a sign."""
    expanded = json.dumps(jsonld.expand(body, {"documentLoader": load}))
    return {word for word in _words(body) if f'/{word}"' not in expanded and f'#{word}"' not in expanded}


def _words(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {name for name in node if name not in ("@context", "id", "type")}
        return own.union(*(_words(value) for name, value in node.items() if name not in ("@context", "record")))
    if isinstance(node, list):
        return set().union(*(_words(one) for one in node))
    return set()


@pytest.mark.parametrize("kind", ["passport", "receipt", "inspection"])
def test_every_word_of_a_credential_is_defined(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier, kind: str
) -> None:
    item = fresh(stage, brand)
    claimed(stage, anyone, item)
    where = f"inspections/{inspected(stage, anyone, item)[0]}" if kind == "inspection" else kind
    body = verifier.verify(token_of(anyone, item, where))
    assert undefined(body, loader(anyone)) == set()
    assert undefined(body | {"strangeWord": 1}, loader(anyone)) == {"strangeWord"}


def test_every_word_of_a_status_list_is_defined(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    token_of(anyone, fresh(stage, brand))
    assert undefined(verifier.verify(anyone.ask("GET", "/status/maison/2").text), loader(anyone)) == set()


def test_the_context_has_a_sentence_on_every_word(anyone: Asking) -> None:
    found = anyone.get("/credentials/v1")
    assert set(found["terms"]) == {name for name in found["@context"] if not name.startswith("@")} - {"id", "type"}
    assert all(words.endswith(".") for words in found["terms"].values())


# The UN's product passport


def test_the_product_passport_is_as_the_protocol_has_it(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = registered(
        stage,
        brand,
        1,
        made_in="IT",
        colour="black",
        materials="calfskin; brass",
        made_on="2025-01-20",
        weight_g="412.5",
    )[0]
    body = verifier.verify(token_of(anyone, item, "untp"))
    Draft202012Validator(UNTP_PRODUCT_PASSPORT, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
    product = body["credentialSubject"]
    assert body["issuer"]["type"] == ["CredentialIssuer"]
    assert product["idGranularity"] == "item"
    assert product["countryOfProduction"] == {"countryCode": "IT"}
    assert product["dimensions"] == {"weight": {"value": 412.5, "unit": "GRM"}}
    known = {"colour": "black", "materials": ["calfskin", "brass"]}
    words = {"@vocab": "http://localhost:8000/credentials/v1#"}
    assert product["characteristics"] == {"@context": words, **known}
    assert product["producedAtFacility"]["name"] == "Not stated by Maison Exemple"
    assert not verifier.status(body).revoked


def test_no_country_is_made_up(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = registered(stage, brand, 1)[0]
    answered = anyone.ask("GET", f"{path_of(item)}/credentials/untp")
    assert answered.status_code == 409
    assert "does not say where this item was made" in answered.get_json()["detail"]


def test_the_schema_of_the_test_refuses_what_the_protocol_refuses() -> None:
    judge = Draft202012Validator(UNTP_PRODUCT_PASSPORT)
    assert not judge.is_valid({})
    assert not judge.is_valid({"@context": ["https://www.w3.org/ns/credentials/v2"]})


# Schema.org


def block_of(anyone: Asking, item: dict[str, Any]) -> dict[str, Any] | None:
    page = anyone.ask("GET", f"/01/{item['gtin']}/21/{item['serial']}", headers=HTML)
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    found = BLOCK.search(page.text)
    return None if found is None else dict(json.loads(found.group(1)))


def test_a_scan_page_carries_its_item_for_machines(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand, private_note="canary-private 0")
    inspected(stage, anyone, item)
    block = block_of(anyone, item)
    assert block is not None
    [found] = jsonld.expand(block, {"documentLoader": loader(anyone)})
    base = "https://schema.org/"
    assert found["@type"] == [base + "IndividualProduct"]
    assert found[base + "serialNumber"] == [{"@value": item["serial"]}]
    assert found[base + "gtin"] == [{"@value": item["gtin"]}]
    assert found[base + "brand"][0][base + "name"] == [{"@value": "Maison Exemple"}]
    [certificate] = found[base + "hasCertification"]
    assert certificate["@type"] == [base + "Certification"]
    assert certificate[base + "issuedBy"][0][base + "name"] == [{"@value": "Lux Check"}]
    assert base + "aggregateRating" not in found
    assert base + "review" not in found
    assert "canary-private" not in json.dumps(block)


def test_no_text_of_a_brand_leaves_the_block(stage: Stage, brand: Asking, anyone: Asking) -> None:
    name = "</script><script>alert(1)</script><!--"
    item = fresh(stage, brand, model_ref=name)
    page = anyone.ask("GET", f"/01/{item['gtin']}/21/{item['serial']}", headers=HTML).text
    assert "<script>alert" not in page
    assert block_of(anyone, item)["name"] == name  # type: ignore[index]


def test_where_the_record_warns_of_an_item_machines_are_told_nothing_else(
    stage: Stage, brand: Asking, anyone: Asking
) -> None:
    item = fresh(stage, brand)
    report(stage, claimed(stage, anyone, item), item, OwnerReportKind.STOLEN)
    stage.follow()
    assert block_of(anyone, item) is None


def test_an_inspection_that_found_no_match_certifies_nothing(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand)
    doubt = InspectionFacts(Authenticity.INCONCLUSIVE, Method.PHOTOS)
    ri.record(
        stage.ledger, stage.inspector, ri.inspection(item["gtin"], item["serial"], doubt, {"basis": "Dark photos."})
    )
    stage.follow()
    assert "hasCertification" not in (block_of(anyone, item) or {})


def test_a_certificate_names_who_and_when() -> None:
    made = individual_product(
        "https://v.example/01/09521234543213/21/X",
        "09521234543213",
        "X",
        {},
        certificates=[Certificate("Lux Check", date(2026, 1, 2), "https://v.example/authenticators/luxcheck")],
    )
    assert made["name"] == "GTIN 09521234543213"
    assert made["hasCertification"][0]["datePublished"] == "2026-01-02"


# Wallets


def test_a_certificate_tells_wallets_its_model_and_never_its_serial(
    stage: Stage, brand: Asking, anyone: Asking
) -> None:
    """Certificates' numbers are on the chain for everybody: with serials, all their codes could be printed."""
    item = fresh(stage, brand, private_note="canary-private 1")
    address = f"/tokens/{number_of(stage, item)}"
    assert anyone.ask("GET", address).status_code == 404, "what nobody has claimed has no certificate"
    claimed(stage, anyone, item)
    answered = anyone.ask("GET", address)
    assert answered.headers["Access-Control-Allow-Origin"] == "*"
    found = answered.get_json()
    assert found["name"] == "Maison Exemple: Sac Lune 25"
    assert {"trait_type": "Made in", "value": "FR"} in found["attributes"]
    assert item["serial"] not in answered.text
    assert "canary-private" not in answered.text
    picture = anyone.ask("GET", found["image"].removeprefix("http://localhost:8000"))
    assert picture.status_code == 200
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("number", ["0", "x", "1" * 79, "9" * 78, "-1", "%20"])
def test_a_number_of_no_certificate_is_not_found(anyone: Asking, number: str) -> None:
    assert anyone.ask("GET", f"/tokens/{number}").status_code == 404
    assert anyone.ask("GET", f"/tokens/{number}/picture").status_code == 404
