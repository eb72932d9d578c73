"""What a certificate's address tells wallets: the ERC-721 Metadata JSON Schema, with the attributes they show.

Never the serial, nor a link that holds it: a certificate's number is on the chain for everybody, and whoever could
read serials off it could print the codes of every item that was ever claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TRAITS: Final = {
    "model_ref": "Model",
    "colour": "Colour",
    "size": "Size",
    "materials": "Materials",
    "made_in": "Made in",
    "made_on": "Made on",
}
_NOTE: Final = (
    "It stands for the title to one item. It moves only by a handover, and it does not show who has the item in hand."
)


def metadata(fields: Mapping[str, Any], *, gtin: str, brand: str, image: str, site: str) -> dict[str, Any]:
    """The JSON at a certificate's `tokenURI` (EIP-721). `fields` are the record's public ones, `site` is ours."""
    model = str(fields.get("model_ref") or f"GTIN {gtin}")
    found = [{"trait_type": "Brand", "value": brand}]
    for field, trait in _TRAITS.items():
        value = fields.get(field)
        if value:
            found.append({"trait_type": trait, "value": ", ".join(value) if isinstance(value, list) else str(value)})
    return {
        "name": f"{brand}: {model}",
        "description": f"The certificate of one {model} by {brand}. {_NOTE}",
        "image": image,
        "external_url": site,
        "attributes": found,
    }
