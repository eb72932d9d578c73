"""What is written for machines of others: only what was said, and no serial where none may stand."""

from __future__ import annotations

import json

import pytest

from ledger.domain.schema_org import individual_product
from ledger.domain.token_metadata import metadata
from ledger.domain.untp import Maker, Picture, product

LINK, GTIN, SERIAL = "https://v.example/01/09521234543213/21/7K3M", "09521234543213", "7K3M"
MAKER = Maker("did:web:v.example:brands:maison", "Maison", "https://maison.example")
FIELDS = {"model_ref": "Sac", "made_in": "FR", "materials": ["calf", "brass"], "weight_g": "412.5", "batch": "L1"}


def test_a_product_passport_needs_a_country() -> None:
    with pytest.raises(KeyError):
        product(LINK, GTIN, SERIAL, {"model_ref": "Sac"}, MAKER, vocabulary="https://v.example/x#")


def test_a_product_passport_says_what_is_known_and_leaves_out_the_rest() -> None:
    made = product(LINK, GTIN, SERIAL, {"made_in": "FR"}, MAKER, vocabulary="https://v.example/x#")
    assert made["name"] == f"GTIN {GTIN}"
    for name in ("characteristics", "description", "dimensions", "productionDate", "productImage", "batchNumber"):
        assert name not in made
    picture = Picture("https://v.example/p", "Front", "image/webp")
    full = product(
        LINK,
        GTIN,
        SERIAL,
        FIELDS,
        MAKER,
        vocabulary="https://v.example/x#",
        description="A bag.",
        care="Wipe.",
        picture=picture,
    )
    assert full["productImage"] == {"linkURL": picture.url, "linkName": "Front", "mediaType": "image/webp"}
    assert full["batchNumber"] == "L1"
    assert full["description"] == "A bag."
    assert full["characteristics"]["careInstructions"] == "Wipe."
    assert full["producedAtFacility"]["id"] == "https://v.example/x#FacilityNotStated"


def test_schema_org_has_no_empty_members() -> None:
    made = individual_product(LINK, GTIN, SERIAL, {})
    assert set(made) == {
        "@context", "@type", "@id", "url", "hasGS1DigitalLink", "name", "gtin", "serialNumber",
    }  # fmt: skip


def test_schema_org_carries_the_public_fields() -> None:
    made = individual_product(LINK, GTIN, SERIAL, FIELDS, brand="Maison", image="https://v.example/p")
    assert made["material"] == ["calf", "brass"]
    assert made["weight"] == {"@type": "QuantitativeValue", "value": 412.5, "unitCode": "GRM"}
    assert made["brand"] == {"@type": "Brand", "name": "Maison"}
    assert made["image"] == "https://v.example/p"


def test_a_certificates_metadata_has_what_eip_721_asks_for_and_no_lot() -> None:
    made = metadata(FIELDS, gtin=GTIN, brand="Maison", image="https://v.example/i", site="https://v.example/")
    assert {"name", "description", "image", "attributes"} <= set(made)
    assert {"trait_type": "Materials", "value": "calf, brass"} in made["attributes"]
    assert "L1" not in json.dumps(made)
    assert metadata({}, gtin=GTIN, brand="M", image="i", site="s")["name"] == f"M: GTIN {GTIN}"
