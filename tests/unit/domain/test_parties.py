"""Who may speak, and when: folded from events, as intervals in block time."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.chain_view import ChainEvent
from ledger.domain.gtins import check_gtin
from ledger.domain.parties import COUNCIL, EVENTS, Directory

KEY, OTHER, COUNCILS = ("0x" + byte * 20 for byte in ("11", "22", "33"))
GTIN = check_gtin("09521234543213")


def told(*events: tuple[int, str, dict[str, Any]]) -> Directory:
    """Events as (block, name, arguments); a block's time is a hundred times its number."""
    return Directory(
        ChainEvent(block, block * 100, index, b"t" * 32, name, args) for index, (block, name, args) in enumerate(events)
    )


def added(party: int, key: str = KEY, *, brand: bool = True, block: int = 1) -> tuple[int, str, dict[str, Any]]:
    return block, "PartyAdded", {"party": party, "brand": brand, "firstKey": key}


def granted(block: int, prefix: str, party: int) -> tuple[int, str, dict[str, Any]]:
    return block, "PrefixGranted", {"prefix": prefix.encode().ljust(14, b"\0"), "party": party}


def test_a_key_is_in_force_from_its_block_until_its_end() -> None:
    parties = told(
        added(1),
        (3, "KeyAdded", {"party": 1, "key": OTHER}),
        (5, "KeyRetired", {"party": 1, "key": OTHER}),
    )
    assert [parties.key_in_force(1, OTHER, at) for at in (299, 300, 499, 500, 900)] == [False, True, True, False, False]
    assert parties.key_in_force(1, KEY, 900)
    assert not parties.key_in_force(2, KEY, 900)
    assert not parties.key_in_force(1, COUNCILS, 900)


def test_a_compromised_key_speaks_no_more_and_says_since_when() -> None:
    parties = told(added(1), (4, "KeyCompromised", {"party": 1, "key": KEY, "by": 0, "since": 250}))
    assert not parties.key_in_force(1, KEY, 900)
    assert parties.key(1, KEY).compromised_since == 250  # type: ignore[union-attr]


def test_a_party_that_is_ended_takes_its_keys_along() -> None:
    parties = told(
        added(1),
        (2, "KeyAdded", {"party": 1, "key": OTHER}),
        (3, "KeyRetired", {"party": 1, "key": OTHER}),
        (6, "PartyEnded", {"party": 1}),
        (6, "KeyRetired", {"party": 1, "key": KEY}),
    )
    assert parties.key_in_force(1, KEY, 599)
    assert not parties.key_in_force(1, KEY, 600)
    assert parties.key(1, OTHER).interval.end == 300, "an earlier end stays"  # type: ignore[union-attr]
    assert not parties.parties[1].interval.holds(600)


def test_the_council_is_there_from_the_start_and_gets_its_keys_like_others() -> None:
    parties = told((1, "KeyAdded", {"party": COUNCIL, "key": COUNCILS}))
    assert parties.key_in_force(COUNCIL, COUNCILS, 100)
    assert not parties.parties[COUNCIL].brand


def test_an_accreditation_is_an_interval_and_may_come_again() -> None:
    parties = told(
        added(1),
        added(2, brand=False),
        (3, "Accredited", {"by": 1, "party": 2}),
        (5, "AccreditationEnded", {"by": 1, "party": 2}),
        (7, "Accredited", {"by": 1, "party": 2}),
    )
    held = [parties.accredited(1, 2, at) for at in (299, 300, 499, 500, 699, 700, 9_999)]
    assert held == [False, True, True, False, False, True, True]
    assert not parties.accredited(2, 1, 400)


def test_the_brand_speaks_for_its_inspectors_before_the_council_does() -> None:
    parties = told(
        added(1),
        added(2, brand=False),
        (2, "Accredited", {"by": 0, "party": 2}),
        (4, "Accredited", {"by": 1, "party": 2}),
    )
    assert [parties.accreditor(1, 2, at) for at in (100, 200, 399, 400)] == [None, 0, 0, 1]


def test_the_longest_prefix_decides_as_of_the_block() -> None:
    parties = told(added(1), added(2, OTHER), granted(3, "9521", 1), granted(5, "952123", 2), granted(8, "952123", 0))
    holders = [[party for party in (1, 2) if parties.holds_prefix(party, GTIN, at)] for at in (2, 3, 4, 5, 7, 8)]
    assert holders == [[], [1], [1], [2], [2], [1]]
    assert parties.holder("952123") is None
    assert parties.holder("9521") == 1


@pytest.mark.parametrize("name", ["Recorded", "Transfer", "SuccessorNamed"])
def test_other_events_say_nothing_of_parties(name: str) -> None:
    assert told((1, name, {})).parties.keys() == {COUNCIL}
    assert name not in EVENTS
