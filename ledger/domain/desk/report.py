"""The transparency report: every figure with numerator, denominator and question, out of the desk's log alone. Pure.

Asked again of the same log it is the same, bit for bit: whole numbers only, no clock, nothing sampled. A share is
printed as a percentage only where its denominator is at least `FEWEST`; both numbers are printed always.

Sections are those of the European Union's quantitative template (Implementing Regulation (EU) 2024/2835, Annex I,
part II, 1.1 to 1.8). What it asks of very large platforms alone (1.7, 1.8) is answered as not applicable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ledger.domain.desk.cases import Automation, Decline, Outcome, Reason
from ledger.domain.desk.report_query import Query, Where
from ledger.domain.desk.report_records import CASES, DECISIONS, ENTRIES, SCREENINGS, WRONGFUL, Records

FEWEST: Final = 30
"""Of a denominator below which no percentage is printed: it would say more than is known."""
DAY: Final = 86_400
VERSION: Final = 1
"""Of these definitions; a report names it, so that an old one is asked again with the old questions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure to be: name, section, definition in a sentence, questions. `by` is the time that its period is of."""

    key: str
    section: str
    about: str
    numerator: Query
    by: str
    denominator: Query | None = None
    unit: str = ""

    @property
    def of_all(self) -> bool:
        """Whether no single platform's part of it can be told: orders, look-ups, standings and clues are nobody's."""
        return self.numerator.of == ENTRIES and not self.key.startswith("releases")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: both numbers, and the questions that gave them."""

    key: str
    section: str
    about: str
    numerator: int | None
    denominator: int | None
    unit: str
    query: str
    of: str

    @property
    def percent(self) -> str | None:
        """The share with one decimal, rounded half up; None where the denominator is too small, or there is none."""
        if self.denominator is None or self.numerator is None or self.denominator < FEWEST:
            return None
        tenths = (self.numerator * 2_000 + self.denominator) // (2 * self.denominator)
        return f"{tenths // 10}.{tenths % 10}"


def figures(records: Records, since: int, until: int, *, of_one: bool = False) -> list[Figure]:
    """Every figure of a period (seconds since 1970, `until` excluded), in the order of the report.

    `of_one`: of one platform alone; what cannot be told of one is left out, since a nought would be untrue.
    """
    return [_figure(one, records, since, until) for one in ASKED if not (of_one and one.of_all)]


def _figure(asked: Asked, records: Records, since: int, until: int) -> Figure:
    numerator = asked.numerator.within(asked.by, since, until)
    denominator = asked.denominator.within(asked.by, since, until) if asked.denominator else None
    return Figure(
        asked.key,
        asked.section,
        asked.about,
        numerator.ask(records),
        denominator.ask(records) if denominator else None,
        asked.unit,
        numerator.text,
        denominator.text if denominator else "",
    )


def _is(field: str, value: object) -> Where:
    return Where(field, "=", value)


def _among(field: str, *values: str) -> Where:
    return Where(field, "in", values)


def _asked() -> Iterator[Asked]:
    yield from _orders()
    yield from _notices()
    yield from _own_initiative()
    yield from _complaints()
    yield from _automation()
    yield from _ledger()


def _orders() -> Iterator[Asked]:
    entered = Query(ENTRIES, (_is("kind", "order.entered"),))
    yield Asked("orders_entered", "1.2.1", "Orders of courts and authorities that were entered.", entered, "at")
    yield Asked(
        "orders_lifted", "1.2.1", "Orders that were lifted before their end.",
        Query(ENTRIES, (_is("kind", "order.lifted"),)), "at",
    )  # fmt: skip
    looked = (_is("kind", "authority.looked_up"),)
    yield Asked(
        "authority_look_ups", "1.2.2", "Look-ups by customs, police and courts, each with a purpose.",
        Query(ENTRIES, looked), "at",
    )  # fmt: skip
    yield Asked(
        "authority_lines", "1.2.2", "Codes that those look-ups asked for.",
        Query(ENTRIES, looked, "sum", "lines"), "at",
    )  # fmt: skip


def _notices() -> Iterator[Asked]:
    received, decided = Query(CASES), Query(DECISIONS)
    yield Asked(
        "notices_received", "1.3", "Cases that were opened, one for each listing of a notice.", received, "received_at"
    )
    for reason in Reason:
        yield Asked(
            f"notices_received.{reason}", "1.3", "The same, by what was said to be wrong.",
            Query(CASES, (_is("reason", reason.value),)), "received_at", received,
        )  # fmt: skip
    yield Asked(
        "notices_by_agents", "1.3", "Cases that an agent brought for a rights-holder.",
        Query(CASES, (_is("by_agent", True),)), "received_at", received,
    )  # fmt: skip
    yield Asked(
        "notice_processed_24h_rate", "1.3", "Decided within 24 hours of being received; decided, not taken down.",
        Query(DECISIONS, (Where("took", "≤", DAY),)), "decided_at", decided,
    )  # fmt: skip
    yield Asked(
        "notice_upheld_rate", "1.3", "First decided for the notifier.",
        Query(DECISIONS, (_is("first", Outcome.UPHELD.value),)), "decided_at", decided,
    )  # fmt: skip
    yield Asked(
        "notice_declined_rate", "1.3", "First decided against the notifier.",
        Query(DECISIONS, (_is("first", Outcome.DECLINED.value),)), "decided_at", decided,
    )  # fmt: skip
    declined = Query(DECISIONS, (_is("first", Outcome.DECLINED.value),))
    for code in Decline:
        yield Asked(
            f"notice_declined.{code}", "1.3", "Of those declined, by why.",
            Query(DECISIONS, (*declined.where, _is("declined_as", code.value))), "decided_at", declined,
        )  # fmt: skip
    shares: tuple[Literal["p50", "p95"], ...] = ("p50", "p95")
    for share in shares:
        yield Asked(
            f"decision_seconds_{share}", "1.3.1", "Seconds from receipt to the first decision, all cases.",
            Query(DECISIONS, (), share, "took"), "decided_at", unit="s",
        )  # fmt: skip
        yield Asked(
            f"decision_seconds_by_people_{share}", "1.3.1", "The same, of cases that a person decided.",
            Query(DECISIONS, (Where("automation", "≠", Automation.FULL.value),), share, "took"),
            "decided_at", unit="s",
        )  # fmt: skip


