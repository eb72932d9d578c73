"""Manifests: read line by line with every fault named, and put in an order by risk."""

from __future__ import annotations

import pytest

from ledger.domain.desk.look_ups import MOST_LINES, Line, read_manifest, risk_order
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.standing import standing
from ledger.domain.standing_headlines import LOOKS, Advice, Key
from tests.unit.domain.standing_cases import CASES, NOW


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_manifest_is_read_with_any_usual_separator_and_any_line_end(separator: str) -> None:
    rows = [["Ref", "GTIN", "Serial"], ["a", "09521234543213", "7K3M"], ["", "", ""], ["b", "09521234543213", "X"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    found = read_manifest(b"\xef\xbb\xbf" + text.encode())
    assert found == [Line("a", None, "09521234543213", "7K3M"), Line("b", None, "09521234543213", "X")]


def test_a_code_goes_before_its_parts() -> None:
    [line] = read_manifest(b"code\nhttps://v.example/01/09521234543213/21/7K3M\n")
    assert line.asked == "https://v.example/01/09521234543213/21/7K3M"


def test_every_line_that_names_nothing_is_told_with_its_number() -> None:
    with pytest.raises(Invalid) as told:
        read_manifest(b"ref,gtin,serial\na,09521234543213,A\nb,,\nc,09521234543213,\n")
    assert [one.where for one in told.value.faults] == ["line 3", "line 4"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "needs a header"),
        (b"serial\nA\n", "needs a header"),
        (b"code\n", "no lines below"),
        (b"code\n\xff\xfe\n", "not UTF-8"),
        (b'code\n"a\x00b"\n', "cannot be read"),
    ],
)
def test_what_is_no_manifest_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_manifest(content)


def test_a_manifest_has_a_thousand_lines_at_most() -> None:
    assert len(read_manifest(b"code\n" + b"x1\n" * MOST_LINES)) == MOST_LINES
    with pytest.raises(TooLarge):
        read_manifest(b"code\n" + b"x1\n" * (MOST_LINES + 1))
    with pytest.raises(TooLarge):
        read_manifest(b"x" * (2 * 1024 * 1024 + 1))


def test_the_riskiest_line_comes_first_and_equal_ones_keep_their_order() -> None:
    keys = [Key.HELD, Key.UNKNOWN, Key.RECALLED, Key.COUNTERFEIT_FOUND, Key.OWNER_CONFIRMED, Key.REPORTED_STOLEN]
    keys += [Key.COUNTERFEIT_FOUND]
    judged = [standing(CASES[key], NOW) for key in keys]
    order = risk_order(judged)
    assert [keys[place] for place in order] == [
        Key.COUNTERFEIT_FOUND,
        Key.COUNTERFEIT_FOUND,
        Key.REPORTED_STOLEN,
        Key.RECALLED,
        Key.UNKNOWN,
        Key.HELD,
        Key.OWNER_CONFIRMED,
    ]
    assert order[:2] == [3, 6]


def test_nothing_that_is_to_be_blocked_comes_after_what_is_fine() -> None:
    keys = sorted(CASES)
    order = risk_order([standing(CASES[key], NOW) for key in keys])
    advice = [LOOKS[keys[place]].advice for place in order]
    assert advice == sorted(
        advice,
        key=[Advice.BLOCK, Advice.HOLD, Advice.ASK_FOR_PROOF, Advice.NO_OPINION, Advice.OK].index,
    )
