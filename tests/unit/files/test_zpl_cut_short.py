"""A print file that was cut short: the same labels go on, and the file is the one that was never cut."""

from __future__ import annotations

import io

import pytest

from ledger.files.labels import label_format
from ledger.files.zpl import whole_labels, write_zpl
from tests.unit.files.label_cases import labels

FORM = label_format("roll-50x25")
LABELS = labels(12)


def written(first: int = 1, last: int | None = None) -> bytes:
    out = io.BytesIO()
    write_zpl(out, iter(LABELS), FORM, 300, first=first, last=last)
    return out.getvalue()


WHOLE = written()
ENDS = [0] + [place + 4 for place in range(len(WHOLE)) if WHOLE[place : place + 4] == b"^XZ\n"]


@pytest.mark.parametrize(
    "cut", [0, 1, ENDS[1] - 1, ENDS[1], ENDS[1] + 1, ENDS[7] - 3, ENDS[11] + 9, ENDS[12] - 1, ENDS[12]]
)
@pytest.mark.parametrize("behind", [b"", b"\0" * 4096, b"\0^XZ\n"])
def test_the_file_goes_on_to_the_same_bytes(cut: int, behind: bytes) -> None:
    file = io.BytesIO(WHOLE[:cut] + behind)
    kept = whole_labels(file)
    assert kept == sum(end <= cut for end in ENDS[1:])
    told: list[int] = []
    assert write_zpl(file, iter(LABELS), FORM, 300, kept=kept, on_progress=told.append) == 12
    assert file.getvalue() == WHOLE
    assert told[-1] == 12


def test_a_range_goes_on_within_itself() -> None:
    whole = written(3, 9)
    file = io.BytesIO(whole[: len(whole) // 2])
    kept = whole_labels(file)
    assert 0 < kept < 7
    assert write_zpl(file, iter(LABELS), FORM, 300, first=3, last=9, kept=kept) == 7
    assert file.getvalue() == whole


def test_ends_of_labels_are_seen_across_the_runs_in_which_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for at_once in (1, 2, 3, 5, 997):
        monkeypatch.setattr("ledger.files.zpl._AT_ONCE", at_once)
        file = io.BytesIO(WHOLE[: ENDS[5] + 2])
        assert whole_labels(file) == 5
        assert file.getvalue() == WHOLE[: ENDS[5]]
