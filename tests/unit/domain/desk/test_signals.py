"""What a member's feed says: the laws of changes, and which writings are one identifier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.signals import Act, Fact, Kind, Policy, changes, same

FACTS = st.sets(st.builds(Fact, st.sampled_from("abc"), st.sampled_from(Kind), st.integers(0, 5)), max_size=12)
SHARED = st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from(Kind)))


@given(FACTS, FACTS, SHARED)
def test_after_its_changes_a_member_knows_what_is_true_and_nothing_else(
    told: set[Fact], true: set[Fact], shared: set[tuple[str, Kind]]
) -> None:
    true = {one for one in true if (one.organisation, one.kind) in shared}
    known = set(told)
    for act, fact in changes(told, true, shared):
        if act is Act.SHARED:
            assert fact not in known
            known.add(fact)
        else:
            known.remove(fact)
            assert act is (Act.OVER if (fact.organisation, fact.kind) in shared else Act.WITHDRAWN)
    assert known == true
    assert changes(known, true, shared) == []


@given(st.sampled_from("abc"), st.none() | st.lists(st.sampled_from("abcd"), max_size=3).map(tuple))
def test_a_brand_is_never_told_what_it_tells(own: str, members: tuple[str, ...] | None) -> None:
    policy = Policy(own, Kind.STOLEN, members, named=False, since=0, changed_at=0)
    assert not policy.reaches(own)
    for reader in set("abcd") - {own}:
        assert policy.reaches(reader) == (members is None or reader in members)


@pytest.mark.parametrize(
    ("kind", "one", "other", "is_same"),
    [
        ("phone", "+33 6 12 34 56 78", "0033612345678", True),
        ("phone", "+33 6 12 34 56 78", "+33 6 12 34 56 79", False),
        ("email", "Max@Shop.example", "max@shop.example ", True),
        ("email", "max@shop.example", "maxshop.example", False),
        ("payment_account", "FR76 3000-6000", "fr7630006000", True),
        ("device", "ＡＢ12", "ab12", True),
    ],
)
def test_one_identifier_is_known_however_it_is_written(kind: str, one: str, other: str, is_same: bool) -> None:
    assert (same(kind, one) == same(kind, other)) is is_same
