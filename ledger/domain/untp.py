"""The Digital Product Passport of the UN Transparency Protocol, version 0.7.0, for one item.

Only what the brand shows is in it. Where the protocol demands what nobody has said, the passport says so, or is not
made at all: a made-up factory or country would be worse than none. Materials stand under `characteristics`, because
the protocol's own list demands shares and origins of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

TYPES: Final = ("DigitalProductPassport", "VerifiableCredential")
_SCHEME: Final = {
    "type": ["IdentifierScheme"],
    "id": "https://ref.gs1.org/ai/01",
    "name": "GS1 Digital Link: GTIN and serial",
}
_CHARACTERISTICS: Final = {
    "colour": "colour",
    "size": "size",
    "materials": "materials",
    "warranty_months": "warrantyMonths",
}
_GRAM: Final = "GRM"
"""UN/ECE Recommendation 20."""


@dataclass(frozen=True, slots=True)
class Maker:
    """The brand: its DID, its name, and its own site where one is known."""

    did: str
    name: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo on this host."""

    url: str
    name: str
    media_type: str


def product(
    link: str,
    gtin: str,
    serial: str,
    fields: Mapping[str, Any],
    maker: Maker,
    *,
    vocabulary: str,
    description: str = "",
    care: str = "",
    picture: Picture | None = None,
) -> dict[str, Any]:
    """The `credentialSubject`, a UNTP Product, from the record's public fields, which must name `made_in`.

    `vocabulary` is where our own words are (`domain.credential_context`): those under `characteristics`, and the one
    that says that the brand states no factory. Raises KeyError without `made_in`.
    """
    party: dict[str, Any] = {"type": ["Party"], "id": maker.did, "name": maker.name}
    if maker.site:
        party["organisationWebsite"] = maker.site
    made: dict[str, Any] = {
        "type": ["Product"],
        "id": link,
        "name": str(fields.get("model_ref") or f"GTIN {gtin}"),
        "idScheme": dict(_SCHEME),
        "idGranularity": "item",
        "modelNumber": gtin,
        "itemNumber": serial,
        "productCategory": [],
        "producedAtFacility": {
            "type": ["Facility"],
            "id": vocabulary + "FacilityNotStated",
            "name": f"Not stated by {maker.name}",
        },
        "countryOfProduction": {"countryCode": fields["made_in"]},
        "relatedParty": [{"role": "brandOwner", "party": party}],
        "relatedDocument": [
            {"linkURL": link, "linkName": "What the record shows of this item", "mediaType": "text/html"}
        ],
    }
    known = {name: fields[field] for field, name in _CHARACTERISTICS.items() if fields.get(field)}
    if care:
        known["careInstructions"] = care
    if known:
        made["characteristics"] = {"@context": {"@vocab": vocabulary}, **known}
    if description:
        made["description"] = description
    if fields.get("batch"):
        made["batchNumber"] = str(fields["batch"])
    if fields.get("made_on"):
        made["productionDate"] = str(fields["made_on"])
    if fields.get("weight_g"):
        made["dimensions"] = {"weight": {"value": float(fields["weight_g"]), "unit": _GRAM}}
    if picture is not None:
        made["productImage"] = {"linkURL": picture.url, "linkName": picture.name, "mediaType": picture.media_type}
    return made
