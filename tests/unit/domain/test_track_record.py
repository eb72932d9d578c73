"""When a later look overturns an earlier opinion, and when it does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.statements import RecordKind
from ledger.domain.track_record import FEWEST, Entry, Track, track_record

YES, NO, UNSURE, _ = Authenticity
LUX, OTHER = 7, 8
_places = count(1)


def entry(
    facts: InspectionFacts | None,
    *,
    party: int = LUX,
    nonce: int = 1,
    kind: RecordKind = RecordKind.INSPECTION,
    about: int = 0,
    item: int = 1,
) -> Entry:
    return Entry(item, party, nonce, kind, about, (next(_places), 0), facts)


def said(result: Authenticity, persons: int = 1, method: Method = Method.IN_HAND) -> InspectionFacts:
    return InspectionFacts(result, method, persons)


def of(*entries: Entry) -> Track:
    return track_record(entries, LUX)


def correction(result: Authenticity, **more: Any) -> Entry:
    return entry(said(result), nonce=2, kind=RecordKind.CORRECTION, about=1, **more)


def test_an_opinion_that_nobody_touched_stands() -> None:
    assert of(entry(said(YES))) == Track(1, 0)


def test_only_opinions_that_decide_are_cases() -> None:
    assert of(entry(said(UNSURE)), entry(None, nonce=2, kind=RecordKind.SERVICE)) == Track(0, 0)


def test_two_people_who_saw_it_in_hand_later_overturn_it() -> None:
    assert of(entry(said(YES)), entry(said(NO, 2), party=OTHER)) == Track(1, 1)
    assert of(entry(said(NO, 2)), entry(said(YES, 2), party=OTHER)) == Track(1, 1)


def test_one_person_alone_or_two_with_photos_overturn_nothing() -> None:
    assert of(entry(said(YES)), entry(said(NO, 1), party=OTHER)) == Track(1, 0)
    assert of(entry(said(YES)), entry(said(NO, 2, Method.PHOTOS), party=OTHER)) == Track(1, 0)


def test_an_earlier_opinion_overturns_nothing_later() -> None:
    assert of(entry(said(NO, 2), party=OTHER), entry(said(YES))) == Track(1, 0)


def test_the_same_answer_or_no_answer_overturns_nothing() -> None:
    assert of(entry(said(YES)), entry(said(YES, 2), party=OTHER)) == Track(1, 0)
    assert of(entry(said(YES)), entry(said(UNSURE, 2), party=OTHER)) == Track(1, 0)


def test_an_overturning_opinion_that_was_taken_back_overturns_nothing() -> None:
    later = entry(said(NO, 2), party=OTHER, nonce=5)
    back = entry(None, party=OTHER, nonce=6, kind=RecordKind.WITHDRAWAL, about=5)
    assert of(entry(said(YES)), later, back) == Track(1, 0)


def test_a_withdrawal_overturns() -> None:
    assert of(entry(said(YES)), entry(None, nonce=2, kind=RecordKind.WITHDRAWAL, about=1)) == Track(1, 1)


def test_a_correction_overturns_only_where_the_answer_changes() -> None:
    assert of(entry(said(YES)), correction(YES)) == Track(1, 0)
    assert of(entry(said(YES)), correction(NO)) == Track(1, 1)
    assert of(entry(said(YES)), correction(UNSURE)) == Track(1, 1)


def test_taking_back_a_correction_that_kept_the_answer_overturns_the_first() -> None:
    back = entry(None, nonce=3, kind=RecordKind.WITHDRAWAL, about=2)
    # Made after `correction`, so it stands later on the chain.
    first, corrected = entry(said(YES)), correction(YES)
    assert of(first, corrected, replace(back, place=(next(_places), 0))) == Track(1, 1)


def test_somebody_elses_withdrawal_of_the_same_number_is_not_about_ours() -> None:
    assert of(entry(said(YES)), entry(None, party=OTHER, nonce=2, kind=RecordKind.WITHDRAWAL, about=1)) == Track(1, 0)


def test_the_same_house_looking_again_with_two_counts_against_its_own_first_opinion() -> None:
    assert of(entry(said(YES)), entry(said(NO, 2), nonce=2)) == Track(2, 1)


def test_another_item_has_nothing_to_do_with_it() -> None:
    assert of(entry(said(YES)), entry(said(NO, 2), party=OTHER, item=2)) == Track(1, 0)


def test_the_order_in_which_entries_are_read_changes_nothing() -> None:
    told = [entry(said(YES)), entry(said(NO, 2), party=OTHER), entry(said(NO), item=2)]
    assert track_record(reversed(told), LUX) == track_record(told, LUX) == Track(2, 1)


def test_fewer_than_thirty_cases_show_no_number() -> None:
    assert not Track(FEWEST - 1, 0).shown
    assert Track(FEWEST, 0).shown
