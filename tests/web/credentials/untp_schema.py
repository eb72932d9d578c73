"""The essentials of the JSON Schema of UNTP's Digital Product Passport 0.7.0, for what our passports hold.

Written after https://untp.unece.org/artefacts/schema/v0.7.0/dpp/DigitalProductPassport.json: what is required, which
words there are to choose from, and which objects take nothing else.
"""

from __future__ import annotations

from typing import Any


def _type(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "contains": {"const": name}}


_URI: dict[str, Any] = {"type": "string", "format": "uri"}
_TEXT: dict[str, Any] = {"type": "string"}
_MEASURE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "value": {"type": "number"},
        "upperTolerance": {"type": "number"},
        "lowerTolerance": {"type": "number"},
        "unit": _TEXT,
    },
    "required": ["value", "unit"],
}
_LINK: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"linkURL": _URI, "linkName": _TEXT, "digestMultibase": _TEXT, "mediaType": _TEXT, "linkType": _TEXT},
    "required": ["linkURL", "linkName"],
}
_COUNTRY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"countryCode": {"type": "string", "pattern": "^[A-Z]{2}$"}, "countryName": _TEXT},
    "required": ["countryCode"],
}


def _named(type_name: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": _type(type_name), "id": _URI, "name": _TEXT, **more},
        "required": ["id", "name"],
    }


_CLASSIFICATION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"code": _TEXT, "name": _TEXT, "definition": _TEXT, "schemeId": _URI, "schemeName": _TEXT},
    "required": ["code", "name", "schemeId", "schemeName"],
}

UNTP_PRODUCT_PASSPORT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["@context", "id", "issuer", "validFrom", "name", "credentialSubject"],
    "properties": {
        "type": {"allOf": [_type("DigitalProductPassport"), _type("VerifiableCredential")]},
        "@context": {
            "type": "array",
            "items": _TEXT,
            "prefixItems": [
                {"const": "https://www.w3.org/ns/credentials/v2"},
                {"const": "https://vocabulary.uncefact.org/untp/0.7.0/context/"},
            ],
            "minItems": 2,
            "uniqueItems": True,
        },
        "id": _URI,
        "issuer": _named("CredentialIssuer"),
        "validFrom": {"type": "string", "format": "date-time"},
        "validUntil": {"type": "string", "format": "date-time"},
        "name": _TEXT,
        "credentialStatus": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "type": {"enum": ["BitstringStatusListEntry"]},
                "id": _URI,
                "statusPurpose": {"enum": ["refresh", "revocation", "suspension", "message"]},
                "statusListIndex": {"type": "integer", "minimum": 0},
                "statusListCredential": _URI,
            },
            "required": ["type", "statusPurpose", "statusListIndex", "statusListCredential"],
        },
        "credentialSubject": {
            "type": "object",
            "properties": {
                "type": _type("Product"),
                "id": _URI,
                "name": _TEXT,
                "idScheme": _named("IdentifierScheme"),
                "modelNumber": _TEXT,
                "batchNumber": _TEXT,
                "itemNumber": _TEXT,
                "idGranularity": {"enum": ["model", "batch", "item"]},
                "productImage": _LINK,
                "characteristics": {"type": "object"},
                "productCategory": {"type": "array", "items": _CLASSIFICATION},
                "relatedDocument": {"type": "array", "items": _LINK},
                "relatedParty": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "role": {"enum": ["owner", "producer", "manufacturer", "brandOwner"]},
                            "party": _named("Party", organisationWebsite=_URI),
                        },
                        "required": ["role", "party"],
                    },
                },
                "producedAtFacility": _named("Facility"),
                "productionDate": {"type": "string", "format": "date"},
                "countryOfProduction": _COUNTRY,
                "dimensions": {
                    "type": "object",
                    "properties": dict.fromkeys(["weight", "length", "width", "height", "volume"], _MEASURE),
                },
            },
            "required": [
                "id",
                "name",
                "idScheme",
                "idGranularity",
                "productCategory",
                "producedAtFacility",
                "countryOfProduction",
            ],
        },
    },
}
