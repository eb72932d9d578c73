"""Notices and cases as the tests of the desk make them: a brand notifies, Bazar decides, time goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.domain.desk.cases import Case, Reason
from ledger.domain.desk.cases_fold import fold
from ledger.domain.desk.notices import Line
from ledger.domain.desk.rights import RightKind
from ledger.services.desk import case_act
from ledger.services.desk.case_act import Word
from ledger.services.desk.case_turn import settle_due
from ledger.services.desk.case_write import entries_of, index_of
from ledger.services.desk.cases_port import Kept, Wanted
from ledger.services.desk.notices_lines import Asked
from ledger.services.desk.notices_send import send_notice
from ledger.services.desk.rights import Given, state_right
from tests.support.world import World

WORDS = "The listing names our mark for goods that are not ours."


def right(world: World, *territories: str, name: str = "Maison", expires: int | None = None) -> str:
    today = datetime.fromtimestamp(world.ledger.now(), UTC).date()
    last = None if expires is None else today + timedelta(days=expires)
    office = "CNIPA" if territories == ("CN",) else "EUIPO"
    given = Given(
        RightKind.MARK, name, f"{world.ledger.new_id('no')[-8:]}", office, ["18"], territories or ("EU",), None, last
    )
    return state_right(world.ledger, world.caller("maison"), given).id


def asked(right: str | None, *refs: str, **more: Any) -> Asked:
    told: dict[str, Any] = {
        "reason": Reason.KEYWORD_MISUSE if right else Reason.CODE_WITHDRAWN,
        "lines": [Line(platform="bazar", ref=ref) for ref in refs],
        "explanation": WORDS,
        "name": "M. Rossi",
        "email": "rossi@maison.example",
        "good_faith": True,
        "accurate": True,
        "right": right,
        "territories": ("FR",) if right else ("WO",),
    }
    return Asked(**(told | more))


def send(world: World, what: Asked, slug: str = "maison") -> list[tuple[Kept, Case]]:
    return list(send_notice(world.ledger, world.caller(slug), what).cases.values())


def decide(world: World, id: str, word: Word, **more: Any) -> Case:
    return case_act.decide_case(world.ledger, world.caller("bazar"), id, word, **more)[1]


def let_time_do(world: World, seconds: int) -> None:
    world.clock.ahead += seconds
    while settle_due(world.ledger):
        pass


def rows_say_what_the_log_says(world: World) -> None:
    """Every case's row has what its entries fold to."""
    with world.ledger.store.read() as tx:
        rows = tx.cases.page(Wanted(), None, 1_000)
        assert rows
        for row in rows:
            case = fold(entries_of(tx, row.id))
            assert case is not None
            told = index_of(case)
            assert {name: getattr(row, name) for name in told} == told
