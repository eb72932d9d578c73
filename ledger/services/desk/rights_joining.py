"""The marks of an application move into the rights vault when it is let in."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from ledger.domain.desk.rights import Right, RightKind, RightState
from ledger.domain.desk.rights_stating import refuse_second
from ledger.domain.errors import Conflict
from ledger.domain.joining import Mark
from ledger.services.desk.rights import contested_or, note, today
from ledger.services.ports import Ledger, Tx


def keep_marks(ledger: Ledger, tx: Tx, application: str, organisation: str) -> int:
    """Keep an application's marks as the organisation's rights, in the transaction that lets it in; how many.

    One that could not stand beside what is there is contested until the council has looked at both. One that the
    application names twice is kept once.
    """
    count = 0
    for mark in tx.joining.marks(application):
        right = contested_or(tx, _right(mark, organisation), today(ledger))
        with suppress(Conflict):
            mine = [
                one for one in tx.rights.numbered(right.kind, right.office, right.number) if one.owner == right.owner
            ]
            refuse_second(right, mine)
            tx.rights.add(right)
            note(tx, "right.stated", organisation, right, ledger.now())
            count += 1
    return count


def _right(mark: Mark, organisation: str) -> Right:
    return Right(
        id="rt_" + mark.id.removeprefix("tm_"),
        owner=organisation,
        kind=RightKind.MARK,
        name=mark.name,
        number=mark.number,
        office=mark.office,
        classes=tuple(str(one) for one in mark.classes),
        territories=tuple(mark.territories),
        from_day=None,
        expires_on=date.fromisoformat(mark.expires_on) if mark.expires_on else None,
        state=RightState.STATED,
        created_at=mark.created_at,
        changed_at=mark.created_at,
        file=mark.file,
        file_type=mark.file_type,
    )
