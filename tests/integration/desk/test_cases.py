"""Notices over a whole ledger: clocks at their edges, live proofs, standing, pace; rows that say what the log says."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.domain.asks import AskState
from ledger.domain.desk.case_file import Purchase
from ledger.domain.desk.cases import Decline, Ground, Outcome, Reason, Side, State
from ledger.domain.desk.clocks import Lane, RuleName
from ledger.domain.desk.listings import Condition, Listing, ListingStatus, Seller
from ledger.domain.desk.notices import Line
from ledger.domain.desk.standing import Counts
from ledger.domain.desk.strikes import Measure
from ledger.domain.errors import Conflict, Forbidden, Invalid, TooMany, Unavailable, Unknown
from ledger.domain.organisations import Caller, Role
from ledger.domain.statements import Kind, MarkKind
from ledger.domain.webhooks import EventType, Message
from ledger.keeping.files import Files
from ledger.services.desk import case_act
from ledger.services.desk.agents import authorise_agent, end_agent
from ledger.services.desk.case_act import Ruling, Word
from ledger.services.desk.case_counter import (
    Answer,
    ask_for_seller,
    counter_by_link,
    counter_for_seller,
    proof_counts,
)
from ledger.services.desk.case_file_make import make_case_file
from ledger.services.desk.case_file_purchases import add_purchase
from ledger.services.desk.case_files import keep_case_file, keep_seller_file, read_case_file
from ledger.services.desk.case_turn import SENT_KEPT, TEXTS_KEPT, forget_case_texts, settle_due, sweep_sent_files
from ledger.services.desk.case_write import entries_of, load, seller_secret, text_name
from ledger.services.desk.cases_port import Wanted
from ledger.services.desk.cases_read import (
    Seen,
    list_cases,
    reasons_for,
    see_by_link,
    see_case,
    see_notice,
    strikes_of,
)
from ledger.services.desk.checks_proof import ask_seller
from ledger.services.desk.notices_check import look_at
from ledger.services.desk.rights import keep_right_file
from ledger.services.desk.rights_files import SHELF
from ledger.services.desk.screen_listings import screen_listings
from ledger.services.desk.standing_of import shown_standing
from ledger.services.organisations import add_organisation
from ledger.services.webhook_endpoints import add_endpoint
from tests.conftest import DATABASES
from tests.integration.desk.casework import (
    WORDS,
    asked,
    decide,
    let_time_do,
    right,
    rows_say_what_the_log_says,
    send,
)
from tests.support.world import Card, World, person

DAY = 86_400


@pytest.fixture
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> World:
    """On SQLite, unless a test asks for each database in turn; with a marketplace in it."""
    made = worlds(getattr(request, "param", "sqlite"))
    add_organisation(made.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    return made


on_both = pytest.mark.parametrize("world", DATABASES, indirect=True)


def void(world: World, card: Card) -> None:
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.VOID))
    world.settle()


@on_both
def test_a_case_under_the_law_of_china_from_notice_to_strike(world: World) -> None:
    mark = right(world, "CN")
    told = asked(mark, "L-1", "L-2", territories=("CN",), rules=RuleName.CN)
    (first, _), (second, _) = send(world, told)
    for one in (first, second):
        decide(world, one.id, Word.UPHOLD, seller="s-1", text="Seen.")
    answer = Answer(Ground.RESALE, "Bought from the brand itself.")
    _, case = counter_for_seller(world.ledger, world.caller("bazar"), first.id, answer, None)
    assert case.restore_at is not None
    let_time_do(world, case.restore_at - world.ledger.now() - 1)
    assert see_case(world.ledger, world.caller("maison"), first.id).case.state is State.COUNTERED
    let_time_do(world, 1)
    seen = see_case(world.ledger, world.caller("maison"), first.id)
    assert (seen.case.state, seen.case.is_down) == (State.RESTORED, False)
    assert strikes_of(world.ledger, world.caller("bazar"), "s-1") == ([], Measure.NONE)
    let_time_do(world, 60 * DAY)
    strikes, advice = strikes_of(world.ledger, world.caller("bazar"), "s-1")
    assert ([one.case for one in strikes], advice) == ([second.id], Measure.WARN)
    rows_say_what_the_log_says(world)
    decide(world, second.id, Word.REVERSE, ruling=Ruling.COURT)
    assert strikes_of(world.ledger, world.caller("bazar"), "s-1")[1] is Measure.NONE
    rows_say_what_the_log_says(world)


def test_what_time_does_is_done_once_and_told_once(world: World) -> None:
    caller = world.caller("bazar")
    add_endpoint(world.ledger, caller, "https://bazar.example/hooks", [])
    [(kept, _)] = send(world, asked(right(world), "L-1"))
    decide(world, kept.id, Word.UPHOLD, seller="s-2")
    for _ in range(3):
        let_time_do(world, 30 * DAY)
    with world.ledger.store.read() as tx:
        kinds = [one.kind for one in entries_of(tx, kept.id)]
        [endpoint] = tx.webhooks.endpoints(caller.organisation.id)
        found = [tx.webhooks.message(one.message) for one in tx.webhooks.deliveries(endpoint.id, None, None, 100)]
    assert (kinds.count("case.closed"), kinds.count("case.strike")) == (1, 1)
    assert kinds.index("case.closed") < kinds.index("case.strike")
    types = [one.type for one in found if isinstance(one, Message)]
    assert sorted(types) == ["case.closed", "case.decided", "case.received", "listing.taken_down"]
    body = next(one.body for one in found if isinstance(one, Message) and one.type == EventType.LISTING_TAKEN_DOWN)
    assert json.loads(body)["data"]["listing"] == "L-1"
    assert "rossi" not in str([one.body for one in found if isinstance(one, Message)])


def test_the_owners_live_answer_restores_at_once_and_another_sellers_does_not(world: World) -> None:
    card, owner = world.cards()[0], person("olga")
    world.claim(card, owner)
    world.settle()
    line = Line(platform="bazar", ref="L-1", gtin=card.gtin, serial=card.serial)
    [(kept, case)] = send(world, asked(right(world), lines=[line]))
    decide(world, kept.id, Word.UPHOLD)
    bazar = world.caller("bazar")
    ask, _ = ask_seller(world.ledger, bazar, card.gtin, card.serial, "s-7")
    told = Answer(Ground.OWNER, "", proof=ask.id)
    with pytest.raises(Conflict, match="does not count"):
        counter_for_seller(world.ledger, bazar, kept.id, told, "s-7")
    with world.ledger.store.write() as tx:
        tx.asks.answer(ask.id, AskState.CONFIRMED, world.ledger.now(), owner.address.lower(), None)
    with pytest.raises(Conflict, match="does not count"):
        counter_for_seller(world.ledger, bazar, kept.id, told, "s-8")
    _, case = counter_for_seller(world.ledger, bazar, kept.id, told, "s-7")
    assert (case.state, case.is_down, case.outcome) == (State.RESTORED, False, Outcome.RESTORED)
    rows_say_what_the_log_says(world)


def test_a_live_answer_restores_only_a_listing_of_its_item_and_one_of_those(world: World) -> None:
    card, owner = world.cards()[0], person("olga")
    world.claim(card, owner)
    world.settle()
    bazar, code = world.caller("bazar"), f"(01){card.gtin}(21){card.serial}"
    shown = Listing(
        "L-shown", "https://bazar.example/1", "Sac", "", "fr", None, None, Seller("s-7"), (code,), (), Condition.USED,
        ListingStatus.LIVE,
    )  # fmt: skip
    screen_listings(world.ledger, bazar, [shown])
    named = [Line(platform="bazar", ref=ref, gtin=card.gtin, serial=card.serial) for ref in ("L-1", "L-2")]
    lines = [Line(platform="bazar", ref="L-other"), Line(platform="bazar", ref="L-shown"), *named]
    found = {}
    ask, _ = ask_seller(world.ledger, bazar, card.gtin, card.serial, "s-7")
    again, _ = ask_seller(world.ledger, bazar, card.gtin, card.serial, "s-7")
    with world.ledger.store.write() as tx:
        for one in (ask, again):
            tx.asks.answer(one.id, AskState.CONFIRMED, world.ledger.now(), owner.address.lower(), None)
    sent = send(world, asked(right(world), lines=lines))
    for (kept, _), proof in zip(sent, (ask, ask, again, again), strict=True):
        decide(world, kept.id, Word.UPHOLD)
        answer = Answer(Ground.OWNER, "", code=code, proof=proof.id)
        found[kept.listing] = counter_for_seller(world.ledger, bazar, kept.id, answer, "s-7")[1].state
    assert found == {
        "L-other": State.COUNTERED,
        "L-shown": State.RESTORED,
        "L-1": State.COUNTERED,
        "L-2": State.COUNTERED,
    }


def test_a_live_answer_does_not_restore_what_the_brand_has_withdrawn(world: World) -> None:
    card, owner = world.cards()[1], person("olga")
    world.claim(card, owner)
    world.settle()
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.THEFT))
    world.settle()
    line = Line(platform="bazar", ref="L-1", gtin=card.gtin, serial=card.serial)
    [(kept, case)] = send(world, asked(None, lines=[line], reason=Reason.REPORTED_STOLEN))
    assert case.state is State.UPHELD
    secret = seller_secret(world.ledger, kept.id)
    id, _link, words = ask_for_seller(world.ledger, secret, None)
    assert "Bazar" in words
    assert not proof_counts(world.ledger, secret, id, None)
    with world.ledger.store.write() as tx:
        tx.asks.answer(id, AskState.CONFIRMED, world.ledger.now(), owner.address.lower(), None)
    assert proof_counts(world.ledger, secret, id, None)
    _, case = counter_by_link(world.ledger, secret, Answer(Ground.OWNER, "It is mine.", proof=id))
    assert (case.state, case.is_down) == (State.COUNTERED, True)
    with pytest.raises(Conflict, match="before"):
        counter_by_link(world.ledger, secret, Answer(Ground.LICENCE, "Here is my licence."))
    with pytest.raises(Unknown):
        counter_by_link(world.ledger, "nonsense", Answer(Ground.LICENCE, "Here is my licence."))


def test_an_expired_right_carries_no_notice(world: World) -> None:
    mark = right(world, expires=3)
    assert look_at(world.ledger, world.caller("maison"), asked(mark, "L-1")).new == 1
    world.clock.ahead += 4 * DAY
    with pytest.raises(Conflict, match="This right ended on"):
        send(world, asked(mark, "L-1"))


def test_an_agent_acts_only_where_and_while_it_is_authorised(world: World) -> None:
    add_organisation(world.ledger, slug="points", name="Points", role=Role.AGENT, domain="points.example")
    mark = right(world, "EU")
    told = asked(mark, "L-1", territories=("IT",))
    with pytest.raises(Unknown):
        send(world, told, "points")
    today = datetime.fromtimestamp(world.ledger.now(), UTC).date()
    authorise_agent(world.ledger, world.caller("maison"), "points", territories=["FR"], until=today + timedelta(days=9))
    with pytest.raises(Forbidden, match="IT"):
        send(world, told, "points")
    [(kept, _)] = send(world, replace(told, territories=("FR",)), "points")
    assert kept.agent == world.caller("points").organisation.id
    assert [one.id for one in list_cases(world.ledger, world.caller("maison"), Wanted(), None, 10)] == [kept.id]
    seen = see_by_link(world.ledger, seller_secret(world.ledger, kept.id))
    assert (seen.notifier.name, seen.holder.slug) == ("Points", "maison")
    assert "email" not in dict(seen.texts)
    world.clock.ahead += 10 * DAY
    with pytest.raises(Forbidden):
        send(world, asked(mark, "L-2"), "points")


def test_an_agent_no_more_does_nothing_in_a_case_and_the_holder_all_that_it_could(world: World) -> None:
    add_organisation(world.ledger, slug="points", name="Points", role=Role.AGENT, domain="points.example")
    mark, points, maison = right(world, "EU"), world.caller("points"), world.caller("maison")
    until = datetime.fromtimestamp(world.ledger.now(), UTC).date() + timedelta(days=9)
    given = authorise_agent(world.ledger, maison, "points", until=until)
    (first, _), (second, _) = send(world, asked(mark, "L-1", "L-2"), "points")
    decide(world, first.id, Word.DECLINE, code=Decline.INSUFFICIENT_EVIDENCE)
    decide(world, second.id, Word.MORE)
    end_agent(world.ledger, maison, given.authorisation.id)
    tries: tuple[Callable[[], object], ...] = (
        lambda: case_act.withdraw(world.ledger, points, second.id),
        lambda: case_act.give_more(world.ledger, points, second.id, "Here it is."),
        lambda: case_act.appeal(world.ledger, points, first.id, "Look again."),
        lambda: case_act.to_court(world.ledger, points, first.id, "Tribunal judiciaire", "1"),
    )
    for act in tries:
        with pytest.raises(Forbidden, match="authorised"):
            act()
    assert case_act.appeal(world.ledger, maison, first.id, "Look again.")[1].appealed == (Side.NOTIFIER,)
    assert case_act.give_more(world.ledger, maison, second.id, "Here it is.")[1].state is State.RECEIVED


def test_an_agent_reads_its_cases_while_it_is_authorised_and_its_holder_always(world: World) -> None:
    add_organisation(world.ledger, slug="points", name="Points", role=Role.AGENT, domain="points.example")
    points, maison = world.caller("points"), world.caller("maison")
    for who in (points, maison):
        add_endpoint(world.ledger, who, f"https://{who.organisation.domain}/hooks", [])
    kept_right, other = right(world, "EU"), right(world, "EU", name="Exemple")
    until = datetime.fromtimestamp(world.ledger.now(), UTC).date() + timedelta(days=300)
    given, stays = (
        authorise_agent(world.ledger, maison, "points", rights=[one], until=until) for one in (kept_right, other)
    )
    [(gone, _)], [(seen, _)] = (send(world, asked(one, "L-1"), "points") for one in (kept_right, other))
    ids = [one.id for one in list_cases(world.ledger, points, Wanted(), None, 10)]
    assert sorted(ids) == sorted([gone.id, seen.id])
    assert see_notice(world.ledger, points, gone.notice)[1]
    end_agent(world.ledger, maison, given.authorisation.id)
    reads: tuple[Callable[[], object], ...] = (
        lambda: see_case(world.ledger, points, gone.id),
        lambda: see_notice(world.ledger, points, gone.notice),
        lambda: reasons_for(world.ledger, points, gone.id),
        lambda: make_case_file(world.ledger, points, gone.id),
    )
    for read in reads:
        with pytest.raises(Forbidden, match="has not authorised you"):
            read()
    assert [one.id for one in list_cases(world.ledger, points, Wanted(), None, 10)] == [seen.id]
    assert see_case(world.ledger, points, seen.id).eye == "notifier"
    assert WORDS in dict(see_case(world.ledger, maison, gone.id).texts).values()
    for kept in (gone, seen):
        decide(world, kept.id, Word.DECLINE, code=Decline.DUPLICATE)
    told = {"points": [], "maison": []}  # type: dict[str, list[str]]
    with world.ledger.store.read() as tx:
        for slug in told:
            [endpoint] = tx.webhooks.endpoints(world.caller(slug).organisation.id)
            for one in tx.webhooks.deliveries(endpoint.id, None, None, 100):
                message = tx.webhooks.message(one.message)
                if message is not None and message.type == EventType.CASE_DECIDED:
                    told[slug].append(json.loads(message.body)["data"]["case"])
    assert told == {"points": [seen.id], "maison": [gone.id]}
    world.clock.ahead += 301 * DAY
    assert list_cases(world.ledger, points, Wanted(), None, 10) == []
    assert stays.in_force


def test_codes_are_an_agents_only_in_the_territories_that_it_was_given_them_for(world: World) -> None:
    add_organisation(world.ledger, slug="points", name="Points", role=Role.AGENT, domain="points.example")
    maison, mark, card = world.caller("maison"), right(world, "EU"), world.cards()[4]
    until = datetime.fromtimestamp(world.ledger.now(), UTC).date() + timedelta(days=9)
    bound = authorise_agent(world.ledger, maison, "points", rights=[mark], until=until)
    line = Line(platform="bazar", ref="L-1", gtin=card.gtin, serial=card.serial)
    told = asked(None, lines=[line], holder="maison")
    # A right has nothing to do with codes, so that naming one opens no way to them.
    for named in (None, mark):
        with pytest.raises(Forbidden, match="codes"):
            send(world, replace(told, right=named), "points")
    end_agent(world.ledger, maison, bound.authorisation.id)
    given = authorise_agent(world.ledger, maison, "points", territories=["FR", "IT"], until=until)
    for territories in (("WO",), ("FR", "DE")):
        with pytest.raises(Forbidden, match="codes"):
            send(world, replace(told, territories=territories), "points")
    [(kept, _)] = send(world, replace(told, territories=("FR",), right=mark), "points")
    assert kept.right_id is None
    with world.ledger.store.read() as tx:
        assert json.loads(entries_of(tx, kept.id)[0].body)["authorisation"] == given.authorisation.id


def test_a_malicious_notifier_loses_its_lane_and_is_bounded(world: World) -> None:
    mark = right(world)
    sent = send(world, asked(mark, *(f"L-{n}" for n in range(40))))
    for n, (kept, _) in enumerate(sent):
        decide(world, kept.id, Word.UPHOLD if n < 10 else Word.DECLINE, code=None if n < 10 else Decline.DUPLICATE)
    shown = shown_standing(world.ledger, world.caller("maison")).standing
    assert (shown.lane, shown.counts.decided, shown.counts.upheld) == (Lane.EVIDENCE_FIRST, 40, 10)
    assert shown.shut_until is not None
    with world.ledger.store.read() as tx:
        lost = tx.desk_log.entries(0, 10, kinds={"standing.lost"})
    assert len(lost) == 1
    # A fact decides no more on its word alone, and a day's share is small.
    card = world.cards()[2]
    void(world, card)
    line = Line(platform="bazar", ref="L-void", gtin=card.gtin, serial=card.serial)
    [(_, case)] = send(world, asked(None, lines=[line]))
    assert (case.state, case.facts) == (State.RECEIVED, ("revoked",))
    with pytest.raises(TooMany, match="in 24 hours"):
        send(world, asked(mark, *(f"M-{n}" for n in range(290))))


def test_a_template_that_mostly_fails_is_known_again_with_other_numbers_in_it(world: World) -> None:
    mark, good = right(world), right(world, name="Exemple")
    for n in range(20):
        [(kept, _)] = send(world, asked(mark, f"T-{n}", explanation=f"Listing T-{n} is a fake of our bag, look at it."))
        decide(world, kept.id, Word.DECLINE if n < 11 else Word.UPHOLD, code=Decline.DUPLICATE if n < 11 else None)
    for kept, _ in send(world, asked(good, *(f"G-{n}" for n in range(30)))):
        decide(world, kept.id, Word.UPHOLD)
    words = {"explanation": "LISTING T-99 is a fake of our bag; look at it"}
    maison = world.caller("maison")
    assert look_at(world.ledger, maison, asked(mark, "T-99", **words)).standing.lane is Lane.EVIDENCE_FIRST
    assert look_at(world.ledger, maison, asked(mark, "T-99")).standing.lane is Lane.NORMAL


def test_good_standing_opens_self_service_and_an_undo_restores_and_counts(world: World) -> None:
    mark = right(world)
    for kept, _ in send(world, asked(mark, *(f"L-{n}" for n in range(30)))):
        decide(world, kept.id, Word.UPHOLD)
    assert shown_standing(world.ledger, world.caller("maison")).standing.lane is Lane.NORMAL
    let_time_do(world, 35 * DAY)
    card = world.cards()[3]
    void(world, card)
    line = Line(platform="bazar", ref="L-void", gtin=card.gtin, serial=card.serial)
    [(kept, case)] = send(world, asked(None, lines=[line], self_service=True))
    assert (case.lane, case.self_service, case.state) == (Lane.FAST, True, State.UPHELD)
    _, case = case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    assert (case.is_down, case.outcome) == (False, Outcome.WITHDRAWN)
    with world.ledger.store.read() as tx:
        assert "case.undone" in [one.kind for one in entries_of(tx, kept.id)]
    counts = shown_standing(world.ledger, world.caller("maison")).standing.counts
    assert (counts.decided, counts.upheld, counts.countered) == (31, 30, 1)


def test_no_standing_is_earned_with_ones_own_withdrawn_item_and_listings_that_nobody_knows(world: World) -> None:
    card = world.cards()[5]
    void(world, card)
    lines = [Line(platform="bazar", ref=f"X-{n}", gtin=card.gtin, serial=card.serial) for n in range(30)]
    sent = send(world, asked(None, lines=lines))
    assert {case.state for _, case in sent} == {State.UPHELD}
    let_time_do(world, 35 * DAY)
    maison = world.caller("maison")
    shown = shown_standing(world.ledger, maison).standing
    assert (shown.lane, shown.counts) == (Lane.NORMAL, Counts())
    for kept, _ in sent[:29]:
        case_act.name_seller(world.ledger, world.caller("bazar"), kept.id, "s-1")
    assert shown_standing(world.ledger, maison).standing.lane is Lane.NORMAL
    case_act.name_seller(world.ledger, world.caller("bazar"), sent[29][0].id, "s-2")
    assert shown_standing(world.ledger, maison).standing.lane is Lane.FAST


def test_what_fell_counts_against_a_notifier_whether_or_not_its_platform_spoke_of_it(world: World) -> None:
    card, maison = world.cards()[6], world.caller("maison")
    void(world, card)
    line = Line(platform="bazar", ref="X-1", gtin=card.gtin, serial=card.serial)
    [(kept, _)] = send(world, asked(None, lines=[line]))
    case_act.withdraw(world.ledger, maison, kept.id)
    assert shown_standing(world.ledger, maison).standing.counts == Counts(1, 0, 1, 1)


def test_one_brands_own_withdrawn_item_takes_down_no_more_than_the_share_of_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.services.desk.notices_check.UNPROVEN_A_DAY", 3)
    card = world.cards()[4]
    void(world, card)

    def lines(*refs: str) -> list[Line]:
        return [Line(platform="bazar", ref=ref, gtin=card.gtin, serial=card.serial) for ref in refs]

    # What another request took of the share after this one was looked at counts too.
    looked = look_at(world.ledger, world.caller("maison"), asked(None, lines=lines("L-1", "L-2", "L-3")))
    send(world, asked(None, lines=lines("M-1", "M-2")))
    monkeypatch.setattr("ledger.services.desk.notices_send.look_at", lambda *_: looked)
    sent = send(world, asked(None, lines=lines("L-1", "L-2", "L-3")))
    assert [case.state for _, case in sent] == [State.UPHELD, State.RECEIVED, State.RECEIVED]


def test_a_case_that_was_taken_back_once_decided_still_answers_the_same_notice(world: World) -> None:
    told = asked(right(world), "L-1")
    [(early, _)] = send(world, told)
    case_act.withdraw(world.ledger, world.caller("maison"), early.id)
    [(kept, _)] = send(world, told)
    decide(world, kept.id, Word.UPHOLD)
    counter_for_seller(
        world.ledger, world.caller("bazar"), kept.id, Answer(Ground.LICENCE, "Here is my licence."), None
    )
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    with pytest.raises(Conflict, match="None of these listings is new"):
        send(world, told)


def test_a_listing_that_another_case_holds_down_is_not_told_as_restored(world: World) -> None:
    mark, other = right(world), right(world, name="Exemple")
    [(first, _)] = send(world, asked(mark, "L-1"))
    [(second, _)] = send(world, asked(other, "L-1"))
    for kept in (first, second):
        decide(world, kept.id, Word.UPHOLD)
    case_act.withdraw(world.ledger, world.caller("maison"), first.id)
    case_act.withdraw(world.ledger, world.caller("maison"), second.id)
    with world.ledger.store.read() as tx:
        ups = [json.loads(one.body)["still_down"] for one in tx.desk_log.entries(0, 100, kinds={"listing.up"})]
    assert ups == [True, False]


def test_an_appeal_is_open_to_either_side_once(world: World) -> None:
    [(kept, _)] = send(world, asked(right(world), "L-1"))
    decide(world, kept.id, Word.DECLINE, code=Decline.INSUFFICIENT_EVIDENCE)
    with pytest.raises(Invalid):
        case_act.appeal(world.ledger, world.caller("maison"), kept.id, " ")
    _, case = case_act.appeal(world.ledger, world.caller("maison"), kept.id, "Look at the photos again.")
    assert case.appealed == (Side.NOTIFIER,)
    bazar = world.caller("bazar")
    with pytest.raises(Forbidden, match="signed in"):
        case_act.decide_appeal(world.ledger, bazar, kept.id, grant=True)
    _, case = case_act.decide_appeal(world.ledger, replace(bazar, person="per_9"), kept.id, grant=True)
    assert (case.state, case.is_down) == (State.UPHELD, True)
    with pytest.raises(Conflict):
        case_act.appeal(world.ledger, world.caller("maison"), kept.id, "Again.")
    rows_say_what_the_log_says(world)


def test_what_people_wrote_is_forgotten_and_the_log_stays_whole(world: World) -> None:
    [(kept, _)] = send(world, asked(right(world), "L-1"))
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id, "A mistake of ours.")
    forget_case_texts(world.ledger)
    assert WORDS in dict(see_case(world.ledger, world.caller("bazar"), kept.id).texts).values()
    world.clock.ahead += TEXTS_KEPT + DAY
    forget_case_texts(world.ledger)
    seen = see_case(world.ledger, world.caller("bazar"), kept.id)
    assert seen.texts == ()
    assert seen.history[0].body["texts"]["explanation"]


def test_names_in_the_log_cannot_be_guessed_and_are_not_for_eyes_that_may_not_read_them(world: World) -> None:
    [(kept, _)] = send(world, asked(right(world), "L-1"))
    decide(world, kept.id, Word.UPHOLD)
    answer = Answer(Ground.LICENCE, "Here is my licence.", name="G. Verdi")
    counter_by_link(world.ledger, seller_secret(world.ledger, kept.id), answer)
    with world.ledger.store.read() as tx:
        told = {
            entry.kind: json.loads(entry.body)["texts"] for entry in entries_of(tx, kept.id) if "texts" in entry.body
        }
        salt = tx.cases.salt(kept.id)
    for plain in (WORDS, "M. Rossi", "rossi@maison.example", "G. Verdi", "Here is my licence."):
        assert hashlib.sha256(plain.encode()).hexdigest() not in json.dumps(told)
    assert salt is not None
    assert text_name(salt, "G. Verdi") in told["case.countered"]

    def names(seen: Seen) -> dict[str, Any]:
        return {one.kind: one.body["texts"] for one in seen.history if one.kind in ("case.received", "case.countered")}

    whole = names(see_case(world.ledger, world.caller("bazar"), kept.id))
    assert whole == {kind: told[kind] for kind in whole}
    assert text_name(salt, "G. Verdi") not in str(names(see_case(world.ledger, world.caller("maison"), kept.id)))
    assert "email" not in names(see_by_link(world.ledger, seller_secret(world.ledger, kept.id)))["case.received"]
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    world.clock.ahead += TEXTS_KEPT + DAY
    forget_case_texts(world.ledger)
    with world.ledger.store.read() as tx:
        assert (tx.cases.salt(kept.id), tx.cases.salt(kept.notice)) == (None, None)


def test_files_are_forgotten_with_the_texts_but_for_those_that_something_else_names(world: World) -> None:
    mark = right(world)
    [(kept, _)] = send(world, asked(mark, "L-1"))
    kept_too = keep_seller_file(world.ledger, kept.id, io.BytesIO(b"%PDF-1.7 certificate"))
    alone = keep_seller_file(world.ledger, kept.id, io.BytesIO(b"%PDF-1.7 my receipt"))
    keep_right_file(world.ledger, world.caller("maison"), mark, io.BytesIO(b"%PDF-1.7 certificate"))
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    forget_case_texts(world.ledger)
    assert read_case_file(world.ledger, kept.id, alone.sha256)[1] == b"%PDF-1.7 my receipt"
    world.clock.ahead += TEXTS_KEPT + DAY
    forget_case_texts(world.ledger)
    for name in (alone.sha256, kept_too.sha256):
        with pytest.raises(Unknown):
            read_case_file(world.ledger, kept.id, name)
    assert not world.ledger.files.has(SHELF, alone.sha256)
    assert world.ledger.files.has(SHELF, kept_too.sha256)


@on_both
def test_a_file_that_nothing_names_is_swept_after_a_month_and_what_something_names_stays(world: World) -> None:
    maison, bazar, mark = world.caller("maison"), world.caller("bazar"), right(world)

    def sent(what: bytes, by: Caller = maison) -> str:
        return keep_case_file(world.ledger, by, io.BytesIO(b"%PDF-1.7 " + what)).sha256

    alone, named, bought, shown, shared = (sent(one) for one in (b"alone", b"named", b"bought", b"shown", b"shared"))
    [(kept, _)] = send(world, asked(mark, "L-1", files=(named,)))
    now = world.ledger.now()
    add_purchase(world.ledger, maison, kept.id, Purchase(now, "A shopper", "", None, None, "", "", (bought,)))
    keep_right_file(world.ledger, maison, mark, io.BytesIO(b"%PDF-1.7 shown"))
    by_link = keep_seller_file(world.ledger, kept.id, io.BytesIO(b"%PDF-1.7 receipt")).sha256
    world.clock.ahead += SENT_KEPT - 60
    sent(b"shared", bazar)
    assert sweep_sent_files(world.ledger) == 0
    world.clock.ahead += 120
    assert sweep_sent_files(world.ledger) == 1
    here = {name for name in (alone, named, bought, shown, shared, by_link) if world.ledger.files.has(SHELF, name)}
    assert here == {named, bought, shown, shared, by_link}
    with pytest.raises(Unknown, match="Send the file first"):
        send(world, asked(mark, "L-2", files=(alone,)))
    assert send(world, asked(mark, "L-3", files=(named, bought)))
    world.clock.ahead += SENT_KEPT
    assert sweep_sent_files(world.ledger) == 1
    assert not world.ledger.files.has(SHELF, shared)
    assert sweep_sent_files(world.ledger) == 0


@on_both
def test_whoever_keeps_the_bytes_of_a_file_while_it_is_swept_has_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = right(world)
    [(kept, _)] = send(world, asked(mark, "L-1"))
    keep = [
        lambda file: keep_case_file(world.ledger, world.caller("bazar"), file),
        lambda file: keep_seller_file(world.ledger, kept.id, file),
        lambda file: keep_right_file(world.ledger, world.caller("maison"), mark, file),
    ]
    contents = [b"%%PDF-1.7 %d" % n for n in range(len(keep))]
    names = [keep_case_file(world.ledger, world.caller("maison"), io.BytesIO(one)).sha256 for one in contents]
    world.clock.ahead += SENT_KEPT + 60
    remove, threads = Files.remove, list[threading.Thread]()

    def meanwhile(files: Files, shelf: str, name: str) -> None:
        n = names.index(name)
        threads.append(threading.Thread(target=keep[n], args=(io.BytesIO(contents[n]),)))
        threads[-1].start()
        threads[-1].join(1)
        remove(files, shelf, name)

    with monkeypatch.context() as slow:
        slow.setattr(Files, "remove", meanwhile)
        sweep_sent_files(world.ledger)
    for one in threads:
        one.join()
    assert len(threads) == 3
    assert [world.ledger.files.has(SHELF, name) for name in names] == [True] * 3
    assert sweep_sent_files(world.ledger) == 0


def test_a_file_that_is_sent_again_waits_anew(world: World) -> None:
    maison, mark = world.caller("maison"), right(world)
    for _ in range(2):
        sent = keep_case_file(world.ledger, maison, io.BytesIO(b"%PDF-1.7 again")).sha256
        world.clock.ahead += SENT_KEPT - 60
    assert sweep_sent_files(world.ledger) == 0
    assert send(world, asked(mark, "L-1", files=(sent,)))


@on_both
def test_a_file_that_cannot_be_destroyed_holds_up_no_other_and_is_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(kept, _)] = send(world, asked(right(world), "L-1"))
    contents = [b"%%PDF-1.7 %d" % n for n in range(3)]
    sent = [keep_case_file(world.ledger, world.caller("maison"), io.BytesIO(one)).sha256 for one in contents]
    case = [keep_seller_file(world.ledger, kept.id, io.BytesIO(one + b" of the case")).sha256 for one in contents]
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    world.clock.ahead += TEXTS_KEPT + DAY
    remove, bad = Files.remove, {min(sent), min(case)}

    def fails(files: Files, shelf: str, name: str) -> None:
        if name in bad:
            raise Unavailable("A file could not be destroyed (I/O error). Try again.")
        remove(files, shelf, name)

    with monkeypatch.context() as broken:
        broken.setattr(Files, "remove", fails)
        assert sweep_sent_files(world.ledger) == 2
        forget_case_texts(world.ledger)
    assert {name for name in (*sent, *case) if world.ledger.files.has(SHELF, name)} == bad
    assert sweep_sent_files(world.ledger) == 1
    forget_case_texts(world.ledger)
    assert not any(world.ledger.files.has(SHELF, name) for name in bad)


def test_the_same_notice_sent_twice_at_once_makes_its_cases_once(world: World) -> None:
    told = asked(right(world), *(f"L-{n}" for n in range(20)))
    refused: list[Conflict] = []

    def go() -> None:
        try:
            send(world, told)
        except Conflict as again:
            refused.append(again)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 2
    assert len(list_cases(world.ledger, world.caller("maison"), Wanted(), None, 100)) == 20
    rows_say_what_the_log_says(world)


def test_a_notice_that_fails_on_its_way_leaves_no_entry_and_no_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = right(world)
    with world.ledger.store.read() as tx:
        before = tx.desk_log.head()

    def fail(*_: Any) -> None:
        raise OSError("cut short")

    monkeypatch.setattr("ledger.storage.desk_cases.Cases.add", fail)
    with pytest.raises(OSError, match="cut short"):
        send(world, asked(mark, "L-1", "L-2"))
    monkeypatch.undo()
    with world.ledger.store.read() as tx:
        assert tx.desk_log.head() == before
    assert len(send(world, asked(mark, "L-1", "L-2"))) == 2


def test_a_case_that_cannot_be_coped_with_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad, _), (good, _) = send(world, asked(right(world), "L-1", "L-2"))
    for kept in (bad, good):
        decide(world, kept.id, Word.UPHOLD)
    world.clock.ahead += 60 * DAY

    def broken(tx: Any, id: str) -> Any:
        if id == bad.id:
            raise KeyError("damaged")
        return load(tx, id)

    monkeypatch.setattr("ledger.services.desk.case_act.load", broken)
    assert settle_due(world.ledger)
    assert not settle_due(world.ledger)
    monkeypatch.undo()
    bazar = world.caller("bazar")
    assert see_case(world.ledger, bazar, good.id).case.state is State.CLOSED
    assert see_case(world.ledger, bazar, bad.id).case.state is State.UPHELD
    assert settle_due(world.ledger)
