"""An item for search engines and shops: Schema.org's IndividualProduct as JSON-LD, of public fields only.

No rating and no review: nobody here rates. Where the record warns of an item there is no such block at all, so that
no machine reads a clean product off a page that says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

_PLAIN: Final = {"colour": "color", "size": "size", "made_on": "productionDate"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """An inspection in hand or by photos that found the item consistent with a genuine one, and that stands."""

    by: str
    on: date
    page: str | None = None


def individual_product(
    link: str,
    gtin: str,
    serial: str,
    fields: Mapping[str, Any],
    *,
    brand: str | None = None,
    site: str | None = None,
    image: str | None = None,
    certificates: Sequence[Certificate] = (),
) -> dict[str, Any]:
    """The JSON-LD object; `link` is the item's GS1 Digital Link, `image` an address on this host."""
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "IndividualProduct",
        "@id": link,
        "url": link,
        "hasGS1DigitalLink": link,
        "name": str(fields.get("model_ref") or f"GTIN {gtin}"),
        "gtin": gtin,
        "serialNumber": serial,
    }
    if brand:
        made["brand"] = {"@type": "Brand", "name": brand} | ({"url": site} if site else {})
    made |= {name: str(fields[field]) for field, name in _PLAIN.items() if fields.get(field)}
    if fields.get("materials"):
        made["material"] = [str(one) for one in fields["materials"]]
    if fields.get("made_in"):
        made["countryOfOrigin"] = {"@type": "Country", "name": str(fields["made_in"])}
    if fields.get("weight_g"):
        made["weight"] = {"@type": "QuantitativeValue", "value": float(fields["weight_g"]), "unitCode": "GRM"}
    if image:
        made["image"] = image
    if certificates:
        made["hasCertification"] = [_certification(one) for one in certificates]
    return made


def _certification(one: Certificate) -> dict[str, Any]:
    by = {"@type": "Organization", "name": one.by} | ({"url": one.page} if one.page else {})
    return {
        "@type": "Certification",
        "name": "Inspection: consistent with a genuine item",
        "issuedBy": by,
        "datePublished": one.on.isoformat(),
        "certificationStatus": "https://schema.org/CertificationActive",
    }
