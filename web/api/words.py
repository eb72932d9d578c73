"""The words behind a mark or a report: kept here, named in the ledger by a salted hash."""

from __future__ import annotations

from pydantic import Field

from ledger.services.keep_reference import NAMES
from web.api.shapes import In, Text


class Words(In):
    """Why, and what to do."""

    reason: Text | None = Field(
        None, description="Why, in your words. Shown to everyone with a recall or a withdrawal."
    )
    advice: Text | None = Field(None, description="What whoever has the item should do. Shown with a recall.")
    police_reference: Text | None = Field(None, description="The police's number; only that there is one is shown.")
    police_force: Text | None = Field(None, description="Which police. Not shown.")
    when: Text | None = Field(None, description="The day on which it happened. Not shown.")
    where: Text | None = Field(None, description="The country in which it happened. Not shown.")
    price: Text | None = Field(None, description="A price, between seller and buyer alone. Not shown.")
    case: Text | None = Field(None, description="A court's or insurer's number. Not shown.")
    contact: Text | None = Field(None, description="Whom to ask. Not shown.")


def words_of(body: Words) -> dict[str, str | None]:
    """The words that were given."""
    return {name: getattr(body, name) for name in NAMES}
