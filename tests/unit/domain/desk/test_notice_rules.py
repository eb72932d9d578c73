"""What facts decide, how lines are told apart, what standing rests on, what strikes advise, what reasons say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk import cases_acts as acts
from ledger.domain.desk.cases import Automation, Decline, Outcome, Reason
from ledger.domain.desk.clocks import Lane, RuleName
from ledger.domain.desk.facts import OF_CODES, Found, Link, Step, answers, proposals, weigh
from ledger.domain.desk.notices import check_rules, check_territories, listing_of, needs_right, repeats, tidy_url
from ledger.domain.desk.reasons import for_the_database, statement_of_reasons
from ledger.domain.desk.standing import FEWEST, Counts, looked_at_since, shut_until, standing, wording
from ledger.domain.desk.strikes import Measure, Strike, measure, strike_until
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.standing_headlines import Key
from tests.unit.domain.desk.cases_help import START, Play

FINE = Found("held", frozenset(), "09521234543213", known=True, in_programme=True)
FACT = {
    Reason.CODE_CLONED: Key.CLONE_SUSPECTED,
    Reason.CODE_WITHDRAWN: Key.REVOKED,
    Reason.REPORTED_STOLEN: Key.REPORTED_STOLEN,
    Reason.INSPECTED_COUNTERFEIT: Key.COUNTERFEIT_FOUND,
}


def with_bad_news(key: Key) -> Found:
    return replace(FINE, verdict=key.value, flags=frozenset({key.value}))


def step(reason: Reason, found: Found | None, *, link: Link = Link.NOTIFIER, lane: Lane = Lane.NORMAL) -> Step:
    return weigh(reason, found, None, link, lane, free=True).step


@pytest.mark.parametrize("reason", list(FACT))
@pytest.mark.parametrize("key", list(FACT.values()))
def test_a_fact_decides_the_reason_that_names_it_and_no_other(reason: Reason, key: Key) -> None:
    assert step(reason, with_bad_news(key)) is (Step.UPHOLD if FACT[reason] is key else Step.NONE)


def test_an_unknown_code_asks_and_never_decides() -> None:
    unknown = replace(FINE, verdict="unknown", known=False)
    assert step(Reason.CODE_UNKNOWN_IN_PROGRAMME, unknown) is Step.ASK
    assert step(Reason.CODE_UNKNOWN_IN_PROGRAMME, replace(unknown, in_programme=False)) is Step.NONE
    assert proposals(unknown, None) == (Reason.CODE_UNKNOWN_IN_PROGRAMME,)


@pytest.mark.parametrize("verdict", [Key.UNAVAILABLE, Key.PENDING, Key.SLOW_DOWN])
def test_what_cannot_be_told_decides_nothing(verdict: Key) -> None:
    for reason in Reason:
        weighed = weigh(reason, replace(FINE, verdict=verdict.value), None, Link.PLATFORM, Lane.FAST, free=True)
        assert (weighed.step, weighed.facts) == (Step.NONE, ("cannot_tell",))
    assert step(Reason.REPORTED_STOLEN, None) is Step.NONE


def test_a_live_answer_declines_where_the_verdict_itself_is_that_the_owner_confirmed() -> None:
    answered = replace(with_bad_news(Key.CLONE_SUSPECTED), verdict=Key.OWNER_CONFIRMED.value, confirmed=True)
    weighed = weigh(Reason.CODE_CLONED, answered, None, Link.PLATFORM, Lane.FAST, free=True)
    assert (weighed.step, weighed.decline) == (Step.DECLINE, Decline.GENUINE_RESALE)
    stolen = replace(with_bad_news(Key.REPORTED_STOLEN), confirmed=True)
    assert step(Reason.REPORTED_STOLEN, stolen) is Step.UPHOLD
    assert step(Reason.KEYWORD_MISUSE, stolen) is Step.NONE


def test_an_owners_trust_in_the_platform_declines_a_keyword_notice() -> None:
    assert step(Reason.KEYWORD_MISUSE, replace(FINE, entrusted=True)) is Step.DECLINE
    assert step(Reason.DESIGN, replace(FINE, entrusted=True)) is Step.NONE


def test_a_person_looks_first_where_the_link_is_contradicted_the_word_weak_or_the_share_used_up() -> None:
    stolen, reason = with_bad_news(Key.REPORTED_STOLEN), Reason.REPORTED_STOLEN
    assert step(reason, stolen, link=Link.CONTRADICTED, lane=Lane.FAST) is Step.REVIEW
    assert step(reason, stolen, lane=Lane.EVIDENCE_FIRST) is Step.REVIEW
    assert step(reason, stolen, link=Link.PLATFORM, lane=Lane.EVIDENCE_FIRST) is Step.UPHOLD
    assert weigh(reason, stolen, None, Link.NOTIFIER, Lane.NORMAL, free=False).step is Step.REVIEW


def test_a_code_of_another_model_decides_only_where_the_platform_says_which_model_is_sold() -> None:
    same, other = "09521234543213", "09521234543220"

    def told(sold_as: str | None, *models: str, link: Link = Link.PLATFORM) -> Step:
        return weigh(Reason.CODE_OTHER_ITEM, FINE, sold_as, link, Lane.NORMAL, free=True, models=models).step

    assert [told(one, other) for one in (same, other, None)] == [Step.NONE, Step.UPHOLD, Step.NONE]
    # A genuine resale that the platform screened with its code: what it is sold as is the notifier's word alone.
    assert [told(other), told(other, same), told(other, same, other)] == [Step.REVIEW] * 3
    assert told(other, link=Link.NOTIFIER) is Step.REVIEW


def test_a_live_answer_restores_what_is_said_to_be_another_model_and_trust_in_the_platform_does_not() -> None:
    answered = replace(FINE, verdict=Key.OWNER_CONFIRMED.value, confirmed=True)
    assert answers(Reason.CODE_OTHER_ITEM, answered)
    assert not answers(Reason.CODE_OTHER_ITEM, replace(FINE, entrusted=True))


def test_the_reasons_that_need_no_right_are_those_about_codes() -> None:
    assert {reason for reason in Reason if not needs_right(reason)} == OF_CODES


@pytest.mark.parametrize(
    "other",
    [
        "https://bazar.example/item/1#photos",
        "HTTPS://BAZAR.example:443/item/1/",
        "http://bazar.example/item/1?utm_source=mail&gclid=7",
        " https://bazar.example/item/1 ",
        "http://bazar.example:80/item/1",
        "https://bazar.example./item/1",
        "https://bazar.example/%69tem/%31",
        "https://bazar.example/shop/../item/./1",
        "https://bazar.example/../item/1//",
        "https://bazar.example/item/1?UTM_Source=mail&spm=a.b&_gl=1",
    ],
)
def test_an_address_is_compared_without_what_does_not_name_the_listing(other: str) -> None:
    assert tidy_url(other) == tidy_url("https://bazar.example/item/1")


def test_what_names_another_listing_stays() -> None:
    told = [
        "item?id=1",
        "item?id=2",
        "Item?id=1",
        "item?id=1&spmid=7",
        "item?q=%C4%E3",
        "item?q=%BA%C3",
        "item%2F1",
        "item/1",
    ]
    names = {listing_of(tidy_url(f"https://bazar.example/{one}")[0]) for one in told}
    assert len(names) == len(told)
    assert tidy_url("https://bazar.example/item?q=%c4%e3&r=%e4%bd%a0") == (
        "https://bazar.example/item?q=%C4%E3&r=%E4%BD%A0",
        "bazar.example",
    )


@pytest.mark.parametrize(
    "wrong",
    ["bazar", "ftp://bazar.example/1", "https://", "https://u:p@bazar.example/", "https://[", "https://a\x00b/"],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        tidy_url(wrong)


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_of_lines_that_say_the_same_the_first_counts(refs: list[str]) -> None:
    found = repeats([("org", one, None) for one in refs])
    assert sum(one is None for one in found) == len(set(refs))
    assert all(earlier is None or (earlier < n and refs[earlier] == refs[n]) for n, earlier in enumerate(found))


def test_rules_fit_their_territories() -> None:
    assert check_territories(["IT", "FR", "FR"]) == ("FR", "IT")
    with pytest.raises(Invalid):
        check_territories(["fr"])
    for name, where in ((RuleName.EU, "IT"), (RuleName.EU, "EU"), (RuleName.CN, "CN"), (RuleName.HOUSE, "WO")):
        check_rules(name, [where])
    for name, where in ((RuleName.EU, "US"), (RuleName.CN, "EU"), (RuleName.US, "CN")):
        with pytest.raises(Invalid):
            check_rules(name, [where])
    for name in (RuleName.EU, RuleName.CN, RuleName.US):
        for chosen in (["WO"], ["FR", "JP"]):
            with pytest.raises(Invalid, match="house"):
                check_rules(name, chosen)


def test_the_fast_lane_opens_at_exactly_nine_in_ten_and_one_in_twenty() -> None:
    def lane(decided: int, upheld: int, taken_down: int = 0, countered: int = 0) -> Lane:
        counts = Counts(decided, upheld, taken_down, countered)
        return standing(counts, counts, None, START).lane

    assert lane(FEWEST - 1, FEWEST - 1) is Lane.NORMAL
    assert lane(30, 27) is Lane.FAST
    assert lane(30, 26) is Lane.NORMAL
    assert lane(100, 95, 100, 5) is Lane.FAST
    assert lane(100, 94, 100, 6) is Lane.NORMAL
    assert lane(9, 0) is Lane.NORMAL
    assert lane(10, 4) is Lane.EVIDENCE_FIRST
    assert lane(100, 79, 100, 21) is Lane.EVIDENCE_FIRST


def test_a_lost_lane_stays_shut_for_three_months_to_the_second() -> None:
    good, until = Counts(100, 100, 100, 0), shut_until(START)
    assert standing(good, good, until, until - 1).lane is Lane.NORMAL
    assert standing(good, good, until, until).lane is Lane.FAST


@pytest.mark.parametrize(
    ("at", "later", "earlier"),
    [
        ("2026-09-21T14:13:20", "2026-12-21T14:13:20", "2026-06-21T14:13:20"),
        ("2026-11-30T23:59:59", "2027-02-28T23:59:59", "2026-08-30T23:59:59"),
        ("2027-11-30T00:00:00", "2028-02-29T00:00:00", "2027-08-30T00:00:00"),
        ("2028-02-29T12:00:00", "2028-05-29T12:00:00", "2027-11-29T12:00:00"),
        ("2026-12-31T00:00:01", "2027-03-31T00:00:01", "2026-09-30T00:00:01"),
        ("2028-05-31T08:00:00", "2028-08-31T08:00:00", "2028-02-29T08:00:00"),
    ],
)
def test_three_months_are_months_of_the_calendar(at: str, later: str, earlier: str) -> None:
    now, then, before = (int(datetime.fromisoformat(f"{one}+00:00").timestamp()) for one in (at, later, earlier))
    assert (shut_until(now), looked_at_since(now)) == (then, before)


def test_cases_that_can_still_be_answered_earn_no_fast_lane_and_can_cost_it() -> None:
    good = Counts(30, 30, 30, 0)
    assert standing(good, Counts(29, 29, 29, 0), None, START).lane is Lane.NORMAL
    assert standing(good, good, None, START).lane is Lane.FAST
    assert standing(Counts(60, 50, 60, 10), good, None, START).lane is Lane.NORMAL


def test_an_explanation_that_mostly_fails_is_looked_at_first_whoever_sends_it() -> None:
    good, same = Counts(100, 100, 100, 0), Counts(20, 9, 0, 0)
    assert standing(good, good, None, START, same).lane is Lane.EVIDENCE_FIRST
    assert standing(good, good, None, START, Counts(19, 0, 0, 0)).lane is Lane.FAST


@pytest.mark.parametrize(
    "other",
    [
        "The listing #18 is  FAKE!",
        "the listing is fake https://bazar.example/x",
        "The listing L-19 is fake.",
        "ＴＨＥ listing is fake",
    ],
)
def test_explanations_that_differ_in_numbers_addresses_and_signs_alone_read_the_same(other: str) -> None:
    assert wording(other) == wording("The listing is fake")
    assert wording("The listing is genuine") != wording("The listing is fake")
    assert wording("123 456") != wording("123 457")
    assert wording("这是假货，第1号") == wording("这是假货 第 2 号")


def test_the_first_strike_warns_and_later_ones_weigh_only_if_their_case_came_after() -> None:
    def struck(name: str, opened: int, at: int, back: int | None = None) -> Strike:
        return Strike(name, opened, at, strike_until(at), back)

    now = START + 100
    together = [struck("a", START - 50, START), struck("b", START - 40, START + 1), struck("c", START - 30, START + 2)]
    assert measure(together, now) is Measure.WARN
    later = [struck("a", START - 50, START), struck("b", START, START + 10), struck("c", START + 10, START + 20)]
    assert [measure(later[:n], now) for n in range(4)] == list(Measure)
    assert measure([*later[:2], replace(later[2], back_at=now)], now) is Measure.RESTRICT
    over = strike_until(START)
    assert measure(later, over - 1) is Measure.SUSPEND
    assert measure(later, over) is Measure.RESTRICT
    assert measure(later, over + 20) is Measure.NONE


def test_a_strike_lasts_twelve_months_in_a_leap_year_too() -> None:
    for closed, until in (("2027-06-01", "2028-06-01"), ("2028-02-29", "2029-02-28")):
        at, then = (int(datetime.fromisoformat(f"{one}T09:00:00+00:00").timestamp()) for one in (closed, until))
        assert strike_until(at) == then


def test_a_statement_of_reasons_is_given_for_what_was_taken_down_alone_and_holds_no_text() -> None:
    play = Play(rules=RuleName.EU)
    with pytest.raises(Conflict):
        statement_of_reasons(play.case, None)
    case = play.do(acts.decide(play.case, play.now, Outcome.UPHELD, automation=Automation.PARTIAL, texts=["ab" * 32]))
    told = statement_of_reasons(case, "Mark “Maison” 1, EUIPO")
    assert told["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    assert told["territorial_scope"] == ["FR"]
    assert told["application_date"] == "2026-09-21"
    sent = for_the_database(told)
    assert "redress" not in sent
    assert "ab" * 32 not in str(sent)
    assert {"decision_ground", "category", "content_type", "decision_facts", "puid", "source_type"} <= set(sent)
