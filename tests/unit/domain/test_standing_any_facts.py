"""What must hold for any facts at all, however they came about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Custody,
    Facts,
    Handover,
    Inspection,
    Progress,
    Raised,
    Registration,
    Stage,
    Undone,
)
from ledger.domain.standing_headlines import (
    BAD_NEWS,
    PRECEDENCE,
    TICKS,
    Key,
)
from ledger.domain.standing_phrases import why_not_counted
from tests.unit.domain.standing_cases import (
    BRAND,
    COPIED,
    FLAG_VERDICTS,
    MADE,
    NEW,
    NOW,
    REPORTED,
    held,
)

# --- For any facts at all ---------------------------------------------------------------------------------

moments = st.sampled_from([None, MADE, REPORTED, NOW - timedelta(seconds=30), NOW, NOW + timedelta(days=1)])
custodies = st.builds(
    Custody,
    st.lists(
        st.builds(Raised, st.sampled_from(list(Flag)), moments, moments, st.sampled_from([None, True, False])),
        max_size=4,
    ).map(tuple),
    st.integers(0, 7).map(BatchFlag),
    moments,
)
inspections = st.builds(
    Inspection,
    st.sampled_from(list(Authenticity)),
    st.sampled_from(list(Method)),
    st.integers(1, 3),
    st.just("Lux Check"),
    st.sampled_from([MADE.date(), REPORTED.date(), NOW.date()]),
    st.sampled_from([MADE, REPORTED, NOW]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(Undone)),
    moments,
)
ANYTHING: dict[str, st.SearchStrategy[Any]] = {
    "asked": st.sampled_from([Asked.ITEM, Asked.ITEM, Asked.ITEM, Asked.PRODUCT, Asked.BAD_CODE]),
    "known": st.sampled_from([True, True, True, False]),
    "brand": st.sampled_from([None, BRAND]),
    "registration": st.none() | st.builds(Registration, st.sampled_from(list(Progress)), moments, moments),
    "gtin_in_prefixes": st.sampled_from([True, True, False]),
    "on_sale": st.sampled_from([True, True, False]),
    "final": st.none() | custodies,
    "latest": custodies,
    "opened_from_later_batch": st.sampled_from([False, False, True]),
    "handover": st.none() | st.builds(Handover, st.sampled_from(list(Stage)), st.just(REPORTED), moments),
    "inspections": st.lists(inspections, max_size=3).map(tuple),
    "clone_signals": st.sampled_from([None, (), COPIED[1:], COPIED]),
    "owner_confirmed_at": moments,
    "looks_different": st.booleans(),
    "node_seen_at": moments,
    "as_of": st.sampled_from([None, AsOf(9, NOW, True), AsOf(9, NOW, False)]),
    "retry_after": st.sampled_from([None, None, 30]),
}
wild_facts = st.builds(Facts, **ANYTHING)
nearly_good_facts = st.lists(st.sampled_from(sorted(ANYTHING)), max_size=3, unique=True).flatmap(
    lambda names: st.builds(replace, st.sampled_from([NEW, held()]), **{name: ANYTHING[name] for name in names})
)
any_facts = wild_facts | nearly_good_facts


def bad_flags(facts: Facts) -> set[Key]:
    """What a reader of the raw flags expects to see, worked out without the verdict's own rules."""
    expected = set()
    states = [facts.latest] if facts.final is None else [facts.latest, facts.final]
    for state in states:
        for one in state.raised:
            for flag, key in FLAG_VERDICTS:
                lapsed = flag in range(Flag.BRAND_THEFT, Flag.REGISTERED_TWICE + 1) and (
                    one.until is not None and one.until <= NOW
                )
                if one.flag is flag and not lapsed:
                    expected.add(key)
        if BatchFlag.RECALLED in state.batch:
            expected.add(Key.RECALLED)
    return expected


@settings(max_examples=1500, deadline=None)
@given(any_facts)
def test_no_facts_without_final_support_ever_give_a_tick(facts: Facts) -> None:
    got = standing(facts, NOW)
    if got.tick:
        assert got.key in TICKS
        assert facts.asked is Asked.ITEM
        assert facts.known
        assert facts.registration is not None
        assert facts.registration.progress is Progress.FINAL
        assert facts.as_of is not None
        assert facts.as_of.final
        assert facts.final is not None
        assert facts.final.claimed is (got.key is not Key.UNCLAIMED)
        assert facts.final.claimed is facts.latest.claimed
        assert facts.gtin_in_prefixes
        assert not facts.opened_from_later_batch
        assert facts.node_seen_at is not None
        assert not bad_flags(facts)
    else:
        assert got.key not in TICKS


@settings(max_examples=1500, deadline=None)
@given(any_facts)
def test_bad_news_is_never_hidden(facts: Facts) -> None:
    got = standing(facts, NOW)
    shown = {got.key, *(line.key for line in got.lines)}
    assert bad_flags(facts) <= shown
    for one in facts.inspections:
        if one.result is Authenticity.NOT_GENUINE and why_not_counted(one) is None:
            assert shown & {Key.COUNTERFEIT_FOUND, "inspected_not_genuine"}, (got.key, shown)


@settings(max_examples=1500, deadline=None)
@given(any_facts)
def test_no_state_is_said_twice_and_lines_keep_the_order(facts: Facts) -> None:
    got = standing(facts, NOW)
    said = [got.key, *(line.key for line in got.lines)]
    states = [key for key in said if key in set(Key) and key != "inspected_not_genuine"]
    assert len(states) == len(set(states))
    if got.key in PRECEDENCE:
        ranks = [PRECEDENCE.index(Key(key)) for key in states]
        verdicts_only = [rank for rank in ranks if PRECEDENCE[rank] not in (Key.COUNTERFEIT_FOUND, Key.CLONE_SUSPECTED)]
        assert verdicts_only == sorted(verdicts_only)
    assert all(line.grave for line in got.lines if line.key in BAD_NEWS)
