"""Parts of items: names, serials and marks; and what a history says of a part, beside a plain model of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import components
from ledger.domain.components import LONGEST_SERIAL, PARTS, check_part, check_part_serial, meant, part_mark, parts_in
from ledger.domain.components_history import Described, Elsewhere, Found, Serviced, Source, current, history, judge
from ledger.domain.errors import Invalid
from ledger.domain.fields import FIELDS, canonical_value, field_of, stays_private
from ledger.domain.inspections import Service, code_of, pack_code, pack_part, part_of
from ledger.domain.records import RecordHasher, field_salt, record_hash

KEY = b"k" * 32
SERIALS = st.text("ABCO0I1L-. x9", min_size=1, max_size=12).filter(lambda text: any(one.isalnum() for one in text))
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,29}", fullmatch=True)


def test_every_part_of_the_list_is_a_private_field_with_a_word() -> None:
    for name, words in PARTS.items():
        assert check_part(name) == name
        assert FIELDS["part." + name].private
        assert words.isalpha()


@pytest.mark.parametrize(
    ("typed", "name"), [("Case back", "case_back"), ("part.movement", "movement"), (" Part-Dial ", "dial")]
)
def test_a_parts_name_is_tidied(typed: str, name: str) -> None:
    assert check_part(typed) == name


@pytest.mark.parametrize("typed", ["", "9case", "é", "a" * 31, "case;drop", "/", "__"])
def test_what_can_be_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="1 to 30 letters"):
        check_part(typed)


@pytest.mark.parametrize(
    "serial", ["", "  ", "---", "x" * (LONGEST_SERIAL + 1), "SECRETÉ", "SECRET\n9", "SECRET\u202e1"]
)
def test_a_serial_that_cannot_be_is_refused_and_never_repeated(serial: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_part_serial(serial)
    assert "SECRET" not in refused.value.detail
    assert refused.value.detail.isprintable()


def test_a_brands_own_part_is_a_field_and_a_lookalike_is_none() -> None:
    assert canonical_value("part.buckle", " b-1 ") == "b-1"
    assert field_of("part.Buckle") is field_of("part.") is field_of("party") is None
    assert stays_private("part.buckle", [])
    assert not stays_private("colour", ["size"])


def test_the_parts_of_a_record_come_in_the_lists_order_then_by_name() -> None:
    fields = {
        "part.zip": "1",
        "colour": "red",
        "part.movement": "2",
        "part.buckle": "3",
        "part.case": "4",
        "part.x": None,
    }
    assert parts_in(fields) == ["case", "movement", "buckle", "zip"]


@given(NAMES, SERIALS, st.integers(0, 2**24 - 1))
def test_a_mark_is_the_same_for_every_spelling_and_another_for_all_else(part: str, serial: str, brand: int) -> None:
    mark = part_mark(KEY, brand, part, serial)
    spelt = " ".join(serial.lower()).replace("0", "o").replace("1", "l")
    assert part_mark(KEY, brand, part, spelt) == mark
    assert len(mark) == 32
    others = {
        part_mark(KEY, brand ^ 1, part, serial),
        part_mark(KEY, brand, part + "x", serial),
        part_mark(KEY, brand, part, serial + "7"),
        part_mark(b"j" * 32, brand, part, serial),
    }
    assert mark not in others
    assert len(others) == 4


def test_name_and_serial_cannot_be_shifted_into_each_other() -> None:
    assert part_mark(KEY, 1, "ab", "C1") != part_mark(KEY, 1, "a", "BC1")


@given(NAMES)
def test_the_facts_of_a_service_name_the_part(part: str) -> None:
    facts = pack_part(part)
    assert len(facts) == 32
    assert (part_of(facts), code_of(facts)) == (part, Service.PART_REPLACED)


@pytest.mark.parametrize(
    "facts",
    [
        pack_code(Service.PART_REPLACED),
        pack_code(Service.REPAIR)[:2] + b"case".ljust(30, b"\0"),
        b"\x02" + pack_part("case")[1:],
        b"\x01\x02" + b"Case".ljust(30, b"\0"),
        b"\x01\x02" + b"ca\0se".ljust(30, b"\0"),
        b"\x01\x02" + b"\xff" * 30,
    ],
)
def test_facts_that_name_no_part_name_none(facts: bytes) -> None:
    assert part_of(facts) == ""


@given(st.dictionaries(NAMES.map("part.".__add__), SERIALS.map(str.strip), max_size=6))
def test_columns_that_a_batch_had_not_named_are_hashed_as_any(parts: dict[str, str]) -> None:
    fields = {"model_ref": "M", **parts}
    secret, item = b"s" * 32, 7
    salts = {name: field_salt(secret, item, name) for name in fields}
    assert RecordHasher(secret, ["model_ref"]).hash_of(item, fields) == record_hash(fields, salts)


# --- a history beside a plain model of it


@dataclass(slots=True)
class Plain:
    """What a ledger with the serials in plain would remember of one part."""

    now: str | None = None
    known: bool = False
    by_service: bool = False
    gone: dict[str, Source] = field(default_factory=dict)
    said: str | None = None

    def put(self, serial: str | None, source: Source) -> None:
        if self.known and self.now is not None and self.now == serial:
            return
        if self.known and self.now is not None:
            self.gone[self.now] = source
        self.now, self.known, self.by_service = serial, True, source is Source.SERVICE

    def describe(self, serial: str | None) -> None:
        if serial != self.said:
            self.put(serial, Source.DESCRIBED)
            self.known = serial is not None
        self.said = serial

    def found(self, serial: str) -> Found:
        if self.known and self.now == serial:
            return Found.MATCH
        if serial in self.gone:
            return Found.REPLACED
        return Found.FOREIGN if self.known and self.now is not None else Found.NOT_RECORDED


POOL = st.sampled_from(["A", "B", "C", "D"])
STEPS = st.lists(st.tuples(st.booleans(), st.none() | POOL), max_size=12)


def _mark(serial: str) -> bytes:
    return part_mark(KEY, 1, "case", serial + "1")


@given(st.none() | POOL, STEPS)
def test_a_history_answers_as_a_plain_model_does(first: str | None, steps: list[tuple[bool, str | None]]) -> None:
    plain, changes = Plain(), list[Described | Serviced]()
    told = {"case": _mark(first)} if first else {}
    changes.append(Described(0, told, "Brand"))
    plain.describe(first)
    for at, (by_service, serial) in enumerate(steps, start=1):
        if by_service:
            changes.append(Serviced(at, at, "case", _mark(serial) if serial else None, "Atelier"))
            plain.put(serial, Source.SERVICE)
        else:
            changes.append(Described(at, {"case": _mark(serial)} if serial else {}, "Brand"))
            plain.describe(serial)
    fits = history(changes).get("case", [])
    for serial in "ABCDE":
        answer = judge("case", fits, _mark(serial), Elsewhere.UNKNOWN)
        assert answer.found is plain.found(serial), (serial, steps)
    assert all(one.until is not None for one in fits[:-1])
    assert all(one.until is None or one.until >= one.since for one in fits)
    now = current(fits)
    assert (now is not None) == plain.known


@given(st.none() | POOL, STEPS, POOL)
def test_bad_news_from_elsewhere_is_never_called_a_match(
    first: str | None, steps: list[tuple[bool, str | None]], seen: str
) -> None:
    changes: list[Described | Serviced] = [Described(0, {"case": _mark(first)} if first else {})]
    changes += [Serviced(at, at, "case", _mark(one) if one else None, "A") for at, (_, one) in enumerate(steps, 1)]
    fits = history(changes).get("case", [])
    assert judge("case", fits, _mark(seen), Elsewhere.STOLEN).found is Found.STOLEN
    assert judge("case", fits, _mark(seen), Elsewhere.LOST).found is Found.LOST


def test_a_service_recorded_for_a_day_before_the_registration_ends_no_part_before_it_came() -> None:
    fits = history([Described(100, {"case": _mark("A")}), Serviced(200, 50, "case", _mark("B"), "Atelier")])["case"]
    assert [(one.since, one.until) for one in fits] == [(100, 100), (50, None)]


def test_what_is_meant_is_compared_without_gaps_and_lookalikes() -> None:
    assert meant("o-1 l 5i") == meant("O1151") == "01151"
    assert components.part_words("case_back") == "case back"
