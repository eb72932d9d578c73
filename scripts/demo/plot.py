"""What happens in the demo story, as tables: who there is, which item plays which part, what inspectors saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BRAND, LUX, VERITE, COUNCIL = "maison-exemple", "lux-check", "atelier-verite", "council"
BAG, WATCH, SCARF = "bag", "watch", "scarf"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One that joins, as the operator adds it."""

    slug: str
    name: str
    role: str
    domain: str
    prefix: str | None = None
    since: str | None = None


ORGANISATIONS: Final = (
    Organisation(BRAND, "Maison Exemple", "brand", "maison.example", "952123", "2024-09-01"),
    Organisation(LUX, "Lux Check, Milan", "authenticator", "luxcheck.example"),
    Organisation(VERITE, "Atelier Vérité, Paris", "authenticator", "atelier-verite.example"),
)

PARTS: Final = {
    "held": (BAG, 0),
    "unclaimed": (BAG, 1),
    "disputed": (BAG, 2),
    "revoked": (BAG, 3),
    "counterfeit_found": (BAG, 4),
    "given": (BAG, 5),
    "settled": (BAG, 6),
    "withdrawn": (BAG, 7),
    "rogue_key": (BAG, 8),
    "answered": (BAG, 9),
    "kept_after_all": (BAG, 10),
    "bag_seen": (BAG, 11),
    "bag_seen_too": (BAG, 12),
    "bag_unclear": (BAG, 13),
    "not_on_sale_yet": (BAG, 239),
    "in_transfer": (WATCH, 0),
    "reported_lost": (WATCH, 1),
    "reported_stolen": (WATCH, 2),
    "sent_by_link": (WATCH, 3),
    "found_again": (WATCH, 4),
    "corrected": (WATCH, 5),
    "repaired": (WATCH, 6),
    "watch_seen": (WATCH, 7),
    "watch_unclear": (WATCH, 8),
    "watch_doubted": (WATCH, 9),
    "watch_foreign": (WATCH, 10),
    "recalled": (SCARF, 0),
    "recalled_new": (SCARF, 1),
    "recall_lifted": (SCARF, 2),
    "retired": (SCARF, 3),
    "retired_in_shop": (SCARF, 4),
    "amended": (SCARF, 5),
    "code_replaced": (SCARF, 6),
    "scarf_seen": (SCARF, 7),
    "scarf_doubted": (SCARF, 8),
    "scarf_unclear": (SCARF, 9),
    "scarf_foreign": (SCARF, 10),
}
"""Each part's product line and its place in that line's file, from 0."""

VERDICTS: Final = {
    **{
        part: part
        for part in (
            "held", "unclaimed", "in_transfer", "not_on_sale_yet", "recalled", "reported_lost", "disputed",
            "reported_stolen", "revoked", "counterfeit_found", "retired",
        )
    },
    "given": "held",
    "sent_by_link": "held",
    "found_again": "held",
    "settled": "held",
    "withdrawn": "held",
    "rogue_key": "held",
    "kept_after_all": "held",
    "corrected": "held",
    "repaired": "held",
    "amended": "held",
    "code_replaced": "held",
    "answered": "held",
    "recall_lifted": "unclaimed",
    "recalled_new": "recalled",
    "retired_in_shop": "retired",
}  # fmt: skip
"""The verdict that each part ends with: first one item of every lasting verdict, then what led elsewhere."""

ON_SALE: Final = {BAG: 200, WATCH: 90, SCARF: 140}
"""How many of each line are put on sale, from the first on; scarves are so at registration."""

CLAIMS: Final = {
    "held": "Anna",
    "disputed": "Bruno",
    "given": "Chloé",
    "settled": "Emma",
    "withdrawn": "Farid",
    "rogue_key": "Giulia",
    "answered": "Hugo",
    "kept_after_all": "Ines",
    "in_transfer": "Jean",
    "reported_lost": "Léa",
    "reported_stolen": "Marco",
    "sent_by_link": "Nina",
    "found_again": "Paula",
    "corrected": "Quentin",
    "repaired": "Rosa",
    "recalled": "Sofia",
    "retired": "Tom",
    "amended": "Vera",
}
"""Who claims what with the code of its card; `code_replaced` is claimed later, with the new code."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection: of which part, by whom, and what they found."""

    of: str
    by: str
    authenticity: str
    method: str
    persons: int
    condition: str | None
    points: int
    basis: str
    photos: int = 0
    remarks: tuple[str, ...] = ()


_YES, _NO, _OPEN, _NOT_OURS = "consistent", "not_genuine", "inconclusive", "not_supported"
_HAND, _PHOTOS, _VIDEO = "in_hand", "photos", "video"

