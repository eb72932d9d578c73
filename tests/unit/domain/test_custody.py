"""The fold of the contract's events into an item's state, event by event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.chain.signing import keccak
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import (
    NOBODY,
    TIMED,
    Flag,
    ItemState,
    apply,
    next_head,
    opened,
    why_not_recovered,
)
from ledger.domain.statements import MarkKind, OwnerReportKind

ADA, BEN, KEY, CARD = ("0x" + byte * 20 for byte in ("a1", "b2", "c3", "d4"))
STATEMENT = b"s" * 32
FRESH = ItemState(item=7, batch=1 << 32 | 1, holder=CARD, head=b"h" * 32)
OWNED = replace(FRESH, holder=ADA, flags=Flag.CLAIMED, sequence=1, owner_since=100, owners=1)
RECOVERING = replace(OWNED, flags=OWNED.flags | Flag.RECOVERY_OPEN, recovery_due=900, recovery_address=KEY)


def event(name: str, time: int = 500, **args: Any) -> ChainEvent:
    return ChainEvent(5, time, 0, b"t" * 32, name, {"statement": STATEMENT, "item": 7, **args})


def after(state: ItemState, name: str, time: int = 500, **args: Any) -> ItemState:
    return apply(state, event(name, time, **args), keccak)


def test_an_opened_item_starts_from_its_leaf_with_its_claim_address() -> None:
    told = ChainEvent(5, 500, 0, b"t" * 32, "ItemOpened",
                      {"item": 7, "batch": FRESH.batch, "claimAddress": CARD, "recordHash": b"r" * 32})  # fmt: skip
    state = opened(told, b"l" * 32, keccak)
    assert state.head == keccak(FRESH.batch.to_bytes(32, "big") + b"l" * 32)
    assert (state.holder, state.sequence, state.flags, state.owners) == (CARD, 0, Flag(0), 0)
    assert not state.claimed


def test_a_claim_makes_an_owner() -> None:
    state = after(FRESH, "Claimed", newOwner=ADA)
    assert state.claimed
    assert (state.holder, state.sequence, state.owner_since, state.owners) == (ADA, 1, 500, 1)


def test_a_handover_makes_the_next_owner_who_has_refused_nothing() -> None:
    state = after(replace(OWNED, flags=OWNED.flags | Flag.OWNER_ENDED_RECOVERY), "HandedOver", newOwner=BEN)
    assert (state.holder, state.sequence, state.owner_since, state.owners) == (BEN, 2, 500, 2)
    assert state.flags == Flag.CLAIMED


@pytest.mark.parametrize(
    ("name", "args", "signer"),
    [
        ("Claimed", {"newOwner": ADA}, ADA),
        ("HandedOver", {"newOwner": BEN, "recipient": KEY}, BEN),
        ("Cancelled", {"owner": ADA}, ADA),
        ("OwnerReported", {"owner": ADA, "kind": 1}, ADA),
        ("Recorded", {"signer": KEY, "party": 2}, KEY),
        ("Marked", {"signer": KEY, "party": 1, "kind": 5, "until": 0}, KEY),
        ("Retired", {"signer": KEY, "party": 1}, KEY),
        ("ClaimReplaced", {"signer": KEY, "claimAddress": BEN}, KEY),
        ("RecoveryOpened", {"signer": KEY, "claimAddress": BEN, "due": 9}, KEY),
        ("RecoveryCompleted", {"newOwner": BEN}, BEN),
        ("ItemAmended", {"signer": KEY}, KEY),
        ("Contested", {"until": 9}, NOBODY),
    ],
)
def test_every_statement_moves_the_head_by_its_signer_and_its_blocks_time(
    name: str, args: dict[str, Any], signer: str
) -> None:
    state = after(OWNED, name, **args)
    word = bytes.fromhex(signer[2:]).rjust(32, b"\0")
    assert state.head == keccak(OWNED.head + STATEMENT + word + (500).to_bytes(32, "big"))
    assert state.head == next_head(OWNED.head, STATEMENT, signer, 500, keccak)
    assert state.head != after(OWNED, name, 501, **args).head


def test_what_only_announces_moves_nothing() -> None:
    for name in ("Locked", "SomethingNew"):
        assert after(OWNED, name) == OWNED
    assert apply(OWNED, ChainEvent(5, 5, 0, b"", "ItemOpened", {"item": 7}), keccak) == OWNED


def test_records_change_nothing_but_the_head() -> None:
    state = after(OWNED, "Recorded", signer=KEY)
    assert replace(state, head=OWNED.head) == OWNED


def test_an_owners_word_counts_in_the_sequence() -> None:
    lost = after(OWNED, "OwnerReported", owner=ADA, kind=OwnerReportKind.LOST)
    stolen = after(lost, "OwnerReported", owner=ADA, kind=OwnerReportKind.STOLEN)
    found = after(stolen, "OwnerReported", owner=ADA, kind=OwnerReportKind.FOUND)
    assert [lost.flags, stolen.flags, found.flags] == [
        Flag.CLAIMED | Flag.LOST,
        Flag.CLAIMED | Flag.LOST | Flag.STOLEN,
        Flag.CLAIMED,
    ]
    assert after(found, "Cancelled", owner=ADA).sequence == 5


@pytest.mark.parametrize(
    ("kind", "party", "flag"),
    [
        (MarkKind.THEFT, 1, Flag.BRAND_THEFT),
        (MarkKind.THEFT, 0, Flag.COUNCIL_THEFT),
        (MarkKind.DISPUTE, 1, Flag.BRAND_DISPUTE),
        (MarkKind.DISPUTE, 0, Flag.COUNCIL_DISPUTE),
        (MarkKind.RECALL, 1, Flag.RECALLED),
        (MarkKind.VOID, 1, Flag.VOID),
    ],
)
def test_a_mark_sets_its_setters_flag_and_its_lift_clears_only_that(kind: MarkKind, party: int, flag: Flag) -> None:
    every = Flag(sum(Flag))
    lifts = {MarkKind.THEFT: MarkKind.SETTLE_THEFT, MarkKind.DISPUTE: MarkKind.SETTLE_DISPUTE,
             MarkKind.RECALL: MarkKind.LIFT_RECALL, MarkKind.VOID: MarkKind.LIFT_VOID}  # fmt: skip
    until = 9_000 if flag in TIMED else 0
    marked = after(FRESH, "Marked", signer=KEY, party=party, kind=kind, until=until)
    assert marked.flags == flag
    assert dict(marked.until) == ({flag: until} if until else {})
    full = replace(FRESH, flags=every, until=dict.fromkeys(TIMED, 9_000))
    lifted = after(full, "Marked", signer=KEY, party=party, kind=lifts[kind], until=0)
    assert lifted.flags == every & ~flag
    assert set(lifted.until) == set(TIMED) - {flag}


def test_registered_twice_is_renewed_and_cleared_by_the_council() -> None:
    contested = after(FRESH, "Contested", until=700)
    renewed = after(contested, "Marked", signer=KEY, party=0, kind=MarkKind.RENEW_TWICE, until=1_400)
    cleared = after(renewed, "Marked", signer=KEY, party=0, kind=MarkKind.CLEAR_TWICE, until=0)
    assert [dict(one.until) for one in (contested, renewed, cleared)] == [
        {Flag.REGISTERED_TWICE: 700},
        {Flag.REGISTERED_TWICE: 1_400},
        {},
    ]
    assert cleared.flags == Flag(0)


def test_a_recovery_opens_ends_and_completes() -> None:
    state = after(OWNED, "RecoveryOpened", signer=KEY, claimAddress=KEY, due=900)
    assert replace(state, head=RECOVERING.head) == RECOVERING
    ended = apply(RECOVERING, ChainEvent(5, 500, 0, b"", "RecoveryEnded", {"item": 7}), keccak)
    assert ended.flags == Flag.CLAIMED | Flag.OWNER_ENDED_RECOVERY
    assert (ended.recovery_due, ended.recovery_address, ended.head) == (None, None, OWNED.head)
    done = after(RECOVERING, "RecoveryCompleted", newOwner=BEN)
    assert done.flags == Flag.CLAIMED | Flag.RECOVERED
    assert (done.holder, done.owners, done.sequence, done.recovery_due) == (BEN, 2, 2, None)


def test_retiring_counts_in_the_sequence_only_where_there_is_an_owner() -> None:
    assert after(FRESH, "Retired", signer=KEY).sequence == 0
    assert after(OWNED, "Retired", signer=KEY).sequence == 2
    assert Flag.RETIRED in after(OWNED, "Retired", signer=KEY).flags


def test_a_new_card_takes_the_place_of_the_old_one() -> None:
    assert after(FRESH, "ClaimReplaced", signer=KEY, claimAddress=BEN).holder == BEN


@pytest.mark.parametrize("flag", Flag)
def test_what_stops_a_change_of_hands_is_what_the_contract_says(flag: Flag) -> None:
    state = replace(OWNED, flags=flag, until={flag: 1_000} if flag in TIMED else {})
    stops = {Flag.LOST, Flag.STOLEN, Flag.VOID, Flag.RETIRED, *TIMED}
    assert bool(state.why_stopped(999)) is (flag in stops)
    assert bool(state.why_stopped(1_000)) is (flag in stops - set(TIMED)), "a timed report ends with its second"


@pytest.mark.parametrize("flag", Flag)
def test_an_owners_report_stops_no_recovery(flag: Flag) -> None:
    stops = {Flag.BRAND_DISPUTE, Flag.COUNCIL_DISPUTE, Flag.REGISTERED_TWICE, Flag.RETIRED}
    state = replace(RECOVERING, flags=RECOVERING.flags | flag, until={flag: 1_000})
    assert bool(why_not_recovered(state, 999)) is (flag in stops)
