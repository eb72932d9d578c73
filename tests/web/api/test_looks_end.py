"""Photos are compared in turns that end: nobody's many copies keep the worker at one listing or one catalogue photo."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from ledger.domain.desk.listings import Kept
from ledger.services.desk import screen_look
from ledger.services.desk.screen_look import look_at_next
from ledger.services.ports import Ledger
from tests.web.api.asking import Asking
from tests.web.api.test_lines import new_gtin, put, send
from tests.web.api.test_listings import keys, listing, looked, photo, png, screened, sent_photo
from tests.web.stage import Stage

AT_ONCE = 3


@pytest.fixture(autouse=True)
def few_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_look, "MOST_CANDIDATES", AT_ONCE)
    looked(stage)


def copy_of(whole: Image.Image, cut: int) -> Image.Image:
    return whole.crop((cut, 0, 600, 450))


def end(platform: Asking, *listings: dict[str, Any]) -> None:
    """So that what other tests show has not these many beside it."""
    for one in listings:
        assert platform.ask("DELETE", f"/v1/listings/{one['ref']}").status_code == 200


def kept(ledger: Ledger, ids: list[str]) -> list[Kept]:
    with ledger.store.read() as tx:
        return list(tx.listings.several(set(ids)).values())


def waiting(ledger: Ledger, ids: list[str]) -> int:
    return sum(one.look_due is not None for one in kept(ledger, ids))


@pytest.mark.parametrize("same_second", [False, True])
def test_looks_end_however_many_show_the_picture_later_and_whenever_they_were_listed(
    stage: Stage, platform: Asking, same_second: bool
) -> None:
    whole, seller = photo(61 + same_second), {"ref": f"takers-{same_second}"}
    older = [listing(seller=seller) for _ in range(AT_ONCE + 1)]
    lower = [one["id"] for one in screened(platform, *older)]
    stage.ahead += 60
    mine = listing(photos=[sent_photo(platform, whole)])
    [found] = screened(platform, mine)
    looked(stage)
    platform.ask("DELETE", f"/v1/listings/{mine['ref']}")
    stage.ahead += 60
    takers = [*older, *(listing(seller=seller) for _ in range(2 * AT_ONCE))]
    copies = [one | {"photos": [sent_photo(platform, copy_of(whole, 4 * n))]} for n, one in enumerate(takers, 1)]
    ids = [one["id"] for one in screened(platform, *copies)]
    assert max(lower) < found["id"] < min(set(ids) - set(lower))
    looked(stage)
    stage.ahead += 60
    # Live again, it calls anew who came to its photo meanwhile.
    screened(platform, mine)
    [back] = kept(stage.ledger, [found["id"]])
    assert back.look_due is not None
    still = float(back.look_due + (0 if same_second else 60))
    ledger = replace(stage.ledger, clock=lambda: still)
    turns = 0
    while look_at_next(ledger):
        turns += 1
        assert turns < 60, "photos are compared for ever"
    assert waiting(ledger, [found["id"], *ids]) == 0
    # Each of them once, and this one once for each few that it calls.
    assert turns == len(ids) + len(ids) // AT_ONCE + 1
    with ledger.store.read() as tx:
        decided = tx.listings.decision(kept(ledger, [found["id"]])[0].decision_id)
    assert decided is not None
    assert (decided.cause, "photos" in json.loads(decided.facts)["looked"]) == ("photos", True)
    answers: list[Any] = [platform.get(f"/v1/listings/{one['ref']}") for one in copies]
    assert all(keys(one) == ["photo.alike"] for one in answers)
    end(platform, mine, *copies)


def test_a_catalogues_photo_calls_some_a_turn_until_all_are_called_who_show_it(
    stage: Stage, platform: Asking, brand: Asking
) -> None:
    whole, seller = photo(63), {"ref": "copies-of-a-catalogue"}
    copies = [sent_photo(platform, copy_of(whole, 4 * n)) for n in range(1, 2 * AT_ONCE + 2)]
    shown = [listing(photos=[one], seller=seller) for one in copies]
    ids = [one["id"] for one in screened(platform, *shown)]
    looked(stage)
    assert waiting(stage.ledger, ids) == 0
    gtin = new_gtin()
    put(brand, gtin, {"name": "Sac Lune 30"})
    name = send(brand, gtin, png(whole))["sha256"]
    called = []
    for _ in range(3):
        assert look_at_next(stage.ledger)
        called.append(waiting(stage.ledger, ids))
    # One is not compared before all are called: it would be called again, and so without end.
    assert called == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 1]
    looked(stage)
    with stage.ledger.store.read() as tx:
        assert tx.listings.catalogue_to_look_at(5) == []
        assert tx.listings.photos({name})[name].state == "done"
        decided = [tx.listings.decision(one.decision_id) for one in kept(stage.ledger, ids)]
    facts = [json.loads(one.facts) for one in decided if one is not None]
    assert [one["photos"]["catalogue"] for one in facts] == [1] * len(ids)
    end(platform, *shown)
    assert brand.ask("DELETE", f"/v1/lines/{gtin}/photos/{name}").status_code == 200
