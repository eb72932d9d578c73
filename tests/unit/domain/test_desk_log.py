"""The desk's log: each entry is sealed to the one before it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.desk_log import GENESIS, Entry, faults, sealed


def log(count: int) -> list[Entry]:
    """A log of so many entries."""
    entries: list[Entry] = []
    for n in range(count):
        previous = entries[-1].hash if entries else GENESIS
        entries.append(sealed(n + 1, 1_000 + n, "case.decided", "org_A", f"case_{n}", f'{{"n":{n}}}', previous))
    return entries


def test_a_log_as_it_was_written_is_whole_from_any_place() -> None:
    entries = log(5)
    assert not list(faults(entries))
    assert not list(faults(entries[2:], 2, entries[1].hash))


@given(st.integers(0, 4), st.sampled_from(["at", "kind", "organisation", "subject", "body", "previous", "hash"]))
def test_whatever_is_changed_is_named_by_its_number(place: int, field: str) -> None:
    entries = log(5)
    before = getattr(entries[place], field)
    other: object = before + 1 if isinstance(before, int) else before + before[:1]
    entries[place] = replace(entries[place], **{field: other})
    assert any(f"entry {place + 1} " in fault for fault in faults(entries))


@given(st.integers(0, 3))
def test_an_entry_that_is_gone_is_missed(place: int) -> None:
    entries = log(5)
    del entries[place]
    assert f"entry {place + 1} of the desk’s log is missing" in list(faults(entries))


def test_fields_that_run_into_each_other_have_another_seal() -> None:
    one = sealed(1, 1, "ab", "c", "d", "{}", GENESIS)
    two = sealed(1, 1, "a", "bc", "d", "{}", GENESIS)
    assert one.hash != two.hash
