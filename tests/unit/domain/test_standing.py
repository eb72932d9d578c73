"""The verdict table, its order, and what must hold for any facts at all."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import Standing, standing
from ledger.domain.standing_checks import Found
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    CloneSignal,
    Custody,
    Facts,
    Handover,
    Inspection,
    Progress,
    Raised,
    Registration,
    Stage,
    Strength,
    Undone,
)
from ledger.domain.standing_headlines import (
    BAD_NEWS,
    HEADLINES,
    LANGUAGES,
    LOOKS,
    PRECEDENCE,
    TICKS,
    Advice,
    Key,
    headline,
)
from ledger.domain.standing_words import why_not_counted
from tests.unit.domain.standing_cases import (
    ANSWERED,
    BRAND,
    CASES,
    COPIED,
    DISPUTED,
    FAKE,
    GENUINE,
    LOST,
    MADE,
    NEW,
    NOW,
    OFFER,
    RECALLED,
    REPORTED,
    RETIRED,
    STOLEN,
    VOID,
    held,
    owned,
    queued,
    seen,
)

JARGON = re.compile(r"\b(blockchain|hash|token|mint|nft|wallet|gas)\w*", re.I)


def verdict(facts: Facts) -> Key:
    return standing(facts, NOW).key


def line_keys(facts: Facts) -> list[str]:
    return [line.key for line in standing(facts, NOW).lines]


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


MARKS: dict[Key, dict[str, Any]] = {
    Key.COUNTERFEIT_FOUND: {"inspections": (FAKE,)},
    Key.REVOKED: {"raised": VOID},
    Key.REPORTED_STOLEN: {"raised": STOLEN},
    Key.DISPUTED: {"raised": DISPUTED},
    Key.REPORTED_LOST: {"raised": LOST},
    Key.RECALLED: {"raised": RECALLED},
    Key.CLONE_SUSPECTED: {"clone_signals": COPIED},
    Key.RETIRED: {"raised": RETIRED},
    Key.UNAVAILABLE: {"node_seen_at": None},
    Key.WRONG_ITEM: {"looks_different": True},
    Key.NOT_ON_SALE_YET: {"on_sale": False},
    Key.IN_TRANSFER: {"handover": OFFER},
    Key.PENDING: {"registration": Registration(Progress.ACCEPTED)},
}


def both(*keys: Key) -> Facts:
    """A held item with the marks of several verdicts at once."""
    changes: dict[str, Any] = {}
    flags: list[Raised] = []
    for key in keys:
        mark = dict(MARKS[key])
        if "raised" in mark:
            flags.append(mark.pop("raised"))
        changes.update(mark)
    return held(*flags, **changes)


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

FLAG_VERDICTS = [
    (Flag.STOLEN, Key.REPORTED_STOLEN),
    (Flag.BRAND_THEFT, Key.REPORTED_STOLEN),
    (Flag.COUNCIL_THEFT, Key.REPORTED_STOLEN),
    (Flag.BRAND_DISPUTE, Key.DISPUTED),
    (Flag.COUNCIL_DISPUTE, Key.DISPUTED),
    (Flag.REGISTERED_TWICE, Key.DISPUTED),
    (Flag.RECOVERY_OPEN, Key.DISPUTED),
    (Flag.LOST, Key.REPORTED_LOST),
    (Flag.RECALLED, Key.RECALLED),
    (Flag.VOID, Key.REVOKED),
    (Flag.RETIRED, Key.RETIRED),
]


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


def test_an_outage_is_said_under_a_code_without_a_record() -> None:
    assert line_keys(replace(CASES[Key.UNKNOWN], node_seen_at=None)) == [Key.UNAVAILABLE]


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


# --- Counterfeits, copies and answers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"persons": 1},
        {"method": Method.PHOTOS},
        {"method": Method.VIDEO},
    ],
)
def test_a_lesser_inspection_that_says_not_genuine_is_a_line(change: dict[str, Any]) -> None:
    facts = held(inspections=(replace(FAKE, **change),))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == ["inspected_not_genuine"]


@pytest.mark.parametrize(
    "change",
    [
        {"undone": Undone.FINAL},
        {"accredited": False},
        {"key_compromised_since": FAKE.recorded_at},
        {"result": Authenticity.INCONCLUSIVE},
        {"result": Authenticity.NOT_SUPPORTED},
    ],
)
def test_an_inspection_that_does_not_count_changes_nothing(change: dict[str, Any]) -> None:
    facts = held(inspections=(replace(FAKE, **change),))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == []


def test_a_withdrawal_that_is_only_queued_leaves_the_counterfeit_standing() -> None:
    assert verdict(held(inspections=(replace(FAKE, undone=Undone.WAITING),))) is Key.COUNTERFEIT_FOUND


def test_an_inspection_from_before_the_key_was_stolen_counts() -> None:
    earlier = replace(FAKE, key_compromised_since=FAKE.recorded_at + timedelta(seconds=1))
    assert verdict(held(inspections=(earlier,))) is Key.COUNTERFEIT_FOUND


def test_a_counterfeit_finding_counts_before_it_is_final() -> None:
    assert verdict(held(inspections=(replace(FAKE, final=False),))) is Key.COUNTERFEIT_FOUND


def test_a_later_inspection_in_hand_turns_the_counterfeit_into_a_line() -> None:
    facts = held(inspections=(FAKE, GENUINE))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == [Key.COUNTERFEIT_FOUND]


@pytest.mark.parametrize(
    "change",
    [
        {"final": False},
        {"method": Method.PHOTOS},
        {"undone": Undone.WAITING},
        {"undone": Undone.FINAL},
        {"accredited": False},
        {"key_compromised_since": GENUINE.recorded_at},
        {"on": FAKE.on - timedelta(days=1)},
        {"recorded_at": FAKE.recorded_at},
    ],
)
def test_only_a_final_later_trusted_inspection_in_hand_answers_a_counterfeit(change: dict[str, Any]) -> None:
    assert verdict(held(inspections=(FAKE, replace(GENUINE, **change)))) is Key.COUNTERFEIT_FOUND


def test_a_newer_counterfeit_is_not_answered_by_an_older_inspection() -> None:
    newer = seen(Authenticity.NOT_GENUINE, on=NOW.date(), recorded_at=NOW)
    assert verdict(held(inspections=(FAKE, GENUINE, newer))) is Key.COUNTERFEIT_FOUND


def test_beside_the_owners_live_answer_the_counterfeit_is_a_line() -> None:
    facts = held(inspections=(FAKE,), owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.OWNER_CONFIRMED
    assert line_keys(facts) == [Key.COUNTERFEIT_FOUND]


def test_an_answer_by_someone_who_is_no_final_owner_does_not_lower_anything() -> None:
    facts = replace(NEW, latest=owned(), inspections=(FAKE,), owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.COUNTERFEIT_FOUND


def test_nobody_can_answer_for_an_item_without_an_owner() -> None:
    assert verdict(replace(NEW, owner_confirmed_at=ANSWERED)) is Key.UNCLAIMED


def test_one_weak_signal_is_not_a_copy_two_are_and_one_strong_is() -> None:
    weak = CloneSignal(Strength.WEAK, "Listed for sale by two sellers at once.")
    assert verdict(held(clone_signals=(weak,))) is Key.HELD
    assert verdict(held(clone_signals=(weak, weak))) is Key.CLONE_SUSPECTED
    assert verdict(held(clone_signals=(COPIED[0],))) is Key.CLONE_SUSPECTED


def test_the_owners_live_answer_lowers_a_suspected_copy_to_a_line() -> None:
    facts = held(clone_signals=COPIED, owner_confirmed_at=ANSWERED)
    assert verdict(facts) is Key.OWNER_CONFIRMED
    assert line_keys(facts) == [Key.CLONE_SUSPECTED]


def test_scans_that_are_not_compared_are_cannot_tell_and_not_fine() -> None:
    last = standing(held(clone_signals=None), NOW).checked[-1]
    assert (last.name, last.found, last.when) == ("Unusual scans", Found.CANNOT_TELL, None)


def test_the_owners_answer_lasts_fifteen_minutes() -> None:
    assert verdict(held(owner_confirmed_at=NOW - timedelta(minutes=14, seconds=59))) is Key.OWNER_CONFIRMED
    assert verdict(held(owner_confirmed_at=NOW - timedelta(minutes=15))) is Key.HELD


def test_why_an_inspection_is_left_aside_is_said() -> None:
    assert why_not_counted(FAKE) is None
    assert "Withdrawn" in str(why_not_counted(replace(FAKE, undone=Undone.FINAL)))
    assert "not accredited" in str(why_not_counted(replace(FAKE, accredited=False)))
    assert "20 October 2026" in str(why_not_counted(replace(FAKE, key_compromised_since=FAKE.recorded_at)))


# --- Handover, notes and words ----------------------------------------------------------------------------


def test_an_offer_that_ran_out_is_no_handover_but_an_unfinished_acceptance_is() -> None:
    over = Handover(Stage.OFFERED, REPORTED, NOW)
    assert verdict(held(handover=over)) is Key.HELD
    assert verdict(held(handover=replace(over, stage=Stage.ACCEPTED))) is Key.IN_TRANSFER


def test_a_changed_description_and_an_old_recovery_are_notes_and_not_verdicts() -> None:
    facts = held(Raised(Flag.AMENDED), Raised(Flag.RECOVERED), Raised(Flag.OWNER_ENDED_RECOVERY))
    assert verdict(facts) is Key.HELD
    assert line_keys(facts) == ["recovered", "recovery_ended", "amended"]


def test_an_amended_batch_is_a_note() -> None:
    assert line_keys(replace(NEW, latest=Custody(batch=BatchFlag.AMENDED))) == ["amended"]


def test_a_theft_says_when_and_whether_the_police_know() -> None:
    assert standing(held(STOLEN), NOW).sentences == ("Reported 12 October 2026, police reference on file.",)


def test_a_theft_without_a_police_reference_says_so_after_fourteen_days() -> None:
    bare = replace(STOLEN, police_reference=False)
    assert "No police reference" in " ".join(standing(held(bare), NOW).sentences)
    fresh = replace(bare, since=NOW - timedelta(days=13))
    assert "No police reference" not in " ".join(standing(held(fresh), NOW).sentences)


def test_the_contracts_flag_word_reads_as_flags() -> None:
    word = Flag.CLAIMED | Flag.STOLEN | 1 << 15
    custody = Custody.from_flags(word, batch=6, since={Flag.STOLEN: REPORTED}, owner_since=MADE)
    assert custody.claimed
    assert [one.flag for one in custody.raised] == [Flag.CLAIMED, Flag.STOLEN]
    assert custody.raised[1].since == REPORTED
    assert custody.batch == BatchFlag.VOID | BatchFlag.AMENDED


def sentences(got: Standing) -> list[str]:
    """Every sentence of a standing that the first screen or a line shows."""
    texts = [*got.sentences, got.next_step, *(line.words for line in got.lines)]
    texts += [line.headline for line in got.lines] + [check.words for check in got.checked]
    return [one for text in texts for one in re.split(r"(?<=[.!?])\s", text)]


@pytest.mark.parametrize("key", list(Key))
def test_every_verdict_has_a_reason_and_a_next_step_in_short_plain_sentences(key: Key) -> None:
    for facts in (CASES[key], replace(CASES[key], brand=replace(BRAND, name="Acme"))):
        got = standing(facts, NOW)
        assert got.sentences
        assert got.next_step
        for text in sentences(got):
            assert len(text.split()) <= 20, text
            assert not JARGON.search(text), text
            assert "None" not in text
            assert "{" not in text


@pytest.mark.parametrize("key", list(MARKS))
def test_lines_are_short_and_plain_too(key: Key) -> None:
    for text in sentences(standing(both(*MARKS), NOW)) + sentences(standing(both(key), NOW)):
        assert len(text.split()) <= 20, text


@pytest.mark.parametrize("key", list(Key))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_exists_in_every_language_in_eight_words_at_most(key: Key, language: str) -> None:
    text = headline(key, language, brand="Exemple", seconds=30)
    assert len(text.split()) <= 8
    assert "{" not in text
    assert not JARGON.search(text)


def test_headlines_and_looks_are_there_for_every_verdict_and_for_no_other() -> None:
    assert set(HEADLINES) == set(LOOKS) == set(Key)


def test_icon_shape_and_colour_together_tell_the_grave_from_the_good() -> None:
    good = {(LOOKS[key].icon, LOOKS[key].shape) for key in TICKS}
    assert all(icon == "check" for icon, _ in good)
    assert all(LOOKS[key].icon != "check" for key in Key if key not in TICKS)
    assert all(LOOKS[key].colour not in ("green", "teal") for key in Key if key not in TICKS)


def test_a_brands_own_long_words_are_cut_on_the_first_screen() -> None:
    got = standing(held(RECALLED, recall_reason="very long words " * 100), NOW)
    assert len(got.sentences[0]) < 120
    assert got.sentences[0].endswith("….")


def test_a_brand_whose_name_looks_like_a_template_is_only_a_name() -> None:
    facts = held(brand=replace(BRAND, name="{0.__class__} & Söhne"))
    assert standing(facts, NOW).headline == "Matches {0.__class__} & Söhne's records"


# --- For any facts at all ---------------------------------------------------------------------------------

moments = st.sampled_from([None, MADE, REPORTED, NOW - timedelta(seconds=30), NOW, NOW + timedelta(days=1)])
custodies = st.builds(
    Custody,
    st.lists(
        st.builds(
            Raised, st.sampled_from(list(Flag)), moments, moments, st.sampled_from([None, True, False])
        ),
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
    lambda names: st.builds(
        replace, st.sampled_from([NEW, held()]), **{name: ANYTHING[name] for name in names}
    )
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
        verdicts_only = [
            rank for rank in ranks if PRECEDENCE[rank] not in (Key.COUNTERFEIT_FOUND, Key.CLONE_SUSPECTED)
        ]
        assert verdicts_only == sorted(verdicts_only)
    assert all(line.grave for line in got.lines if line.key in BAD_NEWS)
