"""The statement of reasons that a seller is given, in the fields of the European Union's transparency database.

Regulation (EU) 2022/2065, Art. 17(3) says what it holds, Art. 24(5) that it is sent to the database; the names and
values are those of that database's interface, version 2. No personal data: neither names, addresses nor free text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.desk.cases import Automation, Case, Outcome, Reason
from ledger.domain.desk.clocks import RULES
from ledger.domain.desk.notices import in_force_in
from ledger.domain.desk.territories import MEMBERS, WORLD
from ledger.domain.errors import Conflict
from ledger.domain.said import said

_IP: Final = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
_FRAUD: Final = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
_CATEGORY: Final = {
    Reason.CODE_UNKNOWN_IN_PROGRAMME: (_FRAUD, "KEYWORD_INAUTHENTIC_LISTINGS"),
    Reason.CODE_CLONED: (_IP, "KEYWORD_TRADEMARK_INFRINGEMENT"),
    Reason.CODE_OTHER_ITEM: (_FRAUD, "KEYWORD_INAUTHENTIC_LISTINGS"),
    Reason.CODE_WITHDRAWN: (_FRAUD, "KEYWORD_INAUTHENTIC_LISTINGS"),
    Reason.REPORTED_STOLEN: (_FRAUD, "KEYWORD_OTHER"),
    Reason.INSPECTED_COUNTERFEIT: (_IP, "KEYWORD_TRADEMARK_INFRINGEMENT"),
    Reason.NO_CODE_BRANDED_NEW: (_IP, "KEYWORD_TRADEMARK_INFRINGEMENT"),
    Reason.KEYWORD_MISUSE: (_IP, "KEYWORD_TRADEMARK_INFRINGEMENT"),
    Reason.IMAGE_THEFT: (_IP, "KEYWORD_COPYRIGHT_INFRINGEMENT"),
    Reason.DESIGN: (_IP, "KEYWORD_DESIGN_INFRINGEMENT"),
    Reason.TERRITORY: (_IP, "KEYWORD_TRADEMARK_INFRINGEMENT"),
    Reason.OTHER: (_IP, "KEYWORD_OTHER"),
}
_ALLEGED: Final = {
    Reason.CODE_UNKNOWN_IN_PROGRAMME: "The listing shows a code that the brand's programme does not know.",
    Reason.CODE_CLONED: "The listing shows an item code that looks suggest was copied.",
    Reason.CODE_OTHER_ITEM: "The listing shows a code that is registered to a different item.",
    Reason.CODE_WITHDRAWN: "The listing shows a code that was withdrawn, or whose item is out of circulation.",
    Reason.REPORTED_STOLEN: "The listing shows the code of an item that is reported stolen.",
    Reason.INSPECTED_COUNTERFEIT: "The listing shows a code that inspectors found on a counterfeit.",
    Reason.NO_CODE_BRANDED_NEW: "The listing offers a branded item as new without the code that such items carry.",
    Reason.KEYWORD_MISUSE: "The listing uses a trade mark for goods that are not its holder's.",
    Reason.IMAGE_THEFT: "The listing uses photos that another has the rights to.",
    Reason.DESIGN: "The listing offers goods in a protected design.",
    Reason.TERRITORY: "The listing offers goods where their holder has not put them on the market.",
    Reason.OTHER: "The listing infringes the right that the notice names.",
}
_AUTOMATED: Final = {
    Automation.NONE: "AUTOMATED_DECISION_NOT_AUTOMATED",
    Automation.PARTIAL: "AUTOMATED_DECISION_PARTIALLY",
    Automation.FULL: "AUTOMATED_DECISION_FULLY",
}
_NO_RIGHT: Final = "Terms of the marketplace on items whose code the ledger shows as not to be sold."


def statement_of_reasons(case: Case, right: str | None) -> dict[str, Any]:
    """The statement of a case whose listing is or was down. `right` names the right in words, as the register does.

    Raises Conflict where nothing was restricted, so that there is nothing to give reasons for.
    """
    if not case.is_down and not case.down:
        raise Conflict(said("Nothing was taken down in this case, so there is no statement of reasons."))
    since = case.down_since if case.down_since is not None else case.down[-1][0]
    category, keyword = _CATEGORY[case.reason]
    rules = RULES[case.rules]
    facts = [_ALLEGED[case.reason], *([f"Facts of the ledger: {', '.join(case.facts)}."] if case.facts else [])]
    facts.append(f"Decided under {rules.title} ({rules.label}).")
    illegal = right is not None
    ground = {
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT" if illegal else "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "illegal_content_legal_ground": right[:500] if right else None,
        "illegal_content_explanation": _ALLEGED[case.reason] if illegal else None,
        "incompatible_content_ground": None if illegal else _NO_RIGHT,
        "incompatible_content_explanation": None if illegal else _ALLEGED[case.reason],
    }
    return {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_monetary": None,
        "decision_provision": None,
        "decision_account": None,
        **ground,
        "decision_facts": " ".join(facts)[:5_000],
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "category": category,
        "category_specification": [keyword],
        "territorial_scope": _scope(case.territories),
        "application_date": _day(since),
        "content_date": _day(case.opened_at),
        "end_date_visibility_restriction": None if case.is_down else _day(case.down[-1][1]),
        "source_type": "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": _AUTOMATED[case.automation or Automation.NONE],
        "puid": case.id,
        "redress": _redress(case),
    }


def for_the_database(statement: dict[str, Any]) -> dict[str, Any]:
    """The same as the database takes it: without what is for the seller alone."""
    return {name: value for name, value in statement.items() if name != "redress" and value is not None}


def _redress(case: Case) -> dict[str, Any]:
    """How to answer it (Art. 17(3)(f)): until when a counter-notice and an appeal are open."""
    open_ = case.outcome is Outcome.UPHELD and case.closed_at is None
    answerable = open_ and case.countered_at is None
    return {
        "counter_notice_until": _moment(case.counter_until) if answerable and case.counter_until else None,
        "appeal_until": _moment(case.appeal_until) if open_ and case.appeal_until else None,
        "rules": RULES[case.rules].label,
    }


def _scope(territories: Sequence[str]) -> list[str]:
    """The members of the Union among the territories: the database knows those of the European Economic Area alone."""
    if WORLD in territories:
        return sorted(MEMBERS)
    return [one for one in in_force_in(territories) if one in MEMBERS | {"IS", "LI", "NO"}]


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
