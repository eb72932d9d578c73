"""What a rule pack makes of facts: told again it is the same, and one more reason never makes it milder."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk.listings import GRAVITY, ListingDecision, canonical
from ledger.domain.desk.screening_words import ABOUT, about, message
from ledger.domain.errors import Invalid
from ledger.screening import packs
from ledger.screening.decide import decide, not_looked_for
from ledger.screening.packs import KEYS, Pack, own_packs, read_pack
from ledger.screening.phrases import Use
from ledger.screening.written import How
from ledger.services.desk.screen_facts import FORM

PACKS = {one.version: one for one in own_packs()}
PACK = PACKS[max(PACKS)]

marks = st.fixed_dictionaries(
    {
        "mark": st.just("m"), "name": st.sampled_from(["Rolex", "耐克"]), "owner": st.sampled_from([None, "a", "b"]),
        "model": st.sampled_from([None, "09521234543213"]), "how": st.sampled_from([one.value for one in How]),
        "in": st.sampled_from(["title", "text"]), "use": st.sampled_from([one.value for one in Use]),
        "entitled": st.sampled_from(["", "code", "owner", "authorised"]),
    }
)  # fmt: skip
codes = st.fixed_dictionaries(
    {
        "code": st.just("00"), "serial": st.just("…TP4W"), "gtin": st.sampled_from([None, "09521234543213"]),
        "from": st.just("given"),
        "verdict": st.sampled_from(["held", "unclaimed", "unknown", "unavailable", "bad_code", "clone_suspected"]),
        "advice": st.sampled_from(["ok", "ask_for_proof", "hold", "block", "no_opinion"]),
        "brand": st.sampled_from([None, "a", "b"]), "claimed": st.booleans(),
        "proof": st.sampled_from(["none", "good", "fails"]), "here": st.integers(0, 2), "elsewhere": st.integers(0, 2),
    }
)  # fmt: skip
facts = st.fixed_dictionaries(
    {
        "form": st.sampled_from([1, FORM]), "condition": st.sampled_from(["new", "used"]),
        "looked": st.sampled_from([["text"], ["codes", "photos", "text", "typing"]]),
        "marks": st.lists(marks, max_size=4), "codes": st.lists(codes, max_size=3),
        "seller": st.fixed_dictionaries(
            {
                "age_days": st.none() | st.integers(0, 60), "burst": st.integers(0, 80),
                "held": st.sampled_from([[], ["o"]]),
            }
        ),
        "price": st.just({"state": "none", "n": 0})
        | st.fixed_dictionaries({"state": st.just("compared"), "n": st.just(9), "percent": st.integers(0, 200)}),
        "photos": st.fixed_dictionaries(
            {"same": st.integers(0, 1), "alike": st.integers(0, 1), "catalogue": st.integers(0, 1)}
        ),
        "challenge": st.sampled_from(["none", "accepted", "refused"]),
    }
)  # fmt: skip


def changed(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(dict(PACK.body)), "version": PACK.version + 1, **more}


def without(key: str) -> Pack:
    body = changed()
    body["detectors"][key]["on"] = False
    return read_pack(json.dumps(body))


@given(facts)
def test_facts_that_were_kept_as_text_are_decided_the_same(one: dict[str, Any]) -> None:
    assert decide(PACK, json.loads(canonical(one))).told() == decide(PACK, one).told()


def plain_facts(**more: Any) -> dict[str, Any]:
    return {
        "form": FORM, "condition": "used", "looked": [], "marks": [], "codes": [],
        "seller": {"age_days": None, "burst": 0, "held": []}, "price": {"state": "none", "n": 0},
        "photos": {"same": 0, "alike": 0, "catalogue": 0},
        "challenge": "none",
    } | more  # fmt: skip


@pytest.mark.parametrize(("entitled", "decision"), [("owner", "hold"), ("authorised", "block"), ("", "block")])
def test_words_for_a_copy_hold_where_the_owner_has_confirmed_and_block_elsewhere(entitled: str, decision: str) -> None:
    mark = {"mark": "m", "name": "Gucci", "owner": "a", "model": None, "how": "exact", "in": "title", "use": "copy"}
    assert decide(PACK, plain_facts(marks=[mark | {"entitled": entitled}])).decision == decision


def named(**more: Any) -> dict[str, Any]:
    return {
        "mark": "m", "name": "Gucci", "owner": "a", "model": None, "how": "exact", "in": "title", "use": "plain",
        "entitled": "",
    } | more  # fmt: skip


OF_ANOTHER = {
    "code": "00", "serial": "…", "gtin": None, "from": "given", "verdict": "held", "advice": "ok", "brand": "b",
    "claimed": False, "proof": "good", "here": 0, "elsewhere": 0,
}  # fmt: skip


@pytest.mark.parametrize("use", ["plain", "copy", "fits"])
def test_an_ordinary_word_that_is_a_mark_too_accuses_nobody_not_even_in_a_new_shop(use: str) -> None:
    new = {"age_days": 1, "burst": 0, "held": []}
    outcome = decide(PACK, plain_facts(marks=[named(how="word", use=use)], seller=new))
    assert (outcome.decision, [one.key for one in outcome.reasons]) == ("allow", ["mark.word"])


@pytest.mark.parametrize("how", ["typing", "inside"])
def test_nobody_is_blocked_for_a_copy_of_what_was_only_guessed(how: str) -> None:
    assert decide(PACK, plain_facts(marks=[named(how=how, use="copy")])).decision == "allow"


@pytest.mark.parametrize("how", ["word", "typing", "inside"])
def test_a_code_contradicts_no_mark_that_was_only_guessed(how: str) -> None:
    told = decide(PACK, plain_facts(marks=[named(how=how)], codes=[OF_ANOTHER], condition="new"))
    assert "code.other_brand" not in {one.key for one in told.reasons}
    exact = decide(PACK, plain_facts(marks=[named()], codes=[OF_ANOTHER], condition="new"))
    assert "code.other_brand" in {one.key for one in exact.reasons}


def test_what_a_mark_is_fairly_used_for_is_never_blocked_on_words_alone() -> None:
    for use in ("plain", "fits"):
        for how in How:
            told = decide(PACK, plain_facts(marks=[named(how=how.value, use=use)]))
            assert told.decision != ListingDecision.BLOCK


@pytest.mark.parametrize("how", ["inside", "typing"])
@pytest.mark.parametrize(
    ("entitled", "decision", "key", "weight"),
    [("", "block", "mark.copy", 100), ("owner", "hold", "mark.copy_proven", 60)],
)
def test_facts_of_the_first_form_are_decided_as_they_were(
    how: str, entitled: str, decision: str, key: str, weight: int
) -> None:
    one = named(how=how, use="copy", entitled=entitled)
    told = decide(PACKS[1], plain_facts(form=1, marks=[one]))
    assert told.decision == decision
    assert told.told() == canonical([[key, weight, {"mark": "Gucci", "how": how, "in": "title"}]])
    contradicted = decide(PACKS[1], plain_facts(form=1, marks=[named(how=how)], codes=[OF_ANOTHER], condition="new"))
    assert "code.other_brand" in {one.key for one in contradicted.reasons}


def test_no_pack_that_was_in_force_is_ever_changed() -> None:
    folder = Path(packs.__file__).parent / "packs"
    assert {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.glob("*.json")} == {
        "1.json": "c0ba49c746570ef2066e038d58ac879162b5c6dcbfce9aad204abe26a2749b33",
        "2.json": "5a446ca94f0149eb2839c5baa21c54cbe1e3758b103efc171fde566089e935c4",
    }
    assert {str(one) + ".json" for one in PACKS} == {one.name for one in folder.glob("*.json")}


def test_a_pack_from_before_a_detector_has_it_off() -> None:
    assert not PACKS[1].detectors["mark.word"].on
    body = changed()
    del body["detectors"]["mark.word"]
    assert not read_pack(json.dumps(body)).detectors["mark.word"].on


@given(facts, st.sampled_from(KEYS))
def test_a_detector_that_is_off_never_makes_a_decision_graver(one: dict[str, Any], key: str) -> None:
    less, more = decide(without(key), one), decide(PACK, one)
    assert GRAVITY[less.decision] <= GRAVITY[more.decision]
    assert key not in {reason.key for reason in less.reasons}


@given(facts)
def test_what_only_makes_one_wonder_never_blocks(one: dict[str, Any]) -> None:
    outcome = decide(PACK, one)
    gravest = max((GRAVITY[PACK.detectors[reason.key].most] for reason in outcome.reasons), default=0)
    assert GRAVITY[outcome.decision] <= gravest


@given(facts)
def test_every_reason_has_words_for_readers_and_for_the_seller(one: dict[str, Any]) -> None:
    outcome = decide(PACK, one)
    for reason in outcome.reasons:
        assert about(reason.key, reason.evidence)
    told = message(outcome.decision, [(reason.key, reason.evidence) for reason in outcome.reasons])
    assert 1 <= len(told) <= 6
    assert all(len(line.split()) <= 20 for line in told)


def test_each_detector_is_explained_in_a_plain_sentence() -> None:
    assert set(ABOUT) == set(KEYS) == set(PACK.detectors)
    assert all(len(words.split()) <= 20 and words.endswith(".") for words in ABOUT.values())


def test_what_a_pack_looks_at_and_nobody_looked_for_is_named() -> None:
    assert not_looked_for(PACK, {"looked": ["text"]}) == ["mark.typing", "photo.alike"]
    assert not_looked_for(without("mark.typing"), {"looked": ["text", "photos"]}) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"thresholds": {"ask_for_code": 60, "hold": 30, "block": 100}}, "rise"),
        ({"thresholds": {"hold": 30}}, "needs thresholds"),
        ({"version": True}, "whole number"),
        ({"detectors": {}}, "missing"),
        ({"about": 7}, "is a text"),
    ],
)
def test_a_pack_that_is_none_is_refused_with_the_reason(more: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_pack(json.dumps(changed(**more)))


def test_a_pack_that_is_not_json_or_too_deep_is_refused() -> None:
    for text in ("", "[", "[" * 5_000, "x" * 70_000):
        with pytest.raises(Invalid, match="JSON object"):
            read_pack(text)


def test_the_gravest_of_the_newest_pack_is_what_the_record_or_the_seller_says() -> None:
    blocking = {key for key, one in PACK.detectors.items() if one.most is ListingDecision.BLOCK}
    assert blocking == {"mark.copy", "code.bad_news"}
