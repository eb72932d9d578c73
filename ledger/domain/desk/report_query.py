"""Questions that a transparency report asks of its records: data, so that each is shown as what it is. Pure.

A question is a kind of record, conditions that all hold, and what is made of the records found: their count, the sum of
a field, or one of its percentiles. The sentence that is shown and what is computed come from the same value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ledger.domain.desk.report_records import Record, Records

Sign = Literal["=", "≠", "≤", "<", "≥", ">", "in"]
_SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "≠": operator.ne,
    "≤": operator.le,
    "<": operator.lt,
    "≥": operator.ge,
    ">": operator.gt,
    "in": lambda value, some: value in some,
}


@dataclass(frozen=True, slots=True)
class Where:
    """One condition: a field, a sign, and what it is compared with. None equals None and nothing else."""

    field: str
    sign: Sign
    value: Any

    def holds(self, record: Record) -> bool:
        """Whether a record meets it."""
        found = record.get(self.field)
        if found is None and self.value is not None:
            return self.sign == "≠"
        return _SIGNS[self.sign](found, self.value)

    @property
    def text(self) -> str:
        """As it is shown."""
        value = ", ".join(sorted(map(str, self.value))) if self.sign == "in" else self.value
        return f"{self.field} {self.sign} {str(value).lower() if isinstance(value, bool | None) else value}"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `make` is what is made of the records found, of `field` where it is not their count."""

    of: str
    where: tuple[Where, ...] = ()
    make: Literal["count", "sum", "p50", "p95"] = "count"
    field: str = ""

    @property
    def text(self) -> str:
        """The question as it is shown, one line."""
        what = self.make if self.make == "count" else f"{self.make} of {self.field}"
        conditions = " and ".join(one.text for one in self.where)
        return f"{what} of {self.of}" + (f" where {conditions}" if conditions else "")

    def within(self, field: str, since: int, until: int) -> Query:
        """The same question of a period: from `since` to before `until`, by a field that is a time."""
        return replace(self, where=(*self.where, Where(field, "≥", since), Where(field, "<", until)))

    def ask(self, records: Records) -> int | None:
        """The answer in whole numbers; None for a percentile of nothing."""
        found = [one for one in records[self.of] if all(where.holds(one) for where in self.where)]
        if self.make == "count":
            return len(found)
        values: list[int] = [one[self.field] for one in found if one.get(self.field) is not None]
        if self.make == "sum":
            return sum(values)
        return percentile(values, int(self.make[1:]))


def percentile(values: list[int], share: int) -> int | None:
    """The nearest-rank percentile: the smallest value that `share` of a hundred are not above. None of nothing."""
    if not values:
        return None
    rank = -(-len(values) * share // 100)
    return sorted(values)[max(rank, 1) - 1]