INSPECTIONS: Final = (
    Inspection("held", LUX, _YES, _HAND, 2, "A", 31,
               "Nine stitches to the inch, heat stamp crisp, lining and hardware as in the house’s sheet.", 2),
    Inspection("held", VERITE, _YES, _VIDEO, 1, "A", 12, "Seen turning in daylight; every detail agrees.", 0),
    Inspection("given", VERITE, _YES, _HAND, 1, "C", 24,
               "Handle re-dyed by hand, otherwise as made.", 0, ("altered",)),
    Inspection("bag_seen", LUX, _YES, _HAND, 1, "B", 28, "Light wear at the corners, all points agree."),
    Inspection("bag_seen_too", LUX, _YES, _PHOTOS, 1, None, 14, "Twelve sharp photos; nothing disagrees."),
    Inspection("in_transfer", VERITE, _YES, _HAND, 2, "A", 36, "Movement, case back and weight agree.", 1),
    Inspection("sent_by_link", LUX, _YES, _HAND, 1, "B", 22, "Case polished once; engraving clear."),
    Inspection("found_again", VERITE, _YES, _VIDEO, 1, "C", 10, "Scratched glass; number on the back agrees."),
    Inspection("repaired", VERITE, _YES, _HAND, 1, "B", 30,
               "Crown and glass are new, fitted with the maker’s own parts.", 0, ("parts_replaced",)),
    Inspection("watch_seen", LUX, _YES, _PHOTOS, 1, None, 11, "Case back and clasp agree."),
    Inspection("amended", LUX, _YES, _HAND, 1, "A", 18, "Hand-rolled hem, weight 64.5 g."),
    Inspection("scarf_seen", VERITE, _YES, _HAND, 1, "A", 19, "Twill count and hem agree."),
    Inspection("recalled", VERITE, _YES, _PHOTOS, 1, "B", 9, "Print and label agree."),
    Inspection("counterfeit_found", LUX, _NO, _HAND, 2, None, 33,
               "Seven stitches to the inch, hollow zip pull, stamp pressed cold: not the house’s work.", 2),
    Inspection("withdrawn", LUX, _NO, _PHOTOS, 1, None, 8, "The date stamp does not belong to this colour."),
    Inspection("answered", LUX, _NO, _HAND, 2, None, 26, "One rivet is not of the usual kind.", 1),
    Inspection("watch_doubted", VERITE, _NO, _HAND, 1, None, 15, "Weight is four grams off; a second look is due."),
    Inspection("scarf_doubted", LUX, _NO, _PHOTOS, 1, None, 6, "Machine hem."),
    Inspection("counterfeit_found", VERITE, _OPEN, _PHOTOS, 1, None, 7, "The photos hide the stamp."),
    Inspection("disputed", VERITE, _OPEN, _PHOTOS, 1, None, 5, "Two photos only, both blurred."),
    Inspection("corrected", LUX, _OPEN, _PHOTOS, 1, None, 9, "The case back is out of focus."),
    Inspection("bag_unclear", VERITE, _OPEN, _VIDEO, 1, "D", 8, "Too worn to read the stamp."),
    Inspection("watch_unclear", VERITE, _OPEN, _HAND, 1, "D", 17, "Opened before by somebody else."),
    Inspection("scarf_unclear", VERITE, _OPEN, _PHOTOS, 1, None, 4, "The label is cut off."),
    Inspection("reported_lost", LUX, _NOT_OURS, _PHOTOS, 1, None, 0, "Lux Check does not judge this reference yet."),
    Inspection("reported_stolen", LUX, _NOT_OURS, _PHOTOS, 1, None, 0, "Lux Check does not judge this reference yet."),
    Inspection("watch_foreign", LUX, _NOT_OURS, _VIDEO, 1, None, 0, "Limited edition: no sample to compare with."),
    Inspection("scarf_foreign", VERITE, _NOT_OURS, _PHOTOS, 1, None, 0, "Silk is outside our house’s field."),
)  # fmt: skip
"""Twenty-eight of the thirty, in the order in which they are recorded."""

ANSWER: Final = Inspection(
    "answered", VERITE, _YES, _HAND, 2, "B", 40,
    "Compared with two others of the lot: the odd rivet is a variant of March 2025.", 1,
)  # fmt: skip
"""The second look at a bag that one house had called a counterfeit: later, in hand, by two persons."""

ROGUE: Final = Inspection("rogue_key", VERITE, _NO, _HAND, 2, None, 21, "Said with a key that had left the house.")
"""Signed on a laptop that was stolen: after the key is marked as compromised it does not count."""
