"""GS1's reference implementation of the event hash, as the judge of ours; it reads whole documents."""

from __future__ import annotations

import copy
import warnings
from typing import Any

with warnings.catch_warnings():
    # Its dependencies speak of Python versions to come when they are imported.
    warnings.simplefilter("ignore")
    from epcis_event_hash_generator import hash_generator, json_to_py

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def reference_hashes(document: dict[str, Any]) -> list[str]:
    """The hash ids of a document's events, in order. The context is read from the package, never from a network."""
    return list(hash_generator.epcis_hashes_from_events(_events(document)))


def reference_pre_hashes(document: dict[str, Any]) -> list[str]:
    """What is hashed, to see where two differ."""
    return list(hash_generator.derive_prehashes_from_events(_events(document)))


def _events(document: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        # It opens its copy of the context in an old way.
        warnings.simplefilter("ignore", DeprecationWarning)
        return json_to_py.event_list_from_epcis_document_json(copy.deepcopy(document))


def document_of(*events: dict[str, Any], **namespaces: str) -> dict[str, Any]:
    """Events as a document."""
    return {
        "@context": [CONTEXT, *([namespaces] if namespaces else [])],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
