"""The scan page's own words: buttons, results, and the line that says what is not translated. Only data."""

from __future__ import annotations

from typing import Final

from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing_checks import Found

LABELS: Final[dict[str, str]] = {
    "already_paid": "I already paid",
    "ask_inspection": "Ask for an inspection",
    "ask_seller": "Ask the seller to prove they have it",
    "claim": "I just bought it new: claim it",
    "contact": "Whom to ask",
    "contest": "This is wrong",
    "continue_transfer": "Continue to transfer",
    "details": "What we checked",
    "found_it": "I found it",
    "new_owner": "I'm the new owner",
    "notify": "Tell me when it is settled",
    "older": "My item is older",
    "refresh": "Look again",
    "report": "Report a problem",
    "save_check": "Save my check",
    "second_hand": "I'm buying it second-hand",
    "see_inspection": "See the inspection",
    "seen_it": "I've seen this item",
    "try_again": "Try again",
    "type_again": "Type it again",
    "type_serial": "Type the serial",
    "what_to_do": "What to do",
    "why": "Why we think so",
}
"""Every button a verdict can ask for, in the buyer's words."""

ENGLISH_BELOW: Final = {
    "fr": "La suite de cette page est en anglais.",
    "it": "Il resto di questa pagina è in inglese.",
    "zh-Hans": "本页其余内容为英文。",
}
RESULTS: Final = {
    Authenticity.CONSISTENT: "Consistent with genuine",
    Authenticity.NOT_GENUINE: "Not genuine",
    Authenticity.INCONCLUSIVE: "Inconclusive",
    Authenticity.NOT_SUPPORTED: "Not judged by this inspector",
}
METHODS: Final = {Method.IN_HAND: "In hand", Method.PHOTOS: "From photos", Method.VIDEO: "By video"}
CHECK_WORDS: Final = {
    Found.OK: "Fine",
    Found.ATTENTION: "Needs attention",
    Found.CANNOT_TELL: "Cannot tell",
}
