"""What a listing's title and text name, each and together."""

from __future__ import annotations

import pytest

from ledger.domain.desk.listings import Condition, Listing, ListingStatus, Seller
from ledger.screening.marks import Marks
from ledger.screening.matches import KnownMark
from ledger.services.desk.screen_facts import marks_in

MARKS = Marks(KnownMark(name, name, "org", territories=("EU",)) for name in ("Louis Vuitton", "Rolex"))


def listing(title: str, text: str, territory: str = "FR") -> Listing:
    return Listing(
        ref="a", url="https://bazar.example/l/a", title=title, text=text, language="en", territory=territory,
        price=None, seller=Seller("s", None), codes=(), photos=(), condition=Condition.USED, status=ListingStatus.LIVE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "text", "where"),
    [
        ("women leather bag Louis", "Vuitton, new", ["title"]),
        ("women leather bag Lou", "is Vuitton, new", ["title"]),
        ("bag Louis Vuitton", "Rolex box", ["title", "text"]),
        ("bag Louis", "and a Vuitton", []),
        ("bag", "", []),
    ],
)
def test_a_mark_counts_in_the_title_in_the_text_and_from_one_into_the_other(
    title: str, text: str, where: list[str]
) -> None:
    found = marks_in(MARKS, listing(title, text))
    assert [place for place, _, _ in found] == where
    assert all(said[one.start : one.end].strip() for _, said, one in found)
    assert marks_in(MARKS, listing(title, text, territory="US")) == []
