"""A case file on paper: the case, what is missing, and every entry and event with its number, to be read in court."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ledger.files.receipt_sheet import Printed, Section, write_receipt_sheet

_MOST_ROWS: Final = 200


def write_case_pdf(
    case: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]], address: str
) -> bytes:
    """The case as a tagged PDF in A4, in English; `case` is what stands in `case.json`."""
    parties = (
        ("Platform", case["platform"]),
        ("Listing", case["url"] or case["listing"]),
        ("Notice sent by", case["notifier"]),
        ("In the name of", case["holder"]),
        ("Reason", case["reason"]),
        ("Item", f"GTIN {case['gtin']}, serial {case['serial']}" if case["gtin"] else "none named"),
        ("Opened", case["opened_at"]),
        ("State", ", ".join(one for one in (case["state"], case["outcome"]) if one)),
        ("Facts of the ledger", ", ".join(case["facts"]) or "none"),
    )
    told = Printed(
        language="en",
        title=f"Case file {case['id']}",
        kind="Case file",
        about=f"Case {case['id']}",
        details=(f"Made {case['made_at']} for the {case['made_for']}.",),
        headline="What is on record of this case",
        tick=False,
        colour="grey",
        texts=("This file tells what was recorded. It accuses nobody, and says itself what it lacks.",),
        sections=(
            Section("The case", rows=parties),
            Section("What is missing", tuple(one["says"] for one in case["gaps"]) or ("Nothing is missing.",)),
            Section("Test purchases", rows=_purchases(case["test_purchases"])),
            Section("Entries of the desk’s log", rows=tuple(_entry(one) for one in case["entries"][:_MOST_ROWS])),
            Section("Events of the item", rows=tuple(_event(one) for one in events[:_MOST_ROWS])),
            Section(
                "Files of the case",
                rows=tuple((one["media_type"], f"SHA-256 {one['sha256']}") for one in evidence[:_MOST_ROWS]),
            ),
        ),
        address=address,
        code_title="Check this file",
        code_words=("Check the whole archive without us: touchmark case-file verify FILE.",),
        code_alt="A code with the address of this case file",
        page_words="Page %(page)s",
    )
    return write_receipt_sheet(told)


def _entry(one: Mapping[str, Any]) -> tuple[str, str]:
    return f"No. {one['number']}, {one['kind']}", f"{_moment(one['at'])} · {one['hash']}"


def _event(one: Mapping[str, Any]) -> tuple[str, str]:
    return f"{one['id']}, {one['name']}", f"{_moment(one['at'])} · {one['transaction']}"


def _purchases(found: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    rows = []
    for id, one in found.items():
        sealed = "not sealed" if one["sealed_at"] is None else f"sealed {_moment(one['sealed_at'])} as {one['seal']}"
        got = "not received" if one["received_at"] is None else f"received {_moment(one['received_at'])}"
        rows.append((id, f"bought {_moment(one['bought_at'])} by {one['bought_by']}, {got}, {sealed}"))
    return tuple(rows)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
