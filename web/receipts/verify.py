"""Whether a receipt is what this ledger issued, and whether it still holds: for its code, and for its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import render_template, request
from flask_babel import gettext as _

from ledger.domain.errors import Invalid, TooLarge, Unavailable
from ledger.domain.inspections import Authenticity
from ledger.domain.receipts import CHECKS, ReceiptKind, Stamp
from ledger.domain.said import said
from ledger.domain.standing_dates import stamp as stamped
from ledger.domain.standing_headlines import LOOKS, Key, headline
from ledger.services.ports import Ledger
from ledger.services.receipts import LARGEST, read_address, read_document
from ledger.services.receipts_today import Holds, Today, scan_today, today
from ledger.services.views_of_chain import moment
from web.people.visits import ledger_here
from web.problems import status_of_form
from web.receipts import bp
from web.receipts.printed import TITLES, grouped
from web.scan.pace import expect_pace, too_fast
from web.scan.page import item_href, slowed
from web.scan_words import CHECK_WORDS, RESULTS

_NAMES: Final = (
    said("The brand's record"),
    said("Ownership"),
    said("Theft and loss"),
    said("Recall"),
    said("Unusual scans"),
)
"""The five checks in the order of a stamp's letters (`domain.standing_checks`)."""
_FOUND: Final = {letter: found for found, letter in CHECKS.items()}
_TICK: Final = {True: said("With the tick"), False: said("Without the tick")}
_NO_CHECK: Final = said("Not looked at")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a receipt said, then and today."""

    name: str
    then: str
    now: str

    @property
    def changed(self) -> bool:
        """Whether it is another today."""
        return self.then != self.now


@bp.get("/receipts/<number>")
def verify(number: str) -> str | tuple[str, int]:
    """What the code on a printed receipt leads to."""
    given = {name: value for name, value in request.args.items() if name != "lang"}
    try:
        stamp = read_address(ledger_here(), number, given)
    except Invalid as cut_off:
        return render_template("receipts/read.html", fault=cut_off.detail), 422
    return _answer(stamp)


@bp.get("/receipts")
def choose_file() -> str:
    """A form for a receipt's file."""
    return render_template("receipts/read.html", fault="")


@bp.post("/receipts")
def read_file() -> str | tuple[str, int]:
    """The same for a file; it is read, and not kept."""
    expect_pace()
    request.max_content_length = LARGEST + 16 * 1024
    given = request.files.get("receipt")
    content = b""
    if given is not None:
        content = given.stream.read(LARGEST + 1)
        given.close()
    try:
        found = read_document(ledger_here(), content)
    except (Invalid, TooLarge) as refused:
        return render_template("receipts/read.html", fault=refused.detail), status_of_form(refused)
    return _answer(None if found is None else found[0])


def _answer(stamp: Stamp | None) -> str | tuple[str, int]:
    if stamp is None:
        return render_template("receipts/not_ours.html"), 422
    ledger = ledger_here()
    try:
        now: Today | None = _today(ledger, stamp)
    except Unavailable:
        now = None
    return render_template(
        "receipts/ours.html",
        stamp=stamp,
        kind=TITLES[stamp.kind],
        number=grouped(stamp.number),
        issued_at=stamped(moment(stamp.issued_at)),
        recorded_at=stamped(moment(stamp.recorded_at)) if stamp.recorded_at else "",
        said_then=_said_then(stamp, now),
        rows=_rows(stamp, now) if stamp.kind is ReceiptKind.CHECK else [],
        now=now,
        tone=_tone(now),
        colour=LOOKS[now.scan.standing.key].colour if now else "grey",
        item_href=item_href(stamp.gtin, stamp.serial),
        Holds=Holds,
        ReceiptKind=ReceiptKind,
    )


def _today(ledger: Ledger, stamp: Stamp) -> Today:
    scan, seconds = scan_today(ledger, stamp), too_fast(request.remote_addr)
    if seconds is not None:
        scan = slowed(scan, seconds, moment(ledger.now()))
    return today(ledger, stamp, scan)


def _tone(now: Today | None) -> str:
    if now is None or now.holds is Holds.CANNOT_TELL:
        return "attention"
    if now.holds is Holds.YES:
        return "ok"
    return "wrong" if now.grave or now.holds is Holds.GONE else "attention"


def _said_then(stamp: Stamp, now: Today | None) -> list[tuple[str, str]]:
    """What the receipt says, as (name, words)."""
    if stamp.kind is ReceiptKind.CHECK:
        return [(_("The answer then"), _verdict(stamp.says, now)), (_("The tick"), _TICK[stamp.tick])]
    if stamp.kind is ReceiptKind.CLAIM:
        return [(_("First owner"), stamp.says)]
    if stamp.kind is ReceiptKind.HANDOVER:
        before, _dot, after = stamp.says.partition(".")
        return [(_("Given by"), before), (_("Taken by"), after)]
    results = {one.name.lower(): words for one, words in RESULTS.items()}
    return [(_("Result"), results.get(stamp.says, results[Authenticity.NOT_SUPPORTED.name.lower()]))]


def _verdict(says: str, now: Today | None) -> str:
    if says not in set(Key):
        return says
    brand = now.scan.facts.brand.name if now and now.scan.facts.brand else None
    return headline(Key(says), brand=brand)


def _rows(stamp: Stamp, now: Today | None) -> list[Row]:
    if now is None or now.holds is Holds.CANNOT_TELL:
        return []
    got = now.scan.standing
    rows = [
        Row(_("The answer"), _verdict(stamp.says, now), got.headline),
        Row(_("The tick"), _TICK[stamp.tick], _TICK[got.tick]),
    ]
    letters = "".join(CHECKS[one.found] for one in got.checked)
    for place, name in enumerate(_NAMES):
        then, after = (
            CHECK_WORDS[_FOUND[one[place]]] if place < len(one) else _NO_CHECK for one in (stamp.checks, letters)
        )
        rows.append(Row(name, then, after))
    for one in dict.fromkeys((*stamp.also, *(str(line.key) for line in got.lines if line.grave))):
        here = {str(line.key): line.headline for line in got.lines}
        title = here.get(one) or (headline(Key(one)) if one in set(Key) else one)
        rows.append(Row(title, *(_("Yes") if there else _("No") for there in (one in stamp.also, one in here))))
    return rows
