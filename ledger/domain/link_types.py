"""Link types: what a link of an item leads to, named as the GS1 Web Vocabulary names it, or by words of our own.

A type is written as a URI in a set of links and as `gs1:pip` in a request (GS1-Conformant Resolver 1.2, 2.14).
"""

from __future__ import annotations

import re
from typing import Final

from ledger.domain.said import Said, said

GS1: Final = "https://ref.gs1.org/voc/"
"""The namespace of GS1's types."""
OUR_PREFIX: Final = "touchmark:"
"""What ours are written with in a request; their namespace is `/voc/` of the ledger's public address."""

DEFAULT: Final = GS1 + "defaultLink"
PIP: Final = GS1 + "pip"
TRACEABILITY: Final = GS1 + "traceability"
CERTIFICATION: Final = GS1 + "certificationInfo"
INSTRUCTIONS: Final = GS1 + "instructions"
RECALL: Final = GS1 + "recallStatus"
ALTERNATE: Final = "alternate"
"""The same content in another form (IANA link relations)."""

OURS: Final[dict[str, tuple[Said, Said]]] = {
    "verify": (
        said("Check the record yourself"),
        said("Leads to what anyone needs to check the item's record without trusting this site."),
    ),
    "claim": (
        said("Make it yours"),
        said("Leads to where a new item's first owner has it recorded as theirs, with its card's code."),
    ),
}
"""Types that GS1 has no word for, by name: what they are called, and what they mean."""

# GS1 has served its vocabulary at three hosts, and programs write all of them.
_GS1_HOSTS = re.compile(r"https?://(?:ref\.|www\.)?gs1\.org/voc/", re.IGNORECASE)


def link_type(asked: str, own: str) -> str:
    """The URI of a type as a request writes it; `own` is the namespace of ours. Other texts stay as they are."""
    if asked.startswith("gs1:"):
        return GS1 + asked[4:]
    if asked.startswith(OUR_PREFIX):
        return own + asked[len(OUR_PREFIX) :]
    return _GS1_HOSTS.sub(GS1, asked, count=1)


def can_be_listed(uri: str) -> bool:
    """Whether GS1's schema of link sets takes a type's URI: it has no room for a port or a hyphen in it."""
    return re.fullmatch(r"[a-z-]+|https?://[a-zA-z0-9./]+", uri) is not None
