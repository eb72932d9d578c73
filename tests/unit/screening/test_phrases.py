"""What stands beside a mark says how it is used, and fair use is no misuse."""

from __future__ import annotations

import pytest

from ledger.screening.phrases import Use, use_of


@pytest.mark.parametrize(
    ("before", "after", "use"),
    [
        ("strap for ", " watch", Use.FITS),
        ("bracelet compatible avec ", "", Use.FITS),
        ("适用于", "手表", Use.FITS),
        ("bag inspired by ", "", Use.COPY),
        ("", " replica AAA", Use.COPY),
        ("高仿", "包", Use.COPY),
        ("a ", " bag for sale", Use.PLAIN),
        ("100% authentic, no fake! ", " bag", Use.PLAIN),
        ("not a replica: ", " watch", Use.PLAIN),
        ("ce n'est pas une copie de ", "", Use.PLAIN),
        ("non è una replica di ", "", Use.PLAIN),
        ("不是高仿 ", "包", Use.PLAIN),
        ("", " copy of receipt included", Use.PLAIN),
        ("", ", copy of the invoice", Use.PLAIN),
        ("copy of ", " receipt included", Use.PLAIN),
        ("", " Tipo 1.6 keys", Use.PLAIN),
        ("no fake, replica ", "", Use.COPY),
        ("not real, fake ", "", Use.COPY),
        ("no fake ", " replica", Use.COPY),
        ("no. Replica ", "", Use.COPY),
        ("copy of ", "", Use.COPY),
        ("", " copy of the original", Use.COPY),
        ("", " copie de qualité", Use.COPY),
        ("", " copy, like new", Use.COPY),
        ("", " AAA batteries", Use.PLAIN),
        ("AAA batteries ", "", Use.PLAIN),
        ("", " style 501", Use.PLAIN),
        ("", " style: casual", Use.PLAIN),
        ("we do not sell fake ", "", Use.PLAIN),
        ("beware of fake ", " bags", Use.PLAIN),
        ("the history of fake ", " watches", Use.PLAIN),
        ("not a r3plica ", "", Use.PLAIN),
        ("better than ", "", Use.PLAIN),
        ("alternative to ", "", Use.PLAIN),
        ("pre-owned ", " watch, my own", Use.PLAIN),
        ("", " watch dupe", Use.COPY),
        ("replica watch ", "", Use.COPY),
        ("r3plica ", " watch", Use.COPY),
        ("r.e.p.l.i.c.a ", "", Use.COPY),
        ("sac style ", "", Use.COPY),
        ("borsa tipo ", "", Use.COPY),
        ("im Stil von ", "", Use.COPY),
        ("réplica ", " reloj", Use.COPY),
        ("контрафакт, реплика ", "", Use.COPY),
        ("スーパーコピー", "", Use.COPY),
        ("", " superfake", Use.COPY),
        ("", " 1:1 mirror", Use.COPY),
    ],
)
def test_the_words_beside_a_mark_say_how_it_is_used(before: str, after: str, use: Use) -> None:
    assert use_of(f"{before}Rolex{after}", len(before), len(before) + 5) is use
