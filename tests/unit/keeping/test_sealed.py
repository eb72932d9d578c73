"""Long sealed files: nothing can be taken out, doubled, moved, or cut off unseen."""

from __future__ import annotations

import io
from typing import Any

import pytest

from ledger.domain.errors import Unavailable
from ledger.files.sealed import read_sealed, write_sealed
from ledger.keeping.vault import Vault

VAULT = Vault("passphrase", b"s" * 16)
ROWS = [["09521234543213", f"SERIAL{number}", "é" * 3, number] for number in range(12_500)]


def sealed(rows: list[Any]) -> bytes:
    out = io.BytesIO()
    write_sealed(out, VAULT, "cards/1", iter(rows))
    return out.getvalue()


def opened(content: bytes, purpose: str = "cards/1", vault: Vault = VAULT) -> list[Any]:
    return list(read_sealed(io.BytesIO(content), vault, purpose))


def pieces(content: bytes) -> list[bytes]:
    found = []
    while content:
        size = int.from_bytes(content[:4], "big")
        found.append(content[: 4 + size])
        content = content[4 + size :]
    return found


WHOLE = sealed(ROWS)


@pytest.mark.parametrize("count", [0, 1, 4_999, 5_000, 5_001, 10_000])
def test_rows_come_out_as_they_went_in(count: int) -> None:
    assert opened(sealed(ROWS[:count])) == ROWS[:count]


def test_the_file_shows_nothing_of_its_rows() -> None:
    assert len(pieces(WHOLE)) == 3
    assert b"SERIAL" not in WHOLE


@pytest.mark.parametrize(
    "changed",
    [
        lambda p: [p[0], p[2]],
        lambda p: [p[1], p[2]],
        lambda p: [p[0], p[1]],
        lambda p: [p[1], p[0], p[2]],
        lambda p: [p[0], p[0], p[2]],
        lambda p: [p[0], p[1], p[2], p[2]],
        lambda p: [p[2]],
        lambda p: [],
        lambda p: [p[0], p[1], p[2] + b"\0"],
        lambda p: [p[0], p[1], p[2], b"\0\0\0\0"],
        lambda p: [b"\xff\xff\xff\xff", *p],
    ],
)
def test_a_piece_out_of_place_is_noticed(changed: Any) -> None:
    with pytest.raises(Unavailable):
        opened(b"".join(changed(pieces(WHOLE))))


def test_a_file_cut_off_anywhere_is_noticed() -> None:
    short = sealed(ROWS[:3])
    for length in range(len(short)):
        with pytest.raises(Unavailable):
            opened(short[:length])


def test_a_changed_byte_anywhere_is_noticed() -> None:
    short = sealed(ROWS[:3])
    for place in range(len(short)):
        broken = bytearray(short)
        broken[place] ^= 1
        with pytest.raises(Unavailable):
            opened(bytes(broken))


def test_another_batchs_purpose_or_another_passphrase_opens_nothing() -> None:
    with pytest.raises(Unavailable):
        opened(WHOLE, purpose="cards/2")
    with pytest.raises(Unavailable):
        opened(WHOLE, vault=Vault("another", b"s" * 16))
