"""Every column of every table: looked at by `touchmark audit`, or not, and why. What is new has to be classified."""

from __future__ import annotations

from typing import Final

ARRIVAL: Final = "when we were told: a time of our own clock, which nothing else says"
WORK: Final = "how far the work on it is: the worker makes it anew"

CHECKED: Final[dict[str, dict[str, str]]] = {
    "blocks": {},
    "events": {},
    "item_versions": {},
    "batches": {
        "cards_sha256": "of a file that has left the house, whose codes are destroyed: nothing is left to compare",
        "cards_done_at": ARRIVAL + "; that there is one, or none, is looked at",
    },
    "items": {},
    "part_marks": {},
    "amendments": {"created_at": ARRIVAL},
    "statements": {
        "organisation": "who handed it in; looked at where the operator signed, else nothing on the chain says it",
        "operator_signed": "looked at where it contradicts the signer or the organisation’s present key",
        "created_at": ARRIVAL,
        "tries": WORK,
        "next_try_at": WORK,
        "settled": WORK + "; that nothing is called settled that is not over is looked at",
    },
    "transactions": {"created_at": ARRIVAL},
    "transaction_statements": {},
    "reports": {"organisation": "whose text it is: the chain has its hash only", "created_at": ARRIVAL},
    "evidence": {"organisation": "who sent the file: the chain has its hash only", "created_at": ARRIVAL},
    "offers": {
        "id": "a name of ours, in the link that the owner sends",
        "signature": "looked at for being one; whose it had to be depends on when it was made",
        "code_hash": "of six digits that only owner and buyer know",
        "tries": WORK,
        "created_at": ARRIVAL,
        "released_at": ARRIVAL,
    },
    "proven_blocks": {"noted_at": ARRIVAL},
    "desk_log": {},
    "desk_log_head": {"id": "there is one row"},
    "organisations": {
        "id": "a name of ours; rows that hang off it are looked at",
        "slug": "chosen by people",
        "name": "chosen by people",
        "role": "chosen by people",
        "domain": "chosen by people",
        "programme_start": "chosen by people",
        "keystore": "only we hold it; it opens with the passphrase or not at all",
        "created_at": ARRIVAL,
    },
}
"""Tables that `touchmark audit` looks at, each with the columns that it does not look at, or not whole, and why."""

_CONCERNS: Final[dict[str, tuple[str, ...]]] = {
    "what people asked, and were answered": ("asks", "email_links", "messages", "errands", "sessions"),
    "who people are": ("people", "passkeys", "memberships", "invitations", "holdings", "entrustments"),
    "how an organisation joined, and how it works": (
        "applications", "application_approvals", "trade_marks", "proposals", "proposal_approvals", "proposal_subjects",
        "organisation_choices", "api_key_uses", "shop_items", "shown_names", "desks", "checklists", "sheets",
    ),
    "what a brand says of its models": ("lines", "line_photos"),
    "looks at codes, counted and forgotten": (
        "scans", "scan_days", "scan_lines", "scan_salts", "displays", "clone_alerts", "stamps",
    ),
    "what was told to whom": (
        "mails", "webhook_endpoints", "webhook_messages", "webhook_deliveries", "webhook_attempts", "captures",
        "told_events", "told_items", "watches",
    ),
    "keys and signed papers of ours": ("credential_keys", "credentials", "escrows"),
    "what tags said, and their sealed keys": ("tag_masters", "tag_runs", "tags", "tag_taps", "handover_taps"),
    "parts that services put in, sealed, and questions about parts": ("new_parts", "part_questions"),
    "what platforms told of sellers, cards that were shared, and what people asked brands": (
        "sellers", "seller_marks", "seller_sales", "origin_cards", "clues",
    ),
    "what brands share with whom, and test purchases; what was done stands in the desk’s log": (
        "sharing_policies", "signal_entries", "offenders", "signal_questions", "test_purchases",
    ),
    "listings that were screened; what was decided, and the hash of its facts, stands in the desk’s log": (
        "listings", "listing_addresses", "listing_codes", "listing_photos", "photos", "photo_points",
        "listing_decisions",
        "listing_challenges", "authorised_sellers", "rule_packs",
    ),
    "notices as they were sent; what came of their cases stands in the desk’s log": (
        "notices", "cases", "case_texts", "case_files",
    ),
    "rights and orders as they were told to us; what was done with them stands in the desk’s log": (
        "rights", "right_agents", "design_certificates", "orders", "order_items", "order_sellers", "order_turns",
        "look_up_days",
    ),
}  # fmt: skip

OURS: Final[dict[str, str]] = {
    "activations": "when an item went on sale: the chain does not know",
    "api_keys": "hashes of secrets that their holders keep",
    "attempts": "a count of wrong tries",
    "idempotency": "answers remembered for a day",
    "import_faults": "what a dry run found; another finds it again",
    "imports": "how a file was taken in; its bytes are looked at by their name, its batch by its id",
    "jobs": "work under way",
    "meta": "facts about this installation",
    "operator_acts": "looked at for having been sent",
    "prefixes": "who says to hold which prefix; readers go by the chain’s grants",
} | {name: why for why, names in _CONCERNS.items() for name in names}
"""Tables that hold only what nothing else says: a backup is all there is."""
