"""What a brand says of its models: kept by GTIN, read by everyone, changed by whoever holds the GTIN's prefix."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ledger.domain.errors import Conflict, Forbidden, Unknown
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.lines import WIDTHS, Line, LineText, checked_line
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

PHOTOS = "photos"
"""The shelf of photos in their widths, each named by its SHA-256, a dot and its width."""


def keep_line(ledger: Ledger, caller: Caller, gtin: str, text: LineText, *, version: int | None = None) -> Line:
    """Keep what is said of a model; new, or instead of what was said before. Its photos stay.

    With `version`, only over that version. Raises Forbidden where the GTIN is outside the brand's prefixes,
    Invalid naming every fault, Conflict where somebody changed the line since.
    """
    checked, kept = checked_line(text), check_gtin(gtin)
    unused: list[str] = []
    with ledger.store.write() as tx:
        need_gtin(tx, caller, kept)
        before = tx.lines.get(kept)
        if before is not None and before.organisation != caller.organisation.id:
            # The prefix has passed to another brand: what its former holder said goes with it.
            unused, before = tx.lines.drop(kept), None
        at = 0 if before is None else before.version
        if version is not None and version != at:
            raise Conflict(
                said("Somebody changed this line while you had it open. Nothing was kept; open it again and compare.")
            )
        new = Line(
            kept,
            caller.organisation.id,
            checked.name,
            checked.words,
            checked.programme_start,
            checked.retired,
            checked.note,
            at + 1,
            ledger.now(),
        )
        tx.lines.keep(new)
        found = replace(new, photos=() if before is None else before.photos)
    forget_files(ledger, unused)
    return found


def line_of(ledger: Ledger, gtin: str) -> Line | None:
    """What is said of a model, for everyone; without the brand's own note."""
    with ledger.store.read() as tx:
        found = tx.lines.get(gtin)
    return None if found is None else without_note(found)


def without_note(line: Line) -> Line:
    """A line as everyone may see it."""
    return replace(line, note="")


def own_line(tx: Tx, caller: Caller, gtin: str) -> Line:
    """A line of the caller's own, note and all. Raises Unknown."""
    found = tx.lines.get(check_gtin(gtin))
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("You have no such line in your catalogue. Add it by its GTIN."))
    return found


def need_gtin(tx: Tx, caller: Caller, gtin: Gtin) -> None:
    """Raises Forbidden for a GTIN that another holds, or nobody, and for a key that may not describe models."""
    caller.need(Scope.IMPORT)
    caller.need_role(Role.BRAND)
    holder = tx.organisations.prefix_holder(gtin)
    if holder is None or holder.id != caller.organisation.id:
        owned = ", ".join(tx.organisations.prefixes(caller.organisation.id)) or "none"
        raise Forbidden(
            said(
                "The GTIN %(gtin)s does not begin with a GS1 prefix of %(name)s (%(owned)s). Check its "
                "digits, or have the operator add the prefix.",
                gtin=gtin,
                name=caller.organisation.name,
                owned=owned,
            )
        )


def is_public(ledger: Ledger, line: Line) -> bool:
    """Whether a code that names only the model may show the line today (UTC)."""
    return line.public_on(datetime.fromtimestamp(ledger.now(), UTC).date())


def forget_files(ledger: Ledger, names: list[str]) -> None:
    """Destroy the files of photos that no line has any more; the database has forgotten them already."""
    for sha256 in names:
        for width in WIDTHS:
            ledger.files.remove(PHOTOS, f"{sha256}.{width}")
