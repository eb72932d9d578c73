"""What stands behind the question mark of a code's address, held against bwip-js, which knows GS1's rules by itself."""

from __future__ import annotations

import pytest

from ledger.domain.digital_links import query_pairs
from ledger.domain.errors import Invalid
from tests.judges.ask import ask
from tests.web.stage import GTIN
from web.resolver.attributes import check_attributes

# Which AIs need one another is no matter of an address (resolver standard, 2.4), and of no query here.
QUERIES = (
    *("17=261231", "17=261331", "17=2612", "17=26123A", "15=261232", "11=260100", "3103=000189", "3103=00018"),
    *("414=9521234543213", "414=9521234543214", "410=952123454321", "00=095212345432130017", "99=abc", "99=a%2Fb"),
    *("99=a%20b", "99=" + "x" * 90, "99=" + "x" * 91, "23=1", "1234=1", "3109=000001", "21=A", "22=A", "10=A"),
    *("235=A", "01=" + GTIN, "01=09521234543214", "3922=1234567890123456", "4321=2"),
    *("421=250AB", "423=250250", "423=2502", "8017=952123454321300011", "8017=952123454321300012", "foo=bar&x=y"),
    *("linkType=gs1:pip", "17=261231&99=a", "17=261231&17=270101", "8008=26123123", "7003=2612312359", "30=12"),
)


def refused(query: str) -> bool:
    try:
        check_attributes(query_pairs(query))
    except Invalid:
        return True
    return False


def test_what_bwip_js_refuses_is_refused_and_what_it_takes_is_taken() -> None:
    links = [f"https://v.example.com/01/{GTIN}?{query}" for query in QUERIES]
    judged = dict(zip(QUERIES, ask("digital_link", links), strict=True))
    assert {query: refused(query) for query in QUERIES} == {query: bool(judged[query]) for query in QUERIES}, judged


@pytest.mark.parametrize("query", ["17=261231&17=261231", "foo=1&foo=2"])
def test_what_is_said_twice_alike_or_is_not_gs1s_is_no_fault(query: str) -> None:
    assert not refused(query)
