"""Looks at items, on both databases: kept without a way back to a person, compared, coarsened, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from ledger.domain.errors import Conflict, Invalid, Unknown
from ledger.domain.looks import DAY, Look, LookKind, Usual
from ledger.domain.standing_checks import Found
from ledger.domain.standing_headlines import Key
from ledger.services.display_item import end_display, set_display
from ledger.services.keep_looks import KEPT, LookKeeper, coarsen, compare_new, count_lines
from ledger.services.note_scan import Seen, note_live_answer, note_scans
from ledger.services.own_looks import forget_looks, looks_of_item
from ledger.services.scan_item import scan_item, scan_many
from ledger.services.scanned import Scan
from ledger.services.watch_items import alerts, count_alerts, last_days, looks_by_day, looks_by_item, unclaimed
from ledger.storage.tables_scans import scan_days, scan_salts, scans
from tests.support.world import Card, World, person


def _looks(world: World, item: int, *seen: tuple[int, str | None, str]) -> None:
    now = world.ledger.now()
    note_scans(world.ledger, [Seen(item, now - ago, "held", country, who) for ago, country, who in seen])


def _copies(world: World, card: Card) -> None:
    """Looks as copies get them: far countries, within hours, by many."""
    countries = ("CN", "FR", "US", "CN", "BR", "JP", "FR")
    _looks(world, card.item, *((3600 * n, where, f"visitor {n}") for n, where in enumerate(countries)))


def _rows(world: World, table: object) -> int:
    with world.ledger.store.read() as tx:
        return int(tx.connection.scalar(select(func.count()).select_from(table)))  # type: ignore[attr-defined]


def _both(world: World, card: Card) -> Scan:
    """The scan, made sure to be the same when many are asked for at once."""
    (many,) = scan_many(world.ledger, [(card.gtin, card.serial)])
    one = scan_item(world.ledger, card.gtin, card.serial)
    assert one.facts.clone_signals == many.facts.clone_signals
    assert one.standing.key is many.standing.key
    return one


def test_looks_that_show_nothing_unusual_are_said_to_be_fine(world: World) -> None:
    card = world.cards()[0]
    scan = _both(world, card)
    assert scan.facts.clone_signals == ()
    (check,) = [one for one in scan.standing.checked if one.name == "Unusual scans"]
    assert check.found is Found.OK


def test_a_code_that_is_looked_at_everywhere_is_suspected_with_reasons_and_the_brand_is_told(world: World) -> None:
    card, other = world.cards()[:2]
    _copies(world, card)
    _looks(world, other.item, (60, "FR", "one"))
    scan = _both(world, card)
    assert scan.standing.key is Key.CLONE_SUSPECTED
    assert {"travel", "crowd"} <= {one.rule for one in scan.facts.clone_signals or ()}

    assert compare_new(world.ledger) == 2
    assert compare_new(world.ledger) == 0
    brand, rival = world.caller("maison"), world.caller("rival")
    (told,) = alerts(world.ledger, brand, None, 10)
    assert (told.alert.item, told.serial, told.alert.suspected) == (card.item, card.serial, True)
    assert told.signals == scan.facts.clone_signals
    assert dict(told.countries) == {"CN": 2, "FR": 2, "US": 1, "BR": 1, "JP": 1}
    assert told.visitors == 7
    assert alerts(world.ledger, brand, told.alert.id, 10) == []
    assert count_alerts(world.ledger, brand) == (1, 1)
    assert alerts(world.ledger, rival, None, 10) == []
    assert looks_by_day(world.ledger, rival, last_days(world.ledger, 30)) == []


def test_an_alert_fades_though_nobody_looks_any_more(world: World) -> None:
    card = world.cards()[0]
    _copies(world, card)
    compare_new(world.ledger)
    world.clock.ahead += 31 * DAY
    assert compare_new(world.ledger) == 1
    assert count_alerts(world.ledger, world.caller("maison")) == (0, 0)
    assert _both(world, card).facts.clone_signals == ()


def test_an_item_on_display_is_not_suspected_until_the_mark_is_taken_away(world: World) -> None:
    card = world.cards()[0]
    brand, rival = world.caller("maison"), world.caller("rival")
    _copies(world, card)
    set_display(world.ledger, brand, card.gtin, card.serial, world.ledger.now() - DAY)
    assert _both(world, card).facts.clone_signals == ()
    with pytest.raises(Unknown):
        end_display(world.ledger, rival, card.gtin, card.serial)
    with pytest.raises(Unknown):
        set_display(world.ledger, rival, card.gtin, card.serial)
    with pytest.raises(Invalid, match="ends before"):
        set_display(world.ledger, brand, card.gtin, card.serial, world.ledger.now(), world.ledger.now() - 1)
    end_display(world.ledger, brand, card.gtin, card.serial)
    assert _both(world, card).standing.key is Key.CLONE_SUSPECTED


def test_where_the_owner_showed_it_is_compared_with_looks_elsewhere(world: World) -> None:
    card = world.cards()[0]
    note_live_answer(world.ledger, card.item, "FR")
    _looks(world, card.item, (10, "JP", "one"), (5, "JP", "two"))
    assert [one.rule for one in _both(world, card).facts.clone_signals or ()] == ["elsewhere"]
    assert looks_of_item(world.ledger, card.item).count == 2, "the answer itself is no look"
    assert sum(one.count for one in looks_by_day(world.ledger, world.caller("maison"), last_days(world.ledger, 2))) == 2


def test_wrong_claim_codes_are_a_sign(world: World) -> None:
    card, wrong = world.cards()[:2]
    for _ in range(3):
        with pytest.raises(Exception, match="claim code is not this item"):
            world.claim(card, person("anna"), wrong.code)
    assert [one.rule for one in _both(world, card).facts.clone_signals or ()] == ["wrong_codes"]
    world.claim(card, person("anna"))
    world.settle()
    assert _both(world, card).facts.clone_signals == ()


def test_an_address_is_kept_as_a_hash_whose_salt_is_destroyed_after_its_day(world: World) -> None:
    card = world.cards()[0]
    _looks(world, card.item, (0, "FR", "203.0.113.9\nBrowser"), (0, "FR", "203.0.113.9\nBrowser"), (0, None, ""))
    with world.ledger.store.read() as tx:
        first, second, nobody = sorted(tx.scans.rows_of(card.item, 10), key=lambda one: one.visitor is None)
        salt = tx.scans.salt(world.ledger.now() // DAY)
    assert first.visitor == second.visitor != None  # noqa: E711
    assert nobody.visitor is None
    assert salt is not None
    world.clock.ahead += DAY
    _looks(world, card.item, (0, "FR", "203.0.113.9\nBrowser"))
    with world.ledger.store.read() as tx:
        assert tx.scans.salt(world.ledger.now() // DAY - 1) is None
        assert len({one.visitor for one in tx.scans.rows_of(card.item, 10)}) == 3
    world.clock.ahead += DAY
    count_lines(world.ledger)
    assert _rows(world, scan_salts) == 0


def test_looks_older_than_ninety_days_are_counted_by_country_and_day_and_deleted(world: World) -> None:
    card = world.cards()[0]
    today = world.ledger.now() // DAY * DAY
    old = world.ledger.now() - (today - 100 * DAY)
    _looks(world, card.item, (old, "FR", "a"), (old - 60, "FR", "b"), (old, None, "c"), (60, "CN", "d"))
    period = last_days(world.ledger, 200)
    before = looks_by_day(world.ledger, world.caller("maison"), period)
    assert coarsen(world.ledger) == 3
    assert coarsen(world.ledger) == 0
    assert _rows(world, scans) == 1
    assert _rows(world, scan_days) == 2
    assert looks_by_day(world.ledger, world.caller("maison"), period) == before
    with world.ledger.store.read() as tx:
        assert tx.scans.count_of(card.item)[:2] == (4, today - 100 * DAY)
        assert tx.scans.looked(card.item, world.ledger.now() - 30 * DAY).before == {"FR"}


def test_looks_are_kept_by_the_row_for_ninety_days(world: World) -> None:
    card = world.cards()[0]
    _looks(world, card.item, (KEPT - DAY, "FR", "a"))
    assert coarsen(world.ledger) == 0


def test_the_brand_pages_through_looks_by_item_without_a_gap_or_a_repeat(world: World) -> None:
    cards, brand = world.cards()[:3], world.caller("maison")
    for n, card in enumerate(cards):
        _looks(world, card.item, *((DAY * day, where, f"{n}{day}") for day in range(3) for where in ("FR", "CN")))
    period = last_days(world.ledger, 30)
    whole = looks_by_item(world.ledger, brand, period, None, 100)
    assert len(whole) == 18
    assert [one.day for one in whole] == sorted((one.day for one in whole), reverse=True)
    pages, after = [], None
    while page := looks_by_item(world.ledger, brand, period, after, 5):
        pages += page
        after = page[-1].day, page[-1].item, page[-1].country
    assert pages == whole
    assert sum(one.count for one in whole) == sum(one.count for one in looks_by_day(world.ledger, brand, period))
    assert looks_by_item(world.ledger, brand, replace(period, gtin="09521234543220"), None, 100) == []


def test_what_is_usual_for_a_line_is_counted_from_its_items(world: World) -> None:
    cards = world.cards()
    for card in cards:
        _looks(world, card.item, *((0, "FR", f"{n}") for n in range(3)), (DAY, "FR", "x"))
    assert count_lines(world.ledger) == 0  # a dozen items are too few to say
    with world.ledger.store.read() as tx:
        assert tx.scans.usual(cards[0].gtin) == Usual()
    _, more = world.register("maison", [f"{cards[0].gtin};;Sac {n};black" for n in range(10)], on_sale_at_once=True)
    with world.ledger.store.read() as tx:
        items = [tx.batches.find(one["gtin"], one["serial"])[0].item for one in more]
    for item in items:
        _looks(world, item, (0, "FR", "only"))
    assert count_lines(world.ledger) == 1
    with world.ledger.store.read() as tx:
        assert tx.scans.usual(cards[0].gtin) == Usual(a_day=3, a_month=4)


def test_an_owner_sees_the_looks_and_deletes_them(world: World) -> None:
    card, other = world.cards()[:2]
    _looks(world, card.item, (0, "FR", "a"), (DAY, None, "b"))
    _looks(world, other.item, (0, "FR", "a"))
    seen = looks_of_item(world.ledger, card.item)
    assert (seen.count, sum(one.count for one in seen.days), seen.signals) == (2, 2, ())
    assert forget_looks(world.ledger, card.item) == 2
    left = looks_of_item(world.ledger, card.item)
    assert (left.count, left.days) == (0, ())
    assert left.first_at is not None, "that there were looks is known, so that the next one is not the first ever"
    assert looks_of_item(world.ledger, other.item).count == 1
    assert forget_looks(world.ledger, card.item) == 0
    with pytest.raises(Unknown):
        looks_of_item(world.ledger, 1)


def test_looks_that_warn_of_copies_cannot_be_deleted(world: World) -> None:
    card = world.cards()[0]
    _copies(world, card)
    with pytest.raises(Conflict, match="warn buyers"):
        forget_looks(world.ledger, card.item)
    assert looks_of_item(world.ledger, card.item).count == 7


def test_the_unclaimed_of_a_line_are_those_on_sale_without_an_owner(world: World) -> None:
    card = world.cards()[0]
    world.claim(card, person("anna"))
    world.settle()
    (line,) = unclaimed(world.ledger, world.caller("maison"))
    assert (line.gtin, line.on_sale, line.unclaimed) == (card.gtin, 12, 11)
    assert unclaimed(world.ledger, world.caller("rival")) == []


def test_the_worker_does_all_of_it(world: World) -> None:
    card = world.cards()[0]
    _copies(world, card)
    _looks(world, card.item, (KEPT + 5 * DAY, "FR", "old"))
    keeper = LookKeeper(world.ledger)
    while keeper.turn():
        pass
    assert count_alerts(world.ledger, world.caller("maison")) == (1, 1)
    assert _rows(world, scan_days) == 1


def test_three_hundred_looks_are_the_most_that_are_compared(world: World) -> None:
    card = world.cards()[0]
    _looks(world, card.item, *((n, "FR", f"{n}") for n in range(400)))
    with world.ledger.store.read() as tx:
        looked = tx.scans.looked(card.item, 0)
    assert len(looked.looks) == 300
    assert all(isinstance(one, Look) and one.kind is LookKind.VISIT for one in looked.looks)
    assert looked.looks[0].at - looked.looks[-1].at == 299