def _own_initiative() -> Iterator[Asked]:
    screened = Query(SCREENINGS)
    yield Asked("listings_screened", "1.4", "Decisions of the listing screen.", screened, "at")
    for decision in ("allow", "ask_for_code", "hold", "block"):
        yield Asked(
            f"screened.{decision}", "1.4", "Of those, by what was decided.",
            Query(SCREENINGS, (_is("decision", decision),)), "at", screened,
        )  # fmt: skip
    blocked = Query(SCREENINGS, (_is("decision", "block"),))
    yield Asked(
        "presale_block_rate", "1.4", "Of listings that were blocked, those blocked before they went live.",
        Query(SCREENINGS, (*blocked.where, _is("first", True))), "at", blocked,
    )  # fmt: skip
    yield Asked(
        "keyword_misuse_screened", "1.4", "Listings stopped or asked about for how they use a mark.",
        Query(SCREENINGS, (_is("marks", True), Where("decision", "≠", "allow"))), "at", screened,
    )  # fmt: skip
    acted = Query(CASES, (_is("went_down", True),))
    yield Asked(
        "removed_by_self_service", "1.4", "Listings that a notifier in good standing had removed at once.",
        Query(CASES, (_is("went_down", True), _is("self_service", True))), "received_at", acted,
    )  # fmt: skip


def _complaints() -> Iterator[Asked]:
    down = Query(CASES, (_is("went_down", True),))
    yield Asked(
        "counter_notices", "1.5.1", "Removals that the seller answered.",
        Query(CASES, (*down.where, _is("countered", True))), "received_at", down,
    )  # fmt: skip
    closed = Query(CASES, (_is("closed", True), _is("went_down", True)))
    yield Asked(
        "restored_rate", "1.5.1", "Of removals whose case is closed, those that did not stand.",
        Query(CASES, (*closed.where, _among("final", Outcome.RESTORED.value, Outcome.WITHDRAWN.value))),
        "closed_at", closed,
    )  # fmt: skip
    yield Asked(
        "wrongful_takedown_seconds", "1.5.1",
        "Seconds for which listings were down that came back in the end; what is still open is not counted yet.",
        Query(WRONGFUL, (), "sum", "seconds"), "since", unit="s",
    )  # fmt: skip
    yield Asked("wrongful_takedowns", "1.5.1", "Spans in which that was so.", Query(WRONGFUL), "since")
    yield Asked("appeals", "1.5.1", "Appeals, of either side.", Query(CASES, (), "sum", "appeals"), "received_at")
    yield Asked(
        "strikes", "1.5.1", "Strikes, each from a closed case.", Query(CASES, (_is("struck", True),)), "struck_at"
    )
    yield Asked(
        "strikes_taken_back", "1.5.1", "Strikes whose case was reversed later.",
        Query(CASES, (_is("strike_back", True),)), "struck_at", Query(CASES, (_is("struck", True),)),
    )  # fmt: skip
    yield Asked(
        "standings_lost", "1.5.1", "Notifiers who lost the fast lane for notices that did not stand.",
        Query(ENTRIES, (_is("kind", "standing.lost"),)), "at",
    )  # fmt: skip


def _automation() -> Iterator[Asked]:
    decided = Query(DECISIONS)
    for much in Automation:
        yield Asked(
            f"automation.{much}", "1.6", "First decisions, by how much of them a machine took.",
            Query(DECISIONS, (_is("automation", much.value),)), "decided_at", decided,
        )  # fmt: skip
    machine = Query(CASES, (_is("automation", Automation.FULL.value), _is("first", "upheld"), _is("closed", True)))
    yield Asked(
        "automation_error_rate", "1.6", "Of closed removals that a machine decided, those that did not stand.",
        Query(CASES, (*machine.where, _among("final", Outcome.RESTORED.value, Outcome.WITHDRAWN.value))),
        "closed_at", machine,
    )  # fmt: skip


def _ledger() -> Iterator[Asked]:
    answered = Query(ENTRIES, (_is("kind", "clue.answered"), _is("first", True)))
    yield Asked(
        "clues_received",
        "ledger",
        "Questions that people sent to brands.",
        Query(ENTRIES, (_is("kind", "clue.received"),)),
        "at",
    )
    for answer in ("genuine", "fake", "need_photos"):
        yield Asked(
            f"clues_answered.{answer}", "ledger", "First answers of brands.",
            Query(ENTRIES, (*answered.where, _is("answer", answer))), "at", answered,
        )  # fmt: skip
    yield Asked(
        "clue_answer_seconds_p50", "ledger", "Seconds from a question to its first answer.",
        Query(ENTRIES, answered.where, "p50", "seconds"), "at", unit="s",
    )  # fmt: skip
    advised = Query(ENTRIES, (_is("kind", "release.advised"),))
    yield Asked(
        "releases_held", "ledger", "Of questions whether money may be released, those answered with hold.",
        Query(ENTRIES, (*advised.where, _is("decision", "hold"))), "at", advised,
    )  # fmt: skip


ASKED: Final[Sequence[Asked]] = tuple(_asked())
"""Every figure of the report."""
