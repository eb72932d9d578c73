"""Claim cards: the sealed secret of an item, as text and as a code, for a printer who does not print the
labels.

What the scratch panel must cover is drawn as a dashed frame. Outside it stands only what tells which item
the card belongs to. The code travels in the address's fragment, which browsers do not send to any server
(RFC 3986, 3.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from ledger.domain.claim_codes import check_code
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.labels import grouped
from ledger.files.pdf import Page
from ledger.files.progress import Progress, counted
from ledger.files.qr import checked_symbol

CARD: Final = (85.6, 54.0)
"""ISO/IEC 7810 ID-1, millimetres."""
MAX_CARDS: Final = 25_000
PANEL: Final = (38.0, 13.0, 43.6, 36.0)
"""The scratch panel: left, top, width and height in millimetres."""

_MARGIN: Final = 5.0
_MODULE_ROOM: Final = 25.0
_MIN_MODULE: Final = 0.396


@dataclass(frozen=True, slots=True, repr=False)
class ClaimCard:
    """One card. `claim_url` is where its code leads: an address whose fragment is the claim code, and
    nothing else.

    Has no repr, so that no log shows a code.
    """

    gtin: str
    serial: str
    code: str
    claim_url: str


@dataclass(frozen=True, slots=True)
class CardWords:
    """What the cards say, in the language of the buyer."""

    title: str = "Your item's claim card"
    instruction: tuple[str, ...] = (
        "Scratch the panel only when",
        "the item is yours. Then scan",
        "the code or type the text",
        "beneath it. Keep this card.",
    )
    serial: str = "No."


def write_claim_cards(
    target: BinaryIO,
    cards: Iterable[ClaimCard],
    *,
    words: CardWords | None = None,
    font: Path | None = None,
    on_progress: Progress | None = None,
) -> int:
    """Writes one page a card and gives how many. The same input gives the same bytes.

    `font` is a TrueType file, needed for words that are not in Latin letters. Nothing is written before
    every code was read again. Raises Invalid for no cards, a wrong claim code, an address that shows the
    code to a server, or one too long for the panel; TooLarge beyond MAX_CARDS. No sentence repeats a code.
    """
    words = words or CardWords()
    page = Page(target, CARD, "Claim cards", font)
    done = 0
    for card in counted(cards, on_progress):
        if done == MAX_CARDS:
            raise TooLarge(
                said(
                    "One PDF holds at most %(max_cards)s cards. Print them in several ranges.",
                    max_cards=f"{MAX_CARDS:,}",
                )
            )
        if done:
            page.next_page()
        _draw_card(page, card, words)
        done += 1
    if not done:
        raise Invalid(said("There are no claim cards in the print range. Check its first and its last number."))
    page.save()
    return done


def _draw_card(page: Page, card: ClaimCard, words: CardWords) -> None:
    code = check_code(card.code)
    parts = urlsplit(card.claim_url)
    if parts.fragment != code or code in card.claim_url.split("#", 1)[0]:
        raise Invalid(
            said(
                "The address on the card of %(serial)s must carry the claim code after the # and nowhere else.",
                serial=grouped(card.serial),
            )
        )
    matrix = checked_symbol(card.claim_url)
    module = _MODULE_ROOM / matrix.full_size
    if module < _MIN_MODULE:
        raise Invalid(
            said(
                "The address on the card of %(serial)s has %(count)s characters, too many for the panel. "
                "Use a shorter web address.",
                serial=grouped(card.serial),
                count=len(card.claim_url),
            )
        )
    left, top, width, height = PANEL
    page.text(_MARGIN, 9, words.title, 10, bold=True)
    for number, line in enumerate(words.instruction):
        page.text(_MARGIN, 18 + 4 * number, line, 6)
    page.text(_MARGIN, 44, f"{words.serial} {grouped(card.serial)}", 6)
    page.text(_MARGIN, 48, f"(01) {card.gtin}", 5)
    page.box(left, top, width, height, dashed=True)
    page.symbol(matrix, left + (width - _MODULE_ROOM) / 2, top + 1, module)
    page.text(left + width / 2, top + _MODULE_ROOM + 6, grouped(code), 7.5, bold=True, centre=True)
