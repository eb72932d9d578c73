"""Rights: when and where they are in force, who may act on them, what contradicts what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.rights import (
    REMINDERS,
    Authorisation,
    Right,
    RightKind,
    RightState,
    acting_under,
    covers,
    in_force,
    may_act,
    reminder_due,
)
from ledger.domain.desk.rights_stating import (
    check_stated,
    classes_of,
    refuse_contradiction,
    refuse_second,
    territories_of,
)
from ledger.domain.desk.territories import MEMBERS, covered, is_territory, shared
from ledger.domain.errors import Conflict, Invalid

DAY = date(2026, 11, 22)
MARK = Right(
    id="rt_1",
    owner="org_maison",
    kind=RightKind.MARK,
    name="Maison Exemple",
    number="018 123 456",
    office="EUIPO",
    classes=("18", "25"),
    territories=("EU",),
    from_day=date(2020, 1, 1),
    expires_on=DAY,
    state=RightState.STATED,
    created_at=0,
    changed_at=0,
)
AGENT = Authorisation("aa_1", "org_maison", "org_agent", (), (), (), date(2026, 1, 1), DAY, 0)
PLACES = st.sampled_from(["FR", "IT", "US", "CN", "CH", "EU", "WO"])


def test_a_right_counts_to_the_end_of_its_last_day_and_from_its_first() -> None:
    assert in_force(MARK, DAY)
    assert not in_force(MARK, DAY + timedelta(days=1))
    assert in_force(MARK, date(2020, 1, 1))
    assert not in_force(MARK, date(2019, 12, 31))


@pytest.mark.parametrize("state", [RightState.CONTESTED, RightState.WITHDRAWN])
def test_nothing_rests_on_what_is_contested_or_withdrawn(state: RightState) -> None:
    assert not in_force(replace(MARK, state=state), DAY)


def test_the_union_covers_its_members_and_no_other() -> None:
    assert covers(MARK, "FR")
    assert covers(MARK, "EU")
    assert not covers(MARK, "CH")
    assert not covers(MARK, "GB")
    assert not covers(MARK, "WO")
    assert covers(replace(MARK, territories=tuple(MEMBERS)), "EU")
    assert len(MEMBERS) == 27
    assert all(is_territory(one) for one in MEMBERS)


@given(st.lists(PLACES, min_size=1), st.lists(PLACES, min_size=1))
def test_what_two_share_is_covered_by_both(one: list[str], other: list[str]) -> None:
    both = shared(one, other)
    assert both == shared(other, one)
    assert all(covered(one, place) and covered(other, place) for place in both)
    assert all(covered(one, place) for place in one)


def test_an_agent_acts_only_within_what_it_was_authorised_to() -> None:
    assert may_act([], "org_maison", MARK, DAY)
    assert may_act([AGENT], "org_agent", MARK, DAY, "FR")
    assert not may_act([AGENT], "org_other", MARK, DAY)
    assert not may_act([AGENT], "org_agent", replace(MARK, owner="org_rival"), DAY)
    assert not may_act([AGENT], "org_agent", MARK, DAY + timedelta(days=1))
    assert not may_act([replace(AGENT, ended_at=1)], "org_agent", MARK, DAY)
    assert not may_act([replace(AGENT, territories=("IT",))], "org_agent", MARK, DAY, "FR")
    assert not may_act([replace(AGENT, rights=("rt_2",))], "org_agent", MARK, DAY)
    assert not may_act([replace(AGENT, kinds=(RightKind.DESIGN,))], "org_agent", MARK, DAY)
    narrow, wide = replace(AGENT, id="aa_2", territories=("IT",)), replace(AGENT, id="aa_3")
    assert acting_under([narrow, wide], "org_agent", MARK, DAY, "FR") == wide


def test_each_reminder_comes_once_and_a_late_worker_sends_only_the_nearest() -> None:
    right, sent = MARK, []
    for before in range(200, -5, -1):
        today = DAY - timedelta(days=before)
        if (due := reminder_due(right, today)) is not None:
            sent.append((before, due))
            right = replace(right, reminded=due)
    assert sent == [(days, days) for days in REMINDERS]
    assert reminder_due(MARK, DAY - timedelta(days=5)) == 7
    assert reminder_due(replace(MARK, reminded=7), DAY) is None
    assert reminder_due(replace(MARK, expires_on=None), DAY) is None


@pytest.mark.parametrize(
    ("kind", "given_", "kept"),
    [
        (RightKind.MARK, ["25", "9", "09"], ("9", "25")),
        (RightKind.MARK, ["46"], None),
        (RightKind.MARK, ["0"], None),
        (RightKind.DESIGN, ["2-1", "03"], ("03", "02-01")),
        (RightKind.DESIGN, ["33"], None),
        (RightKind.COPYRIGHT, ["25"], None),
        (RightKind.COPYRIGHT, [], ()),
    ],
)
def test_classes_are_of_nice_or_locarno(kind: RightKind, given_: list[str], kept: tuple[str, ...] | None) -> None:
    assert classes_of(kind, given_) == kept


def test_every_fault_of_a_right_is_named_at_once() -> None:
    wrong = replace(MARK, name="", number="", expires_on=date(2019, 1, 1))
    with pytest.raises(Invalid) as told:
        check_stated(wrong, classes_of(RightKind.MARK, ["99"]), territories_of(["XX"]))
    assert [one.where for one in told.value.faults] == ["name", "number", "classes", "territories", "expires_on"]


def test_a_registration_is_not_good_where_its_office_does_not_reach() -> None:
    check_stated(MARK, MARK.classes, ("EU",))
    check_stated(MARK, MARK.classes, ("FR", "IT"))
    with pytest.raises(Invalid, match="A registration at EUIPO is not good in US"):
        check_stated(MARK, MARK.classes, ("EU", "US"))
    with pytest.raises(Invalid, match="not good in the whole world"):
        check_stated(MARK, MARK.classes, ("WO",))
    check_stated(replace(MARK, office="WIPO"), MARK.classes, ("WO",))


def test_one_registration_is_one_right_whoever_states_it_again() -> None:
    with pytest.raises(Conflict, match="You have stated the registration"):
        refuse_second(replace(MARK, id="rt_2"), [MARK])
    with pytest.raises(Conflict, match="stated here by somebody else"):
        refuse_second(replace(MARK, id="rt_2", owner="org_rival"), [MARK])
    refuse_second(MARK, [MARK])
    refuse_second(replace(MARK, id="rt_2"), [replace(MARK, state=RightState.WITHDRAWN)])


def test_the_same_word_for_the_same_goods_in_the_same_country_is_a_contradiction() -> None:
    rival = replace(MARK, id="rt_2", owner="org_rival", name="MAISON-EXEMPLE", territories=("FR", "US"))
    with pytest.raises(Conflict, match="the same word for the same goods in FR"):
        refuse_contradiction(rival, [MARK], DAY)
    for other in (
        replace(rival, territories=("US",)),
        replace(rival, classes=("33",)),
        replace(rival, name="Maison Autre"),
        replace(rival, owner=MARK.owner),
        replace(rival, kind=RightKind.DESIGN),
    ):
        refuse_contradiction(other, [MARK], DAY)
    refuse_contradiction(rival, [MARK], DAY + timedelta(days=1))
