"""The verdict table and its order: when bad and good news count, what exists, and what an outage hides."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.standing import standing
from ledger.domain.standing_checks import Found
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Custody,
    Facts,
    Progress,
    Raised,
    Registration,
)
from ledger.domain.standing_headlines import (
    PRECEDENCE,
    Advice,
    Key,
)
from tests.unit.domain.standing_cases import (
    ANSWERED,
    CASES,
    FLAG_VERDICTS,
    LOST,
    MADE,
    MARKS,
    NEW,
    NOW,
    REPORTED,
    STOLEN,
    both,
    held,
    line_keys,
    owned,
    queued,
    verdict,
)

# --- Every verdict, and its order -------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(Key))
def test_every_verdict_of_the_table_can_be_reached(key: Key) -> None:
    assert verdict(CASES[key]) is key


def test_the_order_is_the_one_promised() -> None:
    promised = (
        "counterfeit_found revoked reported_stolen disputed reported_lost recalled clone_suspected retired "
        "unavailable wrong_item not_on_sale_yet in_transfer pending owner_confirmed held unclaimed"
    )
    assert " ".join(PRECEDENCE) == promised


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(MARKS, 2)))
def test_of_two_states_the_graver_is_the_verdict_and_the_other_a_line(first: Key, second: Key) -> None:
    got = standing(both(second, first), NOW)
    assert got.key is first
    assert second in [line.key for line in got.lines]


@pytest.mark.parametrize("key", list(MARKS))
def test_each_state_alone_beats_a_held_item_and_takes_its_tick(key: Key) -> None:
    got = standing(both(key), NOW)
    assert (got.key, got.tick) == (key, False)


def test_all_states_at_once_are_one_verdict_and_all_the_others_lines_in_order() -> None:
    got = standing(both(*MARKS), NOW)
    assert [got.key, *(line.key for line in got.lines)] == list(MARKS)


def test_an_owner_who_has_just_answered_comes_before_held() -> None:
    assert verdict(held(owner_confirmed_at=ANSWERED)) is Key.OWNER_CONFIRMED


# --- When bad and good news count -------------------------------------------------------------------------


@pytest.mark.parametrize(("flag", "key"), FLAG_VERDICTS)
def test_bad_news_counts_as_soon_as_it_is_queued(flag: Flag, key: Key) -> None:
    assert verdict(queued(Raised(flag, NOW))) is key


@pytest.mark.parametrize(("flag", "key"), FLAG_VERDICTS)
def test_bad_news_stays_until_its_end_is_final(flag: Flag, key: Key) -> None:
    lifted = replace(NEW, final=owned(Raised(flag, REPORTED)), latest=owned())
    assert verdict(lifted) is key
    assert verdict(held()) is Key.HELD


@pytest.mark.parametrize(
    "flag",
    [
        Flag.BRAND_THEFT,
        Flag.COUNCIL_THEFT,
        Flag.BRAND_DISPUTE,
        Flag.COUNCIL_DISPUTE,
        Flag.REGISTERED_TWICE,
    ],
)
def test_a_timed_flag_ends_at_its_time_and_not_a_second_earlier(flag: Flag) -> None:
    assert verdict(held(Raised(flag, REPORTED, until=NOW))) is Key.HELD
    assert verdict(held(Raised(flag, REPORTED, until=NOW + timedelta(seconds=1)))) is not Key.HELD


@pytest.mark.parametrize("flag", [Flag.STOLEN, Flag.LOST, Flag.VOID, Flag.RECALLED, Flag.RECOVERY_OPEN])
def test_a_flag_without_a_time_of_its_own_does_not_lapse(flag: Flag) -> None:
    assert verdict(held(Raised(flag, REPORTED, until=NOW - timedelta(days=1)))) is not Key.HELD


def test_a_renewal_that_is_only_queued_keeps_the_lock_in_force() -> None:
    old = Raised(Flag.BRAND_THEFT, REPORTED, until=NOW - timedelta(days=1))
    new = Raised(Flag.BRAND_THEFT, REPORTED, until=NOW + timedelta(days=89))
    assert verdict(replace(NEW, final=owned(old), latest=owned(new))) is Key.REPORTED_STOLEN


def test_a_claim_that_is_not_final_is_pending_and_not_held() -> None:
    got = standing(replace(NEW, final=Custody(), latest=owned()), NOW)
    assert got.key is Key.PENDING
    assert "change of owner" in got.sentences[0]


def test_a_change_of_owner_that_is_not_final_is_pending() -> None:
    assert verdict(replace(NEW, final=owned(), latest=owned(since=NOW))) is Key.PENDING


@pytest.mark.parametrize("progress", [Progress.QUEUED, Progress.SENT, Progress.ACCEPTED])
def test_a_registration_that_is_not_final_is_pending(progress: Progress) -> None:
    assert verdict(held(registration=Registration(progress))) is Key.PENDING


def test_without_a_final_block_nothing_is_confirmed() -> None:
    for as_of in (None, AsOf(3, NOW, False)):
        assert verdict(held(as_of=as_of)) is Key.PENDING


# --- Existence --------------------------------------------------------------------------------------------


def test_a_refused_registration_is_no_record() -> None:
    got = standing(held(registration=Registration(Progress.REFUSED)), NOW)
    assert got.key is Key.UNKNOWN
    assert "refused" in got.sentences[0]


def test_a_number_outside_the_brands_prefixes_is_unknown() -> None:
    got = standing(held(gtin_in_prefixes=False), NOW)
    assert got.key is Key.UNKNOWN
    assert "product number" in got.sentences[0]


def test_what_was_registered_with_a_stolen_key_is_unknown() -> None:
    since = MADE
    assert verdict(held(registration=Registration(Progress.FINAL, MADE, since))) is Key.UNKNOWN
    later = MADE + timedelta(seconds=1)
    assert verdict(held(registration=Registration(Progress.FINAL, MADE, later))) is Key.HELD


def test_bad_news_shows_under_a_code_without_a_record() -> None:
    assert line_keys(held(STOLEN, gtin_in_prefixes=False)) == [Key.REPORTED_STOLEN]


def test_in_an_outage_nobody_is_told_that_there_is_no_record() -> None:
    got = standing(replace(CASES[Key.UNKNOWN], node_seen_at=None), NOW)
    assert (got.key, got.lines) == (Key.UNAVAILABLE, ())
    said = (got.headline, *got.sentences, *(check.words for check in got.checked))
    assert "no record" not in " ".join(said).lower()


def test_an_unknown_code_says_since_when_the_brand_registers_and_that_old_is_not_fake() -> None:
    said = " ".join(standing(CASES[Key.UNKNOWN], NOW).sentences)
    assert "since 1 March 2024" in said
    assert "does not make them fake" in said


def test_an_unknown_code_of_an_unknown_maker_is_not_called_fake() -> None:
    got = standing(Facts(Asked.ITEM, node_seen_at=NOW), NOW)
    assert "does not make it fake" in got.sentences[0]
    assert got.advice is Advice.ASK_FOR_PROOF


def test_an_item_listed_twice_and_opened_from_the_later_batch_earns_no_tick() -> None:
    got = standing(held(opened_from_later_batch=True), NOW)
    assert (got.key, got.tick) == (Key.DISPUTED, False)


def test_a_withdrawn_batch_ends_what_nobody_owns() -> None:
    void = replace(NEW, final=Custody(), latest=Custody(batch=BatchFlag.VOID))
    assert verdict(void) is Key.REVOKED


def test_a_withdrawn_batch_takes_no_certificate_from_an_owner_but_is_said() -> None:
    state = owned(batch=BatchFlag.VOID)
    got = standing(replace(NEW, final=state, latest=state), NOW)
    assert got.key is Key.HELD
    assert [line.key for line in got.lines] == ["batch_withdrawn"]


def test_an_unfinished_claim_does_not_save_an_item_from_its_withdrawn_batch() -> None:
    facts = replace(NEW, final=Custody(batch=BatchFlag.VOID), latest=owned(batch=BatchFlag.VOID))
    assert verdict(facts) is Key.REVOKED


def test_a_recalled_batch_recalls_its_items() -> None:
    assert verdict(replace(NEW, latest=Custody(batch=BatchFlag.RECALLED))) is Key.RECALLED


# --- Outages and limits -----------------------------------------------------------------------------------


def test_a_node_unseen_for_sixty_seconds_is_unavailable() -> None:
    assert verdict(held(node_seen_at=NOW - timedelta(seconds=59))) is Key.HELD
    assert verdict(held(node_seen_at=NOW - timedelta(seconds=60))) is Key.UNAVAILABLE
    assert verdict(held(node_seen_at=NOW + timedelta(hours=1))) is Key.UNAVAILABLE


@pytest.mark.parametrize(("flag", "key"), FLAG_VERDICTS)
def test_an_outage_never_hides_bad_news(flag: Flag, key: Key) -> None:
    facts = held(Raised(flag, REPORTED), node_seen_at=None)
    assert verdict(facts) is key
    assert Key.UNAVAILABLE in line_keys(facts)


def test_in_an_outage_what_was_fine_is_cannot_tell_and_what_was_bad_stays() -> None:
    found = {check.name: check.found for check in standing(held(LOST, node_seen_at=None), NOW).checked}
    assert found["Theft and loss"] is Found.ATTENTION
    assert found["Ownership"] is Found.CANNOT_TELL
    assert found["The brand's record"] is Found.CANNOT_TELL


def test_in_an_outage_the_page_says_what_was_last_confirmed_and_when() -> None:
    got = standing(CASES[Key.UNAVAILABLE], NOW)
    assert got.sentences == ("Last confirmed yesterday 18:20 UTC: matched Maison Exemple's records.",)


def test_an_outage_does_not_call_an_unconfirmed_record_confirmed() -> None:
    facts = replace(CASES[Key.PENDING], node_seen_at=None)
    assert "matched" not in standing(facts, NOW).sentences[0]


@pytest.mark.parametrize(("flag", "key"), FLAG_VERDICTS)
def test_a_limit_on_requests_never_hides_bad_news(flag: Flag, key: Key) -> None:
    assert verdict(held(Raised(flag, REPORTED), retry_after=30)) is key


def test_a_limit_on_requests_says_nothing_of_the_item() -> None:
    got = standing(held(retry_after=1), NOW)
    assert (got.key, got.checked, got.lines, got.cannot_know) == (Key.SLOW_DOWN, (), (), ())
    assert got.next_step == "Try again in 1 second."
