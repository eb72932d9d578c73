"""What a database says of its failure is told to everybody, and what it names on the way to nobody."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from ledger.domain.errors import Unavailable
from ledger.storage.engine import reason_of
from ledger.storage.migrate import current


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            'connection failed: connection to server at "db.example" (10.1.2.3), port 5432 failed: refused\n\tIs it?',
            "connection failed: connection to server at …, port 5432 failed: refused",
        ),
        (
            'FATAL:  password authentication failed for user "touchmark"',
            "FATAL:  password authentication failed for user …",
        ),
        ("failed to resolve host 'db.house.example': no such name", "failed to resolve host …: no such name"),
        ("database disk image is malformed", "database disk image is malformed"),
        ("", "no answer"),
    ],
)
def test_a_reason_names_no_host_user_or_address(said: str, told: str) -> None:
    assert reason_of(OperationalError("SELECT 1", None, Exception(said))) == told


def test_a_server_that_is_not_there_is_unavailable_without_its_name() -> None:
    with pytest.raises(Unavailable) as refused:
        current("postgresql://somebody:secret@127.0.0.1:1/hidden")
    told = str(refused.value.detail)
    assert "does not answer" in told
    assert not any(name in told for name in ("somebody", "secret", "127.0.0.1", "hidden"))
