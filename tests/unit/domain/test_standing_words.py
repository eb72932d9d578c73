"""What each verdict says: short, plain, and with the day and the reason where there is one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.standing import Standing, standing
from ledger.domain.standing_facts import (
    Custody,
    Handover,
    Raised,
    Stage,
)
from ledger.domain.standing_headlines import (
    HEADLINES,
    LOOKS,
    TICKS,
    Key,
    headline,
)
from tests.unit.domain.standing_cases import (
    BRAND,
    CASES,
    MADE,
    MARKS,
    NEW,
    NOW,
    RECALLED,
    REPORTED,
    STOLEN,
    both,
    held,
    line_keys,
    verdict,
)

JARGON = re.compile(r"\b(blockchain|hash|token|mint|nft|wallet|gas)\w*", re.I)


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
def test_every_headline_has_eight_words_at_most(key: Key) -> None:
    text = headline(key, brand="Exemple")
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
