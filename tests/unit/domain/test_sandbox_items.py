"""The sandbox covers what a program has to be ready for, by the real rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger.domain.codes import parse_code
from ledger.domain.desk.sandbox_items import BAD_CODE, DEMO, GTIN, DemoItem
from ledger.domain.errors import Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.serials import check_serial
from ledger.domain.standing import standing
from ledger.domain.standing_headlines import BAD_NEWS, Advice, Key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def name(one: DemoItem) -> str:
    return one.serial or one.verdict.value


def test_thirty_codes_cover_every_verdict_and_every_advice() -> None:
    assert len(DEMO) == 30
    assert {one.verdict for one in DEMO} == set(Key)
    assert {standing(one.facts(NOW), NOW).advice for one in DEMO} == set(Advice)
    assert len({name(one) for one in DEMO}) == 30


@pytest.mark.parametrize("one", DEMO, ids=name)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=4_000)], ids=["now", "in eleven years"])
def test_each_is_judged_as_it_says_whenever_it_is_asked(one: DemoItem, later: timedelta) -> None:
    got = standing(one.facts(NOW + later), NOW + later)
    assert got.key is one.verdict, one.about
    assert got.sentences
    assert got.advice is not Advice.OK or one.verdict is Key.OWNER_CONFIRMED


def test_one_shows_bad_news_beside_bad_news_and_another_beside_a_good_verdict() -> None:
    lines = [{line.key for line in standing(one.facts(NOW), NOW).lines} for one in DEMO]
    keys = [one.verdict for one in DEMO]
    assert any(key in BAD_NEWS and Key.RECALLED in found for key, found in zip(keys, lines, strict=True))
    assert any(key is Key.HELD and found for key, found in zip(keys, lines, strict=True))


def test_the_codes_are_what_they_are_said_to_be() -> None:
    assert check_gtin(GTIN) == GTIN
    for one in DEMO:
        if one.serial is not None:
            check_serial(one.serial)
    with pytest.raises(Invalid):
        parse_code(BAD_CODE)
